"""Open pipeline: what it will win by the end of a period, with a predictive interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.arguments import of_type, whole, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.incidence import Floats, Integers
from alignment.lead_to_close.pipeline_amounts import amounts_of, deal_amounts, won_deals
from alignment.lead_to_close.pipeline_draws import (
    Arrivals,
    draw_new,
    draw_open,
    find_arrivals,
)
from alignment.lead_to_close.pipeline_hazards import PRIOR_DEALS, Comparison, compare
from alignment.lead_to_close.pipeline_periods import (
    By,
    already_won,
    forecast_days,
    forecast_periods,
    goals_of,
)
from alignment.lead_to_close.pipeline_stale import stale_deals, stale_limits
from alignment.lead_to_close.pipeline_tables import (
    Told,
    coverage_table,
    dashboard_table,
    deal_table,
    fan_table,
    period_table,
    won_so_far,
)
from alignment.lead_to_close.pipeline_visits import StageVisits, account_weights, stage_visits
from alignment.lead_to_close.spells import day_number
from alignment.results import About, Result
from alignment.text import Text

MINIMUM_WON = 10

METHOD = Text(
    en=(
        "Each open deal is compared with the deals that stood in its stage at its age (landmark "
        "Aalen–Johansen, won against lost), shrunk by 3 deals toward other ages in that stage. The "
        "interval simulates each deal, its amount, the sample of accounts and the new deals."
    ),
    es=(
        "Cada negocio abierto se compara con los que estaban en su etapa a su edad (Aalen–Johansen "
        "desde ese momento, ganado frente a perdido), con un peso de 3 negocios hacia otras edades "
        "en esa etapa. El intervalo simula cada negocio, su importe, la muestra de cuentas y los "
        "negocios nuevos."
    ),
)
ASSUMPTIONS = (
    Text(
        en="The next months are like the past: neither the pace nor the win rate drifts, and the "
        "season does not matter.",
        es="Los próximos meses se parecen a los pasados: ni el ritmo ni la tasa cambian, y la "
        "temporada no influye.",
    ),
    Text(
        en="Given stage and age, deals end independently, and large ones are won as often as "
        "small ones.",
        es="A igual etapa y edad, los negocios terminan con independencia y los grandes se ganan "
        "tanto como los pequeños.",
    ),
    Text(
        en="New deals come at the pace of the last year, with the amounts of those won as soon.",
        es="Los negocios nuevos llegan al ritmo del último año, con los importes de los que se "
        "ganaron igual de pronto.",
    ),
)


@dataclass(frozen=True)
class OpenPipeline(Result):
    """What the open deals will win by the end of each period.

    Money is in `currency`; days count from ``as_of`` in the dataset's zone. Missing numbers are
    NaN; without amounts, every value is.

    Parameters
    ----------
    periods : DataFrame
        The main table. ``period`` (str), ``part`` (category: *won* already, *open* deals, *new*
        ones not yet created, *total*), ``deals``, ``deals_low``, ``deals_high``, ``value``,
        ``value_low``, ``value_high`` (float64): expected, with the predictive interval.
    deals : DataFrame
        One row an open deal and period: ``opportunity_id``, ``pipeline``, ``stage`` (str), ``age``
        (int64, days in the stage), ``amount``, ``period``, ``probability``, ``low``, ``high``
        (won by the period's end; the interval is of the estimate), ``in_period`` (won within it),
        ``lost``, ``open`` (by its end) and ``comparable`` (int64, deals compared with).
    stale : DataFrame
        ``opportunity_id``, ``pipeline``, ``stage``, ``age``, ``limit_days``, ``amount``: deals
        older in their stage than 90 % of those won.
    limits : DataFrame
        ``pipeline``, ``stage``, ``won_visits``, ``limit_days``.
    coverage : DataFrame
        A row a period: ``period``, ``goal``, ``won``, ``remaining``, ``open_amount``,
        ``expected_open``, ``coverage`` (expected over remaining), ``raw_coverage`` (all open
        amounts over remaining), ``chance`` (that the total reaches the goal), ``goal_deals`` and
        ``chance_deals``; missing where no goal was signed.
    fan : DataFrame
        ``period``, ``day`` (naive), ``value``, ``low``, ``inner_low``, ``inner_high``, ``high``:
        cumulated won value, what is already won included; inner is a 50 % interval.
    dashboard : DataFrame
        ``period``, ``open_deals``, ``open_amount``, ``closed_only_win_rate``, ``deals``,
        ``value``: open deals times the win rate of closed ones, as a dashboard would have it.
    won_so_far : DataFrame
        ``closed_at`` and ``value`` of the deals already won in the first period.
    totals : DataFrame
        A row a draw, a column a period: the value won by its end, what is won already included.
    as_of : Timestamp
    currency : str or None
    about : About
    """

    periods: pd.DataFrame
    deals: pd.DataFrame
    stale: pd.DataFrame
    limits: pd.DataFrame
    coverage: pd.DataFrame
    fan: pd.DataFrame
    dashboard: pd.DataFrame
    won_so_far: pd.DataFrame
    totals: pd.DataFrame
    as_of: pd.Timestamp
    currency: str | None
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return the sums by period."""
        return self.periods

    @property
    def main_period(self) -> str:
        """The first period with two weeks or more to go; else the last."""
        today = self.as_of.tz_localize(None)
        ends = self.fan.groupby("period", sort=False)["day"].max()
        ahead = ends[ends >= today + pd.Timedelta(days=14)]
        return str(ahead.index[0] if len(ahead) else ends.index[-1])

    def part(self, period: str, part: str = "total") -> pd.Series:
        """Return one row of :attr:`periods`."""
        rows = self.periods[(self.periods["period"] == period) & (self.periods["part"] == part)]
        return rows.iloc[0]

    def chance(self, period: str, goal: float) -> float:
        """Return the probability that a period's value, what is won included, reaches a goal."""
        return float((self.totals[period] >= goal).mean())


def open_pipeline(
    data: Dataset,
    *,
    by: By | None = None,
    level: float = 0.80,
    prior_deals: float = PRIOR_DEALS,
    replicates: int = 200,
    draws: int = 4000,
    seed: int = 20260101,
) -> OpenPipeline:
    """Forecast what the open deals will win by the end of each period.

    Nothing from after ``as_of`` is used. A deal's stage is the last of its history; without a
    history it is compared by its age alone.

    Parameters
    ----------
    data : Dataset
        Needs ``opportunities`` with creation and closing dates; ``opportunity_stages`` gives the
        stages, ``goals`` the goals.
    by : sequence of str, optional
        Periods such as ``2026-Q4`` or ``2026-10``; by default this quarter and the next.
    level : float
        Level of the predictive intervals.
    prior_deals : float
        How many deals the ages nearby are worth where few are comparable.
    replicates, draws : int
        Bootstrap samples of accounts, and draws in all.
    seed : int
        Same data and seed, same numbers.

    Returns
    -------
    OpenPipeline

    Raises
    ------
    NotMeasurable
        If no deal is open, or fewer than 10 have been won.
    ArgumentError
        If an argument is none of those that may be given, or a period ended before the export.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    within("level", level, 0, 1)
    whole("replicates", replicates, 1)
    whole("draws", draws, 1)
    data.require("opportunities", "created_at")
    found = stage_visits(data)
    _enough(found)
    periods = forecast_periods(data, by)
    days = forecast_days(periods)
    weights = account_weights(found.accounts, replicates, seed)
    of_visit = found.deals["account"].reindex(found.visits["opportunity_id"]).to_numpy(np.int64)
    cells = compare(found.visits, weights[of_visit], days, prior_deals=prior_deals)
    amount = deal_amounts(data, found.deals)
    won = won_deals(data, found, amount)
    amounts = amounts_of(data, won)
    current = _current(found, cells, amount)
    each = max(draws // replicates, 1)
    known = current["amount"].to_numpy(np.float64)
    of_open = draw_open(cells.won[current["cell"]], known, amounts, weights, each, seed)
    arrivals = _arrivals(data, found, weights, days)
    # What is created and won within the periods is what closes soon: often the smaller deals.
    soon = amounts.within(int(days[-1]))
    of_new = draw_new(arrivals, soon, weights, each, seed)
    told = Told(periods, days, already_won(data, periods, won), of_open, of_new, level)
    forecast = period_table(told, cells, current, arrivals, amounts, soon)
    first = periods.iloc[0]
    today = data.as_of.tz_convert(data.timezone).tz_localize(None).normalize()
    return OpenPipeline(
        periods=forecast,
        deals=deal_table(told, cells, current),
        stale=stale_deals(current, limits := stale_limits(found.visits)),
        limits=limits,
        coverage=coverage_table(told, forecast, goals_of(data, periods), known),
        fan=fan_table(told, today),
        dashboard=dashboard_table(periods, found, known),
        won_so_far=won_so_far(data, won, first["starts_on"]),
        totals=pd.DataFrame({n: told.total(i)[1] for i, n in enumerate(periods["period"])}),
        as_of=data.as_of,
        currency=data.currency,
        about=About(METHOD, level, ASSUMPTIONS, found.left_out),
    )


def _enough(found: StageVisits) -> None:
    ends = found.deals["end"].value_counts()
    if not ends["open"]:
        raise NotMeasurable(
            Text(
                en="Not measurable: no opportunity is open, so there is no pipeline to forecast.",
                es="No medible: no hay oportunidades abiertas que pronosticar.",
            )
        )
    if ends["won"] < MINIMUM_WON:
        raise NotMeasurable(
            Text(
                en="Not measurable: fewer than 10 opportunities have been won, too few to say how "
                "the open ones will end.",
                es="No medible: se han ganado menos de 10 oportunidades, muy pocas para decir cómo "
                "terminarán las abiertas.",
            )
        )


def _current(found: StageVisits, cells: Comparison, amount: pd.Series) -> pd.DataFrame:
    """List the open deals where they stand, each with its place among the cells."""
    rows = found.visits[found.visits["current"]].rename(columns={"stay": "age"})
    rows = rows[["opportunity_id", "pipeline", "stage", "age"]].reset_index(drop=True)
    key = ["pipeline", "stage", "age"]
    place = cells.cells[key].assign(cell=np.arange(len(cells.cells)))
    rows = rows.merge(place, on=key, how="left", validate="many_to_one")
    return rows.assign(amount=amount.reindex(rows["opportunity_id"]).to_numpy(np.float64))


def _arrivals(data: Dataset, found: StageVisits, weights: Floats, days: Integers) -> Arrivals:
    zone = data.timezone
    shown, today = day_number(pd.Series([data.observed_from, data.as_of]), zone)
    start = day_number(found.deals["start"], zone)
    of_deal = weights[found.deals["account"].to_numpy(np.int64)]
    return find_arrivals(found.deals, start, int(shown), int(today), of_deal, days)
