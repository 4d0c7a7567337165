"""Frames brought to the columns and types of a schema, and what breaks its rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow
import pyarrow.compute as pc

from alignment.table_rules import suspects


def as_category(values: pd.Series, known: Sequence[str]) -> tuple[pd.Series, pd.Series]:
    """Give text as categories, and say which cells are none of those known.

    Parameters
    ----------
    values : Series
        Text, or categories.
    known : sequence of str
        The categories.
    """
    dtype = pd.CategoricalDtype(list(known))
    if values.dtype == dtype:
        return values, pd.Series(False, index=values.index)
    if values.dtype != "str":
        return values.where(values.isin(known)).astype(dtype), values.notna() & ~values.isin(known)
    places = pc.index_in(
        pyarrow.array(values), value_set=pyarrow.array(known, pyarrow.large_string())
    )
    codes = pc.fill_null(places, -1).to_numpy(zero_copy_only=False)
    coded = pd.Categorical.from_codes(codes, dtype=dtype)
    alien = pd.Series(codes < 0, index=values.index) & values.notna()
    return pd.Series(coded, index=values.index, name=values.name), alien


def in_columns(
    given: pd.DataFrame, wanted: Mapping[str, pa.Column], defaults: Mapping[str, Any]
) -> pd.DataFrame:
    """Give a frame the columns that are wanted, in their order and types.

    Parameters
    ----------
    given : DataFrame
        Some of the columns, with a ``RangeIndex``.
    wanted : Mapping of str to Column
        All columns.
    defaults : Mapping of str
        Values of columns that are not given; without one, they are missing. The row of the source
        is its position.
    """
    built: dict[str, pd.Series] = {}
    for name, column in wanted.items():
        if name in given:
            values = given[name]
        elif name == "source_row":
            values = pd.Series(np.arange(1, len(given) + 1))
        else:
            values = _repeated(defaults.get(name), column, len(given))
        built[name] = _typed(values, column)
    return pd.DataFrame(built, index=given.index)


def _typed(values: pd.Series, column: pa.Column) -> pd.Series:
    kind = str(column.dtype)
    if str(values.dtype) == kind != "category":
        return values
    if kind == "category":
        known = list(
            next(c.statistics["allowed_values"] for c in column.checks if c.name == "isin")
        )
        coded, alien = as_category(values, known)
        if alien.any():
            raise ValueError(f"“{values[alien].iloc[0]}” is none of {', '.join(known)}")
        return coded
    if kind == "datetime64[us, UTC]":
        return pd.to_datetime(values, utc=True).dt.as_unit("us")
    if kind.startswith("datetime64"):
        return pd.to_datetime(values).dt.as_unit("us")
    if kind.startswith("str"):
        return values.astype("str")
    return values.astype(kind)


def _repeated(value: Any, column: pa.Column, count: int) -> pd.Series:
    """Give one value to all rows, in the type of a column."""
    one = _typed(pd.Series([value][:count], dtype="object"), column)
    return one.take(np.zeros(count, dtype="int64")).reset_index(drop=True)


def failures_of(model: type[pa.DataFrameModel], frame: pd.DataFrame) -> pd.DataFrame:
    """List what breaks the rules of a schema, one row a failure.

    Parameters
    ----------
    model : type of DataFrameModel
        The schema.
    frame : DataFrame
        Rows with its columns and types, and a unique ``RangeIndex``.

    Returns
    -------
    DataFrame
        ``index``, ``column``, ``check`` and ``value``.
    """
    doubtful = suspects(frame, model.to_schema())
    if not doubtful.any():
        return pd.DataFrame({"index": [], "column": [], "check": [], "value": []})
    try:
        model.validate(frame if doubtful.all() else frame[doubtful], lazy=True)
    except pa.errors.SchemaErrors as found:
        cases = found.failure_cases
        return pd.DataFrame(
            {
                "index": cases["index"].astype("Int64"),
                "column": cases["column"].astype("str"),
                "check": cases["check"].astype("str"),
                "value": cases["failure_case"].astype("str"),
            }
        )
    return pd.DataFrame({"index": [], "column": [], "check": [], "value": []})
