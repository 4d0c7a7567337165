"""Figures about clocks: curves by group with bands and numbers at risk, days open by group."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from alignment import style, vocabulary, wording
from alignment.exhibits import drawing
from alignment.figures.parts import (
    counted,
    height_for,
    named_share,
    numbers_at_risk,
    percent_axis,
    sentence,
    under_observation,
    whiskers,
)
from alignment.lead_to_close import ClockEstimates
from alignment.text import Language, Text
from alignment.wording import both, days, integer, percent

MOST_CURVES = 5
MOST_ROWS = 12
TICKS = (0, 90, 180, 270, 365)
STARTS = {
    "lead": Text(en="since the lead came", es="desde que llegó el lead"),
    "opportunity": Text(en="since the opportunity", es="desde la oportunidad"),
    "first firm touch": Text(en="since the first touch", es="desde la primera interacción"),
}


def _name(result: ClockEstimates, group: str) -> Text:
    if result.clocks.grouped_by.startswith("cohort"):
        return vocabulary.cohort(group)
    return vocabulary.word(vocabulary.KEYS, group)


def _since(result: ClockEstimates) -> Text:
    start = result.clocks.start
    plain = Text(en="since “{start}”", es="desde «{start}»").format(start=start)
    return STARTS.get(start, plain)


def _groups(result: ClockEstimates) -> tuple[list[str], list[str]]:
    """Name the groups drawn, the largest, and those left out."""
    names = list(dict.fromkeys(result.to_frame()["group"]))
    return names[:MOST_CURVES], names[MOST_CURVES:]


def _listed(result: ClockEstimates, names: list[str]) -> Text:
    words = [_name(result, name) for name in names]
    return Text(
        en=wording.listing([word.en for word in words], "en").replace("{", "{{").replace("}", "}}"),
        es=wording.listing([word.es for word in words], "es").replace("{", "{{").replace("}", "}}"),
    ).format()


def _left_out(result: ClockEstimates) -> Text:
    _, others = _groups(result)
    if not others:
        return Text.same("")
    return Text(en=". Not drawn: {names}", es=". Sin dibujar: {names}").format(
        names=_listed(result, others)
    )


def _verb(result: ClockEstimates) -> Text:
    if result.clocks.end == "won":
        return Text(en="won", es="con negocio ganado")
    return Text(en="at “{end}”", es="en «{end}»").format(end=result.clocks.end)


def _curves_alt(result: ClockEstimates, *, until: int = 365) -> Text:
    drawn, _ = _groups(result)
    at = result.to_frame().query("end == @result.clocks.end and day <= @until")
    at = at[at["estimate"].notna()].groupby("group").last()
    parts = [
        named_share(
            Text(en="{name} by day {day}", es="{name} al día {day}").format(
                name=_name(result, name), day=both(integer, at.loc[name, "day"])
            ),
            *at.loc[name, ["estimate", "low", "high"]],
        )
        for name in drawn
        if name in at.index
    ]
    return Text(
        en="Curves with bands of the share {verb}, by days {since}. {parts}{left_out}.",
        es="Curvas con bandas de la parte {verb}, por días {since}. {parts}{left_out}.",
    ).format(
        verb=_verb(result),
        since=_since(result),
        parts=sentence(parts or [Text(en="No days reached", es="Ningún día alcanzado")]),
        left_out=_left_out(result),
    )


def _curves_subtitle(result: ClockEstimates, *, until: int = 365) -> Text:
    return Text(
        en="Share of {what} {verb} by days {since}, open ones counted, with {level} bands; below, "
        "how many are still under observation{left_out}",
        es="Parte de {what} {verb} por días {since}, contando lo abierto, con bandas de {level}; "
        "abajo, cuántos siguen en observación{left_out}",
    ).format(
        what=vocabulary.STARTS[result.clocks.unit],
        verb=_verb(result),
        since=_since(result),
        level=both(percent, result.about.level, digits=0),
        left_out=_left_out(result),
    )


def _curves_size(result: ClockEstimates, *, until: int = 365) -> tuple[float, float]:
    return style.WIDTH, 3.9 + 0.2 * len(_groups(result)[0])


@drawing(alt=_curves_alt, subtitle=_curves_subtitle, size=_curves_size)
def clock_curves(
    axes: Axes, result: ClockEstimates, lang: Language, *, until: int = 365, **options: Any
) -> None:
    """Draw the cumulative incidence of the end asked for by group, the five largest at most."""
    drawn, _ = _groups(result)
    colours = style.channel_colours(drawn)
    curves = result.curves[result.curves["end"] == result.clocks.end]
    faint = 0.16 if len(drawn) < 3 else 0.09  # many bands lie over one another
    for name in drawn:
        rows = _up_to(curves[curves["group"] == name], until)
        axes.fill_between(
            rows["day"],
            rows["low"],
            rows["high"],
            step="post",
            color=colours[name],
            alpha=faint,
            lw=0,
        )
        axes.step(rows["day"], rows["incidence"], where="post", color=colours[name])
    frame = result.clocks.frame
    ticks = [day for day in TICKS if day <= min(until, curves["day"].max())]
    numbers_at_risk(
        axes,
        lang,
        ticks,
        [under_observation(frame[frame["group"] == name], ticks) for name in drawn],
        label=Text(en="days {since}", es="días {since}").format(since=_since(result)),
        at_risk=Text(en="under observation", es="en observación"),
        names=[_name(result, name)[lang] for name in drawn],
        colours=[colours[name] for name in drawn],
    )
    axes.set_xlim(0, 1.02 * max(ticks[-1], 1))
    axes.set_ylim(bottom=0)
    percent_axis(axes, lang, axis="y")


def _up_to(rows: pd.DataFrame, until: int) -> pd.DataFrame:
    """Begin a curve at 0 and, where it is known so far, end it at the last day drawn."""
    kept = rows[rows["day"] <= until]
    first = pd.DataFrame({"day": [0.0], "incidence": [0.0], "low": [0.0], "high": [0.0]})
    parts = [first, kept]
    if len(kept) and rows["day"].max() > until:
        parts.append(kept.iloc[[-1]].assign(day=float(until)))
    columns = ["day", "incidence", "low", "high"]
    return pd.concat([part[columns].astype("float64") for part in parts], ignore_index=True)


def _open_rows(result: ClockEstimates) -> pd.DataFrame:
    rows = result.restricted[
        (result.restricted["end"] == "open") & result.restricted["days"].notna()
    ]
    rows = rows[rows["horizon"] == rows["horizon"].max()]
    sizes = result.clocks.frame["group"].value_counts()
    rows = rows.assign(count=rows["group"].map(sizes)).nlargest(MOST_ROWS, "count")
    return rows.sort_values("days", ascending=False)


def _open_alt(result: ClockEstimates) -> Text:
    parts = [
        named_share(_name(result, row.group), row.days, row.low, row.high, form=integer)
        for row in _open_rows(result).itertuples()
    ]
    return Text(
        en="Dots with intervals of the mean days open by group. {parts}.",
        es="Puntos con intervalos de la media de días abiertos por grupo. {parts}.",
    ).format(parts=sentence(parts or [Text(en="No group", es="Ningún grupo")]))


def _open_subtitle(result: ClockEstimates) -> Text:
    return Text(
        en="Mean days open within the first {horizon}, until won or lost, with {level} intervals "
        "and the number of {what}",
        es="Media de días abiertos dentro de los primeros {horizon}, hasta ganar o perder, con "
        "intervalos de {level} y el número de {what}",
    ).format(
        horizon=both(days, _open_rows(result)["horizon"].max()),
        level=both(percent, result.about.level, digits=0),
        what=vocabulary.STARTS[result.clocks.unit],
    )


def _open_size(result: ClockEstimates) -> tuple[float, float]:
    return height_for(len(_open_rows(result)))


@drawing(alt=_open_alt, subtitle=_open_subtitle, size=_open_size)
def open_days(axes: Axes, result: ClockEstimates, lang: Language, **options: Any) -> None:
    """Draw the mean days open within the longest horizon, by group."""
    rows = _open_rows(result)
    teams = [style.TEAM_COLOURS.get(str(name), style.PALETTE[0]) for name in rows["group"]]
    whiskers(
        axes,
        [counted(_name(result, row.group), row.count, lang) for row in rows.itertuples()],
        rows["days"],
        rows["low"],
        rows["high"],
        teams,
    )
    axes.set_xlim(0, rows["horizon"].max())  # from 0, so that a small difference looks small
    axes.xaxis.set_major_formatter(lambda value, _: wording.decimal(value, lang, digits=0))
    axes.set_xlabel(Text(en="days open", es="días abiertos")[lang])
