"""Benchmarks: the service beside a hand-written twin and its conventional peers, over made-up data of any size.

`make bench` runs them all and writes docs/performance.md; `make bench PART=list SIZE=10k` runs one and prints it. Not
part of the installed package. docs/performance.md says what is measured and how.
"""
