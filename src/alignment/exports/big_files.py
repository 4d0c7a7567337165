"""Large files: read in blocks to columns of text, without ever holding the file as Python text.

A plain file (UTF-8, with line ends of one kind and no total rows) goes through Arrow's CSV reader
(:mod:`alignment.exports.big_files_arrow`); whatever is less plain goes row by row through the
standard library's (:mod:`alignment.exports.big_files_steady`). Both give what
:func:`alignment.exports.layout.read_cells` gives for a small file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

import pyarrow as pa

from alignment.exports.big_files_arrow import NotPlain, read_plain
from alignment.exports.big_files_scan import head_text, scan_bytes
from alignment.exports.big_files_source import Source, Table
from alignment.exports.big_files_steady import read_steady
from alignment.exports.bodies import Blocks, Record, sum_of_hashes
from alignment.exports.decoding import Found
from alignment.exports.layout import (
    Cells,
    Header,
    find_header,
    fit,
    header_names,
    refuse_double_headers,
    unreadable_row,
)
from alignment.exports.profiles import Profile, match, plain

# Bytes from which a file is read in blocks: as Python text, tiny rows take thirty times their size.
BIG = 128 << 10
_HEAD = 1 << 20
_SAMPLED = 4000


def read_big(
    path: Path, name: str, profiles: Sequence[Profile], encoding: str | None
) -> tuple[Cells, Found]:
    """Read a large file.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        Its name inside the folder.
    profiles : sequence of Profile
        Kinds of export that may stand in it.
    encoding : str or None
        An encoding that the user states.

    Raises
    ------
    ExportError
        As for a small file.
    """
    with path.open("rb") as raw:
        head = raw.read(_HEAD)
    found, scan = scan_bytes(path, name, head, encoding)
    text = head_text(head, found, name)
    header = find_header(text, name, profiles)
    records = _first_records(text, header, name)
    top = records[header.position]
    headers = header_names(top, name)
    following = records[header.position + 1 :]
    first_line = following[0].line if following else top.line + 1
    source = Source(path, name, found, scan, header, top.line, first_line, len(headers), following)
    table, body = _read(source, sorted(set(_wanted(header, profiles, headers))))
    cells = Cells(
        file=name,
        headers=headers,
        header=header,
        header_row=top.line,
        body=body,
        ragged=table.ragged,
        totals=table.totals,
        preamble=[r for r in records[: header.position] if not r.blank],
        footer=table.footer,
        cut_off=not scan.ends_with_newline,
    )
    if header.match is not None:
        refuse_double_headers(cells, header.match)
    return cells, found


def _read(source: Source, wanted: Sequence[int]) -> tuple[Table, Blocks]:
    """Read the columns wanted by the first reader that can, which reads others again later."""
    reader = read_plain
    try:
        table = reader(source, wanted)
    except (NotPlain, pa.ArrowInvalid):
        reader = read_steady
        table = reader(source, wanted)

    def reread(positions: Sequence[int]) -> Mapping[int, pa.ChunkedArray]:
        return reader(source, list(positions)).columns

    def digest() -> int:
        return sum_of_hashes(line.rstrip("\r\n") for line in source.lines())

    whole = (fit(r, source.width) for r in source.following if not r.blank)
    first = [r for r in whole if r is not None]
    columns, table.columns = table.columns, {}
    return table, Blocks(table.lines, source.width, columns, reread, digest, first)


def _wanted(header: Header, profiles: Sequence[Profile], headers: Sequence[str]) -> list[int]:
    """Name the columns that will be asked for."""
    if header.match is None:
        return []
    found = list(header.match.columns.values())
    known = {p.system for p in profiles} == {header.match.profile.system}
    others = [match(p, headers) for p in profiles] if known else []
    found.extend(place for other in others if other for place in other.columns.values())
    names = [plain(h) for h in headers]
    twice = {names[place] for place in found if names.count(names[place]) > 1}
    return found + [place for place, name in enumerate(names) if name in twice]


def _first_records(text: str, header: Header, name: str) -> list[Record]:
    found, line = [], 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=header.delimiter)
    try:
        for cells in islice(reader, header.position + 1 + _SAMPLED):
            found.append(Record(line, cells))
            line = reader.line_num + 1
    except csv.Error as wrong:
        if len(found) <= header.position:
            raise unreadable_row(name, line, wrong) from wrong
    # The last one may be cut by the end of the head, but never the header itself.
    return found[:-1] if len(found) > header.position + 1 else found
