"""Google Ads: the campaign report as its UI downloads it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.exports.ads import spend
from alignment.exports.candidates import Candidates, Context
from alignment.exports.profiles import Field, Profile

SYSTEM = "google_ads"
CHANNEL = "Google Ads"

PROFILES = (
    Profile(
        SYSTEM,
        "campaign report",
        "spend",
        (
            Field("name", "text", ("Campaign", "Campaña"), required=True),
            Field("cost", "number", ("Cost", "Coste", "Costo"), required=True),
            Field("impressions", "count", ("Impr.", "Impressions", "Impresiones"), required=True),
            Field("day", "day", ("Day", "Día")),
            Field("week", "day", ("Week", "Semana")),
            Field("month", "day", ("Month", "Mes")),
            Field("campaign_id", "text", ("Campaign ID", "ID de campaña", "Id. de la campaña")),
            Field("currency", "text", ("Currency code", "Currency", "Código de moneda", "Moneda")),
            Field("clicks", "count", ("Clicks", "Clics")),
        ),
        absent=("Campaign Group Name", "Reporting starts", "Total Spent"),
        totals=("total:", "total "),
        repeatable=("currency",),
    ),
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give spend and campaigns of Google Ads' reports."""
    return spend(objects, SYSTEM, CHANNEL, context)
