"""The fate of each row of each file, counted: kept in a table, merged, or set aside."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

FATES = ("kept", "merged", "aside")
_Lines = npt.NDArray[np.int64]


def count_fates(
    stand: Iterable[pd.DataFrame], merged: pd.DataFrame, aside: pd.DataFrame
) -> pd.DataFrame:
    """Count the rows of each part of a file by what became of them.

    A row that was set aside counts as that even if it was merged too, and one that was merged
    counts as that even where it stands in a table: each row counts once.

    Parameters
    ----------
    stand : iterable of DataFrame
        Canonical tables, with ``source_file`` (the key of the part) and ``source_row``.
    merged : DataFrame
        Merged rows, with the same two columns.
    aside : DataFrame
        Rows set aside: ``file`` and ``row``.

    Returns
    -------
    DataFrame
        One row a key: :data:`FATES`.
    """
    marks: dict[str, npt.NDArray[np.uint8]] = {}
    for frame in stand:
        _mark(marks, frame["source_file"], frame["source_row"], 1)
    _mark(marks, merged["source_file"], merged["source_row"], 2)
    _mark(marks, aside["file"], aside["row"], 4)
    counts = {}
    for name, own in marks.items():
        seen = np.bincount(own, minlength=8)
        counts[name] = (seen[1], seen[2:4].sum(), seen[4:].sum())
    return pd.DataFrame.from_dict(counts, orient="index", columns=list(FATES), dtype="int64")


def _mark(
    marks: dict[str, npt.NDArray[np.uint8]], files: pd.Series, rows: pd.Series, bit: int
) -> None:
    """Mark lines, one byte a line of a file."""
    lines = rows.to_numpy("int64")
    for name, own in _by_file(files, lines):
        last = int(own.max())
        have = marks.get(name, np.zeros(0, dtype="uint8"))
        if last >= len(have):
            have = np.concatenate([have, np.zeros(last + 1 - len(have), dtype="uint8")])
        have[own] |= np.uint8(bit)
        marks[name] = have


def _by_file(files: pd.Series, lines: _Lines) -> Iterable[tuple[str, _Lines]]:
    if not len(lines):
        return
    if isinstance(files.dtype, pd.CategoricalDtype):
        codes, names = files.cat.codes.to_numpy(), files.cat.categories.tolist()
    else:
        coded = pa.chunked_array([pa.array(files)]).combine_chunks().dictionary_encode()
        coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
        codes, names = coded.indices.to_numpy(), coded.dictionary.to_pylist()
    for number, name in enumerate(names):
        of = codes == number
        if of.any():
            yield str(name), lines if of.all() else lines[of]
