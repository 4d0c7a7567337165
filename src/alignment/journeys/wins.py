"""The deals of each journey, each at its own date and with its own value."""

from __future__ import annotations

import numpy as np
import pandas as pd

from alignment.arguments import of_type
from alignment.dataset import Dataset
from alignment.journeys.build import Journeys
from alignment.journeys.codes import positions
from alignment.journeys.units import find_units
from alignment.money import reported
from alignment.rewind import rewound


def deals(data: Dataset, journeys: Journeys) -> pd.DataFrame:
    """List the deals of each journey, open, won and lost.

    Parameters
    ----------
    data : Dataset
        The data that the journeys were built from; only what was known at ``as_of`` counts.
    journeys : Journeys
        From :func:`alignment.journeys.build_journeys`.

    Returns
    -------
    DataFrame
        ``journey`` (code), ``opportunity_id``, ``status``, ``created_at``, ``closed_at`` (UTC,
        missing where not recorded) and ``value`` (float64, in ``journeys.currency``; 0 where no
        amount is known), by journey and closing date.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    of_type("journeys", journeys, Journeys, "alignment.build_journeys(data)")
    seen = rewound(data)
    units = find_units(seen, journeys.unit)
    of = units.of_opportunity
    mine = seen.opportunities[of >= 0]
    value = np.zeros(len(mine))
    if journeys.currency is not None and len(mine):
        value = np.nan_to_num(reported(seen, mine).to_numpy(dtype=np.float64))
    columns = ["opportunity_id", "status", "created_at", "closed_at"]
    ids = units.journey_id.iloc[of[of >= 0]]
    table = mine[columns].reset_index(drop=True).assign(value=value)
    table.insert(0, "journey", positions(ids, journeys.journeys["journey_id"]))
    kept = table[table["journey"] >= 0]
    return kept.sort_values(["journey", "closed_at", "opportunity_id"], ignore_index=True)


def wins(data: Dataset, journeys: Journeys) -> pd.DataFrame:
    """List the won deals of each journey: :func:`deals`, without those open or lost.

    A journey's row ends with one win and carries the sum of all; whoever asks when value arrived
    needs them one by one. The values of a journey add up to its own.
    """
    found = deals(data, journeys)
    return found[found["status"] == "won"].reset_index(drop=True)
