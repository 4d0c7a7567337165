"""Groups large enough to be compared: the others leave the clocks and are counted."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np

from alignment.arguments import of_type, within
from alignment.errors import NotMeasurable
from alignment.lead_to_close.clocks import Clocks
from alignment.lead_to_close.labels import MISSING
from alignment.text import Text

MINIMUM = 30
SMALL = "in groups too small to compare"
UNNAMED = "without a group to compare"


def large_groups(clocks: Clocks, *, minimum: int = MINIMUM) -> Clocks:
    """Keep the clocks of named groups with enough of them.

    A group of a few leads says nothing of itself, yet each comparison with it widens all others.

    Parameters
    ----------
    clocks : Clocks
        From :func:`~alignment.lead_to_close.find_clocks`, grouped.
    minimum : int
        Smallest number of clocks of a group.

    Returns
    -------
    Clocks
        Those left out are counted in ``left_out``.

    Raises
    ------
    NotMeasurable
        If fewer than two groups are left.
    """
    of_type("clocks", clocks, Clocks, "find_clocks(data, start=…, end=…, group=…)")
    within("minimum", minimum, 0, inf)
    group = clocks.frame["group"]
    named = (group != MISSING).to_numpy()
    large = named & (group.map(group.value_counts()) >= minimum).to_numpy()
    if group[large].nunique() < 2:
        raise NotMeasurable(
            Text(
                en="Not measurable: fewer than two groups hold {minimum} or more to be compared.",
                es="No medible: menos de dos grupos reúnen {minimum} o más para compararlos.",
            ).format(minimum=minimum)
        )
    place = np.where(large, np.cumsum(large) - 1, -1)
    changes = clocks.changes[large[clocks.changes["spell"].to_numpy()]]
    left_out = {SMALL: int((named & ~large).sum()), UNNAMED: int((~named).sum())}
    return replace(
        clocks,
        frame=clocks.frame[large].reset_index(drop=True),
        changes=changes.assign(spell=place[changes["spell"].to_numpy()]).reset_index(drop=True),
        left_out={
            **clocks.left_out,
            **{reason: count for reason, count in left_out.items() if count},
        },
    )
