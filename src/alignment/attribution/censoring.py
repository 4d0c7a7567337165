"""Weights for journeys still open: what is not over yet is not the same as lost.

A journey open at the export tells only that it lasted so long. Counted as not won, the youngest
channels look worst. Instead, each journey that ended stands for those of its age that the export
cut off: its weight is one over the probability of not being cut off before its end, by
Kaplan-Meier on the ages at the export (inverse probability of censoring; Robins & Finkelstein
2000). Open journeys then weigh nothing. The weights are held fixed in the bootstrap, which makes
intervals somewhat too wide rather than too narrow.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from alignment.attribution.paths import Flags, Floats, Integers
from alignment.errors import NotMeasurable
from alignment.journeys import Journeys
from alignment.journeys.codes import DAY, NEVER, instants
from alignment.text import Text

MOST_WEIGHT = 20.0  # beyond, a single journey would speak for a crowd that nobody has seen


def censoring_weights(journeys: Journeys, as_of: pd.Timestamp) -> Floats:
    """Weigh the journeys that ended by the inverse probability of having been seen to end.

    Parameters
    ----------
    journeys : Journeys
        With ``started_at`` and, where won or lost, ``ended_at``.
    as_of : Timestamp
        Moment of the export, at which open journeys are cut off.

    Returns
    -------
    float array, one a journey
        0 for open journeys; for the others at least 1, at most :data:`MOST_WEIGHT` (1 where the
        start or the end is not dated).

    Raises
    ------
    NotMeasurable
        If no journey that ended has both dates.
    """
    frame = journeys.journeys
    started, ended = instants(frame["started_at"]), instants(frame["ended_at"])
    still_open = np.asarray(frame["outcome"] == "open")
    limit = instants(pd.Series([as_of]))[0]
    end = np.where(still_open, limit, ended)
    known = (started != NEVER) & (end != NEVER)
    if not (known & ~still_open).any():
        raise NotMeasurable(
            Text(
                en="Not measurable: no journey that ended has the dates of its start and its end.",
                es="No medible: ningún recorrido terminado tiene fecha de inicio y de fin.",
            )
        )
    age = np.where(known, np.maximum(end - np.where(known, started, 0), 0) // DAY, 0)
    weight = np.where(still_open, 0.0, 1.0)
    over = known & ~still_open
    weight[over] = 1.0 / _not_cut_off(age, known, still_open)[age[over]]
    return np.minimum(weight, MOST_WEIGHT)


def _not_cut_off(age: Integers, known: Flags, still_open: Flags) -> Floats:
    """Give the probability of not being cut off before each age, in days (Kaplan-Meier).

    An end on the day of a cut-off comes first, so that whoever ended was at risk.
    """
    longest = int(age.max(initial=0))
    at_age = np.bincount(age[known], minlength=longest + 1)
    cut = np.bincount(age[known & still_open], minlength=longest + 1)
    ends = at_age - cut
    at_risk = at_age[::-1].cumsum()[::-1] - ends  # those who end that day can no longer be cut off
    stays = 1.0 - np.divide(cut, at_risk, out=np.zeros(longest + 1), where=at_risk > 0)
    before = np.concatenate([[1.0], np.cumprod(stays)[:-1]])
    not_cut: Floats = np.maximum(before, 1.0 / MOST_WEIGHT)
    return not_cut
