"""The raw table of who touched what: nobody, only marketing, only sales, or both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.attribution.paths import Flags, Floats, Integers, refuse_buyers
from alignment.journeys import OUTCOMES, SENT_COUNTS, Journeys
from alignment.results import LEVEL, About, Result
from alignment.shares import wilson
from alignment.text import Text

TOUCHED_BY = ("nobody", "only marketing", "only sales", "both")


@dataclass(frozen=True)
class Overlap(Result):
    """Journeys by the teams that touched them.

    Parameters
    ----------
    frame : DataFrame
        One row each of nobody, only marketing, only sales and both: ``touched_by`` (category),
        ``journeys``, ``won``, ``lost``, ``open``, ``win_share`` (won so far, of all journeys in
        the row), ``low``, ``high`` (Wilson), ``value`` (in `currency`), ``value_share`` and
        ``median_days`` (from start to win, of those won).
    currency : str or None
        ISO 4217 currency of the values.
    about : About
        Method, level, assumptions; touches left out, and the opportunities without a lead.
    """

    frame: pd.DataFrame
    currency: str | None
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.frame

    @property
    def won_only_interaction(self) -> int:
        """Give the interaction of the teams as won journeys alone would have it: a trap.

        With the number of wins that none but a set of teams touched as that set's worth, the
        interaction v(both) - v(marketing) - v(sales) + v(none) is the count of won journeys that
        both touched, whatever the teams do to each other. It is never negative: a table without
        the journeys that were not won cannot show that teams get in each other's way.
        """
        won = self.frame.set_index("touched_by")["won"]
        alone = won["nobody"]
        marketing, sales = alone + won["only marketing"], alone + won["only sales"]
        return int(won.sum() - marketing - sales + alone)


def overlap(journeys: Journeys, *, level: float = LEVEL) -> Overlap:
    """Count journeys, wins and value by the teams that touched them.

    Parameters
    ----------
    journeys : Journeys
        With ``include_buyer=False``: what a buyer started is not a team's touch.
    level : float
        Level of the Wilson intervals of the win share.

    Returns
    -------
    Overlap
        A description. Journeys that both teams touched may differ from the others in much else,
        and longer journeys have had more time to meet both. Opportunities without a lead are not
        in it: they are seen only because there was a deal, and would make it look as if those
        whom nobody touched won most.

    Raises
    ------
    AlignmentError
        If the buyer started a touch.
    """
    refuse_buyers(journeys)
    linked = journeys.journeys["linked"].to_numpy(dtype=bool)
    frame = journeys.journeys[linked]
    group = teams_of(journeys)[linked]
    count = np.bincount(group, minlength=4)
    by_outcome = {
        outcome: np.bincount(group[np.asarray(frame["outcome"] == outcome)], minlength=4)
        for outcome in OUTCOMES
    }
    win_share, low, high = wilson(by_outcome["won"], count, level)
    value = np.bincount(group, frame["value"], minlength=4)
    total = value.sum()
    table = pd.DataFrame(
        {
            "touched_by": pd.Categorical(TOUCHED_BY, categories=list(TOUCHED_BY)),
            "journeys": count,
            **by_outcome,
            "win_share": win_share,
            "low": low,
            "high": high,
            "value": value,
            "value_share": value / total if total > 0 else np.full(4, np.nan),
            "median_days": _median_days(frame, group),
        }
    )
    return Overlap(frame=table, currency=journeys.currency, about=_about(journeys, linked, level))


def teams_of(journeys: Journeys) -> Integers:
    """Give the place in :data:`TOUCHED_BY` of each journey."""
    return journeys.touched_by("marketing") + 2 * journeys.touched_by("sales").astype(np.int64)


def _median_days(frame: pd.DataFrame, group: Integers) -> Floats:
    days = (frame["ended_at"] - frame["started_at"]) / pd.Timedelta(days=1)
    won = days[frame["outcome"] == "won"]
    medians = won.groupby(group[np.asarray(frame["outcome"] == "won")]).median()
    return np.asarray(medians.reindex(range(4)), dtype=np.float64)


def _about(journeys: Journeys, linked: Flags, level: float) -> About:
    return About(
        method=Text(
            en="Counts of journeys by the teams that touched them before the outcome; intervals "
            "of the win share by Wilson (1927), as if journeys were independent.",
            es="Recuento de recorridos según las áreas que los tocaron antes del desenlace; "
            "intervalos de la proporción ganada según Wilson (1927), como si los recorridos "
            "fueran independientes.",
        ),
        level=level,
        assumptions=(
            SENT_COUNTS,
            Text(
                en="The table describes. Journeys that both teams touched differ from the others "
                "in other things too: sales calls those who look warmer, and longer journeys "
                "have more time to meet both.",
                es="La tabla describe. Los recorridos que tocaron ambas áreas se distinguen de "
                "los demás también en otras cosas: ventas llama a quienes parecen más "
                "interesados, y los recorridos largos tienen más tiempo de encontrar a ambas.",
            ),
            Text(
                en="Opportunities without a lead are not in the table: only their deal makes them "
                "known.",
                es="Las oportunidades sin lead no están en la tabla: solo se conocen por su "
                "negocio.",
            ),
            Text(
                en="The win share is of all journeys, open ones included; it can still rise.",
                es="La proporción ganada es sobre todos los recorridos, incluidos los abiertos; "
                "todavía puede subir.",
            ),
        ),
        left_out={
            **journeys.left_out,
            "opportunities without a known lead": int((~linked).sum()),
        },
    )
