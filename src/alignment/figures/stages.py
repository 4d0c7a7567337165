"""Time in each stage as a distribution: how long visits last, those not left counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from alignment import style, wording
from alignment.exhibits import drawing
from alignment.figures.parts import height_for, named_share, sentence, two_lines
from alignment.lead_to_close import TimeInStage
from alignment.text import Language, Text
from alignment.wording import both, integer, percent

_COLUMNS = ("q10", "q25", "q50", "q75", "q90")


def _shown(result: TimeInStage) -> pd.DataFrame:
    """Give one row a stage with its quantiles; those not reached are missing."""
    rows = result.frame.query("not too_few").sort_values("position", kind="stable")
    if not len(result.quantiles):  # a result made by hand has its medians only
        return rows.assign(**dict.fromkeys(_COLUMNS, np.nan), seen_until=np.nan)
    wide = result.quantiles.pivot_table(
        index=["pipeline", "stage"], columns="quantile", values="days", dropna=False
    )
    wide = wide.set_axis([f"q{round(100 * share)}" for share in wide.columns], axis=1)
    until = result.quantiles.groupby(["pipeline", "stage"])["seen_until"].first()
    return rows.join(wide.join(until), on=["pipeline", "stage"])


def _alt(result: TimeInStage) -> Text:
    parts = [
        Text(
            en="{median}, one in ten by {q10}, nine in ten by {q90}",
            es="{median}, uno de cada diez a los {q10}, nueve de cada diez a los {q90}",
        ).format(
            median=named_share(
                Text.same(row.stage), row.median_days, row.median_low, row.median_high, form=integer
            ),
            q10=both(integer, row.q10),
            q90=both(integer, row.q90),
        )
        for row in _shown(result).itertuples()
    ]
    return Text(
        en="Bars of the days in each stage: median with interval. {parts}.",
        es="Barras de los días en cada etapa: mediana con intervalo. {parts}.",
    ).format(parts=sentence(parts or [Text(en="No stage", es="Ninguna etapa")]))


def _subtitle(result: TimeInStage) -> Text:
    return Text(
        en="Days in each stage, deals still there counted: the dot is the median with its {level} "
        "interval, the bar holds the middle half, the thin line eight in ten; an arrow goes on "
        "beyond the data. Visits · still there",
        es="Días en cada etapa, contando los que siguen ahí: el punto es la mediana con su "
        "intervalo de {level}, la barra abarca la mitad central, la línea fina ocho de cada diez; "
        "una flecha sigue más allá de los datos. Entradas · siguen ahí",
    ).format(level=both(percent, result.about.level, digits=0))


def _size(result: TimeInStage) -> tuple[float, float]:
    return height_for(len(_shown(result)), each=0.52, base=1.5)


@drawing(alt=_alt, subtitle=_subtitle, size=_size)
def stages(axes: Axes, result: TimeInStage, lang: Language, **options: Any) -> None:
    """Draw the distribution of days in each stage, in the order of the pipeline."""
    rows = _shown(result)
    blue = style.PALETTE[0]
    places = np.arange(len(rows))[::-1]
    for place, row in zip(places, rows.itertuples(), strict=True):
        _span(axes, place, row.q10, row.q90, row.seen_until, colour=style.GREY, width=1.4)
        _span(axes, place, row.q25, row.q75, row.seen_until, colour=style.RULE, width=13)
        high = row.median_high if np.isfinite(row.median_high) else row.seen_until
        axes.plot([row.median_low, high], [place, place], color=blue, linewidth=3.2)
        axes.plot([row.median_days], [place], "o", color=blue, markersize=7)
    names = [
        f"{two_lines(row.stage)}\n{wording.integer(row.visits, lang)} · "
        f"{wording.integer(row.still_there, lang)}"
        for row in rows.itertuples()
    ]
    axes.set_yticks(places, names)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlim(left=0)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.xaxis.set_major_formatter(lambda value, _: wording.decimal(value, lang, digits=0))
    axes.set_xlabel(Text(en="days in the stage", es="días en la etapa")[lang])


def _span(
    axes: Axes, place: float, low: float, high: float, until: float, *, colour: str, width: float
) -> None:
    """Draw from one quantile to another; one that is not reached goes on as an arrow."""
    if not np.isfinite(low):
        return
    end = high if np.isfinite(high) else until
    axes.plot(
        [low, end], [place, place], color=colour, linewidth=width, solid_capstyle="butt", zorder=1.5
    )
    if not np.isfinite(high) and np.isfinite(until):
        axes.plot([until], [place], ">", color=colour, markersize=7, clip_on=False)
