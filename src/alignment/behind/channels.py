"""The tables of channels: what comes back and what it rests on, and what experiments measured."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from alignment import vocabulary, wording
from alignment.behind.parts import build, decimals, integers
from alignment.exhibits import Table
from alignment.horizons import Channels, Diagnostics, LongShort
from alignment.horizons.model import LAST_WEEK
from alignment.text import Language, Text

_NEVER = Text(en="not within {n} weeks", es="no en {n} semanas").format(n=LAST_WEEK)
_LABELS = {
    "driver": Text(en="Activity", es="Actividad"),
    "spend": Text(en="Spend a week", es="Inversión por semana"),
    "month": Text(en="Back in 4 weeks", es="Vuelve en 4 semanas"),
    "quarter": Text(en="Back in the quarter", es="Vuelve en el trimestre"),
    "year": Text(en="Back in the year", es="Vuelve en el año"),
    "late_share": Text(en="After the quarter", es="Tras el trimestre"),
    "payback": Text(en="Paid back in week", es="Se recupera en la semana"),
    "grade": Text(en="Evidence", es="Evidencia"),
    "experiment": Text(en="Experiment", es="Experimento"),
    "starts_on": Text(en="From", es="Desde"),
    "change": Text(
        en="Activity changed by, average weeks", es="La actividad cambió, en semanas medias"
    ),
    "lift": Text(en="An average week brings", es="Una semana media trae"),
    "without": Text(en="Model without them", es="Modelo sin ellos"),
    "with": Text(en="Model with them", es="Modelo con ellos"),
    "note": Text(en="Why it is not used", es="Motivo de no usarlo"),
}
_ALL = Text(en="All together", es="Todos juntos")


def _with_interval(
    estimate: float, low: float, high: float, lang: Language, form: Any, **options: Any
) -> str:
    """Write an estimate with its interval in brackets; nothing where it is missing."""
    if not np.isfinite(estimate):
        return wording.MISSING[lang]
    told = wording.interval(low, high, lang, form=form, **options)
    return f"{form(estimate, lang, **options)} ({told})"


def payback_words(week: float, low: float, high: float, lang: Language) -> str:
    """Write the week of payback with its interval, whose ends may lie beyond what is counted."""
    if np.isnan(week):
        return wording.MISSING[lang]
    if not np.isfinite(low):
        return _NEVER[lang]
    if not np.isfinite(high):
        more = Text(en="{low} or later", es="{low} o más tarde").format(
            low=wording.integer(low, lang)
        )[lang]
        middle = wording.integer(week, lang) if np.isfinite(week) else _NEVER[lang]
        return f"{middle} ({more})"
    return f"{wording.integer(week, lang)} ({wording.interval(low, high, lang, digits=0)})"


def channel_evidence(result: Channels, lang: Language) -> Table:
    """Tabulate spend, what comes back by horizon, payback and evidence of each channel.

    Of a model that is vetoed or unchecked only the spend is shown.
    """
    rows = []
    for row in result.frame.to_dict("records"):
        if not result.believed:
            row = {k: v if k in ("driver", "spend", "grade") else np.nan for k, v in row.items()}
        back = {
            name: _with_interval(
                row[name], row[f"{name}_low"], row[f"{name}_high"], lang, wording.decimal, digits=2
            )
            for name in ("month", "quarter", "year")
        }
        late = (row["late_share"], row["late_low"], row["late_high"])
        week = (row["payback"], row["payback_low"], row["payback_high"])
        rows.append(
            {
                "driver": vocabulary.driver(str(row["driver"]))[lang],
                "spend": row["spend"],
                **back,
                "late_share": _with_interval(*late, lang, wording.percent, digits=0),
                "payback": payback_words(*week, lang),
                "grade": row["grade"],
            }
        )
    caption = Text(
        en="Revenue for each 1 spent, week of payback at a margin of {margin} and what each line "
        "rests on",
        es="Ingresos por cada 1 invertido, semana en que se recupera con un margen de {margin} y "
        "en qué se apoya cada línea",
    ).format(margin=wording.both(wording.decimal, result.margin, digits=2))
    return build(
        pd.DataFrame(rows),
        caption,
        ["driver", "spend", "month", "quarter", "year", "late_share", "payback", "grade"],
        {"spend": partial(wording.amount, language=lang, currency=result.currency)},
        lang,
        words={"grade": vocabulary.EVIDENCE},
        labels=_LABELS,
    )


def experiments_measured(
    result: LongShort, lang: Language, checks: Diagnostics | None = None
) -> Table:
    """Tabulate each experiment with its lift, what it did to the model, and those not used.

    What the model says is shown only where it was checked and is not vetoed.
    """
    lifts = result.lifts
    assert lifts is not None
    believed = checks is not None and not checks.vetoed
    several = lifts.pooled[lifts.pooled["experiments"] > 1]
    places = lifts.pooled.index[lifts.pooled["experiments"] > 1]
    names = {" + ".join(own): own for own in lifts.drivers}
    parts = [lifts.frame, several.assign(experiment=_ALL[lang]).set_index(places)]
    rows = [
        {
            "experiment": row["experiment"],
            "driver": wording.listing(
                [vocabulary.driver(name)[lang] for name in names[row["driver"]]], lang
            ),
            "starts_on": _day(row.get("starts_on"), lang),
            "weeks": row["weeks"],
            "change": row.get("change", np.nan),
            **{
                name: _with_interval(*_limits(row, name, believed), lang, wording.decimal, digits=2)
                for name in ("lift", "without", "with")
            },
            "note": "",
        }
        for part in parts
        for row in part.to_dict("records")
    ]
    rows += [
        {
            "experiment": row["experiment"],
            "driver": "",
            "starts_on": _day(row["starts_on"], lang),
            "weeks": np.nan,
            "change": np.nan,
            **dict.fromkeys(("lift", "without", "with"), ""),
            "note": row["reason"] if lang == "en" else row["reason_es"],
        }
        for row in lifts.left_out.to_dict("records")
    ]
    columns = ["experiment", "driver", "starts_on", "weeks", "change", "lift", "without", "with"]
    return build(
        pd.DataFrame(rows, columns=[*columns, "note"]),
        Text(
            en="Experiments: opportunities that an average week brings within their weeks, and "
            "what the weekly model says of the same quantity",
            es="Experimentos: oportunidades que trae una semana media en sus semanas, y lo que el "
            "modelo semanal dice de la misma cantidad",
        ),
        [*columns, "note"],
        {**decimals(lang, "change", digits=2), **integers(lang, "weeks")},
        lang,
        labels=_LABELS,
    )


def _limits(row: dict[str, Any], name: str, believed: bool) -> tuple[float, float, float]:
    if name == "lift":
        return row["lift"], row["low"], row["high"]
    if not believed:
        return np.nan, np.nan, np.nan
    return row[name], row[f"{name}_low"], row[f"{name}_high"]


def _day(day: pd.Timestamp | None, lang: Language) -> str:
    return "" if day is None or pd.isna(day) else wording.date(day, lang, short=True)
