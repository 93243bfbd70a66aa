"""What follows from the records and is therefore never typed: chains, voices, how positions relate.

All of it depends on several records, so it is never stored in a body: it is worked out when it is read, or kept beside
the records for some releases (`keeping`).
"""
