"""Each different cell of a column once: what is worked out for it is spread to all its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Distinct:
    """A column as codes of its different cells.

    Parameters
    ----------
    cells : Series of str
        The different cells, in order of appearance; a missing one is one of them.
    codes : array of int64
        Place of each row's cell among them.
    index : Index
        Index of the column.
    """

    cells: pd.Series
    codes: npt.NDArray[np.int64]
    index: pd.Index

    @classmethod
    def of(cls, values: pd.Series) -> Distinct:
        """Code a column of text."""
        codes, cells = values.factorize(use_na_sentinel=False)
        return cls(pd.Series(cells, dtype="str"), np.asarray(codes, "int64"), values.index)

    def spread(self, found: pd.Series) -> pd.Series:
        """Give each row what was found for its cell."""
        return found.take(self.codes).set_axis(self.index)


def arrow(values: pd.Series) -> Any:
    """Give a ``str`` series as Arrow; missing cells are null."""
    return pa.array(values)


def release_unused() -> None:
    """Give back to the system what Arrow keeps of columns that are no more."""
    pa.default_memory_pool().release_unused()


def extract(cells: pd.Series, pattern: str, groups: Mapping[str, str | None]) -> pd.DataFrame:
    """Part cells by a pattern of RE2 with named groups; a group that did not take part is missing.

    Parameters
    ----------
    cells : Series of str
        The cells.
    pattern : str
        The pattern; it is anchored by itself.
    groups : Mapping
        Names of the groups wanted, and of their columns (None: the same name).
    """
    found = pc.extract_regex(arrow(cells), pattern)
    columns = {}
    for name, column in groups.items():
        part = pc.struct_field(found, name)
        part = pc.if_else(pc.equal(part, ""), pa.scalar(None, part.type), part)
        columns[column or name] = pd.Series(part.to_pandas(), dtype="str").set_axis(cells.index)
    return pd.DataFrame(columns)
