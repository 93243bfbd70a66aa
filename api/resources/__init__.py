"""What is served, one file a noun.

Each file holds, in the order of a request: the filters (a query schema, whose names are the arguments of the query
function), the shapes of the answers, the links from one record to what hangs on it, and the two views.
"""
