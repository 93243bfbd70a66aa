"""The database: its tables, how bodies become rows, how it is published and how it is read.

What is stored: `tables`, and `columns`, which reads rows from bodies (`derived` what no single member holds).
How it gets there: `publishing` decides, `holding` compares log and database, `replacing` (SQLite) and `transacting`
(PostgreSQL) make the next state all or nothing, `work` is what they do in it: `migrating`, `loading`, `verifying`.
How it is read: `database` opens it, `reading` tells releases, histories and tombstones.
"""
