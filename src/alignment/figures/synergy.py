"""Figures about the game of the teams: values, shared part, fair share, pairs, tipping map."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm

from alignment import style, vocabulary, wording
from alignment.attribution.synergy import TeamGame
from alignment.attribution.synergy.checks import G_FORMULA, RAW, RAW_JOURNEYS, WEIGHTED
from alignment.attribution.synergy.texts import COALITION_WORDS, METHODS, SCENARIO_WORDS, UNITS
from alignment.exhibits import drawing
from alignment.figures.parts import (
    height_for,
    named_share,
    percent_axis,
    sentence,
    two_lines,
    whiskers,
)
from alignment.text import Language, Text
from alignment.wording import both, decimal, percent

_COLOURS = {
    "none": style.GREY,
    "marketing": style.TEAM_COLOURS["marketing"],
    "sales": style.TEAM_COLOURS["sales"],
    "both": style.INK,
}
_ROUTES = {
    "journey": Text(en="the journeys seen", es="los recorridos vistos"),
    "policy": Text(en="sales answers to the score", es="ventas responde a la puntuación"),
    **METHODS,
}
_OUTCOMES = {
    "opportunity": Text(en="reach an opportunity", es="llegan a oportunidad"),
    "won": Text(en="are won", es="se ganan"),
}
# Brown against blue-green stays apart in all kinds of colour vision; the middle is white.
_DIVERGING = LinearSegmentedColormap.from_list("shared", ["#8c510a", "#ffffff", "#01665e"])


def _level(result: TeamGame) -> Text:
    return both(percent, result.about.level, digits=0)


def _values_alt(result: TeamGame) -> Text:
    parts = [
        named_share(COALITION_WORDS[row.coalition], row.estimate, row.low, row.high)
        for row in result.values.itertuples()  # noqa: PD011
    ]
    return Text(
        en="Dots with intervals of the share of {units} that {outcome} with the touches of some "
        "teams only. {parts}.",
        es="Puntos con intervalos de la parte de {units} que {outcome} con las interacciones de "
        "algunas áreas solamente. {parts}.",
    ).format(units=UNITS[result.unit], outcome=_OUTCOMES[result.outcome], parts=sentence(parts))


def _values_subtitle(result: TeamGame) -> Text:
    return Text(
        en="Share of {units} that {outcome} if only these touches are left in the journeys seen, "
        "with {level} intervals",
        es="Parte de {units} que {outcome} si en los recorridos vistos quedan solo estas "
        "interacciones, con intervalos de {level}",
    ).format(units=UNITS[result.unit], outcome=_OUTCOMES[result.outcome], level=_level(result))


@drawing(alt=_values_alt, subtitle=_values_subtitle, size=(style.WIDTH, 3.0))
def coalition_values(axes: Axes, result: TeamGame, lang: Language, **options: Any) -> None:
    """Draw what nobody, only marketing, only sales and both reach."""
    rows = result.values  # noqa: PD011
    names = [COALITION_WORDS[name][lang] for name in rows["coalition"]]
    colours = [_COLOURS[name] for name in rows["coalition"]]
    whiskers(axes, names, rows["estimate"], rows["low"], rows["high"], colours)
    axes.set_xlim(left=0)
    percent_axis(axes, lang)


def _routes(result: TeamGame) -> pd.DataFrame:
    """Give rho by the model, the policy game and the other adjusted routes."""
    rows = [("journey", *result.index("rho"))]
    if len(result.policy):
        found = result.policy.set_index("name").loc["rho", ["estimate", "low", "high"]]
        rows.append(("policy", *found))
    if len(result.checks):
        checks = result.checks.set_index("method")["rho"]
        rows += [
            (name, checks[name], np.nan, np.nan)
            for name in (G_FORMULA, WEIGHTED, RAW_JOURNEYS, RAW)
        ]
    return pd.DataFrame(rows, columns=["route", "estimate", "low", "high"])


def _shared_alt(result: TeamGame) -> Text:
    parts = [
        named_share(_ROUTES[row.route], row.estimate, row.low, row.high)
        for row in _routes(result).itertuples()
    ]
    return Text(
        en="Dots with intervals of the shared part of what the teams add, against a line at zero. "
        "{parts}.",
        es="Puntos con intervalos de la parte compartida de lo que aportan las áreas, frente a una "
        "línea en cero. {parts}.",
    ).format(parts=sentence(parts))


def _shared_subtitle(result: TeamGame) -> Text:
    return Text(
        en="Share of the joint effect that is there only where both acted; left of the line they "
        "get in each other's way. {level} intervals; dots alone: other routes",
        es="Parte del efecto conjunto que existe solo donde actuaron ambas; a la izquierda de la "
        "línea se estorban. Intervalos de {level}; puntos solos: otras vías",
    ).format(level=_level(result))


def _shared_size(result: TeamGame) -> tuple[float, float]:
    return height_for(len(_routes(result)))


@drawing(alt=_shared_alt, subtitle=_shared_subtitle, size=_shared_size)
def shared_part(axes: Axes, result: TeamGame, lang: Language, **options: Any) -> None:
    """Draw the shared part by every route, against zero."""
    rows = _routes(result)
    names = [_ROUTES[route][lang] for route in rows["route"]]
    low, high = rows["low"].fillna(rows["estimate"]), rows["high"].fillna(rows["estimate"])
    colours = [style.INK] + [style.MUTED] * (len(rows) - 1)
    axes.axvline(0, color=style.MUTED, linewidth=1, linestyle=(0, (4, 3)))
    whiskers(axes, names, rows["estimate"], low, high, colours)
    percent_axis(axes, lang)


def _share_alt(result: TeamGame) -> Text:
    low, high = result.index("credit_low"), result.index("credit_high")
    return Text(
        en="A bar of marketing's fair share of what both teams add, from {low} to {high}, with its "
        "sampling error from {least} to {most}, against a line at one half.",
        es="Una barra de la parte justa de marketing en lo que aportan ambas áreas, del {low} al "
        "{high}, con su error de muestreo del {least} al {most}, frente a una línea en la mitad.",
    ).format(
        low=both(percent, low["estimate"]),
        high=both(percent, high["estimate"]),
        least=both(percent, low["low"]),
        most=both(percent, high["high"]),
    )


def _share_subtitle(result: TeamGame) -> Text:
    if result.index("interaction")["estimate"] < 0:
        return Text(
            en="Marketing's share of the joint effect: from what sales' claim leaves to its own "
            "claim, which overlap. Thin line: {level} sampling error; dashed: one half",
            es="Parte de marketing en el efecto conjunto: de lo que deja el reclamo de ventas a su "
            "propio reclamo, que se solapan. Línea fina: error de muestreo de {level}; "
            "discontinua: la mitad",
        ).format(level=_level(result))
    return Text(
        en="Marketing's share of the joint effect: every division within the bar is fair. Thin "
        "line: {level} sampling error; dashed: one half",
        es="Parte de marketing en el efecto conjunto: todo reparto dentro de la barra es justo. "
        "Línea fina: error de muestreo de {level}; discontinua: la mitad",
    ).format(level=_level(result))


@drawing(alt=_share_alt, subtitle=_share_subtitle, size=(style.WIDTH, 1.8))
def fair_share(axes: Axes, result: TeamGame, lang: Language, **options: Any) -> None:
    """Draw the bounds of marketing's claim against one half."""
    low, high = result.index("credit_low"), result.index("credit_high")
    colour = style.TEAM_COLOURS["marketing"]
    axes.axvline(0.5, color=style.MUTED, linewidth=1, linestyle=(0, (4, 3)))
    axes.plot([low["low"], high["high"]], [0, 0], color=colour, linewidth=1.2)
    axes.plot(
        [low["estimate"], high["estimate"]],
        [0, 0],
        color=colour,
        linewidth=12,
        solid_capstyle="butt",
    )
    axes.set_yticks([0], [vocabulary.TEAMS["marketing"][lang]])
    axes.set_ylim(-0.7, 0.7)
    axes.set_xlim(min(0.0, low["low"]), max(1.0, high["high"]))
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    percent_axis(axes, lang)


def _pair_name(row: Any) -> Text:
    return Text(en="{a} and {b}", es="{a} con {b}").format(
        a=vocabulary.word(vocabulary.KEYS, row.channel),
        b=vocabulary.word(vocabulary.KEYS, row.other),
    )


def _pairs_alt(result: TeamGame) -> Text:
    parts = [
        Text(en="{pair} {number}", es="{pair} {number}").format(
            pair=_pair_name(row), number=both(decimal, 1_000 * row.estimate)
        )
        for row in result.pairs[result.pairs["survives"]].itertuples()
    ] or [Text(en="none", es="ninguna")]
    return Text(
        en="A matrix of channels by channels; coloured are the pairs that survive a "
        "false-discovery rate of 10%: {parts}.",
        es="Una matriz de canales por canales; tienen color los pares que superan una tasa de "
        "falsos hallazgos del 10 %: {parts}.",
    ).format(parts=sentence(parts))


def _pairs_subtitle(result: TeamGame) -> Text:
    return Text(
        en="What each pair of channels reaches beyond the two apart, per 1,000 {units} "
        "(Shapley–Taylor). Only pairs that survive a false-discovery rate of 10% have colour",
        es="Lo que cada par de canales logra más allá de los dos por separado, por cada 1000 "
        "{units} (Shapley–Taylor). Solo tienen color los pares que superan una tasa de falsos "
        "hallazgos del 10 %",
    ).format(units=UNITS[result.unit])


def _pairs_size(result: TeamGame) -> tuple[float, float]:
    return height_for(len(result.channels), each=0.45)


@drawing(alt=_pairs_alt, subtitle=_pairs_subtitle, size=_pairs_size)
def pair_matrix(axes: Axes, result: TeamGame, lang: Language, **options: Any) -> None:
    """Draw the matrix of pairs; what may be noise stays grey."""
    channels = list(result.channels["channel"])
    place = {name: number for number, name in enumerate(channels)}
    values = np.full((len(channels), len(channels)), np.nan)
    most = max(float(result.pairs["estimate"].abs().max()), 1e-12)
    axes.set_facecolor("#f4f4f6")
    for row in result.pairs.itertuples():
        a, b = sorted((place[row.channel], place[row.other]))
        if row.survives:
            values[b, a] = row.estimate
        strong = row.survives and abs(row.estimate) > 0.6 * most
        axes.text(
            a,
            b,
            wording.decimal(1_000 * row.estimate, lang),
            ha="center",
            va="center",
            fontsize=9,
            color="white" if strong else style.INK if row.survives else style.MUTED,
        )
    norm = TwoSlopeNorm(0, -most, most)
    axes.imshow(values, cmap=_DIVERGING, norm=norm, aspect="auto")
    names = [two_lines(vocabulary.word(vocabulary.KEYS, name)[lang]) for name in channels]
    axes.set_xticks(range(len(names)), names, fontsize=9, rotation=30, ha="right")
    axes.set_yticks(range(len(names)), names, fontsize=9)
    axes.set_xlim(-0.5, len(names) - 1.5)
    axes.set_ylim(len(names) - 0.5, 0.5)
    axes.grid(visible=False)


def _map(result: TeamGame, scenario: str) -> pd.DataFrame:
    rows = result.tipping[result.tipping["scenario"] == scenario]
    return rows.pivot_table(index="difference", columns="gamma", values="rho", sort=False)


def _tipping_alt(result: TeamGame, *, scenario: str = "both") -> Text:
    rows = result.tipping[result.tipping["scenario"] == scenario]
    values = {
        "least": both(percent, rows["rho"].min(), digits=0),
        "most": both(percent, rows["rho"].max(), digits=0),
        "share": both(percent, rows["tips"].mean(), digits=0),
        "scenario": SCENARIO_WORDS[scenario],
    }
    return Text(
        en="A map of the shared part under an unrecorded warmth, where {scenario}: from {least} to "
        "{most}; in {share} of its cells nothing is clear any more (marked with a cross).",
        es="Un mapa de la parte compartida con un interés sin registrar, donde {scenario}: del "
        "{least} al {most}; en el {share} de las celdas nada queda claro (marcadas con una cruz).",
    ).format(**values)


def _tipping_subtitle(result: TeamGame, *, scenario: str = "both") -> Text:
    return Text(
        en="Shared part if an unrecorded warmth multiplied the outcomes (across) and were more "
        "common among those touched (up), where {scenario}. Cross: no longer clear",
        es="Parte compartida si un interés sin registrar multiplicara los resultados (eje "
        "horizontal) y fuera más común entre los tocados (eje vertical), donde {scenario}. Cruz: "
        "ya no es clara",
    ).format(scenario=SCENARIO_WORDS[scenario])


@drawing(alt=_tipping_alt, subtitle=_tipping_subtitle, size=(style.WIDTH, 3.4))
def tipping_map(
    axes: Axes, result: TeamGame, lang: Language, *, scenario: str = "both", **options: Any
) -> None:
    """Draw how the shared part moves with an unrecorded warmth."""
    grid = _map(result, scenario)
    most = max(float(np.nanmax(np.abs(grid.to_numpy()))), 1e-12)
    axes.imshow(
        grid.to_numpy(),
        cmap=_DIVERGING,
        norm=TwoSlopeNorm(0, -most, most),
        aspect="auto",
        origin="lower",
    )
    rows = result.tipping[result.tipping["scenario"] == scenario]
    differences, gammas = list(grid.index), list(grid.columns)
    for row in rows.itertuples():
        told = "—" if np.isnan(row.rho) else wording.percent(row.rho, lang, digits=0)
        told += " ×" if row.tips else ""
        strong = abs(row.rho) > 0.6 * most
        axes.text(
            gammas.index(row.gamma),
            differences.index(row.difference),
            told,
            ha="center",
            va="center",
            fontsize=8,
            color="white" if strong else style.INK,
        )
    axes.set_xticks(
        range(len(gammas)), [f"×{wording.decimal(g, lang, digits=2)}" for g in gammas], fontsize=9
    )
    axes.set_yticks(
        range(len(differences)), [wording.percent(d, lang, digits=0) for d in differences]
    )
    axes.grid(visible=False)
