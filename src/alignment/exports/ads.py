"""What the advertising platforms share: rows of spend, and the campaigns they name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from alignment.exports import reasons
from alignment.exports.candidates import Candidates, Context
from alignment.exports.typed import column


def spend(
    objects: Mapping[str, pd.DataFrame], system: str, channel: str, context: Context
) -> Candidates:
    """Give spend and campaigns of a platform's reports.

    A row keeps its period: the one it states, a day, the seven days of a week, a month; a LinkedIn
    row runs to the day before the campaign's next row, as long as the report is that regular.
    """
    found = Candidates()
    for rows in objects.values():
        unnamed = rows["name"].isna()
        context.draft.set_aside(rows[unnamed], reasons.NO_CAMPAIGN)
        rows = rows[~unnamed].reset_index(drop=True)
        starts, ends = _period(rows, system, context)
        ids = column(rows, "campaign_id").fillna(rows["name"])
        currency = (
            column(rows, "currency")
            .fillna(column(rows, "file_currency").astype("str"))
            .fillna(column(rows, "cost_currency"))
        )
        frame = pd.DataFrame(
            {
                "platform": system,
                "campaign_id": ids,
                "channel": channel,
                "starts_on": starts,
                "ends_on": ends,
                "currency": currency.str.upper(),
                "cost": rows["cost"],
                "impressions": column(rows, "impressions", "float64"),
                "clicks": column(rows, "clicks", "float64"),
                "source_system": system,
                "source_file": rows["source_file"],
                "source_row": rows["source_row"],
            }
        )
        found.add("spend", frame)
        named = frame.assign(name=rows["name"])
        named = named.sort_values(["campaign_id", "starts_on", "name"], kind="stable")
        span = named.groupby("campaign_id").agg(
            starts_on=("starts_on", "min"), ends_on=("ends_on", "max")
        )
        named = named.drop_duplicates("campaign_id", keep="last").set_index("campaign_id")
        named[["starts_on", "ends_on"]] = span
        keep = ["platform", "campaign_id", "name", "channel", "starts_on", "ends_on"]
        source = ["source_system", "source_file", "source_row"]
        found.add("campaigns", named.reset_index()[keep + source])
    return found


def _period(rows: pd.DataFrame, system: str, context: Context) -> tuple[pd.Series, pd.Series]:
    kind = "datetime64[us]"
    starts = column(rows, "starts_on", kind).fillna(rows["report_starts_on"])
    ends = column(rows, "ends_on", kind).fillna(rows["report_ends_on"])
    for name in ("month", "week", "day"):
        given = column(rows, name, kind)
        if name == "month":
            last = given + pd.offsets.MonthEnd(0)
        elif name == "week":
            last = given + pd.Timedelta(days=6)
        else:
            last = given + pd.Timedelta(days=_step(rows, given, system, context) - 1)
        ends = last.where(given.notna(), ends)
        starts = given.where(given.notna(), starts)
    return starts.astype(kind), ends.astype(kind)


def _step(rows: pd.DataFrame, days: pd.Series, system: str, context: Context) -> int:
    """Return the days that a row of a LinkedIn report covers: it states only their first.

    The smallest distance between two rows of one campaign, taken only where all distances are
    multiples of it.
    """
    if system != "linkedin_ads" or days.notna().sum() < 2:
        return 1
    order = pd.DataFrame(
        {"campaign": column(rows, "campaign_id").fillna(rows["name"]), "day": days}
    )
    order = order.drop_duplicates().sort_values(["campaign", "day"])
    steps = order.groupby("campaign")["day"].diff().dt.days.dropna().to_numpy("int64")
    steps = steps[steps > 0]
    if not len(steps):
        return 1
    step = int(np.gcd.reduce(steps))
    step = step if step == steps.min() and step <= 7 else 1
    context.draft.decide(
        str(rows["source_file"].iloc[0]),
        "Start Date",
        f"each row covers {step} day{'s' if step > 1 else ''}",
        "the smallest distance between two rows of one campaign",
    )
    return step
