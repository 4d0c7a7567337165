"""Two groups compared inside strata and put together: Mantel–Haenszel difference and ratio.

Sources: Mantel & Haenszel 1959 (J Natl Cancer Inst 22:719); the weights of the difference,
Cochran 1954 (Biometrics 10:417), and of the ratio of risks, Rothman & Boice 1979.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.resampling import expanded_percentile
from alignment.shares import wilson
from alignment.sharing.draws import Flags, Floats, Integers, drawn_counts


@dataclass(frozen=True)
class Compared:
    """Two groups inside strata, put together.

    Parameters
    ----------
    leads, events : array (2,)
        By group: not exposed, exposed.
    difference, ratio : tuple of float
        Exposed against not exposed, with low and high.
    log_ratio_draws : array (replicates,)
        The logarithm of the ratio under each draw of accounts.
    """

    leads: Integers
    events: Integers
    difference: tuple[float, float, float]
    ratio: tuple[float, float, float]
    log_ratio_draws: Floats


def compare(
    exposed: Flags,
    event: Flags,
    stratum: Integers,
    account: Integers,
    *,
    replicates: int,
    seed: int,
    level: float,
    accounts: int | None = None,
) -> Compared:
    """Compare the share of events of two groups within strata, with draws of accounts.

    Parameters
    ----------
    exposed, event : array of bool (n,)
        The group and the outcome of each record.
    stratum : array of int (n,)
        Codes from 0.
    account : array of int (n,)
        Codes from 0.
    replicates, seed : int
        Draws.
    level : float
        Confidence level.
    accounts : int, optional
        How many accounts are drawn from, where some have no record here.

    Returns
    -------
    Compared
    """
    strata = int(stratum.max()) + 1
    cell = stratum + strata * (exposed.astype(np.int64) + 2 * event.astype(np.int64))
    counts, draws = drawn_counts(
        account,
        cell.astype(np.int64),
        4 * strata,
        replicates=replicates,
        seed=seed,
        accounts=accounts,
    )
    groups = counts.reshape(4, strata).sum(axis=1)
    at, drawn = _measures(counts[None, :], strata), _measures(draws, strata)
    size = len(np.unique(account))
    low, high = expanded_percentile(drawn[0][:, None], level, size)
    log_low, log_high = expanded_percentile(drawn[1][:, None], level, size)
    return Compared(
        leads=np.array([groups[0] + groups[2], groups[1] + groups[3]], dtype=np.int64),
        events=np.array([groups[2], groups[3]], dtype=np.int64),
        difference=(float(at[0][0]), float(low[0]), float(high[0])),
        ratio=(
            float(np.exp(at[1][0])),
            float(np.exp(log_low[0])),
            float(np.exp(log_high[0])),
        ),
        log_ratio_draws=drawn[1],
    )


def _measures(counts: Floats, strata: int) -> tuple[Floats, Floats]:
    """Give difference and log ratio of each row of counts (not/exposed by no/event, strata)."""
    cells = counts.reshape(len(counts), 4, strata)
    n0, n1 = cells[:, 0] + cells[:, 2], cells[:, 1] + cells[:, 3]
    total = np.where(n0 + n1 > 0, n0 + n1, 1.0)
    weight = n0 * n1 / total
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = cells[:, 3] / np.where(n1 > 0, n1, 1) - cells[:, 2] / np.where(n0 > 0, n0, 1)
        difference = (weight * inside).sum(axis=1) / weight.sum(axis=1)
        above = (cells[:, 3] * n0 / total).sum(axis=1)
        below = (cells[:, 2] * n1 / total).sum(axis=1)
        log_ratio = np.log(above) - np.log(below)
    return difference, log_ratio


def group_rows(found: Compared, names: tuple[str, str], level: float) -> pd.DataFrame:
    """Lay the two groups out, the exposed first: plain shares with Wilson's interval."""
    share, low, high = wilson(found.events[::-1], found.leads[::-1], level)
    return pd.DataFrame(
        {
            "group": list(names),
            "leads": found.leads[::-1],
            "events": found.events[::-1],
            "share": share,
            "low": low,
            "high": high,
        }
    )
