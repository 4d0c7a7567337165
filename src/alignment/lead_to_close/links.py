"""Which leads, opportunities and touches belong to the unit that a clock runs for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.dataset import Dataset
from alignment.moments import places

Unit = Literal["lead", "opportunity", "account"]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Links:
    """The units, and the code of the one to which each row of the tables belongs (−1: none).

    Parameters
    ----------
    unit : {"lead", "opportunity", "account"}
        What a unit is.
    ids, account_id : Series (count,)
        Id and account of each unit.
    of_lead, of_opportunity : arrays of int
        Unit of each row of the leads and opportunities. With the unit ``opportunity`` a lead may
        belong to several: see :meth:`spread`.
    known_from : Series of UTC (count,)
        When the record came to exist, where the exports say so.
    left_out : Mapping of str to int
        Rows that are no units, by reason.
    """

    unit: Unit
    ids: pd.Series
    account_id: pd.Series
    of_lead: Integers
    of_opportunity: Integers
    known_from: pd.Series
    lead_ids: pd.Series
    lead_of_opportunity: Integers
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Number of units."""
        return len(self.ids)

    def place_of_lead(self, lead_id: pd.Series) -> Integers:
        """Find the row of each lead, −1 where it is unknown."""
        return places(lead_id, self.lead_ids)

    def spread(self, lead: Integers) -> tuple[Integers, Integers]:
        """Give rows that belong to leads to their units.

        Parameters
        ----------
        lead : array of int
            Row of the lead of each row, −1 for none.

        Returns
        -------
        tuple of arrays
            Which of the rows, and the unit that it belongs to; a row of a lead with several
            opportunities comes once for each.
        """
        if self.unit != "opportunity":
            unit = np.where(lead >= 0, np.append(self.of_lead, -1)[lead], -1)
            kept = np.flatnonzero(unit >= 0)
            return kept, unit[kept]
        rows = pd.DataFrame({"lead": lead, "row": np.arange(len(lead))})
        deals = pd.DataFrame({"lead": self.lead_of_opportunity, "unit": self.of_opportunity})
        deals = deals[(deals["lead"] >= 0) & (deals["unit"] >= 0)]
        both = rows[rows["lead"] >= 0].merge(deals, on="lead").sort_values(["row", "unit"])
        return both["row"].to_numpy(np.int64), both["unit"].to_numpy(np.int64)


def find_links(data: Dataset, unit: Unit) -> Links:
    """Give each unit a number, and each row of the tables to one of them.

    Internal leads and their opportunities are left out. An opportunity belongs to its lead; for
    accounts, to its own account, else to that of its lead.

    Parameters
    ----------
    data : Dataset
        Its leads and opportunities.
    unit : {"lead", "opportunity", "account"}
        What a unit is.

    Raises
    ------
    ValueError
        If the unit is unknown.
    NotMeasurable
        If the exports hold none.
    """
    leads, deals = data.leads, data.opportunities
    internal = leads["is_internal"].to_numpy(dtype=bool)
    of = places(deals["lead_id"], leads["lead_id"])
    private = (of >= 0) & np.append(internal, False)[of]
    if unit == "lead":
        data.require("leads", "created_at")
        return _by_lead(data, internal, of)
    if unit == "opportunity":
        data.require("opportunities", "created_at")
        return _by_opportunity(data, internal, private, of)
    if unit == "account":
        return _by_account(data, internal, private, of)
    raise ValueError(f"unit is “lead”, “opportunity” or “account”, not “{unit}”")


def _numbers(kept: NDArray[np.bool_]) -> Integers:
    return np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int64)


def _by_lead(data: Dataset, internal: NDArray[np.bool_], of: Integers) -> Links:
    kept = data.leads[~internal]
    of_lead = _numbers(~internal)
    return Links(
        unit="lead",
        ids=kept["lead_id"].reset_index(drop=True),
        account_id=kept["account_id"].reset_index(drop=True),
        of_lead=of_lead,
        of_opportunity=np.where(of >= 0, np.append(of_lead, -1)[of], -1),
        known_from=kept["created_at"].reset_index(drop=True),
        lead_ids=data.leads["lead_id"],
        lead_of_opportunity=of,
        left_out={"internal leads": int(internal.sum())},
    )


def _by_opportunity(
    data: Dataset, internal: NDArray[np.bool_], private: NDArray[np.bool_], of: Integers
) -> Links:
    kept = data.opportunities[~private]
    return Links(
        unit="opportunity",
        ids=kept["opportunity_id"].reset_index(drop=True),
        account_id=kept["account_id"].reset_index(drop=True),
        of_lead=np.full(len(internal), -1, dtype=np.int64),
        of_opportunity=_numbers(~private),
        known_from=kept["created_at"].reset_index(drop=True),
        lead_ids=data.leads["lead_id"],
        lead_of_opportunity=of,
        left_out={"opportunities of internal leads": int(private.sum())},
    )


def _by_account(
    data: Dataset, internal: NDArray[np.bool_], private: NDArray[np.bool_], of: Integers
) -> Links:
    leads, deals = data.leads, data.opportunities
    own = leads["account_id"].where(~internal)
    through = own.astype("object").reindex(of).set_axis(deals.index)
    of_deal = deals["account_id"].astype("object").fillna(through).where(~private)
    ids = pd.concat([own, of_deal]).dropna().astype("str").drop_duplicates().sort_values()
    if not len(ids):
        data.require("leads", "account_id")
    ids = ids.reset_index(drop=True)
    of_lead, of_opportunity = (
        places(own, ids),
        places(of_deal.astype("str").where(of_deal.notna()), ids),
    )
    begun = pd.concat(
        [
            pd.DataFrame({"unit": of_lead, "at": leads["created_at"]}),
            pd.DataFrame({"unit": of_opportunity, "at": deals["created_at"]}),
        ]
    )
    first = begun[begun["unit"] >= 0].groupby("unit")["at"].min().reindex(np.arange(len(ids)))
    return Links(
        unit="account",
        ids=ids,
        account_id=ids,
        of_lead=of_lead,
        of_opportunity=of_opportunity,
        known_from=first.reset_index(drop=True),
        lead_ids=leads["lead_id"],
        lead_of_opportunity=of,
        left_out={
            "internal leads": int(internal.sum()),
            "leads without an account": int((own.isna().to_numpy() & ~internal).sum()),
        },
    )
