"""Local times placed in a zone, also where clocks change."""

from __future__ import annotations

import numpy as np
import pandas as pd


def localise(local: pd.Series, zone: str, clocked: pd.Series) -> tuple[pd.Series, int, int]:
    """Place local times in a zone and count those that fall where clocks changed.

    A time that was twice is the first; a time that never was is moved on to the moment at which
    the clock resumed.

    Parameters
    ----------
    local : Series of datetime64[us]
        Naive times.
    zone : str
        IANA zone.
    clocked : Series of bool
        Whether the time of day was written; only such times are counted.

    Returns
    -------
    tuple
        The instants in UTC, how many times never were, and how many were twice.
    """
    if zone == "UTC":
        return local.dt.tz_localize("UTC"), 0, 0
    first = local.dt.tz_localize(
        zone, ambiguous=np.ones(len(local), dtype=bool), nonexistent="shift_forward"
    )
    moved = clocked & local.notna() & first.dt.tz_localize(None).ne(local)
    unsure = local.dt.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward")
    twice = clocked & local.notna() & unsure.isna()
    return first.dt.tz_convert("UTC"), int(moved.sum()), int(twice.sum())
