"""Draws from the posterior of the weekly model: conjugate conditionals and grids, no compiler.

A sweep never touches the data, only the inner products of :mod:`alignment.horizons.design`. Each
conditional is a draw from a grid or from a normal truncated at 0. Many short chains run side by
side in one array, which makes numpy fast and shows whether they agree.

Gibbs sampling: Geman & Geman 1984; spike and slab: George & McCulloch 1993; split R-hat: Gelman et
al. 2013, Bayesian Data Analysis 3rd ed., 11.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from alignment.horizons.design import Design

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Lift:
    """What an experiment measured: a sum over drivers of parts of their effects.

    Parameters
    ----------
    lift, error : float
        Estimate and its standard error, in units of the outcome.
    fast : array (D, K)
        Part of the effect of each driver's fast kernels that it holds; 0 where it holds none.
    slow : array (D, R)
        Part of a slow stock's, by retention.
    """

    lift: float
    error: float
    fast: Floats
    slow: Floats


@dataclass(frozen=True)
class Prior:
    """Prior scales.

    Parameters
    ----------
    fast : array (F,)
        Scales that the half-normal law of the fast effects may have, all alike before the data;
        all drivers share one, so that drivers without effect make the others' smaller too.
    slow : float
        Scale of the half-normal law of the slow effect of an average week.
    slow_probability : float
        Probability that a declared driver has a slow stock at all.
    """

    fast: Floats
    slow: float
    slow_probability: float


@dataclass(frozen=True)
class Draws:
    """Draws of all parameters; the first axis is chain × sweep.

    Parameters
    ----------
    fast, slow : arrays (S, D)
        Effect of one average week through the fast carry-over and through the slow stock; the
        slow one is exactly 0 where the draw has no stock.
    half, kernel : arrays (S, D) of int
        Places on the grids of saturation and of fast kernels.
    retention, ratio : arrays (S,) of int
        Places on the grids of the slow stock's retention and of the baseline's variance ratio.
    noise : array (S,)
        Variance of the noise of a week.
    chains : int
        Chains that ran side by side; the draws of one stand together.
    """

    fast: Floats
    slow: Floats
    half: Integers
    kernel: Integers
    retention: Integers
    ratio: Integers
    noise: Floats
    chains: int


def positive_normal(random: np.random.Generator, mean: Floats, deviation: Floats) -> Floats:
    """Draw from normal laws truncated to positive values, by inversion in the log domain."""
    cut = special.log_ndtr(mean / deviation)
    uniform = 1.0 - random.random(np.shape(mean))  # in (0, 1]
    drawn = mean - deviation * special.ndtri_exp(np.minimum(np.log(uniform) + cut, -1e-300))
    positive: Floats = np.maximum(drawn, 0.0)
    return positive


def log_mass(linear: Floats, precision: Floats, scale: Floats | float) -> Floats:
    """Give the log of the integral over a positive coefficient of likelihood times half-normal.

    ``∫₀^∞ 2 φ(b; 0, scale) exp(linear · b − (precision − 1/scale²) b²/2) db``; `precision` holds
    that of the prior already.
    """
    mean = linear / np.sqrt(precision)
    mass: Floats = (
        np.log(2.0 / scale) - 0.5 * np.log(precision) + 0.5 * mean**2 + special.log_ndtr(mean)
    )
    return mass


def _pick(random: np.random.Generator, weight: Floats) -> Integers:
    """Draw a place on a grid for each row of log weights."""
    mass = np.cumsum(np.exp(weight - weight.max(axis=1, keepdims=True)), axis=1)
    target = random.random((len(weight), 1)) * mass[:, -1:]
    return np.asarray((mass < target).sum(axis=1), dtype=np.int64)


class Sampler:
    """Chains side by side over the parameters of one design.

    Parameters
    ----------
    design : Design
    prior : Prior
    lifts : sequence of Lift
        Experiments; each is one more normal observation.
    chains, seed : int
    """

    def __init__(
        self, design: Design, prior: Prior, lifts: Sequence[Lift], chains: int, seed: int
    ) -> None:
        self.d, self.prior, self.chains = design, prior, chains
        self.random = np.random.default_rng(seed)
        self.every_lift = list(lifts)
        held = [(x.fast != 0).any(axis=1) | (x.slow != 0).any(axis=1) for x in lifts]
        self.lifts = [
            [x for x, of in zip(lifts, held, strict=True) if of[d]] for d in range(design.drivers)
        ]
        self.c = np.arange(chains)
        self.squares = np.einsum("qmm->qm", design.products).copy()
        self._start()

    def _start(self) -> None:
        """Start spread out: shapes from their priors, effects at half their prior scale or 0."""
        d, random, shape = self.d, self.random, (self.chains, self.d.drivers)
        self.half = random.integers(0, d.halves, shape)
        self.kernel = random.integers(0, d.kernels, shape)
        self.retention = random.integers(0, d.retentions, self.chains)
        self.scale = self.prior.fast[random.integers(0, len(self.prior.fast), self.chains)]
        self.fast = self.scale[:, np.newaxis] * random.random(shape)
        self.slow = np.zeros((self.chains, len(d.slow)))
        if d.slow:
            on = random.random(self.slow.shape) < 0.5
            self.slow = np.where(on, self.prior.slow * random.random(self.slow.shape), 0.0)
        self._draw_ratio_and_noise()

    def _active(self) -> tuple[Integers, Floats]:
        """Return the columns in use and their coefficients, (chains, D + slow drivers)."""
        d = self.d
        fast = d.fast_column(np.arange(d.drivers), self.half, self.kernel)
        places = np.arange(len(d.slow))
        slow = d.slow_column(places, self.half[:, list(d.slow)], self.retention[:, np.newaxis])
        return np.hstack([fast, slow]), np.hstack([self.fast, self.slow])

    def _draw_ratio_and_noise(self) -> None:
        """Draw the variance ratio with the noise integrated out, then the noise, exactly."""
        d = self.d
        column, b = self._active()
        linear = d.with_outcome[:, column]
        pairs = d.products[:, column[:, :, np.newaxis], column[:, np.newaxis, :]]
        fit = np.einsum("qci,ci->qc", linear, b)
        square = np.einsum("qcij,ci,cj->qc", pairs, b, b, optimize=False)
        rest = np.maximum(d.outcome_square[:, np.newaxis] - 2 * fit + square, 1e-300)
        weight = -0.5 * d.log_determinant[:, np.newaxis] - 0.5 * d.freedom * np.log(rest)
        self.ratio = _pick(self.random, weight.T)
        chosen = rest[self.ratio, self.c]
        self.noise = chosen / self.random.chisquare(d.freedom, self.chains)
        self.left = d.with_outcome[self.ratio]
        for place in range(column.shape[1]):
            self._add(column[:, place], -b[:, place])

    def _add(self, column: Integers, amount: Floats) -> None:
        """Take a column back into (+) or out of (−) what is left to explain."""
        self.left += amount[:, np.newaxis] * self.d.products[self.ratio, column]

    def _draw_driver(self, driver: int) -> None:
        """Draw saturation and kernel of a driver with its fast effect integrated out, then it."""
        d, c = self.d, self.c
        shape = (self.chains, d.halves, d.kernels)
        first = d.fast_column(driver, 0, 0)
        columns = slice(first, first + d.halves * d.kernels)
        self._add(
            first + self.half[:, driver] * d.kernels + self.kernel[:, driver], self.fast[:, driver]
        )
        if driver in d.slow:
            place = d.slow.index(driver)
            column = d.slow_column(place, self.half[:, driver], self.retention)
            self._add(column, self.slow[:, place])
            weight, across = self._stock_by_half(place, columns)
            linear = self.left[:, columns].reshape(shape) - across
        else:
            weight, linear = np.zeros((self.chains, d.halves)), self.left[:, columns].reshape(shape)
        noise, scale = self.noise[:, np.newaxis, np.newaxis], self.scale[:, np.newaxis, np.newaxis]
        precision = self.squares[self.ratio, columns].reshape(shape) / noise + scale**-2
        linear = linear / noise
        for lift in self.lifts[driver]:
            told = lift.lift - self._stocks_of(lift).sum(axis=1) - self._fast_of(lift, driver)
            linear = linear + told[:, np.newaxis, np.newaxis] * lift.fast[driver] / lift.error**2
            precision = precision + (lift.fast[driver] / lift.error) ** 2
        mass = weight[:, :, np.newaxis] + log_mass(linear, precision, scale)
        picked = _pick(self.random, mass.reshape(self.chains, -1))
        self.half[:, driver], self.kernel[:, driver] = np.divmod(picked, d.kernels)
        chosen = (c, self.half[:, driver], self.kernel[:, driver])
        tight = precision[chosen]
        self.fast[:, driver] = positive_normal(
            self.random, linear[chosen] / tight, 1 / np.sqrt(tight)
        )
        self._add(first + picked, -self.fast[:, driver])
        if driver in d.slow:
            self._draw_slow(driver, d.slow.index(driver))

    def _stock_by_half(self, place: int, columns: slice) -> tuple[Floats, Floats]:
        """Give what a slow stock explains and takes from the fast columns, by saturation."""
        d, stock = self.d, self.slow[:, [place]]
        slow = d.slow_column(place, np.arange(d.halves), self.retention[:, np.newaxis])
        at = self.left[self.c[:, np.newaxis], slow]
        own = self.squares[self.ratio[:, np.newaxis], slow]
        weight = (stock * at - 0.5 * stock**2 * own) / self.noise[:, np.newaxis]
        fast = np.arange(columns.start, columns.stop).reshape(1, d.halves, d.kernels)
        ratio = self.ratio[:, np.newaxis, np.newaxis]
        across = stock[:, :, np.newaxis] * d.products[ratio, slow[:, :, np.newaxis], fast]
        return weight, across

    def _stocks_of(self, lift: Lift) -> Floats:
        """Give the parts of a measured lift that the slow stocks explain, (chains, slow)."""
        stocks: Floats = self.slow * lift.slow[list(self.d.slow)][:, self.retention].T
        return stocks

    def _fast_of(self, lift: Lift, driver: int | None = None) -> Floats:
        """Give the part that fast effects explain, without those of one driver, by chain."""
        each = self.fast * lift.fast[np.arange(self.d.drivers), self.kernel]
        total: Floats = each.sum(axis=1) - (0.0 if driver is None else each[:, driver])
        return total

    def _draw_scale(self) -> None:
        """Draw the scale that the drivers' fast effects share."""
        grid = self.prior.fast[np.newaxis, :]
        square = (self.fast**2).sum(axis=1, keepdims=True)
        weight = -self.d.drivers * np.log(grid) - 0.5 * square / grid**2
        self.scale = self.prior.fast[_pick(self.random, weight)]

    def _draw_slow(self, driver: int, place: int) -> None:
        """Draw whether a driver has a slow stock, and its effect; the stock is out of `left`."""
        column = self.d.slow_column(place, self.half[:, driver], self.retention)
        linear = self.left[self.c, column] / self.noise
        precision = self.squares[self.ratio, column] / self.noise + self.prior.slow**-2
        for lift in self.lifts[driver]:
            part, stocks = lift.slow[driver][self.retention], self._stocks_of(lift)
            told = lift.lift - self._fast_of(lift) - stocks.sum(axis=1) + stocks[:, place]
            linear = linear + told * part / lift.error**2
            precision = precision + (part / lift.error) ** 2
        chance = self.prior.slow_probability
        mass = log_mass(linear, precision, self.prior.slow)
        odds = mass + np.log(chance) - np.log1p(-chance) if chance < 1 else np.inf
        on = self.random.random(self.chains) < special.expit(odds)
        drawn = positive_normal(self.random, linear / precision, 1 / np.sqrt(precision))
        self.slow[:, place] = np.where(on, drawn, 0.0)
        self._add(column, -self.slow[:, place])

    def _draw_retention(self) -> None:
        """Draw the slow stocks' shared retention, given their effects."""
        d = self.d
        places = np.arange(len(d.slow))
        half = self.half[:, list(d.slow)]
        now = d.slow_column(places, half, self.retention[:, np.newaxis])
        for place in places:
            self._add(now[:, place], self.slow[:, place])
        grid = np.arange(d.retentions)[np.newaxis, :, np.newaxis]
        column = d.slow_column(places, half[:, np.newaxis, :], grid)  # (chains, R, slow)
        ratio = self.ratio[:, np.newaxis, np.newaxis]
        fit = np.einsum(
            "crp,cp->cr", self.left[self.c[:, np.newaxis, np.newaxis], column], self.slow
        )
        pairs = d.products[
            ratio[..., np.newaxis], column[..., np.newaxis], column[:, :, np.newaxis, :]
        ]
        square = np.einsum("crij,ci,cj->cr", pairs, self.slow, self.slow, optimize=False)
        weight = (fit - 0.5 * square) / self.noise[:, np.newaxis]
        for lift in self.every_lift:
            told = lift.lift - self._fast_of(lift)
            miss = told[:, np.newaxis] - self.slow @ lift.slow[list(d.slow)]
            weight = weight - 0.5 * (miss / lift.error) ** 2
        self.retention = _pick(self.random, weight)
        after = d.slow_column(places, half, self.retention[:, np.newaxis])
        for place in places:
            self._add(after[:, place], -self.slow[:, place])

    def sweep(self) -> None:
        """Draw every parameter once."""
        for driver in range(self.d.drivers):
            self._draw_driver(driver)
        self._draw_scale()
        if self.d.slow:
            self._draw_retention()
        self._draw_ratio_and_noise()

    def run(self, warm_up: int, sweeps: int) -> Draws:
        """Sweep, and keep the draws after the warm-up."""
        d, shape = self.d, (self.chains, sweeps, self.d.drivers)
        fast, slow = np.empty(shape), np.zeros(shape)
        half, kernel = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
        retention, ratio = (np.empty(shape[:2], dtype=np.int64) for _ in range(2))
        noise = np.empty(shape[:2])
        for number in range(-warm_up, sweeps):
            self.sweep()
            if number < 0:
                continue
            fast[:, number], half[:, number] = self.fast, self.half
            slow[:, number, list(d.slow)] = self.slow
            kernel[:, number], noise[:, number] = self.kernel, self.noise
            retention[:, number], ratio[:, number] = self.retention, self.ratio
        return Draws(
            fast.reshape(-1, d.drivers),
            slow.reshape(-1, d.drivers),
            half.reshape(-1, d.drivers),
            kernel.reshape(-1, d.drivers),
            retention.ravel(),
            ratio.ravel(),
            noise.ravel(),
            self.chains,
        )
