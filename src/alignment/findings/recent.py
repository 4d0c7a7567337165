"""A sentence about the recent win rate: the dashboard's, crossed out, and the honest one."""

from __future__ import annotations

import numpy as np

from alignment import vocabulary
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.lead_to_close import RecentRate
from alignment.text import Text
from alignment.wording import both, days, decimal, integer, interval

MINIMUM_ENDED = 5


def recent_win_rate(result: RecentRate) -> Finding:
    """Set the win rate of the recent days, the open ones counted, against that of closed deals."""
    told = np.isfinite([result.estimate, result.low, result.high, result.closed_only]).all()
    if not told or result.ended < MINIMUM_ENDED:
        raise NotMeasurable(
            Text(
                en="Not measurable: in the last {days} too few closed, or the exports do not reach "
                "back far enough.",
                es="No medible: en los últimos {days} se cerraron muy pocos, o las exportaciones "
                "no alcanzan tan atrás.",
            ).format(days=both(days, result.within))
        )
    values = {
        "what": vocabulary.STARTS[result.unit],
        "estimate": both(decimal, 100 * result.estimate),
        "interval": both(interval, 100 * result.low, 100 * result.high, form=decimal),
        "closed": both(decimal, 100 * result.closed_only),
        "horizon": both(days, result.horizon),
        "within": both(days, result.within),
        "ended": both(integer, result.ended),
        "won": both(integer, result.won),
        "started": both(integer, result.started),
        "open": both(integer, result.started - result.ended),
    }
    apart = not result.low <= result.closed_only <= result.high
    title = (
        Text(
            en="Of every 100 new {what}, {estimate} will be won within {horizon} ({interval}); the "
            "dashboard’s {closed} is crossed out",
            es="De cada 100 {what} de ahora, se ganarán {estimate} en {horizon} ({interval}); el "
            "{closed} del tablero queda tachado",
        )
        if apart
        else Text(
            en="Of every 100 new {what}, {estimate} will be won within {horizon} ({interval}); the "
            "dashboard’s {closed} could be right by chance",
            es="De cada 100 {what} de ahora, se ganarán {estimate} en {horizon} ({interval}); el "
            "{closed} del tablero podría acertar por azar",
        )
    ).format(**values)
    detail = Text(
        en="The dashboard divides {won} won by {ended} closed of the {started} that started in the "
        "last {within}, and leaves out {open} still open. What closes early is not like the rest.",
        es="El tablero divide {won} ganados por {ended} cerrados de los {started} iniciados en los "
        "últimos {within}, y deja fuera {open} aún abiertos. Lo que cierra pronto no es como el "
        "resto.",
    ).format(**values)
    key = f"recent-win-rate-{result.unit}"
    return Finding(key, "claim" if apart else "inconclusive", title, detail)
