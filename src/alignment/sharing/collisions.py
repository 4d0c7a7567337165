"""Both teams on one person within days, against what chance gives, and what followed.

Chance: every person keeps the touches of marketing and the number of touches of sales, but takes
the times of the sales touches from another person with as many. What both teams do at the same
stage of a lead stays; only who was touched when is shuffled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment import wording
from alignment.arguments import of_type, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.moments import first, own_touches, places
from alignment.results import LEVEL, About, Result
from alignment.rewind import rewound
from alignment.sharing.draws import (
    FEWEST_ACCOUNTS,
    REPLICATES,
    Flags,
    Floats,
    Integers,
    account_codes,
)
from alignment.sharing.strata import compare, group_rows
from alignment.text import Text

WITHIN_DAYS = 7
WATCHED_DAYS = 90
COUNTED_DAYS, FOLLOWED_DAYS = 28, 90
PERMUTATIONS = 400
MINIMUM_PEOPLE = 20
ALL = "all"
_DAY = pd.Timedelta(days=1)

METHOD = Text(
    en=(
        "People whom both teams touched within {n} of each other, counted, and counted again "
        "with the times of the sales touches swapped between people with as many (permutation)."
    ),
    es=(
        "Personas que ambas áreas tocaron a no más de {n} entre sí, contadas, y contadas otra "
        "vez con las fechas de las interacciones de ventas intercambiadas entre personas con igual "
        "número (permutación)."
    ),
)
ASSUMPTIONS = (
    Text(
        en="Touches count from the handoff on, or from the creation of a lead never handed over: "
        "what marketing did before is the relay, not a collision.",
        es="Las interacciones cuentan desde la entrega, o desde la creación si el lead nunca se "
        "entregó: lo que marketing hizo antes es el relevo, no un choque.",
    ),
    Text(
        en="Only touches that the firm started count, automated ones too.",
        es="Solo cuentan las interacciones que inició la empresa, también las automáticas.",
    ),
    Text(
        en="The exports do not say whether both teams had agreed on it: more than chance may also "
        "be good coordination, so what followed stands beside it.",
        es="Las exportaciones no dicen si ambas áreas lo acordaron: más que el azar también puede "
        "ser buena coordinación; por eso va al lado lo que siguió.",
    ),
    Text(
        en="What followed is compared at equal score; the people may differ in more than that.",
        es="Lo que siguió se compara a igual puntaje; las personas pueden diferir en algo más.",
    ),
)


@dataclass(frozen=True)
class Collisions(Result):
    """People touched by both teams within a few days of each other.

    Parameters
    ----------
    within_days : int
        Days between the touches of both teams, at most, for a collision.
    people : int
        Touched by both teams from the handoff on, within the days watched.
    collided : int
        Of them, so close to each other.
    expected, low, high : float
        By chance: mean and the range that holds `level` of the permutations.
    p_more, p_fewer : float
        Share of the permutations with as many collisions or more, and as many or fewer.
    frame : DataFrame
        One row a kind of marketing touch, first ``all``: ``kind``, ``people`` (collided in it),
        ``expected``, ``low``, ``high`` (by chance), ``p_more``.
    followed : DataFrame or None
        What came later to people touched by both in the first weeks: ``group`` (``close together``,
        ``further apart``), ``leads``, ``events`` (opportunities), ``share``, ``low``,
        ``high``; None with too few.
    difference : tuple of float
        Of these shares at equal score, with low and high; missing with too few.
    about : About
    """

    within_days: int
    people: int
    collided: int
    expected: float
    low: float
    high: float
    p_more: float
    p_fewer: float
    frame: pd.DataFrame
    followed: pd.DataFrame | None
    difference: tuple[float, float, float]
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row a kind of marketing touch."""
        return self.frame


@dataclass(frozen=True)
class _Touched:
    """Touches of one team from the anchor on: lead, days since the anchor, kind."""

    lead: Integers
    day: Floats
    kind: Integers
    kinds: list[str]


def collisions(
    data: Dataset,
    *,
    within_days: int = WITHIN_DAYS,
    permutations: int = PERMUTATIONS,
    replicates: int = REPLICATES,
    seed: int = 0,
    level: float = LEVEL,
) -> Collisions:
    """Count people whom both teams touched within a few days, and how many chance gives.

    Parameters
    ----------
    data : Dataset
        Needs touches of both teams with their lead.
    within_days : int
        Days between the touches of both teams, at most, for a collision.
    permutations : int
        How often the times are swapped.
    replicates, seed : int
        Draws of accounts for what followed.
    level : float
        Confidence level.

    Returns
    -------
    Collisions

    Raises
    ------
    NotMeasurable
        If fewer than 20 people were touched by both teams.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    within("level", level, 0, 1)
    within("within_days", within_days, 0, WATCHED_DAYS)
    data = rewound(data)
    data.require("touches", "occurred_at", "lead_id")
    stages = data.lead_stages
    handed = first(data, stages[(stages["stage"] == "mql").to_numpy(dtype=bool)], "entered_at")
    anchor = handed.fillna(data.leads["created_at"].set_axis(handed.index))
    old = (anchor + WATCHED_DAYS * _DAY <= data.as_of).to_numpy(dtype=bool)
    internal = data.leads["is_internal"].to_numpy(dtype=bool)
    used = old & ~internal
    marketing, sales = (_touched(data, team, anchor, used) for team in ("marketing", "sales"))
    both = np.intersect1d(marketing.lead, sales.lead)
    if len(both) < MINIMUM_PEOPLE:
        raise NotMeasurable(
            Text(
                en="Not measurable: only {n} people were touched by both teams after the handoff.",
                es="No medible: ambas áreas tocaron solo a {n} personas después de la entrega.",
            ).format(n=len(both))
        )
    hits, drawn = _permuted(
        marketing, sales, handed.notna().to_numpy(dtype=bool), within_days, permutations, seed
    )
    totals = drawn[:, -1]
    p_more = (1 + (drawn >= hits).sum(axis=0)) / (1 + permutations)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    followed, difference = _followed(
        data, anchor, marketing, sales, used, within_days, (replicates, seed, level)
    )
    left_out = {
        "internal leads": int(internal.sum()),
        "not yet followed to the horizon": int((~old & ~internal).sum()),
    }
    return Collisions(
        within_days=within_days,
        people=len(both),
        collided=int(hits[-1]),
        expected=float(totals.mean()),
        low=float(low[-1]),
        high=float(high[-1]),
        p_more=float(p_more[-1]),
        p_fewer=float((1 + (totals <= hits[-1]).sum()) / (1 + permutations)),
        frame=pd.DataFrame(
            {
                "kind": [ALL, *marketing.kinds],
                "people": np.roll(hits, 1),
                "expected": np.roll(drawn.mean(axis=0), 1),
                "low": np.roll(low, 1),
                "high": np.roll(high, 1),
                "p_more": np.roll(p_more, 1),
            }
        ),
        followed=followed,
        difference=difference,
        about=About(
            method=METHOD.format(n=wording.both(wording.days, within_days)),
            level=level,
            assumptions=ASSUMPTIONS,
            left_out={why: n for why, n in left_out.items() if n},
        ),
    )


def _touched(data: Dataset, team: str, anchor: pd.Series, used: Flags) -> _Touched:
    rows = own_touches(data, team)
    of = places(rows["lead_id"], data.leads["lead_id"])
    since = rows["occurred_at"].reset_index(drop=True) - anchor.iloc[np.maximum(of, 0)].reset_index(
        drop=True
    )
    day = (since / _DAY).to_numpy(dtype=np.float64)
    kept = (of >= 0) & used[np.maximum(of, 0)] & (day >= 0) & (day < WATCHED_DAYS)
    kind, kinds = pd.factorize(rows["kind"].astype("str").to_numpy()[kept], sort=True)
    return _Touched(of[kept], day[kept], np.asarray(kind, dtype=np.int64), list(map(str, kinds)))


def _permuted(
    marketing: _Touched,
    sales: _Touched,
    handed: Flags,
    within_days: int,
    permutations: int,
    seed: int,
) -> tuple[Integers, Integers]:
    """Count the people who collided, by kind and in all: as it is, and by chance.

    Times are swapped between people with as many touches of sales, handed over or not.
    """
    random = np.random.default_rng(seed)
    order = np.lexsort((sales.day, sales.lead))
    lead, day = sales.lead[order], sales.day[order]
    person, begin, count = np.unique(lead, return_index=True, return_counts=True)
    group = 2 * count + handed[person]
    kinds = len(marketing.kinds)
    hits = np.zeros(kinds + 1, dtype=np.int64)
    drawn = np.zeros((permutations, kinds + 1), dtype=np.int64)
    for each in np.unique(group):
        own = np.flatnonzero(group == each)
        times = day[begin[own][:, None] + np.arange(count[own[0]])]
        row = _rows_of(marketing.lead, person[own])
        touched = np.flatnonzero(row >= 0)
        at, kind, row = marketing.day[touched], marketing.kind[touched], row[touched]
        hits += _people(row, kind, kinds, _close(times[row], at, within_days))
        for one in range(permutations):
            swapped = random.permutation(len(own))
            drawn[one] += _people(row, kind, kinds, _close(times[swapped[row]], at, within_days))
    return hits, drawn


def _rows_of(lead: Integers, among: Integers) -> Integers:
    """Give the row of each lead in a sorted array, −1 where it is not in it."""
    found = np.minimum(np.searchsorted(among, lead), len(among) - 1)
    return np.where(among[found] == lead, found, -1)


def _close(times: Floats, at: Floats, within_days: int) -> Flags:
    return np.asarray((np.abs(times - at[:, None]) <= within_days).any(axis=1))


def _people(person: Integers, kind: Integers, kinds: int, near: Flags) -> Integers:
    """Count the people with a touch near one of sales, by its kind and, last, in all."""
    pairs = np.unique(person[near] * kinds + kind[near])
    by_kind = np.bincount(pairs % kinds, minlength=kinds)
    return np.append(by_kind, len(np.unique(pairs // kinds))).astype(np.int64)


def _followed(
    data: Dataset,
    anchor: pd.Series,
    marketing: _Touched,
    sales: _Touched,
    used: Flags,
    within_days: int,
    draws: tuple[int, int, float],
) -> tuple[pd.DataFrame | None, tuple[float, float, float]]:
    """Compare opportunities after the first weeks: touched close together, or further apart."""
    replicates, seed, level = draws
    missing = (float("nan"),) * 3
    early = marketing.day < COUNTED_DAYS
    soon = sales.day < COUNTED_DAYS
    pairs = pd.DataFrame({"lead": marketing.lead[early], "day": marketing.day[early]}).merge(
        pd.DataFrame({"lead": sales.lead[soon], "other": sales.day[soon]}), on="lead"
    )
    if not len(pairs) or not data.has("opportunities", "lead_id", "created_at"):
        return None, missing
    gap = (pairs["day"] - pairs["other"]).abs().groupby(pairs["lead"]).min()
    place = gap.index.to_numpy(dtype=np.int64)
    start = anchor.iloc[place] + COUNTED_DAYS * _DAY
    opened = first(data, data.opportunities, "created_at").iloc[place]
    until = start + FOLLOWED_DAYS * _DAY
    kept = used[place] & (until <= data.as_of).to_numpy() & ~(opened <= start).to_numpy()
    exposed = (gap <= within_days).to_numpy(dtype=bool)[kept]
    account = account_codes(data.leads["account_id"].iloc[place[kept]])
    few = account.max(initial=-1) + 1 < FEWEST_ACCOUNTS
    if few or min(exposed.sum(), (~exposed).sum()) < MINIMUM_PEOPLE:
        return None, missing
    event = (opened <= until).to_numpy(dtype=bool)[kept]
    score = data.leads["score_at_mql"].iloc[place[kept]]
    ranked = score.rank(method="first")
    # Fewer than three scores make no thirds: all are compared as one.
    thirds = pd.qcut(ranked, 3, labels=False) if score.notna().sum() >= 3 else ranked * np.nan
    found = compare(
        exposed,
        event,
        thirds.fillna(3).to_numpy(dtype=np.int64),
        account,
        replicates=replicates,
        seed=seed,
        level=level,
    )
    return group_rows(found, ("close together", "further apart"), level), found.difference
