"""What limits the funnel: too few leads, or too few hands to follow them up.

If hands are the limit, leads are followed up less, or later, in the weeks in which more of them
arrive. If leads are the limit, the share in time does not fall when twice as many arrive. Weeks in
one region are compared with the other weeks of the same region and quarter.

What is told is a mean of what was seen. Between any two weeks of one region and quarter, the change
for each doubling is the difference of their shares in time over the number of doublings between
their arrivals. The mean over all pairs is told: a pair weighs the product of its weeks' leads, over
the leads of the region and quarter, times the square of the doublings between them. That is the
slope of least squares within region and quarter (Gelman & Park 2009, American Statistician 63:1).
As a mean of differences it needs no form of the relation: where hands run out from some number of
leads on, it is a mean over the weeks on both sides of that knee. It is not what would happen were
every week's arrivals doubled: beyond the busiest week nothing was seen.

Source of the interval: the cluster jackknife, MacKinnon, Nielsen & Webb 2023 (Journal of Applied
Econometrics 38:671), with Student's t of the effective number of clusters less one (Carter,
Schnepel & Steigerwald 2017, Review of Economics and Statistics 99:698): where two weeks hold nearly
all there is to compare, the other blocks tell nothing of how much such weeks differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from alignment.arguments import of_type, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.handoff.milestones import handed_over, labels
from alignment.handoff.service_level import local_weeks, week_load
from alignment.moments import DAY_ONLY, LOGGED, own_touches, places
from alignment.results import LEVEL, About, Result
from alignment.text import Text

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MINIMUM_WEEKS = 26
MINIMUM_LEADS = 200
MINIMUM_OUTCOMES = 30  # leads touched in time, and leads that were not
# Deviation of the weeks' arrivals, in doublings: weeks two deviations above the usual then have
# twice the leads of weeks two below. With less, a doubling was hardly ever seen.
MINIMUM_SPREAD = 0.25
NOTABLE = 0.05  # a fall of five points for each doubling of the leads that arrive
WEEKS_A_QUARTER = 13
BLOCKS_A_QUARTER = 4  # of three or four weeks, left out one at a time

METHOD = Text(
    en=(
        "Mean difference in the share touched in time between any two weeks of the same region and "
        "quarter, for each doubling of arrivals; pairs count more, the more leads they hold and "
        "the more doublings apart (least squares within region and quarter). Intervals from the "
        "jackknife, three or four weeks of all regions left out at a time."
    ),
    es=(
        "Diferencia media de la proporción contactada a tiempo entre dos semanas cualesquiera de "
        "la misma región y trimestre, por cada duplicación de las entregas; cada par cuenta más "
        "cuantos más leads reúne y más duplicaciones lo separan (mínimos cuadrados dentro de "
        "región y trimestre). Intervalos por jackknife, quitando cada vez tres o cuatro semanas de "
        "todas las regiones."
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
    Text(
        en="What makes some weeks of a quarter particular does not last much longer than a month.",
        es="Lo que hace particulares a unas semanas de un trimestre no dura mucho más de un mes.",
    ),
    Text(
        en="It is a mean over the weeks seen: beyond the busiest of them, or with every week "
        "twice as busy, the change may be another.",
        es="Es una media de las semanas vistas: más allá de la más cargada, o con el doble de "
        "leads en todas, el cambio puede ser otro.",
    ),
)


@dataclass(frozen=True)
class Limits(Result):
    """What happens to follow-up in weeks in which twice as many leads arrive.

    Parameters
    ----------
    effect : DataFrame
        One row an outcome: ``outcome`` (``in time``: touched within the hours; ``within 14
        days``: touched within these),
        ``leads``, ``share``, ``change`` in the share for each doubling of a week's arrivals (mean
        over pairs of weeks of the same region and quarter), ``low``, ``high`` (of the change),
        ``too_few``.
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

    Any two weeks of one region and quarter differ in arrivals and in the share touched in time;
    the mean of the difference for each doubling is told, as this module's head says.

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
        If the exports lack what is needed, there are too few weeks or leads, or hardly any week
        brings twice the leads of another.
    ArgumentError
        If an argument is none of those that may be given.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    within("hours", hours, 0, inf)
    within("level", level, 0, 1)
    found = handed_over(data)
    arrivals = week_load(data, found.frame)["arrivals"].to_numpy()
    followed = (found.frame["handed_at"] + pd.Timedelta(days=14) <= data.as_of).to_numpy()
    frame, arrivals = found.frame[followed].reset_index(drop=True), arrivals[followed]
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
    outcomes = {"in time": wait <= hours, "within 14 days": wait <= 14 * 24}
    cells = _cells(data, frame, week, arrivals)
    _, apart = _totals(cells, np.zeros(len(cells.leads)))
    # Without any one block, too, busy weeks must be left to compare with quiet ones.
    if np.sqrt(apart[0] / len(frame)) < MINIMUM_SPREAD or apart.min() <= 1e-9 * apart[0]:
        raise NotMeasurable(
            Text(
                en="Not measurable: hardly any week brings twice the leads of another in its "
                "region and quarter, so that no busy weeks can be compared with quiet ones.",
                es="No medible: casi ninguna semana trae el doble de leads que otra de su región y "
                "trimestre; no hay semanas cargadas que comparar con tranquilas.",
            )
        )
    effect = pd.DataFrame([_doubling(name, came, cells, level) for name, came in outcomes.items()])
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


@dataclass(frozen=True)
class _Cells:
    """The weeks of the regions: which cell each lead is in, and what is known of each cell."""

    of: Integers  # of each lead
    stratum: Integers  # region and quarter (thirteen weeks)
    block: Integers  # three or four weeks of a quarter, all regions
    leads: Floats
    doublings: Floats  # logarithm to base 2 of the arrivals, less their mean


def _cells(
    data: Dataset, frame: pd.DataFrame, week: NDArray[np.int64], arrivals: NDArray[np.int64]
) -> _Cells:
    """Put leads into the weeks of their regions."""
    try:
        region = pd.factorize(labels(data, frame["place"], "region"))[0]
    except NotMeasurable:
        region = np.zeros(len(frame), dtype=np.int64)
    since = week - week.min()
    of, cell = pd.factorize(pd.MultiIndex.from_arrays([region, since]))
    region, since = (cell.get_level_values(i).to_numpy(dtype=np.int64) for i in (0, 1))
    quarter, rest = np.divmod(since, WEEKS_A_QUARTER)
    block = quarter * BLOCKS_A_QUARTER + rest * BLOCKS_A_QUARTER // WEEKS_A_QUARTER
    leads = np.bincount(of).astype(np.float64)
    doublings = np.log2(np.bincount(of, arrivals) / leads)
    return _Cells(
        of=of.astype(np.int64),
        stratum=pd.factorize(pd.MultiIndex.from_arrays([region, quarter]))[0].astype(np.int64),
        block=pd.factorize(block)[0].astype(np.int64),
        leads=leads,
        doublings=doublings - doublings.mean(),
    )


def _sums(group: Integers, cells: _Cells, came: Floats) -> Floats:
    """Add up, group by group, what the slope within groups needs; `came` counts, cell by cell."""
    leads, x = cells.leads, cells.doublings
    parts = (leads, leads * x, came, leads * x * x, came * x)
    return np.array([np.bincount(group, part) for part in parts])


def _products(sums: Floats) -> tuple[Floats, Floats]:
    """Give each group's products of deviations: doublings with outcomes, and with themselves."""
    leads, x, came, xx, xy = sums
    held, size = leads > 0, np.maximum(leads, 1)  # what is emptied holds errors of rounding alone
    return held * (xy - x * came / size), held * (xx - x * x / size)


def _totals(cells: _Cells, came: Floats) -> tuple[Floats, Floats]:
    """Add up the products over all strata: first of all weeks, then with each block left out."""
    whole = _sums(cells.stratum, cells, came)
    strata = whole.shape[1]
    # A block lies in one quarter, but in all regions: each part of it is taken from its stratum.
    code, part = np.unique(cells.block * strata + cells.stratum, return_inverse=True)
    block, stratum = np.divmod(code, strata)
    left = _products(whole[:, stratum] - _sums(part.astype(np.int64), cells, came))
    totals = []
    for full, less in zip(_products(whole), left, strict=True):
        taken = np.bincount(block, full[stratum] - less)
        totals.append(np.concatenate([[full.sum()], full.sum() - taken]))
    return totals[0], totals[1]


def _doubling(name: str, came: NDArray[np.bool_], cells: _Cells, level: float) -> dict[str, object]:
    """Give the mean change of a share for each doubling, and its interval by the jackknife."""
    told: dict[str, object] = {
        "outcome": name,
        "leads": len(came),
        "share": float(came.mean()),
        "change": np.nan,
        "low": np.nan,
        "high": np.nan,
        "too_few": bool(min(came.sum(), (~came).sum()) < MINIMUM_OUTCOMES),
    }
    if told["too_few"]:
        return told
    counted = np.bincount(cells.of, came).astype(np.float64)
    with_outcome, with_itself = _totals(cells, counted)
    slopes = with_outcome / with_itself
    change, others = float(slopes[0]), slopes[1:]
    blocks, held = len(others), with_itself[0] - with_itself[1:]
    variance = (blocks - 1) / blocks * float(((others - change) ** 2).sum())
    effective = max(float(held.sum() ** 2 / (held**2).sum()), 2.0)
    spread = float(student.ppf((1 + level) / 2, effective - 1)) * np.sqrt(variance)
    return told | {"change": change, "low": change - spread, "high": change + spread}


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
