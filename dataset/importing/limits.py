"""How much of a package is read before it is refused, so that no file, however made, can fill memory or disk.

The figures are far above what records need: a text of a record holds at most 20,000 characters.
"""

from __future__ import annotations

from typing import Final

#: Files in an archive or a folder.
MEMBERS: Final = 1000
#: Bytes of an archive's table of contents, which is read whole.
CONTENTS: Final = 1 << 20
#: Bytes of one file, unpacked, and of all files that are read.
MEMBER_BYTES: Final = 64 << 30
TOTAL_BYTES: Final = 256 << 30
#: Bytes that one packed byte may become. Records in our form stay below 50, what is made to do harm is near 1000.
RATIO: Final = 200
#: Bytes that are unpacked before the ratio counts.
RATIO_FROM: Final = 8 << 20
#: Bytes of one line of a file, and of one cell, line ends within it included.
LINE: Final = 2 << 20
#: Bytes of `datapackage.json`.
DESCRIPTOR: Final = 8 << 20
#: Columns of a CSV.
COLUMNS: Final = 500
#: Members of one mapping of a JSON record, and items of one list.
NAMES: Final = 200
ITEMS: Final = 5000
#: Digits of a number in JSON, before and after the point together.
DIGITS: Final = 40
#: Characters of an id that is remembered although it is none, so that two rows with it are told.
ID: Final = 200
