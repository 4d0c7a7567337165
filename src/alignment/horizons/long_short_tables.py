"""Draws of the responses and the tables of a long-and-short result, made from a fit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.horizons.baseline import parts
from alignment.horizons.closing import Closing
from alignment.horizons.effects import (
    BOTH_SALES,
    BRAND,
    CLAIM,
    CLOSING,
    MARKETING,
    RETURN_COLUMNS,
    Responses,
    limits,
    return_table,
    with_totals,
)
from alignment.horizons.funnel import ValueCurve, through
from alignment.horizons.model import LAST_WEEK, WeeklyFit, prior_fit
from alignment.horizons.stopping import Stop, loss_tables, lost_by_week, when_shown
from alignment.horizons.weekly import SALES, WeeklyPanel

Floats = NDArray[np.float64]

KEPT_DRAWS = 1200


def _totals(panel: WeeklyPanel) -> dict[str, list[str]]:
    drivers = panel.drivers
    marketing = drivers.loc[drivers["team"] == "marketing", "driver"].astype(str).tolist()
    totals = {MARKETING: marketing, BRAND: list(panel.slow)}
    return {name: members for name, members in totals.items() if members}


def _thinned(fit: WeeklyFit) -> Floats:
    """Give responses of a part of the draws, (S, D, W)."""
    fast, slow = fit.responses(LAST_WEEK)
    step = max(len(fast) // KEPT_DRAWS, 1)
    return np.asarray((fast + slow)[::step][:KEPT_DRAWS])


def responses_of(
    panel: WeeklyPanel,
    fit: WeeklyFit,
    curve: ValueCurve | None,
    closing: Closing | None,
    seed: int,
) -> dict[str, Responses]:
    """Give draws of the responses, in the outcome and, through the funnel, in value."""
    totals, names = _totals(panel), tuple(panel.names)
    own = _thinned(fit)
    prior = _thinned(prior_fit(fit, KEPT_DRAWS, seed))
    every = (*names, *totals)
    first = "value" if panel.outcome == "won value" else panel.outcome
    found = {
        first: Responses(
            every, with_totals(own, names, totals), with_totals(prior, names, totals), first
        )
    }
    if curve is None or not np.nanmax(curve.value, initial=0.0) > 0:
        return found
    random = np.random.default_rng([seed, 1])
    paired = [
        curve.value_draws[random.integers(0, len(curve.value_draws), len(part))]
        for part in (own, prior)
    ]
    value = [
        with_totals(through(part, drawn), names, totals)
        for part, drawn in zip((own, prior), paired, strict=True)
    ]
    if closing is not None:
        each = curve.value_draws[:, -1] / np.maximum(curve.wins_draws[:, -1], 1e-12)
        worth = each[random.integers(0, len(each), len(own))][:, np.newaxis, np.newaxis]
        wins = [closing.more_wins, closing.prior_more_wins]
        for place, part in enumerate(wins):
            step = np.diff(part, axis=1, prepend=0.0)[:, np.newaxis, :]
            added = step[: len(value[place])] * worth[: len(value[place])]
            sales = added
            if SALES in names:
                sales = added + value[place][:, [names.index(SALES)]]
            value[place] = np.concatenate([value[place], added, sales], axis=1)
        every = (*every, CLOSING, BOTH_SALES)
    found["value"] = Responses(every, value[0], value[1], "value", curve.known_weeks)
    return found


def slow_table(fit: WeeklyFit, level: float) -> pd.DataFrame:
    """Say for each declared driver whether it has a slow stock, and how long that lasts."""
    columns = ["driver", "probability", "prior", "verdict", "half_life", "low", "high"]
    on = np.asarray(fit.draws.slow[:, [fit.drivers.index(n) for n in fit.slow]] > 0)
    if not len(fit.slow):
        return pd.DataFrame(columns=columns)
    retention = np.array(fit.grids.retentions_slow)[fit.draws.retention]
    lasting = np.log(0.5) / np.log(retention)
    before = fit.scales.slow_probability
    cases = [(name, on[:, k], before) for k, name in enumerate(fit.slow)]
    cases.append((BRAND, np.asarray(on.any(axis=1)), 1 - (1 - before) ** len(fit.slow)))
    rows = []
    for name, flag, prior in cases:
        probability = float(flag.mean())
        verdict = (
            "present"
            if probability >= CLAIM
            else "absent"
            if probability <= 1 - CLAIM
            else "cannot tell"
        )
        told = limits(np.where(flag, lasting, np.nan)[:, np.newaxis], level)[0]
        rows.append((name, probability, prior, verdict, *told))
    return pd.DataFrame(rows, columns=columns).astype({"driver": "str", "verdict": "str"})


def returns_of(
    panel: WeeklyPanel, fit: WeeklyFit, draws: Mapping[str, Responses], level: float
) -> pd.DataFrame:
    """Give value for each unit of spend, where a driver has spend and there is value."""
    money = panel.drivers[(panel.drivers["unit"] == (panel.currency or ""))]
    if "value" not in draws or not len(money):
        return pd.DataFrame(columns=RETURN_COLUMNS)
    share = fit.marginal()
    step = max(len(share) // KEPT_DRAWS, 1)
    share = share[::step][:KEPT_DRAWS]
    spend = {str(n): float(panel.frame[n].mean()) for n in money["driver"]}
    marginal = {n: share[:, fit.drivers.index(n)] for n in spend}
    return return_table(draws["value"], spend, marginal, level)


def stop_of(
    panel: WeeklyPanel, fit: WeeklyFit, draws: Mapping[str, Responses], level: float
) -> Stop | None:
    """Say what stopping all brand for a year would cost; nothing where none is declared."""
    if not panel.slow:
        return None
    tables = []
    for measure, responses in draws.items():
        lost = lost_by_week(responses.draws[:, responses.names.index(BRAND)])
        tables.append(loss_tables(lost, measure, responses.known_weeks, level))
    first = next(iter(draws.values()))
    step = max(len(fit.draws.noise) // KEPT_DRAWS, 1)
    ratio = np.array(fit.grids.ratios)[fit.draws.ratio]
    shown = when_shown(
        lost_by_week(first.draws[:, first.names.index(BRAND)]),
        fit.draws.noise[::step][:KEPT_DRAWS],
        ratio[::step][:KEPT_DRAWS],
    )
    tail = (1 - level) / 2
    told = np.quantile(shown, [0.5, tail, 1 - tail], method="inverted_cdf")
    money = panel.drivers.loc[
        panel.drivers["slow"] & (panel.drivers["unit"] == (panel.currency or "")), "driver"
    ]
    saved = float(panel.frame[list(money)].to_numpy().mean(axis=0).sum() * 52)
    return Stop(
        pd.concat([frame for frame, _ in tables], ignore_index=True),
        pd.concat([summary for _, summary in tables], ignore_index=True),
        shows_in=float(told[0]),
        shows_low=float(told[1]),
        shows_high=float(told[2]),
        saved=saved if len(money) else np.nan,
    )


def stock_table(panel: WeeklyPanel, fit: WeeklyFit, level: float) -> pd.DataFrame:
    """Give what the slow stocks brought in each week."""
    if not panel.slow:
        return pd.DataFrame(columns=["week", "estimate", "low", "high"])
    stock = parts(fit, 400).stock
    frame = pd.DataFrame(limits(stock, level), columns=["estimate", "low", "high"])
    frame.insert(0, "week", panel.frame["week"])
    return frame
