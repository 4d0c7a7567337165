"""Refits of the weekly model on other weeks, other dates and shuffled drivers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.horizons.baseline import forecast
from alignment.horizons.carry_over import usual_week
from alignment.horizons.effects import BRAND, MARKETING, limits
from alignment.horizons.model import (
    MINIMUM_WEEKS,
    YEAR_WEEKS,
    WeeklyFit,
    base_columns,
    fit_weekly,
)
from alignment.horizons.weekly import SALES, WeeklyPanel

Floats = NDArray[np.float64]

BLOCK = 26  # weeks that a placebo channel keeps together: its runs look like the real one's
FUTURE = (26, 39)  # weeks by which a placebo date moves activity: what is to come cannot act
AHEAD, ORIGINS = 13, 4  # weeks of a forecast, and from how many moments one is made
SEASON = 52
FIRST_PART = 0.8  # of the weeks in each of two windows, where there are too few for two halves
_QUICK = (16, 40, 80)  # chains, sweeps thrown away, sweeps kept: a refit is read by its median


def refit(
    fit: WeeklyFit,
    outcome: Floats,
    activity: pd.DataFrame,
    *,
    slow: Sequence[str],
    extra: Floats | None,
    seed: int,
) -> WeeklyFit:
    """Fit the same model to other weeks or drivers, with fewer sweeps.

    Parameters
    ----------
    fit : WeeklyFit
        Gives grids and prior scales; its experiments are left out, as they are not of these
        weeks or drivers.
    outcome, activity
        The data.
    slow : sequence of str
        Declared drivers.
    extra : array (T, P) or None
        Holidays.
    seed : int
    """
    chains, warm_up, sweeps = _QUICK
    return fit_weekly(
        outcome,
        activity,
        slow=[name for name in slow if name in activity],
        holidays=extra,
        grids=fit.grids,
        scales=fit.scales,
        seed=seed,
        chains=chains,
        warm_up=warm_up,
        sweeps=sweeps,
    )


def shuffled(activity: Floats, random: np.random.Generator) -> Floats:
    """Put the half-years of a series into another order, beginning anywhere in it."""
    turned = np.roll(activity, int(random.integers(len(activity))))
    blocks = np.array_split(turned, max(len(activity) // BLOCK, 2))
    return np.concatenate([blocks[k] for k in random.permutation(len(blocks))])


def year_effect(fit: WeeklyFit, names: Sequence[str]) -> Floats:
    """Give draws of what one average week of some drivers together brings in the year, (S,)."""
    places = [fit.drivers.index(name) for name in names]
    total: Floats = fit.within(YEAR_WEEKS)[:, places].sum(axis=1)
    return total


def _average_of(fit: WeeklyFit, activity: Floats) -> Floats:
    """Give what the average week of other activity is in average weeks of a fit, (S, D)."""
    knee = np.multiply.outer(np.array(fit.grids.halves), usual_week(fit.activity))[:, np.newaxis]
    own, other = ((x / (x + knee)).mean(axis=1) for x in (fit.activity, activity))
    ratio: Floats = (other / own)[fit.draws.half, np.arange(len(fit.drivers))]
    return ratio


def marketing_drivers(panel: WeeklyPanel) -> list[str]:
    """Give marketing's drivers, or all where there are none."""
    own = panel.drivers.loc[panel.drivers["team"] == "marketing", "driver"].astype(str).tolist()
    return own or panel.names


def _told(
    kind: str, driver: str, number: int, fit: WeeklyFit, names: Sequence[str], level: float
) -> dict[str, object]:
    low_high = limits(year_effect(fit, names)[:, np.newaxis], level)[0]
    on = np.asarray(fit.draws.slow[:, [fit.drivers.index(name) for name in names]] > 0)
    return {
        "kind": kind,
        "driver": driver,
        "number": number,
        **dict(zip(("estimate", "low", "high"), map(float, low_high), strict=True)),
        "slow_probability": float(on.any(axis=1).mean()),
    }


_PLACEBO_COLUMNS = ["kind", "driver", "number", "estimate", "low", "high", "slow_probability"]


def placebo_channels(
    fit: WeeklyFit, panel: WeeklyPanel, placebos: int, seed: int, level: float
) -> pd.DataFrame:
    """Fit with a shuffled copy of every driver beside the real ones, some times over."""
    rows = []
    activity = pd.DataFrame(fit.activity, columns=list(fit.drivers))
    for number in range(placebos):
        random = np.random.default_rng([seed, number])
        copies = {
            f"placebo {name}": shuffled(activity[name].to_numpy(), random) for name in activity
        }
        declared = [*fit.slow, *(f"placebo {name}" for name in fit.slow)]
        again = refit(
            fit,
            fit.outcome,
            activity.assign(**copies),
            slow=declared,
            extra=panel.holidays(),
            seed=seed + number,
        )
        for name in fit.drivers:
            told = _told("channel", name, number, again, [f"placebo {name}"], level)
            rows.append({**told, "real": float(np.median(year_effect(again, [name])))})
    columns = [*_PLACEBO_COLUMNS, "real"]
    return pd.DataFrame(rows, columns=columns).astype({"kind": "str", "driver": "str"})


def placebo_dates(fit: WeeklyFit, panel: WeeklyPanel, seed: int, level: float) -> pd.DataFrame:
    """Put the activity of later weeks in the place of each week's own.

    Refits know no experiment, so that the real effect is that of a fit that knows none either: an
    experiment must not help the model to pass a check of its own.
    """
    rows, extra = [], panel.holidays()
    if fit.experiments:
        activity = pd.DataFrame(fit.activity, columns=list(fit.drivers))
        fit = refit(fit, fit.outcome, activity, slow=fit.slow, extra=extra, seed=seed)
    for shift in FUTURE:
        weeks = len(fit.outcome) - shift
        activity = pd.DataFrame(fit.activity[shift:], columns=list(fit.drivers))
        activity = activity.loc[:, np.ptp(activity.to_numpy(), axis=0) > 0]
        names = [name for name in marketing_drivers(panel) if name in activity]
        if weeks < MINIMUM_WEEKS or not names or np.ptp(fit.outcome[:weeks]) == 0:
            continue
        again = refit(
            fit,
            fit.outcome[:weeks],
            activity,
            slow=fit.slow,
            extra=None if extra is None else extra[:weeks],
            seed=seed,
        )
        real = float(np.median(year_effect(fit, names)))
        rows.append({**_told("date", MARKETING, shift, again, names, level), "real": real})
    columns = [*_PLACEBO_COLUMNS, "real"]
    return pd.DataFrame(rows, columns=columns).astype({"kind": "str", "driver": "str"})


def shifted_windows(fit: WeeklyFit, panel: WeeklyPanel, seed: int, level: float) -> pd.DataFrame:
    """Refit on the first and on the last weeks; an average week stays that of all weeks.

    Two halves, which share no week, where each is long enough for a fit; else windows that overlap,
    whose estimates then differ by less than chance would make them.
    """
    weeks = len(fit.outcome)
    size = weeks // 2 if weeks >= 2 * MINIMUM_WEEKS else int(weeks * FIRST_PART)
    size, extra = max(size, MINIMUM_WEEKS), panel.holidays()
    sums = {MARKETING: marketing_drivers(panel), BRAND: list(fit.slow), SALES: [SALES]}
    sums = {name: own for name, own in sums.items() if set(own) <= set(fit.drivers) and own}
    rows = [
        (name, "all", *limits(year_effect(fit, own)[:, np.newaxis], level)[0], np.nan)
        for name, own in sums.items()
    ]
    drawn = dict[str, Floats]()
    for window, part in (("first", slice(0, size)), ("last", slice(weeks - size, weeks))):
        activity = pd.DataFrame(fit.activity[part], columns=list(fit.drivers))
        moving = np.ptp(fit.outcome[part]) > 0 and (np.ptp(activity.to_numpy(), axis=0) > 0).all()
        if size == weeks or not moving:
            continue
        again = refit(
            fit,
            fit.outcome[part],
            activity,
            slow=fit.slow,
            extra=_varying(extra, part),
            seed=seed,
        )
        year = again.within(YEAR_WEEKS) * _average_of(again, fit.activity)
        for name, own in sums.items():
            places = [fit.drivers.index(n) for n in own]
            total = year[:, places].sum(axis=1)
            # Draws of the two fits are independent, so that any pairing will do.
            more = float((total > drawn[name]).mean()) if name in drawn else np.nan
            drawn[name] = total
            rows.append((name, window, *limits(total[:, np.newaxis], level)[0], more))
    columns = ["driver", "window", "estimate", "low", "high", "larger_than_first"]
    return pd.DataFrame(rows, columns=columns).astype({"driver": "str", "window": "str"})


def _varying(extra: Floats | None, part: slice) -> Floats | None:
    """Give the columns of holidays that vary within a window."""
    if extra is None:
        return None
    own = extra[part]
    own = own[:, np.ptp(own, axis=0) > 0]
    return own if own.size else None


def forecasts(fit: WeeklyFit, panel: WeeklyPanel, seed: int, level: float) -> pd.DataFrame:
    """Forecast each of the last quarters from the weeks before it, with its activity known."""
    parts_ = []
    for back in range(ORIGINS, 0, -1):
        weeks = len(fit.outcome) - back * AHEAD
        enough = weeks >= max(MINIMUM_WEEKS, SEASON) and np.ptp(fit.outcome[:weeks]) > 0
        if enough and (np.ptp(fit.activity[:weeks], axis=0) > 0).all():
            parts_.append(_forecast_from(fit, panel, weeks, seed, level))
    columns = ["week", "outcome", "estimate", "low", "high", "naive"]
    return pd.concat(parts_, ignore_index=True) if parts_ else pd.DataFrame(columns=columns)


def _forecast_from(
    fit: WeeklyFit, panel: WeeklyPanel, weeks: int, seed: int, level: float
) -> pd.DataFrame:
    end, extra = weeks + AHEAD, panel.holidays()
    if extra is not None:  # what never was free before cannot be learned
        extra = extra[:end, np.ptp(extra[:weeks], axis=0) > 0]
    every = base_columns(end, extra)
    kept = base_columns(weeks, None if extra is None else extra[:weeks])
    if every.shape[1] != kept.shape[1]:
        extra, every = None, base_columns(end)
    again = refit(
        fit,
        fit.outcome[:weeks],
        pd.DataFrame(fit.activity[:weeks], columns=list(fit.drivers)),
        slow=fit.slow,
        extra=None if extra is None else extra[:weeks],
        seed=seed,
    )
    # The base spans the same; its columns are those of the longer stretch.
    again = replace(again, base=every[:weeks])
    drawn = forecast(again, fit.activity[weeks:end], every[weeks:], draws=400, seed=seed)
    frame = pd.DataFrame(limits(drawn, level), columns=["estimate", "low", "high"])
    frame["estimate"] = np.median(drawn, axis=0)
    frame.insert(0, "week", panel.frame["week"].to_numpy()[weeks:end])
    frame.insert(1, "outcome", fit.outcome[weeks:end])
    frame["naive"] = fit.outcome[weeks - SEASON : end - SEASON]
    return frame
