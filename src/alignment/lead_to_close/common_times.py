"""Risk tables of several groups or states on one axis of times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alignment.incidence import Floats, RiskTable


def on_common_times(tables: Sequence[RiskTable]) -> tuple[NDArray[Any], Floats, Floats]:
    """Put tables on the times at which any of them counts.

    Parameters
    ----------
    tables : sequence of RiskTable
        With the same kinds of ends.

    Returns
    -------
    tuple of arrays
        Times (T,), at risk (G, T) and ends (G, K, T).
    """
    times = np.unique(np.concatenate([table.time for table in tables]))
    at_risk = np.zeros((len(tables), len(times)))
    events = np.zeros((len(tables), len(tables[0].events), len(times)))
    for place, table in enumerate(tables):
        # Nobody leaves between two times of a table, so its next one tells who is at risk, but for
        # those who enter in between.
        following = np.searchsorted(table.time, times, side="left")
        at_risk[place] = np.append(table.at_risk, 0)[following]
        if table.entries is not None:
            entered = np.searchsorted(table.entries, times, side="right")
            by_next = np.searchsorted(table.entries, table.time, side="right")
            later = np.append(by_next, len(table.entries))[following] - entered
            at_risk[place] -= np.where(following < len(table.time), later, 0)
        events[place][:, np.searchsorted(times, table.time)] = table.events
    return times, at_risk, events
