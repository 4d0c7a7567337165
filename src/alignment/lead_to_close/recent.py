"""The win rate of the recent days, the open ones counted, beside the one of closed deals only.

Young deals that are closed already are the fast ones, and wins are faster than losses: among
closed deals the win rate of recent starts is too high. A period estimate instead takes everything
that was at risk in the recent days, old starts from the age that they had when those days began
(delayed entry), as a period life table does (Brenner & Gefeller 1996, Cancer 78:2004).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.incidence import (
    aalen_johansen,
    at_the_edges,
    bounded_intervals,
    risk_tables,
    standing_at,
    value_at,
)
from alignment.lead_to_close.curves import Timed, end_codes
from alignment.results import LEVEL


@dataclass(frozen=True)
class RecentRate:
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
    """

    estimate: float
    low: float
    high: float
    closed_only: float
    started: int
    ended: int
    within: float
    horizon: float


def recent_rate(
    spells: Timed, *, within: int = 120, horizon: int = 365, level: float = LEVEL
) -> RecentRate:
    """Estimate the rate of the first end from the recent days alone.

    Losses count as final here.

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
    """
    frame, codes = spells.frame, end_codes(spells)
    exit, followed = frame["exit"].to_numpy(), frame["followed"].to_numpy()
    entry = np.maximum(frame["entry"].to_numpy(), followed - within)
    seen = exit >= entry
    table = risk_tables(entry[seen], exit[seen], codes[seen], ends=len(spells.ends))[0]
    found = aalen_johansen(table)
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
        standing_at(table, found.survival, at),
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
    )


def recent_rates(spells: Timed, **options: int) -> pd.DataFrame:
    """Give the recent rate of each group; see :func:`recent_rate`.

    Returns
    -------
    DataFrame
        ``group`` and the fields of :class:`RecentRate`.
    """
    rows = []
    for name, part in spells.frame.groupby("group", sort=True):
        one = _Part(part.reset_index(drop=True), spells.ends)
        rows.append({"group": str(name), **vars(recent_rate(one, **options))})
    return pd.DataFrame(rows)


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
