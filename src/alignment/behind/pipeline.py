"""The tables behind the figures of the open pipeline, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from alignment import vocabulary, wording
from alignment.behind.parts import Format, build
from alignment.exhibits import Table
from alignment.lead_to_close.backtest import Backtest
from alignment.lead_to_close.pipeline import OpenPipeline
from alignment.text import Language, Text

_LABELS: Mapping[str, Text] = {
    "age": Text(en="Days in stage", es="Días en la etapa"),
    "amount": Text(en="Amount", es="Importe"),
    "band": Text(en="Probability told", es="Probabilidad dicha"),
    "dashboard_deals": Text(en="Open × win rate", es="Abiertos × tasa"),
    "deals": Text(en="Deals", es="Negocios"),
    "deals_high": Text(en="To", es="Hasta"),
    "deals_low": Text(en="From", es="Desde"),
    "deals_won": Text(en="Deals won", es="Negocios ganados"),
    "forecast": Text(en="Mean told", es="Media dicha"),
    "high": Text(en="To", es="Hasta"),
    "limit_days": Text(en="Limit, days", es="Límite, días"),
    "low": Text(en="From", es="Desde"),
    "opportunity_id": Text(en="Opportunity", es="Oportunidad"),
    "part": Text(en="Part", es="Parte"),
    "period": Text(en="Period", es="Periodo"),
    "share": Text(en="Share won", es="Parte ganada"),
    "stage": Text(en="Stage", es="Etapa"),
    "value": Text(en="Value", es="Valor"),
    "value_high": Text(en="To", es="Hasta"),
    "value_low": Text(en="From", es="Desde"),
    "value_won": Text(en="Value won", es="Valor ganado"),
    "won": Text(en="Won", es="Ganados"),
}
_PARTS: Mapping[str, Text] = {
    "won": Text(en="won already", es="ya ganado"),
    "open": Text(en="open deals", es="negocios abiertos"),
    "new": Text(en="deals not yet created", es="negocios aún no creados"),
    "total": Text(en="total", es="total"),
}


def _period(name: str) -> Text:
    return vocabulary.quarter(name.replace("-", "")) if "-Q" in name else Text.same(name)


def _table(
    frame: pd.DataFrame,
    caption: Text,
    columns: list[str],
    formats: Mapping[str, Format],
    lang: Language,
    *,
    max_rows: int | None = None,
) -> Table:
    words: dict[str, Mapping[str, Text]] = {"part": _PARTS} if "part" in columns else {}
    if "period" in columns:
        words["period"] = {str(name): _period(str(name)) for name in frame["period"]}
    return build(
        frame, caption, columns, formats, lang, words=words, labels=_LABELS, max_rows=max_rows
    )


def _of(
    write: Callable[..., str], lang: Language, *names: str, **options: Any
) -> dict[str, Format]:
    return dict.fromkeys(names, partial(write, language=lang, **options))


def _money(currency: str | None, lang: Language, *names: str) -> dict[str, Format]:
    if currency is None:
        return _of(wording.decimal, lang, *names, digits=0)
    return _of(wording.money, lang, *names, currency=currency)


def periods(result: OpenPipeline, lang: Language) -> Table:
    """Tabulate what each period has won and is expected to win."""
    return _table(
        result.periods,
        Text(
            en="What each period has won and is expected to win, with intervals",
            es="Lo que cada periodo ha ganado y se espera que gane, con intervalos",
        ),
        [
            *("period", "part", "deals", "deals_low", "deals_high"),
            *("value", "value_low", "value_high"),
        ],
        {
            **_of(wording.decimal, lang, "deals", digits=1),
            **_of(wording.integer, lang, "deals_low", "deals_high"),
            **_money(result.currency, lang, "value", "value_low", "value_high"),
        },
        lang,
    )


def stale(result: OpenPipeline, lang: Language) -> Table:
    """Tabulate the stale deals, the largest first."""
    return _table(
        result.stale,
        Text(
            en="Open deals older in their stage than 90% of those won, the largest first",
            es="Negocios abiertos con más tiempo en su etapa que el 90 % de los ganados, primero "
            "los mayores",
        ),
        ["opportunity_id", "stage", "age", "limit_days", "amount"],
        {
            **_of(wording.integer, lang, "age", "limit_days"),
            **_money(result.currency, lang, "amount"),
        },
        lang,
        max_rows=50,
    )


def tested(result: Backtest, lang: Language) -> Table:
    """Tabulate past forecasts beside what happened."""
    return _table(
        result.periods,
        Text(
            en="Past quarters: what was told at their start and what happened",
            es="Trimestres pasados: lo dicho al empezar y lo que ocurrió",
        ),
        [
            *("period", "part", "dashboard_deals", "deals", "deals_low", "deals_high"),
            *("deals_won", "value", "value_low", "value_high", "value_won"),
        ],
        {
            **_of(wording.decimal, lang, "deals", "dashboard_deals", digits=1),
            **_of(wording.integer, lang, "deals_low", "deals_high", "deals_won"),
            **_money(result.currency, lang, "value", "value_low", "value_high", "value_won"),
        },
        lang,
    )


def bands(result: Backtest, lang: Language) -> Table:
    """Tabulate what happened by band of the probability told."""
    return _table(
        result.bands,
        Text(
            en="Deals won in the quarter, by the probability told at its start",
            es="Negocios ganados en el trimestre, según la probabilidad dicha al empezar",
        ),
        ["band", "forecast", "deals", "won", "share", "low", "high"],
        {
            **_of(wording.percent, lang, "forecast", "share", "low", "high"),
            **_of(wording.integer, lang, "deals", "won"),
        },
        lang,
    )
