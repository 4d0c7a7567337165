"""Spells: how long each lead or opportunity was seen to stay open, and how it ended.

Rules, which every estimate of this room shares:

- A spell counts whole calendar days in the dataset's time zone; ended on the day it began is 0.
- It is at risk on day t when ``entry <= t <= exit``. ``entry`` is the day on which the exports
  begin to show closings (0 for a spell that began later): left truncation.
- A lead is **won** when the first of its opportunities is won, or when it becomes a customer.
- A lead is **lost** when it was not won and either it has opportunities, all of them lost (it ends
  with the last loss), or it has none and its latest stage is ``disqualified``: no later stage,
  such as ``recycled``, revived it. Losses that were revived stand in ``changes``, and estimates
  count them as losses while they lasted (:mod:`~alignment.lead_to_close.reopened`).
- A day whose clock is unknown (precision ``day``) is the midnight of the dataset's zone.
- What has not ended by ``as_of`` is open: censored there. Nothing after ``as_of`` is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import of_type, one_of
from alignment.dataset import Dataset
from alignment.lead_to_close.customers import won_by_stage_alone
from alignment.lead_to_close.days import day_number
from alignment.lead_to_close.labels import MISSING, labels
from alignment.lead_to_close.links import Links, find_links
from alignment.lead_to_close.runs import changes_within
from alignment.lead_to_close.states import changes_of_state
from alignment.moments import places

Start = Literal["lead", "opportunity"]
ENDS = ("won", "lost")
END_TYPE = pd.CategoricalDtype(["won", "lost", "open"])
NO_CHANGES = pd.DataFrame({"spell": [], "day": [], "lost": []}).astype(
    {"spell": "int64", "day": "int64", "lost": "bool"}
)
__all__ = ["ENDS", "END_TYPE", "MISSING", "Spells", "Start", "day_number", "find_spells", "places"]


@dataclass(frozen=True)
class Spells:
    """One row a spell.

    Parameters
    ----------
    frame : DataFrame
        ``id`` (str), ``account_id`` (str, may be missing), ``start`` (UTC), ``entry``, ``exit`` and
        ``followed`` (days; int64, or float64 when counted exactly; the last until ``as_of``),
        ``end`` (category won, lost, open) and ``group`` (str).
    as_of, observed_from : Timestamp
        The window observed, in UTC.
    timezone : str
        Zone in which calendar days are counted.
    start : {"lead", "opportunity"}
        What a spell is, and where its clock starts.
    left_out : Mapping of str to int
        Rows that are not spells, by reason.
    changes : DataFrame
        ``spell`` (place in `frame`), ``day``, ``lost`` (bool: from then on), of the spells that
        were lost and revived, up to ``as_of``.
    notes : Mapping of str to int
        Spells that are there and deserve a look, by what is odd about them.
    """

    frame: pd.DataFrame
    as_of: pd.Timestamp
    observed_from: pd.Timestamp
    timezone: str
    start: Start = "lead"
    left_out: Mapping[str, int] = field(default_factory=dict)
    changes: pd.DataFrame = field(default_factory=lambda: NO_CHANGES.copy())
    notes: Mapping[str, int] = field(default_factory=dict)

    @property
    def ends(self) -> tuple[str, ...]:
        """The kinds of end."""
        return ENDS

    @property
    def revivable(self) -> str:
        """The end that may be revived."""
        return "lost"


def find_spells(
    data: Dataset,
    *,
    start: Start = "lead",
    group: str | pd.Series | None = None,
    whole_days: bool = True,
) -> Spells:
    """Build the spells from a start to won, lost or still open.

    Parameters
    ----------
    data : Dataset
        Needs ``leads.created_at`` and ``opportunities`` or ``lead_stages`` for ``start="lead"``,
        ``opportunities.created_at`` for ``start="opportunity"``.
    start : {"lead", "opportunity"}
        Where the clock starts. It stops at the first win, at the loss, or at ``as_of``.
    group : str or Series, optional
        Column of the leads (opportunities) or, where they lack it, of their accounts (segment,
        industry, region, country); or a Series of labels indexed by lead (opportunity) id.
        A missing label becomes the group ``(missing)``.
    whole_days : bool
        Count calendar days in ``data.timezone``; else exact days between instants.

    Returns
    -------
    Spells

    Raises
    ------
    NotMeasurable
        If the exports do not hold what is needed, or no row has the grouping column.
    ArgumentError
        If `start` or `group` is unknown.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    one_of("start", start, get_args(Start))
    links = find_links(data, start)
    changes = changes_of_state(data, links)
    if start == "lead":
        found, left_out = _lead_ends(data, links, changes)
    else:
        found, left_out = _opportunity_ends(data, links)
    found["group"] = labels(data, found, start, group)
    spells = _observed(data, found, changes, left_out, start=start, whole_days=whole_days)
    return replace(spells, notes=won_by_stage_alone(data, links, spells.frame))


def _lead_ends(
    data: Dataset, links: Links, changes: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Give each lead its account, start and, where it ended, when and how."""
    leads = data.require("leads", "created_at")
    if not len(data.opportunities):
        data.require("lead_stages")
    of_deal = links.lead_of_opportunity
    unlinked = (of_deal < 0) & (data.opportunities["status"] == "won").to_numpy()
    deals = _seen_deals(data, of_deal)
    customer_at = _customers(data)
    won, lost = deals[deals["status"] == "won"], deals[deals["status"] == "lost"]
    won_at = _by_lead(won["closed_at"].groupby(won["lead"]).min(), leads)
    won_at = won_at.where(~(customer_at < won_at) & won_at.notna(), customer_at)
    last = changes.drop_duplicates("unit", keep="last").set_index("unit")
    standing = last.loc[last["lost"], "at"].reindex(links.of_lead)
    lost_at = standing.set_axis(leads.index)
    still_open = _has(deals[deals["status"] == "open"], leads)
    internal = leads["is_internal"].to_numpy(dtype=bool)
    # A lead with a loss that has no date cannot be said to have been lost on another's.
    undated = _has(won[won["closed_at"].isna()], leads)
    undated |= _has(lost[lost["closed_at"].isna()], leads) & ~still_open
    dateless = ~internal & undated & won_at.isna().to_numpy()
    found = pd.DataFrame(
        {
            "unit": links.of_lead,
            "id": leads["lead_id"],
            "account_id": leads["account_id"],
            "start": leads["created_at"],
            "ended_at": won_at.fillna(lost_at),
            "end": np.select([won_at.notna(), lost_at.notna()], ["won", "lost"], "open"),
        }
    )
    left_out = {
        "internal leads": int(internal.sum()),
        "won opportunities without a lead": int(unlinked.sum()),
        "ended without a date": int(dateless.sum()),
    }
    return found[~internal & ~dateless].reset_index(drop=True), left_out


def _has(rows: pd.DataFrame, leads: pd.DataFrame) -> NDArray[np.bool_]:
    """Say for each lead whether it has one of the rows."""
    has = np.zeros(len(leads), dtype=bool)
    has[rows["lead"].to_numpy()] = True
    return has


def _by_lead(moments: pd.Series, leads: pd.DataFrame) -> pd.Series:
    """Spread moments that are indexed by place over all leads."""
    return moments.reindex(np.arange(len(leads))).set_axis(leads.index)


def _seen_deals(data: Dataset, of_deal: NDArray[np.int64]) -> pd.DataFrame:
    """Give the opportunities of known leads as they stood at ``as_of``; ``lead`` is the place."""
    deals = data.opportunities
    seen = (of_deal >= 0) & ~(deals["created_at"] > data.as_of).to_numpy()
    status = deals["status"].astype("str").where(~(deals["closed_at"] > data.as_of), "open")
    frame = pd.DataFrame({"lead": of_deal, "status": status, "closed_at": deals["closed_at"]})
    return frame[seen]


def _customers(data: Dataset) -> pd.Series:
    """When each lead became a customer."""
    stages = data.lead_stages[data.lead_stages["stage"] == "customer"]
    stages = stages.assign(lead=places(stages["lead_id"], data.leads["lead_id"]))
    stages = stages[(stages["lead"] >= 0) & (stages["entered_at"] <= data.as_of)]
    return _by_lead(stages.groupby("lead")["entered_at"].min(), data.leads)


def _opportunity_ends(data: Dataset, links: Links) -> tuple[pd.DataFrame, dict[str, int]]:
    """Give each opportunity its account, start and, where it ended, when and how."""
    deals = data.require("opportunities", "created_at")
    of_internal = data.leads.loc[data.leads["is_internal"], "lead_id"]
    internal = pd.Series(places(deals["lead_id"], of_internal) >= 0, index=deals.index)
    unstarted = deals["created_at"].isna() & ~internal
    dateless = (deals["status"] != "open") & deals["closed_at"].isna() & ~internal & ~unstarted
    left_out = {
        "internal leads": int(internal.sum()),
        "started without a date": int(unstarted.sum()),
        "ended without a date": int(dateless.sum()),
    }
    kept = deals[~internal & ~unstarted & ~dateless]
    ended = kept["status"] != "open"
    found = pd.DataFrame(
        {
            "unit": links.of_opportunity[kept.index],
            "id": kept["opportunity_id"],
            "account_id": kept["account_id"],
            "start": kept["created_at"],
            # An open deal may carry a promised close date; only a closing ends a spell.
            "ended_at": kept["closed_at"].where(ended),
            "end": kept["status"].astype("str"),
        }
    )
    return found.reset_index(drop=True), left_out


def _observed(
    data: Dataset,
    found: pd.DataFrame,
    changes: pd.DataFrame,
    left_out: dict[str, int],
    *,
    start: Start,
    whole_days: bool,
) -> Spells:
    """Censor at ``as_of``, let late observation enter late, and count what cannot be used."""
    future = found["start"] > data.as_of
    found = found[~future].reset_index(drop=True)
    ended_at = found["ended_at"].where(found["ended_at"] <= data.as_of)
    end = found["end"].where(ended_at.notna(), "open")
    begin = day_number(found["start"], data.timezone, whole_days)
    stop = day_number(ended_at.fillna(data.as_of), data.timezone, whole_days)
    shown = day_number(pd.Series([data.observed_from]), data.timezone, whole_days)[0]
    entry, exit = np.maximum(shown - begin, 0), stop - begin
    until = day_number(pd.Series([data.as_of]), data.timezone, whole_days)[0]
    negative = exit < 0
    unseen = ~negative & (exit < entry)
    left_out = left_out | {
        "started after the export": int(future.sum()),
        "ended before it started": int(negative.sum()),
        "ended before closings were recorded": int(unseen.sum()),
    }
    frame = pd.DataFrame(
        {
            "id": found["id"].astype("str"),
            "account_id": found["account_id"].astype("str"),
            "start": found["start"],
            "entry": entry,
            "exit": exit,
            "followed": until - begin,
            "end": end.astype(END_TYPE),
            "group": found["group"].astype("str"),
        }
    )[~(negative | unseen)]
    kept = found[~(negative | unseen)].reset_index(drop=True)
    return Spells(
        frame=frame.reset_index(drop=True),
        as_of=data.as_of,
        observed_from=data.observed_from,
        timezone=data.timezone,
        start=start,
        left_out={reason: count for reason, count in left_out.items() if count},
        changes=_on_days(kept, changes, data.timezone, whole_days),
    )


def _on_days(
    found: pd.DataFrame, changes: pd.DataFrame, timezone: str, whole_days: bool
) -> pd.DataFrame:
    """Count the changes of state in days since the start of each spell."""
    within = changes_within(found, changes)
    start = found["start"].iloc[within["spell"]]
    day = day_number(within["at"], timezone, whole_days) - day_number(start, timezone, whole_days)
    return within.assign(day=day)[["spell", "day", "lost"]]
