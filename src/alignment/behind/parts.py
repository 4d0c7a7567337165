"""What all tables share: words for codes, labels for columns, formats in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from alignment import vocabulary, wording
from alignment.exhibits import Table
from alignment.text import Language, Text

Format = Callable[[Any], str]

LABELS: Mapping[str, Text] = {
    "day": Text(en="Day", es="Día"),
    "end": Text(en="End", es="Final"),
    "estimate": Text(en="Estimate", es="Estimación"),
    "events": Text(en="Ended so", es="Terminados así"),
    "group": Text(en="Group", es="Grupo"),
    "high": Text(en="To", es="Hasta"),
    "journeys": Text(en="Leads", es="Leads"),
    "key": Text(en="Channel or team", es="Canal o área"),
    "leads": Text(en="Counted", es="Contados"),
    "lost": Text(en="Lost", es="Perdidos"),
    "low": Text(en="From", es="Desde"),
    "median_days": Text(en="Median days", es="Mediana de días"),
    "median_high": Text(en="To", es="Hasta"),
    "median_low": Text(en="From", es="Desde"),
    "model": Text(en="Rule", es="Regla"),
    "month": Text(en="Month", es="Mes"),
    "open": Text(en="Open", es="Abiertos"),
    "rows": Text(en="Rows", es="Filas"),
    "share": Text(en="Share", es="Parte"),
    "stage": Text(en="Stage", es="Etapa"),
    "step": Text(en="Step", es="Paso"),
    "still_there": Text(en="Still there", es="Siguen ahí"),
    "touched_by": Text(en="Touched by", es="Tocado por"),
    "value": Text(en="Value won", es="Valor ganado"),
    "visits": Text(en="Visits", es="Visitas"),
    "weeks": Text(en="Weeks", es="Semanas"),
    "what": Text(en="Kind", es="Tipo"),
    "win_share": Text(en="Won so far", es="Ganados hasta hoy"),
    "won": Text(en="Won", es="Ganados"),
    "wins": Text(en="Wins", es="Ganados"),
    "age": Text(en="Since first touch", es="Desde la primera interacción"),
    "quarter": Text(en="Quarter", es="Trimestre"),
    "when": Text(en="Won", es="Ganado"),
    "credit": Text(en="Credit", es="Crédito"),
    "value_per_100": Text(en="Value per 100 leads", es="Valor por 100 leads"),
    "value_low": Text(en="From", es="Desde"),
    "value_high": Text(en="To", es="Hasta"),
    "mean_days_won": Text(en="Mean days, won only", es="Media de días, solo ganados"),
    "median_days_won": Text(en="Median days, won only", es="Mediana de días, solo ganados"),
    "closed_only_win_rate": Text(en="Win rate of closed", es="Tasa de los cerrados"),
    "file": Text(en="File", es="Archivo"),
    "system": Text(en="System", es="Sistema"),
    "table": Text(en="Table", es="Tabla"),
    "rows_read": Text(en="Read", es="Leídas"),
    "rows_kept": Text(en="Kept", es="Conservadas"),
    "rows_merged": Text(en="Merged", es="Unidas"),
    "rows_set_aside": Text(en="Set aside", es="Apartadas"),
    "reason": Text(en="Reason", es="Motivo"),
    "note": Text(en="What was found", es="Qué se encontró"),
    "notebook": Text(en="Page", es="Página"),
    "state": Text(en="Can it run?", es="¿Se puede?"),
    "first": Text(en="First touch", es="Primera interacción"),
    "outcome": Text(en="So far", es="Hasta hoy"),
    "match": Text(en="Matched", es="Emparejado"),
    "spend": Text(en="Spend", es="Inversión"),
    "cost_per_lead": Text(en="Cost per lead", es="Costo por lead"),
    "cost_per_opportunity": Text(en="Cost per opportunity", es="Costo por oportunidad"),
    "cost_per_win": Text(en="Cost per win", es="Costo por negocio ganado"),
    "return_on_spend": Text(en="Credit for each 1 spent", es="Crédito por cada 1 invertido"),
    "return_low": Text(en="From", es="Desde"),
    "return_high": Text(en="To", es="Hasta"),
    "name": Text(en="What", es="Qué"),
    "method": Text(en="Route", es="Vía"),
    "rho": Text(en="Shared part (ρ)", es="Parte compartida (ρ)"),
    "joint": Text(en="Both add (J)", es="Ambas aportan (J)"),
    "channel": Text(en="Channel", es="Canal"),
    "other": Text(en="With", es="Con"),
    "q": Text(en="False-discovery rate", es="Tasa de falsos hallazgos"),
    "scenario": Text(en="If", es="Si"),
    "gamma": Text(en="Multiplies outcomes by", es="Multiplica los resultados por"),
    "difference": Text(en="More common among the touched by", es="Más común entre los tocados en"),
    "tips": Text(en="The finding is", es="El hallazgo"),
    "question": Text(en="Question", es="Pregunta"),
    "effect": Text(en="Effect to be seen", es="Efecto por detectar"),
    "units": Text(en="Units", es="Unidades"),
    "months": Text(en="Months", es="Meses"),
}


def build(
    frame: pd.DataFrame,
    caption: Text,
    columns: list[str],
    formats: Mapping[str, Format],
    lang: Language,
    *,
    words: Mapping[str, Mapping[str, Text]] | None = None,
    labels: Mapping[str, Text] | None = None,
    max_rows: int | None = None,
) -> Table:
    """Build a table: words for codes, labels for columns, both in the reader's language."""
    shown = frame[columns].copy()
    for column, known in (words or {}).items():
        shown[column] = [vocabulary.word(known, code)[lang] for code in shown[column]]
    known_labels = {**LABELS, **(labels or {})}
    named = {column: known_labels[column][lang] for column in columns}
    return Table(shown, caption[lang], columns=named, formats=formats, max_rows=max_rows, lang=lang)


def percents(lang: Language, *columns: str, digits: int = 1) -> dict[str, Format]:
    """Write some columns as per cent."""
    return dict.fromkeys(columns, partial(wording.percent, language=lang, digits=digits))


def integers(lang: Language, *columns: str) -> dict[str, Format]:
    """Write some columns as whole numbers."""
    return dict.fromkeys(columns, partial(wording.integer, language=lang))


def decimals(lang: Language, *columns: str, digits: int = 1) -> dict[str, Format]:
    """Write some columns as numbers with decimals."""
    return dict.fromkeys(columns, partial(wording.decimal, language=lang, digits=digits))


def amounts(currency: str | None, lang: Language, *columns: str) -> dict[str, Format]:
    """Write some columns as money, or as whole numbers where there is no currency."""
    if currency is None:
        return integers(lang, *columns)
    return dict.fromkeys(columns, partial(wording.money, language=lang, currency=currency))
