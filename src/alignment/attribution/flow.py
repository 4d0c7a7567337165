"""Journeys as a flow: who touched first, who touched in all, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.attribution.overlap import TOUCHED_BY, teams_of
from alignment.attribution.paths import refuse_buyers
from alignment.errors import NotMeasurable
from alignment.journeys import OUTCOMES, Journeys
from alignment.results import LEVEL, About, Result
from alignment.text import Text

FIRST = ("nobody", "marketing", "sales")


@dataclass(frozen=True)
class Flow(Result):
    """Journeys by first touch, by the teams that touched them, and by outcome.

    Parameters
    ----------
    frame : DataFrame
        One row a combination that occurs: ``first`` (category: nobody, marketing, sales),
        ``touched_by`` (category, see :data:`alignment.attribution.TOUCHED_BY`), ``outcome``
        (category: won, lost, open), ``journeys``, ``value`` (won, in `currency`). The journeys
        add up to all that have a lead.
    currency : str or None
        ISO 4217 currency of the value.
    about : About
        Method, assumptions, touches left out.
    """

    frame: pd.DataFrame
    currency: str | None
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return the flow."""
        return self.frame


def flow(journeys: Journeys, *, level: float = LEVEL) -> Flow:
    """Count journeys along their way: first touch, teams, outcome.

    Parameters
    ----------
    journeys : Journeys
        With ``include_buyer=False``: what a buyer started is not a team's touch.
    level : float
        Level of the intervals that sentences give of its shares.

    Returns
    -------
    Flow

    Raises
    ------
    NotMeasurable
        If no team touched a journey.
    AlignmentError
        If the buyer started a touch.
    """
    refuse_buyers(journeys)
    linked = journeys.journeys["linked"].to_numpy(dtype=bool)
    frame = journeys.journeys[linked]
    if not len(journeys.touches) or not frame["touches"].sum():
        raise NotMeasurable(
            Text(
                en="Not measurable: no journey has a touch before its outcome.",
                es="No medible: ningún recorrido tiene una interacción antes de su desenlace.",
            )
        )
    table = pd.DataFrame(
        {
            "first": pd.Categorical(
                frame["first_team"].astype("str").fillna("nobody"), categories=list(FIRST)
            ),
            "touched_by": pd.Categorical.from_codes(
                teams_of(journeys)[linked], categories=list(TOUCHED_BY)
            ),
            "outcome": pd.Categorical(frame["outcome"].astype("str"), categories=list(OUTCOMES)),
            "journeys": 1,
            "value": frame["value"].to_numpy(),
        }
    )
    keys = ["first", "touched_by", "outcome"]
    counted = table.groupby(keys, observed=True)[["journeys", "value"]].sum().reset_index()
    return Flow(frame=counted, currency=journeys.currency, about=_about(journeys, linked, level))


def _about(journeys: Journeys, linked: np.ndarray, level: float) -> About:
    return About(
        method=Text(
            en="Counts of journeys by the team of the first touch, the teams that touched them "
            "before the outcome, and the outcome at the moment of export.",
            es="Recuento de recorridos por área de la primera interacción, áreas que los tocaron "
            "antes del desenlace y desenlace al momento de la exportación.",
        ),
        level=level,
        assumptions=(
            Text(
                en="A description: long journeys have more time to meet both teams, and open ones "
                "can still end either way.",
                es="Una descripción: los recorridos largos tienen más tiempo de encontrar a ambas "
                "áreas, y los abiertos aún pueden terminar de cualquier modo.",
            ),
        ),
        left_out={
            **journeys.left_out,
            "opportunities without a known lead": int((~linked).sum()),
        },
    )
