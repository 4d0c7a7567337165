"""Microsoft Advertising: the campaign performance report (a preamble of keys, CRLF, a footer)."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.exports.ads import spend
from alignment.exports.candidates import Candidates, Context
from alignment.exports.profiles import Field, Profile

SYSTEM = "microsoft_ads"
CHANNEL = "Microsoft Ads"
_PERIODS = (
    *("TimePeriod", "Gregorian date", "GregorianDate", "Time period", "Date", "Day", "Fecha"),
    *("Fecha gregoriana", "Periodo", "Período"),
)

PROFILES = (
    Profile(
        SYSTEM,
        "campaign performance report",
        "spend",
        (
            Field(
                "name",
                "text",
                ("CampaignName", "Campaign name", "Campaign", "Nombre de la campaña", "Campaña"),
                required=True,
            ),
            Field("cost", "number", ("Spend", "Gasto", "Inversión"), required=True),
            Field("day", "day", _PERIODS, required=True),
            Field("campaign_id", "text", ("CampaignId", "Campaign ID", "Id. de campaña")),
            Field(
                "currency",
                "text",
                ("CurrencyCode", "Currency code", "Currency", "Código de moneda", "Moneda"),
            ),
            Field("impressions", "count", ("Impressions", "Impr.", "Impresiones")),
            Field("clicks", "count", ("Clicks", "Clics")),
        ),
        absent=("Cost", "Coste", "Amount spent", "Total Spent", "ad_id"),
        # The report of Microsoft's API writes dates in the order of the United States.
        order="mdy",
        decimal=".",
        totals=("total",),
        noise={"day": r"\|\d+$"},
    ),
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give spend and campaigns; an hour (``1/23/2019 12:00:00 AM|11``) counts to its day."""
    return spend(objects, SYSTEM, CHANNEL, context)
