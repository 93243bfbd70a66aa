"""Loading a package that somebody made: a folder or a zip in the layout of our own download, as the next release.

The way of a row: `members` opens the package without unpacking it, `choosing` says which files are read, `streams`
gives their lines, `jsonlines` and `sheets` make `rows` of them, `checking` has their schemas judge them (on several
cores) and makes of them what the tables will hold, `linking` and `rings` judge what they say of one another, `stage`
holds what is sound and `report` tells what is not. `comparing` makes the change-set, `run` does it all in order and
publishes it.
"""
