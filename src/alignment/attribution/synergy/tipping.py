"""How strong an unrecorded warmth would have to be to undo what was found about the teams.

Suppose a warmth that no export holds: those who have it reach the outcome gamma times as often,
and both teams' or only sales' touches go to them more (or less) often, by some difference. Each
mean of a cell that stands for units of another cell is then off by a factor that can be computed,
exactly where gamma is the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.attribution.paths import Flags, Floats
from alignment.attribution.synergy.indices import TeamIndices, teams_game
from alignment.attribution.synergy.landmark import Landmark
from alignment.attribution.synergy.widened import widened_interval

GAMMAS = (1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)
DIFFERENCES = (0.05, 0.1, 0.2, 0.3, 0.4)
PREVALENCE = 0.5
SCENARIOS = ("sales", "both")
_FINE = np.round(np.geomspace(1.0, 10.0, 120), 3)[1:]


@dataclass(frozen=True)
class TippingPoint:
    """The weakest unrecorded warmth that would leave nothing of the sign of rho.

    Parameters
    ----------
    gamma : float
        Smallest risk ratio, with touches as uneven as they are over the benchmark, at which the
        interval of rho touches zero, or that of the joint effect, of which it is a share; missing
        where ten does not, or the interval of rho holds zero already.
    scenario : {"sales", "both"}
        Whose touches go to the warm.
    difference : float
        How much more often (below zero: less often) the warm are among the touched.
    benchmark : str
        The strongest recorded covariate.
    benchmark_gamma : float
        Its risk ratio, high against low, across the four cells (Mantel-Haenszel).
    benchmark_difference : float
        How much more often it is high among those sales touched.
    rho_low, rho_high : float
        Range of rho, over the scenarios and both directions, under an unrecorded warmth as strong
        and as unevenly touched as the benchmark.
    """

    gamma: float
    scenario: str
    difference: float
    benchmark: str
    benchmark_gamma: float
    benchmark_difference: float
    rho_low: float
    rho_high: float

    @property
    def within_benchmark(self) -> bool:
        """Whether a warmth no stronger than the strongest recorded covariate would do."""
        return bool(np.isfinite(self.gamma) and self.gamma <= self.benchmark_gamma)


def hidden_shares(units: Landmark, scenario: str, difference: float) -> Floats:
    """Give the share that has the hidden warmth in each cell; half of all units have it."""
    share = units.teams.mean(axis=0)
    m, s = np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1])
    away = s - share[1] + ((m - share[0]) if scenario == "both" else 0.0)
    # A difference that would need shares beyond 0 and 1 is cut to the widest that does not.
    widest = (1 - PREVALENCE) / np.abs(away).max()
    return np.asarray(np.clip(PREVALENCE + np.clip(difference, -widest, widest) * away, 0.0, 1.0))


def corrected(cells: Floats, shares: Floats, gamma: float) -> Floats:
    """Give the four values as they would be with the hidden warmth held fixed.

    Parameters
    ----------
    cells : array (..., 4 cells, 4 coalitions)
        What units of each cell reach under each coalition, adding up to the values.
    shares : array (4,)
        Share with the hidden warmth in each cell.
    gamma : float
        Its risk ratio.

    Returns
    -------
    array (..., 4)
    """
    level = 1 + (gamma - 1) * shares
    place = np.arange(4)
    # A unit of cell a, left with the touches of coalition T, is compared with cell a & T.
    factor = level[:, None] / level[place[:, None] & place[None, :]]
    return np.asarray((cells * factor).sum(axis=-2))


def _indices(cells: Floats, shares: Floats, gamma: float) -> TeamIndices:
    values = corrected(cells, shares, gamma)
    return teams_game(*np.moveaxis(values, -1, 0))


def _tips(found: TeamIndices, level: float, sign: int) -> bool:
    """Say whether rho, or the joint effect that it is a share of, may be zero."""
    low, high = widened_interval(found.rho, level)
    joint_low, joint_high = widened_interval(found.joint, level)
    return (low <= 0 if sign >= 0 else high >= 0) or joint_low <= 0 <= joint_high


def tipping_map(units: Landmark, cells: Floats, level: float) -> pd.DataFrame:
    """Map rho over how strong the hidden warmth is and how unevenly it is touched.

    Parameters
    ----------
    units : Landmark
        The design.
    cells : array (1 + replicates, 4, 4)
        The data first.
    level : float
        Level of the interval.

    Returns
    -------
    DataFrame
        ``scenario``, ``difference``, ``gamma``, ``rho`` (missing where it would be no share),
        ``low``, ``high`` and ``tips`` (the interval of rho, or of the joint effect, no longer
        excludes zero).
    """
    sign = _side(cells, level)
    rows = []
    for scenario in SCENARIOS:
        for difference in DIFFERENCES:
            signed = difference if sign >= 0 else -difference
            shares = hidden_shares(units, scenario, signed)
            for gamma in GAMMAS:
                found = _indices(cells, shares, gamma)
                low, high = widened_interval(found.rho, level)
                tips = _tips(found, level, sign)
                rho = float(found.rho[0])
                # Beyond one it is a share of next to nothing, or of effects that cancel out.
                rho = rho if abs(rho) <= 1 else np.nan
                rows.append((scenario, signed, gamma, rho, low, high, tips))
    names = ["scenario", "difference", "gamma", "rho", "low", "high", "tips"]
    return pd.DataFrame(rows, columns=names)


def _side(cells: Floats, level: float) -> int:
    """Say on which side of zero the interval of rho lies; 0 where it holds zero."""
    low, high = widened_interval(_indices(cells, np.full(4, PREVALENCE), 1.0).rho, level)
    return 1 if low > 0 else -1 if high < 0 else 0


def strongest_covariate(units: Landmark) -> tuple[str, float, float]:
    """Find the recorded covariate that would bias most if it were not recorded.

    Returns
    -------
    name, risk ratio, difference
        The ratio of high to low (a warmth above its median, a level against the others), across
        cells; and how much more often it is high among those whom sales touched.
    """
    candidates = [(name, column > 0.5) for name, column in _named(units)]
    if units.warmth.source != "none":
        middle = np.median(units.warmth.value[units.warmth.known])
        candidates.append(("warmth", units.warmth.known & (units.warmth.value > middle)))
    touched = units.teams[:, 1]
    best, strongest = ("", 1.0, 0.0), 0.0
    for name, high in candidates:
        if not high.any() or high.all():
            continue
        ratio = _risk_ratio(units, high)
        q1, q0 = float(high[touched].mean()), float(high[~touched].mean())
        bias = abs(np.log((1 + (ratio - 1) * q1) / (1 + (ratio - 1) * q0)))
        if np.isfinite(bias) and bias > strongest:
            best, strongest = (name, max(ratio, 1 / ratio), abs(q1 - q0)), float(bias)
    return best


def _named(units: Landmark) -> list[tuple[str, Floats]]:
    return list(zip(units.covariate_names, units.covariates.T, strict=True))


def _risk_ratio(units: Landmark, high: Flags) -> float:
    """Give the Mantel-Haenszel risk ratio over the four cells."""
    above, below = 0.0, 0.0
    for cell in range(4):
        mine = units.cell == cell
        w = units.weight[mine]
        up, y = high[mine], units.outcome[mine]
        n1, n0 = float(w[up].sum()), float(w[~up].sum())
        if n1 > 0 and n0 > 0:
            above += float(w[up] @ y[up]) * n0 / (n1 + n0)
            below += float(w[~up] @ y[~up]) * n1 / (n1 + n0)
    return above / below if below > 0 and above > 0 else 1.0


def tipping_point(units: Landmark, cells: Floats, level: float) -> TippingPoint:
    """Find the weakest hidden warmth, touched as unevenly as the benchmark, that tips rho."""
    name, ratio, difference = strongest_covariate(units)
    sign = _side(cells, level)
    tried = [
        (scenario, signed, hidden_shares(units, scenario, signed))
        for scenario in SCENARIOS
        for signed in (difference, -difference)
    ]
    at = [float(_indices(cells[:1], shares, ratio).rho[0]) for _, _, shares in tried]
    gamma, scenario, signed = np.inf, "", float("nan")
    for tried_scenario, tried_difference, shares in tried if sign and difference else ():
        first = _first_tip(cells, shares, level, sign, gamma)
        if first < gamma:
            gamma, scenario, signed = first, tried_scenario, tried_difference
    return TippingPoint(
        gamma=float(gamma) if np.isfinite(gamma) else float("nan"),
        scenario=scenario,
        difference=signed,
        benchmark=name,
        benchmark_gamma=ratio,
        benchmark_difference=difference,
        rho_low=min(at),
        rho_high=max(at),
    )


def _first_tip(cells: Floats, shares: Floats, level: float, sign: int, limit: float) -> float:
    """Give the first gamma of a fine grid, below a limit, at which nothing is clear any more."""
    for gamma in _FINE:
        if gamma >= limit:
            break
        if _tips(_indices(cells, shares, float(gamma)), level, sign):
            return float(gamma)
    return float("inf")
