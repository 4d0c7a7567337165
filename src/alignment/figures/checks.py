"""Figures of what the weekly model knew before and after the data, and of its forecasts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from alignment import style, vocabulary, wording
from alignment.exhibits import drawing
from alignment.figures.parts import few_ticks, height_for, named_share, sentence, two_lines
from alignment.horizons import Diagnostics, LongShort
from alignment.horizons.answers import currency_told, measure_told
from alignment.horizons.effects import HORIZONS
from alignment.text import Language, Text
from alignment.wording import both, decimal, integer, percent

Floats = NDArray[np.float64]

_CELLS = ("short", "long")
_BINS = 32
_GAP = 0.14  # between the two columns, in widths of one


def _rows(result: LongShort) -> pd.DataFrame:
    rows = result.effects
    return rows[(rows["measure"] == measure_told(result)) & rows["horizon"].isin(_CELLS)]


def _prior_alt(result: LongShort) -> Text:
    parts = [
        named_share(
            Text(en="{name}, {when}", es="{name}, {when}").format(
                name=vocabulary.driver(str(row.driver)), when=vocabulary.HORIZONS[str(row.horizon)]
            ),
            max(row.learned, 0.0),
            np.nan,
            np.nan,
            digits=0,
        )
        for row in _rows(result).itertuples()
    ]
    return Text(
        en="For each activity and horizon, what was believed before the data (grey) and after "
        "(colour). How much closer to the estimate the data brought it: {parts}.",
        es="Por actividad y plazo, lo que se creía antes de los datos (gris) y después (color). "
        "Cuánto lo acercaron los datos a la estimación: {parts}.",
    ).format(parts=sentence(parts))


def _prior_subtitle(result: LongShort) -> Text:
    return Text(
        en="Effect of an average week before the data (grey) and after (colour); each cell runs "
        "to the number at its end. Where both look alike, the data did not tell",
        es="Efecto de una semana media antes de los datos (gris) y después (color); cada celda "
        "llega hasta el número de su extremo. Donde se parecen, los datos no dijeron nada",
    )


def _prior_size(result: LongShort) -> tuple[float, float]:
    return height_for(len(_rows(result)) // len(_CELLS), each=0.55, base=1.5)


def _heights(draws: Floats, low: float, high: float) -> Floats:
    """Give the share of draws by cell of a grid from `low` to `high`."""
    counts, _ = np.histogram(draws, bins=np.linspace(low, high, _BINS + 1))
    shares: Floats = counts / len(draws)
    return shares


@drawing(alt=_prior_alt, subtitle=_prior_subtitle, size=_prior_size)
def prior_and_posterior(axes: Axes, result: LongShort, lang: Language, **options: Any) -> None:
    """Draw what was believed of each effect before and after the data, in small cells."""
    responses = result.draws[measure_told(result)]
    spans = {name: (first, last) for name, first, last in HORIZONS}
    names = list(responses.names)
    for column, horizon in enumerate(_CELLS):
        after, before = responses.within(*spans[horizon])
        for place in range(len(names)):
            own, prior = after[:, place], before[:, place]
            both_ = np.concatenate([own, prior])
            low, high = min(0.0, float(np.quantile(both_, 0.02))), float(np.quantile(both_, 0.95))
            high = max(high, low + 1e-9)
            _cell(axes, (own, prior), (low, high), column * (1 + _GAP), len(names) - 1 - place)
            end = high if high > 0 else low
            axes.text(
                column * (1 + _GAP) + (1.0 if high > 0 else 0.0),
                len(names) - 1.05 - place,
                style.plain(wording.amount(end, lang, currency=currency_told(result))),
                ha="right" if high > 0 else "left",
                va="top",
                fontsize=7.5,
                color=style.MUTED,
            )
    axes.set_yticks(
        np.arange(len(names))[::-1] + 0.25,
        [two_lines(vocabulary.driver(name)[lang]) for name in names],
    )
    axes.set_xticks(
        [column * (1 + _GAP) + 0.5 for column in range(len(_CELLS))],
        [vocabulary.HORIZONS[horizon][lang] for horizon in _CELLS],
    )
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_ylim(-0.35, len(names) - 0.1)
    axes.grid(visible=False)


def _cell(
    axes: Axes, draws: tuple[Floats, Floats], ends: tuple[float, float], left: float, floor: float
) -> None:
    """Draw one cell: both distributions on one scale, 0.75 high."""
    own, prior = (_heights(part, *ends) for part in draws)
    scale = 0.75 / max(own.max(), prior.max(), 1e-12)
    edges = left + np.linspace(0, 1, _BINS + 1)
    axes.stairs(floor + scale * prior, edges, baseline=floor, fill=True, color=style.RULE)
    axes.stairs(
        floor + scale * own, edges, baseline=floor, color=style.TEAM_COLOURS["marketing"], lw=1.3
    )


def _forecast_alt(result: Diagnostics) -> Text:
    rows = result.forecast
    if not len(rows):
        return Text(
            en="Nothing is drawn: too few weeks for a forecast. {count} checks are in the table.",
            es="No se dibuja nada: faltan semanas para un pronóstico. En la tabla hay {count} "
            "pruebas.",
        ).format(count=both(integer, len(result.frame)))
    own, naive = ((rows["outcome"] - rows[name]).abs().mean() for name in ("estimate", "naive"))
    return Text(
        en="Dots of the outcome by week, with what the model had forecast (band) and the value of "
        "a year before (grey). Mean error: model {own}, year before {naive}.",
        es="Puntos del resultado por semana, con lo que había pronosticado el modelo (banda) y el "
        "valor de un año antes (gris). Error medio: modelo {own}, año antes {naive}.",
    ).format(own=both(decimal, own, digits=2), naive=both(decimal, naive, digits=2))


def _forecast_subtitle(result: Diagnostics) -> Text:
    return Text(
        en="Outcome by week (dots), forecast from the weeks before each quarter with its {level} "
        "band, and the value a year before (grey)",
        es="Resultado por semana (puntos), pronóstico con las semanas previas a cada trimestre y "
        "su banda de {level}, y el valor de un año antes (gris)",
    ).format(level=both(percent, result.about.level, digits=0))


@drawing(alt=_forecast_alt, subtitle=_forecast_subtitle)
def forecast_checked(axes: Axes, result: Diagnostics, lang: Language, **options: Any) -> None:
    """Draw what the model had forecast of the last quarters, and what came."""
    rows, colour = result.forecast, style.TEAM_COLOURS["marketing"]
    if not len(rows):
        said = Text(en="too few weeks for a forecast", es="faltan semanas para un pronóstico")
        axes.text(0.5, 0.5, said[lang], ha="center", transform=axes.transAxes, color=style.MUTED)
        axes.set_axis_off()
        return
    # No week brings less than nothing, whatever the band of a normal forecast holds.
    low = rows["low"].clip(lower=0.0)
    axes.fill_between(rows["week"], low, rows["high"], color=colour, alpha=0.2, lw=0)
    axes.plot(rows["week"], rows["naive"], color=style.GREY, linewidth=1.2)
    axes.plot(rows["week"], rows["estimate"], color=colour)
    axes.plot(rows["week"], rows["outcome"], "o", color=style.INK, markersize=4, clip_on=False)
    starts = pd.date_range(rows["week"].iloc[0], rows["week"].iloc[-1], freq="MS")
    starts = starts[:: max(len(starts) // 5, 1)]
    axes.set_xticks(starts, [wording.month(start, lang, short=True) for start in starts])
    axes.set_ylim(bottom=0.0)
    few_ticks(axes, axis="y")
    axes.yaxis.set_major_formatter(lambda value, _: wording.decimal(value, lang, digits=0))
