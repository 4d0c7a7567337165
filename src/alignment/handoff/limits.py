"""What limits the funnel: too few leads, or too few hands to follow them up.

If hands are the limit, leads are followed up less, or later, in the weeks in which more of them
arrive. If leads are the limit, the share in time does not fall when twice as many arrive. Weeks in
one region are compared with the other weeks of the same region and season.
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
from alignment.handoff.milestones import handed_over, labels
from alignment.handoff.service_level import local_weeks, week_load
from alignment.moments import DAY_ONLY, LOGGED, own_touches, places
from alignment.results import LEVEL, About, Result
from alignment.text import Text

Floats = NDArray[np.float64]

MINIMUM_WEEKS = 26
MINIMUM_LEADS = 200
NOTABLE = 0.05  # a fall of five points when twice as many leads arrive
WEEKS_A_QUARTER = 13

METHOD = Text(
    en=(
        "Logistic regression of being touched in time on the logarithm of a week's arrivals over "
        "the region's usual ones, with region and quarter held equal; intervals robust to what "
        "weeks share."
    ),
    es=(
        "Regresión logística de ser contactado a tiempo sobre el logaritmo de las entregas de la "
        "semana frente a las habituales de la región, con región y trimestre iguales; intervalos "
        "robustos a lo que comparten las semanas."
    ),
)
ASSUMPTIONS = (
    LOGGED,
    DAY_ONLY,
    Text(
        en="Within a region and quarter, busy weeks bring leads of the same kind as quiet ones.",
        es="Dentro de una región y un trimestre, las semanas cargadas traen leads como los de las "
        "tranquilas.",
    ),
    Text(
        en="Regions do not lend hands to one another within a week.",
        es="Las regiones no se prestan manos entre sí dentro de una semana.",
    ),
)


@dataclass(frozen=True)
class Limits(Result):
    """What happens to follow-up when twice as many leads arrive.

    Parameters
    ----------
    effect : DataFrame
        One row an outcome: ``outcome`` (touched within the hours, touched within 14 days),
        ``leads``, ``share``, ``log_odds`` for a doubling of arrivals, ``change`` in the share were
        every week's arrivals doubled, ``low``, ``high`` (of the change), ``too_few``.
    weeks : DataFrame
        One row a week: ``week`` (Monday), ``arrivals`` handed over, ``in_time`` touched within the
        hours, ``touches`` that sales started in the week, ``hours`` of sales' capacity (missing
        where the folder has none).
    limited_by : {"capacity", "volume", "unclear"}
        ``capacity`` where the interval of the change lies below zero, ``volume`` where it excludes
        a fall of five points or more, else ``unclear``.
    hours : float
        What is in time.
    about : About
    """

    effect: pd.DataFrame
    weeks: pd.DataFrame
    limited_by: str
    hours: float
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row an outcome."""
        return self.effect


def volume_or_capacity(data: Dataset, *, hours: float = 24, level: float = LEVEL) -> Limits:
    """Say whether more leads in a week go with a worse follow-up.

    Parameters
    ----------
    data : Dataset
        Needs ``lead_stages`` with mql and touches of sales; uses regions and ``capacity``.
    hours : float
        Calendar hours within which a touch is in time.
    level : float
        Confidence level.

    Returns
    -------
    Limits

    Raises
    ------
    NotMeasurable
        If the exports lack what is needed, or there are too few weeks or leads.
    ArgumentError
        If an argument is none of those that may be given.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    within("hours", hours, 0, inf)
    within("level", level, 0, 1)
    found = handed_over(data)
    load = week_load(data, found.frame)["load"].to_numpy()
    followed = (found.frame["handed_at"] + pd.Timedelta(days=14) <= data.as_of).to_numpy()
    frame, load = found.frame[followed].reset_index(drop=True), load[followed]
    week = local_weeks(data, frame["handed_at"])
    if len(np.unique(week)) < MINIMUM_WEEKS or len(frame) < MINIMUM_LEADS:
        raise NotMeasurable(
            Text(
                en="Not measurable: {leads} leads handed over in {weeks} weeks are too few to tell "
                "what limits the funnel.",
                es="No medible: {leads} leads entregados en {weeks} semanas son muy pocos para "
                "decir qué limita el embudo.",
            ).format(leads=len(frame), weeks=len(np.unique(week)))
        )
    wait = ((frame["touched_at"] - frame["handed_at"]) / pd.Timedelta(hours=1)).to_numpy()
    z = float(norm.ppf((1 + level) / 2))
    held = _held(data, frame, week)
    outcomes = {"in time": wait <= hours, "within 14 days": wait <= 14 * 24}
    effect = pd.DataFrame(
        [_doubling(name, came, load, held, week, z) for name, came in outcomes.items()]
    )
    first = effect.iloc[0]
    limited = "unclear"
    if not first["too_few"]:
        if first["high"] < 0:
            limited = "capacity"
        elif first["low"] > -NOTABLE:
            limited = "volume"
    left_out = dict(found.left_out) | {"not yet followed for two weeks": int((~followed).sum())}
    return Limits(
        effect=effect,
        weeks=_weeks(data, frame, week, wait <= hours),
        limited_by=limited,
        hours=hours,
        about=About(
            method=METHOD,
            level=level,
            assumptions=ASSUMPTIONS,
            left_out={reason: count for reason, count in left_out.items() if count},
        ),
    )


def _held(data: Dataset, frame: pd.DataFrame, week: NDArray[np.int64]) -> Floats:
    """Give columns for region and quarter of a year (thirteen weeks)."""
    quarter = pd.Series((week - week.min()) // WEEKS_A_QUARTER)
    parts = [pd.get_dummies(quarter, drop_first=True, dtype=float).to_numpy()]
    try:
        region = labels(data, frame["place"], "region")
        parts.append(pd.get_dummies(region, drop_first=True, dtype=float).to_numpy())
    except NotMeasurable:
        pass
    return np.column_stack(parts)


def _doubling(
    name: str,
    came: NDArray[np.bool_],
    load: Floats,
    held: Floats,
    week: NDArray[np.int64],
    z: float,
) -> dict[str, object]:
    """Give the change of a share were every week's arrivals doubled, by the delta method."""
    design = np.column_stack([np.ones(len(came)), np.log2(load), held])
    outcome = came.astype(np.int64)
    counts = np.column_stack([1 - outcome, outcome]).astype(np.float64)
    cluster = np.unique(week, return_inverse=True)[1].astype(np.int64)
    told: dict[str, object] = {
        "outcome": name,
        "leads": len(came),
        "share": float(came.mean()),
        "log_odds": np.nan,
        "change": np.nan,
        "low": np.nan,
        "high": np.nan,
        "too_few": min(came.sum(), (~came).sum()) < 5 * design.shape[1],
    }
    if told["too_few"]:
        return told
    fitted = regression.fit(design, counts)
    influence = regression.cluster_influence(
        fitted, design, np.arange(len(design)), outcome, cluster
    )
    beta, covariance = fitted.coefficients[0], regression.covariance(influence)
    before, after = expit(design @ beta), expit(design @ beta + beta[1])
    change = float((after - before).mean())
    moved = design.copy()
    moved[:, 1] += 1
    slope = ((after * (1 - after)) @ moved - (before * (1 - before)) @ design) / len(came)
    spread = z * float(np.sqrt(slope @ covariance @ slope))
    return told | {
        "log_odds": float(beta[1]),
        "change": change,
        "low": change - spread,
        "high": change + spread,
    }


def _weeks(
    data: Dataset, frame: pd.DataFrame, week: NDArray[np.int64], in_time: NDArray[np.bool_]
) -> pd.DataFrame:
    """Count, in each whole week, what arrived, what was touched in time and what sales did."""
    numbers = np.arange(week.min(), week.max() + 1)
    touches = own_touches(data, "sales")
    known = places(touches["lead_id"], data.leads["lead_id"].iloc[frame["place"]]) >= 0
    made = local_weeks(data, touches.loc[known, "occurred_at"])
    monday = pd.to_datetime((7 * numbers + 4).astype("datetime64[D]")).as_unit("us")
    capacity = data.capacity[(data.capacity["team"] == "sales").to_numpy(dtype=bool)]
    return pd.DataFrame(
        {
            "week": monday,
            "arrivals": _per(week, numbers),
            "in_time": _per(week[in_time], numbers),
            "touches": _per(made, numbers),
            "hours": capacity.set_index("week")["hours"].reindex(monday).to_numpy(),
        }
    )


def _per(week: NDArray[np.int64], numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    inside = week[(week >= numbers[0]) & (week <= numbers[-1])]
    return np.bincount(inside - numbers[0], minlength=len(numbers))
