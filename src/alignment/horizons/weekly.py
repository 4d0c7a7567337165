"""The weekly panel of a company: what it won of new opportunities, and what each team did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import of_type, one_of, several
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.horizons.weeks_on_record import local_day, weeks_on_record
from alignment.money import reported
from alignment.results import About, Result
from alignment.text import Text

Floats = NDArray[np.float64]
Outcome = Literal["opportunities", "won value"]

OUTCOMES: tuple[Outcome, ...] = ("opportunities", "won value")
SALES = "sales effort"
MINIMUM_ACTIVE = 8  # weeks in which a driver was active; with fewer, one could be luck
_DAYS = 7

METHOD = Text(
    en="Whole weeks from Monday; spend of a longer period spread evenly over its days; sales "
    "effort counted by touches that sales started with accounts that had no open opportunity.",
    es="Semanas completas desde el lunes; la inversión de un periodo más largo se reparte por "
    "igual entre sus días; el esfuerzo de ventas son las interacciones que ventas inició con "
    "cuentas sin oportunidad abierta.",
)


@dataclass(frozen=True)
class WeeklyPanel(Result):
    """Outcome and drivers by week.

    Parameters
    ----------
    frame : DataFrame
        One row a whole week: ``week`` (datetime64, its Monday), ``outcome`` (float64), ``free``
        (share of its working days that are holidays), ``turn_of_year`` (share of its days from
        24 December to 1 January), ``closing_effort`` (touches that sales started with accounts
        whose opportunity was open) and a column for each driver, in its unit.
    drivers : DataFrame
        One row a driver, in the order of the columns: ``driver``, ``team`` (marketing, sales),
        ``channel``, ``objective`` (brand, activation or missing), ``unit`` (a currency, or
        touches), ``slow`` (bool: declared as a possible builder of a slow stock), ``total``,
        ``active_weeks`` (int64).
    outcome : str
        ``opportunities`` (created that week) or ``won value`` (won that week, in `currency`).
    currency : str or None
    about : About
        ``left_out`` counts truncated weeks, drivers, and rows of spend that were spread.
    """

    frame: pd.DataFrame
    drivers: pd.DataFrame
    outcome: str
    currency: str | None
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return outcome and drivers by week."""
        return self.frame

    @property
    def names(self) -> list[str]:
        """Names of the drivers."""
        return [str(name) for name in self.drivers["driver"]]

    @property
    def slow(self) -> tuple[str, ...]:
        """Names of the drivers that may have a slow stock."""
        return tuple(self.drivers.loc[self.drivers["slow"], "driver"].astype(str))

    def holidays(self) -> Floats | None:
        """Give the columns of free days and of the turn of the year that are not empty."""
        columns = self.frame[["free", "turn_of_year"]].to_numpy(dtype=np.float64)
        columns = columns[:, np.ptp(columns, axis=0) > 0]
        return columns if columns.size else None


def weekly_panel(
    data: Dataset,
    *,
    outcome: Outcome = "opportunities",
    brand: Sequence[str] | None = None,
    activity: Sequence[str] | None = None,
) -> WeeklyPanel:
    """Count outcome and drivers by week.

    Parameters
    ----------
    data : Dataset
        With opportunities, and spend or dated touches.
    outcome : {"opportunities", "won value"}
        Opportunities created a week, or, where sales close within the week, the value won in it.
    brand : sequence of str, optional
        Drivers that may have a slow stock; by default those whose campaigns' objective is brand.
    activity : sequence of str, optional
        Channels of marketing without spend whose touches, started by the firm, are drivers too.
        By default none where there is spend, else all.

    Returns
    -------
    WeeklyPanel

    Raises
    ------
    NotMeasurable
        If there are no opportunities, no drivers, or less than a year of whole weeks.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    one_of("outcome", outcome, OUTCOMES)
    several("brand", brand)
    several("activity", activity)
    data.require("opportunities", "created_at")
    if not data.has("spend") and not data.has("touches", "occurred_at"):
        data.require("spend")
    spent, spread = _spend_by_day(data)
    touched = _touches(data, activity, bool(len(spent)))
    effort = touched.loc[touched["driver"] == SALES, "day"]
    first, last, cut = weeks_on_record(data, spent, effort)
    weeks = pd.date_range(first, last, freq="7D", unit="us")
    found = [part for part in (spent, touched[touched["driver"] != ""]) if len(part)]
    drivers = pd.concat(found, ignore_index=True) if found else spent
    table = _by_week(drivers, weeks)
    kept = [name for name in table if (table[name] > 0).sum() >= MINIMUM_ACTIVE]
    kept = [name for name in kept if np.ptp(table[name].to_numpy()) > 0]
    if not kept:
        raise NotMeasurable(
            Text(
                en="Not measurable: no channel was active in at least {n} weeks.",
                es="No medible: ningún canal estuvo activo al menos {n} semanas.",
            ).format(n=MINIMUM_ACTIVE)
        )
    described = _described(drivers, table[kept], data.currency, brand)
    closing = _by_week(touched[touched["closing"]].assign(driver="closing_effort"), weeks)
    frame = pd.DataFrame(
        {
            "week": weeks,
            "outcome": _outcome(data, outcome, weeks),
            **_calendar(data, weeks),
            "closing_effort": closing["closing_effort"].to_numpy() if len(closing.columns) else 0.0,
        }
    )
    left_out = {
        "weeks cut off at the beginning or the end": cut,
        "drivers active in too few weeks": len(table.columns) - len(kept),
        "rows of spend spread over more than a week": spread,
    }
    return WeeklyPanel(
        frame=pd.concat([frame, table[kept].reset_index(drop=True)], axis=1),
        drivers=described,
        outcome=outcome,
        currency=data.currency,
        about=About(METHOD, left_out={why: n for why, n in left_out.items() if n}),
    )


def _spend_by_day(data: Dataset) -> tuple[pd.DataFrame, int]:
    """Give spend by driver and day, and how many rows of it spanned more than a week."""
    columns = ["driver", "team", "channel", "objective", "unit", "day", "amount", "closing"]
    columns += ["region", "account"]
    if not len(data.spend):
        return pd.DataFrame(columns=columns), 0
    spend = data.spend
    cost = reported(data, spend, "cost").fillna(0.0).clip(lower=0.0)
    objective = _of_campaign(data, "objective")
    days = ((spend["ends_on"] - spend["starts_on"]).dt.days + 1).clip(lower=1)
    rows = np.repeat(np.arange(len(spend)), days)
    offset = np.arange(len(rows)) - np.repeat(np.cumsum(days) - days, days)
    channel = spend["channel"].astype("str")
    told = pd.DataFrame({"channel": channel, "objective": objective}).drop_duplicates()
    several = told["channel"].value_counts()
    split = channel.map(several).gt(1) & objective.notna()
    name = channel.where(~split, channel + " (" + objective.fillna("").astype("str") + ")")
    frame = pd.DataFrame(
        {
            "driver": name,
            "team": "marketing",
            "channel": channel,
            "objective": objective,
            "unit": data.currency or "",
            "amount": cost / days,
            "closing": False,
            "region": _of_campaign(data, "region"),
            "account": None,
        }
    ).iloc[rows]
    frame["day"] = spend["starts_on"].to_numpy()[rows] + pd.to_timedelta(offset, unit="D")
    keys = [c for c in columns if c not in ("amount",)]
    summed = frame.groupby(keys, dropna=False, as_index=False, sort=False)["amount"].sum()
    return summed, int((days > _DAYS).sum())


def _of_campaign(data: Dataset, column: str) -> pd.Series:
    """Look up a column of each row of spend's campaign."""
    told = data.campaigns.set_index(["platform", "campaign_id"])[column].astype("object")
    keys = pd.MultiIndex.from_frame(data.spend[["platform", "campaign_id"]])
    found = told.reindex(keys) if len(told) else pd.Series(None, index=keys, dtype="object")
    return pd.Series(found.to_numpy(), index=data.spend.index, dtype="object")


def _touches(data: Dataset, activity: Sequence[str] | None, spent: bool) -> pd.DataFrame:
    """Give the firm's own touches as drivers; a closing touch of sales is none of its own."""
    touches = data.touches
    own = touches[(touches["initiator"] == "firm") & (touches["occurred_at"] <= data.as_of)]
    channel, sales = own["channel"].astype("str"), own["team"] == "sales"
    counted = ~sales & (not spent)
    if activity is not None:
        for channel_name in activity:
            one_of("a channel of activity", channel_name, sorted(set(channel[~sales])))
        counted = ~sales & channel.isin(list(activity))
    closing = sales & _on_open_opportunity(data, own)
    account = _account(data, own)
    name = np.where(sales & ~closing, SALES, np.where(counted, channel, ""))
    return pd.DataFrame(
        {
            "driver": name,
            "team": own["team"].astype("str"),
            "channel": np.where(sales, SALES, channel),
            "objective": None,
            "unit": "touches",
            "day": local_day(own["occurred_at"], data.timezone),
            "amount": 1.0,
            "closing": closing,
            "region": account.map(data.accounts.set_index("account_id")["region"]),
            "account": account,
        }
    )[sales | counted].reset_index(drop=True)


def driver_rows(data: Dataset, activity: Sequence[str] | None = None) -> pd.DataFrame:
    """Give what the drivers of the weekly panel are counted from, with its place.

    Returns
    -------
    DataFrame
        ``driver``, ``day`` (naive, in the dataset's zone), ``amount``, ``region`` (of the
        campaign, or of the account touched) and ``account`` (of the touch); missing where unknown.
    """
    spent, _ = _spend_by_day(data)
    touched = _touches(data, activity, bool(len(spent)))
    found = [part for part in (spent, touched[touched["driver"] != ""]) if len(part)]
    rows = pd.concat(found, ignore_index=True) if found else spent
    return rows[["driver", "day", "amount", "region", "account"]]


def _on_open_opportunity(data: Dataset, touches: pd.DataFrame) -> pd.Series:
    """Say which touches fell on an opportunity, or on an account while one of its was open."""
    logged = touches["opportunity_id"].notna()
    account = _account(data, touches)
    deals = data.opportunities[
        data.opportunities["created_at"].notna() & data.opportunities["account_id"].notna()
    ]
    if not len(deals):
        return logged
    spells = pd.DataFrame(
        {
            "account": deals["account_id"].astype("str"),
            "at": deals["created_at"],
            "until": deals["closed_at"].where(deals["status"] != "open").fillna(data.as_of),
        }
    ).sort_values("at", kind="stable")
    spells["until"] = spells.groupby("account")["until"].cummax()
    known = account.notna()
    asked = pd.DataFrame(
        {"account": account[known].astype("str"), "at": touches.loc[known, "occurred_at"]}
    ).sort_values("at", kind="stable")
    found = pd.merge_asof(
        asked.reset_index(), spells, on="at", by="account", direction="backward"
    ).set_index("index")
    within = (found["until"] >= found["at"]).reindex(touches.index, fill_value=False)
    return logged | within


def _account(data: Dataset, touches: pd.DataFrame) -> pd.Series:
    """Give the account of each touch, its lead's where it has none of its own."""
    of_lead = data.leads.set_index("lead_id")["account_id"]
    through = touches["lead_id"].map(of_lead) if len(of_lead) else touches["account_id"]
    return touches["account_id"].fillna(through)


def _by_week(rows: pd.DataFrame, weeks: pd.DatetimeIndex) -> pd.DataFrame:
    """Add amounts by week (rows) and driver (columns); a week without any is 0."""
    place = (rows["day"] - weeks[0]).dt.days // _DAYS if len(rows) else pd.Series(dtype="int64")
    inside = (place >= 0) & (place < len(weeks))
    names = list(dict.fromkeys(rows["driver"]))
    code = pd.Index(names).get_indexer(pd.Index(rows["driver"]))
    flat = (place[inside] * max(len(names), 1) + code[inside]).to_numpy(dtype=np.int64)
    summed = np.bincount(
        flat, rows.loc[inside, "amount"].to_numpy(float), minlength=len(weeks) * len(names)
    )
    return pd.DataFrame(summed.reshape(len(weeks), len(names)), columns=names)


def _described(
    rows: pd.DataFrame, table: pd.DataFrame, currency: str | None, brand: Sequence[str] | None
) -> pd.DataFrame:
    first = rows.drop_duplicates("driver").set_index("driver").loc[list(table.columns)]
    if brand is None:
        slow = (first["objective"] == "brand").to_numpy()
    else:
        for name in brand:
            one_of("brand", name, table.columns)
        slow = first.index.isin(list(brand))
    return pd.DataFrame(
        {
            "driver": first.index.astype("str"),
            "team": first["team"].to_numpy(),
            "channel": first["channel"].to_numpy(),
            "objective": first["objective"].to_numpy(),
            "unit": first["unit"].to_numpy(),
            "slow": slow,
            "total": table.sum().to_numpy(),
            "active_weeks": (table > 0).sum().to_numpy(dtype=np.int64),
        }
    )


def _outcome(data: Dataset, outcome: Outcome, weeks: pd.DatetimeIndex) -> Floats:
    deals = data.opportunities
    if outcome == "opportunities":
        moments = deals["created_at"]
        amount = pd.Series(1.0, index=deals.index)
    else:
        data.require("opportunities", "amount")
        moments = deals["closed_at"].where(deals["status"] == "won")
        amount = reported(data, deals).fillna(0.0)
    known = moments.notna()
    rows = pd.DataFrame(
        {
            "driver": "outcome",
            "day": local_day(moments[known], data.timezone),
            "amount": amount[known],
        }
    )
    counted = _by_week(rows, weeks)
    if not len(counted.columns) or not counted["outcome"].any():
        raise NotMeasurable(
            Text(
                en="Not measurable: nothing was {what} in the weeks on record.",
                es="No medible: no se {what} nada en las semanas que constan.",
            ).format(
                what=Text(en="created", es="creó")
                if outcome == "opportunities"
                else Text(en="won", es="ganó")
            )
        )
    return np.asarray(counted["outcome"], dtype=np.float64)


def _calendar(data: Dataset, weeks: pd.DatetimeIndex) -> dict[str, Floats]:
    """Give the share of each week that is free, and that lies at the turn of the year."""
    days = weeks.to_numpy("datetime64[D]")[:, np.newaxis] + np.arange(_DAYS)
    stamps = pd.DatetimeIndex(days.ravel())
    turn = ((stamps.month == 12) & (stamps.day >= 24)) | ((stamps.month == 1) & (stamps.day == 1))
    free = np.zeros(len(stamps))
    if len(data.holidays):
        regions = max(int(data.accounts["region"].nunique()), 1)
        share = data.holidays["region"].isna().map({True: 1.0, False: 1.0 / regions})
        by_day = share.groupby(data.holidays["date"]).sum().clip(upper=1.0)
        free = by_day.reindex(stamps).fillna(0.0).to_numpy() * (stamps.day_of_week < 5)
    return {
        "free": np.asarray(free).reshape(days.shape).sum(axis=1) / 5,
        "turn_of_year": np.asarray(turn).reshape(days.shape).mean(axis=1),
    }
