"""The beginning of a ``mapping.toml`` for a file that nobody knows: a guess a column, and why."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from alignment.exports.counted import read_counted
from alignment.exports.dates import column_order, parse_times
from alignment.exports.mapped import REQUIRED, kind_of
from alignment.exports.numbers import parse_numbers
from alignment.exports.profiles import DateOrder
from alignment.exports.vocabulary import key

# Words of headers (plain, in English and Spanish) that suggest a canonical column, by table.
_GUESSES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "opportunities": {
        "opportunity_id": ("opportunity id", "deal id", "id negocio", "id oportunidad"),
        "lead_id": ("lead id", "mql id", "contact id", "id lead", "id contacto"),
        "created_at": ("created", "create date", "createdate", "fecha de creacion", "creado"),
        "closed_at": (
            "won date",
            "close date",
            "closedate",
            "closed",
            "won",
            "fecha de cierre",
            "fecha de ganado",
        ),
        "status": ("status", "stage", "estado", "etapa"),
        "amount": ("amount", "value", "importe", "valor", "monto"),
        "currency": ("currency", "moneda", "divisa"),
    },
    "spend": {
        "starts_on": ("date", "day", "week", "start", "fecha", "dia", "semana"),
        "cost": ("cost", "spend", "spent", "coste", "costo", "gasto", "gastado", "inversion"),
        "currency": ("currency", "moneda", "divisa"),
        "campaign_id": ("campaign id", "campaign", "campana"),
        "channel": ("channel", "platform", "source", "canal", "plataforma"),
    },
    "touches": {
        "lead_id": ("lead id", "contact id", "id lead", "id contacto"),
        "occurred_at": ("activity date", "timestamp", "occurred", "date", "fecha"),
        "channel": ("channel", "activity type", "canal", "tipo de actividad"),
        "campaign_id": ("campaign id", "campaign", "campana"),
    },
    "leads": {
        "lead_id": ("lead id", "mql id", "contact id", "record id", "id"),
        "created_at": ("created", "create date", "first contact", "date", "fecha", "creado"),
        "channel": ("source", "origin", "channel", "medium", "origen", "canal", "fuente"),
        "email": ("email", "e mail", "correo"),
        "campaign_id": ("campaign", "landing page", "campana"),
        "status": ("status", "estado"),
    },
}
# Columns that are guessed once the table is, and speak for no table.
_EXTRAS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "leads": {
        "opportunity_id": (
            *("opportunity id", "deal id", "id oportunidad", "id de oportunidad"),
            *("id negocio", "id del negocio", "id de negocio", "id trato", "id del trato"),
        ),
        "status_since": ("status since", "status date", "fecha de estado", "estado desde"),
    },
}
# A column of whole numbers holds dates (of a spreadsheet, or since 1970) only where its name says
# so: ids are such numbers too.
_TEMPORAL = (
    *("date", "time", "timestamp", "created", "closed", "updated", "since", "day"),
    *("fecha", "hora", "creado", "creada", "cerrado", "cierre", "desde", "dia"),
    *("createdate", "closedate", "createdat", "closedat", "at", "on"),
)
# What names a person must never become an id: ids stand in the tables, these do not.
_PERSONAL = (
    *("phone", "telephone", "mobile", "telefono", "celular", "movil", "whatsapp", "name"),
    *("nombre", "email", "correo"),
)
_IDENTIFIER = ("id", "ids", "no", "number", "numero", "num", "code", "codigo", "folio", "phone")
# Words that only a file of that kind has.
_TELLING: Mapping[str, tuple[str, ...]] = {
    "opportunities": ("won", "deal", "amount", "negocio", "ganad", "oportunidad"),
    "spend": ("cost", "spend", "spent", "gasto", "gastado", "inversion"),
    "touches": ("activity", "touch", "actividad"),
}
_WON = ("won", "ganad")
_SHOWN = 40
_WIDTH = 100
# So many rows say what a column holds.
SAMPLED = 5_000


@dataclass(frozen=True)
class _Guess:
    """The header taken for a canonical column, and why."""

    header: str
    reason: str


@dataclass
class _Table:
    """The columns of a file, as one canonical table."""

    table: str
    columns: dict[str, _Guess] = field(default_factory=dict)
    constants: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def lacking(self) -> list[str]:
        known = {*self.columns, *self.constants}
        return [name for name in REQUIRED[self.table] if name not in known]


class _Sample:
    """What the first rows of a file hold."""

    def __init__(self, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self.headers = [h for h in headers if h]
        self.cells = {
            header: pd.Series([row[place] for row in rows], dtype="str")
            for place, header in enumerate(headers)
            if header
        }

    def filled(self, header: str) -> pd.Series:
        cells = self.cells[header].str.strip()
        return cells[cells.ne("").fillna(False).astype(bool)]

    def holds(self, header: str, kind: str) -> bool | None:
        """Say whether most cells are dates, or numbers; None where nothing can tell."""
        cells = self.filled(header)
        if not len(cells) or kind not in ("instant", "day", "number"):
            return None
        if kind == "number":
            return bool(parse_numbers(cells).unreadable.mean() < 0.1)
        if cells.str.fullmatch(r"\d+(?:[.,]\d+)?").mean() > 0.5:
            named = any(_has(header, word) for word in _TEMPORAL)
            named &= not any(_has(header, word) for word in _IDENTIFIER)
            return named and read_counted(cells) is not None
        settled: DateOrder = "mdy" if column_order(cells)[0] == "mdy" else "dmy"
        return bool(parse_times(cells, zone="UTC", order=settled).unreadable.mean() < 0.1)

    def personal(self, header: str) -> bool:
        """Say whether a column holds e-mails, phones or names."""
        written = self.filled(header).str.contains("@", regex=False).mean() > 0.1
        return bool(written) or any(_has(header, word) for word in _PERSONAL)

    def undecided(self, header: str) -> bool:
        return column_order(self.filled(header))[0] == "undecided"

    def distinct(self, header: str) -> bool:
        cells = self.cells[header]
        filled = self.filled(header)
        return len(cells) > 1 and len(filled) == len(cells) and filled.is_unique


def _has(header: str, word: str) -> bool:
    """Say whether whole words stand in a header."""
    return f" {word} " in f" {key(header)} "


def _guess(table: str, sample: _Sample) -> _Table:
    """Give each canonical column the first header with one of its words, each header once."""
    found = _Table(table)
    _guess_columns(found, sample, _GUESSES[table])
    _fill_by_content(found, sample)
    return found


def _guess_columns(found: _Table, sample: _Sample, guesses: Mapping[str, tuple[str, ...]]) -> None:
    table = found.table
    for column, words in guesses.items():
        kind = kind_of(table, column)
        taken = {g.header for g in found.columns.values()}
        for word in words:
            hits = [
                h
                for h in sample.headers
                if _has(h, word)
                and h not in taken
                and sample.holds(h, kind) is not False
                and not _of_another(column, h, table)
            ]
            if hits:
                header = min(hits, key=lambda h: (len(h), h))
                reason = f"“{word}” in its name"
                if sample.holds(header, kind):
                    reason += ", numbers in its cells" if kind == "number" else ", dates in it"
                found.columns[column] = _Guess(header, reason)
                break


def _of_another(column: str, header: str, table: str) -> bool:
    """Say whether a header names the id of a deal, where that of a lead is looked for."""
    words = _EXTRAS.get(table, {}).get("opportunity_id", ())
    return column == "lead_id" and any(_has(header, word) for word in words)


def _fill_by_content(found: _Table, sample: _Sample) -> None:
    """Guess what is needed and has no telling name by what stands in the cells."""
    for column in found.lacking:
        kind = kind_of(found.table, column)
        if kind in ("instant", "day", "number"):
            taken = {g.header for g in found.columns.values()}
            free = [h for h in sample.headers if h not in taken and not _has(h, "id")]
            free = [h for h in free if not sample.personal(h)]
            hits = [h for h in free if sample.holds(h, kind)]
            what = "numbers" if kind == "number" else "dates"
            if len(hits) == 1:
                found.columns[column] = _Guess(hits[0], f"the only column left with {what}")
        elif column in ("opportunity_id", "lead_id", "account_id", "campaign_id"):
            hits = [h for h in sample.headers if sample.distinct(h)]
            hits = [h for h in hits if not sample.holds(h, "instant") and not sample.personal(h)]
            hits = [h for h in hits if not _of_another(column, h, found.table)]
            if hits:
                header = min(hits, key=lambda h: not _has(h, "id"))
                found.columns[column] = _Guess(header, "no value of it stands twice")
    closed = found.columns.get("closed_at")
    if "status" in found.lacking and closed and any(w in key(closed.header) for w in _WON):
        reason = f"“{closed.header}” tells when a deal was won, and nothing tells of lost ones"
        found.constants["status"] = ("won", reason)


def mapping_start(file: str, headers: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> str:
    """Draft the block of ``mapping.toml`` for a file, from its headers and some of its rows.

    Parameters
    ----------
    file : str
        Path inside the folder.
    headers : sequence of str
        Its columns.
    rows : sequence of sequences of str
        Rows of its cells, as many as the headers; the more, the surer the guess.

    Returns
    -------
    str
        TOML, no line wider than 100: the table that most of its required columns suggest, a
        header for each canonical column with the reason for the guess, and the headers that are
        left as a comment. A block that lacks a required column is a comment as a whole, so that
        the file can be read.
    """
    sample = _Sample(headers, rows[:SAMPLED])
    guesses = {table: _guess(table, sample) for table in _GUESSES}

    def weight(table: str) -> int:
        told = any(word in key(h) for word in _TELLING.get(table, ()) for h in sample.headers)
        lacking = len(guesses[table].lacking)
        required = len(REQUIRED[table]) - lacking
        return len(guesses[table].columns) + required - lacking + 3 * told

    best = guesses[max(guesses, key=weight)]
    _guess_columns(best, sample, _EXTRAS.get(best.table, {}))
    lines = _block(file, best, sample)
    if not best.lacking:
        return "\n".join(lines)
    missing = ", ".join(best.lacking)
    intro = _comment(f"not complete: say which column gives {missing}, and take the # away")
    return "\n".join([*intro, *(line if line.startswith("#") else f"# {line}" for line in lines)])


def _block(file: str, guess: _Table, sample: _Sample) -> list[str]:
    lines = ["[[file]]", *_setting("name", file), *_setting("table", guess.table)]
    days = [
        g.header
        for column, g in guess.columns.items()
        if kind_of(guess.table, column) in ("instant", "day") and sample.undecided(g.header)
    ]
    if days:
        lines += _comment(f"no cell of {_toml(days[0])} settles its order; take one # away:")
        lines += ['# dates = "day first"', '# dates = "month first"']
    lines.append("[file.columns]")
    for column, found in guess.columns.items():
        lines += _setting(column, found.header, found.reason)
    lines += [f'# {column} = "…"   # needed: which column is it?' for column in guess.lacking]
    if guess.constants:
        lines.append("[file.values]")
        for column, (value, reason) in guess.constants.items():
            lines += _setting(column, value, reason)
    used = {g.header for g in guess.columns.values()}
    left = [h for h in sample.headers if h not in used]
    if left:
        more = f" and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
        lines += _comment(f"not used: {', '.join(map(_toml, left[:_SHOWN]))}{more}")
    return lines


def _setting(name: str, value: str, reason: str = "") -> list[str]:
    """Write a line of TOML, its reason beside it or, where that is too wide, above it."""
    line = f"{name} = {_toml(value)}"
    if len(line) > _WIDTH - 2:
        return [*(_comment(reason) if reason else []), *_folded(name, value)]
    if not reason:
        return [line]
    beside = f"{line}  # {_printable(reason)}"
    return [beside] if len(beside) <= _WIDTH - 2 else [*_comment(reason), line]


def _folded(name: str, value: str) -> list[str]:
    """Write a long text over several lines: a backslash at the end of one joins the next to it."""
    parts = [""]
    for character in value:
        escaped = _toml(character)[1:-1]
        if len(parts[-1]) + len(escaped) > _WIDTH - 10:
            parts.append("")
        # A space that begins a line would be swallowed.
        parts[-1] += "\\u0020" if character == " " and not parts[-1] else escaped
    return [f'{name} = """\\', *(part + "\\" for part in parts[:-1]), parts[-1] + '"""']


def _comment(text: str) -> list[str]:
    return textwrap.wrap(
        _printable(text),
        _WIDTH - 4,
        initial_indent="# ",
        subsequent_indent="#   ",
        break_on_hyphens=False,
    )


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _toml(text: str) -> str:
    """Write a text as a TOML basic string: JSON's escapes are valid there."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
