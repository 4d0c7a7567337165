"""The goal to plan for where nobody states one: what is signed, else what was won in a year."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal

import pandas as pd

from alignment.arguments import of_type, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.periods import period_of
from alignment.results import LEVEL
from alignment.shared_goals.definitions import Definitions
from alignment.shared_goals.horizon import day_of, end_of, today_of
from alignment.shared_goals.plan import Plan, plan_goal
from alignment.shared_goals.setting import Setting, won_between
from alignment.shared_goals.targets import comparable
from alignment.text import Text

_SOURCES = {
    "stated": Text(en="The goal is the one stated.", es="El objetivo es el indicado."),
    "signed": Text(
        en="The goal is the revenue that goals.csv signs for the coming periods.",
        es="El objetivo son los ingresos que goals.csv firma para los próximos periodos.",
    ),
    "last year": Text(
        en="No goal was stated: the plan asks once more for what the last twelve months won, "
        "rounded. State yours in definitions.toml or with --goal and --by; revenue signed in "
        "goals.csv is taken if it reaches half a year ahead.",
        es="No se indicó un objetivo: el plan pide otra vez lo que se ganó en los últimos doce "
        "meses, redondeado. Indiquen el suyo en definitions.toml o con --goal y --by; los ingresos "
        "firmados en goals.csv se toman si llegan a medio año.",
    ),
}
NEAREST_DAYS = 180  # a goal that ends sooner is decided by the deals that are open


@dataclass(frozen=True)
class Goal:
    """A goal and where it comes from.

    Parameters
    ----------
    amount : float
        Revenue to be won.
    since : Timestamp or None
        First day; None for the day after the export.
    by : Timestamp
        Last day.
    probability : float
    source : {"stated", "signed", "last year"}
        Stated by the caller or definitions.toml; signed in goals.csv; or what the last twelve
        months won, asked of the next twelve.
    """

    amount: float
    since: pd.Timestamp | None
    by: pd.Timestamp
    probability: float
    source: Literal["stated", "signed", "last year"]

    @property
    def words(self) -> Text:
        """Say where the goal comes from."""
        return _SOURCES[self.source]


def plan_for(setting: Setting, goal: Goal, *, level: float = LEVEL) -> Plan:
    """Plan for a goal (:func:`~alignment.shared_goals.plan.plan_goal`)."""
    return plan_goal(
        setting,
        goal=goal.amount,
        by=goal.by,
        since=goal.since,
        probability=goal.probability,
        level=level,
    )


def usual_goal(
    data: Dataset,
    definitions: Definitions | None = None,
    *,
    amount: float | None = None,
    by: object = None,
    since: object = None,
    probability: float | None = None,
) -> Goal:
    """Choose the goal to plan for.

    What the caller states comes before definitions.toml, this before the revenue that goals.csv
    signs for coming periods (if they reach half a year ahead), this before the last twelve months.

    Raises
    ------
    ArgumentError
        If the amount is no number above 0, a day is not written YYYY-MM-DD, or the last is not
        after the export.
    NotMeasurable
        If nothing was stated or signed, and nothing with an amount won in the last twelve months.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    said = (definitions or Definitions()).goal
    chance = probability if probability is not None else float(said.get("probability", 0.80))
    wanted = amount if amount is not None else said.get("amount")
    end = by if by is not None else said.get("by")
    begin = since if since is not None else said.get("since")
    today = today_of(data)
    if wanted is not None:
        within("the amount of the goal", wanted, 0, inf)
        last = end_of(data, end) if end is not None else _year_later(today)
        return Goal(
            float(wanted), None if begin is None else day_of("since", begin), last, chance, "stated"
        )
    signed = _signed(data, today)
    if signed is not None and end is None:
        return Goal(signed[0], signed[1], signed[2], chance, "signed")
    last_year = won_between(data, today - pd.DateOffset(years=1) + pd.Timedelta(days=1), today)
    if not last_year > 0:
        raise NotMeasurable(
            Text(
                en="Not measurable: no goal is stated or signed, and nothing with an amount above "
                "0 was won in the last twelve months.",
                es="No medible: no hay un objetivo indicado ni firmado, y en los últimos doce "
                "meses no se ganó nada con un importe mayor que 0.",
            )
        )
    last = end_of(data, end) if end is not None else _year_later(today)
    asked = float(f"{last_year * (last - today).days / 365.25:.2g}")  # nobody signs odd cents
    return Goal(asked, None, last, chance, "last year")


def _year_later(today: pd.Timestamp) -> pd.Timestamp:
    """Give the end of the month a year ahead."""
    later = today + pd.DateOffset(years=1)
    return (later + pd.Timedelta(days=5)).to_period("M").start_time - pd.Timedelta(days=1)


def _signed(data: Dataset, today: pd.Timestamp) -> tuple[float, pd.Timestamp, pd.Timestamp] | None:
    """Add up the signed revenue of the periods that begin within a month or later, gaps refused."""
    goals = comparable(data.goals, data.currency)
    own = goals[(goals["kind"] == "revenue") & goals["team"].isin(["both", "sales"])]
    spans = []
    for row in own.sort_values("team").drop_duplicates("period").itertuples():
        span = period_of(row.period)
        if span is not None and span.end_time.normalize() > today:
            spans.append((span.start_time, span.end_time.normalize(), float(row.target)))
    spans.sort()
    whole = [one for one in spans if one[0] <= today + pd.Timedelta(days=31)][:1]
    for one in spans[1:]:
        if whole and one[0] == whole[-1][1] + pd.Timedelta(days=1):
            whole.append(one)
    if not whole or (whole[-1][1] - today).days < NEAREST_DAYS:
        return None
    return sum(one[2] for one in whole), whole[0][0], whole[-1][1]
