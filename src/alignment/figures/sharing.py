"""Figures about sharing: the leaky chain, two systems' words, knowledge joined, feedback."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize

from alignment import style, vocabulary, wording
from alignment.errors import NotMeasurable
from alignment.exhibits import drawing
from alignment.figures.parts import (
    counted,
    height_for,
    named_share,
    percent_axis,
    sentence,
    two_lines,
    whiskers,
)
from alignment.results import About
from alignment.sharing import Agreement, Chain, Feedback, SharedKnowledge
from alignment.text import Language, Text
from alignment.vocabulary import word
from alignment.wording import both, decimal, integer, percent

_GREYS = LinearSegmentedColormap.from_list("ink", ["white", style.INK])
_KNOWLEDGE_COLOURS = {**style.TEAM_COLOURS, "together": style.INK}


def _level(about: About) -> Text:
    return both(percent, about.level, digits=0)


def _chain_rows(result: Chain) -> pd.DataFrame:
    """Give the links and, last, the whole."""
    links = result.frame[["link", "records", "share", "low", "high"]]
    whole = pd.DataFrame(
        {
            "link": ["whole"],
            "records": [0],
            "share": [result.whole],
            "low": [result.low],
            "high": [result.high],
        }
    )
    return pd.concat([links, whole], ignore_index=True)


def _chain_alt(result: Chain) -> Text:
    parts = [
        named_share(word(vocabulary.LINKS, row.link), row.share, row.low, row.high)
        for row in _chain_rows(result).itertuples()
    ]
    return Text(
        en="Bars of the share that passes each link of the chain, and of the whole. {parts}.",
        es="Barras de la parte que pasa cada eslabón de la cadena, y de la cadena completa. "
        "{parts}.",
    ).format(parts=sentence(parts))


def _chain_subtitle(result: Chain) -> Text:
    return Text(
        en="Share of the records that pass each link, with {level} intervals and how many were "
        "asked; red: the weakest, dark: all links together",
        es="Parte de los registros que pasa cada eslabón, con intervalos de {level} y a cuántos se "
        "les pidió; rojo: el más débil, oscuro: todos los eslabones juntos",
    ).format(level=_level(result.about))


@drawing(alt=_chain_alt, subtitle=_chain_subtitle, size=height_for(6))
def sharing_chain(axes: Axes, result: Chain, lang: Language, **options: Any) -> None:
    """Draw what passes each link of the chain, and what is left at its end."""
    rows = _chain_rows(result)
    places = np.arange(len(rows))[::-1]
    colours = [
        style.INK if link == "whole" else style.PALETTE[2] if link == result.weakest else style.GREY
        for link in rows["link"]
    ]
    axes.barh(places, np.ones(len(rows)), height=0.6, color=style.RULE, alpha=0.5)
    axes.barh(places, rows["share"].fillna(0), height=0.6, color=colours)
    for place, row, colour in zip(places, rows.itertuples(), colours, strict=True):
        axes.plot([row.low, row.high], [place - 0.4] * 2, color=style.MUTED, linewidth=2)
        if np.isfinite(row.share):
            inside = row.share > 0.15
            axes.text(
                row.share + (-0.015 if inside else 0.015),
                place,
                wording.percent(row.share, lang, digits=0),
                ha="right" if inside else "left",
                va="center",
                fontsize=9,
                color="white" if inside and colour != style.GREY else style.INK,
            )
    names = [
        two_lines(
            word(vocabulary.LINKS, row.link)[lang]
            if row.link == "whole"
            else counted(word(vocabulary.LINKS, row.link), row.records, lang)
        )
        for row in rows.itertuples()
    ]
    axes.set_yticks(places, names)
    axes.set_xlim(0, 1)
    axes.grid(visible=False, axis="y")
    percent_axis(axes, lang)


def _said(result: Agreement) -> pd.DataFrame:
    """Give how often the second system says what, for each word of the first, as shares.

    Of stages, or of sources where stages are not recorded by both.
    """
    if not len(result.said):
        raise NotMeasurable(
            Text(
                en="Not measurable: the two systems share no words to set side by side.",
                es="No medible: los dos sistemas no comparten palabras que poner lado a lado.",
            )
        )
    rows = result.said[result.said["thing"] == result.said["thing"].iloc[0]]
    wide = rows.pivot_table(
        index="first", columns="second", values="count", aggfunc="sum", fill_value=0, observed=True
    )
    order = [*(name for name in vocabulary.FUNNEL if name in {*wide.index, *wide.columns})]
    if order:
        wide = wide.reindex(
            index=[name for name in order if name in wide.index],
            columns=[name for name in order if name in wide.columns],
        )
    return wide.iloc[:10, :10]


def _said_alt(result: Agreement) -> Text:
    wide = _said(result)
    parts = [
        Text(
            en="{first}: most often “{second}”, {share} of {n}",
            es="{first}: casi siempre «{second}», {share} de {n}",
        ).format(
            first=word(vocabulary.FUNNEL, first),
            second=word(vocabulary.FUNNEL, row.idxmax()),
            share=both(percent, row.max() / row.sum(), digits=0),
            n=both(integer, row.sum()),
        )
        for first, row in wide.iterrows()
    ]
    return Text(
        en="A table of what one system says (rows) against the other (columns). {parts}.",
        es="Una tabla de lo que dice un sistema (filas) frente al otro (columnas). {parts}.",
    ).format(parts=sentence(parts))


def _said_subtitle(result: Agreement) -> Text:
    first, second = (word(vocabulary.SYSTEMS, name) for name in result.systems)
    return Text(
        en="Of the leads that {first} puts in a row, the share that {second} puts in each column; "
        "each row adds up to 100%",
        es="De los leads que {first} pone en una fila, la parte que {second} pone en cada columna; "
        "cada fila suma 100 %",
    ).format(first=first, second=second)


def _said_size(result: Agreement) -> tuple[float, float]:
    return height_for(len(_said(result)), each=0.42, base=2.0)


@drawing(alt=_said_alt, subtitle=_said_subtitle, size=_said_size)
def systems_side_by_side(axes: Axes, result: Agreement, lang: Language, **options: Any) -> None:
    """Draw what two systems say of the same leads, one against the other."""
    wide = _said(result)
    values = wide.to_numpy(dtype=float)
    values = values / values.sum(axis=1, keepdims=True)
    axes.imshow(values, cmap=_GREYS, norm=Normalize(0, 1), aspect="auto")
    for row, column in np.ndindex(values.shape):
        axes.text(
            column,
            row,
            wording.percent(values[row, column], lang, digits=0),
            ha="center",
            va="center",
            fontsize=9,
            color="white" if values[row, column] > 0.6 else style.INK,
        )
    axes.set_yticks(
        range(len(wide)),
        [
            two_lines(counted(word(vocabulary.FUNNEL, name), total, lang))
            for name, total in wide.sum(axis=1).items()
        ],
        fontsize=9,
    )
    heads = [two_lines(word(vocabulary.FUNNEL, name)[lang]) for name in wide.columns]
    axes.set_xticks(range(len(heads)), heads, fontsize=9)
    axes.grid(visible=False)


def _gain_alt(result: SharedKnowledge) -> Text:
    parts = [
        named_share(word(vocabulary.KNOWLEDGE, row.knowledge), row.captured, row.low, row.high)
        for row in result.frame.itertuples()
    ]
    return Text(
        en="Curves of the share caught by the share of the leads worked. At {share} worked: "
        "{parts}.",
        es="Curvas de la parte captada según la parte de los leads que se trabaja. Al {share}: "
        "{parts}.",
    ).format(share=both(percent, result.capacity, digits=0), parts=sentence(parts))


_OUTCOMES = {
    "won": Text(en="wins", es="negocios ganados"),
    "opportunity": Text(en="opportunities", es="oportunidades"),
}


def _gain_subtitle(result: SharedKnowledge) -> Text:
    return Text(
        en="Share of the {outcomes} among the leads worked, in the order of each score "
        "({n} later leads); dotted: what capacity allows",
        es="Parte de {outcomes} entre los leads trabajados, en el orden de cada puntaje "
        "({n} leads posteriores); punteada: lo que permite la capacidad",
    ).format(outcomes=_OUTCOMES[result.outcome], n=both(integer, result.leads[1]))


@drawing(alt=_gain_alt, subtitle=_gain_subtitle, size=(style.WIDTH, 3.9))
def knowledge_curves(axes: Axes, result: SharedKnowledge, lang: Language, **options: Any) -> None:
    """Draw what each team's knowledge catches, and both together, by how many are worked."""
    for name, line in zip(result.frame["knowledge"], ("--", "-.", "-"), strict=True):
        rows = result.curve[result.curve["knowledge"] == name]
        axes.plot(
            rows["worked"],
            rows["captured"],
            line,
            color=_KNOWLEDGE_COLOURS[str(name)],
            label=word(vocabulary.KNOWLEDGE, name)[lang],
        )
    axes.plot([0, 1], [0, 1], color=style.RULE, linewidth=1, zorder=0)
    axes.axvline(result.capacity, color=style.MUTED, linestyle=":", linewidth=1.4)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    percent_axis(axes, lang)
    percent_axis(axes, lang, axis="y")
    axes.legend(loc="lower right", fontsize=9)


def _columns_alt(result: SharedKnowledge) -> Text:
    parts = [
        named_share(
            word(vocabulary.KNOWN_COLUMNS, row.column),
            100 * row.gain,
            100 * row.low,
            100 * row.high,
            form=decimal,
        )
        for row in result.columns.itertuples()
    ]
    return Text(
        en="Dots with intervals of the points that each column adds. {parts}.",
        es="Puntos con intervalos de los puntos que añade cada columna. {parts}.",
    ).format(parts=sentence(parts or [Text(en="None", es="Ninguna")]))


def _columns_subtitle(result: SharedKnowledge) -> Text:
    other = next(team for team in style.TEAM_COLOURS if team != result.best)
    return Text(
        en="Points of the share caught that one column of {other} adds to what {best} knows, "
        "with {level} intervals",
        es="Puntos de la parte captada que añade una columna de {other} a lo que sabe {best}, con "
        "intervalos de {level}",
    ).format(
        other=word(vocabulary.TEAMS, other),
        best=word(vocabulary.TEAMS, result.best),
        level=_level(result.about),
    )


def _columns_size(result: SharedKnowledge) -> tuple[float, float]:
    return height_for(len(result.columns))


@drawing(alt=_columns_alt, subtitle=_columns_subtitle, size=_columns_size)
def columns_to_share(axes: Axes, result: SharedKnowledge, lang: Language, **options: Any) -> None:
    """Draw what each column of the other team adds."""
    rows = result.columns
    whiskers(
        axes,
        [word(vocabulary.KNOWN_COLUMNS, name)[lang] for name in rows["column"]],
        100 * rows["gain"],
        100 * rows["low"],
        100 * rows["high"],
        [style.TEAM_COLOURS[str(team)] for team in rows["team"]],
    )
    axes.axvline(0, color=style.MUTED, linewidth=1)
    axes.xaxis.set_major_formatter(lambda value, _: wording.decimal(value, lang, digits=0))


def _periods_alt(result: Feedback) -> Text:
    parts = [
        named_share(
            Text(en="period {n}", es="periodo {n}").format(n=both(integer, row.period)),
            100 * row.difference,
            100 * row.low,
            100 * row.high,
            form=decimal,
        )
        for row in result.frame.itertuples()
    ]
    return Text(
        en="Dots with intervals of the difference in points by period from the beginning. {parts}.",
        es="Puntos con intervalos de la diferencia en puntos por periodo desde el comienzo. "
        "{parts}.",
    ).format(parts=sentence(parts))


def _periods_subtitle(result: Feedback) -> Text:
    return Text(
        en="Share rejected where reasons began, less the same where they did not, in points "
        "against the base; periods of four weeks, {level} intervals; dotted: the beginning",
        es="Parte rechazada donde empezaron los motivos menos la de donde no, en puntos frente a "
        "la base; periodos de cuatro semanas, intervalos de {level}; punteada: el comienzo",
    ).format(level=_level(result.about))


@drawing(alt=_periods_alt, subtitle=_periods_subtitle, size=(style.WIDTH, 3.6))
def feedback_periods(axes: Axes, result: Feedback, lang: Language, **options: Any) -> None:
    """Draw the difference in differences by period, before and after reasons began."""
    rows = result.frame
    for row in rows.itertuples():
        colour = style.PALETTE[0] if row.period >= 0 else style.GREY
        axes.plot([row.period] * 2, [100 * row.low, 100 * row.high], color=colour)
        axes.plot([row.period], [100 * row.difference], "o", color=colour, markersize=7)
    axes.axhline(0, color=style.MUTED, linewidth=1)
    axes.axvline(-0.5, color=style.MUTED, linestyle=":", linewidth=1.4)
    axes.set_xticks(rows["period"], [wording.integer(value, lang) for value in rows["period"]])
    axes.yaxis.set_major_formatter(lambda value, _: wording.decimal(value, lang, digits=0))
