"""The records of a type as a table in memory, for Arrow, pandas and Polars: the columns of the type's Parquet file.

Arrow comes with Onrecord; the other two are used where they are installed.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dataset.exports.arrow import flat_table, read_lines

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


class NotInstalled(ImportError):  # noqa: N818 - names what is so, as ImportError does
    """A library that a table was asked for is not installed; the message says how to get it."""


def arrow_table(type: str, lines: Iterable[bytes]) -> pa.Table:
    """The records of these JSON Lines."""
    return flat_table(type, read_lines(type, b"".join(lines)))


def pandas_table(type: str, lines: Iterable[bytes]) -> pd.DataFrame:
    """The same for pandas, in Arrow's types: whole numbers stay whole, days are days, and what is absent is NA.

    Raises:
        NotInstalled: there is no pandas.
    """
    pandas = _library("pandas")
    found: pd.DataFrame = arrow_table(type, lines).to_pandas(types_mapper=pandas.ArrowDtype)
    return found


def polars_table(type: str, lines: Iterable[bytes]) -> pl.DataFrame:
    """The same for Polars.

    Raises:
        NotInstalled: there is no Polars.
    """
    found: pl.DataFrame = _library("polars").from_arrow(arrow_table(type, lines))
    return found


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if error.name != name:
            raise
        raise NotInstalled(f"a table for {name} wants {name}: run `pip install {name}`", name=name) from None
