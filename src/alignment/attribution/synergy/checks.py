"""The same four values by other routes: raw, g-formula, inverse probability weights.

All of them value what the main model values: the journeys seen, with one team's touches or both
taken out. They go wrong in other ways than it does, so agreement is worth something.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import expit

from alignment.attribution.paths import Floats
from alignment.attribution.synergy.indices import teams_game
from alignment.attribution.synergy.landmark import Landmark
from alignment.attribution.synergy.logistic import fit_logistic, penalties
from alignment.attribution.synergy.resampling import RIDGE

RAW, RAW_JOURNEYS = "raw 2×2", "raw 2×2, over all journeys"
G_FORMULA, WEIGHTED = "sequential g-formula", "stabilised IPW"
DIFFERENCE = 0.15  # in rho, beyond which the headline is inconclusive
TRUNCATED = 0.995
_TINY = 1e-6


def raw_values(units: Landmark) -> Floats:
    """Value the teams by the means of the four cells, as a dashboard shows them."""
    return _cell_means(units, units.weight)


def raw_journey_values(units: Landmark) -> Floats:
    """Value the journeys seen as if units in the four cells were alike but for the touches."""
    mean = _cell_means(units, units.weight)
    return _from_means(units, mean[[0, 0, 0]], mean[1], mean[2])


def _cell_means(units: Landmark, weights: Floats) -> Floats:
    total = np.bincount(units.cell, weights, minlength=4)
    happened = np.bincount(units.cell, weights * units.outcome, minlength=4)
    return np.where(total > 0, happened / np.where(total > 0, total, 1.0), np.nan)


def _from_means(
    units: Landmark, nobody: Floats, only_marketing: float, only_sales: float
) -> Floats:
    """Put the values together from what each cell would have reached with touches taken out.

    `nobody` holds the mean without any touch of those whom marketing, sales or both touched.
    """
    share = np.bincount(units.cell, minlength=4) / len(units.cell)
    own = _cell_means(units, units.weight)
    m_to_none, s_to_none, both_to_none = nobody
    return np.array(
        [
            share @ np.array([own[0], m_to_none, s_to_none, both_to_none]),
            share @ np.array([own[0], own[1], s_to_none, only_marketing]),
            share @ np.array([own[0], m_to_none, own[2], only_sales]),
            share @ own,
        ]
    )


def g_formula_values(units: Landmark) -> Floats:
    """Value the teams by a sequential g-formula over the raw score (Robins 1986).

    Two stages at the level of teams: what marketing adds to the score (least squares, not the
    exported points), then the outcome given both teams and the raw score. Taking marketing out
    also takes its part out of the score.
    """
    m, s = units.teams.T.astype(float)
    known = units.warmth.known
    gain = np.zeros(len(m))
    if units.warmth.source != "none":
        touched = units.exposure[:, : units.marketing].astype(float)
        first = np.column_stack([np.ones(len(m)), touched, units.covariates])
        effect = np.linalg.lstsq(first[known], units.warmth.score[known], rcond=None)[0]
        gain = np.where(known, touched @ effect[1 : 1 + units.marketing], 0.0)
    score = units.warmth.score if units.warmth.source != "none" else np.zeros(len(m))

    def design(marketing: Floats, sales: Floats, level: Floats) -> Floats:
        parts = [np.ones(len(m)), *units.covariates.T, marketing, sales, marketing * sales]
        if units.warmth.source != "none":
            parts += [level, level**2, sales * level]
            if not known.all():
                parts.append(known.astype(float))
        if units.speed.any():
            parts.append(sales * units.speed)
        return np.column_stack(parts)

    rows = design(m, s, score)
    fit = fit_logistic(
        rows, units.outcome, units.weight, penalties(rows, units.weight, RIDGE)
    ).coefficients
    without = score - gain
    nothing = np.zeros(len(m))
    return np.array(
        [
            expit(design(marketing, sales, level) @ fit).mean()
            for marketing, sales, level in (
                (nothing, nothing, without),
                (m, nothing, score),
                (nothing, s, without),
                (m, s, score),
            )
        ]
    )


@dataclass(frozen=True)
class Propensities:
    """Estimated chances of a touch, given what is known and what the other team did.

    Parameters
    ----------
    marketing, sales : array (units,)
        Given whether the other team touched the unit.
    marketing_first, sales_untouched : array (units,)
        Of marketing's touch with nothing known of sales; of sales' where marketing did nothing.
    """

    marketing: Floats
    sales: Floats
    marketing_first: Floats
    sales_untouched: Floats


def propensities(units: Landmark) -> Propensities:
    """Fit who is touched by each team, on covariates and net warmth."""
    m, s = units.teams.T.astype(float)
    base = np.column_stack([np.ones(len(m)), units.covariates, units.warmth.columns])
    ones = np.ones(len(m))
    warm = units.warmth.value

    def chance(touched: Floats, other: Floats | None, others: tuple[Floats, ...]) -> list[Floats]:
        def rows(value: Floats) -> Floats:
            return base if other is None else np.column_stack([base, value, value * warm])

        design = rows(other if other is not None else ones)
        fit = fit_logistic(design, touched, ones, penalties(design, ones, RIDGE))
        return [expit(rows(value) @ fit.coefficients) for value in others]

    nothing = np.zeros(len(m))
    marketing = chance(m, s, (s,))[0]
    sales, sales_untouched = chance(s, m, (m, nothing))
    return Propensities(marketing, sales, chance(m, None, (m,))[0], sales_untouched)


def weighted_values(units: Landmark, chances: Propensities) -> Floats:
    """Value the teams by inverse probability weights (Robins et al. 2000).

    In place of those whom a team touched stand units that it did not touch, weighted so that
    their covariates are alike: by the odds of the touch, truncated at the 99.5th percentile and
    scaled to their number.
    """
    weight = units.weight
    to_marketing = _odds(chances.marketing)
    to_sales = _odds(chances.sales)
    neither = (1 - chances.marketing_first) * (1 - chances.sales_untouched)
    # For a unit without any touch: P(m, not s) / P(neither) is the odds of m given not s, and
    # P(s, not m) / P(neither) the odds of s given not m; what is left of one is both.
    both = np.maximum(1 / np.maximum(neither, _TINY) - 1 - to_marketing - to_sales, 0.0)
    without = [_weighted_mean(units, 0, odds, weight) for odds in (to_marketing, to_sales, both)]
    return _from_means(
        units,
        np.array(without),
        _weighted_mean(units, 1, to_sales, weight),
        _weighted_mean(units, 2, to_marketing, weight),
    )


def _odds(chance: Floats) -> Floats:
    return chance / np.maximum(1 - chance, _TINY)


def _weighted_mean(units: Landmark, cell: int, odds: Floats, weight: Floats) -> float:
    mine = units.cell == cell
    if not mine.any():
        return float("nan")
    odds = np.minimum(odds[mine], np.quantile(odds[mine], TRUNCATED))
    total = weight[mine] * odds
    return float(total @ units.outcome[mine] / total.sum()) if total.sum() > 0 else float("nan")


def cross_checks(units: Landmark, chances: Propensities, rho: float) -> pd.DataFrame:
    """Put the other routes beside rho.

    Returns
    -------
    DataFrame
        ``method``, the four values, ``joint``, ``interaction``, ``rho``, ``difference`` (from
        the rho given), ``adjusted`` (whether it allows for who was warm) and ``agrees``. The raw
        table over all journeys takes touches out of them as the others do; the plain one compares
        those whom both touched with those whom nobody did: shown for the trap it is, without a
        vote.
    """
    rows = []
    for method, values in (
        (RAW, raw_values(units)),
        (RAW_JOURNEYS, raw_journey_values(units)),
        (G_FORMULA, g_formula_values(units)),
        (WEIGHTED, weighted_values(units, chances)),
    ):
        found = teams_game(*values)
        gap = float(found.rho - rho)
        adjusted = method not in (RAW, RAW_JOURNEYS)
        # The plain table answers another question, so that it differs without any warmth too.
        agrees = abs(gap) <= DIFFERENCE if method != RAW else pd.NA
        three = map(float, (found.joint, found.interaction, found.rho))
        rows.append((method, *values, *three, gap, adjusted, agrees))
    names = ["method", "none", "marketing", "sales", "both", "joint", "interaction", "rho"]
    frame = pd.DataFrame(rows, columns=[*names, "difference", "adjusted", "agrees"])
    return frame.astype({"agrees": "boolean"})


@dataclass(frozen=True)
class OddsInteraction:
    """The product term of the two teams on the log-odds scale, with its interval."""

    estimate: float
    low: float
    high: float


def odds_interaction(units: Landmark, level: float) -> OddsInteraction:
    """Estimate the product term of a logistic model of the teams, with errors by account.

    Effects that only multiply have none of it, and still a positive interaction in deals.
    """
    m, s = units.teams.T.astype(float)
    warm = units.warmth.columns
    parts = [np.ones(len(m)), *units.covariates.T, *warm.T, m, s]
    if warm.shape[1]:
        parts.append(s * units.warmth.value)
    rows = np.column_stack([*parts, m * s])
    penalty = penalties(rows, units.weight, RIDGE)
    fit = fit_logistic(rows, units.outcome, units.weight, penalty).coefficients
    chance = expit(rows @ fit)
    bread = np.linalg.inv(
        (rows * (units.weight * chance * (1 - chance))[:, None]).T @ rows + np.diag(penalty + 1e-9)
    )
    score = rows * (units.weight * (units.outcome - chance))[:, None]
    sums = np.zeros((int(units.cluster.max()) + 1, rows.shape[1]))
    np.add.at(sums, units.cluster, score)
    error = float(np.sqrt((bread @ (sums.T @ sums) @ bread)[-1, -1]))
    z = float(stats.norm.ppf((1 + level) / 2))
    return OddsInteraction(float(fit[-1]), float(fit[-1] - z * error), float(fit[-1] + z * error))
