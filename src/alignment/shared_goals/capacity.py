"""Hours of sales that leads and opportunities take, and the volume beyond which more brings less.

Beyond the volume at which the hours are used up, each lead and each opportunity gets a smaller part
of the time it takes, and brings as much less: more leads then bring less revenue, as Smith,
Gopalakrishna & Chatterjee 2006 (JMR 43:564) find of high lead volumes. How many hours a lead and an
opportunity take is stated by the teams or, without that, set so that the busiest quarter of the
past filled the hours that sales had in it: what was managed once is taken as possible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.moments import own_touches, places
from alignment.shared_goals.cohorts import Floats
from alignment.shared_goals.horizon import MONTH_DAYS, Horizon, today_of
from alignment.shared_goals.passages import Passages
from alignment.text import Text

MINUTES: Mapping[str, float] = {"call": 15.0, "email": 10.0, "meeting": 60.0}
OTHER_MINUTES = 15.0
BUSY_MONTHS = 3
WEEKS_A_MONTH = MONTH_DAYS / 7

NO_CAPACITY = Text(
    en="Not measurable: without the weekly hours of sales (capacity.csv) for at least six months, "
    "nothing says which volume sales can follow up.",
    es="No medible: sin las horas semanales de ventas (capacity.csv) de al menos seis meses, nada "
    "dice qué volumen puede atender ventas.",
)
NO_EFFORT = Text(
    en="Not measurable: sales logged no touch and definitions.toml states no hours, so nothing "
    "says how long a lead or an opportunity takes.",
    es="No medible: ventas no registró interacciones y definitions.toml no indica horas, así que "
    "nada dice cuánto lleva un lead o una oportunidad.",
)


@dataclass(frozen=True)
class Effort:
    """Hours that the work takes.

    Parameters
    ----------
    per_lead, per_opportunity : float
        Hours of sales for each lead and each opportunity.
    source : {"stated", "busiest quarter"}
        Where they come from.
    hours : float
        Hours of sales in an average month, of the last twelve months.
    used : float
        Share of these hours that the work of the last twelve months took.
    """

    per_lead: float
    per_opportunity: float
    source: Literal["stated", "busiest quarter"]
    hours: float
    used: float


def monthly_hours(data: Dataset) -> pd.Series:
    """Add up sales' weekly hours in each past month, scaled to whole months.

    Raises
    ------
    NotMeasurable
        If fewer than six months have any.
    """
    rows = data.capacity[(data.capacity["team"] == "sales").to_numpy(bool)]
    past = rows[rows["week"] <= today_of(data)]
    by = past.groupby(past["week"].dt.to_period("M"))["hours"].mean() * WEEKS_A_MONTH
    if len(by) < 6:
        raise NotMeasurable(NO_CAPACITY)
    return by


def find_effort(
    data: Dataset,
    found: Passages,
    *,
    per_lead: float | None = None,
    per_opportunity: float | None = None,
    minutes: Mapping[str, float] | None = None,
) -> Effort:
    """Say how many hours a lead and an opportunity take.

    Parameters
    ----------
    per_lead, per_opportunity : float, optional
        What the teams state; both or none.
    minutes : Mapping of str to float, optional
        Minutes of a touch by its kind, from which the effort is divided between leads and
        opportunities; by default 15 a call, 10 an e-mail, 60 a meeting.

    Raises
    ------
    NotMeasurable
        If there is no capacity, or neither stated hours nor touches of sales.
    """
    hours = monthly_hours(data)
    frame = found.frame
    months = hours.index[hours.index.start_time >= _local(data, frame["lead"].min())]
    months = months[months < today_of(data).to_period("M")]
    arrivals = np.stack([_by_month(data, frame[c], months) for c in ("lead", "opportunity")])
    if len(months) < 6:
        raise NotMeasurable(NO_CAPACITY)
    own = hours[months].to_numpy(np.float64)
    source: Literal["stated", "busiest quarter"] = "stated"
    if per_lead is None or per_opportunity is None:
        source = "busiest quarter"
        each = _minutes(data, found, {**MINUTES, **(minutes or {})}) / 60
        load = _moving(each @ arrivals) / _moving(own)
        if not load.max() > 0:
            raise NotMeasurable(NO_EFFORT)
        per_lead, per_opportunity = (float(one / load.max()) for one in each)
    year = slice(-12, None)
    used = (per_lead * arrivals[0, year] + per_opportunity * arrivals[1, year]).sum()
    return Effort(
        per_lead=per_lead,
        per_opportunity=per_opportunity,
        source=source,
        hours=float(own[year].mean()),
        used=float(used / own[year].sum()),
    )


def _local(data: Dataset, moment: pd.Timestamp) -> pd.Timestamp:
    return moment.tz_convert(data.timezone).tz_localize(None).to_period("M").start_time


def _by_month(data: Dataset, moments: pd.Series, months: pd.PeriodIndex) -> Floats:
    known = moments.dropna().dt.tz_convert(data.timezone).dt.tz_localize(None).dt.to_period("M")
    counts = known.value_counts().reindex(months, fill_value=0)
    return np.asarray(counts.to_numpy(np.float64))


def _moving(values: Floats) -> Floats:
    return np.asarray(np.convolve(values, np.full(BUSY_MONTHS, 1 / BUSY_MONTHS), mode="valid"))


def _minutes(data: Dataset, found: Passages, each: Mapping[str, float]) -> Floats:
    """Average logged minutes of sales for a lead before, and for an opportunity from it on."""
    touches = own_touches(data, "sales")
    frame = found.frame
    at = places(touches["lead_id"], data.leads["lead_id"].iloc[frame["place"]])
    touches, at = touches[at >= 0], at[at >= 0]
    opened = frame["opportunity"].iloc[at].set_axis(touches.index)
    on_deal = (touches["occurred_at"] >= opened).to_numpy(bool)
    minutes = touches["kind"].astype("str").map(each).fillna(OTHER_MINUTES).to_numpy(np.float64)
    deals = max(int(frame["opportunity"].notna().sum()), 1)
    return np.array([minutes[~on_deal].sum() / len(frame), minutes[on_deal].sum() / deals])


@dataclass(frozen=True)
class Demand:
    """What a volume asks of sales.

    Parameters
    ----------
    leads, opportunities : array (S, M)
        By month of the plan at volume 1; `old` opportunities come whatever the volume.
    old : array (S, M)
    hours : array (M,)
        Hours that sales has in each month.
    weight : array (S, M)
        Wins by the date that each month's new leads bring at volume 1.
    """

    leads: Floats
    opportunities: Floats
    old: Floats
    hours: Floats
    weight: Floats

    def part(self, effort: Effort, volume: Floats) -> Floats:
        """Give the part of their hours that leads and opportunities get (S, volumes, M)."""
        v = np.asarray(volume, dtype=np.float64)[None, :, None]
        # With a part q of its hours a lead becomes an opportunity q times as often, and that is
        # won q times as often: hours = h_lead·v·L·q + h_opportunity·(v·O·q + old)·q.
        square = effort.per_opportunity * v * self.opportunities[:, None, :]
        linear = effort.per_lead * v * self.leads[:, None, :]
        linear = linear + effort.per_opportunity * self.old[:, None, :]
        root = np.sqrt(linear**2 + 4 * square * self.hours)
        return np.minimum(2 * self.hours / np.maximum(linear + root, 1e-9), 1.0)

    def effective(self, effort: Effort, volume: Floats) -> Floats:
        """Give the volume that counts once hours run out (S, volumes): below, it is the volume."""
        v = np.asarray(volume, dtype=np.float64)[None, :]
        part = self.part(effort, volume)
        weight = self.weight[:, None, :]
        total = np.maximum(weight.sum(axis=2), 1e-12)
        return np.asarray(v * (weight * part**2).sum(axis=2) / total)

    def best(self, effort: Effort, volumes: Floats) -> Floats:
        """Give the one of some volumes that brings the most revenue (S,)."""
        # Sample by sample: all at once, a fine grid and a long plan would fill the memory.
        every = [self.sample(k).effective(effort, volumes)[0] for k in range(len(self.weight))]
        return np.asarray(np.asarray(volumes)[np.argmax(every, axis=1)])

    def as_measured(self) -> Demand:
        """Keep the data as they are, without the resampled months."""
        return self.sample(0)

    def sample(self, number: int) -> Demand:
        """Keep one sample of the months; the first is the data as they are."""
        kept = slice(number, number + 1)
        return replace(
            self,
            leads=self.leads[kept],
            opportunities=self.opportunities[kept],
            old=self.old[kept],
            weight=self.weight[kept],
        )

    def hours_asked(self, effort: Effort, volume: float) -> Floats:
        """Give the hours asked in each month in the data as they are (M,)."""
        opened = volume * self.opportunities[0] + self.old[0]
        asked = effort.per_lead * volume * self.leads[0] + effort.per_opportunity * opened
        return np.asarray(asked)


def hours_to_come(data: Dataset, span: Horizon, usual: float) -> Floats:
    """Give sales' hours in each month of the plan: those entered in advance, else the usual."""
    rows = data.capacity[(data.capacity["team"] == "sales").to_numpy(bool)]
    ahead = rows[rows["week"] > today_of(data)]
    by = ahead.groupby(ahead["week"].dt.to_period("M").astype("str"))["hours"].mean()
    monthly = by.reindex(list(span.names)).to_numpy(np.float64) * WEEKS_A_MONTH
    return np.where(np.isnan(monthly), usual, monthly) * span.lengths[: span.months]
