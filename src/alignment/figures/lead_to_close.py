"""Figures about the clock: curves with numbers at risk, shares by group."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from alignment import style, vocabulary, wording
from alignment.exhibits import drawing
from alignment.figures.parts import (
    height_for,
    numbers_at_risk,
    percent_axis,
    sentence,
    under_observation,
    whiskers,
)
from alignment.lead_to_close import LeadToClose
from alignment.text import Language, Text
from alignment.wording import both, days, integer, interval, percent

END_COLOURS = {"won": style.PALETTE[0], "lost": style.GREY}
MOST_GROUPS = 12


def _level(result: LeadToClose) -> Text:
    return both(percent, result.about.level, digits=0)


def _ends(result: LeadToClose) -> list[str]:
    return ["won", "lost"] if result.lost_recorded else ["won"]


_REVIVED = Text(
    en=". Lost falls where the lost are taken up again",
    es=". Los perdidos bajan cuando se retoman",
)


def _revived(result: LeadToClose, until: int) -> Text:
    """Say that losses were revived, where the curve of the lost shows it by falling."""
    lost = result.curves[(result.curves["end"] == "lost") & (result.curves["day"] <= until)]
    falls = bool((lost.groupby("group", sort=False)["incidence"].diff() < 0).any())
    return _REVIVED if falls else Text.same("")


def _incidence_alt(result: LeadToClose, *, until: int = 365) -> Text:
    at = result.at.query("estimate.notna() and day <= @until")
    parts = [
        Text(
            en="{share} {end} by day {day} ({interval})",
            es="{share} {end} al día {day} ({interval})",
        ).format(
            share=both(percent, row.estimate),
            end=vocabulary.ENDS[row.end],
            day=both(integer, row.day),
            interval=both(interval, row.low, row.high, form=percent),
        )
        for row in at.itertuples()
        if row.end in _ends(result)
    ]
    return Text(
        en="Curves of the share that has ended, by days since the start. {parts}{revived}.",
        es="Curvas de la parte que ha terminado, por días desde el inicio. {parts}{revived}.",
    ).format(
        revived=_revived(result, until),
        parts=sentence(parts or [Text(en="No days reached", es="Ningún día alcanzado")]),
    )


def _incidence_subtitle(result: LeadToClose, *, until: int = 365) -> Text:
    return Text(
        en="Share of {what} won and lost by days since the start, with {level} bands; "
        "below, how many are still under observation{revived}",
        es="Parte de {what} con cada final, por días desde el inicio, con bandas de {level}; "
        "abajo, cuántos siguen en observación{revived}",
    ).format(
        revived=_revived(result, until),
        what=vocabulary.STARTS[result.spells.start],
        level=_level(result),
    )


@drawing(alt=_incidence_alt, subtitle=_incidence_subtitle, size=(style.WIDTH, 4.2))
def incidence(
    axes: Axes, result: LeadToClose, lang: Language, *, until: int = 365, **options: Any
) -> None:
    """Draw the cumulative incidence of won and lost, with numbers at risk."""
    curves = result.curves[result.curves["day"] <= until]
    for end in _ends(result):
        rows = curves[curves["end"] == end]
        colour = END_COLOURS[end]
        axes.fill_between(
            rows["day"], rows["low"], rows["high"], step="post", color=colour, alpha=0.22, lw=0
        )
        axes.step(rows["day"], rows["incidence"], where="post", color=colour)
        last = rows.iloc[-1]
        axes.annotate(
            vocabulary.ENDS[end][lang],
            (last["day"], last["incidence"]),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            color=colour if end == "won" else style.MUTED,
            fontweight="bold",
        )
    ticks = [day for day in (0, 90, 180, 270, 365) if day <= result.curves["day"].max()]
    numbers_at_risk(
        axes,
        lang,
        ticks,
        [under_observation(result.spells.frame, ticks)],
        label=Text(en="days since the start", es="días desde el inicio"),
        at_risk=Text(en="under observation", es="en observación"),
    )
    axes.set_xlim(0, 1.1 * max(curves["day"].max(), 1))
    axes.set_ylim(bottom=0)
    percent_axis(axes, lang, axis="y")


def _shown_groups(result: LeadToClose, day: int) -> pd.DataFrame:
    at = result.at.query("end == 'won' and estimate.notna() and not too_few")
    reached = at[at["day"] <= day]
    at = reached if len(reached) else at
    at = at[at["day"] == at["day"].max()].sort_values("leads", ascending=False)
    return at.head(MOST_GROUPS).sort_values("estimate", ascending=False)


def _group_alt(result: LeadToClose, *, day: int = 180) -> Text:
    parts = [
        Text(en="{name} {share} ({interval})", es="{name} {share} ({interval})").format(
            name=vocabulary.word(vocabulary.KEYS, row.group),
            share=both(percent, row.estimate),
            interval=both(interval, row.low, row.high, form=percent),
        )
        for row in _shown_groups(result, day).itertuples()
    ]
    return Text(
        en="Dots with intervals of the share won by group. {parts}.",
        es="Puntos con intervalos de la parte ganada por grupo. {parts}.",
    ).format(parts=sentence(parts))


def _group_subtitle(result: LeadToClose, *, day: int = 180) -> Text:
    shown = _shown_groups(result, day)
    return Text(
        en="Share of {what} won within {days}, with {level} intervals and the number of {what}",
        es="Parte de {what} con negocio ganado en {days}, con intervalos de {level} "
        "y el número de {what}",
    ).format(
        what=vocabulary.STARTS[result.spells.start],
        days=both(days, shown["day"].max()),
        level=_level(result),
    )


def _group_size(result: LeadToClose, *, day: int = 180) -> tuple[float, float]:
    return height_for(len(_shown_groups(result, day)))


@drawing(alt=_group_alt, subtitle=_group_subtitle, size=_group_size)
def group_shares(
    axes: Axes, result: LeadToClose, lang: Language, *, day: int = 180, **options: Any
) -> None:
    """Draw the share won by a day for each group that has enough leads."""
    rows = _shown_groups(result, day)
    names = [
        f"{vocabulary.word(vocabulary.KEYS, row.group)[lang]} · {wording.integer(row.leads, lang)}"
        for row in rows.itertuples()
    ]
    colours = [style.PALETTE[0]] * len(rows)
    whiskers(axes, names, rows["estimate"], rows["low"], rows["high"], colours)
    axes.set_xlim(left=0)
    percent_axis(axes, lang)
