"""The table behind the recent win rate."""

from __future__ import annotations

from collections.abc import Mapping

from alignment.behind.parts import build, integers, percents
from alignment.exhibits import Table
from alignment.lead_to_close import RecentRate
from alignment.text import Language, Text

_LABELS: Mapping[str, Text] = {
    "closed_only": Text(en="Crossed out: of closed", es="Tachado: de lo cerrado"),
    "ended": Text(en="Closed", es="Cerrados"),
    "estimate": Text(en="Open counted", es="Contando lo abierto"),
    "high": Text(en="To", es="Hasta"),
    "low": Text(en="From", es="Desde"),
    "started": Text(en="Started", es="Iniciados"),
    "won": Text(en="Won", es="Ganados"),
}


def recent_win_rate(result: RecentRate, lang: Language) -> Table:
    """Tabulate the two win rates of the recent days."""
    return build(
        result.to_frame(),
        Text(
            en="Win rate of the last {n} days, with what the dashboard’s leaves out",
            es="Tasa de cierre de los últimos {n} días, y lo que deja fuera la del tablero",
        ).format(n=f"{result.within:.0f}"),
        ["started", "ended", "won", "closed_only", "estimate", "low", "high"],
        {
            **integers(lang, "started", "ended", "won"),
            **percents(lang, "closed_only", "estimate", "low", "high"),
        },
        lang,
        labels=_LABELS,
    )
