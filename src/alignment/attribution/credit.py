"""Credit for the won value by every classical model side by side, with intervals."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import get_args

import numpy as np
import pandas as pd
from scipy import stats

from alignment.arguments import nearest, of_type, one_of, several
from alignment.attribution.censoring import censoring_weights
from alignment.attribution.credit_tables import (
    NO_TOUCH,
    Reliability,
    credit_frame,
    reliability_of,
    removal_frame,
)
from alignment.attribution.intervals import bootstrap
from alignment.attribution.milestones import (
    Milestone,
    Milestones,
    anchor_places,
    journeys_until,
    require_milestones,
)
from alignment.attribution.models import (
    DEFAULT_MODELS,
    MILESTONE_MODELS,
    MODELS,
    Repeats,
    baseline,
    statistics_of,
)
from alignment.attribution.paths import By, Integers, Paths, Weight, encode
from alignment.attribution.rules import DIRECT, PRESETS, AnchorWeights
from alignment.attribution.texts import assumptions, method
from alignment.errors import ArgumentError, NotMeasurable
from alignment.journeys import Journeys
from alignment.results import LEVEL, About, Result
from alignment.text import Text

UNPRICED = "won opportunities without an amount"  # their value is in no sum


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
    by : {"channel", "team", "campaign"}
        What the keys are.
    removal : DataFrame
        Of the Markov chains, by key: ``key``, ``removal_effect`` (on wins) and
        ``removal_effect_on_value``, raw: they do not add up to one; ``normalised``, the latter
        divided by their sum, which the credit follows; ``model``. Empty without a chain.
    conversion : float
        Share of the journeys with a touch that were won (with weights against censoring where
        asked for), which is what the chain gives too.
    reliability : {"measured", "approximate", "too few"}
        Whether measured coverage bears the intervals out at this number of won accounts.
    about : About
        Method, level, assumptions, touches left out.
    until : {"won", "lead", "qualified", "opportunity"}
        The milestone whose touches are credited; ``wins`` and ``value`` are of reaching it.
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
    until: Milestone = "won"

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
    direct: Collection[str] = DIRECT,
    custom: Mapping[str, AnchorWeights] | None = None,
    milestones: Milestones | None = None,
    until: Milestone = "won",
    repeats: Repeats = "kept",
    censored_at: pd.Timestamp | None = None,
    replicates: int = 400,
    level: float = LEVEL,
    seed: int = 0,
) -> Credit:
    """Give the won value to the keys whose touches came before, by each model.

    These are conventions for sharing out what was won, not estimates of what a channel or a team
    brought about.

    Parameters
    ----------
    journeys : Journeys
        From :func:`alignment.journeys.build_journeys`, open and lost ones included.
    by : {"channel", "team", "campaign"}
        What gets the credit.
    models : sequence of str
        Of :data:`MODELS`, of :data:`MILESTONE_MODELS`, which need `milestones`, and of the names
        in `custom`. ``shapley`` is the sum game; ``shapley_rate`` the rate game, which may be
        negative; ``markov_2`` and ``markov_3`` remember two and three touches.
    weight : {"value", "wins"}
        Share out the value won or the number of wins.
    half_life_days : float
        Half-life of the time decay, in days before the end.
    direct : collection of str
        Channels that ``last_non_direct`` passes over, in any case of letters.
    custom : mapping of str to AnchorWeights, optional
        Weights of one's own, by name of the model; a name of :data:`MODELS` is refused.
    milestones : Milestones, optional
        From :func:`alignment.attribution.milestones`.
    until : {"won", "lead", "qualified", "opportunity"}
        Credit the touches before this milestone with the journeys that reached it. Before
        ``opportunity`` the value is the pipeline; ``lead`` and ``qualified`` are counted, with
        ``weight="wins"``. All but ``won`` need `milestones`.
    repeats : {"kept", "collapsed"}
        Whether the chains see touches that repeat the key before them. Order 1 is the same.
    censored_at : Timestamp, optional
        Moment of the export. If given, the models that read journeys not won (:data:`READS_ALL`)
        weigh those that ended for those still open, which then count as unknown; else open
        journeys count as not won so far.
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
        If there is no touch, no win, or no won value; if no journey reached the milestone.
    AlignmentError
        If teams are to be credited with touches that the buyer started.
    ValueError
        If an argument is none of those that may be given (an
        :class:`~alignment.errors.ArgumentError` for a name), or a model cannot be computed from
        these journeys.
    """
    of_type("journeys", journeys, Journeys, "alignment.build_journeys(data)")
    several("models", models)
    one_of("until", until, get_args(Milestone))
    one_of("repeats", repeats, get_args(Repeats))
    own = dict(custom or {})
    chosen = tuple(dict.fromkeys(models))
    _check(chosen, own, level, replicates)
    journeys, anchors = _up_to(journeys, milestones, until, chosen, own)
    gate(journeys, weight)
    paths = encode(
        journeys, by=by, weight=weight, direct=direct if "last_non_direct" in chosen else None
    )
    if censored_at is not None:
        paths = replace(paths, weight=censoring_weights(journeys, censored_at))
    paths = replace(paths, anchors=anchors)
    built, totals, point = {}, {}, {}
    for name in (*chosen, NO_TOUCH):
        model = (
            baseline(paths)
            if name == NO_TOUCH
            else statistics_of(
                paths, name, half_life_days=half_life_days, custom=own, repeats=repeats
            )
        )
        totals[name] = model.total()
        point[name] = model.credit(totals[name])
        if replicates:  # its terms are as many as the touches, and only the bootstrap needs them
            built[name] = model
    draws = bootstrap(paths, built, replicates=replicates, seed=seed) if replicates else {}
    reliability = reliability_of(paths)
    return Credit(
        frame=credit_frame(paths, journeys, by, chosen, point, draws, level),
        value=float(paths.value.sum()),
        currency=journeys.currency if weight == "value" else None,
        wins=int(paths.won.sum()),
        journeys=len(paths.won),
        by=by,
        removal=removal_frame(paths, totals, repeats),
        conversion=_conversion(paths),
        reliability=reliability,
        about=About(
            method=method(chosen, half_life_days, replicates, own),
            level=level if replicates else None,
            assumptions=assumptions(
                reliability,
                "shapley_rate" in chosen,
                censored=censored_at is not None,
                until=until,
                anchored=any(name in PRESETS or name in own for name in chosen),
            ),
            left_out={
                **journeys.left_out,
                UNPRICED: journeys.notes.get(UNPRICED, 0),
            },
        ),
        until=until,
    )


def _check(
    models: Sequence[str], custom: Mapping[str, AnchorWeights], level: float, replicates: int
) -> None:
    there = (*MODELS, *MILESTONE_MODELS)
    unknown = [name for name in models if name not in there and name not in custom]
    if unknown or not models:
        meant = nearest(unknown[0], (*there, *custom)) if unknown else None
        raise ArgumentError(
            f"no model “{', '.join(unknown)}”; there are {', '.join(there)}",
            cure=f"Did you mean “{meant}”?" if meant else None,
        )
    taken = [name for name in custom if name in there or name == NO_TOUCH]
    if taken:
        raise ValueError(f"“{taken[0]}” is the name of another model")
    if any(sign in name for name in custom for sign in "{}"):
        raise ValueError("the name of a model must not hold braces")
    if not 0 < level < 1:
        raise ValueError("level must lie between 0 and 1")
    if replicates < 0:
        raise ValueError("replicates must not be negative")


def _up_to(
    journeys: Journeys,
    milestones: Milestones | None,
    until: Milestone,
    models: Sequence[str],
    custom: Mapping[str, AnchorWeights],
) -> tuple[Journeys, dict[str, Integers] | None]:
    """Cut the journeys at the milestone, and find the touches that led to the earlier ones."""
    weights = {**PRESETS, **custom}
    needed = {name for model in models if model in weights for name in weights[model].milestones}
    if milestones is None:
        if until != "won" or needed:
            raise ValueError(
                "credit by milestone needs the milestones of the journeys: "
                "milestones=milestones(data, journeys)"
            )
        return journeys, None
    if len(milestones.moments) != len(journeys.journeys):
        raise ValueError("the milestones are of other journeys")
    if not needed:
        return journeys_until(journeys, milestones, until), None
    if until != "won":
        raise ValueError("weights on milestones share out what was won, not what was reached")
    require_milestones(milestones, needed)
    return journeys, anchor_places(journeys, milestones, needed)


def gate(journeys: Journeys, weight: Weight) -> None:
    """Say what is missing, if credit cannot be measured."""
    won = journeys.journeys["outcome"] == "won"
    if not len(journeys.touches):
        raise NotMeasurable(
            Text(
                en="Not measurable: no journey has a touch before its outcome.",
                es="No medible: ningún recorrido tiene una interacción antes de su desenlace.",
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


def _conversion(paths: Paths) -> float:
    touched = paths.length > 0
    won = touched & paths.won
    if paths.weight is None:
        return int(np.count_nonzero(won)) / int(np.count_nonzero(touched))
    return float(paths.weight[won].sum() / paths.weight[touched].sum())
