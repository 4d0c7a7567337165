"""Small invented worlds in which the truth about sharing is set by hand: for tests and benchmarks.

Each function returns a dataset whose tables hold only what the analysis of sharing reads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.dataset import Dataset
from alignment.tables import conform

BEGAN = pd.Timestamp("2024-01-01", tz="UTC")
ENDED = pd.Timestamp("2026-01-01", tz="UTC")
DAYS = (ENDED - BEGAN).days
_DAY = pd.Timedelta(days=1)

Floats = NDArray[np.float64]


def _ids(letter: str, size: int) -> NDArray[Any]:
    return np.array([f"{letter}{number}" for number in range(size)], dtype=object)


def _dataset(**tables: dict[str, Any]) -> Dataset:
    return Dataset(
        as_of=ENDED,
        observed_from=BEGAN,
        **{name: conform(name, values) for name, values in tables.items()},  # type: ignore[arg-type]
    )


def _leads(random: np.random.Generator, size: int) -> dict[str, Any]:
    """Draw leads over two years, two an account."""
    day = np.sort(random.uniform(0, DAYS, size))
    return {
        "lead_id": _ids("L", size),
        "account_id": np.array([f"A{number // 2}" for number in range(size)], dtype=object),
        "created_at": pd.Series(BEGAN + pd.to_timedelta(day, "D")),
    }


def knowledge(seed: int, world: str, size: int = 4000) -> Dataset:
    """Draw leads of whom each team knows one thing, and wins that depend on what `world` says.

    Parameters
    ----------
    seed : int
        Seed.
    world : {"nobody", "marketing", "sales", "both"}
        Whose column says something about who will buy.
    size : int
        Leads.
    """
    random = np.random.default_rng(seed)
    leads = _leads(random, size)
    score, calls = random.normal(size=size), random.poisson(1.0, size)
    weight = {"nobody": (0, 0), "marketing": (1.2, 0), "sales": (0, 1.2), "both": (1.2, 1.2)}
    by_score, by_calls = weight[world]
    eta = -3.0 + by_score * score + by_calls * (np.log1p(calls) - 0.58) / 0.45
    won = random.random(size) < 1 / (1 + np.exp(-eta))
    start = leads["created_at"]
    closed = start + pd.to_timedelta(random.uniform(20, 150, size), "D")
    seen = won & np.asarray(closed < ENDED)
    lead = np.repeat(np.arange(size), calls)
    at = start.iloc[lead].reset_index(drop=True)
    at += pd.to_timedelta(random.uniform(1, 12, len(lead)), "D")
    known = np.asarray(at < ENDED)
    handed = np.asarray(start + 0.5 * _DAY < ENDED)
    return _dataset(
        leads={**leads, "score_at_mql": 50 + 10 * score},
        accounts={"account_id": np.unique(leads["account_id"])},
        lead_stages={
            "lead_id": leads["lead_id"][handed],
            "entered_at": (start + 0.5 * _DAY)[handed],
            "stage": "mql",
        },
        touches={
            "touch_id": _ids("T", int(known.sum())),
            "lead_id": leads["lead_id"][lead][known],
            "account_id": leads["account_id"][lead][known],
            "occurred_at": at[known],
            "team": "sales",
            "channel": "Call",
            "kind": "call",
        },
        opportunities={
            "opportunity_id": _ids("D", int(seen.sum())),
            "lead_id": leads["lead_id"][seen],
            "account_id": leads["account_id"][seen],
            "created_at": (start + 15 * _DAY)[seen],
            "closed_at": closed[seen],
            "status": "won",
        },
    )


def meetings(seed: int, drawn_together: float, size: int = 1500) -> Dataset:
    """Draw leads touched by both teams, at times that know nothing of each other, or do.

    Both teams are busier early on, and both touch warm leads more often: neither makes them
    collide more than chance.

    Parameters
    ----------
    seed : int
        Seed.
    drawn_together : float
        Share of the leads whose first marketing touch falls within two days of one of sales.
    size : int
        Leads.
    """
    random = np.random.default_rng(seed)
    leads = _leads(random, size)
    warm = random.normal(size=size)
    parts = []
    first_sale = np.full(size, np.nan)
    for team, kind, mean in (("sales", "call", 1.2), ("marketing", "nurture", 1.5)):
        count = random.poisson(mean * np.exp(0.5 * warm - 0.125))
        lead = np.repeat(np.arange(size), count)
        day = np.minimum(random.exponential(20.0, len(lead)), 85.0)
        begin = np.flatnonzero(np.r_[True, np.diff(lead) != 0]) if len(lead) else []
        if team == "sales":
            first_sale[lead[begin]] = day[begin]
        else:
            chosen = begin[random.random(len(begin)) < drawn_together]
            near = first_sale[lead[chosen]] + random.uniform(-2, 2, len(chosen))
            day[chosen] = np.where(np.isnan(near), day[chosen], np.clip(near, 0, 85))
        parts.append(pd.DataFrame({"lead": lead, "day": day, "team": team, "kind": kind}))
    rows = pd.concat(parts, ignore_index=True)
    at = leads["created_at"].iloc[rows["lead"]].reset_index(drop=True)
    at += pd.to_timedelta(rows["day"], "D")
    known = np.asarray(at < ENDED)
    lead = rows["lead"].to_numpy()[known]
    return _dataset(
        leads={**leads, "score_at_mql": 50 + 10 * warm},
        touches={
            "touch_id": _ids("T", int(known.sum())),
            "lead_id": leads["lead_id"][lead],
            "account_id": leads["account_id"][lead],
            "occurred_at": at[known],
            "team": rows["team"].to_numpy()[known],
            "channel": rows["kind"].to_numpy()[known],
            "kind": rows["kind"].to_numpy()[known],
        },
    )


def reasons(seed: int, effect: float, size: int = 4000, drift: float = 0.0) -> Dataset:
    """Draw leads of four channels; two begin to get reasons, at different times, two never.

    Parameters
    ----------
    seed : int
        Seed.
    effect : float
        Change of the share rejected where reasons began.
    size : int
        Leads.
    drift : float
        Change of the share rejected per period of four weeks in the channels that begin.
    """
    random = np.random.default_rng(seed)
    leads = _leads(random, size)
    channel = random.integers(4, size=size)
    day = ((leads["created_at"] - BEGAN) / _DAY).to_numpy(dtype=np.float64)
    began = np.array([365.0, 480.0, np.inf, np.inf])[channel]
    told = day >= began
    chance = np.array([0.5, 0.45, 0.4, 0.5])[channel] + effect * told
    chance += np.where(channel < 2, drift * (day - 365) / 28, 0.0)
    rejected = random.random(size) < chance
    reason = rejected & (random.random(size) < np.where(told, 0.9, 0.1))
    at = leads["created_at"] + pd.to_timedelta(random.uniform(0.5, 3, size), "D")
    known = np.asarray(at < ENDED)
    words = np.where(reason, "Sin presupuesto", None)
    return _dataset(
        leads={**leads, "channel": np.array(["A", "B", "C", "D"], dtype=object)[channel]},
        lead_stages={
            "lead_id": leads["lead_id"][known],
            "entered_at": at[known],
            "stage": np.where(rejected, "disqualified", "sal")[known],
            "reason": words[known],
        },
    )
