"""The tables behind the figures about shared credit."""

from __future__ import annotations

from alignment import vocabulary
from alignment.attribution import Credit, Overlap
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
        words={"model": vocabulary.MODELS, "key": vocabulary.KEYS},
        max_rows=120,
    )
