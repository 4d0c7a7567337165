"""The gates: what must be on record before the game of the teams may be played.

A closed gate says in one sentence what is missing, instead of a number that would mean nothing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from alignment.attribution.synergy.checks import Propensities
from alignment.attribution.synergy.landmark import Landmark
from alignment.errors import NotMeasurable
from alignment.text import Text

FEWEST_OUTCOMES = 20
FEWEST_UNITS = 200
LEAST_CHANCE = 0.02
LEAST_SHARE = 0.95
CELLS = ("nobody", "only marketing", "only sales", "both")

_CELL_WORDS = (
    Text(en="touched by nobody", es="que nadie tocó"),
    Text(en="touched by marketing only", es="que solo tocó marketing"),
    Text(en="touched by sales only", es="que solo tocó ventas"),
    Text(en="touched by both", es="que tocaron ambas"),
)
_UNIT_WORDS = {
    "lead": Text(en="leads", es="leads"),
    "account": Text(en="target accounts by quarter", es="cuentas objetivo por trimestre"),
}
_OUTCOME_WORDS = {
    "opportunity": Text(en="opportunities", es="oportunidades"),
    "won": Text(en="wins", es="ventas ganadas"),
}
_DOSE = Text(
    en=" By process nearly every unit is touched by {team}; compare instead those touched within "
    "the agreed time and often enough with the others.",
    es=" Por proceso, {team} toca a casi todas las unidades; conviene comparar las atendidas en "
    "el plazo acordado y con suficientes intentos con las demás.",
)
_TEAM_WORDS = {
    "marketing": Text(en="marketing", es="marketing"),
    "sales": Text(en="sales", es="ventas"),
}


def cell_gates(units: Landmark) -> pd.DataFrame:
    """Count units and outcomes in the four cells.

    Returns
    -------
    DataFrame
        ``gate``, ``cell``, ``found``, ``needed`` and ``open``.
    """
    count = np.bincount(units.cell, minlength=4)
    happened = np.bincount(units.cell, units.outcome, minlength=4)
    rows = [
        (gate, cell, float(found[place]), float(needed), bool(found[place] >= needed))
        for gate, found, needed in (
            ("units", count, FEWEST_UNITS),
            ("outcomes", happened, FEWEST_OUTCOMES),
        )
        for place, cell in enumerate(CELLS)
    ]
    return pd.DataFrame(rows, columns=["gate", "cell", "found", "needed", "open"])


def positivity_gates(units: Landmark, chances: Propensities) -> pd.DataFrame:
    """Measure whether the touched might as well not have been touched.

    Touches are only ever taken away, so what is needed is a comparable untouched unit for each
    touched one: of those that a team touched, at least 95 % must have had a chance of 2 % or more
    of not being touched by it.
    """
    rows = []
    for place, (team, chance) in enumerate(
        (("marketing", chances.marketing), ("sales", chances.sales))
    ):
        touched = units.teams[:, place]
        share = float((1 - chance[touched] >= LEAST_CHANCE).mean()) if touched.any() else 0.0
        rows.append(("positivity", team, share, LEAST_SHARE, share >= LEAST_SHARE))
    return pd.DataFrame(rows, columns=["gate", "cell", "found", "needed", "open"])


def check_cells(units: Landmark, gates: pd.DataFrame) -> None:
    """Close the gate where a cell is too thin.

    Raises
    ------
    NotMeasurable
        Naming the thinnest cell, and another comparison where a team touches nearly everybody.
    """
    shut = gates[~gates["open"]]
    if not len(shut):
        return
    first = shut.iloc[0]
    place = CELLS.index(str(first["cell"]))
    outcomes = first["gate"] == "outcomes"
    told = Text(
        en="Not measurable: there are {found} {what} among the {units} {cell}, and {needed} are "
        "needed to tell what the teams reach together from what each reaches alone.",
        es="No medible: hay {found} {what} entre {units} {cell}, y hacen falta {needed} para "
        "distinguir lo que las áreas logran juntas de lo que logra cada una.",
    ).format(
        found=f"{first['found']:.0f}",
        what=_OUTCOME_WORDS[units.outcome_name] if outcomes else Text(en="units", es="unidades"),
        units=_UNIT_WORDS[units.kind],
        cell=_CELL_WORDS[place],
        needed=f"{first['needed']:.0f}",
    )
    raise NotMeasurable(_with_dose(told, units))


def _with_dose(told: Text, units: Landmark) -> Text:
    """Suggest a dose where a structural zero is the reason."""
    for place, team in enumerate(("marketing", "sales")):
        touched = units.teams[:, place]
        of_outcomes = touched[units.outcome > 0].mean() if units.outcome.any() else 0.0
        if touched.mean() > 0.98 or (of_outcomes > 0.98 and touched.mean() > 0.5):
            return Text(en="{a}{b}", es="{a}{b}").format(
                a=told, b=_DOSE.format(team=_TEAM_WORDS[team])
            )
    return told


def check_positivity(units: Landmark, gates: pd.DataFrame) -> None:
    """Close the gate where the touched have nobody comparable among the untouched."""
    shut = gates[~gates["open"]]
    if not len(shut):
        return
    first = shut.iloc[0]
    told = Text(
        en="Not measurable: {share} % of the units touched by {team} have comparable ones "
        "without its touch, and {needed} % are needed.",
        es="No medible: el {share} % de las unidades que tocó {team} tiene otras comparables sin "
        "su interacción, y hace falta el {needed} %.",
    ).format(
        share=f"{100 * first['found']:.0f}",
        team=_TEAM_WORDS[str(first["cell"])],
        needed=f"{100 * first['needed']:.0f}",
    )
    raise NotMeasurable(_with_dose(told, units))


def joint_gate(low: float, high: float) -> pd.DataFrame:
    """Say whether the interval of the joint effect excludes zero: else rho has no scale."""
    away = bool(low > 0 or high < 0)
    found = low if low > 0 else high if high < 0 else 0.0
    return pd.DataFrame(
        [("joint effect", "away from zero", float(found), 0.0, away)],
        columns=["gate", "cell", "found", "needed", "open"],
    )
