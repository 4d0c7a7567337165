"""Figures about shared credit: who was there, and how the rules divide the same deals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize

from alignment import style, vocabulary, wording
from alignment.attribution import Credit, Overlap
from alignment.attribution import title as model_title
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
from alignment.wording import both, integer, interval, percent

MOST_CHANNELS = 12
MOST_COLUMNS = 7  # cells stay legible on a phone
REST = "(others)"
_REST = Text(en="others", es="otros")
_GREYS = LinearSegmentedColormap.from_list("share", ["#ffffff", "#35356b"])
OVERLAP_COLOURS = {
    "nobody": style.GREY,
    "only marketing": style.TEAM_COLOURS["marketing"],
    "only sales": style.TEAM_COLOURS["sales"],
    "both": style.INK,
}


def _touched_alt(result: Overlap) -> Text:
    parts = [
        Text(en="{row}, {won} of {all}", es="{row}, {won} de {all}").format(
            row=named_share(
                vocabulary.TOUCHED_BY[row.touched_by], row.win_share, row.low, row.high
            ),
            won=both(integer, row.won),
            all=both(integer, row.journeys),
        )
        for row in result.frame.itertuples()
    ]
    return Text(
        en="Dots with intervals of the share won so far by who touched the lead. {parts}.",
        es="Puntos con intervalos de la parte ganada hasta hoy según quién tocó el lead. {parts}.",
    ).format(parts=sentence(parts))


def _touched_subtitle(result: Overlap) -> Text:
    return Text(
        en="Share of leads won so far, by the teams that touched them, with {level} intervals and "
        "won / all leads. A description: sales often calls the warm ones first",
        es="Parte de los leads ganada hasta hoy, según las áreas que los tocaron, con intervalos "
        "de {level} y ganados / todos. Una descripción: ventas suele llamar antes a los más "
        "interesados",
    ).format(level=both(percent, result.about.level, digits=0))


@drawing(alt=_touched_alt, subtitle=_touched_subtitle, size=(style.WIDTH, 3.0))
def touched_by(axes: Axes, result: Overlap, lang: Language, **options: Any) -> None:
    """Draw the share won by who touched the lead."""
    rows = result.frame
    names = [
        f"{vocabulary.TOUCHED_BY[row.touched_by][lang]} · "
        f"{wording.integer(row.won, lang)} / {wording.integer(row.journeys, lang)}"
        for row in rows.itertuples()
    ]
    colours = [OVERLAP_COLOURS[str(name)] for name in rows["touched_by"]]
    whiskers(axes, names, rows["win_share"], rows["low"], rows["high"], colours)
    axes.set_xlim(left=-0.02 * float(rows["high"].max()))  # a dot at zero clear of its name
    percent_axis(axes, lang)


def _of_key(result: Credit, key: str) -> pd.DataFrame:
    frame = result.frame.astype({"model": "str", "key": "str"})
    return frame[frame["key"] == key]


def _team_alt(result: Credit, *, team: str = "marketing") -> Text:
    parts = [
        named_share(model_title(row.model), row.share, row.low, row.high)
        for row in _of_key(result, team).itertuples()
    ]
    return Text(
        en="Dots with intervals of the share of {team} under each rule, against a line at one "
        "half. {parts}.",
        es="Puntos con intervalos de la parte de {team} con cada regla, frente a una línea en la "
        "mitad. {parts}.",
    ).format(team=vocabulary.TEAMS[team], parts=sentence(parts))


def _team_subtitle(result: Credit, *, team: str = "marketing") -> Text:
    return Text(
        en="Share of the won value that each rule gives {team}, with {level} sampling intervals; "
        "the line is one half",
        es="Parte del valor ganado que cada regla da a {team}, con intervalos de muestreo de "
        "{level}; la línea es la mitad",
    ).format(team=vocabulary.TEAMS[team], level=both(percent, result.about.level, digits=0))


def _team_size(result: Credit, *, team: str = "marketing") -> tuple[float, float]:
    return height_for(len(_of_key(result, team)))


@drawing(alt=_team_alt, subtitle=_team_subtitle, size=_team_size)
def team_credit(
    axes: Axes, result: Credit, lang: Language, *, team: str = "marketing", **options: Any
) -> None:
    """Draw a team's share of the won value under every rule."""
    rows = _of_key(result, team)
    names = [model_title(model)[lang] for model in rows["model"]]
    axes.axvline(0.5, color=style.MUTED, linewidth=1, linestyle=(0, (4, 3)))
    colours = [style.TEAM_COLOURS[team]] * len(rows)
    whiskers(axes, names, rows["share"], rows["low"], rows["high"], colours)
    axes.set_xlim(0, 1)
    percent_axis(axes, lang)


def _channels(result: Credit) -> pd.DataFrame:
    spread = result.spread().astype({"key": "str"})
    middle = result.frame.astype({"key": "str"}).groupby("key")["share"].median()
    spread["middle"] = spread["key"].map(middle)
    return spread.sort_values("middle", ascending=False).head(MOST_CHANNELS)


def _channel_alt(result: Credit) -> Text:
    parts = [
        Text(en="{name} {range}", es="{name} {range}").format(
            name=vocabulary.word(vocabulary.KEYS, row.key),
            range=both(interval, row.low_share, row.high_share, form=percent, digits=0),
        )
        for row in _channels(result).itertuples()
    ]
    return Text(
        en="Lines from the lowest to the highest share that any rule gives each channel. {parts}.",
        es="Líneas de la menor a la mayor parte que alguna regla da a cada canal. {parts}.",
    ).format(parts=sentence(parts))


def _channel_subtitle(result: Credit) -> Text:
    return Text(
        en="Share of the won value by channel: from the lowest to the highest of {n} rules "
        "(dot: the middle one). Violet: marketing; orange: sales",
        es="Parte del valor ganado por canal: de la menor a la mayor de {n} reglas "
        "(punto: la del medio). Violeta: marketing; naranja: ventas",
    ).format(n=both(integer, result.frame["model"].nunique()))


def _channel_size(result: Credit) -> tuple[float, float]:
    return height_for(len(_channels(result)))


@drawing(alt=_channel_alt, subtitle=_channel_subtitle, size=_channel_size)
def channel_credit(axes: Axes, result: Credit, lang: Language, **options: Any) -> None:
    """Draw how far the rules disagree on each channel."""
    rows = _channels(result)
    names = [vocabulary.word(vocabulary.KEYS, key)[lang] for key in rows["key"]]
    colours = [style.TEAM_COLOURS.get(str(team), style.GREY) for team in rows["team"]]
    whiskers(axes, names, rows["middle"], rows["low_share"], rows["high_share"], colours)
    axes.set_xlim(left=0)
    percent_axis(axes, lang)


def _shares(result: Credit) -> pd.DataFrame:
    """Give the shares, a model a row, of the channels with the most; the rest as one."""
    frame = result.frame.astype({"model": "str", "key": "str"})
    wide = frame.pivot_table(index="model", columns="key", values="share", sort=False)
    order = list(_channels(result)["key"])[:MOST_COLUMNS]
    rest = wide.drop(columns=order)
    if rest.shape[1]:
        return wide[order].assign(**{REST: rest.sum(axis=1)})
    return wide[order]


def _matrix_alt(result: Credit) -> Text:
    wide = _shares(result)
    parts = [
        Text(en="{model}: {key} {share}", es="{model}: {key} {share}").format(
            model=model_title(str(model)),
            key=_column(row.idxmax()),
            share=both(percent, row.max(), digits=0),
        )
        for model, row in wide.drop(columns=REST, errors="ignore").iterrows()
    ]
    return Text(
        en="A table of rules by channels, each cell the share of the won value. The largest of "
        "each rule: {parts}.",
        es="Una tabla de reglas por canales; cada celda es la parte del valor ganado. La mayor de "
        "cada regla: {parts}.",
    ).format(parts=sentence(parts))


def _matrix_subtitle(result: Credit) -> Text:
    return Text(
        en="Share of the won value that each rule gives each channel; each row adds up to 100%, "
        "the largest channel of a row is in bold",
        es="Parte del valor ganado que cada regla da a cada canal; cada fila suma 100 % y el canal "
        "mayor de cada fila está en negrita",
    )


def _matrix_size(result: Credit) -> tuple[float, float]:
    return height_for(len(_shares(result)), each=0.42, base=2.1)


def _column(key: object) -> Text:
    return _REST if key == REST else vocabulary.word(vocabulary.KEYS, key)


@drawing(alt=_matrix_alt, subtitle=_matrix_subtitle, size=_matrix_size)
def model_matrix(axes: Axes, result: Credit, lang: Language, **options: Any) -> None:
    """Draw the same deals under every rule, side by side."""
    wide = _shares(result)
    values = wide.to_numpy(dtype=float)
    most = float(np.nanmax(np.abs(values)))
    axes.imshow(values, cmap=_GREYS, norm=Normalize(0, most), aspect="auto")
    largest = wide.drop(columns=REST, errors="ignore").to_numpy(dtype=float).argmax(axis=1)
    for row, column in np.ndindex(values.shape):
        axes.text(
            column,
            row,
            wording.percent(values[row, column], lang, digits=0),
            ha="center",
            va="center",
            fontsize=9,
            fontweight="bold" if largest[row] == column else "normal",
            color="white" if values[row, column] > 0.6 * most else style.INK,
        )
    names = [two_lines(model_title(str(model))[lang]) for model in wide.index]
    axes.set_yticks(range(len(names)), names, fontsize=9)
    heads = [style.label(_column(key)[lang], longest=30) for key in wide.columns]
    axes.set_xticks(range(len(heads)), heads, fontsize=9, rotation=35, ha="right")
    axes.grid(visible=False)
