"""Stale deals: those that have stood in their stage longer than nine in ten won ones did."""

from __future__ import annotations

import numpy as np
import pandas as pd

from alignment.incidence import aalen_johansen, risk_tables

MINIMUM_WON_VISITS = 10


def stale_limits(visits: pd.DataFrame, *, share: float = 0.90) -> pd.DataFrame:
    """Find how long the deals that were won had stood in each stage.

    A won deal that took long is under-represented while others as old are still open. Each one
    therefore counts with the step that the Aalen–Johansen curve of won makes at its win, which
    is one over the chance of having been watched that long.

    Parameters
    ----------
    visits : DataFrame
        ``visits`` of :class:`alignment.lead_to_close.pipeline_visits.StageVisits`.
    share : float
        Share of the won ones that left the stage by the limit.

    Returns
    -------
    DataFrame
        ``pipeline``, ``stage`` (str), ``won_visits`` (int64) and ``limit_days`` (float64; missing
        with fewer than 10 won visits).
    """
    rows = []
    for (pipeline, stage), some in visits.groupby(["pipeline", "stage"], sort=True):
        won = some[some["end"] == "won"]
        limit = _limit(some, won, share) if len(won) >= MINIMUM_WON_VISITS else np.nan
        rows.append((pipeline, stage, len(won), limit))
    columns = ["pipeline", "stage", "won_visits", "limit_days"]
    return pd.DataFrame(rows, columns=columns).astype({"limit_days": "float64"})


def _limit(visits: pd.DataFrame, won: pd.DataFrame, share: float) -> float:
    code = (visits["end"].cat.codes.to_numpy(np.int64) + 1) % 3
    exit = visits["exit"].to_numpy(np.int64)
    found = aalen_johansen(risk_tables(visits["entry"].to_numpy(np.int64), exit, code)[0])
    step = np.diff(found.incidence[0], prepend=0.0)
    each = step / np.maximum(found.table.events[0], 1)
    at = np.searchsorted(found.table.time, won["exit"].to_numpy(np.int64))
    order = np.argsort(won["stay"].to_numpy(), kind="stable")
    stay, weight = won["stay"].to_numpy(np.int64)[order], each[at][order]
    reached = np.cumsum(weight) >= share * weight.sum() - 1e-12
    return float(stay[np.argmax(reached)])


def stale_deals(current: pd.DataFrame, limits: pd.DataFrame) -> pd.DataFrame:
    """List the open deals that are older, in their stage, than its limit, the largest first.

    Parameters
    ----------
    current : DataFrame
        Open deals: ``opportunity_id``, ``pipeline``, ``stage``, ``age``, ``amount``.
    limits : DataFrame
        From :func:`stale_limits`.
    """
    rows = current.merge(limits, on=["pipeline", "stage"], how="left")
    rows = rows[rows["age"] > rows["limit_days"]]
    columns = ["opportunity_id", "pipeline", "stage", "age", "limit_days", "amount"]
    return rows.sort_values(
        ["amount", "opportunity_id"], ascending=[False, True], ignore_index=True
    )[columns]
