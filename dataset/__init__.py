"""Onrecord's dataset: the records that curators edit, the log of its releases, and the code that reads and checks both.

Nothing in here knows of the web; `api` imports this package, never the other way round.
"""
