"""What the front end found in a file, told to the ledger step by step with its evidence."""

from __future__ import annotations

from alignment.exports.decoding import Found
from alignment.exports.draft import Draft
from alignment.exports.layout import Cells, delimiter_word
from alignment.text import Text

_MIXED = Text(
    en="Bytes that are not in the encoding of the rest of the file, read as Windows-1252: {n}.",
    es="Bytes que no están en la codificación del resto del archivo, leídos como Windows-1252: "
    "{n}.",
)
_CUT_OFF = Text(
    en="The file ends in the middle of a row, as if it had been cut off or were still being "
    "written: {n} row.",
    es="El archivo termina a mitad de una fila, como si se hubiera cortado o aún se estuviera "
    "escribiendo: {n} fila.",
)
_TEXT_BELOW = Text(
    en="Lines of text below the table, left out: {n}.",
    es="Líneas de texto debajo de la tabla, omitidas: {n}.",
)


def note_layout(cells: Cells, how: Found, draft: Draft) -> None:
    """Record encoding, delimiter, header and what stands around the table.

    Parameters
    ----------
    cells : Cells
        The file, as cells.
    how : Found
        Its encoding.
    draft : Draft
        The ledger being written.
    """
    name = cells.file
    draft.decide(name, None, f"encoding {how.encoding}", how.evidence)
    header = cells.header
    draft.decide(
        name,
        None,
        f"header in row {cells.header_row}, cells parted by {delimiter_word(header.delimiter)}",
        header.evidence,
    )
    for what, rows in (("above the header", cells.preamble), ("of totals", cells.totals)):
        if rows:
            draft.decide(name, None, f"{len(rows)} lines {what} are no data", _places(rows[0].line))
    draft.note(
        "mixed-encodings",
        how.mixed,
        _MIXED.format(n=how.mixed),
        file=name,
        example=how.evidence,
    )
    below = cells.footer
    draft.note(
        "text-below-table",
        len(below),
        _TEXT_BELOW.format(n=len(below)),
        file=name,
        example=f"row {below[0].line}" if below else None,
    )
    _note_cut(cells, draft)


def _places(line: int) -> str:
    return f"from row {line} on"


def _note_cut(cells: Cells, draft: Draft) -> None:
    """Note a file whose last row is short and has no line break behind it."""
    if not cells.cut_off:
        return
    short, last = (
        max((int(lines.max()) for lines in of if len(lines)), default=0)
        for of in ((cells.ragged.lines(), cells.footer.lines()), (cells.body.lines(),))
    )
    if short > last:
        draft.note("cut-off", 1, _CUT_OFF.format(n=1), file=cells.file, example=f"row {short}")
