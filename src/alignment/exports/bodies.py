"""The body of a table as text: small ones as rows, large ones as columns of Arrow."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, overload

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_STEP = 4096  # rows that are turned into records at a time
_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a CSV.

    Parameters
    ----------
    line : int
        Physical line on which it begins, from 1.
    cells : sequence of str
        Its cells.
    """

    line: int
    cells: Sequence[str]

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it."""
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Misfit:
    """A row with another number of cells than the header.

    Parameters
    ----------
    line : int
        Physical line on which it begins, from 1.
    width : int
        Number of its cells.
    """

    line: int
    width: int


class Misfits(Sequence[Misfit]):
    """Rows of other widths, of which only line and width are kept: there may be millions.

    Parameters
    ----------
    records : iterable of Record
        The rows.
    """

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._lines, self._widths = array("q"), array("i")
        for record in records:
            self.add(record)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self._lines)

    @overload
    def __getitem__(self, index: int) -> Misfit: ...

    @overload
    def __getitem__(self, index: slice) -> list[Misfit]: ...

    def __getitem__(self, index: int | slice) -> Misfit | list[Misfit]:
        """Return one row, or several."""
        if isinstance(index, slice):
            return [self[place] for place in range(len(self))[index]]
        return Misfit(self._lines[index], self._widths[index])

    def add(self, record: Record) -> None:
        """Add a row."""
        self._lines.append(record.line)
        self._widths.append(len(record.cells))

    def extend(self, others: Misfits) -> None:
        """Add all of other rows."""
        self._lines.extend(others._lines)
        self._widths.extend(others._widths)

    def clear(self) -> None:
        """Leave none."""
        del self._lines[:], self._widths[:]

    def lines(self) -> npt.NDArray[np.int64]:
        """Return the physical line of each row."""
        return np.array(self._lines, dtype="int64")

    def widths(self) -> npt.NDArray[np.int64]:
        """Return the number of cells of each row."""
        return np.array(self._widths, dtype="int64")


class Body(Protocol):
    """Rows of data with as many cells as the header."""

    def __len__(self) -> int:
        """Count the rows."""

    def __iter__(self) -> Iterator[Record]:
        """Go through the rows, one record at a time."""

    def lines(self) -> npt.NDArray[np.int64]:
        """Return the physical line of each row."""

    def column(self, position: int) -> pd.Series:
        """Return the cells of a column, as ``str``."""

    def stripped(self, position: int) -> pd.Series:
        """Return the cells of a column without outer spaces; what is blank then is missing."""

    def sample(self, count: int) -> list[Sequence[str]]:
        """Return the cells of the first rows."""

    def content(self) -> int:
        """Return a number that is the same for bodies with the same rows, in any order."""

    def release(self) -> None:
        """Let go of what can be read again from the file."""


class Rows(list[Record]):
    """A small body: its records."""

    def lines(self) -> npt.NDArray[np.int64]:
        """Return the physical line of each row."""
        return np.fromiter((r.line for r in self), dtype="int64", count=len(self))

    def column(self, position: int) -> pd.Series:
        """Return the cells of a column, as ``str``."""
        return pd.Series([r.cells[position] for r in self], dtype="str")

    def stripped(self, position: int) -> pd.Series:
        """Return the cells of a column without outer spaces; what is blank then is missing."""
        text = self.column(position).str.strip()
        return text.where(text != "", None)

    def sample(self, count: int) -> list[Sequence[str]]:
        """Return the cells of the first rows."""
        return [r.cells for r in self[:count]]

    def content(self) -> int:
        """Return a number that is the same for bodies with the same rows, in any order."""
        return sum(hash(tuple(r.cells)) for r in self) & _MASK

    def release(self) -> None:
        """Keep all: a small body is not worth reading again."""


# Reads columns of the file again: positions to Arrow columns, of all rows of the body in order.
Reread = Callable[[Sequence[int]], Mapping[int, pa.ChunkedArray]]


class Blocks(Sequence[Record]):
    """A large body: columns of Arrow, of which those that nobody asked for stay in the file.

    Parameters
    ----------
    lines : array of int64
        Physical line of each row.
    width : int
        Columns of the table.
    columns : Mapping of int to ChunkedArray
        Columns that were read: strings, or dictionaries of strings.
    reread : callable
        Reads others.
    digest : callable
        Gives a number of all rows, in any order.
    first : sequence of Record
        The first rows.
    """

    def __init__(
        self,
        lines: npt.NDArray[np.int64],
        width: int,
        columns: Mapping[int, pa.ChunkedArray],
        reread: Reread,
        digest: Callable[[], int],
        first: Sequence[Record],
    ) -> None:
        self._lines, self._width, self._reread, self._digest = lines, width, reread, digest
        self._first = first
        self._columns: dict[int, pa.Array | pa.ChunkedArray] = dict(columns)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self._lines)

    @overload
    def __getitem__(self, index: int) -> Record: ...

    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...

    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        """Return records; each asks the file for all columns, so ask for many at once."""
        if isinstance(index, slice):
            places = range(len(self))[index]
            return [Record(int(self._lines[p]), c) for p, c in self._cells(places)]
        return next(Record(int(self._lines[p]), c) for p, c in self._cells([index]))

    def __iter__(self) -> Iterator[Record]:
        """Go through the rows, one record at a time."""
        return (Record(int(self._lines[p]), c) for p, c in self._cells(range(len(self))))

    def _cells(self, places: Sequence[int]) -> Iterator[tuple[int, tuple[str, ...]]]:
        every = self._reread(range(self._width))
        for start in range(0, len(places), _STEP):
            some = places[start : start + _STEP]
            taken = [every[c].take(pa.array(some)).to_pylist() for c in range(self._width)]
            yield from zip(some, zip(*taken, strict=True), strict=True)

    def lines(self) -> npt.NDArray[np.int64]:
        """Return the physical line of each row."""
        return self._lines

    def column(self, position: int) -> pd.Series:
        """Return the cells of a column, as ``str``."""
        return text_series(self._whole(position))

    def stripped(self, position: int) -> pd.Series:
        """Return the cells of a column without outer spaces; what is blank then is missing."""
        return text_series(_stripped(self._whole(position)))

    def _whole(self, position: int) -> pa.Array:
        """Return a column in one piece, which takes the place of its pieces."""
        found = self._columns.pop(position, None)
        if found is None:
            found = self._reread([position])[position]
        self._columns[position] = whole = _one_piece(found)
        return whole

    def sample(self, count: int) -> list[Sequence[str]]:
        """Return the cells of the first rows."""
        return [r.cells for r in self._first[:count]]

    def content(self) -> int:
        """Return a number that is the same for bodies with the same rows, in any order."""
        return self._digest()

    def release(self) -> None:
        """Let go of what can be read again from the file."""
        self._columns.clear()


def sum_of_hashes(rows: Iterable[object]) -> int:
    """Add up the hashes of rows, so that their order does not matter."""
    return sum(map(hash, rows)) & _MASK


def _one_piece(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Put the pieces of a column together; codes of one dictionary, or strings."""
    if isinstance(column, pa.Array):
        return column
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    if not column.num_chunks:
        return pa.array([], column.type)
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)


def _stripped(column: pa.Array) -> pa.Array:
    """Take outer spaces away and blank cells out; a dictionary is dealt with once a cell."""
    if pa.types.is_dictionary(column.type):
        return pa.DictionaryArray.from_arrays(column.indices, _stripped(column.dictionary))
    bare = pc.utf8_trim_whitespace(column)
    # What is as long as before is as before, and stands in memory once.
    bare = column if pc.sum(pc.binary_length(bare)) == pc.sum(pc.binary_length(column)) else bare
    blank = pc.equal(bare, "")
    return pc.if_else(blank, pa.scalar(None, bare.type), bare) if pc.any(blank).as_py() else bare


def text_series(column: pa.Array) -> pd.Series:
    """Give an Arrow column of strings, or of a dictionary of strings, as a ``str`` series."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary.cast(pa.large_string()).take(column.indices)
    return pd.Series(pa.chunked_array([column]), dtype="str")
