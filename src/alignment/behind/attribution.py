"""The tables behind the figures about shared credit."""

from __future__ import annotations

from functools import partial

from alignment import vocabulary, wording
from alignment.attribution import Credit, Flow, Overlap, Returns
from alignment.attribution.texts import TITLES
from alignment.behind.parts import amounts, build, integers, percents
from alignment.exhibits import Table
from alignment.text import Language, Text


def touched_by(result: Overlap, lang: Language) -> Table:
    """Tabulate leads by the teams that touched them."""
    return build(
        result.frame,
        Text(en="Leads by the teams that touched them", es="Leads según quién los tocó"),
        ["touched_by", "journeys", "won", "lost", "open", "win_share", "low", "high", "value"],
        {
            **integers(lang, "journeys", "won", "lost", "open"),
            **percents(lang, "win_share", "low", "high"),
            **amounts(result.currency, lang, "value"),
        },
        lang,
        words={"touched_by": vocabulary.TOUCHED_BY},
    )


def credit(result: Credit, lang: Language) -> Table:
    """Tabulate the credit of each rule; each rule adds up to the whole won value."""
    return build(
        result.frame,
        Text(
            en="Credit by rule; each rule adds up to the whole won value",
            es="Crédito por regla; cada regla suma todo el valor ganado",
        ),
        ["model", "key", "credit", "share", "low", "high"],
        {
            **amounts(result.currency, lang, "credit"),
            **percents(lang, "share", "low", "high"),
        },
        lang,
        words={"model": TITLES, "key": vocabulary.KEYS},
        max_rows=120,
    )


def journey_flow(result: Flow, lang: Language) -> Table:
    """Tabulate journeys by first touch, teams and outcome."""
    return build(
        result.frame,
        Text(
            en="Leads by first touch, teams and outcome",
            es="Leads por primera interacción, áreas y desenlace",
        ),
        ["first", "touched_by", "outcome", "journeys"],
        integers(lang, "journeys"),
        lang,
        words={
            "first": {**vocabulary.TEAMS, "nobody": vocabulary.TOUCHED_BY["nobody"]},
            "touched_by": vocabulary.TOUCHED_BY,
            "outcome": vocabulary.ENDS,
        },
    )


def returns(result: Returns, lang: Language) -> Table:
    """Tabulate spend, credit, costs and return by channel, matched or not."""
    money = ("spend", "value", "cost_per_lead", "cost_per_opportunity", "cost_per_win")
    ratios = ("return_on_spend", "return_low", "return_high")
    one_decimal = partial(wording.decimal, language=lang, digits=1)
    return build(
        result.frame,
        Text(
            en="Spend beside credit, and what stays unmatched",
            es="Inversión junto al crédito, y lo que queda sin emparejar",
        ),
        ["key", "match", *money, *ratios],
        {**amounts(result.currency, lang, *money), **dict.fromkeys(ratios, one_decimal)},
        lang,
        words={"key": vocabulary.KEYS, "match": vocabulary.MATCHES},
    )
