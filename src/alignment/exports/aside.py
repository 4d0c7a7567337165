"""Rows set aside, kept as numbers: file, line, reason and column are codes, cells are one array."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from alignment.ledger import SET_ASIDE_COLUMNS
from alignment.text import Text

_Codes = npt.NDArray[np.int32]


@dataclass(frozen=True)
class _Group:
    """Rows that were set aside together."""

    files: _Codes
    lines: npt.NDArray[np.int64]
    why: int  # place of reason and column among those known
    cells: pa.Array | None  # None where no cell is named


class Aside:
    """Collects rows set aside; a row takes some twenty bytes, however long its reason."""

    def __init__(self) -> None:
        self._files: dict[str, int] = {}
        self._whys: dict[tuple[str, str, str | None], int] = {}
        self._groups: list[_Group] = []

    def add(
        self,
        files: pd.Series | str,
        lines: npt.NDArray[np.int64],
        reason: Text,
        column: str | None,
        values: pd.Series | None,
    ) -> None:
        """Add rows that share a reason.

        Parameters
        ----------
        files : Series of str, or str
            The file of each row, or of all.
        lines : array of int64
            Their physical lines.
        reason : Text
            Why they are set aside.
        column : str or None
            The column that it is about.
        values : Series or None
            The cells of that column.
        """
        if isinstance(files, str):
            codes = np.full(len(lines), self._file(files), dtype="int32")
        else:
            own, names = pd.factorize(files)
            codes = np.array([self._file(str(name)) for name in names], dtype="int32")[own]
        why = self._whys.setdefault((reason.en, reason.es, column), len(self._whys))
        cells = (
            None
            if values is None
            else pa.array(values.astype("str"), pa.large_string(), from_pandas=True)
        )
        self._groups.append(_Group(codes, np.asarray(lines, dtype="int64"), why, cells))

    def _file(self, name: str) -> int:
        return self._files.setdefault(name, len(self._files))

    def table(self) -> pd.DataFrame:
        """Return each row once, in the order of files and lines.

        Returns
        -------
        DataFrame
            :data:`alignment.ledger.SET_ASIDE_COLUMNS`: texts as categories, ``value`` as ``str``.
            A row that was set aside for several reasons has them all, parted by semicolons, and
            the column and cell of the first.
        """
        if not self._groups:
            return pd.DataFrame({c: pd.Series(dtype="object") for c in SET_ASIDE_COLUMNS})
        groups = self._groups
        files = np.concatenate([g.files for g in groups])
        lines = np.concatenate([g.lines for g in groups])
        whys = np.repeat(
            np.array([g.why for g in groups], dtype="int32"), [len(g.lines) for g in groups]
        )
        values = pa.concat_arrays(
            [
                pa.nulls(len(g.lines), pa.large_string()) if g.cells is None else g.cells
                for g in groups
            ]
        )
        names = list(self._files)
        rank = np.argsort(np.argsort(names))
        order = _order(rank[files], lines)
        if order is not None:
            files, lines, whys = files[order], lines[order], whys[order]
            values = values.take(pa.array(order))
        first = np.ones(len(lines), dtype=bool)
        first[1:] = (files[1:] != files[:-1]) | (lines[1:] != lines[:-1])
        texts = list(self._whys)
        codes = whys
        if not first.all():
            codes, texts = _joined(first, whys, texts)
            files, lines = files[first], lines[first]
            values = values.filter(pa.array(first))
        return pd.DataFrame(
            {
                "file": _category(files, names),
                "row": lines,
                "reason": _category(codes, [t[0] for t in texts]),
                "reason_es": _category(codes, [t[1] for t in texts]),
                "column": _category(codes, [t[2] for t in texts]),
                "value": pd.Series(values, dtype="str"),
            }
        )


def _order(
    files: npt.NDArray[np.int64], lines: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64] | None:
    """Return the order of files and lines; None where they are in it."""
    later = (files[1:] > files[:-1]) | ((files[1:] == files[:-1]) & (lines[1:] >= lines[:-1]))
    # The sort is stable: the reason that was given first stays first.
    return None if later.all() else np.asarray(np.lexsort((lines, files)), dtype="int64")


def _joined(
    first: npt.NDArray[np.bool_], whys: _Codes, texts: Sequence[tuple[str, str, str | None]]
) -> tuple[_Codes, list[tuple[str, str, str | None]]]:
    """Give rows with several reasons a reason of their own: all of them, each once."""
    starts = np.flatnonzero(first)
    codes = whys[starts]
    ends = np.append(starts[1:], len(whys))
    known: dict[tuple[int, ...], int] = {}
    found = list(texts)
    for place in np.flatnonzero(ends - starts > 1):
        own = tuple(dict.fromkeys(whys[starts[place] : ends[place]].tolist()))
        if own not in known:
            pairs = list(dict.fromkeys(texts[why][:2] for why in own))
            known[own] = len(found)
            joined = ("; ".join(p[0] for p in pairs), "; ".join(p[1] for p in pairs))
            found.append((*joined, texts[own[0]][2]))
        codes[place] = known[own]
    return codes, found


def _category(codes: npt.NDArray[np.integer], names: Sequence[str | None]) -> pd.Categorical:
    """Spread names by their codes; categories are in alphabetical order, and only those used."""
    used = np.unique(codes)
    levels = sorted({name for place in used if (name := names[place]) is not None})
    place = {name: number for number, name in enumerate(levels)}
    small = np.full(len(names), -1, dtype="int32")
    small[used] = [-1 if names[u] is None else place[str(names[u])] for u in used]
    dtype = pd.CategoricalDtype(pd.Index(levels, dtype="str"))
    return pd.Categorical.from_codes(small[codes], dtype=dtype)
