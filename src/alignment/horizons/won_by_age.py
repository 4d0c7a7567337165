"""What leads are worth by weeks since first touch, those still open counted, by first team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.horizons.marked import WON, MarkedSpells, replicate_won_by, won_by
from alignment.horizons.quarters import last_full_quarter, when_won, won_in_quarter
from alignment.journeys import Journeys
from alignment.results import About, Result
from alignment.text import Text

ALL = "all"
MISSING = "(missing)"
SHORT_WEEKS, YEAR_WEEKS = 13, 52
MINIMUM_LEADS = 30
MINIMUM_WINS = 5
MINIMUM_WINS_OF_SHARE = 30  # with fewer, the percentile interval is too narrow

METHOD = Text(
    en=(
        "Aalen–Johansen incidence of winning since first touch with the won value as mark; open "
        "journeys censored, lost ones a competing end; percentile bootstrap over accounts."
    ),
    es=(
        "Incidencia de Aalen–Johansen de ganar desde el primer contacto, con el valor ganado como "
        "marca; lo abierto se censura, lo perdido compite; bootstrap percentil por cuentas."
    ),
)
ASSUMPTIONS = (
    Text(
        en="Journeys that are still open will win like the others that were open at their age.",
        es="Los recorridos abiertos ganarán como los demás que estaban abiertos a su edad.",
    ),
    Text(
        en="All that a lead won counts at the date of its first win, also what it won later.",
        es="Lo que ganó un lead cuenta todo en la fecha de su primer negocio.",
    ),
    Text(
        en="The team of first touch describes where a lead came from; it claims no effect.",
        es="El área del primer contacto describe el origen del lead; no afirma ningún efecto.",
    ),
)


@dataclass(frozen=True)
class WonByAge(Result):
    """Won deals and value by weeks since first touch.

    Groups are ``all`` and then the groups by size. Missing numbers are NaN.

    Parameters
    ----------
    frame : DataFrame
        The main table: ``group`` (str), ``weeks`` (int64), ``wins_per_100``, ``low``, ``high``,
        ``value_per_100``, ``value_low``, ``value_high`` (float64: won deals and won value, in
        `currency`, from 100 leads by that age; missing beyond the follow-up), ``leads``,
        ``wins`` (int64: journeys in the group, and of them won by that age) and ``too_few`` (bool:
        fewer than 30 leads, or fewer than 5 of them won by that age).
    late_share : DataFrame
        ``group``, ``share``, ``low``, ``high`` (float64: part of the value won within 52 weeks of
        the first touch that is won after week 13), ``wins_share``, ``wins_low``, ``wins_high``
        (the same of won deals), ``leads`` (int64), ``too_few`` (bool: fewer than 30 leads, or
        fewer than 5 of them won within 52 weeks).
    this_quarter : DataFrame
        ``quarter`` (str), ``age`` (category: 0-13 weeks, 14-26 weeks, 27-52 weeks, over 52 weeks,
        (no touch recorded)), ``group`` (str), ``wins`` (int64), ``value`` (float64): what the
        last full quarter won, by age since first touch; empty where no full quarter was observed.
    by_quarter : DataFrame
        ``quarter`` (str, of first touch), ``when`` (category: same quarter, +1, +2, +3, later,
        lost, still open), ``leads`` (int64), ``value`` (float64), ``truncated`` (bool).
    currency : str or None
        Currency of the values.
    about : About
    """

    frame: pd.DataFrame
    late_share: pd.DataFrame
    this_quarter: pd.DataFrame
    by_quarter: pd.DataFrame
    currency: str | None
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return won deals and value by group and weeks."""
        return self.frame


def won_by_age(
    data: Dataset,
    journeys: Journeys,
    *,
    weeks: Sequence[int] = (4, 13, 26, 52, 104),
    by: str = "first_team",
    level: float = 0.90,
    replicates: int = 400,
    seed: int = 0,
) -> WonByAge:
    """Estimate how many wins and how much value 100 leads bring by each age since first touch.

    Parameters
    ----------
    data : Dataset
        Gives the window observed and the zone in which days are counted.
    journeys : Journeys
        From :func:`alignment.journeys.build_journeys`, best without a lookback window: one moves
        the first touch.
    weeks : sequence of int
        Ages, in weeks of 7 days since the day of the first touch.
    by : str
        Column of ``journeys.journeys`` to group by.
    level : float
        Level of the bootstrap intervals.
    replicates, seed : int
        Size and seed of the bootstrap.

    Returns
    -------
    WonByAge

    Raises
    ------
    NotMeasurable
        If there are no touches, or no won value on a journey with a touch.
    """
    data.require("touches", "occurred_at")
    table = _ages(data, journeys, by)
    touched, left_out = _observed(table)
    if not (touched["value"] > 0).any():
        raise NotMeasurable(
            Text(
                en="Not measurable: no won deal with an amount has a dated touch before it.",
                es="No medible: ningún negocio ganado con importe tiene antes un contacto fechado.",
            )
        )
    days = np.array(sorted({SHORT_WEEKS, YEAR_WEEKS, *weeks}), dtype=np.int64) * 7
    spells = _spells(touched)
    labels = touched["group"]
    names = [ALL, *(str(name) for name in _by_size(labels))]
    groups = [spells, *(spells.where((labels == name).to_numpy()) for name in names[1:])]
    drawn = replicate_won_by(
        groups,
        days,
        accounts=int(spells.account.max()) + 1,
        replicates=replicates,
        seed=seed,
    )
    points = [won_by(group, days) for group in groups]
    asked = np.searchsorted(days, np.asarray(weeks, dtype=np.int64) * 7)
    return WonByAge(
        frame=_frame(names, groups, points, drawn, days, asked, level),
        late_share=_late_share(names, groups, points, drawn, days, level),
        this_quarter=won_in_quarter(table, last_full_quarter(data)),
        by_quarter=when_won(table[table["first_day"].notna()], data),
        currency=journeys.currency,
        about=About(
            method=METHOD,
            level=level,
            assumptions=ASSUMPTIONS,
            left_out=left_out | _without_amount(journeys),
        ),
    )


def _without_amount(journeys: Journeys) -> dict[str, int]:
    """Count the won deals whose value is not known, and so is not in the sums."""
    reason = "won opportunities without an amount"
    count = journeys.notes.get(reason, 0)
    return {reason: count} if count else {}


def _ages(data: Dataset, journeys: Journeys, by: str) -> pd.DataFrame:
    """Give each journey its days, its age at the end, its group, outcome and value."""
    if by not in journeys.journeys:
        raise ValueError(f"journeys have no column “{by}”")
    frame = journeys.journeys
    touches = journeys.touches
    first = touches.loc[touches["position"] == 0].set_index("journey")["occurred_at"]
    late = frame["ended_at"] > data.as_of
    outcome = frame["outcome"].astype("str").where(~late, "open")
    first_day = _day(first.reindex(frame.index), data.timezone)
    ended_day = _day(frame["ended_at"].where(outcome != "open"), data.timezone)
    group = frame[by].astype("object")
    return pd.DataFrame(
        {
            "account_id": frame["account_id"],
            "first_day": first_day,
            "ended_day": ended_day,
            "first_quarter": first_day.dt.to_period("Q"),
            "ended_quarter": ended_day.dt.to_period("Q"),
            "age": (ended_day - first_day).dt.days,
            "outcome": outcome,
            "value": frame["value"].where(outcome == "won", 0.0).astype("float64"),
            # An opportunity without a lead began with a deal: it says nothing of leads.
            "linked": frame.get("linked", True),
            "group": group.where(group.notna(), MISSING).where(first_day.notna()),
            "exported": _day(pd.Series(data.as_of, frame.index), data.timezone),
            "shown": _day(pd.Series(data.observed_from, frame.index), data.timezone),
        }
    )


def _day(moments: pd.Series, timezone: str) -> pd.Series:
    return moments.dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize()


def _observed(table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Keep the journeys that can be followed, with the days under observation."""
    untouched = table["first_day"].isna()
    unlinked = ~untouched & ~table["linked"].astype(bool)
    dateless = ~untouched & (table["outcome"] != "open") & table["ended_day"].isna()
    stop = table["ended_day"].fillna(table["exported"])
    exit = (stop - table["first_day"]).dt.days
    entry = (table["shown"] - table["first_day"]).dt.days.clip(lower=0)
    negative = ~untouched & ~dateless & (exit < 0)
    unseen = ~untouched & ~dateless & ~negative & (exit < entry)
    left_out = {
        "journeys without a touch": int(untouched.sum()),
        "opportunities without a known lead": int(unlinked.sum()),
        "ended without a date": int(dateless.sum()),
        "ended before it started": int(negative.sum()),
        "ended before closings were recorded": int(unseen.sum()),
    }
    kept = ~(untouched | unlinked | dateless | negative | unseen)
    observed = table[kept].assign(entry=entry[kept], exit=exit[kept])
    return observed, {reason: count for reason, count in left_out.items() if count}


def _spells(touched: pd.DataFrame) -> MarkedSpells:
    """Give the spells with account codes; a journey without an account is a unit of its own."""
    known = touched["account_id"].notna()
    codes, names = pd.factorize(touched["account_id"], sort=True)
    account = codes.astype(np.int64)
    account[~known] = len(names) + np.arange(int((~known).sum()))
    return MarkedSpells(
        entry=touched["entry"].to_numpy(dtype=np.int64),
        exit=touched["exit"].to_numpy(dtype=np.int64),
        end=touched["outcome"].map({"open": 0, "won": 1, "lost": 2}).to_numpy(dtype=np.int64),
        value=touched["value"].to_numpy(dtype=np.float64),
        account=account,
    )


def _by_size(labels: pd.Series) -> list[Any]:
    counts = labels.astype("str").value_counts()
    return sorted(counts.index, key=lambda name: (-counts[name], name))


def _limits(point: NDArray[Any], drawn: NDArray[Any], level: float) -> tuple[Any, Any]:
    """Percentile limits of each column; none where the estimate is missing or 0."""
    told = np.isfinite(point) & (point != 0) & np.isfinite(drawn).any(axis=0)
    low, high = np.full(point.shape, np.nan), np.full(point.shape, np.nan)
    if not told.any():
        return low, high
    tail = (1 - level) / 2
    low[told], high[told] = np.nanquantile(drawn[:, told], [tail, 1 - tail], axis=0)
    return low, high


def _wins_by(spells: MarkedSpells, days: NDArray[np.int64]) -> NDArray[np.int64]:
    won = np.sort(spells.exit[spells.end == WON])
    return np.searchsorted(won, days, side="right").astype(np.int64)


def _frame(
    names: list[str],
    groups: list[MarkedSpells],
    points: list[tuple[Any, Any]],
    drawn: tuple[Any, Any],
    days: NDArray[np.int64],
    asked: NDArray[np.int64],
    level: float,
) -> pd.DataFrame:
    parts = []
    for g, (name, spells) in enumerate(zip(names, groups, strict=True)):
        wins, value = points[g]
        seen = _wins_by(spells, days[asked])
        low, high = _limits(wins, drawn[0][g], level)
        value_low, value_high = _limits(value, drawn[1][g], level)
        parts.append(
            pd.DataFrame(
                {
                    "group": name,
                    "weeks": days[asked] // 7,
                    "wins_per_100": 100 * wins[asked],
                    "low": 100 * low[asked],
                    "high": 100 * high[asked],
                    "value_per_100": 100 * value[asked],
                    "value_low": 100 * value_low[asked],
                    "value_high": 100 * value_high[asked],
                    "leads": len(spells.exit),
                    "wins": seen,
                    "too_few": (seen < MINIMUM_WINS) | (len(spells.exit) < MINIMUM_LEADS),
                }
            )
        )
    return pd.concat(parts, ignore_index=True).astype({"group": "str"})


def _late_share(
    names: list[str],
    groups: list[MarkedSpells],
    points: list[tuple[Any, Any]],
    drawn: tuple[Any, Any],
    days: NDArray[np.int64],
    level: float,
) -> pd.DataFrame:
    short, year = np.searchsorted(days, [SHORT_WEEKS * 7, YEAR_WEEKS * 7])

    def late(curve: NDArray[Any]) -> NDArray[Any]:
        total = curve[..., year]
        return 1.0 - curve[..., short] / np.where(total > 0, total, np.nan)

    rows = []
    for g, name in enumerate(names):
        told = []
        for kind in (1, 0):  # value, wins
            point = np.atleast_1d(late(points[g][kind]))
            low, high = _limits(point, late(drawn[kind][g])[:, np.newaxis], level)
            told += [point[0], low[0], high[0]]
        leads = len(groups[g].exit)
        few = leads < MINIMUM_LEADS or _wins_by(groups[g], days[[year]])[0] < MINIMUM_WINS_OF_SHARE
        rows.append((name, *told, leads, bool(few)))
    columns = ["group", "share", "low", "high", "wins_share", "wins_low", "wins_high", "leads"]
    return pd.DataFrame(rows, columns=[*columns, "too_few"]).astype({"group": "str"})
