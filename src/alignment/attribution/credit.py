"""Credit for the won value by every classical model side by side, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from alignment.attribution.intervals import (
    bootstrap,
    effective_accounts,
    percentile_interval,
)
from alignment.attribution.markov import Chain, chain_statistics, removal_effects
from alignment.attribution.paths import By, Floats, Paths, Statistics, Weight, encode
from alignment.attribution.rules import rule_statistics, rules
from alignment.attribution.shapley import rate_game_statistics, sum_game_statistics
from alignment.attribution.texts import assumptions, method
from alignment.errors import NotMeasurable
from alignment.journeys import Journeys
from alignment.results import About, Result
from alignment.tables import TEAMS
from alignment.text import Text

NO_TOUCH = "(no touch recorded)"
DEFAULT_MODELS = ("first", "last", "linear", "position", "time_decay", "markov", "shapley")
MODELS = (*DEFAULT_MODELS, "shapley_rate")
TOO_FEW_WINS = 30
ENOUGH_WINS = 200
UNPRICED = "won opportunities without an amount"  # their value is in no sum

Reliability = Literal["measured", "approximate", "too few"]


@dataclass(frozen=True)
class Credit(Result):
    """Credit by model and key.

    Parameters
    ----------
    frame : DataFrame
        One row a model and key: ``model`` (category, in the order asked), ``key`` (category; the
        last one is ``(no touch recorded)``), ``team`` (category: marketing, sales, or both where
        both teams use the channel; missing for the last key), ``credit`` (in `currency`, or
        wins), ``share`` of the total, and ``low`` and ``high`` of the share. The credits of a
        model add up to `value`.
    value : float
        What was won.
    currency : str or None
        ISO 4217 currency of `value`; None if credit is counted in wins.
    wins, journeys : int
        Journeys won, and all.
    by : {"channel", "team"}
        What the keys are.
    removal : DataFrame
        Of the Markov chain, by key: ``key``, ``removal_effect`` (on wins), and
        ``removal_effect_on_value``, raw: they do not add up to one. Empty without ``markov``.
    conversion : float
        Share of the journeys with a touch that were won, which is what the chain gives too.
    reliability : {"measured", "approximate", "too few"}
        Whether measured coverage bears the intervals out at this number of won accounts.
    about : About
        Method, level, assumptions, touches left out.
    """

    frame: pd.DataFrame
    value: float
    currency: str | None
    wins: int
    journeys: int
    by: By
    removal: pd.DataFrame
    conversion: float
    reliability: Reliability
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return the credit by model and key."""
        return self.frame

    def spread(self) -> pd.DataFrame:
        """Show how far the models disagree on each key.

        Returns
        -------
        DataFrame
            ``key``, ``team``, ``low_share``, ``low_model``, ``high_share``, ``high_model`` and
            ``spread`` (high minus low), the widest first. This is disagreement between
            conventions, which more data does not shrink.
        """
        wide = self._shares()
        teams = self.frame.drop_duplicates("key").set_index("key")["team"]
        found = pd.DataFrame(
            {
                "key": wide.index,
                "team": teams.reindex(wide.index).array,
                "low_share": wide.min(axis=1).array,
                "low_model": wide.idxmin(axis=1).astype("str").array,
                "high_share": wide.max(axis=1).array,
                "high_model": wide.idxmax(axis=1).astype("str").array,
            }
        )
        found["spread"] = found["high_share"] - found["low_share"]
        return found.sort_values("spread", ascending=False, kind="stable", ignore_index=True)

    def agreement(self) -> pd.DataFrame:
        """Compare the rankings of the keys by each two models.

        Returns
        -------
        DataFrame
            ``model``, ``other`` and ``kendall_tau`` (tau-b: 1 the same ranking, -1 the reverse;
            missing with fewer than two keys or a ranking of ties only).
        """
        wide = self._shares().drop(index=NO_TOUCH).astype(float)
        rows = []
        for model, other in combinations(wide.columns, 2):
            tau = np.nan
            if np.ptp(wide[model]) > 0 and np.ptp(wide[other]) > 0:
                tau = float(stats.kendalltau(wide[model], wide[other]).statistic)
            rows.append((str(model), str(other), tau))
        return pd.DataFrame(rows, columns=["model", "other", "kendall_tau"])

    def _shares(self) -> pd.DataFrame:
        return self.frame.pivot_table(
            index="key", columns="model", values="share", observed=True, sort=False
        )


def attribute(
    journeys: Journeys,
    *,
    by: By = "channel",
    models: Sequence[str] = DEFAULT_MODELS,
    weight: Weight = "value",
    half_life_days: float = 7.0,
    replicates: int = 400,
    level: float = 0.90,
    seed: int = 0,
) -> Credit:
    """Give the won value to the keys whose touches came before, by each model.

    These are conventions for sharing out what was won, not estimates of what a channel or a team
    brought about.

    Parameters
    ----------
    journeys : Journeys
        From :func:`alignment.journeys.build_journeys`, open and lost ones included.
    by : {"channel", "team"}
        What gets the credit.
    models : sequence of str
        Of ``first``, ``last``, ``linear``, ``position``, ``time_decay``, ``markov``, ``shapley``
        (sum game) and ``shapley_rate`` (rate game, which may be negative).
    weight : {"value", "wins"}
        Share out the value won or the number of wins.
    half_life_days : float
        Half-life of the time decay, in days before the end.
    replicates : int
        Bootstrap replicates; 0 for no intervals.
    level : float
        Level of the intervals of the shares.
    seed : int
        Same seed, same intervals.

    Returns
    -------
    Credit

    Raises
    ------
    NotMeasurable
        If there is no touch, no win, or no won value.
    ValueError
        If a model is unknown, or cannot be computed from these journeys.
    """
    chosen = tuple(dict.fromkeys(models))
    _check(chosen, level, replicates)
    _gate(journeys, weight)
    paths = encode(journeys, by=by, weight=weight)
    built = {name: _statistics(paths, name, half_life_days) for name in chosen}
    built[NO_TOUCH] = _baseline(paths)
    point = {name: model.credit(model.total()) for name, model in built.items()}
    draws = bootstrap(paths, built, replicates=replicates, seed=seed) if replicates else {}
    reliability = _reliability(paths)
    return Credit(
        frame=_frame(paths, journeys, by, chosen, point, draws, level),
        value=float(paths.value.sum()),
        currency=journeys.currency if weight == "value" else None,
        wins=int(paths.won.sum()),
        journeys=len(paths.won),
        by=by,
        removal=_removal(paths, built.get("markov")),
        conversion=float(paths.won[paths.length > 0].mean()),
        reliability=reliability,
        about=About(
            method=method(half_life_days, replicates),
            level=level if replicates else None,
            assumptions=assumptions(reliability, "shapley_rate" in chosen),
            left_out={
                **journeys.left_out,
                UNPRICED: journeys.notes.get(UNPRICED, 0),
            },
        ),
    )


def _check(models: Sequence[str], level: float, replicates: int) -> None:
    unknown = [name for name in models if name not in MODELS]
    if unknown or not models:
        raise ValueError(f"no model “{', '.join(unknown)}”; there are {', '.join(MODELS)}")
    if not 0 < level < 1:
        raise ValueError("level must lie between 0 and 1")
    if replicates < 0:
        raise ValueError("replicates must not be negative")


def _gate(journeys: Journeys, weight: Weight) -> None:
    """Say what is missing, if credit cannot be measured."""
    won = journeys.journeys["outcome"] == "won"
    if not len(journeys.touches):
        raise NotMeasurable(
            Text(
                en="Not measurable: no journey has a touch before its outcome.",
                es="No medible: ningún recorrido tiene un contacto antes de su desenlace.",
            )
        )
    if not won.any():
        raise NotMeasurable(
            Text(
                en="Not measurable: nothing has been won yet, so there is no credit to share.",
                es="No medible: aún no se ha ganado nada, así que no hay crédito que repartir.",
            )
        )
    if weight == "value" and not journeys.journeys["value"].sum() > 0:
        raise NotMeasurable(
            Text(
                en="Not measurable: no won opportunity has an amount; credit can be counted in "
                "wins instead.",
                es="No medible: ninguna oportunidad ganada tiene importe; el crédito puede "
                "contarse en ventas.",
            )
        )


def _statistics(paths: Paths, model: str, half_life_days: float) -> Statistics:
    data_driven: Mapping[str, Callable[[Paths], Statistics]] = {
        "markov": chain_statistics,
        "shapley": sum_game_statistics,
        "shapley_rate": rate_game_statistics,
    }
    if model in data_driven:
        return data_driven[model](paths)
    return rule_statistics(paths, rules(half_life_days)[model])


def _baseline(paths: Paths) -> Statistics:
    """Give the value won without a touch, and all the value."""
    journey = np.flatnonzero(paths.won)
    untouched = journey[paths.length[journey] == 0]
    return Statistics(
        journey=np.concatenate([untouched, journey]),
        column=np.repeat([0, 1], [len(untouched), len(journey)]),
        amount=paths.value[np.concatenate([untouched, journey])],
        width=2,
        credit=lambda sums: sums,
    )


def _reliability(paths: Paths) -> Reliability:
    won_accounts = len(np.unique(paths.cluster[paths.won]))
    if won_accounts < TOO_FEW_WINS:
        return "too few"
    return "approximate" if won_accounts < ENOUGH_WINS else "measured"


def _shares(credit: Floats, baseline: Floats) -> Floats:
    """Put the untouched value last and divide by all the value; nothing won is no share."""
    total = baseline[:, 1:]
    with_untouched = np.concatenate([credit, baseline[:, :1]], axis=1)
    shares = np.full_like(with_untouched, np.nan)
    np.divide(with_untouched, total, out=shares, where=total > 0)
    return shares


def _frame(
    paths: Paths,
    journeys: Journeys,
    by: By,
    models: Sequence[str],
    point: Mapping[str, Floats],
    draws: Mapping[str, Floats],
    level: float,
) -> pd.DataFrame:
    keys = [*paths.keys, NO_TOUCH]
    teams = _teams(journeys, by, keys)
    missing = np.full(len(keys), np.nan)
    parts = []
    for model in models:
        low, high = missing, missing
        if draws:
            drawn = _shares(draws[model], draws[NO_TOUCH])
            low, high = percentile_interval(drawn, level, effective_accounts(paths))
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
    used = journeys.touches[["channel", "team"]].dropna().drop_duplicates()
    teams = used.groupby("channel", observed=True)["team"].agg(
        lambda of: str(of.iloc[0]) if len(of) == 1 else "both"
    )
    return [teams.get(key) for key in keys]


def _removal(paths: Paths, chain: Statistics | None) -> pd.DataFrame:
    names = ["key", "removal_effect", "removal_effect_on_value"]
    if chain is None:
        return pd.DataFrame({name: pd.Series(dtype="float") for name in names})
    found = removal_effects(Chain.from_sums(chain.total(), len(paths.keys)))
    columns = [list(paths.keys), found.effect[0], found.effect_on_value[0]]
    return pd.DataFrame(dict(zip(names, columns, strict=True)))
