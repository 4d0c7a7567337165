"""The rules of the canonical tables applied: what breaks one is set aside with its reason."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from alignment import tables
from alignment.exports import reasons
from alignment.exports.candidates import PERSON_COLUMNS, Candidates
from alignment.exports.draft import Draft
from alignment.text import Text

EARLIEST = pd.Timestamp("1990-01-01", tz="UTC")
_HORIZON = pd.DateOffset(years=10)
# The date without which a row of a table says nothing.
_KEY_DATES = {
    "touches": "occurred_at",
    "lead_stages": "entered_at",
    "opportunity_stages": "entered_at",
    "spend": "starts_on",
    "capacity": "week",
    "experiments": "starts_on",
}
_IMPLAUSIBLE = Text(
    en="Values of {column} before 1990 or more than ten years after the export, left blank: {n}.",
    es="Valores de {column} anteriores a 1990 o más de diez años posteriores a la exportación, "
    "dejados en blanco: {n}.",
)
_ALIEN = Text(
    en="Values of {column} that the table does not know, left blank: {n}.",
    es="Valores de {column} que la tabla no conoce, dejados en blanco: {n}.",
)


def _implausible(values: pd.Series, as_of: pd.Timestamp) -> pd.Series:
    late = as_of + _HORIZON
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return (values < EARLIEST) | (values > late)
    return (values < EARLIEST.tz_localize(None)) | (values > late.tz_localize(None))


def clear_implausible(candidates: Candidates, as_of: pd.Timestamp, draft: Draft) -> None:
    """Set aside rows whose own date cannot be, and blank other such dates."""
    for table, frames in candidates.tables.items():
        for position, frame in enumerate(frames):
            if "source_row" not in frame:
                continue
            frames[position] = _clear(table, frame, as_of, draft)


def _clear(table: str, frame: pd.DataFrame, as_of: pd.Timestamp, draft: Draft) -> pd.DataFrame:
    for name in frame.columns:
        if not str(frame[name].dtype).startswith("datetime64"):
            continue
        wrong = _implausible(frame[name], as_of)
        if not wrong.any():
            continue
        if _KEY_DATES.get(table) == name:
            second = frame.get("is_second", pd.Series(False, index=frame.index))
            own = wrong & ~second.fillna(False).astype(bool)
            values = frame.loc[own, name].dt.strftime("%Y-%m-%d")
            draft.set_aside(
                frame[own],
                reasons.IMPLAUSIBLE_DATE,
                column=name,
                values=values,
            )
            frame = frame[~wrong]
        else:
            bad = frame[wrong]
            draft.note_rows(
                "implausible-date", bad, Text(*(t.replace("{column}", name) for t in _both()))
            )
            frame = frame.assign(**{name: frame[name].where(~wrong)})
    return frame.reset_index(drop=True)


def _both() -> tuple[str, str]:
    return _IMPLAUSIBLE.en, _IMPLAUSIBLE.es


def sound_persons(candidates: Candidates) -> pd.DataFrame:
    """Return all persons under each other."""
    return candidates.get("persons", PERSON_COLUMNS)


def _levels(table: str) -> dict[str, tuple[list[str], bool]]:
    """Return the values that each enumeration of a table allows, and whether it may be blank."""
    found = {}
    for name, column in tables.columns(table).items():
        allowed = [c.statistics["allowed_values"] for c in column.checks if c.name == "isin"]
        if allowed:
            found[name] = (list(allowed[0]), column.nullable)
    return found


def _drop_aliens(table: str, frame: pd.DataFrame, draft: Draft) -> pd.DataFrame:
    """Set aside, or blank, what is no value of an enumeration."""
    for name, (levels, nullable) in _levels(table).items():
        if name not in frame:
            continue
        alien = frame[name].notna() & ~frame[name].isin(levels)
        if not alien.any():
            continue
        if nullable:
            note = Text(_ALIEN.en.replace("{column}", name), _ALIEN.es.replace("{column}", name))
            draft.note_rows("unknown-value", frame[alien], note)
            frame = frame.assign(**{name: frame[name].astype("object").where(~alien, None)})
        else:
            draft.set_aside(
                frame[alien],
                reasons.NO_LEVEL.format(column=name, levels=", ".join(levels)),
                column=name,
                values=frame.loc[alien, name].astype("str"),
            )
            frame = frame[~alien]
    return frame


def check_rows(table: str, rows: pd.DataFrame, draft: Draft) -> pd.DataFrame:
    """Conform rows to a canonical table and set aside those that break its rules.

    Returns
    -------
    DataFrame
        The table, in an order that does not depend on the order of rows or files.
    """
    known = [c for c in rows.columns if c in tables.columns(table)]
    frame = _drop_aliens(table, rows[known].reset_index(drop=True), draft)
    if not len(frame):
        return tables.empty(table)
    frame = tables.conform(table, frame)
    broken = tables.failures(table, frame)
    if len(broken):
        frame = _set_aside_broken(table, frame, broken, draft)
    return _ordered(frame, _KEY_DATES.get(table))


def _set_aside_broken(
    table: str, frame: pd.DataFrame, broken: pd.DataFrame, draft: Draft
) -> pd.DataFrame:
    whole = broken[broken["index"].isna()]
    if len(whole):
        first = whole.iloc[0]
        raise ArithmeticError(f"{table} as a whole breaks “{first['check']}”")
    cases = broken.drop_duplicates(["index", "column", "check"]).set_index("index")
    for (column, check), group in cases.groupby(["column", "check"], sort=True):
        name = str(check).split("(")[0]
        reason = reasons.BROKEN_RULES.get(name, reasons.BROKEN_RULE)
        draft.set_aside(
            frame.loc[group.index.astype("int64")],
            reason.format(column=str(column), rule=str(check)),
            column=str(column),
            values=group["value"].set_axis(group.index.astype("int64")),
        )
    return frame.drop(index=cases.index.unique().astype("int64")).reset_index(drop=True)


def _ordered(frame: pd.DataFrame, date: str | None) -> pd.DataFrame:
    """Order a table by its date and content, then by where it came from.

    Only rows that share their date are compared by content: sorting text is slow.
    """
    last = ["source_file", "source_row"]
    names = [c for c in frame.columns if c not in (*last, date)]
    if date is None:
        order = _by_content(frame, names, last)
    else:
        moment = frame[date].dt.tz_localize(None).to_numpy("datetime64[us]")
        when = np.where(np.isnat(moment), np.iinfo("int64").max, moment.view("int64"))
        shared = pd.Series(when).duplicated(keep=False).to_numpy(bool)
        rank = np.zeros(len(frame), dtype="int64")
        places = np.flatnonzero(shared)
        ranked = _by_content(frame[shared].reset_index(drop=True), names, last)
        rank[places[ranked]] = np.arange(len(places))
        order = np.lexsort((rank, when))
    return frame.take(order).reset_index(drop=True)


def _by_content(frame: pd.DataFrame, names: list[str], last: list[str]) -> npt.NDArray[np.int64]:
    keys = frame[[*names, *last]].copy()
    for name in names:
        if isinstance(keys[name].dtype, pd.CategoricalDtype):
            keys[name] = keys[name].cat.codes
    order = keys.sort_values([*names, *last], kind="stable", na_position="last")
    return np.asarray(order.index, dtype="int64")
