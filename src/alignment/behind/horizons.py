"""The tables behind the figures about long and short."""

from __future__ import annotations

from collections.abc import Mapping

from alignment import vocabulary
from alignment.behind.parts import amounts, build, integers, percents
from alignment.exhibits import Table
from alignment.horizons import WonByAge
from alignment.text import Language, Text

_WHEN: Mapping[str, Text] = {
    **vocabulary.WHEN_WON,
    "lost": Text(en="lost", es="perdido"),
    "still open": Text(en="still open", es="aún abierto"),
}


def won_value(result: WonByAge, lang: Language) -> Table:
    """Tabulate the value won by weeks since first touch."""
    frame = result.frame[result.frame["value_per_100"].notna() & ~result.frame["too_few"]]
    return build(
        frame,
        Text(
            en="Value won by 100 leads, by weeks since first touch",
            es="Valor ganado por cada 100 leads, por semanas desde la primera interacción",
        ),
        ["group", "weeks", "value_per_100", "value_low", "value_high", "wins", "leads"],
        {
            **integers(lang, "weeks", "wins", "leads"),
            **amounts(result.currency, lang, "value_per_100", "value_low", "value_high"),
        },
        lang,
        words={"group": vocabulary.KEYS},
    )


def late_shares(result: WonByAge, lang: Language) -> Table:
    """Tabulate the share of a year's value that arrives after week 13."""
    return build(
        result.late_share[~result.late_share["too_few"]],
        Text(
            en="Part of a year's won value that is won after week 13",
            es="Parte del valor ganado en un año que se gana tras la semana 13",
        ),
        ["group", "share", "low", "high", "leads"],
        {**percents(lang, "share", "low", "high"), **integers(lang, "leads")},
        lang,
        words={"group": vocabulary.KEYS},
    )


def quarter_by_age(result: WonByAge, lang: Language) -> Table:
    """Tabulate what the last full quarter won, by age of the first touch."""
    return build(
        result.this_quarter,
        Text(
            en="Won in the last full quarter, by age since first touch",
            es="Ganado en el último trimestre completo, por antigüedad de la primera interacción",
        ),
        ["age", "group", "wins", "value"],
        {**integers(lang, "wins"), **amounts(result.currency, lang, "value")},
        lang,
        words={"age": vocabulary.AGES, "group": vocabulary.KEYS},
    )


def cohorts(result: WonByAge, lang: Language) -> Table:
    """Tabulate each quarter of first touches by when it was won."""
    frame = result.by_quarter[result.by_quarter["leads"] > 0]
    frame = frame.assign(quarter=[vocabulary.quarter(q)[lang] for q in frame["quarter"]])
    return build(
        frame,
        Text(
            en="Leads by quarter of first touch and what became of them",
            es="Leads por trimestre de la primera interacción y qué fue de ellos",
        ),
        ["quarter", "when", "leads", "value"],
        {**integers(lang, "leads"), **amounts(result.currency, lang, "value")},
        lang,
        words={"when": _WHEN},
        max_rows=120,
    )
