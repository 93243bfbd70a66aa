"""The questions that readers ask of the database, one file a noun: pure functions from filters to a `Select`.

A filter is a keyword-only argument; several values of one filter mean *or*, several filters *and*, no values no filter.
A `Select` of records reads one `release` and yields the place of a record in the default order and its canonical body;
`paging` adds the order and the page. Nothing here executes anything.
"""
