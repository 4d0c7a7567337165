"""The recent win rate: the dashboard's number crossed out above the one with the open counted."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from alignment import style, vocabulary, wording
from alignment.exhibits import drawing
from alignment.figures.parts import counted, named_share, percent_axis, two_lines
from alignment.lead_to_close import RecentRate
from alignment.text import Language, Text
from alignment.wording import both, days, integer, percent

DASHBOARD = Text(en="Closed ones only", es="Solo los cerrados")
COUNTED = Text(en="Open ones counted", es="Contando los abiertos")


def _alt(result: RecentRate) -> Text:
    return Text(
        en="Two rows. Crossed out: {closed} of the {ended} closed. Not crossed out: {honest}.",
        es="Dos filas. Tachado: {closed} de los {ended} cerrados. Sin tachar: {honest}.",
    ).format(
        closed=both(percent, result.closed_only),
        ended=both(integer, result.ended),
        honest=named_share(COUNTED, result.estimate, result.low, result.high),
    )


def _subtitle(result: RecentRate) -> Text:
    return Text(
        en="Win rate of {what} started in the last {within}: crossed out, that of the closed ones; "
        "below, within {horizon} with the open ones counted and its {level} interval",
        es="Tasa de cierre de {what} de los últimos {within}: tachada, la de lo cerrado; debajo, "
        "en {horizon} contando lo abierto, con su intervalo de {level}",
    ).format(
        what=vocabulary.STARTS[result.unit],
        within=both(days, result.within),
        horizon=both(days, result.horizon),
        level=both(percent, result.about.level, digits=0),
    )


@drawing(alt=_alt, subtitle=_subtitle, size=(style.WIDTH, 2.5))
def recent_win_rate(axes: Axes, result: RecentRate, lang: Language, **options: Any) -> None:
    """Draw both win rates, the naive one crossed out."""
    blue = style.PALETTE[0]
    axes.plot([result.closed_only], [1], "x", color=style.MUTED, markersize=9, markeredgewidth=2)
    axes.plot([result.low, result.high], [0, 0], color=blue, linewidth=2.2, solid_capstyle="round")
    axes.plot([result.estimate], [0], "o", color=blue, markersize=7)
    above: dict[str, Any] = {
        "textcoords": "offset points",
        "xytext": (0, 8),
        "ha": "center",
        "va": "bottom",
    }
    wrong = axes.annotate(
        wording.percent(result.closed_only, lang),
        (result.closed_only, 1),
        color=style.MUTED,
        **above,
    )
    right = wording.percent(result.estimate, lang)
    axes.annotate(right, (result.estimate, 0), color=blue, fontweight="bold", **above)
    axes.annotate(
        "",
        xy=(1.1, 0.45),
        xycoords=wrong,
        xytext=(-0.1, 0.45),
        textcoords=wrong,
        arrowprops={"arrowstyle": "-", "color": style.INK, "linewidth": 1.6},
    )
    names = [counted(COUNTED, result.started, lang), counted(DASHBOARD, result.ended, lang)]
    axes.set_yticks([0, 1], [two_lines(name) for name in names])
    axes.set_ylim(-0.5, 1.6)
    axes.set_xlim(0, 1.15 * max(result.high, result.closed_only, 0.01))
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    percent_axis(axes, lang)
