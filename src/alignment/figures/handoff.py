"""Figures about the handoff: funnel, wait for sales, service level, verdicts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from alignment import style, vocabulary, wording
from alignment.exhibits import drawing
from alignment.figures.parts import (
    counted,
    dots,
    height_for,
    named_share,
    numbers_at_risk,
    percent_axis,
    sentence,
)
from alignment.handoff import Acceptance, FollowUp, Funnel, ServiceLevel
from alignment.results import About
from alignment.text import Language, Text
from alignment.wording import both, days, hours_on, percent

SHOWN_DIMENSIONS = ("load", "region", "segment")
_ALL = {"all": Text(en="All leads", es="Todos los leads")}
_GROUPS = {**vocabulary.KEYS, **vocabulary.LOADS, **_ALL}


def _level(about: About) -> Text:
    return both(percent, about.level, digits=0)


def _funnel_rows(result: Funnel) -> pd.DataFrame:
    rows = result.frame.query("cohort == 'all' and stage != 'lead' and share.notna()")
    return rows.reset_index(drop=True)


def _funnel_alt(result: Funnel) -> Text:
    parts = [
        named_share(vocabulary.word(vocabulary.FUNNEL, row.stage), row.share, row.low, row.high)
        for row in _funnel_rows(result).itertuples()
    ]
    return Text(
        en="Dots with intervals of the share of leads that come to each stage. {parts}.",
        es="Puntos con intervalos de la parte de los leads que llega a cada etapa. {parts}.",
    ).format(parts=sentence(parts))


def _funnel_subtitle(result: Funnel) -> Text:
    return Text(
        en="Share of all leads that reach each stage within {days}, with {level} intervals and the "
        "number so far",
        es="Parte de todos los leads que llega a cada etapa en {days}, con intervalos de {level} y "
        "el número hasta hoy",
    ).format(days=both(days, result.day), level=_level(result.about))


def _funnel_size(result: Funnel) -> tuple[float, float]:
    return height_for(len(_funnel_rows(result)))


@drawing(alt=_funnel_alt, subtitle=_funnel_subtitle, size=_funnel_size)
def funnel(axes: Axes, result: Funnel, lang: Language, **options: Any) -> None:
    """Draw the share of leads that reaches each stage, in the order of the funnel."""
    rows = _funnel_rows(result)
    marketing = rows["stage"] == "mql"
    dots(
        axes,
        lang,
        [
            counted(vocabulary.word(vocabulary.FUNNEL, row.stage), row.so_far, lang)
            for row in rows.itertuples()
        ],
        rows,
        [style.TEAM_COLOURS["marketing" if own else "sales"] for own in marketing],
    )
    axes.set_xlim(left=0)


def _cohort_rows(result: Funnel) -> pd.DataFrame:
    recorded = list(dict.fromkeys(result.frame["stage"]))
    shown = [stage for stage in ("mql", "sal", "sql") if stage in recorded] or recorded[-1:]
    kept = result.frame["cohort"].ne("all") & result.frame["stage"].isin(shown)
    return result.frame[kept & result.frame["share"].notna() & ~result.frame["too_few"]]


def _cohort_name(code: str) -> Text:
    return vocabulary.quarter(code) if "Q" in code else Text.same(code)


def _cohorts_alt(result: Funnel) -> Text:
    rows = _cohort_rows(result)
    parts = []
    for stage, own in rows.groupby("stage", sort=False):
        first, last = own.iloc[0], own.iloc[-1]
        parts.append(
            Text(
                en="{stage} from {a} in {first} to {b} in {last}",
                es="{stage} de {a} en {first} a {b} en {last}",
            ).format(
                stage=vocabulary.word(vocabulary.FUNNEL, stage),
                a=both(percent, first["share"]),
                first=_cohort_name(first["cohort"]),
                b=both(percent, last["share"]),
                last=_cohort_name(last["cohort"]),
            )
        )
    return Text(
        en="Lines with bands of the share that reaches each stage, by when the lead came. {parts}.",
        es="Líneas con bandas de la parte que llega a cada etapa, según cuándo llegó el lead. "
        "{parts}.",
    ).format(parts=sentence(parts or [Text(en="No cohort is old enough", es="Ninguna cohorte")]))


def _cohorts_subtitle(result: Funnel) -> Text:
    return Text(
        en="Share of each cohort's leads that reaches a stage within {days}, with {level} bands; "
        "cohorts too young are left out",
        es="Parte de los leads de cada cohorte que llega a una etapa en {days}, con bandas de "
        "{level}; faltan las cohortes demasiado jóvenes",
    ).format(days=both(days, result.day), level=_level(result.about))


@drawing(alt=_cohorts_alt, subtitle=_cohorts_subtitle, size=(style.WIDTH, 3.8))
def funnel_cohorts(axes: Axes, result: Funnel, lang: Language, **options: Any) -> None:
    """Draw the share that reaches each stage by cohort."""
    rows = _cohort_rows(result)
    names = list(dict.fromkeys(rows["cohort"]))
    place = {name: number for number, name in enumerate(names)}
    colours = (style.TEAM_COLOURS["marketing"], style.TEAM_COLOURS["sales"], style.PALETTE[0])
    for colour, (stage, own) in zip(colours, rows.groupby("stage", sort=False), strict=False):
        x = own["cohort"].map(place).to_numpy()
        axes.fill_between(x, own["low"], own["high"], color=colour, alpha=0.18, lw=0)
        axes.plot(x, own["share"], color=colour, marker="o", markersize=4)
        axes.annotate(
            vocabulary.word(vocabulary.FUNNEL, stage)[lang],
            (x[-1], own["share"].iloc[-1]),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            fontweight="bold",
        )
    step = max(1, -(-len(names) // 6))
    axes.set_xticks(
        range(0, len(names), step), [_cohort_name(name)[lang] for name in names[::step]]
    )
    axes.set_xlim(-0.3, max(len(names) - 1, 1) * 1.32 + 0.3)
    axes.set_ylim(bottom=0)
    percent_axis(axes, lang, axis="y")


def _wait_alt(result: FollowUp, *, limit: float = 24, until: float = 168) -> Text:
    at = result.at.query("group == 'all' and share.notna()")
    parts = [
        named_share(
            Text(en="within {h}", es="en {h}").format(h=hours_on(result.clock, row.hours)),
            row.share,
            row.low,
            row.high,
        )
        for row in at.itertuples()
    ]
    return Text(
        en="Curve of the share of leads that sales has touched, rising with the hours. {parts}.",
        es="Curva de la parte de leads que ventas ha contactado, creciente con las horas. {parts}.",
    ).format(parts=sentence(parts or [Text(en="No hour reached", es="Ninguna hora alcanzada")]))


def _wait_subtitle(result: FollowUp, *, limit: float = 24, until: float = 168) -> Text:
    clock = (
        Text(en="hours", es="horas")
        if result.clock == "calendar"
        else Text(en="working hours", es="horas hábiles")
    )
    return Text(
        en="Share of leads touched by {clock} since the handoff, the never-touched counted, with "
        "{level} band; below, how many still wait",
        es="Parte de los leads contactados, por {clock} desde la entrega, contando los nunca "
        "contactados, con banda de {level}; abajo, cuántos esperan",
    ).format(clock=clock, level=_level(result.about))


@drawing(alt=_wait_alt, subtitle=_wait_subtitle, size=(style.WIDTH, 4.0))
def wait_for_sales(
    axes: Axes,
    result: FollowUp,
    lang: Language,
    *,
    limit: float = 24,
    until: float = 168,
    **options: Any,
) -> None:
    """Draw the share touched by hour, with the limit and how many still wait."""
    rows = result.curves[(result.curves["group"] == "all") & (result.curves["hours"] <= until)]
    colour = style.TEAM_COLOURS["sales"]
    axes.fill_between(rows["hours"], rows["low"], rows["high"], color=colour, alpha=0.22, lw=0)
    axes.plot(rows["hours"], rows["share"], color=colour)
    axes.axvline(limit, color=style.MUTED, linewidth=1, linestyle=(0, (4, 3)))
    axes.annotate(
        wording.hours(limit, lang),
        (limit, 1),
        xycoords=("data", "axes fraction"),
        xytext=(4, -4),
        textcoords="offset points",
        va="top",
        color=style.MUTED,
    )
    ticks = np.arange(0, until + 1, 24)
    waiting = rows.set_index("hours")["at_risk"].reindex(ticks, method="nearest")
    numbers_at_risk(
        axes,
        lang,
        list(ticks),
        [list(waiting)],
        label=Text(en="hours since the handoff", es="horas desde la entrega"),
        at_risk=Text(en="still waiting", es="en espera"),
    )
    axes.set_xlim(0, until)
    axes.set_ylim(0, 1)
    percent_axis(axes, lang, axis="y")


def _service_rows(result: ServiceLevel) -> pd.DataFrame:
    kept = result.frame["dimension"].isin(["all", *SHOWN_DIMENSIONS]) & ~result.frame["too_few"]
    return result.frame[kept & (result.frame["group"] != "(missing)")]


def _service_alt(result: ServiceLevel) -> Text:
    return Text(
        en="Dots with intervals of the share touched in time. {parts}.",
        es="Puntos con intervalos de la parte contactada a tiempo. {parts}.",
    ).format(parts=_group_alt(_service_rows(result)))


def _service_subtitle(result: ServiceLevel) -> Text:
    return Text(
        en="Share of leads touched within {hours}, by load of the week, region and segment, "
        "with {level} intervals and the number of leads",
        es="Parte de los leads contactados en {hours}, por carga de la semana, región y "
        "segmento, con intervalos de {level} y el número de leads",
    ).format(hours=hours_on(result.clock, result.hours), level=_level(result.about))


def _service_size(result: ServiceLevel) -> tuple[float, float]:
    return height_for(len(_service_rows(result)), each=0.32)


@drawing(alt=_service_alt, subtitle=_service_subtitle, size=_service_size)
def service_levels(axes: Axes, result: ServiceLevel, lang: Language, **options: Any) -> None:
    """Draw the share touched in time, for all and by group; owners are not drawn."""
    rows = _service_rows(result)
    shades = dict(zip(("all", *SHOWN_DIMENSIONS), (style.INK, *style.PALETTE), strict=False))
    dots(
        axes,
        lang,
        _group_names(rows, lang),
        rows,
        [shades[dimension] for dimension in rows["dimension"]],
    )


def _group_names(rows: pd.DataFrame, lang: Language) -> list[str]:
    return [
        counted(vocabulary.word(_GROUPS, row.group), row.leads, lang) for row in rows.itertuples()
    ]


def _group_alt(rows: pd.DataFrame) -> Text:
    return sentence(
        [
            named_share(vocabulary.word(_GROUPS, row.group), row.share, row.low, row.high)
            for row in rows.itertuples()
        ]
    )


def _accepted_rows(result: Acceptance) -> pd.DataFrame:
    rows = result.frame.query("verdict == 'accepted' and not too_few")
    groups = rows[rows["group"] != "all"].sort_values("share", ascending=False)
    return pd.concat([rows[rows["group"] == "all"], groups])


def _accepted_alt(result: Acceptance) -> Text:
    return Text(
        en="Dots with intervals of the share of leads that sales accepts. {parts}.",
        es="Puntos con intervalos de la parte de los leads que ventas acepta. {parts}.",
    ).format(parts=_group_alt(_accepted_rows(result)))


def _accepted_subtitle(result: Acceptance) -> Text:
    return Text(
        en="Share of the leads handed over that sales accepts within {days}, by source, with "
        "{level} intervals and the number of leads",
        es="Parte de los leads entregados que ventas acepta en {days}, por origen, con intervalos "
        "de {level} y el número de leads",
    ).format(days=both(days, result.days), level=_level(result.about))


def _accepted_size(result: Acceptance) -> tuple[float, float]:
    return height_for(len(_accepted_rows(result)))


@drawing(alt=_accepted_alt, subtitle=_accepted_subtitle, size=_accepted_size)
def acceptance(axes: Axes, result: Acceptance, lang: Language, **options: Any) -> None:
    """Draw the share of the leads that sales accepts, by source."""
    rows = _accepted_rows(result)
    dots(
        axes,
        lang,
        _group_names(rows, lang),
        rows,
        [style.INK if group == "all" else style.PALETTE[0] for group in rows["group"]],
    )
    axes.set_xlim(left=0)
