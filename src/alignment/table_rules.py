"""The rules of a pandera schema, stated on whole columns: which rows may break one.

pandera names what is broken, but takes a second for a million rows that are all sound. Here the
same rules are asked at once, on categories and neighbours instead of rows, and only the rows that
may break one are shown to pandera. A test holds the two together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
import pyarrow
import pyarrow.compute as pc
from pandera.engines import pandas_engine

_Rows = npt.NDArray[np.bool_]


def suspects(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> _Rows:
    """Say which rows may break a rule; all of them where a rule is not known here.

    Parameters
    ----------
    frame : DataFrame
        The rows.
    schema : DataFrameSchema
        Columns with type, ``nullable``, ``unique`` and the checks ``isin``, ``ge``, ``gt`` and
        ``str_matches``; and columns that are unique together.

    Returns
    -------
    array of bool
        True for each row that breaks a rule, and for the rows that it stands twice with.
    """
    every = np.ones(len(frame), dtype=bool)
    if list(frame.columns) != list(schema.columns):
        return every
    found = ~every
    for name, column in schema.columns.items():
        values = frame[name]
        known = all(check.name in _CHECKS for check in column.checks)
        if not known or not _is_typed(values, column):
            return every
        if not column.nullable:
            found |= values.isna().to_numpy(bool)
        if column.unique:
            found |= twice(values)
        for check in column.checks:
            found |= _CHECKS[str(check.name)](values, dict(check.statistics))
    together = [schema.unique] if isinstance(schema.unique, str) else list(schema.unique or ())
    if together:
        found |= frame.duplicated(together, keep=False).to_numpy(bool)
    return found


def twice(values: pd.Series) -> _Rows:
    """Say which values stand more than once."""
    if strictly_ordered(values):
        return np.zeros(len(values), dtype=bool)
    return np.asarray(values.duplicated(keep=False), dtype=bool)


def strictly_ordered(values: pd.Series) -> bool:
    """Say whether text ascends from row to row: no value can stand twice then.

    Exports are often in the order of their ids, and to see that takes a tenth of what a look for
    repetitions takes.
    """
    if values.dtype != "str" or values.hasnans:
        return False
    cells = pyarrow.array(values)
    if isinstance(cells, pyarrow.ChunkedArray):
        cells = cells.chunk(0) if cells.num_chunks == 1 else cells.combine_chunks()
    return pc.all(pc.less(cells[:-1], cells[1:])).as_py() is not False


def _is_typed(values: pd.Series, column: pa.Column) -> bool:
    """Say whether pandera takes a column's type for the one that the rule asks for."""
    given = pandas_engine.Engine.dtype(values.dtype)
    return bool(np.asarray(column.dtype.check(given, values)).all())


def _isin(values: pd.Series, stated: dict[str, Any]) -> _Rows:
    allowed = list(stated["allowed_values"])
    if isinstance(values.dtype, pd.CategoricalDtype):
        alien = ~values.cat.categories.isin(allowed)
        codes = values.cat.codes.to_numpy()
        return np.isin(codes, np.flatnonzero(alien)) if alien.any() else np.zeros(len(codes), bool)
    return np.asarray(values.notna() & ~values.isin(allowed), dtype=bool)


def _least(values: pd.Series, stated: dict[str, Any]) -> _Rows:
    return np.asarray(values.notna() & ~values.ge(stated["min_value"]), dtype=bool)


def _above(values: pd.Series, stated: dict[str, Any]) -> _Rows:
    return np.asarray(values.notna() & ~values.gt(stated["min_value"]), dtype=bool)


def _matches(values: pd.Series, stated: dict[str, Any]) -> _Rows:
    different = pd.Series(values.dropna().unique(), dtype="str")
    bad = different[~different.str.match(stated["pattern"]).astype(bool)]
    return np.asarray(values.isin(bad), dtype=bool)


_CHECKS = {
    "isin": _isin,
    "greater_than_or_equal_to": _least,
    "greater_than": _above,
    "str_matches": _matches,
}
