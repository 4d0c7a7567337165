"""Person-periods: one row for each week in which a spell could still end, and what was known then.

Every covariate of a period uses only days before its first one: a touch counts from the day after
it on, so that no deal is credited with a touch that it lived long enough to receive (immortal
time). A period counts only where all its days were watched, unless the spell ended in it.

Source: discrete-time competing risks, Allison 1982 (Sociological Methodology 13:61); Singer &
Willett 1993 (J Educ Stat 18:155); immortal time, Suissa 2008 (Am J Epidemiol 167:492).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.dataset import Dataset
from alignment.lead_to_close.spells import ENDS, Spells, day_number, places
from alignment.moments import own_touches

Integers = NDArray[np.int64]

TEAMS = ("marketing", "sales")
NO_TOUCH, TOUCHED = "not lately", "lately"
AGES = (0, 1, 2, 4, 8, 13, 20, 26, 39, 52)  # first period of each piece
MINIMUM_EVENTS = 5
QUARTER_END_DAYS = 14


@dataclass(frozen=True)
class Term:
    """A covariate with levels, the first of which the others are compared with."""

    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class PersonPeriods:
    """Rows of spells by periods.

    Parameters
    ----------
    spell : array (n,)
        Place of the spell in the spell table.
    period : array (n,)
        Number of the period since the start, from 0.
    outcome : array (n,)
        0 still open at its end, 1 won, 2 lost in it.
    codes : tuple of arrays (n,)
        Level of each term in each row.
    terms : tuple of Term
        Names and levels, in the order of `codes`.
    left_out : dict of str to int
        Spells that give no row.
    """

    spell: Integers
    period: Integers
    outcome: NDArray[np.int8]
    codes: tuple[NDArray[np.int8], ...]
    terms: tuple[Term, ...]
    left_out: dict[str, int]


def person_periods(
    data: Dataset,
    spells: Spells,
    *,
    period_days: int = 7,
    most_periods: int = 52,
    recent_days: int = 28,
) -> PersonPeriods:
    """Cut spells into periods and say what was known at the start of each.

    Parameters
    ----------
    data : Dataset
        The touches, and the keys that lead from an opportunity to its lead and account.
    spells : Spells
        From ``find_spells`` with whole days; its groups become the term ``group``.
    period_days : int
        Days in a period.
    most_periods : int
        Periods followed; what is still open then is censored there.
    recent_days : int
        How many days before a period a touch counts as lately.

    Returns
    -------
    PersonPeriods
    """
    frame = spells.frame
    ended = (frame["end"] != "open").to_numpy()
    first = -(-frame["entry"].to_numpy(dtype=np.int64) // period_days)
    last = frame["exit"].to_numpy(dtype=np.int64) // period_days - ~ended
    capped = np.minimum(last, most_periods - 1)
    length = np.maximum(capped - first + 1, 0)
    spell = np.repeat(np.arange(len(frame)), length)
    offset = np.arange(len(spell)) - np.repeat(np.cumsum(length) - length, length)
    period = first[spell] + offset
    kind = (frame["end"].cat.codes.to_numpy() + 1) % (len(ENDS) + 1)
    final = ended[spell] & (period == last[spell])
    outcome = np.where(final, kind[spell], 0).astype(np.int8)
    starts = day_number(frame["start"], spells.timezone)[spell] + period_days * period
    found = [
        _ages(period, outcome),
        _groups(frame["group"], spell),
        *_calendar(starts, period_days),
        *_touched(data, spells, spell, starts, recent_days),
    ]
    kept = [(codes, term) for codes, term in found if len(term.levels) > 1]
    return PersonPeriods(
        spell=spell,
        period=period,
        outcome=outcome,
        codes=tuple(codes for codes, _ in kept),
        terms=tuple(term for _, term in kept),
        left_out={"without a whole period under observation": int((length == 0).sum())},
    )


Coded = tuple[NDArray[np.int8], Term]


def _ages(period: Integers, outcome: NDArray[np.int8]) -> Coded:
    """Cut the age into pieces; one in which hardly anything ends joins the one before it."""
    ended = period[outcome > 0]
    edges = [0]
    for edge in AGES[1:]:
        inside = ((ended >= edges[-1]) & (ended < edge)).sum()
        if min(inside, (ended >= edge).sum()) >= MINIMUM_EVENTS:
            edges.append(edge)
    last = int(period.max(initial=0))
    ends_at = [*(edge - 1 for edge in edges[1:]), max(last, edges[-1])]
    names = [f"{a}" if a == b else f"{a}–{b}" for a, b in zip(edges, ends_at, strict=True)]
    codes = np.searchsorted(edges, period, side="right") - 1
    # The piece with most of the rarer end is the steadiest to compare with.
    kinds = [outcome == k + 1 for k in range(len(ENDS)) if (outcome == k + 1).any()]
    sizes = [np.bincount(codes[kind], minlength=len(edges)) for kind in kinds]
    rarest = np.min(sizes, axis=0) if sizes else np.zeros(len(edges), dtype=np.int64)
    return _referred(codes, names, "age", rarest)


def _referred(codes: Integers, names: Sequence[str], term: str, sizes: Integers) -> Coded:
    """Put the level with the largest size first and keep the others in their order."""
    top = int(np.argmax(sizes)) if len(sizes) else 0
    order = [top, *(i for i in range(len(names)) if i != top)][: len(names)]
    place = np.empty(len(names), dtype=np.int8)
    place[order] = np.arange(len(names))
    return place[codes], Term(term, tuple(names[i] for i in order))


def _groups(group: pd.Series, spell: Integers) -> Coded:
    codes, names = pd.factorize(group, sort=True)
    sizes = np.bincount(codes, minlength=len(names))
    return _referred(codes.astype(np.int64)[spell], list(names), "group", sizes)


def _calendar(starts: Integers, period_days: int) -> tuple[Coded, Coded]:
    """Give the quarter of the year in which a period begins, and whether a quarter ends in it."""
    if not len(starts):
        nothing = np.zeros(0, dtype=np.int8)
        return (nothing, Term("quarter", ("Q1",))), (nothing, Term("quarter end", ("no",)))
    low, high = int(starts.min()), int(starts.max())
    days = np.arange(low, high + period_days + 1).astype("datetime64[D]")
    month = days.astype("datetime64[M]").astype(np.int64)
    quarter = (month % 12) // 3
    next_quarter = ((month // 3 + 1) * 3).astype("datetime64[M]").astype("datetime64[D]")
    left = (next_quarter - days).astype(np.int64)  # days until the quarter is over
    # The last days of a quarter fall into the period, or the period begins among them.
    near = (left[:-period_days] <= QUARTER_END_DAYS) | (
        quarter[:-period_days] != quarter[period_days:]
    )
    at = starts - low
    quarters = (quarter[at].astype(np.int8), Term("quarter", ("Q1", "Q2", "Q3", "Q4")))
    return quarters, (near[at].astype(np.int8), Term("quarter end", ("no", "yes")))


def _touched(
    data: Dataset, spells: Spells, spell: Integers, starts: Integers, recent_days: int
) -> list[Coded]:
    """Say for each team whether it touched the deal lately, before the period began."""
    found = []
    for team in TEAMS:
        ours = own_touches(data, team)
        lately = np.zeros(len(spell), dtype=bool)
        for unit, keys in _links(data, spells, ours):
            day = day_number(ours["occurred_at"][unit >= 0], data.timezone)
            lately |= _any_between(unit[unit >= 0], day, keys[spell], starts, recent_days)
        levels = (NO_TOUCH, TOUCHED) if lately.any() and not lately.all() else (NO_TOUCH,)
        found.append((lately.astype(np.int8), Term(f"{team} touch", levels)))
    return found


def _links(data: Dataset, spells: Spells, touches: pd.DataFrame) -> list[tuple[Integers, Integers]]:
    """Link touches to spells by opportunity, else lead, else account: codes of both sides."""
    ids = spells.frame["id"]
    if spells.start == "lead":
        return [(places(touches["lead_id"], ids), np.arange(len(ids)))]
    deals = data.opportunities.set_index("opportunity_id").reindex(pd.Index(ids))
    own = places(touches["opportunity_id"], ids)
    links = [(own, np.arange(len(ids)))]
    taken = own >= 0
    for key in ("lead_id", "account_id"):
        codes, names = pd.factorize(deals[key])
        of = np.where(taken, -1, places(touches[key], pd.Series(names)))
        links.append((of.astype(np.int64), codes.astype(np.int64)))
        taken = taken | touches[key].notna().to_numpy()
    return links


def _any_between(
    unit: Integers, day: Integers, wanted: Integers, before: Integers, recent_days: int
) -> NDArray[np.bool_]:
    """Say whether a unit has a day in the `recent_days` before a day; −1 has none."""
    if not len(unit) or not len(wanted):
        return np.zeros(len(wanted), dtype=bool)
    low = min(int(day.min()), int(before.min()) - recent_days)
    width = max(int(day.max()), int(before.max())) - low + 2
    keys = np.unique(unit * width + day - low)
    until = wanted * width + before - low
    first = np.searchsorted(keys, until - recent_days, side="left")
    # One key at or after the window's first day, and before the period's, is enough.
    hit = keys[np.minimum(first, len(keys) - 1)]
    return (wanted >= 0) & (first < len(keys)) & (hit < until) & (hit >= until - recent_days)
