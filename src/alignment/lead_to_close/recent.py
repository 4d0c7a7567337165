"""The win rate of the recent days, the open ones counted, beside the one of closed deals only.

Young deals that are closed already are the fast ones, and wins are faster than losses: among
closed deals the win rate of recent starts is too high. A period estimate instead takes everything
that was at risk in the recent days, old starts from the age that they had when those days began
(delayed entry), as a period life table does (Brenner & Gefeller 1996, Cancer 78:2004).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

import numpy as np
import pandas as pd

from alignment import arguments
from alignment.incidence import (
    aalen_johansen,
    at_the_edges,
    bounded_intervals,
    clustered,
    risk_tables,
    standing_at,
    value_at,
)
from alignment.lead_to_close.curves import Timed, accounts, end_codes
from alignment.lead_to_close.spells import Spells
from alignment.moments import SHARED_ACCOUNTS
from alignment.results import LEVEL, About, Result
from alignment.text import Text

METHOD = Text(
    en="Aalen–Johansen over a period: everything at risk in the recent days, old starts from the "
    "age that they had when those days began (period life table; Brenner & Gefeller 1996).",
    es="Aalen–Johansen por periodo: todo lo que estuvo en riesgo en los días recientes, lo antiguo "
    "desde la edad que tenía cuando empezaron (tabla de periodo; Brenner y Gefeller 1996).",
)
ASSUMPTIONS = (
    Text(
        en="What starts now will end at the pace that each age had in the recent days.",
        es="Lo que empieza ahora terminará al ritmo que cada edad tuvo en los días recientes.",
    ),
    SHARED_ACCOUNTS,
    Text(en="A loss counts as final.", es="Una pérdida cuenta como definitiva."),
)


@dataclass(frozen=True)
class RecentRate(Result):
    """How many of what starts now will end as asked, at the pace of the recent days.

    Parameters
    ----------
    estimate, low, high : float
        Probability of the end by `horizon`, from what was at risk in the recent days; NaN where
        they do not reach so far.
    closed_only : float
        Share of that end among the recent starts that have ended: what a dashboard shows.
    started, ended : int
        Recent starts, and how many of them have ended.
    within, horizon : float
        Days.
    won : int
        Recent starts that have ended as asked.
    unit : {"lead", "opportunity", "account"}
        What starts.
    about : About
    """

    estimate: float
    low: float
    high: float
    closed_only: float
    started: int
    ended: int
    within: float
    horizon: float
    won: int = 0
    unit: str = "lead"
    about: About = field(default=About(METHOD, LEVEL, ASSUMPTIONS))

    def to_frame(self) -> pd.DataFrame:
        """Return one row."""
        return pd.DataFrame([{name: self.__dict__[name] for name in _TOLD}])


_TOLD = ("estimate", "low", "high", "closed_only", "started", "ended", "won", "within", "horizon")


def recent_rate(
    spells: Timed, *, within: int = 120, horizon: int = 365, level: float = LEVEL
) -> RecentRate:
    """Estimate the rate of the first end from the recent days alone.

    Losses count as final here. The interval widens by what spells of one account share.

    Parameters
    ----------
    spells : Spells or Clocks
        In days.
    within : int
        Recent days before the export.
    horizon : int
        Day by which the end must have come.
    level : float
        Confidence level.

    Returns
    -------
    RecentRate

    Raises
    ------
    ArgumentError
        If an argument is none of those that may be given.
    """
    _require(spells)
    arguments.within("within", within, 0, inf)
    arguments.within("horizon", horizon, 0, inf)
    arguments.within("level", level, 0, 1)
    frame, codes = spells.frame, end_codes(spells)
    exit, followed = frame["exit"].to_numpy(), frame["followed"].to_numpy()
    entry = np.maximum(frame["entry"].to_numpy(), followed - within)
    seen = exit >= entry
    table = risk_tables(entry[seen], exit[seen], codes[seen], ends=len(spells.ends))[0]
    own = entry[seen], exit[seen], codes[seen], accounts(spells)[seen]
    found = clustered(aalen_johansen(table), *own)
    (low, *_), (high, *_) = bounded_intervals(found, level=level)
    at = np.array([horizon])
    recent = followed <= within
    ended = int((recent & (codes > 0)).sum())
    wins = int((recent & (codes == 1)).sum())
    value = value_at(table, found.incidence[0], at)
    low, high = at_the_edges(
        value,
        value_at(table, low, at, start=np.nan),
        value_at(table, high, at, start=np.nan),
        standing_at(table, found.survival, at) / found.cluster_size,
        level,
    )
    return RecentRate(
        estimate=float(value[0]),
        low=float(low[0]),
        high=float(high[0]),
        closed_only=wins / ended if ended else np.nan,
        started=int(recent.sum()),
        ended=ended,
        within=float(within),
        horizon=float(horizon),
        won=wins,
        unit=getattr(spells, "unit", getattr(spells, "start", "lead")),
        about=About(METHOD, level, ASSUMPTIONS),
    )


def recent_rates(spells: Timed, **options: int) -> pd.DataFrame:
    """Give the recent rate of each group; see :func:`recent_rate`.

    Returns
    -------
    DataFrame
        ``group``, and the numbers of :class:`RecentRate`.
    """
    _require(spells)
    rows = []
    for name, part in spells.frame.groupby("group", sort=True):
        one = _Part(part.reset_index(drop=True), spells.ends)
        rows.append(recent_rate(one, **options).to_frame().assign(group=str(name)))
    table = pd.concat(rows, ignore_index=True)
    return table[["group", *_TOLD]]


def _require(spells: object) -> None:
    if not isinstance(spells, Timed):
        arguments.of_type("spells", spells, Spells, "find_spells(data)")


@dataclass(frozen=True)
class _Part:
    """The spells of one group."""

    frame: pd.DataFrame
    ends: tuple[str, ...]
    revivable: str | None = None

    @property
    def changes(self) -> pd.DataFrame:
        """None are kept."""
        return pd.DataFrame({"spell": [], "day": [], "lost": []})
