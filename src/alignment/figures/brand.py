"""Figures about brand: its fade-out, its stock by region, the harvest, and who goes first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from alignment import style, vocabulary, wording
from alignment.exhibits import drawing
from alignment.figures.parts import named_share, percent_axis, sentence, whiskers
from alignment.horizons import Harvest, LeadLag, Panel
from alignment.text import Language, Text
from alignment.wording import both, decimal, integer, percent

_LEFT_AT = (13, 26, 52)  # weeks told in words
STOCKS = {
    "low": Text(en="brand stock low", es="capital de marca bajo"),
    "high": Text(en="brand stock high", es="capital de marca alto"),
}
WORKED = {
    True: Text(en="worked by sales", es="trabajado por ventas"),
    False: Text(en="not worked", es="sin trabajar"),
}


def _fade_alt(result: Panel) -> Text:
    rows = result.fade.set_index("weeks")
    parts = [
        named_share(
            Text(en="after {weeks} weeks", es="a las {weeks} semanas").format(
                weeks=both(integer, week)
            ),
            *rows.loc[week, ["share", "low", "high"]],
            digits=0,
        )
        for week in _LEFT_AT
    ]
    return Text(
        en="A falling line with its band: part of brand's effect left after it stops. {parts}.",
        es="Una línea que cae, con su banda: parte del efecto de la marca que queda al parar. "
        "{parts}.",
    ).format(parts=sentence(parts))


def _fade_subtitle(result: Panel) -> Text:
    return Text(
        en="Part of brand's effect on new {outcome} that is left, by weeks after it stops, with "
        "the {level} band; the line marks the end of the quarter",
        es="Parte que queda del efecto de la marca sobre la creación de {outcome}, por semanas "
        "desde que para, con banda de {level}; la línea marca el fin del trimestre",
    ).format(
        outcome=vocabulary.STARTS["lead" if result.outcome == "leads" else "opportunity"],
        level=both(percent, result.about.level, digits=0),
    )


@drawing(alt=_fade_alt, subtitle=_fade_subtitle)
def fade_out(axes: Axes, result: Panel, lang: Language, **options: Any) -> None:
    """Draw what is left of brand's effect after it stops."""
    rows = result.fade
    colour = style.TEAM_COLOURS["marketing"]
    axes.fill_between(rows["weeks"], rows["low"], rows["high"], color=colour, alpha=0.2, lw=0)
    axes.plot(rows["weeks"], rows["share"], color=colour)
    axes.axvline(13, color=style.MUTED, linewidth=1, linestyle=(0, (4, 3)))
    axes.axhline(0.5, color=style.MUTED, linewidth=1, linestyle=(0, (1, 2)))
    axes.set_xlim(0, 104)
    axes.set_ylim(0, 1.02)
    axes.set_xticks([0, 13, 26, 52, 78, 104])
    axes.set_xlabel(Text(en="weeks after brand stops", es="semanas desde que para la marca")[lang])
    percent_axis(axes, lang, axis="y")


def _stock_alt(result: Panel) -> Text:
    last = result.weekly.groupby("region")["brand_stock"].last().sort_values()
    dark = int(result.weekly.groupby("region")["dark"].any().sum())
    values = {
        "regions": both(integer, len(last)),
        "dark": both(integer, dark),
        "low": Text.same(str(last.index[0])),
        "high": Text.same(str(last.index[-1])),
        "a": both(decimal, last.iloc[0], digits=2),
        "b": both(decimal, last.iloc[-1], digits=2),
    }
    return Text(
        en="One line a region of its brand stock by week, {regions} regions, {dark} of them dark "
        "at some time. In the last week it is lowest in {low} ({a}) and highest in {high} ({b}).",
        es="Una línea por región con su capital de marca por semana: {regions} regiones, {dark} "
        "apagadas en algún momento. En la última semana es menor en {low} ({a}) y mayor en {high} "
        "({b}).",
    ).format(**values)


def _stock_subtitle(result: Panel) -> Text:
    return Text(
        en="Brand stock of each region by week (1 is full saturation), black where its brand was "
        "dark; the thick line is the mean",
        es="Capital de marca de cada región por semana (1 es saturación plena), en negro donde la "
        "marca estaba apagada; la línea gruesa es la media",
    )


@drawing(alt=_stock_alt, subtitle=_stock_subtitle)
def brand_stock(axes: Axes, result: Panel, lang: Language, **options: Any) -> None:
    """Draw the brand stock of each region by week."""
    for _, rows in result.weekly.groupby("region"):
        axes.plot(rows["week"], rows["brand_stock"], color=style.GREY, linewidth=1)
        dark = rows["brand_stock"].where(rows["dark"])
        axes.plot(rows["week"], dark, color=style.INK, linewidth=1.4)
    mean = result.weekly.groupby("week")["brand_stock"].mean()
    axes.plot(mean.index, mean, color=style.TEAM_COLOURS["marketing"], linewidth=3)
    axes.set_ylim(bottom=0)
    months = pd.DatetimeIndex(mean.index)
    starts = pd.date_range(months[0], months[-1], freq="QS")[:: max(len(months) // 65, 1)]
    axes.set_xticks(starts, [_quarter(start, lang) for start in starts])
    axes.yaxis.set_major_formatter(lambda value, _: wording.decimal(value, lang, digits=1))


def _quarter(start: pd.Timestamp, lang: Language) -> str:
    return f"{'Q' if lang == 'en' else 'T'}{start.quarter}\n{start.year}"


def _harvest_alt(result: Harvest) -> Text:
    parts = [
        named_share(
            Text(en="{stock}, {worked}", es="{stock}, {worked}").format(
                stock=STOCKS[str(row.stock)], worked=WORKED[bool(row.worked)]
            ),
            row.chance,
            row.low,
            row.high,
        )
        for row in result.frame.itertuples()
    ]
    return Text(
        en="Dots with intervals of the chance that an open deal is won in a week. {parts}.",
        es="Puntos con intervalos de la probabilidad de que un negocio abierto se gane en una "
        "semana. {parts}.",
    ).format(parts=sentence(parts))


def _harvest_subtitle(result: Harvest) -> Text:
    return Text(
        en="Chance that an open deal is won in a week, by brand stock of its region (quarter below "
        "and above) and whether sales worked it in the 28 days before, with {level} intervals",
        es="Probabilidad de que un negocio abierto se gane en una semana, según el capital de "
        "marca de su región (cuarto inferior y superior) y si ventas lo trabajó en los 28 días "
        "previos, con intervalos de {level}",
    ).format(level=both(percent, result.about.level, digits=0))


@drawing(alt=_harvest_alt, subtitle=_harvest_subtitle, size=(style.WIDTH, 3.0))
def brand_harvest(axes: Axes, result: Harvest, lang: Language, **options: Any) -> None:
    """Draw the chance of winning by brand stock and sales work."""
    rows = result.frame.sort_values(["worked", "stock"], ascending=[False, False])
    names = [
        Text(en="{worked}, {stock}", es="{worked}, {stock}").format(
            worked=WORKED[bool(row.worked)], stock=STOCKS[str(row.stock)]
        )[lang]
        for row in rows.itertuples()
    ]
    colours = [style.TEAM_COLOURS["sales"] if row else style.GREY for row in rows["worked"]]
    whiskers(axes, names, rows["chance"], rows["low"], rows["high"], colours)
    axes.set_xlim(left=0)
    percent_axis(axes, lang)


def _lag_rows(result: LeadLag) -> pd.DataFrame:
    return result.correlation[result.correlation["series"] == result.frame["series"].iloc[0]]


def _lag_alt(result: LeadLag) -> Text:
    rows = _lag_rows(result)
    top = rows.loc[rows["correlation"].abs().idxmax()]
    outside = rows[rows["correlation"].abs() > rows["band"]]
    return Text(
        en="Bars of the correlation of spend and sales by weeks between them. Largest {value} at "
        "{lag} weeks (below 0: sales first); {count} of {all} lags lie outside the band of "
        "±{band}.",
        es="Barras de la correlación entre inversión y ventas por semanas de distancia. Mayor "
        "{value} a {lag} semanas (bajo 0: primero ventas); {count} de {all} rezagos salen de la "
        "banda de ±{band}.",
    ).format(
        value=both(decimal, top["correlation"], digits=2),
        lag=both(integer, top["lag"]),
        count=both(integer, len(outside)),
        all=both(integer, len(rows)),
        band=both(decimal, rows["band"].iloc[0], digits=2),
    )


def _lag_subtitle(result: LeadLag) -> Text:
    return Text(
        en="Correlation of weekly spend and value won, each freed of its own past, trend and "
        "season; left: sales come first, right: spend does. In the band: chance, lag by lag, "
        "at {level}",
        es="Correlación de inversión y valor ganado por semana, cada uno sin su propio pasado, "
        "tendencia ni temporada; a la izquierda van primero las ventas, a la derecha la inversión. "
        "Dentro de la banda: azar, rezago a rezago, al {level}",
    ).format(level=both(percent, result.about.level, digits=0))


@drawing(alt=_lag_alt, subtitle=_lag_subtitle, size=(style.WIDTH, 3.2))
def lead_lag(axes: Axes, result: LeadLag, lang: Language, **options: Any) -> None:
    """Draw the correlation of spend and sales by the weeks between them."""
    rows = _lag_rows(result)
    first = np.where(rows["lag"] < 0, style.TEAM_COLOURS["sales"], style.TEAM_COLOURS["marketing"])
    colours = np.where(rows["lag"] == 0, style.GREY, first)
    axes.axhspan(-rows["band"].iloc[0], rows["band"].iloc[0], color=style.RULE, alpha=0.6, lw=0)
    axes.bar(rows["lag"], rows["correlation"], width=0.8, color=list(colours))
    axes.axvline(0, color=style.MUTED, linewidth=0.8)
    axes.set_xlabel(
        Text(
            en="← sales first    weeks    spend first →",
            es="← primero ventas    semanas    primero inversión →",
        )[lang]
    )
    limit = max(float(rows["correlation"].abs().max()), 2 * float(rows["band"].iloc[0]))
    axes.set_ylim(-1.1 * limit, 1.1 * limit)
    axes.yaxis.set_major_formatter(lambda value, _: wording.decimal(value, lang, digits=1))
