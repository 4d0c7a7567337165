"""A large file that is read in blocks, and what its readers find below the header."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from alignment.exports.big_files_scan import Scan, mark_length
from alignment.exports.bodies import Misfits, Record
from alignment.exports.decoding import Found
from alignment.exports.layout import Header


@dataclass(frozen=True)
class Source:
    """A file, and where its table begins.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        Its name inside the folder, for messages.
    found : Found
        Its encoding.
    scan : Scan
        Its line ends and quotes.
    header : Header
        Where the header stands.
    header_line, first_line : int
        Physical lines of the header and of what follows it.
    width : int
        Columns.
    following : list of Record
        The first rows below the header.
    """

    path: Path
    name: str
    found: Found
    scan: Scan
    header: Header
    header_line: int
    first_line: int
    width: int
    following: list[Record]

    @property
    def totals(self) -> tuple[str, ...]:
        """Beginnings of rows of totals."""
        return self.header.match.profile.totals if self.header.match else ()

    def lines(self) -> Iterator[str]:
        """Go through the physical lines below the header."""
        with self.path.open("rb") as raw:
            raw.seek(mark_length(raw.read(3), self.found.encoding))
            encoding, errors = self.found.encoding, self.found.errors
            text = io.TextIOWrapper(raw, encoding, errors=errors, newline="")
            yield from islice(text, self.first_line - 1, None)


@dataclass
class Table:
    """What a reader finds below the header.

    Parameters
    ----------
    lines : array of int64
        Physical line of each row.
    columns : Mapping of int to ChunkedArray
        The columns asked for: strings, or dictionaries of strings.
    ragged, footer : Misfits
        Rows of another width among the rows and below them.
    totals : list of Record
        Rows of totals.
    """

    lines: npt.NDArray[np.int64]
    columns: Mapping[int, pa.ChunkedArray]
    ragged: Misfits = field(default_factory=Misfits)
    totals: list[Record] = field(default_factory=list)
    footer: Misfits = field(default_factory=Misfits)
