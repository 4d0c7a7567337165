"""What the modules of CRMs share about deals: status, closing, stages, contact roles."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from alignment.exports.candidates import Context, midnight
from alignment.exports.crm import channel_words, currency_codes, own_ids, source
from alignment.exports.typed import column, lookup
from alignment.exports.vocabulary import key
from alignment.exports.words import LOST, OPPORTUNITY_TYPES, STATUSES, WON

_INSTANT = "datetime64[us, UTC]"
_TYPE_OF = {word: name for name, words in OPPORTUNITY_TYPES.items() for word in words}


def deal_types(values: pd.Series) -> pd.Series:
    """Name new business, expansion and renewal; missing for other words."""
    return values.map(lambda word: _TYPE_OF.get(key(word)), na_action="ignore").astype("str")


def statuses(rows: pd.DataFrame, stage: pd.Series) -> pd.Series:
    """Say whether each deal is won, lost or open.

    By its status, else its flags ``is_won`` and ``is_lost`` or ``is_closed``, else its stage.
    """
    given = column(rows, "status").map(lambda w: STATUSES.get(key(w)), na_action="ignore")
    by_stage = np.select([stage.eq(WON), stage.eq(LOST)], ["won", "lost"], default="open")
    won, lost, closed = (
        column(rows, name, "boolean") for name in ("is_won", "is_lost", "is_closed")
    )
    by_flag = pd.Series(None, index=rows.index, dtype="str")
    by_flag[closed.eq(False).fillna(False).astype(bool)] = "open"
    closed_lost = lost.fillna(False) | (closed.fillna(False) & won.eq(False).fillna(False))
    by_flag[closed_lost.astype(bool)] = "lost"
    by_flag[won.fillna(False).astype(bool)] = "won"
    fallback = pd.Series(by_stage, index=rows.index, dtype="str")
    return given.astype("str").fillna(by_flag).fillna(fallback)


def closings(
    rows: pd.DataFrame, status: pd.Series, history: pd.DataFrame, ids: pd.Series, zone: str
) -> pd.DataFrame:
    """Say when each closed deal closed, and how precisely that is known.

    The system's own stamp, else the last entry into a closed stage, else the close date.
    """
    moment = column(rows, "won_at", _INSTANT).where(status == "won")
    moment = moment.fillna(column(rows, "lost_at", _INSTANT).where(status == "lost"))
    moment = moment.fillna(column(rows, "ended_at", _INSTANT).where(status != "open"))
    clock = pd.Series(True, index=rows.index)
    for name in ("won_at", "lost_at", "ended_at"):
        dated = column(rows, name, _INSTANT).eq(moment)
        clock &= ~(dated & column(rows, f"{name}_clock", "boolean").eq(False)).fillna(False)
    if len(history):
        end = history.sort_values(["opportunity_id", "entered_at"], kind="stable")
        end = end.drop_duplicates("opportunity_id", keep="last")
        end = end[end["stage"].isin([WON, LOST])].set_index("opportunity_id")
        moment = moment.fillna(lookup(ids, end["entered_at"]).where(status != "open"))
    day = midnight(column(rows, "close_on", "datetime64[us]"), zone).where(status != "open")
    known = moment.notna()
    precise = (known & clock.astype(bool)) | (status == "open")
    return pd.DataFrame(
        {
            "closed_at": moment.where(known, day),
            "precision": np.where(precise, "instant", "day"),
        },
        index=rows.index,
    )


def opportunities(
    rows: pd.DataFrame,
    system: str,
    context: Context,
    *,
    account_id: pd.Series,
    lead_ref: pd.Series,
    history: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Give the deals that rows hold, under ids that name the system.

    Parameters
    ----------
    rows : DataFrame
        With ``id``, ``stage`` and whatever there is of ``status``, ``pipeline``, ``amount``,
        ``currency``, ``created_at``, ``close_on`` (a day, promised while open), ``won_at``,
        ``lost_at``, ``ended_at``, ``type``, ``channel``, ``owner_id``, ``lost_reason``.
    system : str
        The system.
    context : Context
        Words, zone and ledger.
    account_id, lead_ref : Series
        Account, and reference of the person, of each.
    history : DataFrame, optional
        Stages entered: ``opportunity_id``, ``entered_at``, ``stage``.
    """
    ids = own_ids(system, rows["id"])
    stage = context.vocabulary.stage(column(rows, "stage"))
    status = statuses(rows, stage)
    ended = status.map({"won": WON, "lost": LOST}).astype("str")
    if "status" in rows:  # the stage is then the one that the deal was in when it closed
        stage = ended.fillna(stage)
    stage = stage.fillna(ended)
    ends = closings(rows, status, pd.DataFrame() if history is None else history, ids, context.zone)
    currency = currency_codes(column(rows, "currency"))
    currency = currency.fillna(column(rows, "amount_currency").astype("str"))
    return pd.DataFrame(
        {
            "opportunity_id": ids,
            "account_id": account_id,
            "lead_ref": lead_ref,
            "created_at": column(rows, "created_at", _INSTANT),
            "closed_at": ends["closed_at"],
            "precision": ends["precision"],
            "expected_close_on": column(rows, "close_on", "datetime64[us]").where(status == "open"),
            "status": status,
            "stage": stage,
            "amount": column(rows, "amount", "float64"),
            "currency": currency.fillna(column(rows, "file_currency").astype("str")),
            "pipeline": column(rows, "pipeline").fillna("Sales"),
            "type": deal_types(column(rows, "type")),
            "channel": channel_words(column(rows, "channel")),
            "owner_id": column(rows, "owner_id"),
            "lost_reason": column(rows, "lost_reason").where(status == "lost"),
            **source(rows, system),
        }
    )


def entered(
    rows: pd.DataFrame,
    deals: pd.DataFrame,
    moments: Mapping[str, pd.Series],
    context: Context,
) -> pd.DataFrame:
    """Take columns that say when each stage was entered as a history.

    Parameters
    ----------
    rows : DataFrame
        Deals, with ``source_file`` and ``source_row``.
    deals : DataFrame
        ``opportunity_id`` and ``source_system`` under the same index.
    moments : Mapping of str to Series
        When each stage, as the export names it, was entered.
    context : Context
        Words.
    """
    found = []
    for name, at in moments.items():
        some = at.notna()
        stage = context.vocabulary.stage(pd.Series([name], dtype="str")).iloc[0]
        frame = pd.DataFrame(
            {
                "opportunity_id": deals["opportunity_id"][some],
                "entered_at": at[some],
                "stage": stage,
                "origin": "stage columns",
                "is_reentry": False,
                "is_second": True,
                "source_system": deals["source_system"][some],
                "source_file": rows["source_file"][some],
                "source_row": rows["source_row"][some],
            }
        )
        found.append(frame)
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def current_stages(
    rows: pd.DataFrame, deals: pd.DataFrame, context: Context, *, since: str
) -> pd.DataFrame:
    """Take the stage that each deal stands in, or stood in when it closed, and its closing.

    For systems that keep only the last change of stage, and whether a deal was won beside it.

    Parameters
    ----------
    rows : DataFrame
        With ``stage`` and the moment `since` which it holds.
    deals : DataFrame
        Rows of ``opportunities`` under the same index.
    context : Context
        Words.
    since : str
        Column of the moment.
    """
    at, closed = column(rows, since, _INSTANT), deals["closed_at"].astype(_INSTANT)
    stage = context.vocabulary.stage(column(rows, "stage"))
    in_time = at.notna() & ~(at > closed)
    ended = closed.notna() & deals["precision"].eq("instant") & deals["stage"].isin([WON, LOST])
    entries = [(stage, at, in_time & stage.notna()), (deals["stage"], closed, in_time & ended)]
    found = [
        pd.DataFrame(
            {
                "opportunity_id": deals["opportunity_id"][chosen],
                "entered_at": moment[chosen],
                "stage": name[chosen],
                "amount": deals["amount"][chosen],
                "origin": "current status",
                "is_reentry": False,
                "is_second": True,
                "source_system": deals["source_system"][chosen],
                "source_file": deals["source_file"][chosen],
                "source_row": deals["source_row"][chosen],
            }
        )
        for name, moment, chosen in entries
    ]
    return pd.concat(found, ignore_index=True)


def stage_hints(rows: pd.DataFrame, deals: pd.DataFrame, name: str = "probability") -> pd.DataFrame:
    """Say how far each stage is, by a number that deals carry: their probability."""
    value = column(rows, name, "float64")
    frame = pd.DataFrame({"pipeline": deals["pipeline"], "stage": deals["stage"], "place": value})
    frame = frame[frame["stage"].notna() & value.notna() & deals["status"].eq("open")]
    return frame.groupby(["pipeline", "stage"], as_index=False)["place"].median()


def roles(listed: pd.DataFrame, rows: pd.DataFrame, system: str, known: set[str]) -> pd.DataFrame:
    """Take the contacts that deals list as contact roles, the first as the primary one.

    Parameters
    ----------
    listed : DataFrame
        ``id``, ``other`` and ``place``, as :func:`alignment.exports.crm.listed` gives them.
    rows : DataFrame
        The deals, under the index that `listed` refers to.
    system : str
        The system.
    known : set of str
        Contacts that the exports hold.
    """
    some = listed[listed["other"].isin(known)]
    where = rows.loc[some.index, ["source_file", "source_row"]]
    return pd.DataFrame(
        {
            "opportunity_id": own_ids(system, some["id"]),
            "lead_ref": f"{system}:" + some["other"],
            "is_primary": some["place"].eq(0).astype("boolean"),
            "is_second": True,
            "source_system": system,
            "source_file": where["source_file"],
            "source_row": where["source_row"],
        }
    ).reset_index(drop=True)
