"""Microsoft Advertising: the campaign performance report (a preamble of keys, CRLF, a footer)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from alignment.exports.ads import OTHER_PLATFORMS, spend
from alignment.exports.candidates import Candidates, Context
from alignment.exports.profiles import Field, Profile

SYSTEM = "microsoft_ads"
CHANNEL = "Microsoft Ads"
# Columns of time that only Microsoft names so, and others that many do.
_OWN_PERIODS = (
    *("TimePeriod", "Time period", "Gregorian date", "GregorianDate", "Fecha gregoriana"),
    *("WeekStartDate", "MonthStartDate"),
)
_PERIODS = (*_OWN_PERIODS, "Date", "Day", "Week", "Fecha", "Día", "Periodo", "Período")
_NAME = Field(
    "name",
    "text",
    ("CampaignName", "Campaign name", "Campaign", "Nombre de la campaña", "Campaña"),
    required=True,
)
_COST = Field("cost", "number", ("Spend", "Gasto", "Inversión"), required=True)
_DAY = Field("day", "day", _PERIODS)
_ACCOUNT = Field(
    "account",
    "text",
    ("AccountName", "Account name", "Nombre de la cuenta", "AccountId", "AccountNumber"),
    required=True,
)
# What the table of campaigns shows of each of them beside its figures.
_DELIVERY = Field("delivery", "text", ("Delivery", "Entrega", "Estado de entrega"), required=True)
_OTHERS = (
    Field("campaign_id", "text", ("CampaignId", "Campaign ID", "Id. de campaña", "ID de campaña")),
    Field(
        "currency",
        "text",
        ("CurrencyCode", "Currency code", "Currency", "Código de moneda", "Moneda"),
    ),
    Field("impressions", "count", ("Impressions", "Impr.", "Impresiones")),
    Field("clicks", "count", ("Clicks", "Clics")),
)


def _report(*fields: Field) -> Profile:
    return Profile(
        SYSTEM,
        "campaign performance report",
        "spend",
        (_NAME, _COST, *fields, *_OTHERS),
        absent=(
            *("Cost", "Coste", "Amount spent", "Total Spent", "ad_id", "Reporting starts"),
            *OTHER_PLATFORMS,
        ),
        # The report of Microsoft's API writes dates in the order of the United States.
        order="mdy",
        decimal=".",
        totals=("total", "overall total", "total general", "totales"),
        noise={"day": r"\|\d+$"},
    )


PROFILES = (
    _report(replace(_DAY, headers=_OWN_PERIODS, required=True)),
    _report(replace(_DAY, required=True), _ACCOUNT),
    _report(_DAY, _DELIVERY),
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give spend and campaigns; an hour (``1/23/2019 12:00:00 AM|11``) counts to its day."""
    return spend(objects, SYSTEM, CHANNEL, context)
