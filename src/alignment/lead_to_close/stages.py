"""Time in stage: each visit of an opportunity to a stage is a spell, those not left included."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

import numpy as np
import pandas as pd

from alignment.arguments import of_type, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.incidence import (
    Incidence,
    Integers,
    aalen_johansen,
    clustered,
    interval,
    quantile,
    risk_tables,
    value_at,
)
from alignment.lead_to_close.spells import day_number, places
from alignment.moments import SHARED_ACCOUNTS
from alignment.results import LEVEL, About, Result
from alignment.shares import account_codes
from alignment.text import Text

STAGE_ENDS = ("moved_on", "moved_back", "lost")
NO_PIPELINE = "(no pipeline)"
MINIMUM_VISITS = 30
QUANTILES = (0.10, 0.25, 0.50, 0.75, 0.90)

METHOD = Text(
    en=(
        "Each visit to a stage is a spell that ends by moving on (a later stage, or won), moving "
        "back, or being lost; visits not left are censored. Aalen–Johansen by stage."
    ),
    es=(
        "Cada visita a una etapa es un intervalo que termina al avanzar (una etapa posterior o "
        "ganado), al retroceder o al perderse; las visitas sin salida se censuran. "
        "Aalen–Johansen por etapa."
    ),
)
ASSUMPTIONS = (
    Text(
        en="Visits that are still open behave like the others that were open at the same age.",
        es="Las visitas abiertas se comportan como las demás que estaban abiertas a esa edad.",
    ),
    SHARED_ACCOUNTS,
)


@dataclass(frozen=True)
class TimeInStage(Result):
    """How long opportunities stay in each stage, and where they go.

    Stages come in the order of ``stages.position``; a stage that the table of stages does not
    hold comes last. Missing numbers are NaN.

    Parameters
    ----------
    frame : DataFrame
        The main table: ``pipeline``, ``stage`` (str), ``position`` (float64, may be missing),
        ``visits``, ``opportunities``, ``moved_on``, ``moved_back``, ``won``, ``lost``,
        ``still_there`` (int64; `won` is part of `moved_on`), ``day`` (int64),
        ``moved_on_share``, ``moved_on_low``, ``moved_on_high``, ``lost_share``, ``lost_low``,
        ``lost_high`` (float64: by that day), ``median_days``, ``median_low``, ``median_high``
        (float64: day by which half have left, wherever to; missing when not reached) and
        ``too_few`` (bool: fewer than 30 visits).
    curves : DataFrame
        ``pipeline``, ``stage``, ``end`` (category moved_on, moved_back, lost), ``day`` (int64),
        ``incidence``, ``low``, ``high``, ``at_risk``.
    visits : DataFrame
        The spells: ``opportunity_id``, ``pipeline``, ``stage``, ``entered_at``, ``left_at`` (UTC,
        missing while there), ``entry``, ``exit`` (days), ``end`` (category moved_on, moved_back,
        lost, still_there), ``won``, ``is_reentry`` (bool).
    about : About
    quantiles : DataFrame
        ``pipeline``, ``stage``, ``quantile``, ``days`` (float64: day by which that share of the
        visits has ended, wherever to, the ones not left counted; missing where not reached) and
        ``seen_until`` (float64: last day that the visits to the stage were followed).
    """

    frame: pd.DataFrame
    curves: pd.DataFrame
    visits: pd.DataFrame
    about: About
    quantiles: pd.DataFrame = field(default_factory=pd.DataFrame)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a stage."""
        return self.frame


def time_in_stage(data: Dataset, *, day: int = 30, level: float = LEVEL) -> TimeInStage:
    """Estimate how long opportunities stay in each stage and how many move on.

    Rows of the history that repeat the stage of the row before (an amount or a date changed) are
    one visit. A stage that is entered again is a visit of its own. A visit ends with the next
    stage, or when the opportunity closes; a won or lost stage is an end, not a visit, and a deal
    that is reopened begins a new one. Intervals widen by what opportunities of one account share.

    Parameters
    ----------
    data : Dataset
        Needs ``opportunity_stages``; ``stages`` gives order and closing stages, ``opportunities``
        the pipeline and the closing where the history stops before it.
    day : int
        Day by which the shares are told.
    level : float
        Confidence level.

    Returns
    -------
    TimeInStage

    Raises
    ------
    NotMeasurable
        If the exports hold no stage history of opportunities.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    data.require("opportunity_stages", "stage", "entered_at")
    within("day", day, -1, inf)
    within("level", level, 0, 1)
    visits, left_out = _visits(data)
    if not len(visits):
        raise NotMeasurable(
            Text(
                en="Not measurable: no opportunity was seen to stand in a stage.",
                es="No medible: no se vio ninguna oportunidad en una etapa.",
            )
        )
    keys = visits.groupby(["pipeline", "stage"], sort=False)["position"].first().reset_index()
    keys = keys.sort_values(["pipeline", "position", "stage"]).reset_index(drop=True)
    place = {key: i for i, key in enumerate(zip(keys["pipeline"], keys["stage"], strict=True))}
    pairs = zip(visits["pipeline"], visits["stage"], strict=True)
    codes = np.array([place[pair] for pair in pairs], dtype=np.int64)
    kinds = len(STAGE_ENDS)
    spells = (
        visits["entry"].to_numpy(),
        visits["exit"].to_numpy(),
        (visits["end"].cat.codes.to_numpy().astype(np.int64) + 1) % (kinds + 1),
    )
    tables = risk_tables(*spells, ends=kinds, group=codes, groups=len(keys))
    account = _accounts(data, visits)
    found = []
    for code, table in enumerate(tables):
        own = np.flatnonzero(codes == code)
        mine = (part[own] for part in (*spells, account))
        found.append(clustered(aalen_johansen(table), *mine))
    return TimeInStage(
        frame=_summary(keys, visits.assign(code=codes), found, day, level),
        curves=_stage_curves(keys, found, level),
        visits=visits.drop(columns="position"),
        about=About(method=METHOD, level=level, assumptions=ASSUMPTIONS, left_out=left_out),
        quantiles=_spread(keys, found),
    )


def _accounts(data: Dataset, visits: pd.DataFrame) -> Integers:
    """Code the account of each visit; an opportunity without one is an account of its own."""
    deals = data.opportunities.set_index("opportunity_id")["account_id"]
    own = visits["opportunity_id"].astype("object")
    known = deals.reindex(own).astype("object").set_axis(own.index)
    return account_codes(known.fillna("(deal) " + own))


def _spread(keys: pd.DataFrame, found: list[Incidence]) -> pd.DataFrame:
    rows = []
    for code, one in enumerate(found):
        left = 1 - one.survival
        known = one.table.time[one.table.time <= one.table.follow_up]
        until = float(known[-1]) if len(known) else np.nan
        for share in QUANTILES:
            days, _, _ = quantile(one.table, left, left, left, share)
            name = (keys["pipeline"].iloc[code], keys["stage"].iloc[code])
            rows.append((*name, share, days, until))
    columns = ["pipeline", "stage", "quantile", "days", "seen_until"]
    return pd.DataFrame(rows, columns=columns).astype({"pipeline": "str", "stage": "str"})


def _visits(data: Dataset) -> tuple[pd.DataFrame, dict[str, int]]:
    history, left_out = _history(data)
    after = history.groupby("opportunity_id", sort=False).shift(-1)
    # Where the history stops before the closing, the opportunity itself says when and how.
    stopped = after["entered_at"].isna()
    history["left_at"] = after["entered_at"].where(~stopped, history["closed_at"])
    status = history["status"].where(stopped & history["left_at"].notna(), "open")
    won = (~stopped & (after["is_won"] == True)) | (status == "won")  # noqa: E712
    lost = (~stopped & (after["is_lost"] == True)) | (status == "lost")  # noqa: E712
    back = ~stopped & ~won & ~lost & _is_back(history, after)
    end = np.select(
        [lost, back, history["left_at"].notna()], ["lost", "moved_back", "moved_on"], "still_there"
    )
    history["won"] = won
    history["end"] = pd.Categorical(end, categories=[*STAGE_ENDS, "still_there"])
    visits = history[~history["is_won"] & ~history["is_lost"]]
    return _timed(data, visits, left_out)


def _is_back(history: pd.DataFrame, after: pd.DataFrame) -> pd.Series:
    """Say whether the next stage lies before this one; without positions, whether it is known."""
    known = history["position"].notna() & after["position"].notna()
    seen_before = after["is_reentry"] == True  # noqa: E712
    lower: pd.Series = after["position"] < history["position"]
    return lower.where(known, seen_before)


def _history(data: Dataset) -> tuple[pd.DataFrame, dict[str, int]]:
    """Order the stage changes, drop repeats of the same stage, and add what the deal says."""
    deals = data.opportunities[["opportunity_id", "lead_id", "pipeline", "closed_at", "status"]]
    internal = data.leads.loc[data.leads["is_internal"], "lead_id"]
    changes = data.opportunity_stages[["opportunity_id", "entered_at", "stage"]].copy()
    changes["row"] = np.arange(len(changes))
    changes = changes.merge(deals, on="opportunity_id", how="left")
    future = changes["entered_at"] > data.as_of
    private = (places(changes["lead_id"], internal) >= 0) & ~future
    changes = changes[~future & ~private].sort_values(["opportunity_id", "entered_at", "row"])
    changes["pipeline"] = changes["pipeline"].astype("object").fillna(NO_PIPELINE).astype("str")
    same = ["opportunity_id", "stage"]
    repeat = changes[same].eq(changes[same].shift()).all(axis=1)
    changes = changes[~repeat].reset_index(drop=True)
    changes["is_reentry"] = changes.duplicated(["opportunity_id", "stage"])
    late = changes["closed_at"] > data.as_of
    changes["closed_at"] = changes["closed_at"].where(~late & (changes["status"] != "open"))
    left_out = {
        "stage changes after the export": int(future.sum()),
        "stage changes of internal leads": int(private.sum()),
        "rows that repeat the stage before": int(repeat.sum()),
    }
    return _positioned(data, changes), left_out


def _positioned(data: Dataset, changes: pd.DataFrame) -> pd.DataFrame:
    """Add position, is_won and is_lost, by pipeline and stage, else by stage alone."""
    stages = data.stages[["pipeline", "stage", "position", "is_won", "is_lost"]]
    exact = changes[["pipeline", "stage"]].merge(stages, on=["pipeline", "stage"], how="left")
    alone = changes[["stage"]].merge(stages.drop_duplicates("stage"), on="stage", how="left")
    position = exact["position"].astype("float64")
    changes["position"] = position.fillna(alone["position"].astype("float64"))
    for flag in ("is_won", "is_lost"):
        known = exact[flag].astype("boolean").fillna(alone[flag].astype("boolean"))
        changes[flag] = known.fillna(False).astype(bool)
    return changes


def _timed(
    data: Dataset, visits: pd.DataFrame, left_out: dict[str, int]
) -> tuple[pd.DataFrame, dict[str, int]]:
    zone = data.timezone
    begin = day_number(visits["entered_at"], zone)
    stop = day_number(visits["left_at"].fillna(data.as_of), zone)
    shown = day_number(pd.Series([data.observed_from]), zone)[0]
    entry, exit = np.maximum(shown - begin, 0), stop - begin
    negative = exit < 0
    unseen = ~negative & (exit < entry)
    left_out = left_out | {
        "ended before it started": int(negative.sum()),
        "ended before closings were recorded": int(unseen.sum()),
    }
    columns = ["opportunity_id", "pipeline", "stage", "position", "entered_at", "left_at"]
    timed = visits[columns].assign(
        entry=entry,
        exit=exit,
        end=visits["end"],
        won=visits["won"].astype(bool),
        is_reentry=visits["is_reentry"].astype(bool),
    )
    kept = timed[~(negative | unseen)].reset_index(drop=True)
    return kept, {reason: count for reason, count in left_out.items() if count}


def _summary(
    keys: pd.DataFrame, visits: pd.DataFrame, found: list[Incidence], day: int, level: float
) -> pd.DataFrame:
    ends = pd.crosstab(visits["code"], visits["end"], dropna=False)
    ends = ends.reindex(columns=[*STAGE_ENDS, "still_there"], fill_value=0)
    by_stage = visits.groupby("code")
    rows = []
    for one in found:
        left = 1 - one.survival
        low, high = interval(left, one.open_variance, level=level)
        median = quantile(one.table, left, low, high, 0.5)
        rows.append((*_by(one, 0, day, level), *_by(one, 2, day, level), *median))
    shares = pd.DataFrame(
        rows,
        columns=[
            *("moved_on_share", "moved_on_low", "moved_on_high"),
            *("lost_share", "lost_low", "lost_high"),
            *("median_days", "median_low", "median_high"),
        ],
    )
    counts = pd.DataFrame(
        {
            "visits": by_stage.size(),
            "opportunities": by_stage["opportunity_id"].nunique(),
            "moved_on": ends["moved_on"],
            "moved_back": ends["moved_back"],
            "won": by_stage["won"].sum(),
            "lost": ends["lost"],
            "still_there": ends["still_there"],
        }
    ).astype("int64")
    summary = pd.concat([keys, counts, shares], axis=1)
    summary.insert(summary.columns.get_loc("moved_on_share"), "day", day)
    return summary.assign(too_few=summary["visits"] < MINIMUM_VISITS)


def _by(one: Incidence, end: int, day: int, level: float) -> tuple[float, float, float]:
    low, high = interval(one.incidence[end], one.variance[end], level=level)
    at = np.array([day])
    return (
        float(value_at(one.table, one.incidence[end], at)[0]),
        float(value_at(one.table, low, at, start=np.nan)[0]),
        float(value_at(one.table, high, at, start=np.nan)[0]),
    )


def _stage_curves(keys: pd.DataFrame, found: list[Incidence], level: float) -> pd.DataFrame:
    parts = []
    for code, one in enumerate(found):
        known = one.table.time <= one.table.follow_up
        for k, end in enumerate(STAGE_ENDS):
            low, high = interval(one.incidence[k], one.variance[k], level=level)
            parts.append(
                pd.DataFrame(
                    {
                        "pipeline": keys["pipeline"].iloc[code],
                        "stage": keys["stage"].iloc[code],
                        "end": end,
                        "day": one.table.time[known],
                        "incidence": one.incidence[k][known],
                        "low": low[known],
                        "high": high[known],
                        "at_risk": one.table.at_risk[known],
                    }
                )
            )
    curves = pd.concat(parts, ignore_index=True)
    kinds = pd.CategoricalDtype(list(STAGE_ENDS))
    return curves.astype({"pipeline": "str", "stage": "str", "end": kinds})
