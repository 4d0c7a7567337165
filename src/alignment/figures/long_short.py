"""Figures of the weekly model: responses of both teams, late shares, brand stock, returns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from alignment import style, vocabulary, wording
from alignment.exhibits import drawing
from alignment.figures.parts import (
    few_ticks,
    height_for,
    named_share,
    percent_axis,
    sentence,
    whiskers,
)
from alignment.horizons import Diagnostics, LongShort
from alignment.horizons.answers import currency_told, measure_told, sales_told
from alignment.horizons.effects import BRAND, MARKETING
from alignment.text import Language, Text
from alignment.wording import amount, both, decimal, integer, percent

_SHOWN = (13, 26, 52)  # weeks told in words
_QUARTER = 13
_TICKS = [1, 13, 26, 39, 52]
_SHOWN_IN = {
    "opportunities": Text(
        en="new opportunities show it from here",
        es="las oportunidades nuevas lo muestran desde aquí",
    ),
    "won value": Text(en="it shows from here", es="se ve desde aquí"),
}
_OUTCOMES = {
    "opportunities": Text(en="opportunities created", es="oportunidades creadas"),
    "value": Text(en="value won", es="valor ganado"),
}


def _level(result: LongShort | Diagnostics) -> Text:
    return both(percent, result.about.level, digits=0)


def _told_amounts(axes: Axes, lang: Language, currency: str | None) -> None:
    few_ticks(axes, axis="y")
    axes.yaxis.set_major_formatter(lambda value, _: wording.amount(value, lang, currency=currency))


def _teams(result: LongShort) -> dict[str, str]:
    """Give the rows that stand for the teams, with their colours."""
    other, names = sales_told(result), result.draws[measure_told(result)].names
    found = {MARKETING: style.TEAM_COLOURS["marketing"]} if MARKETING in names else {}
    return found | ({other: style.TEAM_COLOURS["sales"]} if other else {})


def _curve(result: LongShort, driver: str) -> pd.DataFrame:
    rows = result.curves
    own = rows[(rows["driver"] == driver) & (rows["measure"] == measure_told(result))]
    return own[own["week"] <= _TICKS[-1]]


def _responses_alt(result: LongShort) -> Text:
    parts = [
        named_share(
            Text(en="{name}, by week {week}", es="{name}, hasta la semana {week}").format(
                name=vocabulary.driver(str(row.driver)), week=both(integer, row.week)
            ),
            row.cumulated,
            row.cumulated_low,
            row.cumulated_high,
            form=amount,
            currency=currency_told(result),
        )
        for name in _teams(result)
        for row in _curve(result, name).itertuples()
        if row.week in _SHOWN
    ]
    return Text(
        en="A line with its band for each team: what an average week of it brings in each week "
        "after. In all: {parts}.",
        es="Una línea con su banda por área: lo que una semana media trae en cada semana "
        "siguiente. En total: {parts}.",
    ).format(parts=sentence(parts))


def _responses_subtitle(result: LongShort) -> Text:
    return Text(
        en="What an average week of activity brings in each week from then on, {what}, with the "
        "{level} band (cut where it leaves the figure); the line marks the end of the quarter",
        es="Lo que una semana media de actividad trae en cada semana desde entonces, {what}, con "
        "banda de {level} (cortada si sale de la figura); la línea marca el fin del trimestre",
    ).format(what=_OUTCOMES[measure_told(result)], level=_level(result))


@drawing(alt=_responses_alt, subtitle=_responses_subtitle)
def team_responses(axes: Axes, result: LongShort, lang: Language, **options: Any) -> None:
    """Draw what a week of each team brings in each week after it, with bands."""
    top, bottom = 0.0, 0.0
    for name, colour in _teams(result).items():
        rows = _curve(result, name)
        axes.fill_between(rows["week"], rows["low"], rows["high"], color=colour, alpha=0.18, lw=0)
        _marked(axes, rows, "estimate", color=colour, label=vocabulary.driver(name)[lang])
        # A first week of open deals may stand far above all others: let it leave the figure.
        top = max(top, float(rows["high"].quantile(0.96)), 1.15 * float(rows["estimate"].max()))
        bottom = min(bottom, float(rows["low"].quantile(0.04)))
    axes.axvline(_QUARTER, color=style.MUTED, linewidth=1, linestyle=(0, (4, 3)))
    axes.set_xlim(1, _TICKS[-1])
    axes.set_ylim(1.1 * bottom, 1.1 * top)
    axes.set_xticks(_TICKS)
    axes.set_xlabel(Text(en="weeks from the activity", es="semanas desde la actividad")[lang])
    axes.legend(loc="upper right")
    _told_amounts(axes, lang, currency_told(result))


def _marked(axes: Axes, rows: pd.DataFrame, column: str, **options: Any) -> None:
    """Draw a line by week, dashed where it is extrapolated."""
    known = ~rows["extrapolated"].to_numpy(bool)
    axes.plot(rows["week"], rows[column].where(known), **options)
    beyond = {**options, "label": None, "linestyle": (0, (2, 2)), "linewidth": 1.6}
    axes.plot(rows["week"], rows[column].where(~known), **beyond)


def _late_rows(result: LongShort) -> pd.DataFrame:
    rows = result.timing
    return rows[(rows["measure"] == measure_told(result)) & (rows["quantity"] == "late share")]


def _late_alt(result: LongShort) -> Text:
    rows = _late_rows(result)
    parts = [
        named_share(vocabulary.driver(str(row.driver)), row.estimate, row.low, row.high, digits=0)
        for row in rows.itertuples()
    ]
    return Text(
        en="A dot with its interval for each activity: part of the year's effect that comes after "
        "the quarter, grey for the {grey} of {all} that cannot be told. {parts}.",
        es="Un punto con su intervalo por actividad: parte del efecto del año que llega tras el "
        "trimestre, en gris {grey} de {all} de las que no se puede saber. {parts}.",
    ).format(
        grey=both(integer, int((rows["verdict"] != "told").sum())),
        all=both(integer, len(rows)),
        parts=sentence(parts),
    )


def _late_subtitle(result: LongShort) -> Text:
    return Text(
        en="Part of a year's effect, {what}, that comes after the first quarter, with {level} "
        "intervals; grey: the data hardly tell, so that it is the assumption",
        es="Parte del efecto de un año, {what}, que llega tras el primer trimestre, con intervalos "
        "de {level}; en gris: los datos apenas dicen algo, así que es el supuesto",
    ).format(what=_OUTCOMES[measure_told(result)], level=_level(result))


def _late_size(result: LongShort) -> tuple[float, float]:
    return height_for(len(_late_rows(result)))


def _team_colour(result: LongShort, name: str) -> str:
    drivers = result.panel.drivers.set_index("driver")["team"]
    team = drivers.get(name, "marketing" if name in (MARKETING, BRAND) else "sales")
    return style.TEAM_COLOURS[str(team)]


@drawing(alt=_late_alt, subtitle=_late_subtitle, size=_late_size)
def short_long_shares(axes: Axes, result: LongShort, lang: Language, **options: Any) -> None:
    """Draw which part of each activity's year comes after the quarter."""
    rows = _late_rows(result)
    colours = [
        _team_colour(result, str(row.driver)) if row.verdict == "told" else style.GREY
        for row in rows.itertuples()
    ]
    names = [vocabulary.driver(str(name))[lang] for name in rows["driver"]]
    whiskers(axes, names, rows["estimate"], rows["low"], rows["high"], colours)
    axes.set_xlim(min(0.0, float(rows["low"].min()) - 0.06), 1.02)
    percent_axis(axes, lang)


def _stock_alt(result: LongShort) -> Text:
    last, mean = result.stock.iloc[-1], result.panel.frame["outcome"].mean()
    return Text(
        en="A grey line of the outcome by week, mean {mean}, and a band of what brand stock "
        "brought of it, in the last week {stock}.",
        es="Una línea gris con el resultado por semana, media {mean}, y una banda con lo que trajo "
        "de él el capital de marca: en la última semana, {stock}.",
    ).format(
        mean=both(decimal, mean),
        stock=named_share(Text.same(""), last["estimate"], last["low"], last["high"], form=decimal),
    )


def _stock_subtitle(result: LongShort) -> Text:
    return Text(
        en="{what} a week, mean of four weeks (grey), and the part that the stock of brand "
        "brought (band of {level}); a band from zero on: there may be none",
        es="{what} por semana, media de cuatro (gris), y la parte que trajo el capital de marca "
        "(banda de {level}); si la banda parte de cero, puede no haberlo",
    ).format(
        what=Text(en="Opportunities", es="Oportunidades")
        if result.panel.outcome == "opportunities"
        else Text(en="Value won", es="Valor ganado"),
        level=_level(result),
    )


@drawing(alt=_stock_alt, subtitle=_stock_subtitle)
def stock_and_harvest(axes: Axes, result: LongShort, lang: Language, **options: Any) -> None:
    """Draw what the slow stock of brand brought in each week, beneath the outcome."""
    stock, frame = result.stock, result.panel.frame
    colour = style.TEAM_COLOURS["marketing"]
    smooth = frame["outcome"].rolling(4, min_periods=1).mean()
    axes.plot(frame["week"], smooth, color=style.GREY, linewidth=1.4)
    axes.fill_between(stock["week"], stock["low"], stock["high"], color=colour, alpha=0.2, lw=0)
    axes.plot(stock["week"], stock["estimate"], color=colour)
    axes.set_ylim(bottom=0)
    _quarters(axes, frame["week"], lang)
    direct = result.panel.outcome != "opportunities"
    _told_amounts(axes, lang, result.currency if direct else None)


def _quarters(axes: Axes, weeks: pd.Series, lang: Language) -> None:
    starts = pd.date_range(weeks.iloc[0], weeks.iloc[-1], freq="QS")
    starts = starts[:: max(len(starts) // 6, 1)]
    letter = "Q" if lang == "en" else "T"
    axes.set_xticks(starts, [f"{letter}{start.quarter}\n{start.year}" for start in starts])


def _stop_rows(result: LongShort) -> pd.DataFrame:
    stop = result.stop
    assert stop is not None
    rows = stop.frame[(stop.frame["measure"] == measure_told(result)) & (stop.frame["week"] <= 104)]
    return rows


def _stop_alt(result: LongShort) -> Text:
    rows, stop = _stop_rows(result).set_index("week"), result.stop
    assert stop is not None
    parts = [
        named_share(
            Text(en="in week {week}", es="en la semana {week}").format(week=both(integer, week)),
            *rows.loc[week, ["loss", "low", "high"]],
            form=amount,
            currency=currency_told(result),
        )
        for week in (13, 26, 52, 78, 104)
    ]
    return Text(
        en="A line with its band of what is lost a week, if brand stops for a year and then goes "
        "on: {parts}.",
        es="Una línea con su banda de lo que se pierde por semana si la marca para un año y luego "
        "sigue: {parts}.",
    ).format(parts=sentence(parts))


def _stop_subtitle(result: LongShort) -> Text:
    return Text(
        en="What is lost in each week, {what}, if all brand stops for a year (shaded) and then "
        "goes on as before, with the {level} band; dashed: extrapolated",
        es="Lo que se pierde cada semana, {what}, si toda la marca para un año (sombreado) y luego "
        "sigue como antes, con banda de {level}; a trazos: extrapolado",
    ).format(what=_OUTCOMES[measure_told(result)], level=_level(result))


@drawing(alt=_stop_alt, subtitle=_stop_subtitle)
def brand_stopped(axes: Axes, result: LongShort, lang: Language, **options: Any) -> None:
    """Draw what is lost week by week if brand stops for a year."""
    rows, stop = _stop_rows(result), result.stop
    assert stop is not None
    colour = style.TEAM_COLOURS["marketing"]
    axes.axvspan(1, 52, color=style.RULE, alpha=0.4, lw=0)
    axes.fill_between(rows["week"], rows["low"], rows["high"], color=colour, alpha=0.2, lw=0)
    _marked(axes, rows, "loss", color=colour)
    axes.set_xlim(1, 104)
    top = 1.12 * float(rows["high"].max())
    axes.set_ylim(0, top)
    if np.isfinite(stop.shows_low):
        axes.axvline(stop.shows_low, color=style.INK, linewidth=1, linestyle=(0, (4, 3)))
        said, right = _SHOWN_IN[result.panel.outcome][lang], stop.shows_low <= 36
        where: dict[str, Any] = {"ha": "left" if right else "right", "va": "top", "fontsize": 9}
        axes.text(stop.shows_low + (1 if right else -1), 0.98 * top, said, **where)
    axes.set_xticks([1, 13, 26, 39, 52, 65, 78, 91, 104])
    axes.set_xlabel(Text(en="weeks after brand stops", es="semanas desde que para la marca")[lang])
    _told_amounts(axes, lang, currency_told(result))


def _return_rows(result: LongShort) -> pd.DataFrame:
    return result.returns[result.returns["weeks"].isin([13, 52])]


def _return_name(row: Any) -> Text:
    when = (
        Text(en="quarter", es="trimestre") if row.weeks == _QUARTER else Text(en="year", es="año")
    )
    return Text(en="{name}, {when}", es="{name}, {when}").format(
        name=vocabulary.driver(str(row.driver)), when=when
    )


def _return_alt(result: LongShort) -> Text:
    parts = [
        named_share(_return_name(row), row.estimate, row.low, row.high, form=decimal, digits=2)
        for row in _return_rows(result).itertuples()
    ]
    return Text(
        en="Dots with intervals of the value won for each 1 spent, with a line at 1. {parts}.",
        es="Puntos con intervalos del valor ganado por cada 1 invertido, con una línea en 1. "
        "{parts}.",
    ).format(parts=sentence(parts))


def _return_subtitle(result: LongShort) -> Text:
    return Text(
        en="Value won for each {currency} spent, within the quarter (grey) and within the year, "
        "with {level} intervals; at the line it equals the spend",
        es="Valor ganado por cada {currency} invertido, en el trimestre (gris) y en el año, con "
        "intervalos de {level}; en la línea iguala la inversión",
    ).format(currency=Text.same(result.currency or ""), level=_level(result))


def _return_size(result: LongShort) -> tuple[float, float]:
    return height_for(len(_return_rows(result)))


@drawing(alt=_return_alt, subtitle=_return_subtitle, size=_return_size)
def returns_by_horizon(axes: Axes, result: LongShort, lang: Language, **options: Any) -> None:
    """Draw the value won for each unit of spend, within the quarter and within the year."""
    rows = _return_rows(result)
    names = [_return_name(row)[lang] for row in rows.itertuples()]
    colours = [
        style.GREY if week == _QUARTER else style.TEAM_COLOURS["marketing"]
        for week in rows["weeks"]
    ]
    whiskers(axes, names, rows["estimate"], rows["low"], rows["high"], colours)
    axes.axvline(1, color=style.MUTED, linewidth=1, linestyle=(0, (4, 3)))
    axes.set_xlim(left=0)
    few_ticks(axes)
    axes.xaxis.set_major_formatter(lambda value, _: wording.decimal(value, lang, digits=1))
