"""The tables behind the figures about the game of the two teams."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from alignment import vocabulary, wording
from alignment.attribution import TeamGame
from alignment.attribution.synergy.texts import COALITION_WORDS, METHODS, SCENARIO_WORDS
from alignment.behind.parts import build, integers, percents
from alignment.exhibits import Table
from alignment.text import Language, Text

_INDICES: Mapping[str, Text] = {
    "marketing_alone": Text(en="marketing alone adds", es="marketing sola aporta"),
    "sales_alone": Text(en="sales alone adds", es="ventas sola aporta"),
    "joint": Text(en="both add (J)", es="ambas aportan (J)"),
    "interaction": Text(en="beyond each alone (I)", es="más allá de cada una (I)"),
    "rho": Text(en="shared part (ρ)", es="parte compartida (ρ)"),
    "shapley_marketing": Text(en="marketing, halves (Shapley)", es="marketing, mitades (Shapley)"),
    "shapley_sales": Text(en="sales, halves (Shapley)", es="ventas, mitades (Shapley)"),
    "credit_low": Text(en="marketing's least fair share", es="menor parte justa de marketing"),
    "credit_high": Text(en="marketing's largest fair share", es="mayor parte justa de marketing"),
}
_QUESTIONS: Mapping[str, Text] = {
    "interaction": Text(en="what both reach beyond each", es="lo que ambas logran de más"),
    **vocabulary.TEAMS,
}


def coalition_values(result: TeamGame, lang: Language) -> Table:
    """Tabulate what each set of teams reaches."""
    return build(
        result.values.rename(columns={"coalition": "touched_by"}),  # noqa: PD011
        Text(
            en="Share that reaches the outcome, by the touches left in",
            es="Parte que alcanza el resultado, según las interacciones que quedan",
        ),
        ["touched_by", "estimate", "low", "high"],
        percents(lang, "estimate", "low", "high", digits=2),
        lang,
        words={"touched_by": COALITION_WORDS},
    )


def fair_share(result: TeamGame, lang: Language) -> Table:
    """Tabulate the indices of the game."""
    return build(
        result.indices[result.indices["name"].isin(_INDICES)].dropna(subset=["estimate"]),
        Text(en="The game of the two teams", es="El juego de las dos áreas"),
        ["name", "estimate", "low", "high"],
        percents(lang, "estimate", "low", "high", digits=2),
        lang,
        words={"name": _INDICES},
    )


def shared_part(result: TeamGame, lang: Language) -> Table:
    """Tabulate the shared part by every route."""
    here = result.index("rho")
    first = pd.DataFrame(
        {
            "method": [Text(en="this page", es="esta página")[lang]],
            "rho": [here["estimate"]],
            "joint": [result.index("joint")["estimate"]],
        }
    )
    others = result.checks.assign(method=[METHODS[m][lang] for m in result.checks["method"]])
    return build(
        pd.concat([first, others[["method", "rho", "joint"]]], ignore_index=True),
        Text(en="The shared part by other routes", es="La parte compartida por otras vías"),
        ["method", "rho", "joint"],
        percents(lang, "rho", "joint"),
        lang,
    )


def pair_matrix(result: TeamGame, lang: Language) -> Table:
    """Tabulate the pairs of channels, the strongest first."""
    frame = result.pairs.sort_values("estimate", key=lambda v: -v.abs(), kind="stable")
    per_thousand = partial(_per_thousand, lang=lang)
    return build(
        frame,
        Text(
            en="Pairs of channels, per 1,000, and their false-discovery rate",
            es="Pares de canales, por cada 1000, y su tasa de falsos hallazgos",
        ),
        ["channel", "other", "estimate", "low", "high", "q"],
        {
            **dict.fromkeys(("estimate", "low", "high"), per_thousand),
            **percents(lang, "q"),
        },
        lang,
        words={"channel": vocabulary.KEYS, "other": vocabulary.KEYS},
        max_rows=45,
    )


def _per_thousand(value: float, lang: Language) -> str:
    return wording.decimal(1_000 * value, lang)


def tipping_map(result: TeamGame, lang: Language) -> Table:
    """Tabulate the shared part under an unrecorded warmth."""
    frame = result.tipping.assign(
        tips=[(_YES if tips else _NO)[lang] for tips in result.tipping["tips"]]
    )
    return build(
        frame,
        Text(
            en="The shared part under an unrecorded warmth",
            es="La parte compartida con un interés sin registrar",
        ),
        ["scenario", "gamma", "difference", "rho", "tips"],
        {
            "gamma": partial(wording.decimal, language=lang, digits=2),
            **percents(lang, "difference", "rho", digits=0),
        },
        lang,
        words={"scenario": SCENARIO_WORDS},
        max_rows=80,
    )


_YES, _NO = Text(en="no longer clear", es="ya no es clara"), Text(en="clear", es="clara")


def settling_experiment(result: TeamGame, lang: Language) -> Table:
    """Tabulate how large a trial each question needs."""
    return build(
        result.experiment,
        Text(
            en="Size of the trial for 80% power, by question",
            es="Tamaño del ensayo para una potencia del 80 %, por pregunta",
        ),
        ["question", "effect", "units", "months"],
        {
            **percents(lang, "effect", digits=2),
            **integers(lang, "units"),
            "months": partial(wording.decimal, language=lang, digits=1),
        },
        lang,
        words={"question": _QUESTIONS},
    )
