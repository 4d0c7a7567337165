"""What each line of the agreement counts, over any span of days: the baseline and the tracking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.handoff import acceptance, service_level
from alignment.moments import handed_at
from alignment.money import reported
from alignment.results import LEVEL
from alignment.shared_goals.passages import accepted_moments
from alignment.shared_goals.setting import won_between
from alignment.shares import wilson
from alignment.sharing import chain
from alignment.text import Text
from alignment.usable_reasons import usable

Clock = Literal["calendar", "working"]
MINIMUM = 10  # below, a share says nothing


@dataclass(frozen=True)
class Terms:
    """The limits that the lines count by.

    Parameters
    ----------
    first_touch_hours : float
    first_touch_clock : {"calendar", "working"}
    verdict_days : int
    """

    first_touch_hours: float = 24.0
    first_touch_clock: Clock = "working"
    verdict_days: int = 7


@dataclass(frozen=True)
class Span:
    """Days over which a line is counted, both included (naive, in the dataset's zone)."""

    first: pd.Timestamp
    last: pd.Timestamp

    def holds(
        self, moments: pd.Series, data: Dataset
    ) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Say which instants lie within."""
        day = moments.dt.tz_convert(data.timezone).dt.tz_localize(None).dt.normalize()
        return np.asarray((day >= self.first) & (day <= self.last), dtype=bool)


@dataclass(frozen=True)
class Counted:
    """What was counted: a sum, or a share with its interval."""

    value: float
    low: float = float("nan")
    high: float = float("nan")
    of: int = 0


def _share(count: int, total: int) -> Counted:
    if total < MINIMUM:
        raise NotMeasurable(
            Text(
                en="Not measurable: only {n} cases in these days.",
                es="No medible: solo {n} casos en estos días.",
            ).format(n=total)
        )
    share, low, high = wilson([count], [total], LEVEL)
    return Counted(float(share[0]), float(low[0]), float(high[0]), total)


def _handed(data: Dataset, span: Span) -> Dataset:
    """Keep the leads that were handed over within a span."""
    inside = span.holds(handed_at(data), data)
    return data.replace(leads=data.leads[inside].reset_index(drop=True))


def _revenue(data: Dataset, span: Span, terms: Terms) -> Counted:
    deals = data.require("opportunities", "amount")
    won = ((deals["status"] == "won") & span.holds(deals["closed_at"], data)).to_numpy(bool)
    value = won_between(data, span.first, span.last)
    if won.any() and not value > 0:
        raise NotMeasurable(
            Text(
                en="Not measurable: none of the {n} deals won in these days carries an amount "
                "above 0.",
                es="No medible: ninguno de los {n} negocios ganados en estos días lleva un importe "
                "mayor que 0.",
            ).format(n=int(won.sum()))
        )
    return Counted(value)


def _accepted(data: Dataset, span: Span, terms: Terms) -> Counted:
    moments, _ = accepted_moments(data)
    if not moments.notna().any():
        raise NotMeasurable(
            Text(
                en="Not measurable: no lead carries the moment at which sales accepted it.",
                es="No medible: ningún lead lleva el momento en que ventas lo aceptó.",
            )
        )
    return Counted(float(span.holds(moments, data).sum()))


def _acceptance(data: Dataset, span: Span, terms: Terms) -> Counted:
    rows = acceptance(_handed(data, span)).frame
    row = rows[(rows["group"] == "all") & (rows["verdict"] == "accepted")].iloc[0]
    return _share(int(row["count"]), int(row["leads"]))


def _context(data: Dataset, span: Span, terms: Terms) -> Counted:
    leads = _handed(data, span).leads
    known = leads["channel"].notna() & leads["campaign_id"].notna()
    return _share(int(known.sum()), len(leads))


def _brand(data: Dataset, span: Span, terms: Terms) -> Counted:
    spend = data.require("spend", "cost")
    inside = (spend["starts_on"] >= span.first) & (spend["starts_on"] <= span.last)
    spend = spend[inside.to_numpy(bool)]
    named = data.require("campaigns", "objective").drop_duplicates(["platform", "campaign_id"])
    aim = spend.merge(named[["platform", "campaign_id", "objective"]], how="left")["objective"]
    cost = reported(data, spend, "cost").to_numpy(np.float64)
    if not np.nansum(cost) > 0:
        raise NotMeasurable(
            Text(en="Not measurable: no spend in these days.", es="No medible: sin inversión.")
        )
    brand = float(np.nansum(cost[(aim == "brand").to_numpy(bool)]))
    return Counted(brand / float(np.nansum(cost)))


def _first_touch(data: Dataset, span: Span, terms: Terms) -> Counted:
    result = service_level(
        _handed(data, span), hours=terms.first_touch_hours, clock=terms.first_touch_clock
    )
    row = result.frame.iloc[0]
    return _share(int(row["within"]), int(row["leads"]))


def _verdict(data: Dataset, span: Span, terms: Terms) -> Counted:
    rows = acceptance(_handed(data, span), days=terms.verdict_days).frame
    rows = rows[rows["group"] == "all"].set_index("verdict")
    total = int(rows["leads"].iloc[0])
    return _share(total - int(rows["count"]["none"]), total)


def _reasons(data: Dataset, span: Span, terms: Terms) -> Counted:
    deals = data.require("opportunities", "closed_at")
    lost = deals[
        ((deals["status"] == "lost") & span.holds(deals["closed_at"], data)).to_numpy(bool)
    ]
    told = usable(lost["lost_reason"])
    return _share(int(told.sum()), len(lost))


def _hours(data: Dataset, span: Span, terms: Terms) -> Counted:
    rows = data.require("capacity", "hours")
    rows = rows[(rows["team"] == "sales").to_numpy(bool)]
    inside = rows[(rows["week"] >= span.first) & (rows["week"] <= span.last)]
    if not len(inside):
        raise NotMeasurable(
            Text(
                en="Not measurable: capacity.csv holds no week of sales in these days.",
                es="No medible: capacity.csv no contiene semanas de ventas en estos días.",
            )
        )
    return Counted(float(inside["hours"].mean()), of=len(inside))


def _leads(data: Dataset, span: Span, terms: Terms) -> Counted:
    leads = data.require("leads", "created_at")
    own = leads[~leads["is_internal"].to_numpy(bool)]
    return Counted(float(span.holds(own["created_at"], data).sum()))


def _chain(data: Dataset, span: Span, terms: Terms) -> Counted:
    deals = data.opportunities
    then = span.holds(deals["created_at"], data) | span.holds(deals["closed_at"], data)
    whole = chain(
        data.replace(
            touches=_within(data.touches, "occurred_at", span, data),
            lead_stages=_within(data.lead_stages, "entered_at", span, data),
            opportunities=deals[then].reset_index(drop=True),
        )
    )
    if np.isnan(whole.whole):
        raise NotMeasurable(
            Text(
                en="Not measurable: a link from touch to reason has no record in these days.",
                es="No medible: un eslabón de interacción a motivo no tiene registros en estos "
                "días.",
            )
        )
    return Counted(whole.whole, whole.low, whole.high, int(whole.frame["records"].min()))


def _within(rows: pd.DataFrame, column: str, span: Span, data: Dataset) -> pd.DataFrame:
    return rows[span.holds(rows[column], data)].reset_index(drop=True)


def _review(data: Dataset, span: Span, terms: Terms) -> Counted:
    raise NotMeasurable(
        Text(
            en="Not measurable: no export records meetings of the two teams.",
            es="No medible: ninguna exportación registra las reuniones de ambas áreas.",
        )
    )


MEASURES: Mapping[str, Callable[[Dataset, Span, Terms], Counted]] = {
    "revenue": _revenue,
    "accepted_leads": _accepted,
    "leads": _leads,
    "acceptance_share": _acceptance,
    "context_share": _context,
    "brand_share": _brand,
    "first_touch_share": _first_touch,
    "verdict_share": _verdict,
    "reason_share": _reasons,
    "sales_hours": _hours,
    "chain_share": _chain,
    "review": _review,
}


def count_line(name: str, data: Dataset, span: Span, terms: Terms) -> Counted:
    """Count one line of an agreement over a span of days.

    Raises
    ------
    NotMeasurable
        If the exports cannot say.
    """
    return MEASURES[name](data, span, terms)
