"""Figures about the open pipeline: the fan, what is stale, and forecasts beside what happened."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from alignment import style, vocabulary, wording
from alignment.exhibits import drawing
from alignment.figures.parts import few_ticks, height_for, percent_axis, sentence, two_lines
from alignment.lead_to_close.backtest import Backtest
from alignment.lead_to_close.pipeline import OpenPipeline
from alignment.text import Language, Text
from alignment.wording import both, days, integer, interval, money, percent

BLUE = style.PALETTE[0]
MOST_STAGES = 12


def _period(name: str) -> Text:
    return vocabulary.quarter(name.replace("-", "")) if "-Q" in name else Text.same(name)


def _written(value: float, result: OpenPipeline) -> Text:
    if result.currency is None:
        return both(wording.decimal, value, digits=0)
    return both(money, value, currency=result.currency, compact=True)


def _fan_alt(result: OpenPipeline) -> Text:
    parts = []
    goals = result.coverage.set_index("period")["goal"]
    for row in result.periods.query("part == 'total'").itertuples():
        goal = goals[row.period]
        parts.append(
            Text(
                en="{period}: {value} expected, {low} to {high}{goal}",
                es="{period}: se esperan {value}, entre {low} y {high}{goal}",
            ).format(
                period=_period(row.period),
                value=_written(row.value, result),
                low=_written(row.value_low, result),
                high=_written(row.value_high, result),
                goal=Text(en=", goal {goal}", es=", objetivo {goal}").format(
                    goal=_written(goal, result)
                )
                if pd.notna(goal)
                else Text.same(""),
            )
        )
    return Text(
        en="Won value cumulated over each period, with a fan of forecasts that widens with time. "
        "{parts}.",
        es="Valor ganado acumulado en cada periodo, con un abanico de pronósticos que se abre con "
        "el tiempo. {parts}.",
    ).format(parts=sentence(parts))


def _fan_subtitle(result: OpenPipeline) -> Text:
    return Text(
        en="Won value cumulated within each period: won so far (dark), then the median forecast "
        "with its 50% and {level} intervals; dashed, the goal",
        es="Valor ganado acumulado en cada periodo: lo ya ganado (oscuro), luego la mediana del "
        "pronóstico con intervalos de 50 % y {level}; con rayas, el objetivo",
    ).format(level=both(percent, result.about.level, digits=0))


@drawing(alt=_fan_alt, subtitle=_fan_subtitle, size=(style.WIDTH, 4.0))
def pipeline_fan(axes: Axes, result: OpenPipeline, lang: Language, **options: Any) -> None:
    """Draw what is won so far and the fan of what will be, beside the goals."""
    goals = result.coverage.set_index("period")["goal"]
    first = result.fan["day"].iloc[0]
    so_far = result.won_so_far
    if len(so_far):
        day = so_far["closed_at"].dt.tz_localize(None)
        axes.step(
            [*day, first],
            [*so_far["value"].cumsum(), so_far["value"].sum()],
            where="post",
            color=style.INK,
        )
    for period, rows in result.fan.groupby("period", sort=False):
        span = rows["day"]
        axes.fill_between(span, rows["low"], rows["high"], color=BLUE, alpha=0.18, lw=0)
        axes.fill_between(span, rows["inner_low"], rows["inner_high"], color=BLUE, alpha=0.3, lw=0)
        axes.plot(span, rows["value"], color=BLUE)
        goal = goals[str(period)]
        begins = span.iloc[0]
        if len(so_far) and begins == first:
            begins = so_far["closed_at"].dt.tz_localize(None).iloc[0]
        if pd.notna(goal):
            axes.plot([begins, span.iloc[-1]], [goal, goal], "--", color=style.MUTED, lw=1.4)
            axes.annotate(
                style.plain(
                    Text(en="goal {period}", es="objetivo {period}").format(
                        period=_period(str(period))
                    )[lang]
                ),
                (begins, goal),
                xytext=(0, 3),
                textcoords="offset points",
                color=style.MUTED,
                fontsize=9,
            )
    axes.set_ylim(bottom=0)
    few_ticks(axes, axis="y")
    axes.yaxis.set_major_formatter(
        lambda value, _: style.plain(_written(value, result)[lang]) if value else "0"
    )
    low = min([first, *so_far["closed_at"].dt.tz_localize(None)])
    months = pd.date_range(low.to_period("M").start_time, result.fan["day"].max(), freq="MS")
    months = months[months >= low] if len(months) > 1 else months
    names = [wording.month(day, lang, short=True).rsplit(" ", 1)[0] for day in months]
    axes.set_xticks(list(months), names)


def _stale_rows(result: OpenPipeline) -> pd.DataFrame:
    rows = result.deals.drop_duplicates("opportunity_id").merge(
        result.limits.dropna(), on=["pipeline", "stage"]
    )
    rows = rows.assign(stale=rows["age"] > rows["limit_days"])
    table = rows.groupby(["pipeline", "stage"], sort=False).agg(
        open=("stale", "size"), stale=("stale", "sum"), limit_days=("limit_days", "first")
    )
    return table.sort_values("open", ascending=False).head(MOST_STAGES).reset_index()


def _stale_alt(result: OpenPipeline) -> Text:
    parts = [
        Text(
            en="{stage}: {stale} of {open} older than {limit}",
            es="{stage}: {stale} de {open} con más de {limit}",
        ).format(
            stage=Text.same(row.stage),
            stale=both(integer, row.stale),
            open=both(integer, row.open),
            limit=both(days, row.limit_days),
        )
        for row in _stale_rows(result).itertuples()
    ]
    return Text(en="Bars of open deals by stage. {parts}.", es="Barras por etapa. {parts}.").format(
        parts=sentence(parts or [Text(en="No stage", es="Ninguna etapa")])
    )


def _stale_subtitle(result: OpenPipeline) -> Text:
    return Text(
        en="Open deals by stage; in blue, those older than nine in ten won ones (limit in days)",
        es="Negocios abiertos por etapa; en azul, los que superan a nueve de cada diez ganados "
        "(límite en días)",
    )


def _stale_size(result: OpenPipeline) -> tuple[float, float]:
    return height_for(len(_stale_rows(result)))


@drawing(alt=_stale_alt, subtitle=_stale_subtitle, size=_stale_size)
def stale_ages(axes: Axes, result: OpenPipeline, lang: Language, **options: Any) -> None:
    """Draw the open deals of each stage, and the stale ones among them."""
    rows = _stale_rows(result)
    places = np.arange(len(rows))[::-1]
    axes.barh(places, rows["open"], color=style.RULE, height=0.6)
    axes.barh(places, rows["stale"], color=BLUE, height=0.6)
    for place, row in zip(places, rows.itertuples(), strict=True):
        axes.annotate(
            f"{wording.integer(row.stale, lang)} / {wording.integer(row.open, lang)}",
            (row.open, place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=style.MUTED,
        )
    names = [f"{row.stage} · {wording.days(row.limit_days, lang)}" for row in rows.itertuples()]
    axes.set_yticks(places, [two_lines(name) for name in names])
    axes.grid(visible=False, axis="y")
    axes.set_xlim(0, 1.15 * max(rows["open"].max(), 1))
    axes.set_xlabel(Text(en="open deals", es="negocios abiertos")[lang])


def _open_rows(result: Backtest) -> pd.DataFrame:
    return result.periods[result.periods["part"] == "open"].reset_index(drop=True)


def _outcome_alt(result: Backtest) -> Text:
    parts = [
        Text(
            en="{period}: dashboard {dashboard}, forecast {told} ({interval}), won {won}",
            es="{period}: tablero {dashboard}, pronóstico {told} ({interval}), ganados {won}",
        ).format(
            period=_period(row.period),
            dashboard=both(integer, round(row.dashboard_deals)),
            told=both(integer, round(row.deals)),
            interval=both(interval, row.deals_low, row.deals_high, form=integer),
            won=both(integer, row.deals_won),
        )
        for row in _open_rows(result).itertuples()
    ]
    return Text(
        en="For each past quarter, three marks on one line. {parts}.",
        es="Para cada trimestre pasado, tres marcas en una línea. {parts}.",
    ).format(parts=sentence(parts))


def _outcome_subtitle(result: Backtest) -> Text:
    return Text(
        en="Wins from the deals open when each quarter began: open × win rate, the forecast with "
        "its {level} interval, and what happened",
        es="Ganados entre los negocios abiertos al empezar cada trimestre: abiertos × tasa de "
        "cierre, el pronóstico con su intervalo de {level}, y lo que ocurrió",
    ).format(level=both(percent, result.level, digits=0))


def _outcome_size(result: Backtest) -> tuple[float, float]:
    return height_for(len(_open_rows(result)), base=1.9)


@drawing(alt=_outcome_alt, subtitle=_outcome_subtitle, size=_outcome_size)
def dashboard_and_outcome(axes: Axes, result: Backtest, lang: Language, **options: Any) -> None:
    """Draw what the dashboard would have said, what the forecast said, and what happened."""
    rows = _open_rows(result)
    places = np.arange(len(rows))[::-1]
    axes.hlines(places, rows["deals_low"], rows["deals_high"], color=BLUE, lw=2.2)
    marks = (
        ("dashboard_deals", "x", style.GREY, Text(en="open × win rate", es="abiertos × tasa")),
        ("deals", "o", BLUE, Text(en="forecast", es="pronóstico")),
        ("deals_won", "D", style.INK, Text(en="happened", es="ocurrió")),
    )
    for column, marker, colour, name in marks:
        axes.plot(
            rows[column], places, marker, color=colour, markersize=7, mew=2, ls="", label=name[lang]
        )
    axes.set_yticks(places, [_period(name)[lang] for name in rows["period"]])
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlim(left=0)
    few_ticks(axes)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.set_xlabel(
        Text(en="deals won in the quarter", es="negocios ganados en el trimestre")[lang]
    )
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2, fontsize=9)


def _calibration_alt(result: Backtest) -> Text:
    parts = [
        Text(
            en="told {told}: {share} of {deals} won ({interval})",
            es="dicho {told}: se ganó {share} de {deals} ({interval})",
        ).format(
            told=both(percent, row.forecast, digits=0),
            share=both(percent, row.share, digits=0),
            deals=both(integer, row.deals),
            interval=both(interval, row.low, row.high, form=percent, digits=0),
        )
        for row in result.bands.itertuples()
    ]
    return Text(
        en="Dots by band of probability, beside the diagonal of a perfect forecast. {parts}.",
        es="Puntos por tramo de probabilidad, junto a la diagonal del pronóstico perfecto. "
        "{parts}.",
    ).format(parts=sentence(parts))


def _calibration_subtitle(result: Backtest) -> Text:
    return Text(
        en="Share of deals won in the quarter by the probability told at its start, with {level} "
        "intervals and the number of deals; on the line the forecast is exact",
        es="Parte de negocios ganados en el trimestre según la probabilidad dicha al empezar, con "
        "intervalos de {level} y el número de negocios; sobre la línea el pronóstico es exacto",
    ).format(level=both(percent, result.level, digits=0))


@drawing(alt=_calibration_alt, subtitle=_calibration_subtitle, size=(style.WIDTH, 4.2))
def calibration(axes: Axes, result: Backtest, lang: Language, **options: Any) -> None:
    """Draw what happened against what was told, by band of probability."""
    rows = result.bands
    top = 1.05 * max(rows["high"].max(), rows["forecast"].max())
    axes.plot([0, top], [0, top], color=style.MUTED, lw=1.2)
    axes.vlines(rows["forecast"], rows["low"], rows["high"], color=BLUE, lw=2.2)
    axes.plot(rows["forecast"], rows["share"], "o", color=BLUE, markersize=7, clip_on=False)
    for row in rows.itertuples():
        axes.annotate(
            wording.integer(row.deals, lang),
            (row.forecast, row.high),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            color=style.MUTED,
            fontsize=9,
        )
    axes.set_xlim(0, top)
    axes.set_ylim(0, 1.08 * top)
    percent_axis(axes, lang)
    percent_axis(axes, lang, axis="y")
    axes.set_xlabel(Text(en="probability told", es="probabilidad dicha")[lang])
