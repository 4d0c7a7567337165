"""One function a table: the numbers behind each figure, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from alignment import vocabulary, wording
from alignment.attribution import Credit, Overlap
from alignment.coverage import Coverage
from alignment.dataset import Dataset
from alignment.exhibits import Table
from alignment.horizons import WonByAge
from alignment.lead_to_close import LeadToClose, TimeInStage
from alignment.text import Language, Text

Format = Callable[[Any], str]

_LABELS: Mapping[str, Text] = {
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
    "age": Text(en="Since first touch", es="Desde el primer contacto"),
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
    "rows_kept": Text(en="Kept", es="Usadas"),
    "rows_merged": Text(en="Merged", es="Unidas"),
    "rows_set_aside": Text(en="Set aside", es="Apartadas"),
    "reason": Text(en="Reason", es="Motivo"),
    "note": Text(en="What was found", es="Qué se encontró"),
    "notebook": Text(en="Page", es="Página"),
    "state": Text(en="Can it run?", es="¿Se puede?"),
}
_WHEN: Mapping[str, Text] = {
    "same quarter": Text(en="same quarter", es="mismo trimestre"),
    "later": Text(en="later", es="más tarde"),
    "lost": Text(en="lost", es="perdido"),
    "still open": Text(en="still open", es="aún abierto"),
}
_AGES: Mapping[str, Text] = {
    "0-13 weeks": Text(en="up to 13 weeks", es="hasta 13 semanas"),
    "14-26 weeks": Text(en="14 to 26 weeks", es="14 a 26 semanas"),
    "27-52 weeks": Text(en="27 to 52 weeks", es="27 a 52 semanas"),
    "over 52 weeks": Text(en="over a year", es="más de un año"),
    **vocabulary.KEYS,
}


def _table(
    frame: pd.DataFrame,
    caption: Text,
    columns: list[str],
    formats: Mapping[str, Format],
    lang: Language,
    *,
    words: Mapping[str, Mapping[str, Text]] | None = None,
    max_rows: int | None = None,
) -> Table:
    """Build a table: words for codes, labels for columns, both in the reader's language."""
    shown = frame[columns].copy()
    for column, known in (words or {}).items():
        shown[column] = [vocabulary.word(known, code)[lang] for code in shown[column]]
    labels = {column: _LABELS[column][lang] for column in columns}
    return Table(
        shown, caption[lang], columns=labels, formats=formats, max_rows=max_rows, lang=lang
    )


def _percents(lang: Language, *columns: str, digits: int = 1) -> dict[str, Format]:
    return dict.fromkeys(columns, partial(wording.percent, language=lang, digits=digits))


def _integers(lang: Language, *columns: str) -> dict[str, Format]:
    return dict.fromkeys(columns, partial(wording.integer, language=lang))


def _amounts(currency: str | None, lang: Language, *columns: str) -> dict[str, Format]:
    if currency is None:
        return _integers(lang, *columns)
    return dict.fromkeys(columns, partial(wording.money, language=lang, currency=currency))


def files(data: Dataset, lang: Language) -> Table:
    """Tabulate what became of the rows of each file."""
    counts = ["rows_read", "rows_kept", "rows_merged", "rows_set_aside"]
    frame = data.ledger.files.groupby(["file", "system"], sort=True, dropna=False)[counts].sum()
    return _table(
        frame.reset_index(),
        Text(en="Rows of each file", es="Filas de cada archivo"),
        ["file", "system", *counts],
        _integers(lang, *counts),
        lang,
        words={"system": vocabulary.SYSTEMS},
    )


def notes(data: Dataset, lang: Language) -> Table:
    """Tabulate what the rules found, in words."""
    found = data.ledger.notes
    frame = pd.DataFrame(
        {
            "note": found["message" if lang == "en" else "message_es"],
            "rows": found["rows"].astype("int64"),
        }
    )
    return _table(
        frame,
        Text(en="What the checks found", es="Lo que encontraron las comprobaciones"),
        ["note", "rows"],
        _integers(lang, "rows"),
        lang,
    )


def set_aside(data: Dataset, lang: Language) -> Table:
    """Tabulate the reasons for which rows were set aside."""
    reason = data.ledger.set_aside["reason" if lang == "en" else "reason_es"]
    frame = data.ledger.set_aside.assign(reason=reason).groupby(["file", "reason"], sort=True)
    return _table(
        frame.size().reset_index(name="rows"),
        Text(en="Rows set aside, by reason", es="Filas apartadas, por motivo"),
        ["file", "reason", "rows"],
        _integers(lang, "rows"),
        lang,
    )


def months(result: Coverage, lang: Language) -> Table:
    """Tabulate the rows of each kind by year."""
    frame = result.months.assign(month=result.months["month"].dt.year)
    frame = frame.groupby(["what", "month"], sort=False)["rows"].sum().reset_index()
    years = frame.rename(columns={"month": "quarter"})
    built = _table(
        years.astype({"quarter": "str"}),
        Text(en="Rows of each kind by year", es="Filas de cada tipo por año"),
        ["what", "quarter", "rows"],
        _integers(lang, "rows"),
        lang,
        words={"what": vocabulary.EVENTS},
    )
    year = Text(en="Year", es="Año")[lang]
    return Table(
        built.frame,
        built.caption,
        columns={**dict(built.columns or {}), "quarter": year},
        formats=built.formats,
        lang=lang,
    )


def trace(result: Coverage, lang: Language) -> Table:
    """Tabulate how far won deals can be traced."""
    return _table(
        result.trace,
        Text(
            en="Won deals that can be traced, step by step",
            es="Negocios ganados que se pueden rastrear, paso a paso",
        ),
        ["step", "won", "share", "low", "high"],
        {**_integers(lang, "won"), **_percents(lang, "share", "low", "high")},
        lang,
        words={"step": vocabulary.STEPS},
    )


def incidence(result: LeadToClose, lang: Language) -> Table:
    """Tabulate the probabilities by day."""
    frame = result.to_frame().query("estimate.notna()")
    frame = frame if result.lost_recorded else frame[frame["end"] == "won"]
    return _table(
        frame,
        Text(
            en="Share won and lost by day, the open ones counted",
            es="Parte ganada y perdida por día, contando lo abierto",
        ),
        ["group", "end", "day", "estimate", "low", "high", "events", "leads"],
        {
            **_integers(lang, "day", "events", "leads"),
            **_percents(lang, "estimate", "low", "high", digits=2),
        },
        lang,
        words={"group": vocabulary.KEYS, "end": vocabulary.ENDS},
        max_rows=48,
    )


def naive(result: LeadToClose, lang: Language) -> Table:
    """Tabulate what a dashboard shows, beside what it leaves out."""
    columns = ["mean_days_won", "median_days_won", "closed_only_win_rate", "won", "lost", "open"]
    one_decimal = partial(wording.decimal, language=lang, digits=1)
    return _table(
        result.naive,
        Text(
            en="What a dashboard shows: averages over won deals, and what they leave out",
            es="Lo que muestra un tablero: promedios de lo ganado, y lo que dejan fuera",
        ),
        ["group", *columns],
        {
            **dict.fromkeys(columns[:2], one_decimal),
            **_percents(lang, "closed_only_win_rate"),
            **_integers(lang, "won", "lost", "open"),
        },
        lang,
        words={"group": vocabulary.KEYS},
    )


def stages(result: TimeInStage, lang: Language) -> Table:
    """Tabulate the time in each stage."""
    return _table(
        result.frame,
        Text(en="Days in each stage", es="Días en cada etapa"),
        ["stage", "visits", "median_days", "median_low", "median_high", "lost", "still_there"],
        _integers(
            lang, "visits", "median_days", "median_low", "median_high", "lost", "still_there"
        ),
        lang,
    )


def touched_by(result: Overlap, lang: Language) -> Table:
    """Tabulate leads by the teams that touched them."""
    return _table(
        result.frame,
        Text(en="Leads by the teams that touched them", es="Leads según quién los tocó"),
        ["touched_by", "journeys", "won", "lost", "open", "win_share", "low", "high", "value"],
        {
            **_integers(lang, "journeys", "won", "lost", "open"),
            **_percents(lang, "win_share", "low", "high"),
            **_amounts(result.currency, lang, "value"),
        },
        lang,
        words={"touched_by": vocabulary.TOUCHED_BY},
    )


def credit(result: Credit, lang: Language) -> Table:
    """Tabulate the credit of each rule; each rule adds up to the whole won value."""
    return _table(
        result.frame,
        Text(
            en="Credit by rule; each rule adds up to the whole won value",
            es="Crédito por regla; cada regla suma todo el valor ganado",
        ),
        ["model", "key", "credit", "share", "low", "high"],
        {
            **_amounts(result.currency, lang, "credit"),
            **_percents(lang, "share", "low", "high"),
        },
        lang,
        words={"model": vocabulary.MODELS, "key": vocabulary.KEYS},
        max_rows=120,
    )


def won_value(result: WonByAge, lang: Language) -> Table:
    """Tabulate the value won by weeks since first touch."""
    frame = result.frame[result.frame["value_per_100"].notna() & ~result.frame["too_few"]]
    return _table(
        frame,
        Text(
            en="Value won by 100 leads, by weeks since first touch",
            es="Valor ganado por cada 100 leads, por semanas desde el primer contacto",
        ),
        ["group", "weeks", "value_per_100", "value_low", "value_high", "wins", "leads"],
        {
            **_integers(lang, "weeks", "wins", "leads"),
            **_amounts(result.currency, lang, "value_per_100", "value_low", "value_high"),
        },
        lang,
        words={"group": vocabulary.KEYS},
    )


def late_shares(result: WonByAge, lang: Language) -> Table:
    """Tabulate the share of a year's value that arrives after week 13."""
    return _table(
        result.late_share[~result.late_share["too_few"]],
        Text(
            en="Part of a year's won value that is won after week 13",
            es="Parte del valor ganado en un año que se gana tras la semana 13",
        ),
        ["group", "share", "low", "high", "leads"],
        {**_percents(lang, "share", "low", "high"), **_integers(lang, "leads")},
        lang,
        words={"group": vocabulary.KEYS},
    )


def quarter_by_age(result: WonByAge, lang: Language) -> Table:
    """Tabulate what the last full quarter won, by age of the first touch."""
    return _table(
        result.this_quarter,
        Text(
            en="Won in the last full quarter, by age since first touch",
            es="Ganado en el último trimestre completo, por antigüedad del primer contacto",
        ),
        ["age", "group", "wins", "value"],
        {**_integers(lang, "wins"), **_amounts(result.currency, lang, "value")},
        lang,
        words={"age": _AGES, "group": vocabulary.KEYS},
    )


def cohorts(result: WonByAge, lang: Language) -> Table:
    """Tabulate each quarter of first touches by when it was won."""
    frame = result.by_quarter[result.by_quarter["leads"] > 0]
    frame = frame.assign(quarter=[vocabulary.quarter(q)[lang] for q in frame["quarter"]])
    return _table(
        frame,
        Text(
            en="Leads by quarter of first touch and what became of them",
            es="Leads por trimestre del primer contacto y qué fue de ellos",
        ),
        ["quarter", "when", "leads", "value"],
        {**_integers(lang, "leads"), **_amounts(result.currency, lang, "value")},
        lang,
        words={"when": _WHEN},
        max_rows=120,
    )
