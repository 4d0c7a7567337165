"""The objective, brand or activation, of the campaign that brought each journey."""

from __future__ import annotations

import pandas as pd

from alignment.dataset import Dataset
from alignment.journeys import Journeys

OBJECTIVE = "objective"
NO_OBJECTIVE = "(no objective)"


def objectives(data: Dataset, journeys: Journeys) -> pd.Series:
    """Give each journey the objective of the campaign that brought it.

    That is the campaign of the lead (of an account's earliest lead); without one, the campaign of
    the first touch that has an objective.

    Parameters
    ----------
    data : Dataset
        Needs ``campaigns`` with ``objective``.
    journeys : Journeys
        From :func:`alignment.journeys.build_journeys`.

    Returns
    -------
    Series of str
        By journey: brand, activation or ``(no objective)``.

    Raises
    ------
    NotMeasurable
        If no campaign carries an objective.
    """
    campaigns = data.require("campaigns", "objective")
    known = campaigns[campaigns["objective"].notna()]
    # An id that two platforms use for unlike objectives tells none.
    each = known.groupby("campaign_id")["objective"].agg(["first", "nunique"])
    objective = each.loc[each["nunique"] == 1, "first"].astype("object")
    frame = journeys.journeys
    of_lead = _of_leads(data, journeys, objective)
    touches = journeys.touches
    touched = touches.assign(objective=objective.reindex(touches["campaign_id"]).to_numpy())
    touched = touched[touched["objective"].notna()].sort_values(["journey", "position"])
    of_touch = touched.drop_duplicates("journey").set_index("journey")["objective"]
    found = of_lead.reindex(frame.index)
    found = found.where(found.notna(), of_touch.reindex(frame.index))
    return found.where(found.notna(), NO_OBJECTIVE).astype("str")


def _of_leads(data: Dataset, journeys: Journeys, objective: pd.Series) -> pd.Series:
    """Give the objective of the campaign of each journey's earliest lead."""
    leads = data.leads.sort_values(["created_at", "lead_id"])
    column = "lead_id" if journeys.unit == "lead" else "account_id"
    of = leads[column] if column == "lead_id" else leads["account_id"].fillna(leads["lead_id"])
    first = leads.assign(of=of).drop_duplicates("of").set_index("of")["campaign_id"]
    campaign = first.reindex(journeys.journeys["journey_id"])
    found = objective.reindex(campaign.to_numpy()).to_numpy()
    return pd.Series(found, index=journeys.journeys.index, dtype="object")
