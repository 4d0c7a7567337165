"""How far the two teams do the same things at the same time of a lead: overlap of activities.

Overlap is the common part of the two mixes, Σ min(p, q) over activities (Weitzman 1970). It is
corrected for chance like a kappa: 0 is what two mixes as concentrated as these would share if
which activities they concentrate on were drawn by lot, 1 is the same mix, and below 0 the teams
keep out of each other's way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.arguments import of_type, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.moments import first, own_touches, places
from alignment.resampling import expanded_percentile
from alignment.results import LEVEL, About, Result
from alignment.rewind import rewound
from alignment.sharing.draws import REPLICATES, Floats, account_codes, drawn_counts
from alignment.tables import TEAMS
from alignment.text import Text

PHASES = ("before the handoff", "after the handoff", "on a deal")
MINIMUM_TOUCHES = 50

METHOD = Text(
    en=(
        "The common part of the two teams' mixes of activities by phase of the lead; corrected for "
        "chance: 0 for mixes as concentrated placed by lot, 1 for the same mix; intervals from "
        "draws of accounts."
    ),
    es=(
        "La parte común de las mezclas de actividades de ambas áreas según la fase del lead; "
        "corregida por azar: 0 para mezclas igual de concentradas puestas por sorteo, 1 para la "
        "misma mezcla; intervalos por sorteo de cuentas."
    ),
)
ASSUMPTIONS = (
    Text(
        en="An activity is a kind of touch in a phase: before the handoff, after it, on a deal.",
        es="Una actividad es un tipo de interacción en una fase: antes de la entrega, después de "
        "ella, en un negocio.",
    ),
    Text(
        en="Overlap is not bad in itself: where sales took part in marketing's work, new products "
        "did better in one study of 296 firms (Keszey & Biemans 2016). Read it beside what "
        "followed.",
        es="El traslape no es malo de por sí: donde ventas participó en el trabajo de marketing, "
        "los productos nuevos resultaron mejor en un estudio de 296 empresas (Keszey y Biemans "
        "2016). Léanlo junto a lo que siguió.",
    ),
    Text(
        en="Whose a kind of touch is comes from the table of teams: kinds given to one team cannot "
        "overlap.",
        es="De qué área es cada tipo de interacción sale de la tabla de áreas: un tipo asignado a "
        "una sola no puede traslaparse.",
    ),
)


@dataclass(frozen=True)
class Activities(Result):
    """What each team does, and how much of it is the same.

    Parameters
    ----------
    frame : DataFrame
        One row an activity: ``phase``, ``kind``, ``marketing``, ``sales`` (touches),
        ``marketing_share``, ``sales_share``, ``common``.
    overlap, low, high : float
        Common part, 0 to 1.
    corrected, corrected_low, corrected_high : float
        The same, corrected for chance.
    touches : tuple of int
        Of marketing and of sales.
    about : About
    """

    frame: pd.DataFrame
    overlap: float
    low: float
    high: float
    corrected: float
    corrected_low: float
    corrected_high: float
    touches: tuple[int, int]
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row an activity."""
        return self.frame


def activities(
    data: Dataset, *, replicates: int = REPLICATES, seed: int = 0, level: float = LEVEL
) -> Activities:
    """Measure how far the activities of the two teams overlap.

    Parameters
    ----------
    data : Dataset
        Needs touches of both teams with their lead.
    replicates, seed : int
        Draws of accounts.
    level : float
        Confidence level.

    Returns
    -------
    Activities

    Raises
    ------
    NotMeasurable
        If a team has fewer than 50 touches.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    within("level", level, 0, 1)
    data = rewound(data)
    data.require("touches", "occurred_at", "lead_id")
    parts = [_activities_of(data, team) for team in TEAMS]
    for team, own in zip(TEAMS, parts, strict=True):
        if len(own) < MINIMUM_TOUCHES:
            raise NotMeasurable(
                Text(
                    en="Not measurable: {team} has only {n} touches with a known lead.",
                    es="No medible: {team} tiene solo {n} interacciones con un lead conocido.",
                ).format(team=_TEAM[team], n=len(own))
            )
    rows = pd.concat(parts, ignore_index=True)
    activity = rows["phase"] + "\0" + rows["kind"]
    codes, names = pd.factorize(activity, sort=True)
    side = np.repeat([0, 1], [len(part) for part in parts])
    account = account_codes(rows["account_id"])
    counts, draws = drawn_counts(
        account,
        (side * len(names) + codes).astype(np.int64),
        2 * len(names),
        replicates=replicates,
        seed=seed,
    )
    at, drawn = _overlaps(counts[None, :]), _overlaps(draws)
    low, high = expanded_percentile(drawn, level, len(np.unique(account)))
    return Activities(
        frame=_mix(counts.reshape(2, -1), list(map(str, names))),
        overlap=float(at[0, 0]),
        low=float(low[0]),
        high=float(high[0]),
        corrected=float(at[0, 1]),
        corrected_low=float(low[1]),
        corrected_high=float(high[1]),
        touches=(len(parts[0]), len(parts[1])),
        about=About(method=METHOD, level=level, assumptions=ASSUMPTIONS),
    )


_TEAM = {
    "marketing": Text(en="marketing", es="marketing"),
    "sales": Text(en="sales", es="ventas"),
}


def _activities_of(data: Dataset, team: str) -> pd.DataFrame:
    """Give the kind and the phase of each touch that a team started with a known lead."""
    rows = own_touches(data, team)
    of = places(rows["lead_id"], data.leads["lead_id"])
    kept = (of >= 0) & ~data.leads["is_internal"].to_numpy(dtype=bool)[np.maximum(of, 0)]
    rows, of = rows[kept], of[kept]
    stages = data.lead_stages
    handed = first(data, stages[(stages["stage"] == "mql").to_numpy(dtype=bool)], "entered_at")
    deal = first(data, data.opportunities, "created_at")
    at = rows["occurred_at"].reset_index(drop=True)
    after = (at >= handed.iloc[of].reset_index(drop=True)).to_numpy(dtype=bool)
    on_deal = (at >= deal.iloc[of].reset_index(drop=True)).to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            "account_id": rows["account_id"].astype("object").to_numpy(),
            "kind": rows["kind"].astype("str").to_numpy(),
            "phase": np.select([on_deal, after], [PHASES[2], PHASES[1]], PHASES[0]),
        }
    )


def _overlaps(counts: Floats) -> Floats:
    """Give the overlap of each row of counts (marketing, then sales), plain and corrected."""
    teams = counts.reshape(len(counts), 2, -1)
    total = teams.sum(axis=2, keepdims=True)
    # A draw of accounts without a touch of a team says nothing, and is left out later.
    share = np.divide(teams, total, out=np.full_like(teams, np.nan, dtype=float), where=total > 0)
    plain = np.minimum(share[:, 0], share[:, 1]).sum(axis=1)
    # By lot, each activity of one team meets each of the other equally often.
    pairs = np.minimum(share[:, 0][:, :, None], share[:, 1][:, None, :])
    chance = pairs.sum(axis=(1, 2)) / share.shape[2]
    with np.errstate(invalid="ignore", divide="ignore"):
        corrected = np.where(chance < 1, (plain - chance) / (1 - chance), np.nan)
    return np.column_stack([plain, corrected])


def _mix(counts: Floats, names: list[str]) -> pd.DataFrame:
    parts = [name.split("\0") for name in names]
    share = counts / counts.sum(axis=1, keepdims=True)
    table = pd.DataFrame(
        {
            "phase": [part[0] for part in parts],
            "kind": [part[1] for part in parts],
            "marketing": counts[0].astype(np.int64),
            "sales": counts[1].astype(np.int64),
            "marketing_share": share[0],
            "sales_share": share[1],
            "common": np.minimum(share[0], share[1]),
        }
    )
    order = table["phase"].map({phase: i for i, phase in enumerate(PHASES)})
    return (
        table.assign(order=order)
        .sort_values(["order", "kind"], kind="stable", ignore_index=True)
        .drop(columns="order")
    )
