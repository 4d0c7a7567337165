"""When leads, opportunities or accounts are lost, and when they are alive again.

At any moment a unit that has had opportunities is **lost** when all of those created so far are
lost; one that has had none is lost when all of its leads stand in the stage ``disqualified``. A
new opportunity, a reopened one, or any later stage of a lead such as ``recycled`` revives it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.dataset import Dataset
from alignment.lead_to_close.links import Links
from alignment.tables import LEAD_STAGES


def changes_of_state(data: Dataset, links: Links) -> pd.DataFrame:
    """List the moments at which units turned lost or alive, up to ``as_of``.

    Parameters
    ----------
    data : Dataset
        Needs opportunities or stages of leads.
    links : Links
        Which rows belong to which unit.

    Returns
    -------
    DataFrame
        ``unit`` (int64), ``at`` (UTC) and ``lost`` (bool: from then on), by unit and moment. Every
        unit begins alive.
    """
    moves = _moves_of_leads(data, links)
    flips = _reopenings(data)
    plain = _only_one(data, links, moves, flips)
    ended = _ended(data)
    gone = plain & (data.opportunities["status"] == "lost").to_numpy() & ended.notna().to_numpy()
    once = pd.DataFrame({"unit": links.of_opportunity[gone], "at": ended[gone], "lost": True})
    busy = np.flatnonzero((links.of_opportunity >= 0) & ~plain)
    parts = [_of_opportunities(data, links, busy, flips), moves, _births(data, links, moves)]
    changed = _turned(data, links, pd.concat([part for part in parts if len(part)] or parts[:1]))
    both = pd.concat([once[~(once["at"] > data.as_of)], changed] if len(changed) else [once])
    both = both[~(both["at"] > data.as_of)]
    return both.sort_values(["unit", "at"]).reset_index(drop=True)


def _turned(data: Dataset, links: Links, events: pd.DataFrame) -> pd.DataFrame:
    """Add the events of each unit up and keep the moments at which it turned lost or alive."""
    events = events[(events["unit"] >= 0) & ~(events["at"] > data.as_of)]
    # Only a unit that ever loses something can be lost.
    losing = np.zeros(links.count + 1, dtype=bool)
    losing[events.loc[(events["open"] < 0) | (events["alive"] < 0), "unit"]] = True
    events = events[losing[events["unit"]]]
    events = events.sort_values(["unit", "at"], kind="stable", na_position="first")
    running = events.groupby("unit")[["created", "open", "leads", "alive"]].cumsum()
    lost = np.where(
        running["created"] > 0,
        running["open"] <= 0,
        (running["leads"] > 0) & (running["alive"] <= 0),
    )
    states = events[["unit", "at"]].assign(lost=lost.astype(bool))
    states = states.drop_duplicates(["unit", "at"], keep="last")
    before = states.groupby("unit")["lost"].shift(1, fill_value=False)
    changed: pd.DataFrame = states[(states["lost"] != before) & states["at"].notna()]
    return changed


def _only_one(
    data: Dataset, links: Links, moves: pd.DataFrame, flips: pd.DataFrame
) -> NDArray[np.bool_]:
    """Say which deals are all that ever happened to their unit: most of them, at no cost."""
    unit = links.of_opportunity
    seen = (unit >= 0) & ~(data.opportunities["created_at"] > data.as_of).to_numpy()
    alone = np.bincount(unit[seen], minlength=links.count) == 1
    alone[moves["unit"][moves["unit"] >= 0]] = False
    told = data.opportunities["opportunity_id"].isin(flips["opportunity_id"]).to_numpy()
    alone[unit[told & (unit >= 0)]] = False
    plain: NDArray[np.bool_] = seen & np.append(alone, False)[unit]
    return plain


def _ended(data: Dataset) -> pd.Series:
    deals = data.opportunities
    return deals["closed_at"].where(deals["status"] != "open")


def _events(unit: object, at: object, **counts: object) -> pd.DataFrame:
    columns = {"created": 0, "open": 0, "leads": 0, "alive": 0} | counts
    return pd.DataFrame({"unit": unit, "at": at, **columns})


def _of_opportunities(
    data: Dataset, links: Links, rows: NDArray[np.int64], flips: pd.DataFrame
) -> pd.DataFrame:
    """One more open with each creation, one fewer with each loss; a reopening takes it back."""
    deals, ended = data.opportunities.iloc[rows], _ended(data).iloc[rows]
    unit = links.of_opportunity[rows]
    # A deal that came into the export closed, or with its dates turned round, was open until then.
    created = deals["created_at"].where(~(deals["created_at"] > ended), ended)
    created = created.where(deals["created_at"].notna())
    told = deals["opportunity_id"].isin(flips["opportunity_id"]).to_numpy()
    lost = ((deals["status"] == "lost") & ended.notna()).to_numpy()
    parts = [
        _events(unit, created, created=1, open=1),
        _events(unit[lost & ~told], ended[lost & ~told], open=-1),
    ]
    if told.any():
        place = pd.Series(np.arange(len(deals)), index=deals["opportunity_id"])
        own = flips[flips["opportunity_id"].isin(place.index)]
        at = place.loc[own["opportunity_id"]].to_numpy()
        parts.append(_events(unit[at], own["at"].to_numpy(), open=np.where(own["lost"], -1, 1)))
        # Reopened, and lost again without a row of the history.
        last = own.drop_duplicates("opportunity_id", keep="last")
        again = place.loc[last.loc[~last["lost"], "opportunity_id"]].to_numpy()
        again = again[lost[again]]
        parts.append(_events(unit[again], ended.to_numpy()[again], open=-1))
    found = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return found.assign(at=pd.to_datetime(found["at"], utc=True).dt.as_unit("us"))


def _reopenings(data: Dataset) -> pd.DataFrame:
    """Say when deals that were reopened turned lost and open: those that left a lost stage."""
    history, stages = data.opportunity_stages, data.stages
    named = set(stages.loc[stages["is_lost"], "stage"])
    nothing = pd.DataFrame({"opportunity_id": [], "at": [], "lost": []})
    if not named or not len(history):
        return nothing
    known = history["opportunity_id"].isin(data.opportunities["opportunity_id"])
    rows = history[known & (history["entered_at"] <= data.as_of)]
    rows = rows.assign(lost=rows["stage"].isin(named), row=np.arange(len(rows)))
    rows = rows.sort_values(["opportunity_id", "entered_at", "row"])
    before = rows.groupby("opportunity_id")["lost"].shift(1, fill_value=False)
    flips = rows[rows["lost"] != before]
    reopened = flips.loc[~flips["lost"], "opportunity_id"]
    flips = flips[flips["opportunity_id"].isin(reopened)]
    return flips.rename(columns={"entered_at": "at"})[["opportunity_id", "at", "lost"]]


def _moves_of_leads(data: Dataset, links: Links) -> pd.DataFrame:
    """One fewer lead alive while its latest stage is ``disqualified``."""
    stages = data.lead_stages
    out = (stages["stage"] == "disqualified").to_numpy()
    if links.unit == "opportunity" or not out.any():
        return _events(np.zeros(0, np.int64), stages["entered_at"].iloc[:0])
    rows = pd.DataFrame(
        {
            "lead": links.place_of_lead(stages["lead_id"]),
            "at": stages["entered_at"],
            "rank": stages["stage"].cat.set_categories(list(LEAD_STAGES)).cat.codes.to_numpy(),
            "out": out,
        }
    )
    # Stages entered at one moment count in the order of the funnel.
    rows = rows[rows["lead"] >= 0].sort_values(["lead", "at", "rank"])
    rows = rows.drop_duplicates(["lead", "at"], keep="last")
    before = rows.groupby("lead")["out"].shift(1, fill_value=False)
    rows = rows[rows["out"] != before]
    unit = links.of_lead[rows["lead"].to_numpy()]
    return _events(unit, rows["at"], alive=np.where(rows["out"], -1, 1))


def _births(data: Dataset, links: Links, moves: pd.DataFrame) -> pd.DataFrame:
    """One lead alive from its creation on, in the units of which some lead ever is out."""
    concerned = np.zeros(links.count + 1, dtype=bool)
    concerned[moves["unit"][moves["unit"] >= 0]] = True
    born = (links.of_lead >= 0) & concerned[links.of_lead]
    at = data.leads["created_at"][born]
    # A lead alone is there from the beginning, also where its first stage is dated before it.
    if links.unit == "lead":
        at = pd.Series(pd.NaT, index=at.index, dtype=at.dtype)
    return _events(links.of_lead[born], at, leads=1, alive=1)
