"""What the advertising platforms share: rows of spend, and the campaigns they name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from alignment.exports import reasons
from alignment.exports.candidates import Candidates, Context
from alignment.exports.dates import parse_times
from alignment.exports.profiles import Field, Profile
from alignment.exports.typed import column, lookup
from alignment.text import Text

# Objects of a connector's tables that only say what the rows of others mean.
CAMPAIGNS, ACCOUNTS = "campaign names", "accounts"
# A file that says of each row where the money went is a company's own, not a platform's report.
OTHER_PLATFORMS = (
    *("Channel", "Platform", "Source", "Medium", "Canal", "Plataforma", "Fuente", "Medio"),
    *("Red publicitaria", "Ad platform", "Publisher"),
)
_TOTAL = Text(
    en="a total of the rows above it, not a campaign",
    es="un total de las filas anteriores, no una campaña",
)
_NOTES = {
    "spend-whole-range": Text(
        en="Rows of spend that cover more than a month as a whole, because the report was not "
        "parted by day; they are kept as they are: {n}.",
        es="Filas de inversión que cubren más de un mes en conjunto, porque el informe no se "
        "desglosó por día; se conservan tal cual: {n}.",
    ),
    "spend-currency-stated": Text(
        en="Rows of spend without a currency, taken in the one that was stated: {n}.",
        es="Filas de inversión sin moneda, tomadas en la que se indicó: {n}.",
    ),
}


def warehouse(system: str, *fields: Field, name: str = "stats") -> Profile:
    """Return the profile of a connector's table in a warehouse."""
    return Profile(system, name, "spend", fields, zone="UTC", decimal=".")


def names_table(system: str, name: str, *signature: str) -> Profile:
    """Return the profile of a connector's table of campaigns or accounts."""
    fields = (
        Field("id", "text", ("id",), required=True),
        Field("name", "text", ("name",), required=True),
        *(Field(f"sign {s}", "text", (s,), required=True) for s in signature),
        Field("currency", "text", ("currency",)),
    )
    return Profile(system, name, "names", fields)


def spend(
    objects: Mapping[str, pd.DataFrame], system: str, channel: str, context: Context
) -> Candidates:
    """Give spend and campaigns of a platform's reports.

    A row keeps its period: the one it states, a day, the seven days of a week, a month; a LinkedIn
    row runs to the day before the campaign's next row, as long as the report is that regular.
    """
    found = Candidates()
    for kind, given in objects.items():
        if kind in (CAMPAIGNS, ACCOUNTS):
            continue
        rows = _named(given, objects.get(CAMPAIGNS))
        total = rows["name"].str.match(r"(?i)\s*total\s*:").fillna(False).astype(bool)
        context.draft.set_aside(rows[total], _TOTAL)
        unnamed = rows["name"].isna()
        context.draft.set_aside(rows[unnamed], reasons.NO_CAMPAIGN)
        rows = rows[~unnamed & ~total].reset_index(drop=True)
        starts, ends = _period(rows, system, context)
        whole = (ends - starts) > pd.Timedelta(days=31)
        context.draft.note_rows("spend-whole-range", rows[whole], _NOTES["spend-whole-range"])
        ids = column(rows, "campaign_id").fillna(rows["name"])
        currency = _currency(rows, objects.get(ACCOUNTS), context)
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


def _named(rows: pd.DataFrame, campaigns: pd.DataFrame | None) -> pd.DataFrame:
    """Give the rows of a connector's table the names of their campaigns, and cost in units."""
    if "cost_micros" in rows:  # Google's API counts money in millionths
        rows = rows.assign(cost=rows["cost_micros"] / 1e6)
    if "name" in rows:
        return rows
    ids = column(rows, "campaign_id")
    if campaigns is None:
        return rows.assign(name=ids)
    table = campaigns.dropna(subset=["id", "name"]).sort_values(["id", "name"])
    table = table.drop_duplicates("id", keep="last").set_index("id")["name"]
    return rows.assign(name=lookup(ids, table).astype("str").fillna(ids))


def _currency(rows: pd.DataFrame, accounts: pd.DataFrame | None, context: Context) -> pd.Series:
    """Return the currency: of the row, the header, the only account; else the one stated."""
    currency = (
        column(rows, "currency")
        .fillna(column(rows, "file_currency").astype("str"))
        .fillna(column(rows, "cost_currency"))
    )
    if accounts is not None:
        known = column(accounts, "currency").dropna().unique()
        currency = currency.fillna(known[0]) if len(known) == 1 else currency
    if context.currency is not None:
        lost = currency.isna()
        context.draft.note_rows(
            "spend-currency-stated", rows[lost], _NOTES["spend-currency-stated"]
        )
        currency = currency.fillna(context.currency)
    return currency


def _period(rows: pd.DataFrame, system: str, context: Context) -> tuple[pd.Series, pd.Series]:
    kind = "datetime64[us]"
    starts = column(rows, "starts_on", kind).fillna(rows["report_starts_on"])
    ends = column(rows, "ends_on", kind).fillna(rows["report_ends_on"])
    for name in ("month", "week", "day"):
        given = _months(column(rows, name)) if name == "month" else column(rows, name, kind)
        if name == "month":
            last = given + pd.offsets.MonthEnd(0)
        elif name == "week":
            last = given + pd.Timedelta(days=6)
        else:
            last = given + pd.Timedelta(days=_step(rows, given, system, context) - 1)
        ends = last.where(given.notna(), ends)
        starts = given.where(given.notna(), starts)
    return starts.astype(kind), ends.astype(kind)


def _months(words: pd.Series) -> pd.Series:
    """Read the first day of months: ``2026-01``, ``January 2026``, ``ene. de 2026``, or a date."""
    text = words.astype("str").str.strip()
    named = text.str.replace(r"^([^\W\d]{3,}\.?)\s+((?:de\s+)?\d{4})$", r"1 \1 \2", regex=True)
    dated = named.str.replace(r"^(\d{4}-\d{1,2})$", r"\1-01", regex=True)
    days = parse_times(dated, zone="UTC", order="mdy").days
    return days.dt.to_period("M").dt.to_timestamp().dt.as_unit("us")


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
