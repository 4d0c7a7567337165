"""From opportunities to money: what one opportunity is worth by weeks since its creation.

The value curve is the cumulative incidence of winning since creation (Aalen–Johansen, open deals
censored, lost ones a competing end) with the won value as its mark; its replicates, accounts drawn
with replacement, carry the uncertainty of both. A response in opportunities becomes one in money
by convolution with the curve's steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import signal

from alignment.dataset import Dataset
from alignment.horizons.marked import MarkedSpells, follow_up, replicate_won_by, won_by
from alignment.money import reported

Floats = NDArray[np.float64]

_MIDDLE = 3  # days from the middle of a week to its end: an opportunity comes on any of its days


@dataclass(frozen=True)
class ValueCurve:
    """What an opportunity has won by the end of each week since that of its creation.

    Parameters
    ----------
    wins, value : arrays (W,)
        Share won, and value won in the reporting currency, an average opportunity.
    wins_draws, value_draws : arrays (R, W)
        Replicates.
    known_weeks : float
        Weeks up to which the exports show it; later values stay where they are and are marked as
        extrapolated. Infinite where hardly anything is open by then.
    left_out : dict of str to int
        Opportunities not used, by reason.
    """

    wins: Floats
    value: Floats
    wins_draws: Floats
    value_draws: Floats
    known_weeks: float
    left_out: dict[str, int]


def value_curve(data: Dataset, weeks: int, *, replicates: int = 200, seed: int = 0) -> ValueCurve:
    """Estimate the value curve from the deals.

    Parameters
    ----------
    data : Dataset
        With opportunities; amounts where the value is wanted.
    weeks : int
        Weeks to give.
    replicates, seed : int
        Size and seed of the bootstrap over accounts.
    """
    spells, _, left_out = deal_spells(data)
    days = np.arange(weeks, dtype=np.int64) * 7 + _MIDDLE
    last = follow_up(spells)
    if not last >= 0:
        nothing = np.full(weeks, np.nan)
        return ValueCurve(
            nothing, nothing, nothing[np.newaxis], nothing[np.newaxis], np.nan, left_out
        )
    # Beyond what is known, the curve stays as it stood on the last day that is.
    seen, held = np.unique(
        np.minimum(days, min(last, days[-1])).astype(np.int64), return_inverse=True
    )
    wins, value = won_by(spells, seen)
    drawn = replicate_won_by(
        [spells], seen, accounts=int(spells.account.max()) + 1, replicates=replicates, seed=seed
    )
    return ValueCurve(
        wins[held],
        value[held],
        drawn[0][0][:, held],
        drawn[1][0][:, held],
        np.inf if np.isinf(last) else float((days <= last).sum()),
        left_out,
    )


def deal_spells(data: Dataset) -> tuple[MarkedSpells, pd.Series, dict[str, int]]:
    """Give the opportunities as spells from creation, in days, with the value of those won.

    Returns
    -------
    spells, created, left_out
        The spells; the local day of creation of each; opportunities not used, by reason.
    """
    deals = data.opportunities
    day = {name: _day(deals[name], data.timezone) for name in ("created_at", "closed_at")}
    shown, exported = _day(pd.Series([data.observed_from, data.as_of]), data.timezone)
    closed = (deals["status"] != "open") & ~(deals["closed_at"] > data.as_of)
    dateless = closed & day["closed_at"].isna()
    stop = day["closed_at"].where(closed).fillna(exported)
    exit = (stop - day["created_at"]).dt.days
    entry = (shown - day["created_at"]).dt.days.clip(lower=0)
    reasons = {
        "opportunities without a creation date": deals["created_at"].isna(),
        "opportunities that ended without a date": dateless,
        "opportunities that ended before they were created": exit < 0,
        "opportunities that ended before closings were recorded": (exit >= 0) & (exit < entry),
    }
    out = np.logical_or.reduce([flag.to_numpy(bool) for flag in reasons.values()])
    status = deals["status"].astype("str").where(closed, "open")
    amount = reported(data, deals) if deals["amount"].notna().any() else deals["amount"]
    won_value = amount.where(status == "won", 0.0)
    unpriced = won_value.isna() & ~out
    account = deals["account_id"].where(deals["account_id"].notna(), deals["opportunity_id"])
    codes, _ = pd.factorize(account[~out], sort=True)
    spells = MarkedSpells(
        entry=entry[~out].to_numpy(np.int64),
        exit=exit[~out].to_numpy(np.int64),
        end=status[~out].map({"open": 0, "won": 1, "lost": 2}).to_numpy(np.int64),
        value=won_value[~out].fillna(0.0).to_numpy(float),
        account=codes.astype(np.int64),
    )
    left_out = {why: int(flag.sum()) for why, flag in reasons.items() if flag.any()}
    if unpriced.any():
        left_out["won opportunities without an amount, counted as 0"] = int(unpriced.sum())
    return spells, day["created_at"][~out].reset_index(drop=True), left_out


def through(response: Floats, curve: Floats) -> Floats:
    """Carry responses in opportunities through value curves.

    Parameters
    ----------
    response : array (S, D, W)
        Opportunities brought in each week after an average week of a driver.
    curve : array (S, W)
        Value (or wins) of one opportunity by weeks since its creation, cumulated.

    Returns
    -------
    array (S, D, W)
        Value won in each week: ``Σ_j a_j (V_{h−j} − V_{h−j−1})``.
    """
    steps = np.diff(curve, axis=1, prepend=0.0)[:, np.newaxis, :]
    full: Floats = signal.fftconvolve(response, steps, axes=2)[:, :, : response.shape[2]]
    return full


def _day(moments: pd.Series, zone: str) -> Any:
    return moments.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
