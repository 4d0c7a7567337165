"""What leads are worth by weeks since first touch, those still open counted, by first team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf, nan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import all_within, of_type, whole, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.horizons.followed import followed, marked_spells, observed
from alignment.horizons.late import MINIMUM_LEADS, SHORT_WEEKS, YEAR_WEEKS, late_shares
from alignment.horizons.marked import WON, MarkedSpells, replicate_won_by, won_by
from alignment.horizons.quarters import last_full_quarter, when_won, won_in_quarter
from alignment.horizons.settled import settled_age
from alignment.journeys import SENT_COUNTS, Journeys
from alignment.results import LEVEL, About, Result
from alignment.text import Text

ALL = "all"
MINIMUM_WINS = 5

METHOD = Text(
    en=(
        "Mean cumulative function of wins and won value since first touch, every win at its own "
        "date (Aalen–Johansen for the first); open journeys censored, lost ones a competing end; "
        "bootstrap over accounts, percentiles, expanded for the late share."
    ),
    es=(
        "Función media acumulada de lo ganado desde la primera interacción, cada negocio en su "
        "propia fecha (Aalen–Johansen para el primero); lo abierto se censura, lo perdido compite; "
        "bootstrap por cuentas, percentiles, ampliados para la parte tardía."
    ),
)
ASSUMPTIONS = (
    Text(
        en="Journeys that are still open will win like the others that were open at their age.",
        es="Los recorridos abiertos ganarán como los demás que estaban abiertos a su edad.",
    ),
    Text(
        en="A lead that has won goes on winning like the others that had won by that age.",
        es="Un lead que ya ganó sigue ganando como los demás que ya habían ganado a esa edad.",
    ),
    Text(
        en="The team of first touch describes where a lead came from; it claims no effect.",
        es="El área de la primera interacción describe el origen del lead; no afirma ningún "
        "efecto.",
    ),
    SENT_COUNTS,
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
        ``wins`` (int64: journeys in the group, and of them won at least once by that age),
        ``at_risk`` (int64: journeys under observation at that age) and ``too_few`` (bool: fewer
        than 30 leads, or fewer than 5 of them won by that age).
    late_share : DataFrame
        ``group``, ``share``, ``low``, ``high`` (float64: part of the value won within 52 weeks of
        the first touch that is won after week 13), ``wins_share``, ``wins_low``, ``wins_high``
        (the same of won deals), ``leads`` (int64), ``too_few`` (bool: fewer than 30 leads, or
        fewer than 30 of them won within 52 weeks).
    this_quarter : DataFrame
        ``quarter`` (str), ``age`` (category: 0-13 weeks, 14-26 weeks, 27-52 weeks, over 52 weeks,
        (no touch recorded)), ``group`` (str), ``wins`` (int64), ``value`` (float64): what the
        last full quarter won, deal by deal, by age since first touch; empty where no full quarter
        was observed.
    by_quarter : DataFrame
        ``quarter`` (str, of first touch), ``when`` (category: same quarter, +1, +2, +3, later,
        lost, still open), ``leads`` (int64, by their first win), ``value`` (float64, by the date
        of each win), ``truncated`` (bool: closings
        were not yet recorded when the quarter began), ``young`` (int64: of the leads, those
        younger than `settled_weeks` at the export).
    currency : str or None
        Currency of the values.
    about : About
    late_difference : DataFrame
        ``group_a``, ``group_b`` (str), ``difference``, ``low``, ``high`` (late share of a minus
        that of b, of the value), ``wins_difference``, ``wins_low``, ``wins_high``: one row a pair
        of groups, with the interval of the difference itself.
    settled_weeks, horizon_weeks : float
        Age by which 90 % of the wins by the horizon have come, and that horizon; missing where
        the follow-up is too short.
    by : str
        What the groups are: ``first_team``, ``objective`` or another column of the journeys.
    """

    frame: pd.DataFrame
    late_share: pd.DataFrame
    this_quarter: pd.DataFrame
    by_quarter: pd.DataFrame
    currency: str | None
    about: About
    late_difference: pd.DataFrame = field(default_factory=pd.DataFrame)
    settled_weeks: float = nan
    horizon_weeks: float = nan
    by: str = "first_team"

    def to_frame(self) -> pd.DataFrame:
        """Return won deals and value by group and weeks."""
        return self.frame


def won_by_age(
    data: Dataset,
    journeys: Journeys,
    *,
    weeks: Sequence[int] = (4, 13, 26, 52, 104),
    by: str = "first_team",
    level: float = LEVEL,
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
        Column of ``journeys.journeys`` to group by, or ``"objective"``: that of the campaign that
        brought the lead (:func:`alignment.horizons.objectives.objectives`).
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
    of_type("data", data, Dataset, "alignment.load(folder)")
    of_type("journeys", journeys, Journeys, "alignment.build_journeys(data)")
    within("level", level, 0, 1)
    all_within("weeks", weeks, 0, inf)
    whole("replicates", replicates, 0)
    data.require("touches", "occurred_at")
    table, deals = followed(data, journeys, by)
    touched, left_out = observed(table, deals)
    if not (touched["value"] > 0).any():
        raise NotMeasurable(_no_value(data, touched, journeys))
    days = np.array(sorted({SHORT_WEEKS, YEAR_WEEKS, *weeks}), dtype=np.int64) * 7
    spells = marked_spells(touched, deals)
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
    late, difference = late_shares(names, groups, points, drawn, days, level)
    settled, horizon = settled_age(spells, int(days.max()) // 7)
    return WonByAge(
        frame=_frame(names, groups, points, drawn, days, asked, level),
        late_share=late,
        this_quarter=won_in_quarter(deals, last_full_quarter(data), _names_of(table)),
        by_quarter=when_won(table[table["first_day"].notna()], _sown(deals), data, settled),
        currency=journeys.currency,
        about=About(
            method=METHOD,
            level=level,
            assumptions=ASSUMPTIONS,
            left_out=left_out | _without_amount(journeys),
        ),
        late_difference=difference,
        settled_weeks=settled,
        horizon_weeks=horizon,
        by=by,
    )


def _no_value(data: Dataset, touched: pd.DataFrame, journeys: Journeys) -> Text:
    """Say which of the things that are needed is missing: wins, touches before them, or amounts."""
    won = int((journeys.journeys["outcome"] == "won").sum())
    if not won:
        return Text(
            en="Not measurable: no deal was won.", es="No medible: no se ganó ningún negocio."
        )
    if journeys.currency is None and data.has("opportunities", "amount"):
        return Text(
            en="Not measurable: amounts are on record, but no currency in which to add them.",
            es="No medible: constan importes, pero ninguna moneda en que sumarlos.",
        )
    if not (journeys.journeys["value"] > 0).any():
        return Text(
            en="Not measurable: none of the {n} won carries an amount.",
            es="No medible: ninguno de los {n} ganados lleva importe.",
        ).format(n=won)
    if not (touched["outcome"] == "won").any():
        return Text(
            en="Not measurable: {n} were won, but none that began with a known lead has a dated "
            "touch before it.",
            es="No medible: se ganaron {n}, pero ninguno que empezó con un lead conocido tiene "
            "antes una interacción fechada.",
        ).format(n=won)
    return Text(
        en="Not measurable: of the {n} won, none that has both a lead and a touch before it "
        "carries an amount.",
        es="No medible: de los {n} ganados, ninguno que tenga lead y una interacción antes lleva "
        "importe.",
    ).format(n=won)


def _without_amount(journeys: Journeys) -> dict[str, int]:
    """Count the won deals whose value is not known, and so is not in the sums."""
    reason = "won opportunities without an amount"
    count = journeys.notes.get(reason, 0)
    return {reason: count} if count else {}


def _names_of(table: pd.DataFrame) -> list[str]:
    return sorted(set(table.loc[table["group"].notna(), "group"].astype("str")))


def _sown(deals: pd.DataFrame) -> pd.DataFrame:
    """Keep the deals that were won after a touch."""
    return deals[deals["age"].notna()]


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


def _at_risk(spells: MarkedSpells, days: NDArray[np.int64]) -> NDArray[np.int64]:
    seen = (spells.entry[:, None] <= days) & (days <= spells.exit[:, None])
    counts: NDArray[np.int64] = seen.sum(axis=0)
    return counts


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
                    "at_risk": _at_risk(spells, days[asked]),
                    "too_few": (seen < MINIMUM_WINS) | (len(spells.exit) < MINIMUM_LEADS),
                }
            )
        )
    return pd.concat(parts, ignore_index=True).astype({"group": "str"})
