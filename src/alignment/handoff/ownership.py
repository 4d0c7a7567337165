"""Who moves which stage: each team its own, and in the order that both agreed on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import of_type, one_of, within
from alignment.dataset import Dataset
from alignment.errors import ArgumentError, NotMeasurable
from alignment.handoff.milestones import find_milestones
from alignment.moments import SHARED_ACCOUNTS, first, own_touches, places
from alignment.results import LEVEL, About, Result
from alignment.shares import Integers, account_codes, design_effects, wilson
from alignment.tables import LEAD_STAGES
from alignment.text import Text

STAGE_TEAM: Mapping[str, str] = {
    "lead": "marketing",
    "mql": "marketing",
    "working": "sales",
    "sal": "sales",
    "sql": "sales",
    "disqualified": "sales",
    "recycled": "sales",
    "customer": "sales",
}
RULES = (
    "accepted before any touch of sales",
    "qualified without being handed over",
    "qualified without being accepted",
    "handed over and accepted by one user",
)
MINIMUM_MOVES = 20

METHOD = Text(
    en=(
        "Exact counts of stage changes by the side of the user who made them; sales is whoever "
        "owns opportunities; Wilson intervals, widened by account (Rao & Scott 1992)."
    ),
    es=(
        "Conteos exactos de cambios de etapa según el lado de quien los hizo; ventas es quien "
        "tiene oportunidades a su nombre; intervalos de Wilson, ampliados por cuenta (Rao y Scott "
        "1992)."
    ),
)
ASSUMPTIONS = (
    SHARED_ACCOUNTS,
    Text(
        en="A user who owns no opportunity works for marketing or is a machine that it runs.",
        es="Un usuario sin oportunidades a su nombre trabaja para marketing o es automático.",
    ),
    Text(
        en="Marketing moves a lead up to MQL, sales from there on, unless another rule is given.",
        es="Marketing mueve el lead hasta MQL y ventas desde ahí, si no se da otra regla.",
    ),
    Text(
        en="A touch on the day of the acceptance of which only the day is known came before it: "
        "nobody is said to have broken a rule who may have kept it.",
        es="Una interacción del día de la aceptación de la que solo se conoce el día fue anterior: "
        "no se dice que rompió una regla quien pudo cumplirla.",
    ),
    Text(
        en="Who owns a lead is known only as of the export.",
        es="El dueño de un lead solo se conoce a la fecha de la exportación.",
    ),
)


@dataclass(frozen=True)
class Ownership(Result):
    """Stage changes by who made them.

    Parameters
    ----------
    frame : DataFrame
        One row a stage with a known mover: ``stage``, ``team`` (whose it is), ``moves``,
        ``known`` (the mover is recorded), ``by_team``, ``by_other`` (the other side: a violation),
        ``share`` of `known` that are violations, ``low``, ``high``, ``by_other_owner`` (moved by
        somebody of sales who is not the lead's owner today), ``too_few``.
    rules : DataFrame
        One row a rule of order that the exports can show: ``rule``, ``leads`` that it binds,
        ``broken``, ``share``, ``low``, ``high``, ``too_few``.
    movers : int
        Users who moved anything; no id leaves this analysis.
    about : About
    """

    frame: pd.DataFrame
    rules: pd.DataFrame
    movers: int
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row a stage."""
        return self.frame


def ownership(
    data: Dataset,
    *,
    sales_users: Collection[str] | None = None,
    stage_team: Mapping[str, str] = STAGE_TEAM,
    level: float = LEVEL,
) -> Ownership:
    """Count who moves which stage, and how often a rule of the relay is broken.

    Parameters
    ----------
    data : Dataset
        Needs ``lead_stages.changed_by`` for the movers; ``opportunities.owner_id`` or
        `sales_users` to tell sales from the rest.
    sales_users : collection of str, optional
        Ids of the users who work for sales.
    stage_team : mapping of str to str
        Whose each stage is.
    level : float
        Confidence level.

    Returns
    -------
    Ownership

    Raises
    ------
    NotMeasurable
        If the exports do not say who moved leads, or who works for sales.
    ArgumentError
        If an argument is none of those that may be given.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    within("level", level, 0, 1)
    if isinstance(sales_users, str):
        raise ArgumentError(
            "sales_users must be several ids", value=sales_users, cure="Give a list of them."
        )
    for stage, team in stage_team.items():
        one_of("a stage in stage_team", stage, LEAD_STAGES)
        one_of("a team in stage_team", team, ("marketing", "sales"))
    stages = data.require("lead_stages", "entered_at")
    if not stages["changed_by"].notna().any():
        raise NotMeasurable(
            Text(
                en="Not measurable: the stage history does not say who moved a lead.",
                es="No medible: el historial de etapas no dice quién movió un lead.",
            )
        )
    sales = set(data.opportunities["owner_id"].dropna()) if sales_users is None else sales_users
    if not len(sales):
        raise NotMeasurable(
            Text(
                en="Not measurable: no owner of an opportunity is recorded, so users of sales "
                "cannot be told from the others.",
                es="No medible: ninguna oportunidad tiene dueño registrado, así que no se "
                "distingue a los usuarios de ventas.",
            )
        )
    moves, left_out = _moves(data, set(sales))
    return Ownership(
        frame=_by_stage(moves, stage_team, level),
        rules=_rules(data, moves, level),
        movers=int(moves["changed_by"].nunique()),
        about=About(method=METHOD, level=level, assumptions=ASSUMPTIONS, left_out=left_out),
    )


def _moves(data: Dataset, sales: set[str]) -> tuple[pd.DataFrame, dict[str, int]]:
    """Give each stage change its mover's side and whether the mover owns the lead."""
    stages = data.lead_stages
    # That a lead came into being is no change that somebody made.
    stages = stages[~(stages["stage"].eq("lead") & stages["changed_by"].isna())]
    of = places(stages["lead_id"], data.leads["lead_id"])
    internal = np.append(data.leads["is_internal"].to_numpy(dtype=bool), False)[of]
    future = (stages["entered_at"] > data.as_of).to_numpy() & ~internal
    counts = ~internal & ~future & (of >= 0)
    kept = stages[counts]
    owner = data.leads["owner_id"].iloc[of[counts]]
    by = kept["changed_by"]
    moves = pd.DataFrame(
        {
            "lead_id": kept["lead_id"],
            "account": account_codes(data.leads["account_id"])[of[counts]],
            "stage": kept["stage"].astype("str"),
            "entered_at": kept["entered_at"],
            "changed_by": by,
            "known": by.notna(),
            "by_sales": by.isin(sales),
            "by_owner": by.notna().to_numpy() & (by.to_numpy() == owner.to_numpy()),
            "owned": owner.notna().to_numpy(),
        }
    ).reset_index(drop=True)
    left_out = {
        "stage changes of internal leads": int(internal.sum()),
        "stage changes after the export": int(future.sum()),
        "stage changes without a known user": int((~moves["known"]).sum()),
    }
    return moves, {reason: count for reason, count in left_out.items() if count}


def _by_stage(moves: pd.DataFrame, stage_team: Mapping[str, str], level: float) -> pd.DataFrame:
    rows = []
    for stage in LEAD_STAGES:
        own = moves[moves["stage"] == stage]
        known = own[own["known"]]
        if not len(known):
            continue
        team = stage_team.get(stage, "sales")
        right = known["by_sales"] if team == "sales" else ~known["by_sales"]
        others = known["by_sales"] & known["owned"] & ~known["by_owner"]
        rows.append(
            (
                stage,
                team,
                len(own),
                len(known),
                int(right.sum()),
                int((~right).sum()),
                int(others.sum()),
                design_effects(~right, known["account"].to_numpy())[0],
            )
        )
    columns = ["stage", "team", "moves", "known", "by_team", "by_other", "by_other_owner"]
    table = pd.DataFrame(rows, columns=[*columns, "effect"])
    effect = table.pop("effect").to_numpy()
    counts = table["by_other"].to_numpy(), table["known"].to_numpy()
    share, low, high = wilson(*counts, level, effect)
    return table.assign(share=share, low=low, high=high, too_few=table["known"] < MINIMUM_MOVES)


def _rules(data: Dataset, moves: pd.DataFrame, level: float) -> pd.DataFrame:
    """Count the leads that each rule of order binds, and those that break it."""
    found = find_milestones(data)
    frame = found.frame
    sales = own_touches(data, "sales")
    touched = first(data, sales, "occurred_at").iloc[frame["place"]].set_axis(frame.index)
    accepted, qualified = frame["sal"].notna(), frame["sql"].notna()
    cases: dict[str, tuple[pd.Series, NDArray[np.bool_]]] = {}
    if "sal" in found.recorded and len(sales):
        cases[RULES[0]] = (accepted, ~(touched <= frame["sal"]).to_numpy())
    if {"mql", "sql"} <= set(found.recorded):
        cases[RULES[1]] = (qualified, ~(frame["mql"] <= frame["sql"]).to_numpy())
    if {"sal", "sql"} <= set(found.recorded):
        cases[RULES[2]] = (qualified, ~(frame["sal"] <= frame["sql"]).to_numpy())
    account = account_codes(data.leads["account_id"])
    of_lead = account[frame["place"]]
    rows = [
        _counted(rule, broken[binds.to_numpy()], of_lead[binds.to_numpy()])
        for rule, (binds, broken) in cases.items()
    ]
    known = moves[moves["known"] & moves["stage"].isin(["mql", "sal"])]
    known = known.sort_values("entered_at", kind="stable").drop_duplicates(["lead_id", "stage"])
    pairs = known.set_index(["lead_id", "stage"])["changed_by"].unstack()  # noqa: PD010
    if {"mql", "sal"} <= set(pairs.columns):
        pairs = pairs.dropna()
        broken = (pairs["mql"] == pairs["sal"]).to_numpy()
        of = places(pd.Series(pairs.index), data.leads["lead_id"])
        rows.append(_counted(RULES[3], broken, account[of]))
    table = pd.DataFrame(rows, columns=["rule", "leads", "broken", "effect"])
    effect = table.pop("effect").to_numpy()
    share, low, high = wilson(table["broken"].to_numpy(), table["leads"].to_numpy(), level, effect)
    return table.assign(share=share, low=low, high=high, too_few=table["leads"] < MINIMUM_MOVES)


def _counted(
    rule: str, broken: NDArray[np.bool_], account: Integers
) -> tuple[str, int, int, float]:
    """Count the leads that a rule binds and those that break it, with the design effect."""
    effect = float(design_effects(broken, account)[0]) if len(broken) else 1.0
    return rule, len(broken), int(broken.sum()), effect
