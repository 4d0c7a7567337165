"""The quick reader of large files: plain ones, in blocks, through Arrow's CSV reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from alignment.exports.big_files_source import Source, Table
from alignment.exports.big_files_tidy import tidy
from alignment.exports.bodies import Record

_BLOCK = 1 << 20
_FEW = 20_000  # more rows of another width than this, and Python reads them all


class NotPlain(Exception):
    """The file is not plain enough for Arrow's reader."""


def _offset(source: Source) -> int:
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
    source: Source,
    offset: int,
    types: Mapping[str, pa.DataType],
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
                newlines_in_values=source.scan.quotes > 0,
                ignore_empty_lines=False,
                invalid_row_handler=keep,
            ),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=list(types), column_types=dict(types), strings_can_be_null=False
            ),
        )


def read_plain(source: Source, wanted: Sequence[int]) -> Table:
    """Read by Arrow's reader.

    Raises
    ------
    NotPlain
        If the file needs the steady reader.
    """
    scan = source.scan
    unusual = (
        source.found.encoding not in ("utf-8", "utf-8-sig")
        or source.found.mixed
        or scan.returns != scan.pairs
    )
    if source.totals or unusual or scan.quotes % 2 or source.width < 2:
        raise NotPlain("not plain")
    offset = _offset(source)
    positions = list(wanted) or [0]
    types = _types(source.following, positions)
    invalid: list[tuple[int, str]] = []
    chunks: dict[int, list[pa.Array]] = {p: [] for p in wanted}
    empty: list[npt.NDArray[np.bool_]] = [np.zeros(0, dtype=bool)]
    for batch in _batches(source, offset, types, invalid):
        columns = {p: batch.column(batch.schema.get_field_index(str(p))) for p in positions}
        for p in wanted:
            chunks[p].append(columns[p])
        empty.append(_all_blank(columns.values()))
    blank = np.concatenate(empty)
    numbers = np.array([n for n, _ in invalid], dtype="int64")
    ordinal = _others(len(blank) + len(numbers), numbers)
    lines = _line_numbers(source, offset, len(blank) + len(numbers))
    if blank.any() and len(positions) < source.width:
        left = [p for p in range(source.width) if p not in set(positions)]
        blank &= _blank_elsewhere(source, offset, left, len(blank))
    found = {p: pa.chunked_array(chunks.pop(p), types[str(p)]) for p in wanted}
    return tidy(source, found, ordinal, lines, blank, invalid)


def _all_blank(columns: Iterable[pa.Array]) -> npt.NDArray[np.bool_]:
    """Say in which rows all of the columns are blank."""
    found: npt.NDArray[np.bool_] | None = None
    for column in columns:
        if found is None or found.any():
            found = _blank(column) if found is None else found & _blank(column)
    return np.zeros(0, dtype=bool) if found is None else found


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
    source: Source, offset: int, left: Sequence[int], count: int
) -> npt.NDArray[np.bool_]:
    """Look, in the columns that are not read, whether a row is blank there too."""
    found = [np.zeros(0, dtype=bool)]
    types = {str(p): pa.large_string() for p in left}
    found.extend(
        np.logical_and.reduce([_blank(c) for c in batch.columns])
        for batch in _batches(source, offset, types, [])
    )
    blank = np.concatenate(found)
    if len(blank) != count:
        raise NotPlain("the file changed")
    return blank


def _others(count: int, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the ordinals, from 0, of the records that are not among the numbers (from 1)."""
    keep = np.ones(count, dtype=bool)
    if len(numbers) and (numbers.max() > count or len(np.unique(numbers)) != len(numbers)):
        raise NotPlain("rows cannot be numbered")
    keep[numbers - 1] = False
    return np.flatnonzero(keep)


def _line_numbers(source: Source, offset: int, records: int) -> npt.NDArray[np.int64] | None:
    """Return the line of each record; None where each record is one line.

    A line end behind an odd number of quotes stands inside a cell.
    """
    scan = source.scan
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
        raise NotPlain("quotes inside cells")
    return lines
