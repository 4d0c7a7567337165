"""The rules of the canonical tables applied: what breaks one is set aside with its reason."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from alignment import tables
from alignment.conforming import as_category
from alignment.dataset import COLUMN_WORDS
from alignment.exports import reasons
from alignment.exports.candidates import PERSON_COLUMNS, Candidates
from alignment.exports.draft import Draft
from alignment.text import Text

_Places = npt.NDArray[np.int64]
EARLIEST = pd.Timestamp("1990-01-01", tz="UTC")
_HORIZON = pd.DateOffset(years=10)
# The date without which a row of a table says nothing.
_KEY_DATES = {
    "touches": "occurred_at",
    "lead_stages": "entered_at",
    "opportunity_stages": "entered_at",
    "spend": "starts_on",
    "capacity": "week",
    "holidays": "date",
    "experiments": "starts_on",
}
_IMPLAUSIBLE = Text(
    en="Rows with {column} before 1990 or more than ten years after the export, left blank: {n}.",
    es="Filas con {column} anterior a 1990 o más de diez años posterior a la exportación, "
    "fecha que se deja en blanco: {n}.",
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
                "implausible-date",
                bad,
                _IMPLAUSIBLE.format(n="{n}", column=COLUMN_WORDS.get(name, Text.same(name))),
            )
            frame = frame.assign(**{name: frame[name].where(~wrong)})
    return frame.reset_index(drop=True)


def sound_persons(candidates: Candidates) -> pd.DataFrame:
    """Return all persons under each other."""
    return candidates.get("persons", PERSON_COLUMNS)


def _drop_aliens(table: str, frame: pd.DataFrame, draft: Draft) -> pd.DataFrame:
    """Set aside, or blank, what is no value of an enumeration."""
    for name, (levels, nullable) in tables.levels(table).items():
        if name not in frame:
            continue
        coded, alien = as_category(frame[name], levels)
        if not alien.any():
            frame = frame.assign(**{name: coded})
        elif nullable:
            note = Text(_ALIEN.en.replace("{column}", name), _ALIEN.es.replace("{column}", name))
            draft.note_rows("unknown-value", frame[alien], note)
            frame = frame.assign(**{name: coded})
        else:
            draft.set_aside(
                frame[alien],
                reasons.NO_LEVEL.format(column=name, levels=", ".join(levels)),
                column=name,
                values=frame.loc[alien, name].astype("str"),
            )
            frame = frame.assign(**{name: coded})[~alien]
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
    del rows  # and with it the columns that are replaced or put in order
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

    Each column is looked at only in rows that those before it leave equal: sorting text is slow.
    """
    last = ["source_file", "source_row"]
    names = [c for c in frame.columns if c not in (*last, date)]
    every = (*([] if date is None else [date]), *names, *last)
    order, group = _sorted(_ranks(frame[every[0]]))
    for name in every[1:]:
        if not _refine(order, group, frame[name]):
            break
    return _taken(frame, order)


def _sorted(rank: _Places) -> tuple[_Places, _Places]:
    """Order rows by one column; return the order, and the place of the first equal row of each."""
    order = np.argsort(rank, kind="stable")
    rank = rank[order]
    return order, _firsts(rank[1:] != rank[:-1])


def _firsts(changes: npt.NDArray[np.bool_]) -> _Places:
    """Return, for each row in order, the place of the first row that is equal to it."""
    starts = np.concatenate([[0], np.flatnonzero(changes) + 1])
    return np.repeat(starts, np.diff(np.append(starts, len(changes) + 1)))


def _refine(order: _Places, group: _Places, values: pd.Series) -> bool:
    """Order rows that are equal so far by one more column; say whether some are equal still.

    `order` has the rows in order, `group` a number that rows share which are equal so far (that of
    the first of them); both are changed in place.
    """
    equal = np.zeros(len(group), dtype=bool)
    equal[1:] = group[1:] == group[:-1]
    equal[:-1] |= equal[1:]
    places = np.flatnonzero(equal)
    if not len(places):
        return False
    rank, own = _ranks(values.take(order[places])), group[places]
    moved = np.lexsort((rank, own))
    order[places] = order[places][moved]
    rank = rank[moved]
    changes = (own[1:] != own[:-1]) | (rank[1:] != rank[:-1])
    group[places] = places[_firsts(changes)]
    return not changes.all()


def _ranks(values: pd.Series) -> _Places:
    """Return the place of each value among all; missing ones are last, missing categories first."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return np.asarray(values.cat.codes, dtype="int64")
    if isinstance(values.dtype, pd.DatetimeTZDtype) or values.dtype.kind == "M":
        moment = values.array.asi8 if hasattr(values.array, "asi8") else values.to_numpy()
        since = np.asarray(moment).view("int64")
        return np.where(values.isna().to_numpy(bool), np.iinfo("int64").max, since)
    if values.dtype == "str":
        cells = pa.array(values)
        cells = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
        places = pc.sort_indices(cells)  # what is missing comes last
        inorder = cells.take(places)
        other = pc.fill_null(pc.not_equal(inorder[1:], inorder[:-1]), False)
        ranks = np.zeros(len(cells), dtype="int64")
        ranks[places.to_numpy()[1:]] = np.cumsum(other.to_numpy(zero_copy_only=False))
        return np.where(values.isna().to_numpy(bool), len(cells), ranks)
    codes, _ = pd.factorize(values, sort=True)
    return np.where(codes < 0, len(codes), codes)


def _taken(frame: pd.DataFrame, order: _Places) -> pd.DataFrame:
    """Put a table in order, one column at a time: no more than one stands in memory twice."""
    if (order[1:] > order[:-1]).all():
        return frame.reset_index(drop=True)
    columns = {}
    for name in list(frame.columns):
        columns[name] = frame.pop(name).array.take(order)
    return pd.DataFrame(columns)
