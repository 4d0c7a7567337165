"""Short and long effects of each driver, from draws of its responses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import whole
from alignment.horizons.model import LAST_WEEK, SHORT_WEEKS, YEAR_WEEKS

Floats = NDArray[np.float64]

# Name, first and last week; week 1 is that of the activity itself.
HORIZONS = (
    ("short", 1, SHORT_WEEKS),
    ("long", SHORT_WEEKS + 1, YEAR_WEEKS),
    ("year", 1, YEAR_WEEKS),
    ("tail", YEAR_WEEKS + 1, LAST_WEEK),
)
RETURN_WEEKS = (4, 13, 26, 52, 104)
# How much closer to the estimate the data must bring a number to say anything: benchmarks/results/
# long_short_learned.md tells how often that is so where they say nothing, and where they do.
LEARNED = 0.30
CLAIM = 0.95  # probability from which a slow stock is claimed (and below 1 − it, denied)
TOLD, CANNOT_TELL = "told", "cannot tell"
# Rows that are sums of drivers, and what sales effort does to deals that are open.
MARKETING, BRAND, BOTH_SALES = "all marketing", "all brand", "all sales"
CLOSING = "sales effort on open deals"

_LIMITS = ["estimate", "low", "high"]
RETURN_COLUMNS = [
    *("driver", "weeks", *_LIMITS),
    *("marginal", "marginal_low", "marginal_high", "extrapolated"),
]


@dataclass(frozen=True)
class Responses:
    """Draws of what one average week of each driver brings in each week from then on.

    Parameters
    ----------
    names : tuple of str
        Drivers, and their sums by team.
    draws, prior : arrays (S, N, W)
        Posterior draws, and draws that have not seen the outcome.
    measure : str
        ``opportunities`` or ``value``.
    known_weeks : float
        Weeks up to which the conversion into this measure is on record; infinite where no
        conversion is needed.
    """

    names: tuple[str, ...]
    draws: Floats
    prior: Floats
    measure: str
    known_weeks: float = np.inf

    def within(self, first: int, last: int) -> tuple[Floats, Floats]:
        """Give draws of the effect from a week to a week, both included, and of its prior.

        Parameters
        ----------
        first, last : int
            Weeks, counted from 1, that of the activity itself.

        Returns
        -------
        draws, prior : arrays (S, N)
            One column for each of `names`.

        Raises
        ------
        ArgumentError
            If they are no weeks of the draws, or the last comes before the first.
        """
        whole("first", first, 1, self.draws.shape[2])
        whole("last", last, int(first), self.draws.shape[2])
        part = slice(first - 1, last)
        return self.draws[:, :, part].sum(axis=2), self.prior[:, :, part].sum(axis=2)


def with_totals(draws: Floats, names: tuple[str, ...], totals: Mapping[str, list[str]]) -> Floats:
    """Append the sums of some drivers to draws (S, D, W)."""
    sums = [draws[:, [names.index(n) for n in members]].sum(axis=1) for members in totals.values()]
    return np.concatenate([draws, np.stack(sums, axis=1)], axis=1) if sums else draws


def limits(draws: Floats, level: float) -> Floats:
    """Give median and percentile limits of each column, missing ones left out, (N, 3).

    The median: posteriors of positive effects lean to one side, and their mean overstates.
    """
    tail = (1 - level) / 2
    empty = np.asarray(~np.isfinite(draws).any(axis=0))
    filled = np.where(empty, 0.0, draws)
    told = np.nanquantile(filled, [0.5, tail, 1 - tail], axis=0).T
    return np.where(empty[:, np.newaxis], np.nan, told)


def learned(draws: Floats, prior: Floats) -> Floats:
    """Say how much closer to each estimate its draws lie than they did before the data.

    One minus the root mean squared distance of the posterior's draws from their median, over that
    of the prior's draws from the same median. Without a shift it is the share by which the data
    narrowed the spread; where they moved the estimate by d, the spread σ of the draws is set
    against √(σ₀² + d²). So an effect larger than expected counts as told even where its interval
    is wider than before, and one that only looks like the assumption does not.

    Parameters
    ----------
    draws, prior : arrays (S, N)
        Posterior draws, and draws that have not seen the outcome; missing ones are left out.

    Returns
    -------
    array (N,)
        0 where the data said nothing, 1 where they said all; below 0 where they only spread the
        draws; missing where either has no draws, or the prior no spread and no distance.
    """
    place = limits(draws, 0.0)[:, 0]
    own, before = (_distance(part, place) for part in (draws, prior))
    share: Floats = 1.0 - own / np.where(before > 0, before, np.nan)
    return share


def _distance(draws: Floats, place: Floats) -> Floats:
    """Give the root mean squared distance of each column's draws from a place."""
    known = np.isfinite(draws)
    squared = np.where(known, draws - np.where(np.isfinite(place), place, 0.0), 0.0) ** 2
    count = known.sum(axis=0)
    mean = squared.sum(axis=0) / np.where(count > 0, count, np.nan)
    return np.asarray(np.sqrt(np.where(np.isfinite(place), mean, np.nan)), dtype=np.float64)


def weeks_wanted(share: float, weeks: int) -> float:
    """Guess the weeks after which a number could be told, if they vary like those on record.

    Precision of the data adds to that of the prior, week by week (normal approximation). With i
    times the prior's precision, the posterior's variance is 1 / (1 + i) of the prior's and its
    squared shift, on average over the prior, i / (1 + i): so :func:`learned` is on average
    1 − 1/√(1 + 2i), and 1/(1 − learned)² − 1 grows in proportion to the weeks.

    Parameters
    ----------
    share : float
        What was learned so far.
    weeks : int
        Weeks on record.

    Returns
    -------
    float
        Weeks in all; infinite where the data said nothing.
    """
    if np.isnan(share):
        return float("inf")
    if share >= LEARNED:
        return float(weeks)
    gained = 1.0 / (1.0 - max(share, 0.0)) ** 2 - 1.0
    wanted = 1.0 / (1.0 - LEARNED) ** 2 - 1.0
    return float(np.ceil(weeks * wanted / gained)) if gained > 1e-3 else np.inf


def effect_table(responses: Responses, level: float, weeks: int) -> pd.DataFrame:
    """Give the effect of one average week by horizon; see :class:`LongShort`, `effects`."""
    parts = []
    for horizon, first, last in HORIZONS:
        draws, prior = responses.within(first, last)
        share = learned(draws, prior)
        before = limits(prior, level)
        frame = pd.DataFrame(limits(draws, level), columns=_LIMITS)
        frame.insert(0, "driver", responses.names)
        frame.insert(1, "measure", responses.measure)
        frame.insert(2, "horizon", horizon)
        frame["first_week"], frame["last_week"] = first, last
        frame["prior_low"], frame["prior_high"] = before[:, 1], before[:, 2]
        frame["learned"] = share
        frame["verdict"] = np.where(share >= LEARNED, TOLD, CANNOT_TELL)
        frame["extrapolated"] = (last > min(responses.known_weeks, YEAR_WEEKS)) | (
            horizon == "tail"
        )
        frame["weeks_wanted"] = [weeks_wanted(s, weeks) for s in share]
        parts.append(frame)
    return pd.concat(parts, ignore_index=True).astype({"driver": "str"})


def timing_table(responses: Responses, level: float) -> pd.DataFrame:
    """Give late share and half-life; see :class:`LongShort`, `timing`."""
    tables = []
    for quantity, find in (("late share", late_share), ("half-life", half_life)):
        draws, prior = find(responses.draws), find(responses.prior)
        share, before = learned(draws, prior), limits(prior, level)
        frame = pd.DataFrame(limits(draws, level), columns=_LIMITS)
        frame.insert(0, "driver", responses.names)
        frame.insert(1, "measure", responses.measure)
        frame.insert(2, "quantity", quantity)
        frame["prior_low"], frame["prior_high"] = before[:, 1], before[:, 2]
        frame["learned"] = share
        frame["verdict"] = np.where(share >= LEARNED, TOLD, CANNOT_TELL)
        tables.append(frame)
    return pd.concat(tables, ignore_index=True).astype({"driver": "str"})


def late_share(draws: Floats) -> Floats:
    """Give the share of the year's effect that comes after the quarter, (S, N)."""
    year = draws[:, :, :YEAR_WEEKS].sum(axis=2)
    short = draws[:, :, :SHORT_WEEKS].sum(axis=2)
    share: Floats = 1.0 - short / np.where(year > 0, year, np.nan)
    return share


def half_life(draws: Floats) -> Floats:
    """Give the first week by whose end half of the year's effect has come, (S, N)."""
    cumulated = np.cumsum(draws[:, :, :YEAR_WEEKS], axis=2)
    total = cumulated[:, :, -1:]
    reached = (cumulated >= total / 2).argmax(axis=2) + 1.0
    weeks: Floats = np.where(total[:, :, 0] > 0, reached, np.nan)
    return weeks


def curve_table(responses: Responses, level: float) -> pd.DataFrame:
    """Give responses by week; see :class:`LongShort`, `curves`."""
    tables = []
    for place, name in enumerate(responses.names):
        each = responses.draws[:, place]
        frame = pd.DataFrame(limits(each, level), columns=_LIMITS)
        total = limits(np.cumsum(each, axis=1), level)
        frame[["cumulated", "cumulated_low", "cumulated_high"]] = total
        frame.insert(0, "driver", name)
        frame.insert(1, "measure", responses.measure)
        frame.insert(2, "week", np.arange(1, len(frame) + 1))
        frame["extrapolated"] = frame["week"] > min(responses.known_weeks, YEAR_WEEKS)
        tables.append(frame)
    return pd.concat(tables, ignore_index=True).astype({"driver": "str"})


def return_table(
    responses: Responses, spend: Mapping[str, float], marginal: Mapping[str, Floats], level: float
) -> pd.DataFrame:
    """Give value for each unit of spend by horizon; see :class:`LongShort`, `returns`.

    Parameters
    ----------
    responses : Responses
        In value.
    spend : mapping
        Mean spend of a week, by driver; those without spend are left out.
    marginal : mapping
        Draws of the effect of one more unit as a share of the average unit's.
    level : float
    """
    rows = []
    for name, cost in spend.items():
        draws = responses.draws[:, responses.names.index(name)]
        for weeks in RETURN_WEEKS:
            average = draws[:, :weeks].sum(axis=1) / cost
            told = limits(np.column_stack([average, average * marginal[name]]), level)
            late = weeks > min(responses.known_weeks, YEAR_WEEKS)
            rows.append((name, weeks, *told[0], *told[1], late))
    return pd.DataFrame(rows, columns=RETURN_COLUMNS).astype({"driver": "str"})
