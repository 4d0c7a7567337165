"""What the modules of CRMs share about activities: what they are, who started them, whose."""

from __future__ import annotations

import pandas as pd

from alignment.exports import reasons
from alignment.exports.candidates import Context, precision
from alignment.exports.crm import own_ids, source
from alignment.exports.typed import column, flag
from alignment.exports.vocabulary import (
    SALES_ACTIVITIES,
    TASK_DEFAULT,
    activity,
    automated,
    key,
    overlay,
)

_INSTANT = "datetime64[us, UTC]"
_INBOUND = frozenset(
    {
        *("inbound", "incoming", "incoming email", "incoming_email", "received", "entrante"),
        *("recibido", "recibida", "correo entrante", "correo electronico entrante", "in", "true"),
    }
)
_DONE = frozenset(
    {
        *("done", "completed", "complete", "yes", "true", "1", "held", "closed", "sent"),
        *("hecho", "hecha", "completada", "completado", "finalizada", "realizada", "si", "x"),
        *("cerrada", "enviado", "terminada", "ended"),
    }
)


def is_inbound(rows: pd.DataFrame) -> pd.Series:
    """Say which activities the buyer started, by the direction of the call or e-mail."""
    words = column(rows, "direction").map(key, na_action="ignore")
    return words.isin({key(word) for word in _INBOUND})


def undone(rows: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Set activities aside that have not happened, where the export says so."""
    if "done" not in rows:
        return rows
    words = rows["done"].map(key, na_action="ignore")
    done = words.isin(_DONE) | rows["done"].isna()
    context.draft.set_aside(rows[~done], reasons.NOT_DONE)
    return rows[done].reset_index(drop=True)


def touches(
    rows: pd.DataFrame,
    system: str,
    *,
    lead_ref: pd.Series,
    account_id: pd.Series,
    opportunity_id: pd.Series,
) -> pd.DataFrame:
    """Give the touches that activities are.

    Parameters
    ----------
    rows : DataFrame
        With ``id``, ``at`` and whatever there is of ``type``, ``subject``, ``direction``,
        ``owner`` (whose name tells a machine) and ``is_automated``.
    system : str
        The system.
    lead_ref, account_id, opportunity_id : Series
        Whom each touches, and on which deal.
    """
    subject, words = column(rows, "subject"), column(rows, "type")
    kinds = activity(words.fillna(subject), SALES_ACTIVITIES, TASK_DEFAULT)
    machine = automated(subject, column(rows, "owner"))
    kinds = overlay(kinds, machine)
    kinds["initiator"] = kinds["initiator"].where(~is_inbound(rows), "buyer")
    by_machine = machine.notna() | flag(rows, "is_automated")
    return pd.DataFrame(
        {
            "touch_id": own_ids(system, rows["id"]),
            "lead_ref": lead_ref,
            "account_id": account_id,
            "opportunity_id": opportunity_id,
            "occurred_at": column(rows, "at", _INSTANT),
            "precision": precision(column(rows, "at_clock", "boolean")),
            "is_automated": by_machine.astype("boolean"),
            **kinds.assign(activity=words).to_dict("series"),
            **source(rows, system),
        }
    )
