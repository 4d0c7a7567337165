"""Meta Ads Manager: campaign reports; the currency stands in the header."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.exports.ads import CAMPAIGNS, names_table, spend, warehouse
from alignment.exports.candidates import Candidates, Context
from alignment.exports.profiles import Field, Profile

SYSTEM = "meta_ads"
CHANNEL = "Meta"

_NAME = (
    *("Campaign name", "Nombre de la campaña", "Ad set name", "Nombre del conjunto de anuncios"),
    *("Ad name", "Nombre del anuncio"),
)

PROFILES = (
    Profile(
        SYSTEM,
        "campaign report",
        "spend",
        (
            Field(
                "starts_on",
                "day",
                ("Reporting starts", "Inicio del informe", "Inicio del reporte"),
                required=True,
            ),
            Field(
                "ends_on",
                "day",
                ("Reporting ends", "Fin del informe", "Fin del reporte"),
                required=True,
            ),
            Field("name", "text", _NAME, required=True),
            Field(
                "cost",
                "number",
                ("Amount spent", "Importe gastado", "Monto gastado", "Cantidad gastada"),
                required=True,
            ),
            Field(
                "campaign_id",
                "text",
                ("Campaign ID", "Identificador de la campaña", "ID de la campaña"),
            ),
            Field("day", "day", ("Day", "Día", "Date")),
            Field("week", "day", ("Week", "Semana")),
            Field("currency", "text", ("Currency", "Divisa")),
            Field("impressions", "count", ("Impressions", "Impresiones")),
            Field("clicks", "count", ("Link clicks", "Clics en el enlace", "Clicks (all)")),
        ),
        totals=("total",),
    ),
    # A connector's table holds ads, whose campaigns are known only by the ad.
    warehouse(
        SYSTEM,
        Field("campaign_id", "text", ("campaign_id", "ad_id"), required=True),
        Field("day", "day", ("date",), required=True),
        Field("cost", "number", ("spend",), required=True),
        Field("clicks", "number", ("inline_link_clicks",), required=True),
        Field("impressions", "number", ("impressions",)),
    ),
    names_table(SYSTEM, CAMPAIGNS, "account_id", "updated_time"),
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give spend and campaigns of Meta's reports; its summary row has no campaign."""
    return spend(objects, SYSTEM, CHANNEL, context)
