"""The files of a release: one list of artefacts, made from the stored bodies, described by standards, digested.

What they hold: `layout` (tables and columns, derived from the schemas), `flat` (a body as rows, and back), `cells` (a
value as the cell of a CSV, and back), `artefacts` (which files there are). How they are made: `snapshot` reads a
release from the database, `arrow` turns its lines into columns, `tables`, `sqlitefile` and `archive` write the files,
the modules of `descriptors` describe them, `building` does it all beside the target and renames it. How they are
read: `index` (which files a release has, without touching them) and `verifying`.

Only `arrow` and what imports it needs pyarrow; the service imports `index`, `flat` and `cells` alone.
"""
