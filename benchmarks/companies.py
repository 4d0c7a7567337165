"""An invented company as a dataset, without the way through files: for tests and benchmarks.

It holds what the simulator's exports hold, clean: leads with their score and the points behind
it, the company's own touches, and the deals.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from alignment.dataset import Dataset
from alignment.simulation import Company
from alignment.simulation.hubspot import BASE_POINTS, POINTS
from alignment.simulation.weeks import AS_OF
from alignment.simulation.world import CHANNELS, MARKETING_CHANNELS
from alignment.tables import conform


def _ids(kind: str, numbers: pd.Series | pd.Index) -> list[str | None]:
    return [f"{kind}{number}" if number >= 0 else None for number in numbers]


def dataset(company: Company, *, points: bool = True, score: bool = True) -> Dataset:
    """Turn a company into the dataset that its clean exports would give.

    Parameters
    ----------
    company : Company
        From ``simulate_company``.
    points, score : bool
        Whether the leads carry marketing's points, and the score itself.
    """
    leads, deals = company.leads, company.opportunities
    gained = sum(
        np.where(leads[f"{channel}_at"].notna(), round(POINTS * weight), 0)
        for channel, weight in zip(MARKETING_CHANNELS, company.world.score_marketing, strict=True)
    )
    lead_ids = _ids("L", leads.index)
    return Dataset(
        as_of=pd.Timestamp(AS_OF, tz="UTC"),
        observed_from=pd.Timestamp(company.observed_from, tz="UTC"),
        timezone="America/Mexico_City",
        currency="USD",
        accounts=conform(
            "accounts",
            {
                "account_id": _ids("A", company.accounts.index),
                "segment": company.accounts["segment"],
                "region": company.accounts["region"],
                "is_target": pd.array([True] * len(company.accounts), dtype="boolean"),
            },
        ),
        leads=conform(
            "leads",
            {
                "lead_id": lead_ids,
                "account_id": _ids("A", leads["account"]),
                "created_at": leads["created_at"],
                "channel": leads["source"],
                "region": leads["region"],
                "score_at_mql": np.floor(BASE_POINTS + POINTS * leads["score"])
                if score
                else np.nan,
                "marketing_points": gained if points else np.nan,
            },
        ),
        opportunities=conform(
            "opportunities",
            {
                "opportunity_id": _ids("D", deals.index),
                "account_id": _ids("A", deals["account"]),
                "lead_id": _ids("L", deals["lead"]),
                "created_at": deals["created_at"],
                "closed_at": deals["closed_at"],
                "status": deals["status"],
                "amount": deals["amount_usd"],
                "currency": "USD",
            },
        ),
        lead_stages=conform(
            "lead_stages",
            {
                "lead_id": np.array(lead_ids, dtype=object)[leads["mql_at"].notna()],
                "entered_at": leads["mql_at"].dropna().to_numpy(),
                "stage": "mql",
            },
        ),
        touches=_touches(company, lead_ids),
    )


def _touches(company: Company, lead_ids: list[str | None]) -> pd.DataFrame:
    parts = []
    for channel in CHANNELS:
        at = company.leads[f"{channel}_at"]
        there = at.notna().to_numpy()
        parts.append(
            pd.DataFrame(
                {
                    "lead_id": np.array(lead_ids, dtype=object)[there],
                    "occurred_at": at[there].to_numpy(),
                    "team": "marketing" if channel in MARKETING_CHANNELS else "sales",
                    "channel": channel,
                    "kind": channel,
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    table["touch_id"] = [f"T{number}" for number in range(len(table))]
    return conform("touches", table)
