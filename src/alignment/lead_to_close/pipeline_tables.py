"""The tables of a pipeline forecast: sums by period, deals, goal coverage, fan, dashboard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.dataset import Dataset
from alignment.incidence import Floats, Integers
from alignment.lead_to_close.pipeline_draws import Amounts, Arrivals, Draws
from alignment.lead_to_close.pipeline_hazards import Comparison
from alignment.lead_to_close.pipeline_visits import StageVisits

PARTS = ("won", "open", "new", "total")
INNER = 0.50


@dataclass(frozen=True)
class Told:
    """The draws of a forecast, and where each period starts and ends among the days told."""

    periods: pd.DataFrame
    days: Integers
    won: pd.DataFrame
    open: Draws
    new: Draws
    level: float

    def places(self, period: int) -> tuple[int | None, int]:
        """Return the place of the day before a period (None: it has begun) and of its last."""
        one = self.periods.iloc[period]
        before = int(one["first_day"]) - 1
        last = int(np.searchsorted(self.days, int(one["last_day"])))
        return (int(np.searchsorted(self.days, before)) if before > 0 else None), last

    def interval(self, values: Floats) -> tuple[float, float]:
        """Return the middle `level` of some draws."""
        tails = [0.5 - self.level / 2, 0.5 + self.level / 2]
        low, high = np.quantile(values, tails, method="inverted_cdf")
        return float(low), float(high)

    def total(self, period: int) -> tuple[Floats, Floats]:
        """Draws of the deals and the value of a whole period, what is won already included."""
        of_open, of_new = (part.between(*self.places(period)) for part in (self.open, self.new))
        already = self.won.iloc[period]
        return (
            already["deals"] + of_open[0] + of_new[0],
            already["value"] + of_open[1] + of_new[1],
        )


def _expected(curve: Floats, places: tuple[int | None, int]) -> Floats:
    before, last = places
    start = 0.0 if before is None else curve[:, before]
    return np.asarray(curve[:, last] - start)


def period_table(
    told: Told,
    cells: Comparison,
    current: pd.DataFrame,
    arrivals: Arrivals,
    amounts: Amounts,
    soon: Amounts,
) -> pd.DataFrame:
    """Add up what is won already, open and new deals, and all, by period."""
    mean = float(amounts.won.mean()) if len(amounts.won) else np.nan
    revision = float(amounts.revision.mean()) if len(amounts.revision) else 1.0
    worth = (current["amount"] * revision).fillna(mean).to_numpy(np.float64)
    rows = []
    for number, name in enumerate(told.periods["period"]):
        places = told.places(number)
        chance = _expected(cells.won[current["cell"], :, 0], places)
        new = float(_expected(arrivals.mean[None, :, 0], places)[0])
        already = told.won.iloc[number]
        expected = {
            "won": (float(already["deals"]), float(already["value"])),
            "open": (float(chance.sum()), float(chance @ worth)),
            "new": (new, new * float(soon.won.mean()) if len(soon.won) else np.nan),
        }
        expected["total"] = tuple(map(sum, zip(*expected.values(), strict=True)))  # type: ignore[assignment]
        drawn = {
            "open": told.open.between(*places),
            "new": told.new.between(*places),
            "total": told.total(number),
        }
        for part in PARTS:
            deals, value = expected[part]
            bounds = [(deals, deals), (value, value)]
            if part in drawn:
                bounds = [told.interval(values) for values in drawn[part]]
            rows.append((name, part, deals, *bounds[0], value, *bounds[1]))
    names = ("", "_low", "_high")
    columns = [f"{what}{end}" for what in ("deals", "value") for end in names]
    table = pd.DataFrame(rows, columns=["period", "part", *columns])
    if not len(amounts.won):
        table[columns[3:]] = np.nan
    return table.astype({"part": pd.CategoricalDtype(list(PARTS))})


def deal_table(told: Told, cells: Comparison, current: pd.DataFrame) -> pd.DataFrame:
    """Tell each open deal's chances, by period."""
    parts = []
    cell = current["cell"].to_numpy(np.int64)
    tails = [0.5 - told.level / 2, 0.5 + told.level / 2]
    for number, name in enumerate(told.periods["period"]):
        places = told.places(number)
        won, lost = cells.won[:, places[1]], cells.lost[:, places[1], 0]
        low, high = np.quantile(won[:, 1:], tails, axis=1)
        within = _expected(cells.won[:, :, 0], places)
        parts.append(
            current.drop(columns="cell").assign(
                period=name,
                probability=won[cell, 0],
                low=np.minimum(low, won[:, 0])[cell],
                high=np.maximum(high, won[:, 0])[cell],
                in_period=within[cell],
                lost=lost[cell],
                open=(1 - won[:, 0] - lost)[cell],
                comparable=cells.cells["comparable"].to_numpy(np.int64)[cell],
            )
        )
    table = pd.concat(parts, ignore_index=True)
    return table.astype({"period": "str"})


def coverage_table(
    told: Told, forecast: pd.DataFrame, goals: pd.DataFrame, amount: Floats
) -> pd.DataFrame:
    """Set each period's goal beside what is won and expected."""
    rows = []
    for number, name in enumerate(told.periods["period"]):
        deals, value = told.total(number)
        goal, goal_deals = goals["value"][number], goals["deals"][number]
        already = float(told.won["value"][number])
        remaining = max(goal - already, 0.0) if pd.notna(goal) else np.nan
        own = forecast[(forecast["period"] == name) & (forecast["part"] == "open")]
        expected, raw = float(own["value"].iloc[0]), float(np.nansum(amount))
        left = remaining if remaining > 0 else np.nan
        rows.append(
            {
                "period": name,
                "goal": goal,
                "won": already,
                "remaining": remaining,
                "open_amount": raw,
                "expected_open": expected,
                "coverage": expected / left,
                "raw_coverage": raw / left,
                "chance": float((value >= goal).mean()) if pd.notna(goal) else np.nan,
                "goal_deals": goal_deals,
                "chance_deals": (
                    float((deals >= goal_deals).mean()) if pd.notna(goal_deals) else np.nan
                ),
            }
        )
    return pd.DataFrame(rows)


def fan_table(told: Told, today: pd.Timestamp) -> pd.DataFrame:
    """Cumulate won value by day, with intervals."""
    parts = []
    for number, one in enumerate(told.periods.itertuples()):
        before, last = told.places(number)
        first = before or 0
        value = told.open.value + told.new.value
        path = value[:, first : last + 1] - value[:, [first]] + told.won["value"][number]
        tails = [0.5, *(0.5 + sign * wide / 2 for wide in (told.level, INNER) for sign in (-1, 1))]
        middle, low, high, inner_low, inner_high = np.quantile(path, tails, axis=0)
        parts.append(
            pd.DataFrame(
                {
                    "period": one.period,
                    "day": today + pd.to_timedelta(told.days[first : last + 1], unit="D"),
                    "value": middle,
                    "low": low,
                    "inner_low": inner_low,
                    "inner_high": inner_high,
                    "high": high,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def dashboard_table(periods: pd.DataFrame, found: StageVisits, amount: Floats) -> pd.DataFrame:
    """Multiply the open deals by the win rate of the closed ones, as is usually done."""
    ends = found.deals["end"].value_counts()
    closed = ends["won"] + ends["lost"]
    rate = float(ends["won"] / closed)
    raw = float(np.nansum(amount))
    return pd.DataFrame(
        {
            "period": periods["period"],
            "open_deals": int(ends["open"]),
            "open_amount": raw,
            "closed_only_win_rate": rate,
            "deals": rate * ends["open"],
            "value": rate * raw,
        }
    )


def won_so_far(data: Dataset, won: pd.DataFrame, starts_on: pd.Timestamp) -> pd.DataFrame:
    """List what the first period has won by ``as_of``."""
    day = won["closed_at"].dt.tz_convert(data.timezone).dt.tz_localize(None)
    rows = won[(day >= starts_on).to_numpy()].sort_values("closed_at")
    return rows[["closed_at", "value"]].reset_index(drop=True)
