"""Ids of Salesforce, of 15 or 18 characters, brought to one form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from alignment.exports.distinct import arrow

_NULL_IDS = frozenset({"", "000000000000000", "000000000000000AAA"})
_SHORT = "^[A-Za-z0-9]{15}$"
_SUFFIX = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"))


def salesforce_ids(values: pd.Series) -> pd.Series:
    """Extend 15-character Salesforce ids to 18 characters; null lookups become missing.

    The three added characters tell, five letters at a time, which are capitals
    (Salesforce, "Record IDs: 15 and 18 characters").
    """
    cells = arrow(values)
    none = pc.is_in(cells, pa.array(sorted(_NULL_IDS), cells.type))
    found = pc.if_else(none, pa.scalar(None, cells.type), cells) if _any(none) else cells
    short = pc.and_(pc.equal(pc.binary_length(found), 15), pc.match_substring_regex(found, _SHORT))
    if _any(short):
        found, short = _whole(found), _whole(pc.fill_null(short, False))
        found = pc.replace_with_mask(found, short, _longer(found.filter(short)))
    elif found is cells:
        return values
    return pd.Series(found, index=values.index, dtype="str")


def _any(flags: Any) -> bool:
    return bool(pc.any(flags).as_py())


def _whole(cells: Any) -> Any:
    return cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells


def _longer(short: Any) -> Any:
    """Write 15-character ids with 18: each different one is worked out once."""
    coded = short.dictionary_encode()
    letters = np.frombuffer("".join(coded.dictionary.to_pylist()).encode(), dtype="uint8")
    capitals = (letters >= 65) & (letters <= 90)
    codes = (capitals.reshape(-1, 3, 5) * 2 ** np.arange(5)).sum(axis=2)
    ends = pa.array(["".join(row) for row in _SUFFIX[codes]], short.type)
    nothing = pa.scalar("", short.type)
    return pc.binary_join_element_wise(coded.dictionary, ends, nothing).take(coded.indices)
