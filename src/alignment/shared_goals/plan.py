"""The plan: from a revenue goal and a date back to leads, accepted leads, opportunities, hours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.arguments import within
from alignment.dataset import Dataset
from alignment.errors import ArgumentError
from alignment.lead_to_close.pipeline_periods import last_forecast_day
from alignment.results import LEVEL, About, Result
from alignment.shared_goals.capacity import Demand, Effort
from alignment.shared_goals.draws import MOST, share_reached
from alignment.shared_goals.horizon import MONTH_DAYS, Horizon, day_of, horizon, today_of
from alignment.shared_goals.ladder import monthly_table
from alignment.shared_goals.levers import lever_table
from alignment.shared_goals.seeking import FINE, Sought, seek
from alignment.shared_goals.setting import Setting, prepare, won_between
from alignment.shared_goals.texts import ASSUMPTIONS, METHOD, NEAR
from alignment.text import Text

VOLUMES = np.round(np.arange(0.0, MOST + 0.001, 0.05), 2)


@dataclass(frozen=True)
class Plan(Result):
    """What a revenue goal asks of both teams.

    Parameters
    ----------
    goal, probability : float
        Revenue to be won from `since` to `by`, and the probability asked for.
    currency : str
    since, by : Timestamp
        First and last day of the goal (naive days in the dataset's zone).
    already : float
        Won since `since`, up to the export.
    pace : float
        Leads a month in the last twelve months.
    months : DataFrame
        The plan: one row a month (the first from the day after the export on, the last up to the
        day of the goal) with ``month`` and, for ``leads`` (no interval: it is what the
        plan asks), ``accepted``, ``opportunities``, ``wins``, ``revenue`` and ``hours`` of sales
        (missing where not measurable), the expected number, ``…_low`` and ``…_high``, and
        ``hours_available``. It is the plan of `volume` with the hours there are; in ``revenue``
        open deals count with their own amounts, other wins with the mean amount.
    volumes : DataFrame
        ``volume`` (times today's pace, in the plan's shape), ``leads`` in all, ``probability`` of
        the goal as long as sales has the hours, ``with_hours``, with the hours that it has, and
        the expected ``revenue`` and ``revenue_with_hours`` (missing where hours are not known).
    needed, average : float
        Volume that reaches the goal with the probability asked for, and on averages; infinite
        where none up to four times the pace does.
    average_probability, pace_probability : float
        Probability of the goal under the plan on averages, and at today's pace.
    pace_interval : tuple of float
        Interval of what today's pace wins in the whole period.
    volume : float
        Volume of the plan in `months`: `needed`, but never less than today's pace and, where the
        goal is not feasible, the best volume there is.
    volume_probability : float
        Probability of the goal at `volume`.
    revenue, revenue_low, revenue_high : float
        What the plan of `volume` wins in the whole period: median and interval.
    open_expected : float
        What the deals that are open will win by the date, as expected.
    feasible : bool
        Whether a volume reaches the goal with the probability asked for.
    nearest_goal : float
        The largest goal reached with the probability asked for, at the best volume.
    nearest_by : Timestamp or None
        If the goal is not feasible: the first later quarter's end by which it is; None if none
        within two years.
    frontier : float
        Volume beyond which more leads lower revenue; missing where hours are not known.
    frontier_low, frontier_high : float
    effort : Effort or None
        Hours of sales a lead and an opportunity take; None where not measurable.
    no_effort : Text or None
        Why not.
    levers : DataFrame
        One row a lever, improved by a tenth at today's pace: ``lever``, ``probability``,
        ``change``, ``low``, ``high`` (of the change: error of the simulation), the largest first.
    about : About
    """

    goal: float
    probability: float
    currency: str
    since: pd.Timestamp
    by: pd.Timestamp
    as_of: pd.Timestamp
    already: float
    pace: float
    months: pd.DataFrame
    volumes: pd.DataFrame
    needed: float
    average: float
    average_probability: float
    pace_probability: float
    pace_interval: tuple[float, float]
    volume: float
    volume_probability: float
    revenue: float
    revenue_low: float
    revenue_high: float
    open_expected: float
    feasible: bool
    nearest_goal: float
    nearest_by: pd.Timestamp | None
    frontier: float
    frontier_low: float
    frontier_high: float
    effort: Effort | None
    no_effort: Text | None
    levers: pd.DataFrame
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return the plan by month."""
        return self.months

    @property
    def coverage(self) -> float:
        """What open deals are expected to win, over what is still to be won; missing at 0."""
        rest = self.goal - self.already
        return self.open_expected / rest if rest > 0 else float("nan")

    @property
    def expected(self) -> float:
        """What the plan of `volume` wins in the whole period, as expected; the months add up to it.

        What was won before the plan begins is included, as in `revenue`, its median.
        """
        return self.already + float(self.months["revenue"].sum())

    @property
    def length(self) -> float:
        """Length of the plan in average months."""
        return self.leads_at(1.0) / self.pace

    @property
    def weeks(self) -> float:
        """Length of the plan in weeks: from the day after the export to the day of the goal."""
        return self.length * MONTH_DAYS / 7

    @property
    def weekly_hours(self) -> float:
        """Hours of sales that the plan takes a week; missing where they are not measurable."""
        return float(self.months["hours"].sum(skipna=False)) / self.weeks

    def leads_at(self, volume: float) -> float:
        """Give the leads of the whole plan at a volume."""
        return float(volume * self.volumes["leads"].iloc[-1] / self.volumes["volume"].iloc[-1])


def plan_goal(
    data: Dataset | Setting,
    *,
    goal: float,
    by: object,
    since: object = None,
    probability: float = 0.80,
    level: float = LEVEL,
) -> Plan:
    """Compute back from a revenue goal and a date what both teams must bring.

    Parameters
    ----------
    data : Dataset or Setting
        The exports, or what :func:`prepare` measured of them.
    goal : float
        Revenue to be won, in ``data.currency``.
    by : day
        Last day of the goal.
    since : day, optional
        First day; what was won from then on counts. By default the day after the export.
    probability : float
        Probability with which the plan is to reach the goal.
    level : float
        Level of the intervals in the monthly table.

    Returns
    -------
    Plan

    Raises
    ------
    NotMeasurable
        If the exports cannot carry a plan.
    ArgumentError
        If an argument means nothing, or the goal has ended.
    """
    within("probability", probability, 0.0, 1.0)
    within("goal", goal, 0.0, float("inf"))
    within("level", level, 0.0, 1.0)
    setting = data if isinstance(data, Setting) else prepare(data)
    span = horizon(setting.data, by)
    first = (
        today_of(setting.data) + pd.Timedelta(days=1) if since is None else day_of("since", since)
    )
    if first > today_of(setting.data) + pd.Timedelta(days=1):
        raise ArgumentError(
            "the goal begins after the export", value=f"{first:%Y-%m-%d}", cure="Leave since out."
        )
    already = won_between(setting.data, first, today_of(setting.data))
    sought = seek(setting, span, goal - already)
    nearest_by = None
    if not np.isfinite(sought.needed(probability)):
        nearest_by = _later(setting, day_of("by", by), goal - already, probability)
    return _told(setting, span, sought, (goal, probability, level), (first, already, nearest_by))


def _later(
    setting: Setting, by: pd.Timestamp, rest: float, probability: float
) -> pd.Timestamp | None:
    """Find the first later quarter's end by which the goal is feasible, within two years."""
    quarter = by.to_period("Q")
    for step in range(9):
        end = (quarter + step).end_time.normalize()
        if end <= by:
            continue
        tried = seek(setting, horizon(setting.data, end), rest)
        if np.isfinite(tried.needed(probability)):
            return end
    return None


def _expected(setting: Setting, sought: Sought, days: int) -> tuple[float, float, float]:
    """Give the expected revenue of open deals, of all that is there, and of volume 1 beside it."""
    worth, flow = float(setting.found.amounts.mean()), sought.flow
    opened = float(flow.open_value(worth).sum())
    ready = opened + float(flow.old["won"][0].sum()) * worth
    ready += float(setting.found.others.mean()) * days / MONTH_DAYS
    return opened, ready, float(flow.by_date[0] @ sought.shape) * worth


def _told(
    setting: Setting,
    span: Horizon,
    sought: Sought,
    asked: tuple[float, float, float],
    period: tuple[pd.Timestamp, float, pd.Timestamp | None],
) -> Plan:
    goal, probability, level = asked
    first, already, nearest_by = period
    found = setting.found
    by = today_of(setting.data) + pd.Timedelta(days=span.days)
    flat = np.full(span.months, found.pace)
    like_today = float(sought.flow.by_date[0] @ flat) / max(
        float(sought.flow.by_date[0] @ sought.shape), 1e-12
    )
    needed, best = sought.needed(probability), sought.best()
    feasible = bool(np.isfinite(needed))
    volume = max(needed, min(1.0, best)) if feasible else best
    opened, ready, each = _expected(setting, sought, span.days)
    average = max(sought.rest - ready, 0.0) / each if each > 0 else np.inf
    low, high = _interval(sought, volume, already, level)
    middle = already + np.median(sought.outcomes.revenue(float(sought.effective(volume)[0])))
    top = sought.outcomes.revenue(float(sought.effective(best)[0]))
    frontier = _frontier(setting, sought, level)
    total = float((sought.shape * span.lengths[: span.months]).sum())
    return Plan(
        goal=float(goal),
        probability=probability,
        currency=str(setting.data.currency),
        since=first,
        by=by,
        as_of=setting.data.as_of,
        already=already,
        pace=found.pace,
        months=monthly_table(
            found,
            sought.flow,
            span,
            setting.random,
            (volume * sought.shape, sought.level),
            level,
            _hours(sought),
        ),
        volumes=_volumes(sought, total, already + ready, each),
        needed=needed,
        average=average if average <= MOST else np.inf,
        average_probability=float(share_reached(sought.critical, average)),
        pace_probability=sought.chance(like_today),
        pace_interval=_interval(sought, like_today, already, level),
        volume=volume,
        volume_probability=sought.chance(volume),
        revenue=float(middle),
        revenue_low=float(low),
        revenue_high=float(high),
        open_expected=opened,
        feasible=feasible,
        nearest_goal=already + float(np.quantile(top, 1 - probability)),
        nearest_by=nearest_by,
        frontier=frontier[0],
        frontier_low=frontier[1],
        frontier_high=frontier[2],
        effort=setting.effort,
        no_effort=setting.no_effort,
        levers=lever_table(setting, span, sought, like_today, level),
        about=About(METHOD, level, _assumptions(setting, by), found.left_out),
    )


def _assumptions(setting: Setting, by: pd.Timestamp) -> tuple[Text, ...]:
    """Say of a goal that ends soon that the forecast of the open pipeline knows more."""
    near = by <= last_forecast_day(setting.data)
    return (*ASSUMPTIONS, NEAR) if near else ASSUMPTIONS


def _interval(sought: Sought, volume: float, already: float, level: float) -> tuple[float, float]:
    """Give the interval of the whole period's revenue at a volume, with the hours there are."""
    drawn = already + sought.outcomes.revenue(float(sought.effective(volume)[0]))
    low, high = np.quantile(drawn, [0.5 - level / 2, 0.5 + level / 2])
    return float(low), float(high)


def _hours(sought: Sought) -> tuple[Demand, Effort] | None:
    if sought.demand is None or sought.effort is None:
        return None
    return sought.demand, sought.effort


def _volumes(sought: Sought, total: float, ready: float, each: float) -> pd.DataFrame:
    counts = sought.effective(VOLUMES)
    known = np.ones(len(VOLUMES)) if sought.demand is not None else np.full(len(VOLUMES), np.nan)
    return pd.DataFrame(
        {
            "volume": VOLUMES,
            "leads": VOLUMES * total,
            "probability": share_reached(sought.critical, VOLUMES),
            "with_hours": share_reached(sought.critical, counts) * known,
            "revenue": ready + VOLUMES * each,
            "revenue_with_hours": (ready + counts * each) * known,
        }
    )


def _frontier(setting: Setting, sought: Sought, level: float) -> tuple[float, float, float]:
    """Give the volume with the most revenue, with the interval over the resampled months."""
    if sought.demand is None or sought.effort is None:
        return np.nan, np.nan, np.nan
    best = sought.demand.best(sought.effort, FINE)
    low, high = np.quantile(best[1:], [0.5 - level / 2, 0.5 + level / 2])
    return float(best[0]), float(low), float(high)
