"""What each channel cost and what its touches were credited with: costs, and return on spend.

Spend is matched with credit by channel (or campaign), by currency (everything in the reporting
one) and by period: a channel is credited here with its touches between the first and the last day
of its spend, since no other touch can have been bought with it. What does not match stays in view:
channels with spend and no credit, channels with credit and no spend, credit of touches outside
the period, and what was won without a touch. Costs do not add up across models, and a return is
a convention of credit, not an effect.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from alignment.attribution.credit import gate
from alignment.attribution.credit_tables import NO_TOUCH, Reliability, reliability_of
from alignment.attribution.intervals import bootstrap, effective_accounts
from alignment.attribution.milestones import (
    Milestone,
    Milestones,
    anchor_places,
    journeys_until,
    milestones,
    require_milestones,
)
from alignment.attribution.models import READS_ALL
from alignment.attribution.paths import Flags, Floats, Paths, Statistics, encode
from alignment.attribution.rules import DIRECT, PRESETS, AnchorWeights, rules
from alignment.attribution.shapley import touch_parts
from alignment.attribution.texts import RETURNS_ASSUMPTIONS, RETURNS_METHOD, model_name
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.journeys import Journeys
from alignment.journeys.codes import instants, local_days
from alignment.money import reported
from alignment.resampling import expanded_percentile
from alignment.results import LEVEL, About, Result
from alignment.text import Text

MATCHES = ("spend and credit", "spend only", "credit only", "no touch")
_REACHED: Mapping[str, Milestone] = {
    "leads": "lead",
    "opportunities": "opportunity",
    "wins": "won",
}
_COSTS = {"leads": "cost_per_lead", "opportunities": "cost_per_opportunity", "wins": "cost_per_win"}


@dataclass(frozen=True)
class Returns(Result):
    """Spend, credit, costs and return by channel or campaign.

    Parameters
    ----------
    frame : DataFrame
        One row a key, the largest spend first, then the largest credit, then what was won
        without a touch: ``key``; ``match`` (category, see :data:`MATCHES`); ``starts_on`` and
        ``ends_on`` of its spend; ``spend``; ``leads``, ``opportunities`` and ``wins`` credited in
        that period (missing where the exports do not date them); ``value`` credited in it and
        ``value_outside`` it; ``cost_per_lead``, ``cost_per_opportunity``, ``cost_per_win`` with
        ``cost_per_win_low`` and ``cost_per_win_high`` (missing beyond the largest number: no win
        is in reach of the interval); ``return_on_spend`` (value for one unit of spend) with
        ``return_low`` and ``return_high``. Money in `currency`. Costs and returns are missing
        without spend. ``value`` and ``value_outside`` add up to what was won.
    model : str
        The model that gave the credit.
    by : {"channel", "campaign"}
        What the keys are.
    spend, value : float
        All that was spent, and all that was won.
    currency : str or None
        ISO 4217 currency of both.
    reliability : {"measured", "approximate", "too few"}
        Whether there are enough won accounts for the intervals.
    about : About
        Method, level, assumptions, touches left out.
    """

    frame: pd.DataFrame
    model: str
    by: Literal["channel", "campaign"]
    spend: float
    value: float
    currency: str | None
    reliability: Reliability
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return spend, credit, costs and return by key."""
        return self.frame

    def paid(self) -> pd.DataFrame:
        """Return the rows with spend and a return, the highest return first."""
        chosen = self.frame[(self.frame["spend"] > 0) & self.frame["return_on_spend"].notna()]
        return chosen.sort_values(
            ["return_on_spend", "key"], ascending=[False, True], ignore_index=True
        )


def returns(
    data: Dataset,
    journeys: Journeys,
    *,
    by: Literal["channel", "campaign"] = "channel",
    model: str = "shapley",
    half_life_days: float = 7.0,
    direct: Collection[str] = DIRECT,
    custom: Mapping[str, AnchorWeights] | None = None,
    found: Milestones | None = None,
    replicates: int = 400,
    level: float = LEVEL,
    seed: int = 0,
) -> Returns:
    """Set what each channel cost beside what it was credited with.

    Parameters
    ----------
    data : Dataset
        With spend; its currency is that of the result.
    journeys : Journeys
        From :func:`alignment.journeys.build_journeys` on the same data.
    by : {"channel", "campaign"}
        What spend and credit are matched by.
    model : str
        One that gives each touch its part: a rule, one of `custom`, or ``shapley`` (whose part
        of a key is spread evenly over the touches of that key).
    half_life_days, direct, custom
        As in :func:`alignment.attribution.attribute`.
    found : Milestones, optional
        If made already.
    replicates, level, seed
        Of the account bootstrap of the returns; the spend is what it is.

    Returns
    -------
    result : Returns
        One row a channel or campaign, matched or not.

    Raises
    ------
    NotMeasurable
        Without spend, touches, wins or won value.
    CurrencyError
        If spend is in another currency without a rate.
    ValueError
        If the model gives no credit to single touches.
    """
    own = dict(custom or {})
    _check(model, own, level, replicates)
    spent = _spent(data, by)
    gate(journeys, "value")
    found = milestones(data, journeys) if found is None else found
    options = _Options(by, model, half_life_days, direct, own, data.timezone)
    parts = {
        name: _credited(journeys, found, until, spent, options) for name, until in _REACHED.items()
    }
    worth = _credited(journeys, found, "won", spent, options, weight="value")
    wins = parts["wins"]
    if worth is None or wins is None:
        raise AssertionError("won journeys are measurable, or the gate would have closed")
    frame = _frame(spent, parts, worth)
    models = {"value": worth.statistics(), "wins": wins.statistics()}
    drawn = bootstrap(worth.paths, models, replicates=replicates, seed=seed) if replicates else {}
    frame = _with_intervals(frame, drawn, worth.paths, level)
    reliability = reliability_of(worth.paths)
    return Returns(
        frame=frame,
        model=model,
        by=by,
        spend=float(spent["spend"].sum()),
        value=float(worth.paths.value.sum()),
        currency=journeys.currency,
        reliability=reliability,
        about=_about(journeys, model, half_life_days, own, level if replicates else None),
    )


@dataclass(frozen=True)
class _Options:
    by: Literal["channel", "campaign"]
    model: str
    half_life_days: float
    direct: Collection[str]
    custom: Mapping[str, AnchorWeights]
    timezone: str


@dataclass(frozen=True)
class _Credited:
    """The credit of each touch of the journeys that reached a milestone, in and out of period."""

    paths: Paths
    amount: Floats
    inside: Flags

    def by_key(self, inside: bool) -> pd.Series:
        rows = self.inside if inside else ~self.inside
        won = self.paths.of_won
        sums = np.bincount(won.code[rows], self.amount[rows], minlength=len(won.keys))
        return pd.Series(sums, index=pd.Index(won.keys, dtype="str"))

    @property
    def untouched(self) -> float:
        return float(self.paths.value[self.paths.length == 0].sum())

    def statistics(self) -> Statistics:
        won, rows = self.paths.of_won, np.flatnonzero(self.inside)
        return Statistics(
            width=len(won.keys),
            credit=lambda sums: sums,
            terms=lambda: (
                self.paths.won_rows[won.journey[rows]],
                won.code[rows],
                self.amount[rows],
            ),
        )


def _check(model: str, custom: Mapping[str, AnchorWeights], level: float, replicates: int) -> None:
    there = (*rules(7.0, custom), "shapley")
    if model in READS_ALL:
        raise ValueError(
            f"“{model}” gives no credit to single touches, which returns need for their dates; "
            f"there are {', '.join(there)}"
        )
    if model not in there:
        raise ValueError(f"no model “{model}”; there are {', '.join(there)}")
    if not 0 < level < 1 or replicates < 0:
        raise ValueError("level must lie between 0 and 1, and replicates not be negative")


def _spent(data: Dataset, by: Literal["channel", "campaign"]) -> pd.DataFrame:
    """Add up the spend of each key in the reporting currency, with its first and last day."""
    table = data.require("spend")
    table = table.assign(
        key=table["channel" if by == "channel" else "campaign_id"],
        spend=reported(data, table, "cost"),
    )
    grouped = table.groupby("key", sort=True)
    spent = grouped.agg(
        spend=("spend", "sum"), starts_on=("starts_on", "min"), ends_on=("ends_on", "max")
    )
    if not spent["spend"].sum() > 0:
        raise NotMeasurable(
            Text(
                en="Not measurable: the exports hold no cost above zero.",
                es="No medible: las exportaciones no contienen ningún costo mayor que cero.",
            )
        )
    return spent


def _credited(
    journeys: Journeys,
    found: Milestones,
    until: Milestone,
    spent: pd.DataFrame,
    options: _Options,
    weight: Literal["value", "wins"] = "wins",
) -> _Credited | None:
    """Credit the touches before a milestone; nothing where the exports do not date it."""
    weights = {**PRESETS, **options.custom}.get(options.model)
    anchors = None
    if weights is not None and weights.milestones:
        if until != "won":
            return None
        require_milestones(found, weights.milestones)
        anchors = anchor_places(journeys, found, weights.milestones)
    try:
        cut = journeys_until(journeys, found, until)
    except NotMeasurable:
        return None
    paths = replace(
        encode(
            cut,
            by=options.by,
            weight=weight,
            direct=options.direct if options.model == "last_non_direct" else None,
        ),
        anchors=anchors,
    )
    won = paths.of_won
    if not len(won.code):
        return _Credited(paths, np.zeros(0), np.zeros(0, dtype=bool))
    amount = _parts(won, options) * won.value[won.journey]
    at = instants(
        cut.touches["occurred_at"].take(np.flatnonzero(np.repeat(paths.won, paths.length)))
    )
    return _Credited(paths, amount, _inside(won, local_days(at, options.timezone), spent))


def _parts(won: Paths, options: _Options) -> Floats:
    """Give each touch its part of its journey."""
    if options.model != "shapley":
        return rules(options.half_life_days, options.custom)[options.model](won)
    return touch_parts(won)


def _inside(won: Paths, day: np.ndarray, spent: pd.DataFrame) -> Flags:
    """Say which touches lie in the period of their key's spend; all where it has none."""
    known = spent.reindex(list(won.keys))
    first, last = (
        known[name].to_numpy("datetime64[D]").astype(np.int64) for name in ("starts_on", "ends_on")
    )
    bare = known["spend"].isna().to_numpy()
    code = won.code
    inside: Flags = bare[code] | ((day >= first[code]) & (day <= last[code]))
    return inside


def _frame(
    spent: pd.DataFrame, parts: Mapping[str, _Credited | None], worth: _Credited
) -> pd.DataFrame:
    """Lay out spend and credit by key, matched or not."""
    columns: dict[str, pd.Series] = {}
    for name, part in parts.items():
        if part is not None:
            columns[name] = pd.concat(
                [part.by_key(inside=True), pd.Series({NO_TOUCH: part.untouched})]
            )
    columns["value"] = pd.concat(
        [worth.by_key(inside=True), pd.Series({NO_TOUCH: worth.untouched})]
    )
    columns["value_outside"] = worth.by_key(inside=False)
    credited = pd.DataFrame(columns).reindex(columns=[*_REACHED, "value", "value_outside"])
    measured = [name for name in credited if parts.get(str(name), worth) is not None]
    frame = spent.join(credited, how="outer")
    frame[measured] = frame[measured].fillna(0.0)
    has_spend = frame["spend"].notna()
    has_credit = (frame[measured] > 0).any(axis=1)
    match = np.select(
        [frame.index == NO_TOUCH, has_spend & has_credit, has_spend],
        ["no touch", "spend and credit", "spend only"],
        "credit only",
    )
    frame["match"] = pd.Categorical(match, categories=list(MATCHES))
    frame = frame.rename_axis("key").reset_index()
    last = frame["key"] == NO_TOUCH
    frame = frame.assign(last=last).sort_values(
        ["last", "spend", "value", "key"],
        ascending=[True, False, False, True],
        na_position="last",
        ignore_index=True,
    )
    paid = frame["spend"].where(frame["spend"] > 0)
    for name, cost in _COSTS.items():
        frame[cost] = paid / frame[name].where(frame[name] > 0)
    frame["return_on_spend"] = frame["value"] / paid
    order = ["key", "match", "starts_on", "ends_on", "spend", *credited.columns, *_COSTS.values()]
    return frame[[*order, "return_on_spend"]]


def _with_intervals(
    frame: pd.DataFrame, drawn: Mapping[str, Floats], paths: Paths, level: float
) -> pd.DataFrame:
    """Add the intervals of the return and of the cost per win."""
    paid = frame["spend"].where(frame["spend"] > 0)
    missing = pd.Series(np.nan, index=frame.index)
    bounds = dict.fromkeys(("value_low", "value_high", "wins_low", "wins_high"), missing)
    for name, draws in drawn.items():
        low, high = expanded_percentile(draws, level, effective_accounts(paths))
        for end, values in (("low", low), ("high", high)):
            by_key = pd.Series(values, index=list(paths.keys))
            bounds[f"{name}_{end}"] = frame["key"].map(by_key).fillna(0.0).astype(float)
    some = {name: bound.where(bound > 0) for name, bound in bounds.items()}
    found = frame.assign(
        cost_per_win_low=paid / some["wins_high"],
        cost_per_win_high=paid / some["wins_low"],
        return_low=bounds["value_low"] / paid,
        return_high=bounds["value_high"] / paid,
    )
    order = [name for name in frame if name != "return_on_spend"]
    ends = ["return_on_spend", "return_low", "return_high"]
    return found[[*order, "cost_per_win_low", "cost_per_win_high", *ends]]


def _about(
    journeys: Journeys,
    model: str,
    half_life_days: float,
    custom: Mapping[str, AnchorWeights],
    level: float | None,
) -> About:
    return About(
        method=RETURNS_METHOD.format(model=model_name(model, half_life_days, custom)),
        level=level,
        assumptions=RETURNS_ASSUMPTIONS,
        left_out=dict(journeys.left_out),
    )
