"""Figures about what each quarter has sown: won so far, and expected of its open deals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from alignment import style, vocabulary
from alignment.exhibits import drawing
from alignment.figures.parts import few_ticks, sentence
from alignment.horizons import Sown
from alignment.text import Language, Text
from alignment.wording import both, integer, money, percent

QUARTERS = 8
_WON = Text(en="won so far", es="ganado hasta hoy")
_EXPECTED = Text(en="expected of open deals", es="esperado de los abiertos")


def _rows(result: Sown) -> pd.DataFrame:
    return result.frame[result.frame["group"] == "all"].tail(QUARTERS)


def _amount(result: Sown, value: float) -> Text:
    if result.currency is None:
        return both(integer, value)
    return both(money, value, currency=result.currency, compact=True)


def _alt(result: Sown) -> Text:
    parts = [
        Text(
            en="{quarter} {won} won and {expected} expected",
            es="{quarter} {won} ganado y {expected} esperado",
        ).format(
            quarter=vocabulary.quarter(row.quarter),
            won=_amount(result, row.won),
            expected=_amount(result, row.expected),
        )
        for row in _rows(result).itertuples()
    ]
    return Text(
        en="Bars by quarter of first touch: won so far, and expected of open deals. {parts}.",
        es="Barras por trimestre de la primera interacción: ganado hasta hoy y esperado de los "
        "negocios abiertos. {parts}.",
    ).format(parts=sentence(parts))


def _subtitle(result: Sown) -> Text:
    return Text(
        en="By quarter of first touch: value won so far, and expected of its open deals by the end "
        "of {until}, with the {level} interval of the sum",
        es="Por trimestre de la primera interacción: valor ganado hasta hoy y esperado de sus "
        "negocios abiertos hasta el fin de {until}, con el intervalo de {level} de la suma",
    ).format(
        until=vocabulary.period(result.until),
        level=both(percent, result.about.level, digits=0),
    )


def _tick(quarter: str, lang: Language) -> str:
    year, _, number = quarter.partition("Q")
    return f"{'Q' if lang == 'en' else 'T'}{number}\n{year}"


@drawing(alt=_alt, subtitle=_subtitle, size=(style.WIDTH, 4.0))
def sown(axes: Axes, result: Sown, lang: Language, **options: Any) -> None:
    """Draw what each quarter of first touches has won and is expected to win."""
    rows = _rows(result)
    places = np.arange(len(rows))
    won = rows["won"].to_numpy()
    axes.bar(places, won, width=0.66, color=style.PALETTE[0], label=_WON[lang])
    axes.bar(
        places,
        rows["expected"],
        bottom=won,
        width=0.66,
        facecolor="white",
        edgecolor=style.PALETTE[0],
        hatch="////",
        linewidth=1,
        label=_EXPECTED[lang],
    )
    some = rows["high"].to_numpy() > 0
    axes.vlines(
        places[some],
        (won + rows["low"].to_numpy())[some],
        (won + rows["high"].to_numpy())[some],
        color=style.INK,
        linewidth=1.6,
    )
    axes.set_xticks(places, [_tick(str(quarter), lang) for quarter in rows["quarter"]])
    axes.set_ylim(bottom=0)
    few_ticks(axes, axis="y")
    axes.yaxis.set_major_formatter(lambda value, _: _amount(result, value)[lang])
    axes.legend(ncols=2, loc="upper center", bbox_to_anchor=(0.45, -0.16), fontsize=9)
