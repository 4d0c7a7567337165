"""What moves the clock: a discrete-time hazard of won and lost, with touches that come and go.

In each week in which a lead or deal is still open it may be won, be lost, or stay open. One
multinomial logistic regression tells how the odds of each end against staying open change with
age, group, season and the touches of the four weeks before. Accounts may share their fate: the
covariance is robust to that.

Sources: Allison 1982 (Sociological Methodology 13:61), Singer & Willett 1993 (J Educ Stat 18:155);
covariance by clusters, Liang & Zeger 1986 (Biometrika 73:13); several tests at once, Holm 1979
(Scand J Stat 6:65).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2, norm

from alignment import regression
from alignment.arguments import within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.lead_to_close.hazard_periods import MINIMUM_EVENTS, PersonPeriods, person_periods
from alignment.lead_to_close.spells import ENDS, Spells, Start, find_spells
from alignment.results import LEVEL, About, Result
from alignment.shares import holm
from alignment.text import Text

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MINIMUM_WINS = 30
MINIMUM_ACCOUNTS = 30

METHOD = Text(
    en=(
        "Discrete-time competing-risks hazard: multinomial logistic regression on weeks at risk, "
        "touches of the days before each week only, intervals robust to shared accounts."
    ),
    es=(
        "Riesgo en tiempo discreto con finales en competencia: regresión logística multinomial "
        "sobre semanas en riesgo, solo con interacciones anteriores a cada semana, intervalos "
        "robustos a cuentas compartidas."
    ),
)
ASSUMPTIONS = (
    Text(
        en="Teams choose whom they touch: a ratio says what goes with a touch, not what it does.",
        es="Las áreas eligen a quién contactan: una razón dice qué acompaña a una interacción, no "
        "qué produce.",
    ),
    Text(
        en="Within a piece of age, with the same group, season and touches, each week is alike.",
        es="Dentro de un tramo de edad, con igual grupo, temporada e interacciones, cada semana es "
        "igual.",
    ),
    Text(
        en="Accounts are independent of one another.",
        es="Las cuentas son independientes unas de otras.",
    ),
)


@dataclass(frozen=True)
class Hazard(Result):
    """Odds of each end in a week, compared between levels.

    Parameters
    ----------
    frame : DataFrame
        One row an end and level: ``end`` (won, lost), ``term`` (age, group, quarter, quarter end,
        marketing touch, sales touch), ``level``, ``reference``, ``odds_ratio``, ``low``, ``high``,
        ``log_odds``, ``standard_error``, ``p`` (of no difference, Wald, not adjusted; missing with
        too few), ``events`` (ends in that level), ``periods`` (weeks at
        risk in it), ``too_few`` (fewer than five ends in either level: no bounds). With periods
        this short an odds ratio is close to a ratio of hazards.
    tests : DataFrame
        One row a term: ``term``, ``statistic`` (Wald, both ends), ``degrees``, ``p`` and
        ``p_adjusted`` (Holm, for the number of terms).
    spells : Spells
        What was cut into periods.
    period_days, recent_days : int
        Length of a period, and how long before it a touch counts.
    converged : bool
        Whether the fit settled.
    about : About
    """

    frame: pd.DataFrame
    tests: pd.DataFrame
    spells: Spells
    period_days: int
    recent_days: int
    converged: bool
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row an end and level."""
        return self.frame


def hazard(
    data: Dataset,
    *,
    start: Start = "lead",
    group: str | pd.Series | None = "segment",
    period_days: int = 7,
    most_periods: int = 52,
    recent_days: int = 28,
    level: float = LEVEL,
) -> Hazard:
    """Estimate what the weekly odds of won and lost go with.

    Parameters
    ----------
    data : Dataset
        Needs what ``find_spells`` needs; touches, where there are any, become covariates.
    start : {"lead", "opportunity"}
        Where the clock starts.
    group : str or Series, optional
        As in ``find_spells``; None for no groups. Where no row carries it there are none.
    period_days, most_periods, recent_days : int
        Days in a period, periods followed, and how many days before a period a touch counts.
    level : float
        Confidence level.

    Returns
    -------
    Hazard

    Raises
    ------
    NotMeasurable
        If the exports lack what is needed, or there are too few wins or accounts.
    """
    within("level", level, 0, 1)
    for name, days in (("period_days", period_days), ("most_periods", most_periods)):
        within(name, days, 0, inf)
    within("recent_days", recent_days, -1, inf)
    spells, ungrouped = _find(data, start, group)
    periods = person_periods(
        data, spells, period_days=period_days, most_periods=most_periods, recent_days=recent_days
    )
    wins = int((periods.outcome == 1).sum())
    cluster = _clusters(spells)
    if wins < MINIMUM_WINS or int(cluster.max(initial=-1)) + 1 < MINIMUM_ACCOUNTS:
        raise NotMeasurable(
            Text(
                en="Not measurable: too few wins ({wins}) or accounts ({accounts}) to tell what "
                "moves the clock.",
                es="No medible: muy pocos negocios ganados ({wins}) o cuentas ({accounts}) para "
                "decir qué mueve el reloj.",
            ).format(wins=wins, accounts=int(cluster.max(initial=-1)) + 1)
        )
    fitted, influence, counts = fit_periods(periods, cluster)
    covariance = regression.covariance(influence)
    frame = _ratios(periods, fitted, covariance, counts, level)
    return Hazard(
        frame=frame,
        tests=_tests(frame, fitted, covariance),
        spells=spells,
        period_days=period_days,
        recent_days=recent_days,
        converged=fitted.converged,
        about=About(
            method=METHOD,
            level=level,
            assumptions=ASSUMPTIONS,
            left_out={
                reason: count
                for reason, count in {**spells.left_out, **periods.left_out, **ungrouped}.items()
                if count
            },
        ),
    )


def _find(
    data: Dataset, start: Start, group: str | pd.Series | None
) -> tuple[Spells, dict[str, int]]:
    """Find the spells; where no row carries the group, without it, and count them."""
    try:
        return find_spells(data, start=start, group=group), {}
    except NotMeasurable:
        spells = find_spells(data, start=start)
        return spells, {"without a group to compare": len(spells.frame)}


def _clusters(spells: Spells) -> Integers:
    """Give each spell the number of its account; one without stands alone."""
    account = spells.frame["account_id"]
    alone = "spell " + spells.frame["id"]
    codes = pd.factorize(account.where(account.notna(), alone))[0]
    return np.asarray(codes, dtype=np.int64)


def fit_periods(
    periods: PersonPeriods, cluster: Integers, *, ridge: float = 1e-6
) -> tuple[regression.Fit, Floats, Floats]:
    """Fit the hazard on distinct rows of covariates.

    Parameters
    ----------
    periods : PersonPeriods
        Rows of spells by periods.
    cluster : array (spells,)
        Code of each spell's account.
    ridge : float
        See :func:`alignment.regression.fit`.

    Returns
    -------
    fitted : Fit
        Columns: intercept, then each term's levels but the first. Ends that never occur are absent.
    influence : array (G, coefficients)
    counts : array (columns - 1, 1 + ends)
        Periods at risk and ends of each kind in each level.
    """
    pattern, design = _distinct(periods)
    ends = int(periods.outcome.max(initial=0))
    kinds = ends + 1
    seen = np.bincount(pattern * kinds + periods.outcome, minlength=len(design) * kinds)
    table = seen.reshape(len(design), kinds).astype(np.float64)
    fitted = regression.fit(design, table, ridge=ridge)
    _, used = np.unique(cluster[periods.spell], return_inverse=True)
    influence = regression.cluster_influence(
        fitted, design, pattern, periods.outcome.astype(np.int64), used.astype(np.int64)
    )
    marked = design[:, 1:].T
    counts = np.column_stack([marked @ table.sum(axis=1), marked @ table[:, 1:]])
    return fitted, influence, counts


def _distinct(periods: PersonPeriods) -> tuple[Integers, Floats]:
    """Find the distinct rows of covariates, and lay each out in columns of 0 and 1."""
    key = np.zeros(len(periods.spell), dtype=np.int64)
    for codes, term in zip(periods.codes, periods.terms, strict=True):
        key = key * len(term.levels) + codes
    size = int(np.prod([len(term.levels) for term in periods.terms], dtype=np.int64))
    used = np.flatnonzero(np.bincount(key, minlength=size))
    place = np.full(size, -1, dtype=np.int64)
    place[used] = np.arange(len(used))
    columns = [np.ones(len(used))]
    rest, blocks = used, []
    for term in reversed(periods.terms):
        rest, code = np.divmod(rest, len(term.levels))
        blocks.append([(code == k).astype(np.float64) for k in range(1, len(term.levels))])
    for block in reversed(blocks):
        columns.extend(block)
    return place[key], np.column_stack(columns)


def _ratios(
    periods: PersonPeriods,
    fitted: regression.Fit,
    covariance: Floats,
    counts: Floats,
    level: float,
) -> pd.DataFrame:
    z = norm.ppf((1 + level) / 2)
    ends, width = fitted.coefficients.shape
    deviation = np.sqrt(np.diag(covariance)).reshape(ends, width)
    total = np.array([(periods.outcome == k + 1).sum() for k in range(ends)])
    rows = []
    for k in range(ends):
        column = 1
        for term in periods.terms:
            many = len(term.levels) - 1
            reference = total[k] - counts[column - 1 : column - 1 + many, k + 1].sum()
            for other in term.levels[1:]:
                log_odds, error = fitted.coefficients[k, column], deviation[k, column]
                events = int(counts[column - 1, k + 1])
                few = min(events, int(reference)) < MINIMUM_EVENTS
                # The robust variance of a level without ends is far too small.
                spread = np.nan if few else z * error
                rows.append(
                    {
                        "end": ENDS[k],
                        "term": term.name,
                        "level": other,
                        "reference": term.levels[0],
                        "odds_ratio": np.exp(log_odds),
                        "low": np.exp(log_odds - spread),
                        "high": np.exp(log_odds + spread),
                        "log_odds": log_odds,
                        "standard_error": error,
                        "p": np.nan if few else 2 * norm.sf(abs(log_odds) / error),
                        "events": events,
                        "periods": int(counts[column - 1, 0]),
                        "too_few": few,
                    }
                )
                column += 1
    return pd.DataFrame(rows).astype({"end": pd.CategoricalDtype(list(ENDS))})


def _tests(frame: pd.DataFrame, fitted: regression.Fit, covariance: Floats) -> pd.DataFrame:
    """Test each term as a whole, for both ends at once; levels with too few ends have no part."""
    ends, width = fitted.coefficients.shape
    beta = fitted.coefficients.ravel()
    place = np.arange(ends * width).reshape(ends, width)[:, 1:].ravel()
    rows = []
    for name, own in frame.groupby("term", sort=False):
        at = place[own.index[~own["too_few"]]]
        inverse = np.linalg.pinv(covariance[np.ix_(at, at)])
        statistic = float(beta[at] @ inverse @ beta[at])
        rows.append((name, statistic, len(at), float(chi2.sf(statistic, len(at)))))
    tests = pd.DataFrame(rows, columns=["term", "statistic", "degrees", "p"])
    tests = tests[tests["degrees"] > 0].reset_index(drop=True)
    return tests.assign(p_adjusted=holm(tests["p"]))
