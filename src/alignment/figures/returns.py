"""Figures about money: credit beside spend, channel by channel."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from alignment import style, vocabulary, wording
from alignment.attribution import Returns
from alignment.exhibits import drawing
from alignment.figures.parts import few_ticks, height_for, named_share, sentence, whiskers
from alignment.text import Language, Text
from alignment.wording import both, decimal, percent

MOST = 12


def _alt(result: Returns) -> Text:
    parts = [
        named_share(
            vocabulary.word(vocabulary.KEYS, row.key),
            row.return_on_spend,
            row.return_low,
            row.return_high,
            form=decimal,
            digits=1,
        )
        for row in result.paid().head(MOST).itertuples()
    ]
    return Text(
        en="Dots with intervals of the credit for each 1 spent, by channel, against a line at one. "
        "{parts}.",
        es="Puntos con intervalos del crédito por cada 1 invertido, por canal, frente a una "
        "línea en uno. {parts}.",
    ).format(parts=sentence(parts))


def _subtitle(result: Returns) -> Text:
    return Text(
        en="Won value credited for each 1 spent in the same days, with {level} sampling "
        "intervals; at the line credit equals spend",
        es="Valor ganado atribuido por cada 1 invertido en los mismos días, con intervalos de "
        "muestreo de {level}; en la línea el crédito iguala a la inversión",
    ).format(level=both(percent, result.about.level, digits=0))


def _size(result: Returns) -> tuple[float, float]:
    return height_for(min(len(result.paid()), MOST))


@drawing(alt=_alt, subtitle=_subtitle, size=_size)
def channel_returns(axes: Axes, result: Returns, lang: Language, **options: Any) -> None:
    """Draw the return of each channel with spend."""
    rows = result.paid().head(MOST)
    names = [vocabulary.word(vocabulary.KEYS, key)[lang] for key in rows["key"]]
    axes.axvline(1, color=style.MUTED, linewidth=1, linestyle=(0, (4, 3)))
    colours = [style.INK] * len(rows)
    whiskers(axes, names, rows["return_on_spend"], rows["return_low"], rows["return_high"], colours)
    axes.set_xlim(left=0)
    few_ticks(axes)
    axes.xaxis.set_major_formatter(lambda value, _: wording.decimal(value, lang, digits=1))
