"""Journeys and what they won in calendar days: ages, groups, and who is under observation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import one_of
from alignment.dataset import Dataset
from alignment.horizons.marked import LaterWins, MarkedSpells
from alignment.horizons.objectives import OBJECTIVE, objectives
from alignment.journeys import Journeys, wins

MISSING = "(missing)"
UNDATED = "later wins without a date, counted with the first"
EARLY = "deals won before the first touch"


def followed(data: Dataset, journeys: Journeys, by: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give each journey and each of its won deals its days, its age and its group.

    Parameters
    ----------
    data : Dataset
        Gives the window observed and the zone in which days are counted.
    journeys : Journeys
        From :func:`alignment.journeys.build_journeys`.
    by : str
        Column of ``journeys.journeys``, or ``objective``.

    Returns
    -------
    table : DataFrame
        One row a journey, by its code: ``account_id``, ``first_day``, ``ended_day`` (naive days;
        of the first win, if won), ``first_quarter``, ``ended_quarter`` (period), ``outcome``
        (won, lost, open), ``value``, ``linked``, ``group`` (missing without a touch),
        ``exported``, ``shown``.
    deals : DataFrame
        One row a won deal: ``journey``, ``won_day``, ``won_quarter``, ``first_quarter``, ``age``
        (days since first touch; missing without a touch before it), ``value``, ``group``,
        ``undated`` (bool).

    Raises
    ------
    ArgumentError
        If there is no such column.
    """
    one_of("by", by, [*journeys.journeys.columns, OBJECTIVE])
    table = _journeys(data, journeys, by)
    deals = _deals(data, journeys, table)
    first = deals[deals["age"].notna()].groupby("journey")["won_day"].min()
    ended = table["ended_day"].where(~table.index.isin(first.index), first.reindex(table.index))
    return table.assign(ended_day=ended, ended_quarter=ended.dt.to_period("Q")), deals


def _journeys(data: Dataset, journeys: Journeys, by: str) -> pd.DataFrame:
    frame = journeys.journeys
    touches = journeys.touches
    first = touches.loc[touches["position"] == 0].set_index("journey")["occurred_at"]
    late = frame["ended_at"] > data.as_of
    outcome = frame["outcome"].astype("str").where(~late, "open")
    first_day = _day(first.reindex(frame.index), data.timezone)
    group = (objectives(data, journeys) if by == OBJECTIVE else frame[by]).astype("object")
    return pd.DataFrame(
        {
            "account_id": frame["account_id"],
            "first_day": first_day,
            "ended_day": _day(frame["ended_at"].where(outcome != "open"), data.timezone),
            "first_quarter": first_day.dt.to_period("Q"),
            "outcome": outcome,
            "value": frame["value"].where(outcome == "won", 0.0).astype("float64"),
            # An opportunity without a lead began with a deal: it says nothing of leads.
            "linked": frame.get("linked", True),
            "group": group.where(group.notna(), MISSING).where(first_day.notna()),
            "exported": _day(pd.Series(data.as_of, frame.index), data.timezone),
            "shown": _day(pd.Series(data.observed_from, frame.index), data.timezone),
        }
    )


def _deals(data: Dataset, journeys: Journeys, table: pd.DataFrame) -> pd.DataFrame:
    """List what the won journeys won; one deal, as the journey says, where no row tells more."""
    won = table.index[table["outcome"] == "won"]
    found = wins(data, journeys)
    found = found[found["journey"].isin(won)]
    day = _day(found["closed_at"], data.timezone)
    first = day.groupby(found["journey"]).transform("min")
    found = found.assign(won_day=day.fillna(first), undated=day.isna())
    found = found[found["won_day"].notna()]
    bare = won.difference(pd.Index(found["journey"]))
    told = pd.DataFrame(
        {
            "journey": bare.to_numpy(dtype=np.int64),
            "won_day": table.loc[bare, "ended_day"].to_numpy(),
            "value": table.loc[bare, "value"].to_numpy(),
            "undated": False,
        }
    )
    kept = found[["journey", "won_day", "value", "undated"]]
    deals = pd.concat([part for part in (kept, told) if len(part)] or [told], ignore_index=True)
    of = table.loc[deals["journey"]].reset_index(drop=True)
    age = (deals["won_day"] - of["first_day"]).dt.days.astype("float64")
    return deals.assign(
        won_quarter=deals["won_day"].dt.to_period("Q"),
        first_quarter=of["first_quarter"],
        age=age.where(age >= 0),
        group=of["group"],
    )


def _day(moments: pd.Series, timezone: str) -> pd.Series:
    return moments.dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize()


def observed(table: pd.DataFrame, deals: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Keep the journeys that can be followed, with the days under observation.

    Returns
    -------
    kept : DataFrame
        With ``entry``, ``exit`` (days since the first touch, to the first end) and ``watched``
        (to the export).
    left_out : dict
        What was not kept, by reason.
    """
    untouched = table["first_day"].isna()
    unlinked = ~untouched & ~table["linked"].astype(bool)
    dateless = ~untouched & (table["outcome"] != "open") & table["ended_day"].isna()
    stop = table["ended_day"].fillna(table["exported"])
    exit = (stop - table["first_day"]).dt.days
    entry = (table["shown"] - table["first_day"]).dt.days.clip(lower=0)
    negative = ~untouched & ~dateless & (exit < 0)
    unseen = ~untouched & ~dateless & ~negative & (exit < entry)
    touched = ~untouched.loc[deals["journey"]].to_numpy()
    left_out = {
        "journeys without a touch": int(untouched.sum()),
        "opportunities without a known lead": int(unlinked.sum()),
        "ended without a date": int(dateless.sum()),
        "ended before it started": int(negative.sum()),
        "ended before closings were recorded": int(unseen.sum()),
        UNDATED: int(deals["undated"].sum()),
        EARLY: int((touched & deals["won_day"].notna() & deals["age"].isna()).sum()),
    }
    left_out[EARLY] -= left_out["ended before it started"]
    kept = ~(untouched | unlinked | dateless | negative | unseen)
    watched = (table["exported"] - table["first_day"]).dt.days
    seen = table[kept].assign(entry=entry[kept], exit=exit[kept], watched=watched[kept])
    return seen, {reason: count for reason, count in left_out.items() if count > 0}


def marked_spells(touched: pd.DataFrame, deals: pd.DataFrame) -> MarkedSpells:
    """Give the spells with account codes; a journey without an account is a unit of its own."""
    known = touched["account_id"].notna()
    codes, names = pd.factorize(touched["account_id"], sort=True)
    account = codes.astype(np.int64)
    account[~known] = len(names) + np.arange(int((~known).sum()))
    exit = touched["exit"].to_numpy(dtype=np.int64)
    place = touched.index.get_indexer(pd.Index(deals["journey"]))
    mine = (place >= 0) & deals["age"].notna().to_numpy()
    of, day = place[mine], deals["age"].to_numpy()[mine].astype(np.int64)
    value = deals["value"].to_numpy(dtype=np.float64)[mine]
    first = day <= exit[of]
    return MarkedSpells(
        entry=touched["entry"].to_numpy(dtype=np.int64),
        exit=exit,
        end=touched["outcome"].map({"open": 0, "won": 1, "lost": 2}).to_numpy(dtype=np.int64),
        value=_total(of[first], value[first], len(exit)),
        account=account,
        number=_total(of[first], np.ones(int(first.sum())), len(exit)).astype(np.int64),
        watched=touched["watched"].to_numpy(dtype=np.int64),
        later=LaterWins(of[~first], day[~first], value[~first]),
    )


def _total(of: NDArray[Any], value: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    return np.bincount(of, value, minlength=size).astype(np.float64)
