"""Google Ads: the campaign report as its UI downloads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from alignment.exports.ads import CAMPAIGNS, OTHER_PLATFORMS, names_table, spend, warehouse
from alignment.exports.candidates import Candidates, Context
from alignment.exports.profiles import Field, Profile

SYSTEM = "google_ads"
CHANNEL = "Google Ads"

_NAME = (
    *("Campaign", "Campaña", "Ad group", "Grupo de anuncios", "Search keyword"),
    *("Palabra clave de búsqueda", "Location", "Ubicación"),
)
_COST = Field("cost", "number", ("Cost", "Coste", "Costo"), required=True)
_IMPRESSIONS = Field("impressions", "count", ("Impr.", "Impressions", "Impresiones"))
_OTHERS = (
    Field("day", "day", ("Day", "Día")),
    Field("week", "day", ("Week", "Semana")),
    Field("month", "text", ("Month", "Mes")),
    Field(
        "campaign_id",
        "text",
        ("Campaign ID", "ID de campaña", "ID de la campaña", "Id. de la campaña"),
    ),
    Field(
        "currency",
        "text",
        (
            *("Currency code", "Currency", "Código de moneda", "Código de la moneda", "Moneda"),
            *("Código de divisa", "Divisa"),
        ),
    ),
    Field("clicks", "count", ("Clicks", "Clics")),
)


def _report(*signature: Field) -> Profile:
    return Profile(
        SYSTEM,
        "campaign report",
        "spend",
        (Field("name", "text", _NAME, required=True), _COST, *signature, *_OTHERS),
        absent=(
            *("Campaign Group Name", "Reporting starts", "Total Spent", "TimePeriod"),
            *("Inicio del informe", "Spend", "Importe gastado", *OTHER_PLATFORMS),
        ),
        totals=("total:", "total "),
        repeatable=("currency",),
    )


PROFILES = (
    _report(replace(_IMPRESSIONS, required=True)),
    # The user chooses the columns: a report may count clicks only.
    _report(
        Field("status", "text", ("Campaign status", "Estado de la campaña"), required=True),
        _IMPRESSIONS,
    ),
    warehouse(
        SYSTEM,
        Field("cost_micros", "number", ("cost_micros",), required=True),
        Field("day", "day", ("date",), required=True),
        Field("customer_id", "text", ("customer_id",), required=True),
        Field("campaign_id", "text", ("campaign_id", "id")),
        Field("impressions", "number", ("impressions",)),
        Field("clicks", "number", ("clicks",)),
    ),
    names_table(SYSTEM, CAMPAIGNS, "customer_id", "advertising_channel_type"),
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give spend and campaigns of Google Ads' reports."""
    return spend(objects, SYSTEM, CHANNEL, context)
