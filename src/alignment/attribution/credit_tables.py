"""The tables of a credit result: shares with intervals, teams of the keys, removal effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from alignment.attribution.intervals import effective_accounts
from alignment.attribution.markov import Chain, removal_effects
from alignment.attribution.markov_order import chain_states, removal_of_order
from alignment.attribution.models import ORDER_OF, Repeats
from alignment.attribution.paths import NO_CAMPAIGN, By, Floats, Integers, Paths, counted
from alignment.journeys import Journeys
from alignment.journeys.codes import category
from alignment.resampling import expanded_percentile
from alignment.tables import TEAMS

NO_TOUCH = "(no touch recorded)"
TOO_FEW_WINS = 30
ENOUGH_WINS = 200

Reliability = Literal["measured", "approximate", "too few"]


def reliability_of(paths: Paths) -> Reliability:
    """Say whether measured coverage bears intervals out with so many won accounts."""
    rows = np.flatnonzero(paths.won)
    few = 5 * ENOUGH_WINS  # mostly settles it, and spares comparing a million names
    found = 0
    for some in (rows[:few], rows):
        accounts = paths.account.iloc[some]
        found = accounts.nunique() + int(accounts.isna().sum())
        if found >= ENOUGH_WINS:
            return "measured"
    return "too few" if found < TOO_FEW_WINS else "approximate"


def _shares(credit: Floats, baseline: Floats) -> Floats:
    """Put the untouched value last and divide by all the value; nothing won is no share."""
    total = baseline[:, 1:]
    with_untouched = np.concatenate([credit, baseline[:, :1]], axis=1)
    shares = np.full_like(with_untouched, np.nan)
    np.divide(with_untouched, total, out=shares, where=total > 0)
    return shares


def credit_frame(
    paths: Paths,
    journeys: Journeys,
    by: By,
    models: Sequence[str],
    point: Mapping[str, Floats],
    draws: Mapping[str, Floats],
    level: float,
) -> pd.DataFrame:
    """Lay out credit, share and interval by model and key."""
    keys = [*paths.keys, NO_TOUCH]
    teams = _teams(journeys, by, keys)
    missing = np.full(len(keys), np.nan)
    parts = []
    for model in models:
        low, high = missing, missing
        if draws:
            drawn = _shares(draws[model], draws[NO_TOUCH])
            low, high = expanded_percentile(drawn, level, effective_accounts(paths))
        parts.append(
            pd.DataFrame(
                {
                    "model": model,
                    "key": keys,
                    "team": teams,
                    "credit": np.append(point[model][0], point[NO_TOUCH][0, 0]),
                    "share": _shares(point[model], point[NO_TOUCH])[0],
                    "low": low,
                    "high": high,
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(
        model=frame["model"].astype(pd.CategoricalDtype(list(models))),
        key=frame["key"].astype(pd.CategoricalDtype(keys)),
        team=frame["team"].astype(pd.CategoricalDtype([*TEAMS, "both"])),
    )


def _teams(journeys: Journeys, by: By, keys: Sequence[str]) -> list[str | None]:
    """Say which team each key is of."""
    if by == "team":
        return [*keys[:-1], None]
    touches = journeys.touches
    column = touches["channel"]
    if by == "campaign":
        column = category(touches["campaign_id"].fillna(NO_CAMPAIGN).astype("str"))
    codes, teams = column.cat.codes.to_numpy(), touches["team"].cat.codes.to_numpy()
    width = len(TEAMS) + 1  # the first column is of touches without a team
    size = len(column.cat.categories) * width

    def pairs(part: slice) -> Integers:
        pair: Integers = codes[part].astype(np.int64) * width + 1 + teams[part]
        return pair

    used = counted(pairs, len(codes), size) > 0
    named = {}
    for level, row in zip(column.cat.categories, used.reshape(-1, width), strict=True):
        mine = [team for team, there in zip(TEAMS, row[1:], strict=True) if there]
        named[str(level)] = None if not mine else mine[0] if len(mine) == 1 else "both"
    return [named.get(key) for key in keys]


def removal_frame(paths: Paths, totals: Mapping[str, Floats], repeats: Repeats) -> pd.DataFrame:
    """Give the removal effects of each chain, raw and as shares of their sum."""
    parts = []
    for model in [name for name in totals if name in ORDER_OF]:
        if model == "markov":
            found = removal_effects(Chain.from_sums(totals[model], len(paths.keys)))
        else:
            seen = paths.collapsed() if repeats == "collapsed" else paths
            found = removal_of_order(totals[model], chain_states(seen, ORDER_OF[model]))
        effect, on_value = found.effect[0], found.effect_on_value[0]
        total = on_value.sum()
        part = {
            "key": list(paths.keys),
            "removal_effect": effect,
            "removal_effect_on_value": on_value,
            "normalised": on_value / total if total > 0 else np.full(len(effect), np.nan),
            "model": model,
        }
        parts.append(pd.DataFrame(part))
    if not parts:
        names = ("removal_effect", "removal_effect_on_value", "normalised")
        empty = {name: pd.Series(dtype="float") for name in names}
        return pd.DataFrame(
            {"key": pd.Series(dtype="str"), **empty, "model": pd.Series(dtype="str")}
        )
    return pd.concat(parts, ignore_index=True)
