"""Figures about boundaries and tone: collisions against chance, mixes of activities, horizons."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from alignment import style, vocabulary, wording
from alignment.exhibits import drawing
from alignment.figures.parts import height_for, named_share, sentence, two_lines, whiskers
from alignment.sharing import Activities, Collisions, Tone
from alignment.text import Language, Text
from alignment.vocabulary import word
from alignment.wording import both, days, decimal, integer, percent

_MIX_ROWS = 14


def _collisions_alt(result: Collisions) -> Text:
    parts = [
        Text(
            en="{kind} {n}, by chance {expected} ({low} to {high})",
            es="{kind} {n}, por azar {expected} (entre {low} y {high})",
        ).format(
            kind=word(vocabulary.TOUCH_KINDS, row.kind),
            n=both(integer, row.people),
            expected=both(integer, row.expected),
            low=both(integer, row.low),
            high=both(integer, row.high),
        )
        for row in result.frame.itertuples()
    ]
    return Text(
        en="Dots of the people whom both teams touched within {days}, with what chance "
        "gives. {parts}.",
        es="Puntos de las personas con ambas áreas en {days}, con lo que da el azar. {parts}.",
    ).format(days=both(days, result.within_days), parts=sentence(parts))


def _collisions_subtitle(result: Collisions) -> Text:
    return Text(
        en="People within {days} of a touch of sales, by the kind of marketing's touch, as a "
        "ratio to chance; grey: where {level} of the permutations fall",
        es="Personas a {days} o menos de una interacción de ventas, según el tipo de la de "
        "marketing, como razón frente al azar; gris: donde cae el {level} de las permutaciones",
    ).format(days=both(days, result.within_days), level=both(percent, result.about.level, digits=0))


def _collisions_size(result: Collisions) -> tuple[float, float]:
    return height_for(len(result.frame))


@drawing(alt=_collisions_alt, subtitle=_collisions_subtitle, size=_collisions_size)
def collisions_and_chance(axes: Axes, result: Collisions, lang: Language, **options: Any) -> None:
    """Draw collisions as a ratio to what chance gives, by the kind of marketing's touch."""
    rows = result.frame[result.frame["expected"] > 0]
    places = np.arange(len(rows))[::-1]
    for place, row in zip(places, rows.itertuples(), strict=True):
        ends = [row.low / row.expected, row.high / row.expected]
        axes.plot(ends, [place, place], color=style.RULE, linewidth=9, solid_capstyle="butt")
        axes.plot([row.people / row.expected], [place], "o", color=style.PALETTE[2], markersize=7)
    axes.axvline(1, color=style.MUTED, linewidth=1)
    axes.set_yticks(
        places,
        [
            two_lines(
                f"{word(vocabulary.TOUCH_KINDS, row.kind)[lang]} · "
                f"{wording.integer(row.people, lang)}"
            )
            for row in rows.itertuples()
        ],
    )
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    far = max(0.02, *(abs(rows[name] / rows["expected"] - 1).max() for name in ("people", "high")))
    axes.set_xlim(1 - 1.3 * far, 1 + 1.3 * far)
    axes.xaxis.set_major_formatter(lambda value, _: wording.decimal(value, lang, digits=2))


def _mix(result: Activities) -> pd.DataFrame:
    size = result.frame["marketing_share"] + result.frame["sales_share"]
    kept = size.sort_values(ascending=False, kind="stable").index[:_MIX_ROWS]
    return result.frame.loc[sorted(kept)]


def _activity(row: Any) -> Text:
    return Text(en="{kind}, {phase}", es="{kind}, {phase}").format(
        kind=word(vocabulary.TOUCH_KINDS, row.kind), phase=word(vocabulary.PHASES, row.phase)
    )


def _mix_alt(result: Activities) -> Text:
    parts = [
        Text(
            en="{activity}: marketing {m}, sales {s}", es="{activity}: marketing {m}, ventas {s}"
        ).format(
            activity=_activity(row),
            m=both(percent, row.marketing_share, digits=0),
            s=both(percent, row.sales_share, digits=0),
        )
        for row in _mix(result).itertuples()
    ]
    return Text(
        en="Mirrored bars of the share of each team's touches by activity. {parts}.",
        es="Barras enfrentadas de la parte de las interacciones de cada área por actividad. "
        "{parts}.",
    ).format(parts=sentence(parts))


def _mix_subtitle(result: Activities) -> Text:
    return Text(
        en="Share of each team's touches by activity and phase of the lead: marketing to the left, "
        "sales to the right; dark: the common part",
        es="Parte de las interacciones de cada área por actividad y fase del lead: marketing a la "
        "izquierda, ventas a la derecha; oscuro: la parte común",
    )


def _mix_size(result: Activities) -> tuple[float, float]:
    return height_for(len(_mix(result)), each=0.36)


@drawing(alt=_mix_alt, subtitle=_mix_subtitle, size=_mix_size)
def activity_mixes(axes: Axes, result: Activities, lang: Language, **options: Any) -> None:
    """Draw what each team does, one to each side, and the part that both do."""
    rows = _mix(result)
    places = np.arange(len(rows))[::-1]
    sides = ((-1, "marketing"), (1, "sales"))
    for sign, team in sides:
        values = sign * rows[f"{team}_share"]
        axes.barh(places, values, height=0.66, color=style.TEAM_COLOURS[team])
        axes.barh(places, sign * rows["common"], height=0.66, color=style.INK)
    axes.axvline(0, color=style.MUTED, linewidth=1)
    axes.set_yticks(places, [_activity(row)[lang] for row in rows.itertuples()], fontsize=9)
    far = float(rows[["marketing_share", "sales_share"]].max().max())
    axes.set_xlim(-1.05 * far, 1.05 * far)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.xaxis.set_major_formatter(lambda value, _: wording.percent(abs(value), lang, digits=0))


def _tone_rows(result: Tone) -> pd.DataFrame:
    return result.frame[~result.frame["too_few"]]


def _tone_alt(result: Tone) -> Text:
    parts = [
        named_share(
            word(vocabulary.TONE_HORIZONS, row.horizon),
            row.ratio,
            row.low,
            row.high,
            form=decimal,
            digits=2,
        )
        for row in _tone_rows(result).itertuples()
    ]
    return Text(
        en="Dots with intervals of the ratio, emotional over rational, by horizon. {parts}.",
        es="Puntos con intervalos de la razón, emocional sobre racional, por horizonte. {parts}.",
    ).format(parts=sentence(parts or [Text(en="Too few events", es="Muy pocos casos")]))


def _tone_subtitle(result: Tone) -> Text:
    return Text(
        en="Share that came so far after an emotional first touch, over the same after a rational "
        "one, within channel and quarter; {level} intervals, number of events",
        es="Parte que llegó a ello tras una primera interacción emocional, sobre la misma tras una "
        "racional, dentro de canal y trimestre; intervalos de {level}, número de casos",
    ).format(level=both(percent, result.about.level, digits=0))


@drawing(alt=_tone_alt, subtitle=_tone_subtitle, size=height_for(5))
def tone_horizons(axes: Axes, result: Tone, lang: Language, **options: Any) -> None:
    """Draw emotional over rational by horizon, on a scale of ratios."""
    rows = _tone_rows(result)
    names = [
        f"{word(vocabulary.TONE_HORIZONS, row.horizon)[lang]} · "
        f"{wording.integer(row.emotional_events + row.rational_events, lang)}"
        for row in rows.itertuples()
    ]
    whiskers(axes, names, rows["ratio"], rows["low"], rows["high"], [style.PALETTE[3]] * len(rows))
    axes.axvline(1, color=style.MUTED, linewidth=1)
    axes.set_xscale("log")
    ticks = [0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0]
    low, high = axes.get_xlim()
    shown = [tick for tick in ticks if low <= tick <= high] or [1.0]
    axes.set_xticks(shown, [wording.decimal(tick, lang, digits=2) for tick in shown])
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.minorticks_off()
