"""Stage visits with how their deal ended: what the open pipeline is compared with.

A row is a visit of an opportunity to a stage; its clock starts when the stage was entered. Beside
the stay in the stage it tells how long after that entry the *deal* was won or lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.lead_to_close.spells import day_number, find_spells
from alignment.lead_to_close.stages import NO_PIPELINE, time_in_stage
from alignment.text import Text

ANY_STAGE = "(any stage)"
_COLUMNS = ["opportunity_id", "pipeline", "stage", "entered_at"]


@dataclass(frozen=True)
class StageVisits:
    """Visits to stages, and the deals that made them.

    Parameters
    ----------
    visits : DataFrame
        ``opportunity_id``, ``pipeline``, ``stage`` (str), ``entered_at`` (UTC), ``entry`` (int64,
        first day since then at which it was under observation), ``stay`` (int64, days until it
        left the stage or, still there, until ``as_of``), ``exit`` (int64, days until the deal
        closed or ``as_of``), ``end`` (category won, lost, open: of the deal) and ``current``
        (bool: where an open deal stands). Sorted by opportunity and entry.
    deals : DataFrame
        Index opportunity_id, sorted; ``account`` (int64 code), ``start``, ``entry``, ``exit``,
        ``end`` as in :class:`alignment.lead_to_close.spells.Spells`, ``pipeline`` (str).
    accounts : int
        Number of accounts; a deal without one counts as its own.
    left_out : dict of str to int
        Rows not used, by reason.
    """

    visits: pd.DataFrame
    deals: pd.DataFrame
    accounts: int
    left_out: dict[str, int]


def stage_visits(data: Dataset) -> StageVisits:
    """Build the visits of every opportunity; without a stage history, one visit a deal.

    Raises
    ------
    NotMeasurable
        If the exports hold no opportunity with a creation date.
    """
    spells = find_spells(data, start="opportunity")
    if not len(spells.frame):
        raise NotMeasurable(
            Text(
                en="Not measurable: no opportunity carries a creation date.",
                es="No medible: ninguna oportunidad lleva fecha de creación.",
            )
        )
    deals = spells.frame.sort_values("id").set_index("id").rename_axis("opportunity_id")
    pipeline = data.opportunities.set_index("opportunity_id")["pipeline"]
    deals["pipeline"] = pipeline.reindex(deals.index).astype("object").fillna(NO_PIPELINE)
    deals["pipeline"] = deals["pipeline"].astype("str")
    own = pd.Series(deals.index, index=deals.index)
    account, names = pd.factorize(deals["account_id"].fillna("(deal) " + own), sort=True)
    deals["account"] = account.astype(np.int64)
    visits, left_out = _of_stages(data, deals)
    current = visits.loc[visits["current"], "opportunity_id"]
    whole = deals[~deals.index.isin(visits["opportunity_id"])].index.union(
        deals.index[(deals["end"] == "open") & ~deals.index.isin(current)]
    )
    visits = pd.concat([visits, _whole(deals.loc[whole])], ignore_index=True)
    visits = visits.sort_values(["opportunity_id", "entered_at", "stage"], ignore_index=True)
    columns = ["account", "start", "entry", "exit", "end", "pipeline"]
    return StageVisits(visits, deals[columns], len(names), dict(spells.left_out) | left_out)


def _whole(deals: pd.DataFrame) -> pd.DataFrame:
    """Give deals whose stage is unknown one visit, from creation to the end."""
    return pd.DataFrame(
        {
            "opportunity_id": deals.index.astype("str"),
            "pipeline": deals["pipeline"].to_numpy(),
            "stage": ANY_STAGE,
            "entered_at": deals["start"].to_numpy(),
            "entry": deals["entry"].to_numpy(),
            "stay": deals["exit"].to_numpy(),
            "exit": deals["exit"].to_numpy(),
            "end": deals["end"].array,
            "current": (deals["end"] == "open").to_numpy(),
        }
    ).astype({"stage": "str", "pipeline": "str"})


def _of_stages(data: Dataset, deals: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    if not data.has("opportunity_stages", "stage", "entered_at"):
        return _whole(deals.iloc[:0]), {}
    found = time_in_stage(data).visits
    of = deals.reindex(found["opportunity_id"])
    known = of["exit"].notna().to_numpy()
    found, of = found[known].reset_index(drop=True), of[known].reset_index(drop=True)
    began = day_number(found["entered_at"], data.timezone)
    created = day_number(of["start"].dt.as_unit("us"), data.timezone)
    exit = created + of["exit"].to_numpy(np.int64) - began
    visits = found[_COLUMNS].assign(
        entry=found["entry"].to_numpy(np.int64),
        stay=np.minimum(found["exit"].to_numpy(np.int64), exit),
        exit=exit,
        end=of["end"].array,
        current=(found["end"] == "still_there") & (of["end"] == "open"),
    )
    # Of a deal that was imported half-way, nobody knows when it entered its first stage.
    first = ~found.duplicated("opportunity_id")
    imported = first & (of["entry"] > 0) & (began > created + 1)
    late = exit < visits["entry"]
    current = visits["current"]
    kept = ~late & (~imported | current)
    left_out = {"stage entries of imported deals": int((imported & ~late & ~current).sum())}
    return visits[kept].reset_index(drop=True), {k: n for k, n in left_out.items() if n}


def account_weights(accounts: int, replicates: int, seed: int) -> np.ndarray:
    """Draw how often each account is in each bootstrap sample; the first column is the data.

    Returns
    -------
    array (accounts, 1 + replicates) of float64
    """
    random = np.random.default_rng([seed, 1])
    drawn = random.multinomial(accounts, np.full(accounts, 1 / accounts), size=replicates)
    return np.column_stack([np.ones(accounts), drawn.T]).astype(np.float64)
