"""What the plan counts: leads, accepted leads, opportunities and wins, each with its moments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.handoff.milestones import find_milestones
from alignment.moments import places
from alignment.money import reported
from alignment.shared_goals.cohorts import DAY, Cohorts, Floats, Integers, count_cohorts
from alignment.text import Text

MONTHS = 24  # cohorts behind the plan: the last two years, so that every season counts twice
MINIMUM_MONTHS = 6
MINIMUM_WON = 10


@dataclass(frozen=True)
class Passages:
    """The leads of the cohort months, the wins, and what is still open.

    Parameters
    ----------
    frame : DataFrame
        One row a lead: UTC columns ``lead``, ``mql``, ``accepted``, ``sql``, ``opportunity``,
        ``won`` (a later milestone implies the earlier ones; missing where not reached by
        ``as_of``), ``lost_at`` (the last closing of a lead whose deals are all lost), ``is_open``
        (has an open deal) and ``amount`` of the open deal in the reporting currency.
    cohorts : Mapping of str to Cohorts
        By step: ``mql``, ``accepted``, ``opportunity`` (each from the lead), ``won`` (from the
        opportunity, lost against it), ``mql_won`` and ``sql_won`` (from there).
    months : tuple of str
        The cohort months, such as ``2026-09``.
    amounts : array
        What the won deals of these months were worth.
    others : array (M,)
        Won value by month beside the leads' first wins: of deals without a lead, and of later
        deals of the same lead.
    other_wins : array (M,)
        How many these were.
    accepted_is : str
        The stage that counts as accepted: ``sal``, or the nearest one that is recorded.
    pace : float
        Leads a month (of 365.25/12 days) in the last twelve months, or in all if there are fewer.
    left_out : Mapping of str to int
    """

    frame: pd.DataFrame
    cohorts: Mapping[str, Cohorts]
    months: tuple[str, ...]
    amounts: Floats
    others: Floats
    other_wins: Floats
    accepted_is: str
    pace: float
    left_out: Mapping[str, int]


def find_passages(data: Dataset, *, months: int = MONTHS) -> Passages:
    """Find who passed what and when, in the last cohort months.

    Raises
    ------
    NotMeasurable
        If leads and deals are not linked, amounts are missing or 0, or there are too few months or
        wins.
    """
    data.require("leads", "created_at")
    data.require("opportunities", "created_at")
    data.require("opportunities", "amount")
    frame, accepted_is, left_out = _rows(data)
    frame, own_deals = _with_deals(data, frame)
    first = max(frame["lead"].min(), data.observed_from)
    span = pd.period_range(_month(first, data), _month(data.as_of, data), freq="M")[-months:]
    span = span[1:] if _begins_late(span[0], first, data) else span
    place = _place(frame["lead"], span, data)
    days = int((data.as_of - first) / DAY) + 2
    cohorts = {
        "mql": _step(frame, "lead", "mql", span, days, data),
        "accepted": _step(frame, "lead", "accepted", span, days, data),
        "opportunity": _step(frame, "lead", "opportunity", span, days, data),
        "won": _step(frame, "opportunity", "won", span, days, data),
        "mql_won": _step(frame, "mql", "won", span, days, data),
        "sql_won": _step(frame, "sql", "won", span, days, data),
    }
    amounts, others, other_wins, blank = _values(data, frame, own_deals, span)
    _enough(len(span), cohorts["won"], amounts, blank)
    year = min(365.25, (data.as_of - first) / DAY)
    recent = int((frame["lead"] > data.as_of - year * DAY).sum())
    counted = {
        "won opportunities without an amount": blank,
        "leads from before the cohort months": int((place < 0).sum()),
    }
    return Passages(
        frame=frame,
        cohorts=cohorts,
        months=tuple(span.astype("str")),
        amounts=amounts,
        others=others,
        other_wins=other_wins,
        accepted_is=accepted_is,
        pace=recent / year * 365.25 / 12,
        left_out={k: n for k, n in (dict(left_out) | counted).items() if n},
    )


def _month(moment: pd.Timestamp, data: Dataset) -> pd.Period:
    return moment.tz_convert(data.timezone).tz_localize(None).to_period("M")


def _begins_late(month: pd.Period, first: pd.Timestamp, data: Dataset) -> bool:
    """Say whether the first month was seen only in part."""
    start = month.start_time.tz_localize(data.timezone, nonexistent="shift_forward", ambiguous=True)
    return bool(first > start + pd.Timedelta(days=5))


def _place(moments: pd.Series, span: pd.PeriodIndex, data: Dataset) -> Integers:
    """Give the place of each moment among the cohort months, −1 outside."""
    local = moments.dt.tz_convert(data.timezone).dt.tz_localize(None).dt.to_period("M")
    return np.asarray(span.get_indexer(pd.PeriodIndex(local)), dtype=np.int64)


def _rows(data: Dataset) -> tuple[pd.DataFrame, str, Mapping[str, int]]:
    found = find_milestones(data)
    raw = found.frame
    accepted_is = next((s for s in ("sal", "sql", "mql") if s in found.recorded), "opportunity")
    if "opportunity" not in found.recorded:
        raise NotMeasurable(
            Text(
                en="Not measurable: no deal is linked to a lead, so nothing says how many leads a "
                "win takes.",
                es="No medible: ningún negocio está ligado a un lead, así que nada dice cuántos "
                "leads hacen falta para una venta.",
            )
        )
    frame = pd.DataFrame({"place": raw["place"], "lead": raw["lead"]})
    later = [raw["won"], raw["opportunity"]]
    frame["won"] = raw["won"]
    frame["opportunity"] = pd.concat(later, axis=1).min(axis=1)
    frame["sql"] = pd.concat([raw["sql"], frame["opportunity"]], axis=1).min(axis=1)
    accepted = frame["opportunity"] if accepted_is == "opportunity" else raw[accepted_is]
    frame["accepted"] = pd.concat([accepted, frame["sql"]], axis=1).min(axis=1)
    frame["mql"] = pd.concat([raw["mql"], frame["accepted"]], axis=1).min(axis=1)
    for stage in ("mql", "accepted", "sql", "opportunity", "won"):
        frame[stage] = frame[stage].where(~(frame[stage] < frame["lead"]), frame["lead"])
    return frame, accepted_is, found.left_out


def accepted_moments(data: Dataset) -> tuple[pd.Series, str]:
    """Give each lead of the company the moment of its acceptance, and the stage that counts.

    Returns
    -------
    tuple of Series of UTC and str
        Missing where it was not accepted by ``as_of``; tests and employees are no rows.
    """
    frame, accepted_is, _ = _rows(data)
    return frame["accepted"], accepted_is


def _with_deals(data: Dataset, frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Add to each lead how its deals stand; also say which deals were a lead's first win."""
    deals = data.opportunities
    at = places(deals["lead_id"], data.leads["lead_id"].iloc[frame["place"]])
    by = deals[at >= 0].assign(
        row=at[at >= 0],
        value=reported(data, deals)[at >= 0],
        is_open=(deals["status"] == "open")[at >= 0],
    )
    last = by.groupby("row")["closed_at"].max().reindex(frame.index)
    is_open = by.groupby("row")["is_open"].any().reindex(frame.index, fill_value=False)
    amount = by[by["is_open"]].groupby("row")["value"].sum(min_count=1).reindex(frame.index)
    closed = frame["opportunity"].notna() & ~is_open & frame["won"].isna()
    frame = frame.assign(
        is_open=is_open.astype(bool) & frame["won"].isna(),
        amount=amount,
        lost_at=last.where(closed, pd.NaT),
    )
    won = by[(by["status"] == "won") & (by["closed_at"] <= data.as_of)]
    first = won.sort_values(["closed_at", "opportunity_id"]).drop_duplicates("row")
    return frame, first["opportunity_id"]


def _step(
    frame: pd.DataFrame, start: str, end: str, span: pd.PeriodIndex, days: int, data: Dataset
) -> Cohorts:
    """Count one step; a lead that never was or was lost on the way waits until the export."""
    place = np.full(len(frame), -1, dtype=np.int64)
    began = frame[start].notna().to_numpy()
    place[began] = _place(frame.loc[began, start], span, data)
    rows = frame[place >= 0]
    made = rows[end].notna() & (rows[end] >= rows[start])
    lost = ~made & rows["lost_at"].notna() if start == "opportunity" else ~made & False
    until = rows[end].where(made, rows["lost_at"].where(lost, data.as_of))
    stay = np.maximum(((until - rows[start]) / DAY).to_numpy(), 0).astype(np.int64)
    kind = np.where(made, 1, np.where(lost, 2, 0))
    return count_cohorts(place[place >= 0], len(span), stay, kind, days=days)


def _values(
    data: Dataset, frame: pd.DataFrame, own: pd.Series, span: pd.PeriodIndex
) -> tuple[Floats, Floats, Floats, int]:
    """Give the amounts of won deals, the value and number by month beside first wins, blanks."""
    deals = data.opportunities
    won = deals[((deals["status"] == "won") & (deals["closed_at"] <= data.as_of)).to_numpy(bool)]
    value = reported(data, won)
    internal = data.leads.loc[data.leads["is_internal"].to_numpy(bool), "lead_id"]
    place = _place(won["closed_at"], span, data)
    inside = (place >= 0) & ~won["lead_id"].isin(internal).to_numpy(bool)
    amounts = value[inside & value.notna().to_numpy()].to_numpy(np.float64)
    beside = inside & ~won["opportunity_id"].isin(own).to_numpy(bool)
    known = value.fillna(0.0).to_numpy(np.float64)
    months = len(span)
    return (
        amounts,
        np.bincount(place[beside], known[beside], months).astype(np.float64),
        np.bincount(place[beside], minlength=months).astype(np.float64),
        int((inside & value.isna().to_numpy()).sum()),
    )


def _enough(months: int, won: Cohorts, amounts: NDArray[np.float64], blank: int) -> None:
    wins, worth = int(won.events.sum()), int((amounts > 0).sum())
    if len(amounts) + blank >= MINIMUM_WON > worth:
        # Amounts of 0 would make every goal look out of reach: nobody filled them in.
        raise NotMeasurable(
            Text(
                en="Not measurable: of {n} deals won, {k} carry an amount above 0; a plan in money "
                "needs {w}. Export the amounts of won deals.",
                es="No medible: de {n} negocios ganados, {k} llevan un importe mayor que 0; un "
                "plan en dinero necesita {w}. Exporta los importes de los negocios ganados.",
            ).format(n=len(amounts) + blank, k=worth, w=MINIMUM_WON)
        )
    if months < MINIMUM_MONTHS or wins < MINIMUM_WON or len(amounts) < MINIMUM_WON:
        raise NotMeasurable(
            Text(
                en="Not measurable: a plan needs {m} months of leads and {w} wins of theirs with "
                "an amount; the exports show {months} months and {wins} wins.",
                es="No medible: un plan necesita {m} meses de leads y {w} ventas suyas con importe;"
                " las exportaciones muestran {months} meses y {wins} ventas.",
            ).format(m=MINIMUM_MONTHS, w=MINIMUM_WON, months=months, wins=wins)
        )
