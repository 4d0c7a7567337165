"""When each lead, opportunity or account reached a milestone, as often as it did."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import nearest, of_type
from alignment.dataset import Dataset
from alignment.errors import ArgumentError, NotMeasurable
from alignment.lead_to_close.links import Links
from alignment.lead_to_close.states import changes_of_state
from alignment.moments import places
from alignment.tables import LEAD_STAGES
from alignment.text import Text

TOUCHES = {
    "first firm touch": ("marketing", "sales"),
    "first marketing touch": ("marketing",),
    "first sales touch": ("sales",),
}
SAME = {"qualified": "mql", "accepted": "sal"}
STAGE = "stage: "


def milestones(data: Dataset) -> list[str]:
    """List the milestones that the exports show.

    Returns
    -------
    list of str
        In the order of the funnel; stages of opportunities as ``stage: NAME``.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    found = [name for name in TOUCHES if data.has("touches", "occurred_at")]
    found += ["lead"] if data.has("leads", "created_at") else []
    entered = set(data.lead_stages["stage"].dropna())
    found += [stage for stage in LEAD_STAGES if stage in entered and stage != "lead"]
    found += ["opportunity"] if data.has("opportunities", "created_at") else []
    order = data.stages.sort_values("position")["stage"].drop_duplicates()
    held = data.opportunity_stages["stage"].drop_duplicates()
    found += [STAGE + name for name in [*order[order.isin(held)], *held[~held.isin(order)]]]
    return [*found, "won", "lost"]


def moments_of(data: Dataset, links: Links, milestone: str) -> pd.DataFrame:
    """Find every moment at which units reached a milestone, up to ``as_of``.

    Parameters
    ----------
    data : Dataset
        The tables.
    links : Links
        The units.
    milestone : str
        ``first firm touch``, ``first marketing touch`` or ``first sales touch`` (what the buyer
        started is no touch of a team), ``lead``, a stage of leads (``qualified`` is ``mql``,
        ``accepted`` is ``sal``), ``opportunity``, ``stage: NAME`` or the bare name of a stage of
        opportunities, ``won`` (an opportunity won, or a lead that became a customer) or ``lost``
        (see :mod:`~alignment.lead_to_close.states`).

    Returns
    -------
    DataFrame
        ``unit`` (int64), ``at`` (UTC), ``by_day`` (bool: only the day is known), sorted.

    Raises
    ------
    ValueError
        If the milestone is unknown.
    NotMeasurable
        If the exports hold nothing that shows it.
    """
    name = SAME.get(milestone, milestone)
    if name in TOUCHES:
        found = touches_of(data, links)
        found = found[found["team"].isin(TOUCHES[name])].drop_duplicates("unit")
    elif name in LEAD_STAGES:
        found = _lead_stage(data, links, name)
    elif name == "opportunity":
        deals = data.require("opportunities", "created_at")
        found = _moments(links.of_opportunity, deals["created_at"])
    elif name == "won":
        found = _won(data, links)
    elif name == "lost":
        changes = changes_of_state(data, links)
        found = _moments(changes.loc[changes["lost"], "unit"], changes.loc[changes["lost"], "at"])
    else:
        found = _opportunity_stage(data, links, name.removeprefix(STAGE))
    found = found[(found["unit"] >= 0) & (found["at"] <= data.as_of)]
    return found.sort_values(["unit", "at"])[["unit", "at", "by_day"]].reset_index(drop=True)


def _moments(unit: object, at: pd.Series, by_day: object = False) -> pd.DataFrame:
    frame = pd.DataFrame({"unit": np.asarray(unit), "at": np.asarray(at.array), "by_day": by_day})
    return frame.assign(at=pd.to_datetime(frame["at"], utc=True))


def _through_leads(
    links: Links, lead: NDArray[np.int64], at: pd.Series, by_day: object = False
) -> pd.DataFrame:
    row, unit = links.spread(lead)
    stamp = np.broadcast_to(np.asarray(by_day), len(lead))[row]
    return _moments(unit, at.iloc[row], stamp)


def _lead_stage(data: Dataset, links: Links, stage: str) -> pd.DataFrame:
    if stage == "lead":
        leads = data.require("leads", "created_at")
        day = (leads["precision"] == "day").to_numpy()
        found = _through_leads(links, np.arange(len(leads)), leads["created_at"], day)
        return found.sort_values("at").drop_duplicates("unit")
    rows = data.require("lead_stages")
    rows = rows[rows["stage"] == stage]
    if not len(rows):
        raise _unseen(stage)
    return _through_leads(links, links.place_of_lead(rows["lead_id"]), rows["entered_at"])


def _opportunity_stage(data: Dataset, links: Links, stage: str) -> pd.DataFrame:
    history = data.opportunity_stages
    rows = history[history["stage"] == stage]
    if not len(rows):
        known = set(data.stages["stage"]) | set(history["stage"])
        if stage in known:
            raise _unseen(stage)
        named = milestones(data)
        meant = nearest(stage, named)
        raise ArgumentError(
            f"no milestone “{stage}”; there are {', '.join(named)}",
            cure=f"Did you mean “{meant}”?" if meant else None,
        )
    place = places(rows["opportunity_id"], data.opportunities["opportunity_id"])
    unit = np.where(place >= 0, np.append(links.of_opportunity, -1)[place], -1)
    return _moments(unit, rows["entered_at"])


def _won(data: Dataset, links: Links) -> pd.DataFrame:
    deals = data.opportunities
    won = (deals["status"] == "won").to_numpy() & deals["closed_at"].notna().to_numpy()
    day = (deals["precision"] == "day").to_numpy()[won]
    parts = [_moments(links.of_opportunity[won], deals.loc[won, "closed_at"], day)]
    if links.unit != "opportunity":
        customers = data.lead_stages[data.lead_stages["stage"] == "customer"]
        lead = links.place_of_lead(customers["lead_id"])
        parts.append(_through_leads(links, lead, customers["entered_at"]))
    return pd.concat(parts, ignore_index=True)


def touches_of(data: Dataset, links: Links) -> pd.DataFrame:
    """Give every touch that the firm started to the units it belongs to.

    A touch belongs to its lead, else to its opportunity; for accounts also to its account.

    Returns
    -------
    DataFrame
        ``unit``, ``at``, ``by_day``, ``team``, sorted by unit and moment.
    """
    touches = data.require("touches", "occurred_at")
    touches = touches[touches["initiator"] != "buyer"].reset_index(drop=True)
    lead = links.place_of_lead(touches["lead_id"])
    row, unit = links.spread(lead)
    deal = places(touches["opportunity_id"], data.opportunities["opportunity_id"])
    through = np.where(deal >= 0, np.append(links.of_opportunity, -1)[deal], -1)
    left = np.ones(len(touches), dtype=bool)
    left[row] = False
    if links.unit == "account":
        own = places(touches["account_id"], links.ids)
        through = np.where(through >= 0, through, own)
    elif links.unit == "opportunity":
        # One that names its opportunity is that one's alone, whatever else the lead has.
        named = through[row] >= 0
        row, unit, left = row[~named], unit[~named], through >= 0
    rest = np.flatnonzero(left & (through >= 0))
    rows, units = np.concatenate([row, rest]), np.concatenate([unit, through[rest]])
    taken = touches.iloc[rows]
    found = _moments(units, taken["occurred_at"], (taken["precision"] == "day").to_numpy())
    found["team"] = taken["team"].astype("str").to_numpy()
    return found.sort_values(["unit", "at", "team"]).reset_index(drop=True)


def _unseen(milestone: str) -> NotMeasurable:
    return NotMeasurable(
        Text(
            en="Not measurable: the exports hold no moment of “{name}”.",
            es="No medible: las exportaciones no contienen ningún momento de «{name}».",
        ).format(name=milestone)
    )
