"""Large files: read in blocks to columns of text, without ever holding the file as Python text.

A plain file (UTF-8, with line ends of one kind and no total rows) goes through Arrow's CSV reader;
whatever is less plain goes row by row through the standard library's, a few thousand rows at a
time. Both give what :func:`alignment.exports.layout.read_cells` gives for a small file.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from alignment.exports.bodies import Blocks, Record, sum_of_hashes
from alignment.exports.decoding import Found, Weight, by_first_bytes, not_as_stated, nul_bytes
from alignment.exports.layout import (
    Cells,
    Header,
    cut_footer,
    find_header,
    fit,
    header_names,
    is_total,
    refuse_double_headers,
    refuse_open_quote,
    unreadable_row,
)
from alignment.exports.profiles import Profile, match, plain

BIG = 4 << 20  # bytes from which a file is read in blocks
_BLOCK = 8 << 20
_HEAD = 1 << 20
_FEW = 20_000  # more rows of another width than this, and Python reads them all
_ROWS = 8192  # rows that the steady reader holds as Python text at a time
_SAMPLED = 4000
_STARTS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MARKS = {"utf-8-sig": 3, "utf-16-le": 2, "utf-16-be": 2}


@dataclass
class _Scan:
    """What one pass over the bytes finds."""

    newlines: int = 0
    returns: int = 0
    pairs: int = 0  # CR LF
    quotes: int = 0
    ends_with_newline: bool = True


class _Odd(Exception):
    """The file is not plain enough for Arrow's reader."""


@dataclass
class _Table:
    """What a reader finds below the header."""

    lines: npt.NDArray[np.int64]
    columns: Mapping[int, pa.ChunkedArray]
    ragged: list[Record] = field(default_factory=list)
    totals: list[Record] = field(default_factory=list)
    footer: list[Record] = field(default_factory=list)


@dataclass(frozen=True)
class _Source:
    """A file, and where its table begins."""

    path: Path
    name: str
    found: Found
    header: Header
    header_line: int
    first_line: int  # physical line below the header
    width: int

    def lines(self) -> Iterator[str]:
        """Go through the physical lines below the header."""
        with self.path.open("rb") as raw:
            marked = raw.read(3).startswith(_STARTS)
            raw.seek(_MARKS.get(self.found.encoding, 0) if marked else 0)
            encoding, errors = self.found.encoding, self.found.errors
            text = io.TextIOWrapper(raw, encoding, errors=errors, newline="")
            yield from islice(text, self.first_line - 1, None)


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
    found, scan = _scan(path, name, head, encoding)
    text = _head_text(head, found, name)
    header = find_header(text, name, profiles)
    records = _first_records(text, header, name)
    top = records[header.position]
    headers = header_names(top, name)
    following = records[header.position + 1 :]
    first_line = following[0].line if following else top.line + 1
    source = _Source(path, name, found, header, top.line, first_line, len(headers))
    wanted = sorted(set(_wanted(header, profiles, headers)))
    try:
        table = _read_plain(source, text, scan, following, wanted)
        again = _again_plain
    except (_Odd, pa.ArrowInvalid):
        table = _read_steady(source, wanted)
        again = _again_steady

    def reread(positions: Sequence[int]) -> Mapping[int, pa.ChunkedArray]:
        return again(source, text, scan, following, positions)

    def digest() -> int:
        return sum_of_hashes(line.rstrip("\r\n") for line in source.lines())

    whole = (fit(r, len(headers)) for r in following if not r.blank)
    first = [r for r in whole if r is not None]
    cells = Cells(
        file=name,
        headers=headers,
        header=header,
        header_row=top.line,
        body=Blocks(table.lines, len(headers), table.columns, reread, digest, first),
        ragged=table.ragged,
        totals=table.totals,
        preamble=[r for r in records[: header.position] if not r.blank],
        footer=table.footer,
        cut_off=not scan.ends_with_newline,
    )
    if header.match is not None:
        refuse_double_headers(cells, header.match)
    return cells, found


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


def _scan(path: Path, name: str, head: bytes, stated: str | None) -> tuple[Found, _Scan]:
    """Find the encoding and count line ends and quotes, in one pass over the bytes."""
    start = by_first_bytes(head, name, stated)
    wide = start is not None and start.encoding.startswith("utf-16")
    scan, weight, last = _Scan(), Weight(), b""
    with path.open("rb") as raw:
        while block := raw.read(_BLOCK):
            if not wide and (nul := block.find(0)) >= 0:
                raise nul_bytes(name, scan.newlines + block.count(b"\n", 0, nul) + 1)
            if start is None:
                weight.add(block)
            scan.newlines += block.count(b"\n")
            if returns := block.count(b"\r"):
                scan.returns += returns
                scan.pairs += block.count(b"\r\n")
            scan.pairs += last.endswith(b"\r") and block.startswith(b"\n")
            scan.quotes += block.count(b'"')
            last = block[-2:]
    scan.ends_with_newline = b"\n" in last or b"\r" in last
    weight.add(b"", final=True)
    return start or weight.found(head.startswith(codecs.BOM_UTF8)), scan


def _head_text(head: bytes, found: Found, name: str) -> str:
    """Return the whole lines at the beginning of the file, as text."""
    cut = head[_MARKS.get(found.encoding, 0) if head.startswith(_STARTS) else 0 :]
    try:
        codec = codecs.getincrementaldecoder(found.encoding)(errors=found.errors)
        text = codec.decode(cut).removeprefix("\ufeff")
    except (UnicodeDecodeError, LookupError) as wrong:
        raise not_as_stated(name, found.encoding, wrong) from wrong
    end = max(text.rfind("\n"), text.rfind("\r"))
    return text[: end + 1] if end >= 0 else text


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


def _offset(source: _Source) -> int:
    """Return the byte at which the line below the header begins."""
    with source.path.open("rb") as raw:
        for _ in range(source.first_line - 1):
            raw.readline()
        return raw.tell()


def _types(following: Sequence[Record], positions: Sequence[int]) -> dict[str, pa.DataType]:
    """Keep columns with few different cells as a dictionary."""
    coded = pa.dictionary(pa.int32(), pa.string())
    types = {}
    for place in positions:
        seen = [r.cells[place] for r in following if place < len(r.cells)]
        few = len(seen) >= 1000 and len(set(seen)) < 0.25 * len(seen)
        types[str(place)] = coded if few else pa.large_string()
    return types


def _batches(
    source: _Source,
    offset: int,
    types: Mapping[str, pa.DataType],
    scan: _Scan,
    invalid: list[tuple[int, str]],
) -> Iterator[pa.RecordBatch]:
    def keep(row: arrow_csv.InvalidRow) -> str:
        invalid.append((row.number, row.text))
        return "skip" if len(invalid) <= _FEW else "error"

    with pa.OSFile(str(source.path)) as raw:
        raw.seek(offset)
        if offset >= raw.size():
            return
        yield from arrow_csv.open_csv(
            raw,
            read_options=arrow_csv.ReadOptions(
                use_threads=False,
                block_size=_BLOCK,
                column_names=[str(i) for i in range(source.width)],
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=source.header.delimiter,
                newlines_in_values=scan.quotes > 0,
                ignore_empty_lines=False,
                invalid_row_handler=keep,
            ),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=list(types), column_types=dict(types), strings_can_be_null=False
            ),
        )


def _read_plain(
    source: _Source,
    text: str,
    scan: _Scan,
    following: Sequence[Record],
    wanted: Sequence[int],
) -> _Table:
    """Read by Arrow's reader.

    Raises
    ------
    _Odd
        If the file needs the steady reader.
    """
    totals = source.header.match.profile.totals if source.header.match else ()
    unusual = (
        source.found.encoding not in ("utf-8", "utf-8-sig")
        or source.found.mixed
        or scan.returns != scan.pairs
    )
    if totals or unusual or scan.quotes % 2 or source.width < 2:
        raise _Odd("not plain")
    offset = _offset(source)
    positions = list(wanted) or [0]
    types = _types(following, positions)
    invalid: list[tuple[int, str]] = []
    chunks: dict[int, list[pa.Array]] = {p: [] for p in positions}
    empty: list[npt.NDArray[np.bool_]] = []
    for batch in _batches(source, offset, types, scan, invalid):
        bare = np.ones(batch.num_rows, dtype=bool)
        for p in positions:
            column = batch.column(batch.schema.get_field_index(str(p)))
            chunks[p].append(column)
            if bare.any():
                bare &= _blank(column)
        empty.append(bare)
    blank = np.concatenate(empty) if empty else np.zeros(0, dtype=bool)
    numbers = np.array([n for n, _ in invalid], dtype="int64")
    ordinal = _others(len(blank) + len(numbers), numbers)
    lines = _line_numbers(source, offset, scan, len(blank) + len(numbers))
    if blank.any() and len(positions) < source.width:
        left = [p for p in range(source.width) if p not in set(positions)]
        blank &= _blank_elsewhere(source, offset, scan, left, len(blank))
    columns = {p: pa.chunked_array(c, types[str(p)]) for p, c in chunks.items()}
    return _tidy(source, columns, ordinal, lines, blank, invalid)


def _blank(column: pa.Array) -> npt.NDArray[np.bool_]:
    """Say which cells hold nothing but spaces."""
    if pa.types.is_dictionary(column.type):
        bare = _blank(column.dictionary)
        return np.asarray(bare[column.indices.to_numpy(zero_copy_only=False)], dtype=bool)
    lengths = pc.binary_length(column).to_numpy(zero_copy_only=False)
    if not (lengths < 8).any():  # only a short cell is worth a look
        return np.zeros(len(column), dtype=bool)
    bare = pc.equal(pc.utf8_trim_whitespace(column), "")
    return np.asarray(bare.to_numpy(zero_copy_only=False), dtype=bool)


def _blank_elsewhere(
    source: _Source, offset: int, scan: _Scan, left: Sequence[int], count: int
) -> npt.NDArray[np.bool_]:
    """Look, in the columns that are not read, whether a row is blank there too."""
    found = [np.zeros(0, dtype=bool)]
    types = {str(p): pa.large_string() for p in left}
    found.extend(
        np.logical_and.reduce([_blank(c) for c in batch.columns])
        for batch in _batches(source, offset, types, scan, [])
    )
    blank = np.concatenate(found)
    if len(blank) != count:
        raise _Odd("the file changed")
    return blank


def _others(count: int, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the ordinals, from 0, of the records that are not among the numbers (from 1)."""
    keep = np.ones(count, dtype=bool)
    if len(numbers) and (numbers.max() > count or len(np.unique(numbers)) != len(numbers)):
        raise _Odd("rows cannot be numbered")
    keep[numbers - 1] = False
    return np.flatnonzero(keep)


def _line_numbers(
    source: _Source, offset: int, scan: _Scan, records: int
) -> npt.NDArray[np.int64] | None:
    """Return the line of each record; None where each record is one line.

    A line end behind an odd number of quotes stands inside a cell.
    """
    whole = scan.newlines - (source.first_line - 1) + (not scan.ends_with_newline)
    if whole == records:
        return None
    starts, line, inside = [np.array([source.first_line])], source.first_line, 0
    with source.path.open("rb") as raw:
        raw.seek(offset)
        while block := raw.read(_BLOCK):
            data = np.frombuffer(block, dtype="uint8")
            ends, quotes = np.flatnonzero(data == 10), np.flatnonzero(data == 34)
            outer = (np.searchsorted(quotes, ends) + inside) % 2 == 0
            starts.append(np.flatnonzero(outer) + line + 1)
            line, inside = line + len(ends), (inside + len(quotes)) % 2
    lines = np.concatenate(starts)
    if scan.ends_with_newline:
        lines = lines[:-1]
    if len(lines) != records:
        raise _Odd("quotes inside cells")
    return lines


def _tidy(
    source: _Source,
    columns: dict[int, pa.ChunkedArray],
    ordinal: npt.NDArray[np.int64],
    lines: npt.NDArray[np.int64] | None,
    blank: npt.NDArray[np.bool_],
    invalid: Sequence[tuple[int, str]],
) -> _Table:
    """Leave out blank rows, and part rows of another width into whole, ragged and closing ones."""

    def line(of: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return of + source.first_line if lines is None else lines[of]

    last = int(ordinal[~blank][-1]) if (~blank).any() else -1
    own = line(ordinal)
    if blank.any():
        columns = {p: c.filter(pa.array(~blank)) for p, c in columns.items()}
        own = own[~blank]
    table = _Table(own, columns)
    mended: list[Record] = []
    for number, text in invalid:
        cells = next(csv.reader([text], delimiter=source.header.delimiter), [])
        record = Record(int(line(np.array([number - 1]))[0]), cells)
        whole = fit(record, source.width)
        if record.blank:
            continue
        if whole is not None:
            mended.append(whole)
        elif number - 1 > last and len(cells) == 1 and source.width >= 3 and not mended:
            table.footer.append(record)
        else:
            table.ragged.extend(table.footer)
            table.footer.clear()
            table.ragged.append(record)
    if mended:
        table.lines = np.concatenate([own, [r.line for r in mended]])
        table.columns = {
            p: pa.chunked_array([*c.chunks, _as_array([r.cells[p] for r in mended], c.type)])
            for p, c in columns.items()
        }
    return table


def _as_array(cells: list[str], kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return pa.array(cells, kind.value_type).dictionary_encode()
    return pa.array(cells, kind)


def _again_plain(
    source: _Source,
    text: str,
    scan: _Scan,
    following: Sequence[Record],
    positions: Sequence[int],
) -> Mapping[int, pa.ChunkedArray]:
    return _read_plain(source, text, scan, following, list(positions)).columns


def _again_steady(
    source: _Source,
    text: str,
    scan: _Scan,
    following: Sequence[Record],
    positions: Sequence[int],
) -> Mapping[int, pa.ChunkedArray]:
    return _read_steady(source, positions).columns


def _records(source: _Source, held: list[str]) -> Iterator[Record]:
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


def _read_steady(source: _Source, wanted: Sequence[int]) -> _Table:
    """Read row by row, keeping the columns wanted as Arrow."""
    totals = source.header.match.profile.totals if source.header.match else ()
    positions = list(wanted)
    held: list[str] = []
    lines: list[npt.NDArray[np.int64]] = [np.zeros(0, dtype="int64")]
    chunks: dict[int, list[pa.Array]] = {p: [] for p in positions}
    table = _Table(lines[0], {})
    batch: list[Record] = []
    tail: list[Record] = []  # rows of one cell, which may be the footer
    ending, final = "", source.first_line

    def flush() -> None:
        lines.append(np.array([r.line for r in batch], dtype="int64"))
        for p in positions:
            chunks[p].append(pa.array([r.cells[p] for r in batch], pa.large_string()))
        batch.clear()

    for record in _records(source, held):
        ending = "".join(held) if len(held) > 1 or '"' in held[0] else ""
        final = record.line
        if record.blank:
            continue
        if is_total(record, totals):
            table.totals.append(record)
            continue
        whole = fit(record, source.width)
        if len(record.cells) == 1 and source.width >= 3:
            tail.append(record)
            continue
        table.ragged.extend(tail)
        tail.clear()
        if whole is None:
            table.ragged.append(record)
        else:
            batch.append(whole)
        if len(batch) >= _ROWS:
            flush()
    flush()
    if ending:
        refuse_open_quote(ending, final, source.header.delimiter, source.name)
    _, table.footer = cut_footer(tail, source.width)
    table.lines = np.concatenate(lines)
    table.columns = {p: pa.chunked_array(c, pa.large_string()) for p, c in chunks.items()}
    return table
