"""Text and instants as integers: what makes millions of touches quick to order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

DAY = 86_400_000_000  # microseconds
NEVER = np.iinfo(np.int64).min  # how numpy writes a missing instant
FAR = np.iinfo(np.int64).max


def arrow(values: pd.Series) -> pa.Array:
    """Give text as an Arrow array."""
    return pa.array(values, type=pa.large_string(), from_pandas=True)


def positions(values: pd.Series, ids: pd.Series) -> Integers:
    """Give the position of each value in `ids` (unique, none missing), or -1."""
    found = pc.index_in(arrow(values), value_set=arrow(ids))
    return np.asarray(found.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)


def ranks(values: pd.Series) -> Integers:
    """Give the rank of each value in the order of the text; equal values share it."""
    return np.asarray(pc.rank(arrow(values), tiebreaker="dense").to_numpy(), dtype=np.int64)


def category(values: pd.Series) -> pd.Series:
    """Encode text as a category with sorted levels (Arrow is faster here than pandas)."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values
    encoded = arrow(values).dictionary_encode()
    levels = pd.Index(encoded.dictionary.to_pylist(), dtype="str")
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    rank = np.append(np.argsort(np.argsort(levels.to_numpy(dtype=object))), -1)
    sorted_levels = pd.CategoricalDtype(levels.sort_values())
    return pd.Series(pd.Categorical.from_codes(rank[codes], dtype=sorted_levels))


def instants(values: pd.Series) -> Integers:
    """Give UTC instants in microseconds; missing is :data:`NEVER`."""
    plain = values.dt.tz_convert(None).dt.as_unit("us").to_numpy()
    return np.asarray(plain).view(np.int64)


def stamps(microseconds: Integers) -> pd.Series:
    """Give instants back as UTC timestamps."""
    return pd.Series(microseconds.view("datetime64[us]")).dt.tz_localize("UTC")


def local_days(microseconds: Integers, timezone: str) -> Integers:
    """Give the calendar day of each instant in a time zone, as a number."""
    wall = stamps(microseconds).dt.tz_convert(timezone).dt.tz_localize(None)
    return np.asarray(wall.dt.as_unit("us").to_numpy()).view(np.int64) // DAY


def is_day(precision: pd.Series) -> Flags:
    """Say which stamps are only a day."""
    return np.asarray(precision == "day", dtype=bool)
