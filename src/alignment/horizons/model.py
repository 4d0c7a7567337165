"""The weekly model: a fast carry-over for each driver, a slow stock for brand, a moving baseline.

``y_t = level_t + trend + season + holidays + Σ_d β_d fast_d(t) + γ_d slow_d(t) + noise``: the
level is a random walk; the fast part is a saturated activity carried over by a geometric or a
humped kernel; the slow part is one geometric stock, of a retention shared by all drivers, that only
declared drivers may have and that may be absent (spike and slab). Effects are positive. After
Nerlove & Arrow 1962, Jin et al. 2017 and George & McCulloch 1993.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import one_of, several, within
from alignment.errors import ArgumentError, NotMeasurable
from alignment.horizons.carry_over import carried, geometric, humped, marginal_share, saturated
from alignment.horizons.design import design
from alignment.horizons.measured import Experiment, check_experiments
from alignment.horizons.sampling import Draws, Lift, Prior, Sampler
from alignment.text import Text

Floats = NDArray[np.float64]

YEAR = 365.25 / 7  # weeks
SHORT_WEEKS, YEAR_WEEKS, LAST_WEEK = 13, 52, 156
MINIMUM_WEEKS = 52


@dataclass(frozen=True)
class Grids:
    """Values that the shapes may take, all alike before the data.

    Parameters
    ----------
    halves : tuple of float
        Half-saturations, in usual weeks; 8 is nearly a straight line.
    retentions_fast : tuple of float
        Of the geometric carry-overs.
    humps : tuple of float
        Means of the humped ones, in weeks.
    retentions_slow : tuple of float
        Of the slow stock: half-lives of 6.6 to 69 weeks.
    ratios : tuple of float
        Variance of a week's step of the baseline over that of the noise; 0 is a straight line.
    fast_weeks : int or None
        Where a fast carry-over is cut off; None for nowhere.
    """

    halves: tuple[float, ...] = (0.5, 1.0, 2.0, 8.0)
    retentions_fast: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
    humps: tuple[float, ...] = (3.0, 5.0, 8.0, 12.0, 16.0, 20.0)
    retentions_slow: tuple[float, ...] = (0.90, 0.93, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99)
    ratios: tuple[float, ...] = (0.0, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)
    fast_weeks: int | None = None

    def fast_kernels(self, weeks: int) -> Floats:
        """Give the weights of every fast kernel by lag, (K, weeks)."""
        kernels = np.stack(
            [geometric(a, weeks) for a in self.retentions_fast]
            + [humped(mean, weeks) for mean in self.humps]
        )
        if self.fast_weeks is not None:
            kernels[:, self.fast_weeks :] = 0.0
            kernels /= kernels.sum(axis=1, keepdims=True)
        return kernels

    def slow_kernels(self, weeks: int) -> Floats:
        """Give the weights of every slow stock by lag, (R, weeks)."""
        return np.stack([geometric(retention, weeks) for retention in self.retentions_slow])


@dataclass(frozen=True)
class Scales:
    """Prior scales of the effects, in shares of the mean outcome.

    Parameters
    ----------
    fast : tuple of float
        Scales that the half-normal law of the drivers' fast effects may have, all alike before the
        data: what an average week of a driver brings. All drivers share one.
    slow : float
        Scale of the half-normal law of what it brings through the slow stock.
    slow_probability : float
        Probability, before the data, that a declared driver has a slow stock; 1 for certainty.
    """

    fast: tuple[float, ...] = (0.025, 0.05, 0.1, 0.2)
    slow: float = 0.15
    slow_probability: float = 0.5


@dataclass(frozen=True)
class WeeklyFit:
    """The fitted weekly model, with its draws.

    Parameters
    ----------
    outcome : array (T,)
        Outcome by week.
    activity : array (T, D)
        Drivers by week, in their own units.
    drivers : tuple of str
        Their names.
    slow : tuple of str
        Those that may have a slow stock.
    base : array (T, P)
        Level, trend, season and holidays.
    grids, scales : Grids, Scales
        What the shapes and effects may be.
    draws : Draws
        See :class:`alignment.horizons.sampling.Draws`.
    experiments : tuple of Experiment
        Those that entered.
    seed : int
    """

    outcome: Floats
    activity: Floats
    drivers: tuple[str, ...]
    slow: tuple[str, ...]
    base: Floats = field(repr=False)
    grids: Grids = field(repr=False)
    scales: Scales
    draws: Draws = field(repr=False)
    experiments: tuple[Experiment, ...] = ()
    seed: int = 0

    def responses(self, weeks: int = LAST_WEEK) -> tuple[Floats, Floats]:
        """Give the effect of one average week in each week after it, fast and slow.

        Returns
        -------
        fast, slow : arrays (S, D, weeks)
            Draws, in units of the outcome; week 0 is that of the activity.
        """
        d = self.draws
        fast = d.fast[:, :, np.newaxis] * self.grids.fast_kernels(weeks)[d.kernel]
        kernels = self.grids.slow_kernels(weeks)[d.retention]
        return fast, d.slow[:, :, np.newaxis] * kernels[:, np.newaxis, :]

    def within(self, weeks: int) -> Floats:
        """Give the effect of one average week within some weeks, its own included, (S, D)."""
        d = self.draws
        fast = self.grids.fast_kernels(weeks).sum(axis=1)[d.kernel]
        slow = self.grids.slow_kernels(weeks).sum(axis=1)[d.retention]
        total: Floats = d.fast * fast + d.slow * slow[:, np.newaxis]
        return total

    def of(self, experiment: Experiment) -> Floats:
        """Give draws of what an experiment measures, (S,)."""
        d, total = self.draws, np.zeros(len(self.draws.retention))
        for name, part in experiment.held().items():
            place = self.drivers.index(name)
            fast = self.grids.fast_kernels(len(part)) @ part
            slow = self.grids.slow_kernels(len(part)) @ part
            total += d.fast[:, place] * fast[d.kernel[:, place]]
            total += d.slow[:, place] * slow[d.retention]
        return total

    def marginal(self) -> Floats:
        """Give the effect of one more unit as a share of that of the average unit, (S, D)."""
        halves = np.array(self.grids.halves)
        shares = np.stack(
            [marginal_share(self.activity[:, d], halves) for d in range(len(self.drivers))]
        )
        return np.asarray(shares[np.arange(len(self.drivers)), self.draws.half])

    def agreement(self, values: Floats) -> float:
        """Give the split R-hat of a quantity with one value a draw; 1 where chains agree."""
        chains = values.reshape(self.draws.chains, -1)
        middle = chains.shape[1] // 2
        halves = np.concatenate([chains[:, :middle], chains[:, middle : 2 * middle]])
        inside = halves.var(axis=1, ddof=1).mean()
        if inside == 0:
            return 1.0 if np.ptp(values) == 0 else np.inf
        between = halves.mean(axis=1).var(ddof=1)
        return float(np.sqrt((middle - 1) / middle + between / inside))


def fit_weekly(
    outcome: NDArray[Any] | pd.Series,
    drivers: pd.DataFrame | Mapping[str, NDArray[Any]],
    *,
    slow: Sequence[str] = (),
    holidays: NDArray[Any] | None = None,
    experiments: Sequence[Experiment] = (),
    grids: Grids | None = None,
    scales: Scales | None = None,
    season: int = 2,
    chains: int = 32,
    warm_up: int = 50,
    sweeps: int = 150,
    seed: int = 0,
) -> WeeklyFit:
    """Fit the weekly model.

    Parameters
    ----------
    outcome : array (T,)
        Outcome by week, without gaps.
    drivers : DataFrame or mapping of arrays (T,)
        Spend or activity by week, not negative, in any units.
    slow : sequence of str
        Drivers declared as possible builders of a slow stock (brand).
    holidays : array (T,) or (T, P), optional
        Share of each week that is free; more columns for holidays of different kinds.
    experiments : sequence of Experiment
        Measured lifts; each enters the likelihood as one more normal observation.
    grids, scales : Grids, Scales
        Shapes and prior scales.
    season : int
        Pairs of yearly sine and cosine waves; only with a year of data or more.
    chains, warm_up, sweeps, seed : int
        Chains side by side, sweeps thrown away and kept of each, and the seed.

    Returns
    -------
    WeeklyFit

    Raises
    ------
    ArgumentError
        If the series do not fit together or hold missing or negative values.
    NotMeasurable
        If there is less than a year of weeks or a driver that never varies.
    """
    grids, scales = grids or Grids(), scales or Scales()
    within("slow_probability", scales.slow_probability, 0, 1 + 1e-9)
    check_experiments(experiments)
    several("slow", slow)
    names = tuple(str(name) for name in drivers)
    for name in slow:
        one_of("slow", name, names)
    y, activity = _checked(outcome, drivers, names)
    base = base_columns(len(y), holidays, season)
    places = tuple(names.index(name) for name in names if name in set(slow))
    halves = [saturated(activity, half) for half in grids.halves]
    fast = [carried(z, grids.fast_kernels(len(y))) for z in halves]
    stock = [carried(z[:, list(places)], grids.slow_kernels(len(y))) for z in halves]
    # (half, kernel, week, driver) → week × (driver, half, kernel), the order of Design.
    columns = [np.stack(part).transpose(2, 3, 0, 1).reshape(len(y), -1) for part in (fast, stock)]
    built = design(
        y,
        np.hstack(columns),
        base,
        grids.ratios,
        drivers=len(names),
        slow=places,
        grids=(len(grids.halves), len(fast[0]), len(grids.retentions_slow)),
    )
    size = float(np.abs(y).mean())
    prior = Prior(np.array(scales.fast) * size, scales.slow * size, scales.slow_probability)
    lifts = [_lift(e, names, grids) for e in experiments]
    draws = Sampler(built, prior, lifts, chains, seed).run(warm_up, sweeps)
    return WeeklyFit(
        y,
        activity,
        names,
        tuple(names[p] for p in places),
        base,
        grids,
        scales,
        draws,
        tuple(experiments),
        seed,
    )


def prior_fit(fit: WeeklyFit, draws: int = 4000, seed: int = 0) -> WeeklyFit:
    """Draw the parameters from their priors: what would be reported without any data.

    Returns
    -------
    WeeklyFit
        The same model with draws that have seen neither the outcome nor an experiment.
    """
    random = np.random.default_rng(seed)
    shape, grids = (draws, len(fit.drivers)), fit.grids
    size = float(np.abs(fit.outcome).mean())
    may = np.array([name in fit.slow for name in fit.drivers])
    on = may & (random.random(shape) < fit.scales.slow_probability)
    slow = np.abs(random.normal(0, fit.scales.slow * size, shape))
    scale = random.choice(fit.scales.fast, draws)[:, np.newaxis] * size
    prior = Draws(
        fast=scale * np.abs(random.normal(0, 1, shape)),
        slow=np.where(on, slow, 0.0),
        half=random.integers(0, len(grids.halves), shape),
        kernel=random.integers(0, len(grids.fast_kernels(1)), shape),
        retention=random.integers(0, len(grids.retentions_slow), draws),
        ratio=random.integers(0, len(grids.ratios), draws),
        noise=np.full(draws, np.nan),
        chains=1,
    )
    return WeeklyFit(
        fit.outcome,
        fit.activity,
        fit.drivers,
        fit.slow,
        fit.base,
        grids,
        fit.scales,
        prior,
        fit.experiments,
        seed,
    )


def base_columns(weeks: int, holidays: NDArray[Any] | None = None, season: int = 2) -> Floats:
    """Give level, trend, season and holidays, without columns that the others already hold."""
    time = np.arange(weeks, dtype=np.float64)
    columns = [np.ones(weeks), time / weeks - 0.5]
    if weeks >= YEAR:
        for wave in range(1, season + 1):
            angle = 2 * np.pi * wave * time / YEAR
            columns += [np.sin(angle), np.cos(angle)]
    if holidays is not None:
        extra = np.asarray(holidays, dtype=np.float64).reshape(weeks, -1)
        columns += list(extra.T)
    kept: list[Floats] = []
    for column in columns:
        if np.linalg.matrix_rank(np.column_stack([*kept, column])) > len(kept):
            kept.append(column)
    return np.column_stack(kept)


def _lift(experiment: Experiment, names: tuple[str, ...], grids: Grids) -> Lift:
    fast = np.zeros((len(names), len(grids.fast_kernels(1))))
    slow = np.zeros((len(names), len(grids.retentions_slow)))
    for name, part in experiment.held().items():
        one_of("the driver of an experiment", name, names)
        fast[names.index(name)] = grids.fast_kernels(len(part)) @ part
        slow[names.index(name)] = grids.slow_kernels(len(part)) @ part
    return Lift(experiment.lift, experiment.error, fast, slow)


def _checked(
    outcome: NDArray[Any] | pd.Series,
    drivers: pd.DataFrame | Mapping[str, NDArray[Any]],
    names: tuple[str, ...],
) -> tuple[Floats, Floats]:
    """Give outcome and drivers as arrays, or say what is wrong with them."""
    y = np.asarray(outcome, dtype=np.float64)
    if not names:
        raise ArgumentError("there is no driver", cure="Give at least one column of activity.")
    columns = [np.asarray(drivers[name], dtype=np.float64) for name in names]
    if y.ndim != 1 or any(column.shape != y.shape for column in columns):
        raise ArgumentError("outcome and drivers must have one value for each of the same weeks")
    activity = np.column_stack(columns)
    if not (np.isfinite(y).all() and np.isfinite(activity).all() and (activity >= 0).all()):
        raise ArgumentError("weeks hold missing or infinite values, or negative activity")
    if len(y) < MINIMUM_WEEKS:
        raise NotMeasurable(
            Text(
                en="Not measurable: {weeks} whole weeks are on record; the weekly model needs "
                "at least {least}.",
                es="No medible: constan {weeks} semanas completas; el modelo semanal necesita al "
                "menos {least}.",
            ).format(weeks=len(y), least=MINIMUM_WEEKS)
        )
    for name, column in zip(names, columns, strict=True):
        if np.ptp(column) == 0:
            raise NotMeasurable(
                Text(
                    en="Not measurable: {driver} never varied.",
                    es="No medible: {driver} nunca varió.",
                ).format(driver=Text.same(name))
            )
    if np.ptp(y) == 0:
        raise NotMeasurable(
            Text(
                en="Not measurable: the outcome never varied.",
                es="No medible: el resultado nunca varió.",
            )
        )
    return y, activity
