"""When each journey became a lead, qualified, an opportunity and won, and what led there.

The touch that led to a milestone is the last one at or before it. A stamp at midnight in the time
zone of the dataset is only a day: it is compared by day, so that a form filled on the day of which
the lead carries only the date is at or before it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from alignment.attribution.paths import Flags, Floats, Integers, stretches
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.journeys import OUTCOMES, Journeys
from alignment.journeys.codes import DAY, FAR, NEVER, instants, local_days, stamps
from alignment.journeys.units import find_units, of_leads
from alignment.money import reported
from alignment.tables import LEAD_STAGES
from alignment.text import Text

Milestone = Literal["lead", "qualified", "opportunity", "won"]
MILESTONES: tuple[Milestone, ...] = ("lead", "qualified", "opportunity", "won")
QUALIFIED = ("mql", "sal", "sql")  # stages that make a lead qualified, unless the caller says which

_QUARTER = 900_000_000  # microseconds

_WORDS: Mapping[str, Text] = {
    "lead": Text(en="the creation of a lead", es="la creación de un lead"),
    "qualified": Text(en="the qualification of a lead", es="la calificación de un lead"),
    "opportunity": Text(en="the creation of an opportunity", es="la creación de una oportunidad"),
}


@dataclass(frozen=True)
class Milestones:
    """The moments of each journey.

    Parameters
    ----------
    moments : DataFrame
        One row a journey, on the index of its journeys: ``lead``, ``qualified``, ``opportunity``
        and ``won`` (UTC; missing where it was not reached or not recorded).
    pipeline : Series of float
        Amounts of all opportunities of the journey, won or not, in the currency of the journeys.
    as_of : Timestamp
        Moment of the export: what is open then may still get further.
    timezone : str
        In which days are counted.
    """

    moments: pd.DataFrame
    pipeline: pd.Series
    as_of: pd.Timestamp
    timezone: str


def milestones(
    data: Dataset, journeys: Journeys, *, qualified: Collection[str] = QUALIFIED
) -> Milestones:
    """Find the first moment at which each journey reached each milestone.

    Parameters
    ----------
    data : Dataset
        That the journeys were built from.
    journeys : Journeys
        From :func:`alignment.journeys.build_journeys`.
    qualified : collection of str
        Stages of a lead that count as qualified, the first of them.

    Returns
    -------
    Milestones

    Raises
    ------
    ValueError
        If a stage is none, or the journeys are not of this dataset.
    """
    strange = [stage for stage in qualified if stage not in LEAD_STAGES]
    if strange:
        raise ValueError(f"“{strange[0]}” is no stage of a lead; {', '.join(LEAD_STAGES)} are")
    units = find_units(data, journeys.unit)
    count = len(journeys.journeys)
    same = len(units.journey_id) == count and units.journey_id.equals(
        journeys.journeys["journey_id"].reset_index(drop=True).astype("str")
    )
    if not same:
        raise ValueError("the journeys were built from another dataset")
    stages = data.lead_stages[
        data.lead_stages["stage"].isin(list(qualified))
        & (data.lead_stages["entered_at"] <= data.as_of)
    ]
    deals = data.opportunities
    of_stage = of_leads(stages["lead_id"], data, units.of_lead)
    won = journeys.journeys["ended_at"].where(journeys.journeys["outcome"] == "won")
    moments = {
        "lead": _earliest(units.of_lead, data.leads["created_at"], count),
        "qualified": _earliest(of_stage, stages["entered_at"], count),
        "opportunity": _earliest(units.of_opportunity, deals["created_at"], count),
        "won": instants(won),
    }
    return Milestones(
        moments=pd.DataFrame({name: stamps(at) for name, at in moments.items()}).set_index(
            journeys.journeys.index
        ),
        pipeline=pd.Series(
            _pipeline(data, units.of_opportunity, count), index=journeys.journeys.index
        ),
        as_of=data.as_of,
        timezone=data.timezone,
    )


def _earliest(of: Integers, moments: pd.Series, count: int) -> Integers:
    at = instants(moments)
    found = np.full(count, FAR)
    known = (of >= 0) & (at != NEVER)
    np.minimum.at(found, of[known], at[known])
    return np.where(found == FAR, NEVER, found)


def _pipeline(data: Dataset, of: Integers, count: int) -> Floats:
    if data.currency is None:
        return np.zeros(count)
    amounts = reported(data, data.opportunities).to_numpy(dtype=float)
    known = (of >= 0) & ~np.isnan(amounts)
    order = np.argsort(amounts[known], kind="stable")  # the sum hangs on no order of rows
    total = np.bincount(of[known][order], amounts[known][order], minlength=count)
    return np.asarray(total, dtype=np.float64)


def by_then(at: Integers, limit: Integers, timezone: str) -> Flags:
    """Say which touches lie at or before the limit; by day where either stamp is only a day."""
    dated = limit != NEVER
    then: Flags = dated & (at <= limit)
    near = np.flatnonzero(dated & ~then)
    near = near[at[near] - limit[near] < 2 * DAY]
    # Midnight is a whole quarter of an hour in any zone of our days, which spares most a look.
    near = near[(at[near] % _QUARTER == 0) | (limit[near] % _QUARTER == 0)]
    if len(near):
        coarse = _is_midnight(at[near], timezone) | _is_midnight(limit[near], timezone)
        touch_day, limit_day = (local_days(of[near], timezone) for of in (at, limit))
        then[near] = coarse & (touch_day <= limit_day)
    return then


def _is_midnight(microseconds: Integers, timezone: str) -> Flags:
    wall = stamps(microseconds).dt.tz_convert(timezone).dt.tz_localize(None).dt.as_unit("us")
    midnight: Flags = np.asarray(wall.to_numpy()).view(np.int64) % DAY == 0
    return midnight


def require_milestones(found: Milestones, names: Collection[str]) -> None:
    """Say which milestone the exports date nowhere.

    Raises
    ------
    NotMeasurable
        If one of the milestones was reached by no journey.
    """
    for name in MILESTONES[:-1]:
        if name in names and not found.moments[name].notna().any():
            raise NotMeasurable(
                Text(
                    en="Not measurable: the exports date {milestone} nowhere.",
                    es="No medible: las exportaciones no fechan {milestone} en ningún registro.",
                ).format(milestone=_WORDS[name])
            )


def anchor_places(
    journeys: Journeys, found: Milestones, names: Collection[str] = MILESTONES[:-1]
) -> dict[str, Integers]:
    """Give, for each milestone before the close, the place of the touch that led to it.

    Returns
    -------
    dict of str to int array, one a journey
        Place of the last touch at or before the milestone; -1 without a milestone or a touch, and
        in journeys that were not won, which have nothing to share out.
    """
    won = np.flatnonzero(np.asarray(journeys.journeys["outcome"] == "won", dtype=bool))
    length = journeys.journeys["touches"].to_numpy(dtype=np.int64)
    first, length = (np.cumsum(length) - length)[won], length[won]
    at = instants(journeys.touches["occurred_at"].take(stretches(first, length)))
    start, touched = np.cumsum(length) - length, length > 0
    places: dict[str, Integers] = {}
    for name in sorted(names):
        limit = np.repeat(instants(found.moments[name].take(won)), length)
        last = np.full(len(journeys.journeys), -1, dtype=np.int64)
        # In order of time, those by then come first: their number is the place of the next one.
        then = by_then(at, limit, found.timezone).astype(np.int64)
        if len(then):
            last[won[touched]] = np.add.reduceat(then, start[touched]) - 1
        places[name] = last
    return places


def journeys_until(journeys: Journeys, found: Milestones, milestone: Milestone) -> Journeys:
    """Cut journeys at a milestone: those that reached it are the won ones.

    The touches at or before the milestone stay (all of them in a journey that did not reach it,
    which is lost or open as before). The value is the amount of all opportunities of the journey
    for ``opportunity``, and nothing for ``lead`` and ``qualified``, which are counted instead. A
    journey that begins beyond the milestone because it has no lead is left out for ``lead`` and
    ``qualified``.

    Raises
    ------
    NotMeasurable
        If no journey reached the milestone.
    """
    if milestone not in MILESTONES:
        raise ValueError(f"no milestone “{milestone}”; there are {', '.join(MILESTONES)}")
    if milestone == "won":
        return journeys
    require_milestones(found, (milestone,))
    at = instants(found.moments[milestone])
    reached = at != NEVER
    frame = journeys.journeys
    member = np.ones(len(frame), dtype=bool)
    if milestone in ("lead", "qualified"):
        member = frame["linked"].to_numpy(dtype=bool)
    of = journeys.touches["journey"].to_numpy(dtype=np.int64)
    touched_at = instants(journeys.touches["occurred_at"])
    keep = member[of] & (~reached[of] | by_then(touched_at, at[of], found.timezone))
    number = np.cumsum(member) - 1
    touches = journeys.touches[keep].reset_index(drop=True)
    end = np.where(reached, at, instants(frame["ended_at"]))
    ended = end[of[keep]]
    days = np.where(ended == NEVER, np.nan, np.maximum((ended - touched_at[keep]) / DAY, 0.0))
    outcome = np.where(reached, OUTCOMES.index("won"), frame["outcome"].cat.codes)
    # Lost later than the export is not; won without this milestone is its own kind of not reached.
    outcome = np.where(
        ~reached & (outcome == OUTCOMES.index("won")), OUTCOMES.index("lost"), outcome
    )
    value = found.pipeline.to_numpy() if milestone == "opportunity" else np.zeros(len(frame))
    cut = frame.assign(
        outcome=pd.Categorical.from_codes(outcome, categories=list(OUTCOMES)),
        ended_at=stamps(end).array,
        value=np.where(reached, value, 0.0),
        touches=np.bincount(of[keep], minlength=len(frame)),
    )[member]
    return replace(
        journeys,
        touches=touches.assign(journey=number[of[keep]], days_before_end=days),
        journeys=cut.reset_index(drop=True).rename_axis("journey"),
        left_out={
            **journeys.left_out,
            f"after the milestone ({milestone})": int(len(of) - keep.sum()),
        },
    )
