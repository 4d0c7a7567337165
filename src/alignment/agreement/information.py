"""What stands on the agreement for information only, and is never a bonus metric."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alignment.attribution import team_game
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.findings.goals import chance
from alignment.shared_goals import Plan
from alignment.sharing import shared_knowledge
from alignment.text import Text
from alignment.wording import both, decimal, interval, percent

REPLICATES = 200

RHO = Text(
    en="Part of the joint effect that exists only where both teams acted (ρ)",
    es="Parte del efecto conjunto que solo existe donde actuaron ambas áreas (ρ)",
)
SHARING = Text(
    en="Wins that a worklist ordered by what both teams know catches beyond the better team’s own",
    es="Ganados que capta una lista ordenada con lo que saben ambas, más que la de la mejor sola",
)
COVERAGE = Text(
    en="What open deals are expected to win, of what is still to be won",
    es="Parte de lo que falta por ganar que se espera de los negocios abiertos",
)
CHANCE = Text(
    en="Probability of the goal under this plan",
    es="Probabilidad del objetivo con este plan",
)


@dataclass(frozen=True)
class Information:
    """One number that both teams know and nobody is paid for.

    Parameters
    ----------
    name, value : Text
        What it is, and how it stands today.
    """

    name: Text
    value: Text


def of_plan(plan: Plan) -> tuple[Information, ...]:
    """Give the probability of the goal and the coverage by open deals."""
    found = [Information(CHANCE, chance(plan.volume_probability))]
    if np.isfinite(plan.coverage):
        found.append(Information(COVERAGE, both(percent, plan.coverage, digits=0)))
    return tuple(found)


def of_teams(data: Dataset, *, replicates: int = REPLICATES) -> Information:
    """Give ρ, or the reason why it cannot be measured."""
    try:
        game = team_game(data, replicates=replicates)
    except NotMeasurable as reason:
        return Information(RHO, reason.reason)
    row = game.to_frame().set_index("name").loc["rho"]
    value = Text(en="{v} ({i})", es="{v} ({i})").format(
        v=both(decimal, row["estimate"], digits=2),
        i=both(interval, row["low"], row["high"], form=decimal, digits=2),
    )
    return Information(RHO, value)


def of_sharing(data: Dataset) -> Information:
    """Give what shared knowledge is worth, or the reason why it cannot be measured."""
    try:
        worth = shared_knowledge(data)
    except NotMeasurable as reason:
        return Information(SHARING, reason.reason)
    value = Text(en="{v} points ({i})", es="{v} puntos ({i})").format(
        v=both(decimal, 100 * worth.gain),
        i=both(interval, 100 * worth.low, 100 * worth.high, form=decimal),
    )
    return Information(SHARING, value)


def gather(data: Dataset, plan: Plan, *, teams: bool = True) -> tuple[Information, ...]:
    """Gather what stands on the page for information.

    Parameters
    ----------
    data : Dataset
        The exports.
    plan : Plan
        The plan behind the agreement.
    teams : bool
        Whether to estimate ρ and the value of sharing too, which takes some seconds.
    """
    found = of_plan(plan)
    return (*found, of_teams(data), of_sharing(data)) if teams else found
