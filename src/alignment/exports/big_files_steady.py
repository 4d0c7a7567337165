"""The steady reader of large files: row by row, a few thousand rows at a time as Python text."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from alignment.exports.big_files_source import Source, Table
from alignment.exports.bodies import Misfits, Record
from alignment.exports.decoding import not_as_stated, nul_bytes
from alignment.exports.layout import fit, is_total, refuse_open_quote, unreadable_row

_ROWS = 8192  # rows held as Python text at a time


def _records(source: Source, held: list[str]) -> Iterator[Record]:
    """Go through the records below the header; `held` has the lines of the last one."""

    def lines() -> Iterator[str]:
        for number, line in enumerate(source.lines()):
            if "\0" in line:
                raise nul_bytes(source.name, source.first_line + number)
            held.append(line)
            yield line

    reader = csv.reader(lines(), delimiter=source.header.delimiter)
    line = source.first_line
    try:
        for cells in reader:
            yield Record(line, cells)
            held.clear()
            line = source.first_line + reader.line_num
    except csv.Error as wrong:
        raise unreadable_row(source.name, line, wrong) from wrong
    except UnicodeDecodeError as wrong:
        raise not_as_stated(source.name, source.found.encoding, wrong) from wrong


class _Columns:
    """The rows so far as columns of Arrow, and the last few as records."""

    def __init__(self, wanted: Sequence[int]) -> None:
        self.lines: list[npt.NDArray[np.int64]] = [np.zeros(0, dtype="int64")]
        self.chunks: dict[int, list[pa.Array]] = {p: [] for p in wanted}
        self.batch: list[Record] = []

    def add(self, record: Record) -> None:
        self.batch.append(record)
        if len(self.batch) >= _ROWS:
            self.flush()

    def flush(self) -> None:
        self.lines.append(np.array([r.line for r in self.batch], dtype="int64"))
        for p, chunks in self.chunks.items():
            chunks.append(pa.array([r.cells[p] for r in self.batch], pa.large_string()))
        self.batch.clear()


def read_steady(source: Source, wanted: Sequence[int]) -> Table:
    """Read row by row, keeping the columns wanted as Arrow.

    Raises
    ------
    ExportError
        If a row cannot be read, a quote is never closed, or there are NUL bytes.
    """
    held: list[str] = []
    found, table = _Columns(wanted), Table(np.zeros(0, dtype="int64"), {})
    tail = Misfits()  # rows of one cell, which may be the footer
    ending, final = "", source.first_line
    for record in _records(source, held):
        ending = "".join(held) if len(held) > 1 or '"' in held[0] else ""
        final = record.line
        if record.blank:
            continue
        if is_total(record, source.totals):
            table.totals.append(record)
            continue
        if len(record.cells) == 1 and source.width >= 3:
            tail.add(record)
            continue
        table.ragged.extend(tail)
        tail.clear()
        whole = fit(record, source.width)
        if whole is None:
            table.ragged.add(record)
        else:
            found.add(whole)
    found.flush()
    if ending:
        refuse_open_quote(ending, final, source.header.delimiter, source.name)
    table.footer = tail
    table.lines = np.concatenate(found.lines)
    table.columns = {p: pa.chunked_array(c, pa.large_string()) for p, c in found.chunks.items()}
    return table
