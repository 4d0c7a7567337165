"""Histories of deals: repeats folded, re-entered stages kept, the order of stages inferred."""

from __future__ import annotations

import numpy as np
import pandas as pd

from alignment.exports import reasons
from alignment.exports.candidates import Context
from alignment.exports.typed import column, flag, lookup
from alignment.exports.words import LOST, WON
from alignment.text import Text

_SOURCE = ["source_system", "source_file", "source_row"]
_KEY = ["opportunity_id", "entered_at"]
_NOTES = {
    "repeated-stage-rows": Text(
        en="Rows of a history that repeat the stage that the deal is in, folded into one: {n}.",
        es="Filas de un historial que repiten la etapa en que está el negocio, unidas en una: {n}.",
    ),
    "reopened-deals": Text(
        en="Deals that closed and were reopened; both spells are kept, and each deal counts by its "
        "last state: {n}.",
        es="Negocios que se cerraron y se reabrieron; se conservan ambos periodos, y cada negocio "
        "cuenta por su último estado: {n}.",
    ),
    "status-against-history": Text(
        en="Deals whose history ends in another state than the deal itself, which counts: {n}.",
        es="Negocios cuyo historial termina en otro estado que el del propio negocio, que es el "
        "que cuenta: {n}.",
    ),
}
_HOW_TO_STATE = 'order = ["…", "…"] under [stages] in mapping.toml states another'


def closed_stages(deals: pd.DataFrame) -> tuple[frozenset[str], frozenset[str]]:
    """Name the stages that win and lose a deal: all deals that stand in them are won, or lost."""
    if not len(deals) or "stage" not in deals:
        return frozenset({WON}), frozenset({LOST})
    kinds = deals.dropna(subset=["stage"]).groupby("stage")["status"].agg(["nunique", "first"])
    sole = kinds[kinds["nunique"] == 1]["first"]
    won, lost = (frozenset(sole.index[sole == name]) for name in ("won", "lost"))
    return won - {LOST} | {WON}, lost - {WON} | {LOST}


def fold(history: pd.DataFrame, deals: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Fold rows that repeat the stage that a deal is in, keep stages that are entered again.

    A row that only says again what another line of the same deal says is merged. Entries of one
    moment keep the order they come in, a closed stage last.

    Parameters
    ----------
    history : DataFrame
        Candidates of ``opportunity_stages``; ``is_second`` marks entries that the row of the deal
        itself gives, and that the ledger does not count again.
    deals : DataFrame
        Rows of ``opportunities``.
    context : Context
        Words and ledger.
    """
    if not len(history):
        return history
    ends = frozenset().union(*closed_stages(deals))
    rows = history.assign(closed=history["stage"].isin(ends))
    rows = rows.sort_values([*_KEY, "closed"], kind="stable", ignore_index=True)
    same = rows["opportunity_id"].eq(rows["opportunity_id"].shift())
    again = same & rows["stage"].eq(rows["stage"].shift())
    own = again & ~flag(rows, "is_second")
    context.draft.merge(rows[own], reasons.SAME_STAGE)
    context.draft.note_rows("repeated-stage-rows", rows[own], _NOTES["repeated-stage-rows"])
    rows = rows[~again].drop(columns="closed").reset_index(drop=True)
    rows["is_reentry"] = rows.duplicated(["opportunity_id", "stage"])
    _note_reopened(rows, deals, context)
    return rows


def _note_reopened(rows: pd.DataFrame, deals: pd.DataFrame, context: Context) -> None:
    """Tell which deals were reopened, and which histories end otherwise than the deal."""
    won, lost = closed_stages(deals)
    same = rows["opportunity_id"].eq(rows["opportunity_id"].shift())
    closed = rows["stage"].isin(won | lost)
    reopened = rows[same & closed.shift(fill_value=False) & ~closed]
    once = reopened.drop_duplicates("opportunity_id")
    context.draft.note_rows("reopened-deals", once, _NOTES["reopened-deals"])
    last = rows.drop_duplicates("opportunity_id", keep="last").set_index("opportunity_id")["stage"]
    ended = lookup(deals["opportunity_id"], last)
    state = np.select([ended.isin(won), ended.isin(lost)], ["won", "lost"], default="open")
    other = ended.notna() & (deals["status"].astype("str") != state)
    context.draft.note_rows(
        "status-against-history", deals[other], _NOTES["status-against-history"]
    )


def close_by_history(deals: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Date closed deals that carry no date of their own by the last entry of their history."""
    if not len(deals) or not len(history):
        return deals
    last = history.drop_duplicates("opportunity_id", keep="last").set_index("opportunity_id")
    stage = lookup(deals["opportunity_id"], last["stage"])
    at = lookup(deals["opportunity_id"], last["entered_at"])
    own = column(deals, "closed_at", "datetime64[us, UTC]")
    ends = frozenset().union(*closed_stages(deals))
    fill = own.isna() & deals["status"].ne("open") & stage.isin(ends) & stage.eq(deals["stage"])
    found = own.where(~fill, at)
    given = column(deals, "precision").fillna("instant")
    return deals.assign(closed_at=found, precision=given.where(~fill, "instant"))


def stage_table(
    deals: pd.DataFrame, history: pd.DataFrame, hints: pd.DataFrame, context: Context
) -> pd.DataFrame:
    """Order the stages of each pipeline.

    As the user states it; else by where each stands, on average, in the histories; else by the
    numbers that deals carry (their probability); closed stages last.

    Parameters
    ----------
    deals, history : DataFrame
        Rows of ``opportunities`` and ``opportunity_stages``.
    hints : DataFrame
        ``pipeline``, ``stage`` and ``place`` (0 to 100), where an export says how far a stage is.
    context : Context
        Words and ledger.

    Returns
    -------
    DataFrame
        Rows of ``stages``.
    """
    columns = ["pipeline", "stage", *_SOURCE]
    pipeline = column(deals, "pipeline").fillna("Sales")
    seen = deals.assign(pipeline=pipeline)[columns]
    seen["place"] = np.nan
    if len(history):
        of_deal = deals.assign(pipeline=pipeline).set_index("opportunity_id")["pipeline"]
        past = history.assign(pipeline=lookup(history["opportunity_id"], of_deal))
        rank = history.groupby("opportunity_id").cumcount()
        length = history.groupby("opportunity_id")["stage"].transform("size")
        past = past.assign(place=rank / length)
        seen = pd.concat([seen, past[[*columns, "place"]]], ignore_index=True)
    seen = seen[seen["stage"].notna()].sort_values(["source_file", "source_row"])
    frame = seen.groupby(["pipeline", "stage"], as_index=False).agg(
        place=("place", "mean"), **{name: (name, "first") for name in _SOURCE}
    )
    won, lost = closed_stages(deals)
    frame["is_won"], frame["is_lost"] = frame["stage"].isin(won), frame["stage"].isin(lost)
    by_history = frame.groupby("pipeline")["place"].transform("count") > 0
    if len(hints):
        hint = hints.groupby(["pipeline", "stage"])["place"].median() / 100
        index = pd.MultiIndex.from_frame(frame[["pipeline", "stage"]])
        frame["place"] = frame["place"].fillna(hint.reindex(index).set_axis(frame.index))
    stated = {name: n for n, name in enumerate(_stated(context))}
    frame["stated"] = frame["stage"].map(stated).astype("float64")
    order = ["pipeline", "stated", "is_lost", "is_won", "place", "stage"]
    frame = frame.sort_values(order, kind="stable", na_position="last")
    frame["position"] = frame.groupby("pipeline").cumcount()
    _tell_order(frame, by_history, len(set(column(history, "opportunity_id"))), context)
    return frame.drop(columns=["place", "stated"]).assign(team="sales").reset_index(drop=True)


def _stated(context: Context) -> list[str]:
    words = pd.Series(context.vocabulary.stage_order, dtype="str")
    return list(context.vocabulary.stage(words)) if len(words) else []


def _tell_order(
    frame: pd.DataFrame, by_history: pd.Series, histories: int, context: Context
) -> None:
    """Show the order of each pipeline in the ledger, with where it comes from."""
    for name, stages in frame.groupby("pipeline", sort=True):
        if stages["stated"].notna().any():
            why = "stated under [stages] in mapping.toml"
        elif by_history[stages.index].any():
            why = f"by their mean place in {histories} histories; {_HOW_TO_STATE}"
        elif stages["place"].notna().any():
            why = f"by the probability of open deals; {_HOW_TO_STATE}"
        else:
            why = f"no history and no probability: by name; {_HOW_TO_STATE}"
        said = f"stages of {name}: " + " > ".join(stages["stage"])
        context.draft.decide(None, "stage", said, why)
