"""Search: words, phrases and prefixes over the records, alike on both engines and in an order that never drifts.

One tokenizer (`words`) reads records and queries. `fields` says which members are searched, `query` reads what a reader
typed, `expression` what each tier of the answer asks of the index. `places` gives each row a number in the default
order, `filling` keeps the index, `pages` reads it tier by tier, `highlights` says where the words stand in a hit.
"""
