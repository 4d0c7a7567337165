"""What a longer wait for sales' first touch goes with, warmth held equal, beside the naive figure.

Sales calls warm leads first, so a plain comparison credits the quick call with the warmth. Three
estimates stand side by side: the naive one, one with warmth and circumstance held equal, and one
that uses only the part of the wait that comes from the hour of the handoff (closed offices), which
has its own, other, assumption. Observational evidence on response speed, such as Oldroyd,
McElheran & Elkington 2011 (Harvard Business Review, March), is of the naive kind.

Sources: landmark analysis, Anderson, Cain & Gelber 1983 (J Clin Oncol 1:710); immortal time,
Suissa 2008 (Am J Epidemiol 167:492); the ratio of an instrument's effects, Wald 1940, here of
log-odds, with the covariance of both regressions by accounts (Liang & Zeger 1986).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm

from alignment import regression
from alignment.arguments import of_type, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.lead_to_close.speed_to_lead_rows import clusters, controls, handed_over
from alignment.moments import DAY_ONLY
from alignment.results import LEVEL, About, Result
from alignment.shares import wilson
from alignment.text import Text
from alignment.working_hours import WorkingHours, chosen, told

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MINIMUM_LEADS = 100
MINIMUM_CONVERSIONS = 30
MINIMUM_F = 10.0  # of the first stage: Staiger & Stock 1997 (Econometrica 65:557)
SHORTEST_HOURS = 1 / 60
BANDS = (0.0, 1.0, 4.0, 24.0, 72.0)
ESTIMATES = ("naive", "adjusted", "hour of the handoff")

METHOD = Text(
    en=(
        "Logistic regression of conversion after a landmark on the logarithm of the wait, among "
        "leads that sales had touched by then; intervals robust to shared accounts."
    ),
    es=(
        "Regresión logística de la conversión tras un punto fijo sobre el logaritmo de la espera, "
        "entre los leads que ventas ya había contactado; intervalos robustos a cuentas compartidas."
    ),
)
ASSUMPTIONS = (
    Text(
        en="Among leads with the same score, marketing, source, segment and region, who waited "
        "longer did so for reasons that have nothing to do with how ready to buy they were.",
        es="Entre leads con igual puntuación, marketing, origen, segmento y región, quien esperó "
        "más lo hizo por razones ajenas a su disposición a comprar.",
    ),
    Text(
        en="For the estimate by hour of the handoff: a lead that comes when offices are closed "
        "differs from others only in its wait.",
        es="Para la estimación por hora de entrega: un lead que llega con la oficina cerrada solo "
        "se distingue de los demás en su espera.",
    ),
    Text(
        en="Leads that sales never touched say nothing of a longer wait; they stand in the table.",
        es="Los leads que ventas nunca contactó no dicen nada de una espera más larga; están en "
        "la tabla.",
    ),
)


@dataclass(frozen=True)
class SpeedToLead(Result):
    """The effect of a doubling of the wait, three ways.

    Parameters
    ----------
    effect : DataFrame
        One row an estimate: ``estimate`` (naive, adjusted, hour of the handoff), ``log_odds`` for
        a doubling of the wait, ``low``, ``high``; ``change``, ``change_low``, ``change_high``: the
        share by which conversions would differ were every wait doubled, warmth as it is (for the
        last estimate its log-odds, applied to the chances that the adjusted one fits);
        ``leads``, ``conversions`` and ``too_few``.
    by_delay : DataFrame
        One row a span of waiting: ``from_hours``, ``to_hours`` (both missing for leads not touched
        by the landmark), ``leads``, ``conversions``, ``share``, ``low``, ``high`` (Wilson), not
        adjusted.
    held_equal : tuple of str
        What the adjusted estimate holds equal.
    first_stage_f : float
        How strongly the hour of the handoff moves the wait; below :data:`MINIMUM_F` the third
        estimate is not given.
    window_days, horizon_days : int
        Days from the handoff to the landmark, and from there to the end of follow-up.
    about : About
    """

    effect: pd.DataFrame
    by_delay: pd.DataFrame
    held_equal: tuple[str, ...]
    first_stage_f: float
    window_days: int
    horizon_days: int
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row an estimate."""
        return self.effect


def speed_to_lead(
    data: Dataset,
    *,
    window_days: int = 10,
    horizon_days: int = 60,
    working: WorkingHours | None = None,
    level: float = LEVEL,
) -> SpeedToLead:
    """Estimate what a doubling of the wait for sales' first touch goes with.

    Parameters
    ----------
    data : Dataset
        Needs leads with a score at handoff, ``lead_stages`` with mql, touches of sales, and
        opportunities or sql stages.
    window_days : int
        Days from the handoff to the landmark: waits are compared up to it, conversions counted
        from it.
    horizon_days : int
        Days from the landmark in which a conversion counts. Leads that cannot be followed so far
        are left out, and counted.
    working : WorkingHours, optional
        When sales works; by default Monday to Friday, 9 to 19, without the holidays of the exports.
    level : float
        Confidence level.

    Returns
    -------
    SpeedToLead

    Raises
    ------
    NotMeasurable
        If the exports lack what is needed, or too few leads were touched or converted.
    ArgumentError
        If an argument is none of those that may be given.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    within("window_days", window_days, 0, inf)
    within("horizon_days", horizon_days, 0, inf)
    within("level", level, 0, 1)
    working = chosen(data, working)
    rows, left_out = handed_over(
        data,
        window=pd.Timedelta(days=window_days),
        horizon=pd.Timedelta(days=horizon_days),
    )
    bands = _by_delay(rows, window_days, level)
    touched = rows[rows["touched_at"].notna()].reset_index(drop=True)
    _enough(touched)
    left_out = left_out | {"not touched by the landmark": int(rows["touched_at"].isna().sum())}
    held, kinds = controls(data, touched, working)
    delay = np.log2(touched["delay_hours"].clip(lower=SHORTEST_HOURS).to_numpy())
    converted = touched["converted"].to_numpy().astype(np.int64)
    cluster = clusters(data, touched)
    z = norm.ppf((1 + level) / 2)
    naive, _ = _doubling(delay, np.empty((len(delay), 0)), converted, cluster, z)
    adjusted, chance = _doubling(delay, held.to_numpy(), converted, cluster, z)
    wait = np.log2(1 + working.until_opening(touched["handed_at"]))
    # Being open is the instrument here, so it is not held equal.
    others = held.drop(columns="in working hours", errors="ignore").to_numpy()
    arrival, strength = _instrumented(wait, delay, others, converted, cluster, z)
    effect = pd.DataFrame(
        [naive, adjusted, (*arrival, *(_change(chance, log_odds) for log_odds in arrival))],
        columns=["log_odds", "low", "high", "change", "change_low", "change_high"],
    )
    effect.insert(0, "estimate", ESTIMATES)
    effect = effect.assign(
        leads=len(touched),
        conversions=int(converted.sum()),
        too_few=int(converted.sum()) < 5 * (held.shape[1] + 1),
    )
    assumptions = (*ASSUMPTIONS, DAY_ONLY, told(working))
    about = About(method=METHOD, level=level, assumptions=assumptions, left_out=left_out)
    return SpeedToLead(effect, bands, kinds, strength, window_days, horizon_days, about)


def _enough(touched: pd.DataFrame) -> None:
    conversions = int(touched["converted"].sum())
    few = min(conversions, len(touched) - conversions)
    if len(touched) < MINIMUM_LEADS or few < MINIMUM_CONVERSIONS:
        raise NotMeasurable(
            Text(
                en="Not measurable: {leads} leads touched by sales and {conversions} conversions "
                "are too few to tell what the wait goes with.",
                es="No medible: {leads} leads contactados por ventas y {conversions} conversiones "
                "son muy pocos para decir con qué se asocia la espera.",
            ).format(leads=len(touched), conversions=conversions)
        )


def _doubling(
    delay: Floats, held: Floats, converted: Integers, cluster: Integers, z: float
) -> tuple[tuple[float, ...], Floats]:
    """Give log-odds and change of conversions for a doubling, with bounds; and fitted chances."""
    design = np.column_stack([np.ones(len(delay)), delay, held])
    fitted, influence = _logistic(design, converted, cluster)
    covariance = regression.covariance(influence)
    beta = fitted.coefficients[0]
    spread = z * np.sqrt(covariance[1, 1])
    before, after = expit(design @ beta), expit(design @ beta + beta[1])
    change = after.sum() / before.sum() - 1
    moved = design.copy()
    moved[:, 1] += 1
    slope = (after * (1 - after)) @ moved - (1 + change) * ((before * (1 - before)) @ design)
    slope = slope / before.sum()
    wide = z * np.sqrt(slope @ covariance @ slope)
    told = (beta[1], beta[1] - spread, beta[1] + spread, change, change - wide, change + wide)
    return told, before


def _change(chance: Floats, log_odds: float) -> float:
    """Give the change of conversions were the log-odds of all leads moved by so much."""
    odds = chance / (1 - chance) * np.exp(log_odds)
    return float((odds / (1 + odds)).sum() / chance.sum() - 1)


def _logistic(
    design: Floats, converted: Integers, cluster: Integers
) -> tuple[regression.Fit, Floats]:
    counts = np.column_stack([1 - converted, converted]).astype(np.float64)
    fitted = regression.fit(design, counts)
    each = np.arange(len(design))
    return fitted, regression.cluster_influence(fitted, design, each, converted, cluster)


def _instrumented(
    wait: Floats, delay: Floats, held: Floats, converted: Integers, cluster: Integers, z: float
) -> tuple[tuple[float, ...], float]:
    """Give the effect of the closed hours on conversion over their effect on the wait."""
    nothing = (np.nan,) * 3
    if np.ptp(wait) == 0:
        return nothing, 0.0
    design = np.column_stack([np.ones(len(wait)), wait, held])
    fitted, on_conversion = _logistic(design, converted, cluster)
    inverse = np.linalg.pinv(design.T @ design)
    first = inverse @ design.T @ delay
    residual = delay - design @ first
    scores = np.zeros((int(cluster.max()) + 1, design.shape[1]))
    np.add.at(scores, cluster, residual[:, None] * design)
    on_wait = scores @ inverse
    clusters = len(on_wait)
    strength = float(first[1] ** 2 / regression.covariance(on_wait)[1, 1])
    if strength < MINIMUM_F:
        return nothing, strength
    ratio = fitted.coefficients[0, 1] / first[1]
    influence = (on_conversion[:, 1] - ratio * on_wait[:, 1]) / first[1]
    spread = z * np.sqrt(influence @ influence * clusters / (clusters - 1))
    return (ratio, ratio - spread, ratio + spread), strength


def _by_delay(rows: pd.DataFrame, window_days: int, level: float) -> pd.DataFrame:
    """Count conversions by span of waiting, the leads that were not touched in a row of theirs."""
    edges = [edge for edge in BANDS if edge < 24 * window_days] + [24.0 * window_days]
    code = pd.cut(rows["delay_hours"], edges, labels=False, include_lowest=True)
    code = code.fillna(len(edges) - 1).astype(int)
    leads = np.bincount(code, minlength=len(edges))
    conversions = np.bincount(code, rows["converted"], minlength=len(edges)).astype(np.int64)
    share, low, high = wilson(conversions, leads, level)
    return pd.DataFrame(
        {
            "from_hours": [*edges[:-1], np.nan],
            "to_hours": [*edges[1:], np.nan],
            "leads": leads,
            "conversions": conversions,
            "share": share,
            "low": low,
            "high": high,
        }
    )
