"""What the deals are worth: amounts in the reporting currency, and their changes until the win."""

from __future__ import annotations

import numpy as np
import pandas as pd

from alignment.dataset import Dataset
from alignment.incidence import Floats
from alignment.lead_to_close.pipeline_draws import Amounts
from alignment.lead_to_close.pipeline_visits import StageVisits
from alignment.money import reported

LARGEST_REVISION = 10.0  # beyond tenfold, a changed amount was mistyped


def deal_amounts(data: Dataset, deals: pd.DataFrame) -> pd.Series:
    """Return the amount of each deal (index opportunity_id) in the reporting currency."""
    values = reported(data, data.opportunities)
    values.index = pd.Index(data.opportunities["opportunity_id"])
    return values.reindex(deals.index)


def won_deals(data: Dataset, found: StageVisits, amount: pd.Series) -> pd.DataFrame:
    """List the deals won by ``as_of``.

    Returns
    -------
    DataFrame
        Index opportunity_id; ``closed_at`` (UTC), ``value`` (0 where the amount is missing),
        ``account`` (code), ``took`` (days since creation) and ``known`` (bool, has an amount).
    """
    won = found.deals.index[found.deals["end"] == "won"]
    closed = data.opportunities.set_index("opportunity_id")["closed_at"]
    return pd.DataFrame(
        {
            "closed_at": closed.reindex(won),
            "value": amount.reindex(won).fillna(0.0),
            "account": found.deals.loc[won, "account"],
            "took": found.deals.loc[won, "exit"],
            "known": amount.reindex(won).notna(),
        }
    )


def amounts_of(data: Dataset, won: pd.DataFrame) -> Amounts:
    """Gather what is known of the worth of a deal when it is won."""
    known = won[won["known"]]
    return Amounts(
        won=known["value"].to_numpy(np.float64),
        account=known["account"].to_numpy(np.int64),
        took=known["took"].to_numpy(np.int64),
        revision=_revisions(data, known),
    )


def _revisions(data: Dataset, won: pd.DataFrame) -> Floats:
    """Amount at the win over each amount recorded before it; none without an amount history."""
    history = data.opportunity_stages
    history = history[history["opportunity_id"].isin(won.index) & (history["amount"] > 0)]
    final = data.opportunities.set_index("opportunity_id")["amount"]
    own = history["opportunity_id"].to_numpy()
    before = history["entered_at"].array < won["closed_at"].reindex(own).array
    ratio = (final.reindex(own).to_numpy() / history["amount"].to_numpy())[before]
    inside = (ratio >= 1 / LARGEST_REVISION) & (ratio <= LARGEST_REVISION)
    return np.asarray(ratio[inside])
