"""What Arrow's reader leaves to do: blank rows, and rows of another width than the header's."""

from __future__ import annotations

import csv
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from alignment.exports.big_files_source import Source, Table
from alignment.exports.bodies import Record
from alignment.exports.layout import fit


def tidy(
    source: Source,
    columns: dict[int, pa.ChunkedArray],
    ordinal: npt.NDArray[np.int64],
    lines: npt.NDArray[np.int64] | None,
    blank: npt.NDArray[np.bool_],
    invalid: Sequence[tuple[int, str]],
) -> Table:
    """Leave out blank rows, and part rows of another width into whole, ragged and closing ones."""

    def line(of: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return of + source.first_line if lines is None else lines[of]

    last = int(ordinal[~blank][-1]) if (~blank).any() else -1
    own = line(ordinal)
    if blank.any():
        columns = {p: c.filter(pa.array(~blank)) for p, c in columns.items()}
        own = own[~blank]
    table = Table(own, columns)
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
            table.footer.add(record)
        else:
            table.ragged.extend(table.footer)
            table.footer.clear()
            table.ragged.add(record)
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
