"""From text cells to typed columns under the field names of a profile."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.compute as pc

from alignment.errors import ExportError, all_of
from alignment.exports import reasons
from alignment.exports.counted import COUNTED
from alignment.exports.dates import Order, Times, column_order, parse_times
from alignment.exports.distinct import Distinct, arrow
from alignment.exports.draft import Draft
from alignment.exports.layout import Cells
from alignment.exports.numbers import decimal_of, parse_numbers
from alignment.exports.profiles import DateOrder, Decimal, Field, Match, plain
from alignment.exports.salesforce_ids import salesforce_ids
from alignment.exports.totals import check_totals
from alignment.text import Text

_TRUE = frozenset({"1", "true", "yes", "y", "si", "sí", "x", "t", "verdadero", "verdadeiro"})
_FALSE = frozenset({"0", "false", "no", "n", "f", "falso"})

_NUMBER_NOTE = Text(
    en="Cells of “{column}” that are not numbers, left blank: {n}.",
    es="Celdas de «{column}» que no son números, dejadas en blanco: {n}.",
)
_BOUND_NOTE = Text(
    en="Cells of “{column}” that give only a bound, such as < 10%, left blank: {n}.",
    es="Celdas de «{column}» que solo dan un límite, como < 10%, dejadas en blanco: {n}.",
)
_CLOCK_NOTE = Text(
    en="Local times of “{column}” that fall where clocks changed (a time that occurred twice was "
    "taken as the first, one that never was as the moment the clock resumed): {n}.",
    es="Horas locales de «{column}» que caen en un cambio de horario (la que ocurrió dos veces "
    "se tomó como la primera; la que no existió, como el momento en que siguió el reloj): {n}.",
)


@dataclass(frozen=True)
class Part:
    """The rows of a file read as one kind of export.

    Parameters
    ----------
    file : str
        Path inside the folder.
    match : Match
        The export recognised.
    frame : DataFrame
        One column a field found, ``source_file`` and ``source_row``. An instant has a second
        column ``<field>_clock`` (whether the time of day is known), a number with a currency
        written beside it ``<field>_currency``.
    rows_read : int
        Rows of data, set-aside ones included.
    zoneless : bool
        Whether times were written without a zone.
    """

    file: str
    match: Match
    frame: pd.DataFrame
    rows_read: int
    zoneless: bool = False


def _flags(values: pd.Series) -> pd.Series:
    different = Distinct.of(values)
    words = different.cells.str.strip().str.casefold()
    flags = pd.Series(pd.NA, index=words.index, dtype="boolean")
    flags[words.isin(_TRUE)] = True
    flags[words.isin(_FALSE)] = False
    return different.spread(flags)


class _Reader:
    """Reads the columns of one part; holds what they share."""

    def __init__(self, cells: Cells, match: Match, zone: str, draft: Draft) -> None:
        self.cells, self.match, self.zone, self.draft = cells, match, zone, draft
        self.profile = match.profile
        self.file = cells.file.split("\0")[0]
        self.lines = cells.body.lines()
        self.zoneless = False
        self.decimal: Decimal | None = None
        self.unreadable = pd.Series(False, index=range(len(self.lines)))

    def text(self, field: Field) -> pd.Series:
        text = self.cells.body.column(self.match.columns[field.name])
        noise = self.profile.noise.get(field.name)
        return text.str.replace(noise, "", regex=True) if noise else text

    def stripped(self, field: Field) -> pd.Series:
        if field.name not in self.profile.noise:
            return self.cells.body.stripped(self.match.columns[field.name])
        text = self.text(field).str.strip()
        return text.where(text != "", None)

    def header(self, field: Field) -> str:
        return self.cells.headers[self.match.columns[field.name]]

    def file_order(self) -> tuple[DateOrder | None, str]:
        """Settle the date order of the file by those of its columns that can."""
        found: dict[str, str] = {}
        for field in self.profile.fields:
            if field.kind in ("instant", "day") and field.name in self.match.columns:
                order, _ = column_order(self.text(field))
                if order in ("dmy", "mdy"):
                    found.setdefault(order, self.header(field))
        if len(found) != 1:
            return None, ""
        known, header = next(iter(found.items()))
        return ("dmy" if known == "dmy" else "mdy"), f"settled by column “{header}” of this file"

    def file_decimal(self) -> tuple[Decimal | None, str]:
        """Settle the decimal mark of the file by those of its columns that can."""
        found: dict[Decimal, str] = {}
        for field in self.profile.fields:
            if field.kind in ("number", "count") and field.name in self.match.columns:
                numbers = parse_numbers(self.text(field), whole=field.kind == "count")
                if numbers.decimal:
                    found.setdefault(numbers.decimal, self.header(field))
        if len(found) != 1:
            return None, ""
        mark, header = next(iter(found.items()))
        return mark, f"settled by column “{header}” of this file"

    def stop(self, field: Field, where: pd.Series, problem: str, cure: str) -> ExportError:
        position = int(np.flatnonzero(where.to_numpy(bool))[0])
        return ExportError(
            problem,
            file=self.file,
            row=int(self.lines[position]),
            column=self.header(field),
            value=str(self.text(field).iloc[position]),
            cure=cure,
        )

    def say(self, lines: str) -> str:
        return f'In mapping.toml, under [[file]] with name = "{self.file}", write {lines}.'

    def times(self, field: Field) -> Times:
        values, profile = self.text(field), self.profile
        form = profile.formats.get(field.name)
        order, evidence = profile.dates, "stated" if profile.dates else ""
        options: dict[str, Any] = {"zone": self.zone, "form": form, "iso_zone": profile.zone}
        times = parse_times(values, order=order, **options)
        own: Order = times.order
        if order is not None and form is None and times.order != "none":
            own, _ = column_order(values)
        if order is None and own == "undecided":
            order, evidence = self.file_order()
            if order is None:
                order, evidence = profile.order, f"as {profile.system} writes dates"
            if order is not None:
                times = parse_times(values, order=order, **options)
        if order is None and own in ("undecided", "contradictory"):
            self._ask_order(field, own, times.evidence, values)
        if times.unreadable.any():
            self._unreadable(field, times)
        if own != "none":
            said = "day before month" if times.order == "dmy" else "month before day"
            self.draft.decide(self.file, self.header(field), said, evidence or times.evidence)
        self._tell_forms(field, times)
        self._note_clock(field, times)
        return times

    def _tell_forms(self, field: Field, times: Times) -> None:
        """Record a column of numbers read as dates, or one that writes dates in several ways."""
        numbers = times.forms and times.forms[0] in COUNTED
        if numbers or len(times.forms) > 1:
            evidence = times.evidence if numbers else "each cell by the way it is written"
            decision = "dates written as " + " and ".join(times.forms)
            self.draft.decide(self.file, self.header(field), decision, evidence)

    def _ask_order(self, field: Field, order: str, evidence: str, values: pd.Series) -> None:
        numeric = values.str.match(r"\s*\d{1,2}[-/.]\d{1,2}[-/.]\d")
        problem = (
            f"is this day/month or month/day? The column cannot settle it: {evidence}"
            if order == "undecided"
            else f"the column mixes day/month and month/day: {evidence}"
        )
        raise self.stop(
            field,
            numeric,
            problem,
            self.say('dates = "day first" or dates = "month first"'),
        )

    def _unreadable(self, field: Field, times: Times) -> None:
        if self.profile.unreadable == "stop":
            raise self.stop(
                field,
                times.unreadable,
                "this is not a date that can be read",
                "Correct the cell. " + self.say('unreadable = "set aside" to leave such rows out'),
            )
        fresh = times.unreadable & ~self.unreadable
        self.draft.set_aside_lines(
            self.cells.file,
            self.lines[fresh.to_numpy(bool)],
            reasons.UNREADABLE_DATE,
            column=self.header(field),
            values=self.text(field)[fresh],
        )
        self.unreadable |= times.unreadable

    def _note_clock(self, field: Field, times: Times) -> None:
        self.zoneless |= times.zoneless
        changed = times.in_gap + times.in_overlap
        self.draft.note(
            "clock-change",
            changed,
            _CLOCK_NOTE.format(n=changed, column=self.header(field)),
            file=self.file,
        )

    def numbers(self, field: Field) -> tuple[pd.Series, pd.Series]:
        form = self.profile.formats.get(field.name)
        stated = decimal_of(form) if form else None
        values, whole = self.text(field), field.kind == "count"
        # The system's own mark holds under its own headers: a translated report has other habits.
        own = plain(self.header(field)) == plain(field.headers[0])
        usual = self.profile.decimal if own else None
        numbers = parse_numbers(values, decimal=stated, usual=usual, whole=whole)
        evidence = numbers.evidence
        if numbers.undecided is not None:
            decimal, evidence = self.file_decimal()
            numbers = parse_numbers(values, decimal=decimal, whole=whole) if decimal else numbers
        if numbers.undecided is not None:
            raise self.stop(
                field,
                values.eq(numbers.undecided),
                "is this mark a decimal mark or a thousands separator? The column cannot settle it",
                self.say(
                    f'[file.formats] and, below it, {field.name} = "1.234,56" or '
                    f'{field.name} = "1,234.56", as the file writes numbers'
                ),
            )
        bad = numbers.unreadable
        count = int(bad.sum())
        self.draft.note(
            "number-not-readable",
            count,
            _NUMBER_NOTE.format(n=count, column=self.header(field)),
            file=self.file,
            example=f"row {self.lines[int(np.flatnonzero(bad)[0])]}" if count else None,
        )
        held = int(numbers.bounds.sum())
        self.draft.note(
            "number-only-bounded",
            held,
            _BOUND_NOTE.format(n=held, column=self.header(field)),
            file=self.file,
            example=f"row {self.lines[int(np.flatnonzero(numbers.bounds)[0])]}" if held else None,
        )
        if numbers.decimal is not None and not (stated or usual):
            word = "decimal comma" if numbers.decimal == "," else "decimal point"
            self.draft.decide(self.file, self.header(field), word, evidence)
        self.decimal = numbers.decimal or stated or usual
        return numbers.figures, numbers.currency

    def column(self, field: Field) -> dict[str, pd.Series]:
        name = field.name
        if field.kind in ("instant", "day"):
            times = self.times(field)
            if field.kind == "day":
                return {name: _local_days(times, self.text(field), self.zone)}
            return {name: times.instants, f"{name}_clock": times.has_clock}
        if field.kind in ("number", "count"):
            values, currency = self.numbers(field)
            check_totals(self.cells, self.match, field, values, self.decimal, self.draft)
            found = {name: values}
            if currency.notna().any():
                found[f"{name}_currency"] = currency
            return found
        if field.kind == "flag":
            return {name: _flags(self.text(field))}
        text = self.stripped(field)
        return {name: salesforce_ids(text) if field.kind == "id" else text}


def _local_days(times: Times, cells: pd.Series, zone: str) -> pd.Series:
    """Give the day as written; a cell with a UTC offset gives its day in the zone."""
    offset = cells.str.contains(r"(?i)\d\s*(?:z|[+-]\d{2}:?\d{2})\s*$", regex=True)
    local = times.instants.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
    clocked = times.has_clock & offset.fillna(False).astype(bool)
    return times.days.where(~clocked, local).dt.as_unit("us")


def read_part(cells: Cells, match: Match, *, zone: str, draft: Draft) -> Part:
    """Convert the cells of a file to typed columns under the field names of a profile.

    Raises
    ------
    ExportError
        If a date cannot be read, or the column cannot settle its date order or decimal mark.
    """
    reader = _Reader(cells, match, zone, draft)
    columns: dict[str, pd.Series] = {}
    questions: dict[str | None, ExportError] = {}  # by cure: one answer settles a whole file
    for field in match.profile.fields:
        if field.name in match.columns:
            try:
                columns |= reader.column(field)
            except ExportError as wrong:
                questions.setdefault(wrong.cure, wrong)
    if questions:
        raise all_of(list(questions.values()))
    frame = pd.DataFrame(columns, index=range(len(cells.body)))
    for name, value in match.profile.constants.items():
        frame[name] = value
    if match.profile.table == "spend":
        for name, day in zip(("report_starts_on", "report_ends_on"), _period(cells), strict=True):
            frame[name] = pd.Series(day, index=frame.index, dtype="datetime64[us]")
    frame["source_file"] = pd.Series(cells.file, index=frame.index, dtype="str")
    frame["source_row"] = reader.lines
    width = len(cells.headers)
    _set_aside_ragged(cells, width, draft)
    return Part(
        file=cells.file,
        match=match,
        frame=kept(frame, ~reader.unreadable.to_numpy(bool)),
        rows_read=cells.rows_read,
        zoneless=reader.zoneless,
    )


def _period(cells: Cells) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Read the date range that stands above the table of a report: ``July 8, 2025 - …``."""
    orders: tuple[DateOrder, ...] = ("mdy", "dmy")
    for record in cells.preamble:
        said = ",".join(record.cells).replace("\u2013", " - ").strip("() ")
        parts = pd.Series(re.sub(r"^[^:]*: ", "", said).split(" - "), dtype="str")
        for order in orders if len(parts) == 2 else ():
            days = parse_times(parts, zone="UTC", order=order).days
            if days.notna().all():
                return days.iloc[0], days.iloc[1]
    return pd.NaT, pd.NaT


def _set_aside_ragged(cells: Cells, width: int, draft: Draft) -> None:
    lines, widths = cells.ragged.lines(), cells.ragged.widths()
    for count in np.flatnonzero(np.bincount(widths)):
        reason = reasons.RAGGED.format(count=int(count), width=width)
        mine = widths == count
        draft.set_aside_lines(cells.file, lines if mine.all() else lines[mine], reason)


def kept(frame: pd.DataFrame, keep: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Return the rows to keep, numbered anew; where that is all of them, nothing is copied."""
    return frame if keep.all() else frame[keep].reset_index(drop=True)


def column(frame: pd.DataFrame, name: str, kind: str = "str") -> pd.Series:
    """Return a column, or a missing one of the type asked for where the export has none."""
    if name in frame:
        return frame[name]
    return pd.Series(None, index=frame.index, dtype="object").astype(kind)


def flag(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return a column of flags without gaps: what is missing is false."""
    if name not in frame:
        return pd.Series(False, index=frame.index)
    values = frame[name]
    if values.dtype == bool:
        return values
    return values.astype("object").astype("boolean").fillna(False).astype(bool)


def lookup(keys: pd.Series, table: pd.Series) -> pd.Series:
    """Look keys up in a table with a unique index; unlike ``map``, keep its type when empty."""
    if keys.dtype == "str" and table.index.dtype == "str" and table.index.is_unique:
        places = pc.index_in(arrow(keys), value_set=arrow(table.index.to_series()))
        found = pc.fill_null(places, -1).to_numpy(zero_copy_only=False)
        missing = bool((found < 0).any())
        if not missing or not isinstance(table.dtype, np.dtype) or table.dtype.kind in "fMm":
            taken = table.array.take(found, allow_fill=True)
            return pd.Series(taken, index=keys.index, name=table.name, copy=False)
    return table.reindex(pd.Index(keys)).set_axis(keys.index)


def together(parts: Sequence[Part]) -> pd.DataFrame:
    """Put the rows of several files of one kind under each other."""
    frames = [p.frame.assign(file_currency=p.match.currency) for p in parts]
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
