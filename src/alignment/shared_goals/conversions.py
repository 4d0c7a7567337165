"""What a lead becomes and when: measured conversions, lags by month, and what a win is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.dataset import Dataset
from alignment.results import LEVEL, About, Result
from alignment.shared_goals.cohorts import Curves, Floats, curves, excess
from alignment.shared_goals.horizon import MONTH_DAYS
from alignment.shared_goals.setting import Setting, prepare
from alignment.text import Text

STEPS = (("lead", "accepted"), ("lead", "opportunity"), ("opportunity", "won"))
LAG_MONTHS = 12

METHOD = Text(
    en="Share that makes each step, by cohort of its start, with who was not yet followed long "
    "enough counted as far as they were (Kaplan–Meier; Aalen–Johansen against lost from the "
    "opportunity on). Intervals resample the cohort months, which keeps their differences.",
    es="Proporción que da cada paso, por cohorte de su inicio; quien aún no se observó bastante "
    "cuenta hasta donde se observó (Kaplan–Meier; Aalen–Johansen frente a perdido desde la "
    "oportunidad). Los intervalos remuestrean los meses de cohorte, con sus diferencias.",
)
ASSUMPTIONS = (
    Text(
        en="What comes after the longest follow-up is nothing: a step that takes longer than the "
        "exports go back is not seen.",
        es="Después de la observación más larga no llega nada: un paso que tarda más de lo que "
        "abarcan las exportaciones no se ve.",
    ),
    Text(
        en="Young cohorts go on as the older ones did.",
        es="Las cohortes jóvenes siguen como lo hicieron las mayores.",
    ),
)


@dataclass(frozen=True)
class Conversions(Result):
    """Measured conversions of the last cohort months.

    Parameters
    ----------
    steps : DataFrame
        One row a step: ``from_stage``, ``stage``, ``starts``, ``made`` so far, ``share`` (in the
        end, within the follow-up), ``low``, ``high``, ``median_days`` of those who make it, and
        ``apart``: by how much the months differ beyond chance (standard deviation over mean).
    lags : DataFrame
        One row a step and month since its start: ``from_stage``, ``stage``, ``month`` (0 is the
        first 30 days), ``share`` of those who make the step that make it then, ``low``, ``high``
        and ``cumulated``. Months from :data:`LAG_MONTHS` on are one.
    value : DataFrame
        One row: ``wins`` with an amount, ``mean``, ``low``, ``high`` of what a win is worth, and
        ``median``.
    currency : str
    accepted_is : str
        The stage that counts as accepted.
    months : int
        Cohort months behind it.
    about : About
    """

    steps: pd.DataFrame
    lags: pd.DataFrame
    value: pd.DataFrame
    currency: str
    accepted_is: str
    months: int
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row a step."""
        return self.steps


def conversions(data: Dataset | Setting, *, level: float = LEVEL) -> Conversions:
    """Measure what leads become, when, and what a win is worth.

    Parameters
    ----------
    data : Dataset or Setting
        The exports, or what :func:`~alignment.shared_goals.plan.prepare` measured of them.
    level : float
        Confidence level.

    Returns
    -------
    Conversions

    Raises
    ------
    NotMeasurable
        If leads and deals are not linked, or there are too few months, wins or amounts.
    """
    setting = data if isinstance(data, Setting) else prepare(data)
    found = setting.found
    tails = [0.5 - level / 2, 0.5 + level / 2]
    rows, lags = [], []
    for start, stage in STEPS:
        counted = found.cohorts[stage]
        curve = curves(counted, setting.curves.weights)
        low, high = np.quantile(curve.share[1:], tails)
        rows.append(
            (
                start,
                stage,
                int(counted.started.sum()),
                int(counted.events.sum()),
                float(curve.share[0]),
                float(low),
                float(high),
                _median(curve.made[0]),
                float(np.sqrt(excess(counted))),
            )
        )
        lags.append(_lags(start, stage, curve, tails))
    names = ["from_stage", "stage", "starts", "made", "share", "low", "high"]
    mean = found.amounts[setting.random.amount[1:]].mean(axis=1)
    low, high = np.quantile(mean, tails)
    worth = {
        "wins": [len(found.amounts)],
        "mean": [float(found.amounts.mean())],
        "low": [float(low)],
        "high": [float(high)],
        "median": [float(np.median(found.amounts))],
    }
    return Conversions(
        steps=pd.DataFrame(rows, columns=[*names, "median_days", "apart"]),
        lags=pd.concat(lags, ignore_index=True),
        value=pd.DataFrame(worth),
        currency=str(setting.data.currency),
        accepted_is=found.accepted_is,
        months=len(found.months),
        about=About(METHOD, level, ASSUMPTIONS, found.left_out),
    )


def _median(made: Floats) -> float:
    """Give the day by which half of those have made the step who do."""
    if not made[-1] > 0:
        return float("nan")
    return float(np.argmax(made >= made[-1] / 2 - 1e-12))


def _lags(start: str, stage: str, curve: Curves, tails: list[float]) -> pd.DataFrame:
    """Split a curve into months since the start, as parts of those who make the step."""
    width = curve.made.shape[1]
    ends = np.minimum((np.arange(1, LAG_MONTHS + 1) * MONTH_DAYS).astype(np.int64), width) - 1
    upto = np.concatenate([curve.made[:, ends], curve.made[:, -1:]], axis=1)
    parts = np.diff(upto, axis=1, prepend=0.0) / np.maximum(curve.made[:, -1:], 1e-12)
    low, high = np.quantile(parts[1:], tails, axis=0)
    return pd.DataFrame(
        {
            "from_stage": start,
            "stage": stage,
            "month": np.arange(LAG_MONTHS + 1),
            "share": parts[0],
            "low": np.minimum(low, parts[0]),
            "high": np.maximum(high, parts[0]),
            "cumulated": np.cumsum(parts[0]),
        }
    )
