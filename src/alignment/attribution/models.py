"""The models of credit by name, and the sums over journeys that each needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from alignment.attribution.markov import chain_statistics
from alignment.attribution.markov_order import order_statistics
from alignment.attribution.paths import Paths, Statistics
from alignment.attribution.rules import PRESETS, AnchorWeights, rule_statistics, rules
from alignment.attribution.shapley import rate_game_statistics, sum_game_statistics

ORDER_OF: Mapping[str, int] = {"markov": 1, "markov_2": 2, "markov_3": 3}
DEFAULT_MODELS = ("first", "last", "linear", "position", "time_decay", "markov", "shapley")
MODELS = (*DEFAULT_MODELS, "shapley_rate", "last_non_direct", "markov_2", "markov_3")
MILESTONE_MODELS = tuple(PRESETS)
READS_ALL = (*ORDER_OF, "shapley_rate")  # the others read won journeys only

Repeats = Literal["kept", "collapsed"]


def statistics_of(
    paths: Paths,
    model: str,
    *,
    half_life_days: float = 7.0,
    custom: Mapping[str, AnchorWeights] | None = None,
    repeats: Repeats = "kept",
) -> Statistics:
    """Give the sums of a model by its name."""
    if model in ORDER_OF:
        seen = paths.collapsed() if repeats == "collapsed" else paths
        order = ORDER_OF[model]
        return chain_statistics(seen) if order == 1 else order_statistics(seen, order)
    if model == "shapley":
        return sum_game_statistics(paths)
    if model == "shapley_rate":
        return rate_game_statistics(paths)
    return rule_statistics(paths, rules(half_life_days, custom)[model])


def baseline(paths: Paths) -> Statistics:
    """Give the value won without a touch, and all the value."""
    journey = np.flatnonzero(paths.won)
    untouched = journey[paths.length[journey] == 0]
    journeys = np.concatenate([untouched, journey])
    column = np.repeat([0, 1], [len(untouched), len(journey)])
    return Statistics(
        width=2, credit=lambda sums: sums, terms=lambda: (journeys, column, paths.value[journeys])
    )
