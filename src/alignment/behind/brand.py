"""The tables behind the figures about brand, its harvest, and who goes first."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from alignment import vocabulary, wording
from alignment.behind.parts import Format, build, decimals, integers, percents
from alignment.exhibits import Table
from alignment.horizons import Harvest, LeadLag, Panel
from alignment.text import Language, Text

_UNBOUNDED = Text(en="no bound", es="sin cota")
_STOCK = {"low": Text(en="low", es="baja"), "high": Text(en="high", es="alta")}
_YES = {"True": Text(en="yes", es="sí"), "False": Text(en="no", es="no")}
_VERDICTS = {
    "follows": Text(en="follows sales", es="sigue a las ventas"),
    "leads": Text(en="goes before sales", es="va antes que las ventas"),
    "both": Text(en="both", es="ambas cosas"),
    "neither": Text(en="no sign", es="sin señales"),
}
_LABELS = {
    "objective": Text(en="Objective", es="Objetivo"),
    "half_life": Text(en="Half-life, weeks", es="Vida media, semanas"),
    "effect": Text(en="More at its mean spend", es="De más con su inversión media"),
    "effect_low": Text(en="From", es="Desde"),
    "effect_high": Text(en="To", es="Hasta"),
    "stock": Text(en="Brand stock", es="Capital de marca"),
    "worked": Text(en="Worked by sales", es="Trabajado por ventas"),
    "chance": Text(en="Won in a week", es="Ganado en una semana"),
    "series": Text(en="Spend on", es="Inversión en"),
    "elasticity": Text(en="Spend, per 1% of sales", es="Inversión, por 1 % de ventas"),
    "follows_p": Text(en="p: follows sales", es="p: sigue a ventas"),
    "rule_p": Text(en="p: rule of a quarter", es="p: regla del trimestre"),
    "leads_p": Text(en="p: goes before", es="p: va antes"),
    "verdict": Text(en="Reading", es="Lectura"),
    "at_low": Text(en="Worth of work, stock low", es="Vale el trabajo, capital bajo"),
    "at_high": Text(en="Worth of work, stock high", es="Vale el trabajo, capital alto"),
    "difference": Text(en="Difference", es="Diferencia"),
    "odds_ratio": Text(en="Odds ratio × ", es="Razón de momios ×"),
}


def _weeks(value: float, *, language: Language) -> str:
    if not np.isfinite(value):
        return _UNBOUNDED[language]
    return wording.decimal(value, language, digits=0 if value >= 10 else 1)


def _spans(lang: Language, *columns: str) -> dict[str, Format]:
    return dict.fromkeys(columns, partial(_weeks, language=lang))


def half_lives(result: Panel, lang: Language) -> Table:
    """Tabulate the half-lives and effects of brand and activation."""
    return build(
        result.frame,
        Text(
            en="How long brand and activation last, from regions compared within the same week",
            es="Cuánto duran marca y activación, de regiones comparadas en la misma semana",
        ),
        ["objective", "half_life", "low", "high", "effect", "effect_low", "effect_high"],
        {
            **_spans(lang, "half_life", "low", "high"),
            **percents(lang, "effect", "effect_low", "effect_high", digits=0),
        },
        lang,
        words={"objective": vocabulary.KEYS},
        labels=_LABELS,
    )


def brand_harvest(result: Harvest, lang: Language) -> Table:
    """Tabulate what work is worth by brand stock, under three half-lives of the stock."""
    rows = result.worth.assign(
        **{
            name: 1000 * result.worth[name]
            for name in ("at_low", "at_high", "difference", "low", "high")
        }
    )
    return build(
        rows,
        Text(
            en="More won a week of 1,000 open deals that sales worked, by brand stock, under "
            "several half-lives of the stock",
            es="Ganados de más por semana de 1000 negocios abiertos que ventas trabajó, según la "
            "capital de marca, con varias vidas medias del capital",
        ),
        ["half_life", "at_low", "at_high", "difference", "low", "high", "odds_ratio"],
        {
            **_spans(lang, "half_life"),
            **decimals(lang, "at_low", "at_high", "difference", "low", "high"),
            **decimals(lang, "odds_ratio", digits=2),
        },
        lang,
        labels=_LABELS,
    )


def harvest_chances(result: Harvest, lang: Language) -> Table:
    """Tabulate the chance of winning in a week by brand stock and sales work."""
    rows = result.frame.assign(worked=result.frame["worked"].astype("str"))
    return build(
        rows,
        Text(
            en="Chance that an open deal is won in a week",
            es="Probabilidad de que un negocio abierto se gane en una semana",
        ),
        ["stock", "worked", "chance", "low", "high"],
        percents(lang, "chance", "low", "high", digits=2),
        lang,
        words={"stock": _STOCK, "worked": _YES},
        labels=_LABELS,
    )


def lead_lag(result: LeadLag, lang: Language) -> Table:
    """Tabulate the tests of which goes first."""
    names = ["series", "elasticity", "low", "high", "rule_p", "follows_p", "leads_p", "verdict"]
    return build(
        result.frame,
        Text(
            en="Whether weekly spend follows sales or goes before them, adjusted p-values",
            es="Si la inversión semanal sigue a las ventas o va antes, con valores p ajustados",
        ),
        names,
        {
            **decimals(lang, "elasticity", "low", "high", digits=2),
            **decimals(lang, "rule_p", "follows_p", "leads_p", digits=3),
        },
        lang,
        words={"series": vocabulary.KEYS, "verdict": _VERDICTS},
        labels=_LABELS,
    )


def brand_stock(result: Panel, lang: Language) -> Table:
    """Tabulate spend, stock and outcomes by region."""
    weekly = result.weekly
    rows = (
        weekly.groupby("region", as_index=False)
        .agg(
            outcome=("outcome", "sum"),
            dark=("dark", "sum"),
            stock=("brand_stock", "mean"),
            last=("brand_stock", "last"),
        )
        .astype({"outcome": "int64", "dark": "int64"})
    )
    return build(
        pd.DataFrame(rows),
        Text(
            en="Regions: outcomes counted, weeks without brand spend, and brand stock",
            es="Regiones: resultados contados, semanas sin inversión de marca y capital de marca",
        ),
        ["region", "outcome", "dark", "stock", "last"],
        {**integers(lang, "outcome", "dark"), **decimals(lang, "stock", "last", digits=2)},
        lang,
        labels={
            "region": Text(en="Region", es="Región"),
            "outcome": Text(en="Counted", es="Contados"),
            "dark": Text(en="Dark weeks", es="Semanas apagada"),
            "stock": Text(en="Stock, mean", es="Capital, medio"),
            "last": Text(en="Stock, last week", es="Capital, última semana"),
        },
    )
