"""Citing: how records, releases and the results of queries are named in bibliographies and in linked data.

`gathering` reads what it takes to name a record, `naming` words its citation, `formats` writes one as CSL-JSON, BibTeX
and RIS, `linked` is the record as JSON-LD, `results` are the figures by which the result of a query is known again.
Nothing here knows of the service.
"""
