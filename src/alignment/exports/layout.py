"""From text to cells: delimiter, header row, body, totals and footer, with physical lines."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from alignment.errors import ExportError, UnreadableError
from alignment.exports.bodies import Body, Misfits, Record, Rows
from alignment.exports.profiles import Match, Profile, match, plain, recognise
from alignment.text import Text

DELIMITERS = (",", "\t", ";", "|")
_SEARCHED = 60  # preambles of known exports are shorter than a dozen lines
_DELIMITER_WORDS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
_MAX_COLUMNS = 20_000


@dataclass(frozen=True)
class Header:
    """Where the table begins.

    Parameters
    ----------
    position : int
        Position of the header among the records.
    delimiter : str
        Character between cells.
    match : Match or None
        The export recognised; None if the header was only found by its structure.
    evidence : str
        Why it was chosen.
    """

    position: int
    delimiter: str
    match: Match | None
    evidence: str


@dataclass(frozen=True)
class Cells:
    """The table inside a file, as text.

    Parameters
    ----------
    file : str
        Path inside the folder.
    headers : tuple of str
        The header.
    header : Header
        How it was found.
    header_row : int
        Its physical line.
    body : Body
        Rows of data with as many cells as the header.
    ragged, footer : Misfits
        Rows with another number of cells, among the data and below it.
    totals, preamble : list of Record
        What else stands around the data.
    cut_off : bool
        Whether the file ends without a line break.
    """

    file: str
    headers: tuple[str, ...]
    header: Header
    header_row: int
    body: Body
    ragged: Misfits
    totals: list[Record]
    preamble: list[Record]
    footer: Misfits
    cut_off: bool = False

    @property
    def rows_read(self) -> int:
        """Count the rows of data, without preamble, totals and footer."""
        return len(self.body) + len(self.ragged)


def delimiter_word(delimiter: str) -> str:
    """Name a delimiter."""
    return _DELIMITER_WORDS.get(delimiter, delimiter)


def records(text: str, delimiter: str, file: str, *, limit: int | None = None) -> list[Record]:
    """Part a text into records.

    Raises
    ------
    ExportError
        If a quote is never closed, or a cell is larger than 128 KiB.
    """
    return list(_records(text, delimiter, file, limit))


def _records(text: str, delimiter: str, file: str, limit: int | None) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            yield Record(line, cells)
            line = reader.line_num + 1
            if limit is not None and line > limit:
                return
    except csv.Error as wrong:
        raise unreadable_row(file, line, wrong) from wrong


def unreadable_row(file: str, line: int, wrong: Exception) -> UnreadableError:
    """Say that a row cannot be parted into cells."""
    return UnreadableError(
        Text(en="the row cannot be read: {wrong}", es="la fila no se puede leer: {wrong}").format(
            wrong=str(wrong)
        ),
        Text(
            en="Look for a quote that is never closed, or a cell that is a whole document.",
            es="Busca unas comillas que no se cierran o una celda que es un documento entero.",
        ),
        file=file,
        row=line,
    )


def refuse_open_quote(tail: str, line: int, delimiter: str, file: str) -> None:
    """Refuse a file whose last record has a quote that is never closed: it may have swallowed rows.

    Parameters
    ----------
    tail : str
        The text of the last record.
    line : int
        Its physical line.
    delimiter, file : str
        The delimiter, and the name for messages.
    """
    try:
        list(csv.reader(io.StringIO(tail, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as wrong:
        if "unexpected end" in str(wrong):
            raise UnreadableError(
                Text(
                    en="a quote opened in this row is never closed; the file may have been cut off",
                    es="unas comillas abiertas en esta fila no se cierran; quizá el archivo se "
                    "cortó",
                ),
                Text(
                    en="Export it again, or close the quote.",
                    es="Vuelve a exportarlo o cierra las comillas.",
                ),
                file=file,
                row=line,
            ) from wrong


def _tail(text: str, line: int) -> str:
    """Return what stands from a physical line on."""
    lines = io.StringIO(text, newline="")
    for _ in range(line - 1):
        lines.readline()
    return lines.read()


def _by_structure(text: str, file: str, stated: str | None) -> Header:
    """Take the delimiter with the steadiest width and the first full row of that width."""
    best: tuple[float, int, str, int] | None = None
    for rank, delimiter in enumerate((stated,) if stated else DELIMITERS):
        try:
            sample = [r for r in records(text, delimiter, file, limit=_SEARCHED * 4) if not r.blank]
        except ExportError:
            continue
        widths = Counter(len(r.cells) for r in sample if len(r.cells) > 1)
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        first = next(r for r in sample if len(r.cells) == width)
        score = count / len(sample)
        if best is None or (score, width, -rank) > (best[0], best[1], -DELIMITERS.index(best[2])):
            best = (score, width, delimiter, first.line)
    if best is None:
        return Header(0, stated or ",", None, "the only column")
    lines = [r.line for r in records(text, best[2], file, limit=_SEARCHED * 4)]
    return Header(
        lines.index(best[3]), best[2], None, f"first row with {best[1]} cells, as most rows have"
    )


def find_header(text: str, file: str, profiles: Sequence[Profile]) -> Header:
    """Find the header and the delimiter: from the known signatures, else by structure.

    Parameters
    ----------
    text : str
        Text of the file.
    file : str
        Its name, for messages.
    profiles : sequence of Profile
        Kinds of export that may stand in the file.
    """
    stated = next((p.delimiter for p in profiles if p.delimiter), None)
    row = next((p.header_row for p in profiles if p.header_row), None)
    alone = [p for p in profiles if p.may_be_alone]
    best, heaviest = None, (0, 0, False)
    for delimiter in (stated,) if stated else DELIMITERS:
        try:
            head = records(text, delimiter, file, limit=max(_SEARCHED, row or 0))
        except ExportError:
            continue
        for position, record in enumerate(head):
            if row is not None and record.line != row:
                continue
            several = len(record.cells) > 1  # of one column alone and one among others, the latter
            found = recognise(profiles if several else alone, record.cells)
            if found and (weight := (*_weight(found), several)) > heaviest:
                best, heaviest = Header(position, delimiter, found, found.evidence), weight
    return best or _by_structure(text, file, stated)


def _weight(found: Match) -> tuple[int, int]:
    return (sum(f.required for f in found.profile.fields), len(found.columns))


def is_total(record: Record, beginnings: tuple[str, ...]) -> bool:
    """Say whether the first text of a record begins as totals of the system do."""
    if not beginnings:
        return False
    first = next((cell for cell in record.cells if cell.strip(" -")), "")
    return plain(first).startswith(beginnings)


def cut_footer(rows: list[Record], width: int) -> tuple[list[Record], list[Record]]:
    """Part the closing lines (at most one text in a table of three or more columns)."""
    end = len(rows)
    if width >= 3:
        while end and len(rows[end - 1].cells) == 1:
            end -= 1
    return rows[:end], rows[end:]


def fit(record: Record, width: int) -> Record | None:
    """Give a row the header's width where only empty cells are too many; None if it is ragged."""
    if len(record.cells) == width:
        return record
    if len(record.cells) > width and not any(c.strip() for c in record.cells[width:]):
        return replace(record, cells=record.cells[:width])
    return None


def header_names(top: Record, file: str) -> tuple[str, ...]:
    """Return the headers of a table.

    Raises
    ------
    ExportError
        If they are too many for any export.
    """
    if len(top.cells) > _MAX_COLUMNS:
        count = len(top.cells)
        raise UnreadableError(
            Text(en=f"the file has {count} columns", es=f"el archivo tiene {count} columnas"),
            Text(en="Export fewer.", es="Exporta menos."),
            file=file,
            row=top.line,
        )
    return tuple(cell.strip().removeprefix("\ufeff") for cell in top.cells)


def read_cells(text: str, file: str, profiles: Sequence[Profile]) -> Cells:
    """Read the table inside a text.

    Raises
    ------
    ExportError
        If the text is empty, a quote is never closed, or a header that is read stands twice.
    """
    if not text.strip():
        raise UnreadableError(
            Text(en="the file is empty", es="el archivo está vacío"),
            Text(
                en="Export it again, or take it out of the folder.",
                es="Vuelve a exportarlo o sácalo de la carpeta.",
            ),
            file=file,
        )
    header = find_header(text, file, profiles)
    every = records(text, header.delimiter, file)
    last = every[-1].line
    refuse_open_quote(_tail(text, last), last, header.delimiter, file)
    top = every[header.position]
    headers = header_names(top, file)
    after = [r for r in every[header.position + 1 :] if not r.blank]
    beginnings = header.match.profile.totals if header.match else ()
    totals = [r for r in after if is_total(r, beginnings)]
    data = [r for r in after if not is_total(r, beginnings)] if totals else after
    data, footer = cut_footer(data, len(headers))
    fitted = [(r, fit(r, len(headers))) for r in data]
    cells = Cells(
        file=file,
        headers=headers,
        header=header,
        header_row=top.line,
        body=Rows(f for _, f in fitted if f is not None),
        ragged=Misfits(r for r, f in fitted if f is None),
        totals=totals,
        preamble=[r for r in every[: header.position] if not r.blank],
        footer=Misfits(footer),
        cut_off=not text.endswith(("\n", "\r")),
    )
    if header.match is not None:
        refuse_double_headers(cells, header.match)
    return cells


def refuse_double_headers(cells: Cells, found: Match) -> None:
    """Refuse a header that is read and stands twice, unless the system is known for it.

    Raises
    ------
    ExportError
        If two columns claim the same field.
    """
    names = [plain(h) for h in cells.headers]
    for field, position in found.columns.items():
        twins = [i for i, name in enumerate(names) if name == names[position]]
        if len(twins) == 1:
            continue
        repeatable = field in found.profile.repeatable
        if not (repeatable and _same_columns(cells.body, twins)):
            raise ExportError(
                f"the header stands {len(twins)} times (columns "
                f"{', '.join(str(i + 1) for i in twins)}), so it is unclear which one is meant",
                file=cells.file,
                row=cells.header_row,
                column=cells.headers[position],
                cure="Rename or remove one of them.",
            )


def _same_columns(body: Body, positions: Sequence[int]) -> bool:
    first = body.column(positions[0])
    return all(first.equals(body.column(i)) for i in positions[1:])


def rematch(cells: Cells, profile: Profile) -> Match | None:
    """Fit one more profile to cells that were already read."""
    found = match(profile, cells.headers)
    if found is not None:
        refuse_double_headers(cells, found)
    return found
