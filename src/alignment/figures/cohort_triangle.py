"""The cohort triangle: what each quarter's or month's starts have won by each age."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from alignment import style, vocabulary, wording
from alignment.exhibits import drawing
from alignment.figures.parts import counted, sentence
from alignment.lead_to_close import CohortTriangle
from alignment.text import Language, Text
from alignment.wording import both, decimal, integer

MOST_COHORTS = 12
_SHADES = LinearSegmentedColormap.from_list("cohorts", ["#ffffff", style.PALETTE[0]])
_DARKEST = 0.75  # of the scale, so that the numbers stay legible


def _cells(result: CohortTriangle) -> pd.DataFrame:
    kept = sorted(result.frame["cohort"].unique())[-MOST_COHORTS:]
    return result.frame[result.frame["cohort"].isin(kept)]


def _alt(result: CohortTriangle) -> Text:
    cells = _cells(result)
    told = cells[cells["state"] != "missing"].groupby("cohort").last()
    parts = [
        Text(
            en="{cohort} {n} of 100 ({periods}: {age})",
            es="{cohort} {n} de 100 ({periods}: {age})",
        ).format(
            cohort=vocabulary.cohort(name),
            n=both(decimal, 100 * row["estimate"]),
            age=both(integer, row["age"]),
            periods=vocabulary.PERIODS[result.period],
        )
        for name, row in told.iterrows()
    ]
    return Text(
        en="A triangle of numbers: rows are cohorts, columns their age. {parts}.",
        es="Un triángulo de números: las filas son cohortes, las columnas su edad. {parts}.",
    ).format(parts=sentence(parts or [Text(en="No cohort", es="Ninguna cohorte")]))


def _subtitle(result: CohortTriangle) -> Text:
    earlier = result.frame["cohort"].nunique() - _cells(result)["cohort"].nunique()
    more = Text(
        en=". {n} earlier cohorts are in the table", es=". {n} cohortes anteriores, en la tabla"
    ).format(n=both(integer, earlier))
    return Text(
        en="Of every 100 {what} of a cohort (left, how many), those won by each age. Compare down "
        "a column. With *: not all were followed so far; empty: too few were{more}",
        es="De cada 100 {what} de una cohorte (a la izquierda, cuántos), los ganados a cada edad. "
        "Comparen dentro de una columna. Con *: no todos se observaron hasta ahí; vacío: muy "
        "pocos{more}",
    ).format(what=vocabulary.STARTS[result.clocks.unit], more=more if earlier else Text.same(""))


def _size(result: CohortTriangle) -> tuple[float, float]:
    return style.WIDTH, 1.9 + 0.3 * _cells(result)["cohort"].nunique()


@drawing(alt=_alt, subtitle=_subtitle, size=_size)
def cohort_triangle(axes: Axes, result: CohortTriangle, lang: Language, **options: Any) -> None:
    """Draw the share won by cohort and age; the latest cohorts only."""
    cells = _cells(result)
    known = cells.set_index(["cohort", "age"])
    cohorts, ages = sorted(cells["cohort"].unique()), sorted(cells["age"].unique())
    whole = pd.MultiIndex.from_product([cohorts, ages])
    shape = (len(cohorts), len(ages))
    states = known["state"].astype("str").reindex(whole).to_numpy().reshape(shape)
    shares = known["estimate"].reindex(whole).to_numpy(dtype=np.float64).reshape(shape)
    shares = np.where(states == "missing", np.nan, shares)
    top = np.nanmax(shares) if np.isfinite(shares).any() else 0.0
    axes.imshow(
        np.ma.masked_invalid(shares),
        cmap=_SHADES,
        vmin=0,
        vmax=max(top, 1e-9) / _DARKEST,
        aspect="auto",
    )
    for row, column in zip(*np.nonzero(np.isfinite(shares)), strict=True):
        mark = "*" if states[row, column] == "partial" else ""
        axes.text(
            column,
            row,
            wording.decimal(100 * shares[row, column], lang) + mark,
            ha="center",
            va="center",
            fontsize=9.5,
            color=style.MUTED if mark else style.INK,
        )
    sizes = cells.groupby("cohort")["leads"].first()
    names = [counted(vocabulary.cohort(name), sizes[name], lang) for name in cohorts]
    axes.set_yticks(range(len(names)), names)
    axes.set_xticks(range(len(ages)), [wording.integer(age, lang) for age in ages])
    axes.set_xlabel(
        Text(en="{periods} since the start", es="{periods} desde el inicio").format(
            periods=vocabulary.PERIODS[result.period]
        )[lang]
    )
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(length=0)
