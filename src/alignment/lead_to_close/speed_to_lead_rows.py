"""The leads that the effect of response speed is told from: one row a lead that was handed over."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.moments import (
    MISSING,
    column_of_leads,
    first,
    handed_at,
    own_touches,
    places,
    sales_touches,
)
from alignment.text import Text
from alignment.working_hours import WorkingHours


def handed_over(
    data: Dataset, *, window: pd.Timedelta, horizon: pd.Timedelta
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Follow each lead from its handoff through the landmark to the horizon.

    The handoff is the first entry into ``mql``. Who is in the comparison is decided at the
    landmark, `window` after it: not converted until then, so that a long wait is never a wait that
    the conversion itself kept short or made possible (immortal time). A lead that sales had not
    touched by the landmark is kept, as not touched. A touch of which only the day is known is taken
    at the end of that day.

    Parameters
    ----------
    data : Dataset
        Needs ``lead_stages`` with mql, ``touches`` of sales, and ``opportunities`` or sql stages.
    window, horizon : Timedelta
        From the handoff to the landmark, and from there to the last day of follow-up.

    Returns
    -------
    frame : DataFrame
        ``lead`` (place in ``data.leads``), ``handed_at``, ``touched_at`` (UTC; missing where not
        touched by the landmark), ``delay_hours``, ``converted`` (bool: between landmark and
        horizon).
    left_out : dict of str to int
    """
    leads = data.require("leads", "created_at")
    mql = handed_at(data)
    touched = first(data, sales_touches(data), "occurred_at")
    converted = _converted(data)
    internal = leads["is_internal"].to_numpy(dtype=bool)
    landmark = mql + window
    reasons = {
        "internal leads": internal & mql.notna(),
        "handed over after the export": mql > data.as_of,
        "not yet followed to the horizon": mql + window + horizon > data.as_of,
        "touched by sales before the handoff": touched < mql,
        "converted before the landmark": converted < landmark,
    }
    keep = mql.notna()
    left_out = {}
    for reason, applies in reasons.items():
        left_out[reason] = int((keep & applies).sum())
        keep &= ~applies
    seen = touched.where(touched <= landmark)
    frame = pd.DataFrame(
        {
            "lead": np.arange(len(leads)),
            "handed_at": mql,
            "touched_at": seen,
            "delay_hours": (seen - mql) / pd.Timedelta(hours=1),
            "converted": converted.notna() & (converted <= landmark + horizon),
        }
    )[keep.to_numpy()].reset_index(drop=True)
    return frame, {reason: count for reason, count in left_out.items() if count}


def _converted(data: Dataset) -> pd.Series:
    """Give the moment at which each lead became sales-qualified or an opportunity."""
    stages = data.lead_stages[data.lead_stages["stage"] == "sql"]
    deals = data.opportunities
    if not len(stages) and not data.has("opportunities", "lead_id", "created_at"):
        raise NotMeasurable(
            Text(
                en="Not measurable: no lead is known to have become an opportunity.",
                es="No medible: no se sabe qué leads llegaron a ser oportunidad.",
            )
        )
    sql = first(data, stages, "entered_at")
    deal = first(data, deals, "created_at")
    return sql.where(~(deal < sql) & sql.notna(), deal)


def controls(
    data: Dataset, frame: pd.DataFrame, working: WorkingHours
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Give the columns that hold warmth and circumstance equal.

    Warmth is what sales saw when it chose whom to call first: the score at handoff, as a broken
    line with knots at its fifths, beside the part of it that marketing's own touches gave and
    whether each kind of them had come by then; so the part that is the buyer's own is free to
    have an effect of its own.

    Parameters
    ----------
    data : Dataset
        Uses ``leads.score_at_mql``, ``marketing_points``, ``channel``, ``region``, the segment of
        the account and marketing's touches.
    frame : DataFrame
        From :func:`handed_over`.
    working : WorkingHours
        When sales works.

    Returns
    -------
    columns : DataFrame
        One column a term, float.
    kinds : tuple of str
        What was held equal: score, points, marketing, source, segment, region, working hours.
    """
    leads = data.leads.iloc[frame["lead"]].reset_index(drop=True)
    parts = [_warmth(leads), _marketing(data, frame)]
    kinds = ["score"]
    for name, kind in (("marketing_points", "points"),):
        if leads[name].notna().any():
            parts.append(leads[[name]].fillna(leads[name].median()))
            kinds.append(kind)
    if parts[1].shape[1]:
        kinds.append("marketing")
    for name in ("channel", "segment", "region"):
        values = column_of_leads(data, frame["lead"], name)
        if values is None:
            continue
        labels = values.fillna(MISSING).astype("str")
        if len(set(labels)) > 1:
            parts.append(pd.get_dummies(labels, prefix=name, drop_first=True, dtype=float))
            kinds.append(name)
    is_open = working.is_open(frame["handed_at"])
    if 0 < is_open.sum() < len(is_open):
        parts.append(pd.DataFrame({"in working hours": is_open.astype(float)}))
        kinds.append("working hours")
    return pd.concat(parts, axis=1), tuple(kinds)


def _warmth(leads: pd.DataFrame) -> pd.DataFrame:
    """Lay the score out as a broken line with knots at its fifths; a missing one stands apart."""
    score = leads["score_at_mql"]
    if not score.notna().any():
        raise NotMeasurable(
            Text(
                en="Not measurable: leads carry no score at handoff, so a quick call cannot be "
                "told apart from a warm lead.",
                es="No medible: los leads no llevan puntuación al entregarse, así que no se puede "
                "distinguir una llamada rápida de un lead ya interesado.",
            )
        )
    filled = score.fillna(score.median())
    spread = filled.std() or 1.0
    columns = {"score": (filled - filled.mean()) / spread}
    for number, knot in enumerate(np.unique(np.quantile(filled, [0.2, 0.4, 0.6, 0.8]))):
        if filled.min() < knot < filled.max():
            columns[f"score above knot {number + 1}"] = np.maximum(filled - knot, 0) / spread
    if score.isna().any():
        columns["score missing"] = score.isna().astype(float)
    return pd.DataFrame(columns)


def _marketing(data: Dataset, frame: pd.DataFrame) -> pd.DataFrame:
    """Say which kinds of marketing's own touches each lead had before the handoff."""
    touches = own_touches(data, "marketing")
    of = places(touches["lead_id"], data.leads["lead_id"].iloc[frame["lead"]])
    touches, of = touches[of >= 0], of[of >= 0]
    before = (touches["occurred_at"].to_numpy() < frame["handed_at"].to_numpy()[of]).astype(bool)
    columns = {}
    for kind in sorted(touches["kind"].dropna().unique()):
        has = np.zeros(len(frame))
        has[of[before & (touches["kind"] == kind).to_numpy()]] = 1.0
        if 0 < has.sum() < len(has):
            columns[f"marketing {kind}"] = has
    return pd.DataFrame(columns, index=frame.index)


def clusters(data: Dataset, frame: pd.DataFrame) -> NDArray[np.int64]:
    """Give each lead the number of its account; one without stands alone."""
    leads = data.leads.iloc[frame["lead"]]
    alone = "lead " + leads["lead_id"].astype("str")
    codes = pd.factorize(leads["account_id"].fillna(alone))[0]
    return np.asarray(codes, dtype=np.int64)
