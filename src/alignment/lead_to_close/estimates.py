"""Lead to close: the probability of won and lost by each day, open ones counted, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
import pandas as pd

from alignment.arguments import all_within, nearest, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.incidence import Incidence, quantile_within, value_at
from alignment.lead_to_close.curves import at_days, days_of_shares, estimate, whole_curves
from alignment.lead_to_close.customers import BY_STAGE_ALONE, said_of_customers
from alignment.lead_to_close.spells import ENDS, Spells, Start, find_spells
from alignment.moments import SHARED_ACCOUNTS
from alignment.results import LEVEL, About, Result
from alignment.text import Text

METHOD = Text(
    en=(
        "Aalen–Johansen cumulative incidence of won and lost, exact under day ties and delayed "
        "entry, with losses that may be revived; delta variance, by account where leads share "
        "one (infinitesimal jackknife), interval on the "
        "log(−log(1 − F)) scale, exact upper limit where nothing has ended so."
    ),
    es=(
        "Incidencia acumulada de ganado y perdido (Aalen–Johansen), exacta con empates por día y "
        "entrada tardía, con pérdidas que pueden revivir; varianza delta, por cuenta si hay leads "
        "que comparten una (jackknife infinitesimal), intervalo en la escala "
        "log(−log(1 − F)), límite superior exacto donde nada ha terminado así."
    ),
)
ASSUMPTIONS = (
    Text(
        en="Whatever is still open behaves like the others that were open at the same age.",
        es="Lo que sigue abierto se comporta como lo demás que estaba abierto a la misma edad.",
    ),
    SHARED_ACCOUNTS,
    Text(
        en="A lost lead counts as lost while it is; those revived later count as open again.",
        es="Un lead perdido cuenta como tal mientras lo está; si revive, vuelve a contar abierto.",
    ),
)
NO_LOSS = Text(
    en="No loss is recorded: whatever was not won counts as still open.",
    es="No hay pérdidas registradas: lo que no se ganó cuenta como abierto.",
)


@dataclass(frozen=True)
class LeadToClose(Result):
    """How likely and how fast leads (or opportunities) are won and lost.

    Groups come in the order of their size. Missing numbers are NaN.

    Parameters
    ----------
    at : DataFrame
        The main table. ``group`` (str), ``end`` (category won, lost), ``day`` (int64),
        ``estimate``, ``low``, ``high`` (float64: probability that this end has come by that day;
        missing beyond the follow-up of the group; where nothing has ended so, 0 with an exact
        upper limit), ``leads`` (int64, spells in the group),
        ``events`` (int64, such ends seen by that day), ``at_risk`` (int64, spells at risk on that
        day) and ``too_few`` (bool: fewer than 5 ends in the group, or some day up to it on which
        one end would move the estimate by more than 1/30, as in any group of fewer than 30).
    curves : DataFrame
        ``group``, ``end``, ``day`` (int64, or float64 for exact time), ``incidence``, ``low``,
        ``high``, ``at_risk``; every day up to the follow-up.
    quantiles : DataFrame
        ``group``, ``end``, ``quantile``, ``days``, ``low``, ``high`` (float64): day by which that
        share of all leads has ended so; missing means not reached.
    when_won : DataFrame
        ``group``, ``horizon`` (int64), ``share``, ``median_days``, ``low``, ``high``,
        ``mean_days``: how long it takes those that are won by the horizon, the last of the days
        asked for that the follow-up of the group reaches.
    naive : DataFrame
        ``group``, ``mean_days_won``, ``median_days_won``, ``closed_only_win_rate`` (float64),
        ``won``, ``lost``, ``open`` (int64): what a dashboard shows. The mean and the median leave
        out the `open` and `lost` ones, the win rate the `open` ones; all three look better or
        faster the younger the leads are.
    spells : Spells
        What was counted.
    lost_recorded : bool
        Whether any loss is in the data.
    about : About
    """

    at: pd.DataFrame
    curves: pd.DataFrame
    quantiles: pd.DataFrame
    when_won: pd.DataFrame
    naive: pd.DataFrame
    spells: Spells
    lost_recorded: bool
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return the probabilities by each of the days asked for."""
        return self.at

    def compare(self, group_a: str, group_b: str, day: int, *, end: str = "won") -> pd.Series:
        """Compare two groups: the difference of their probabilities by one of the days.

        The interval combines those of the two independent groups (square-and-add: Newcombe 1998,
        Stat Med 17:873; Zou & Donner 2008, Stat Med 27:1693), so it keeps the shape that they
        have near 0 and stays inside −1..1. Comparing many pairs needs a correction, which this
        does not make.

        Returns
        -------
        Series
            ``group_a``, ``group_b``, ``end``, ``day``, ``estimate`` (a − b), ``low``, ``high``;
            missing where either group has no estimate or no interval.

        Raises
        ------
        KeyError
            If a group or a day is not in :attr:`at`.
        """
        rows = self.at.set_index(["group", "end", "day"])
        for key in ((group_a, end, day), (group_b, end, day)):
            if key not in rows.index:
                names = sorted(self.at["group"].unique())
                meant = None if key[0] in names else nearest(key[0], names)
                told = f" Did you mean “{meant}”?" if meant else ""
                raise KeyError(f"no {', '.join(map(str, key))} in the result's at.{told}")
        a, b = (rows.loc[(name, end, day)] for name in (group_a, group_b))
        gap = a["estimate"] - b["estimate"]
        low = gap - np.hypot(a["estimate"] - a["low"], b["high"] - b["estimate"])
        high = gap + np.hypot(a["high"] - a["estimate"], b["estimate"] - b["low"])
        return pd.Series(
            {
                "group_a": group_a,
                "group_b": group_b,
                "end": end,
                "day": day,
                "estimate": gap,
                "low": low,
                "high": high,
            }
        )


def _no_end(data: Dataset, start: Start) -> Text:
    """Say why no end was seen: nothing closed, or what closed has no lead on record."""
    deals = data.opportunities
    closed = int(((deals["status"] != "open") & (deals["closed_at"] <= data.as_of)).sum())
    if start == "lead" and closed:
        return Text(
            en="Not measurable: {n} closed deals are on record, but none can be followed from a "
            "known lead.",
            es="No medible: constan {n} negocios cerrados, pero ninguno se puede seguir desde un "
            "lead conocido.",
        ).format(n=closed)
    if start == "lead":
        return Text(
            en="Not measurable: no lead was seen to be won or lost.",
            es="No medible: no consta que se haya ganado o perdido ningún lead.",
        )
    return Text(
        en="Not measurable: no opportunity was seen to be won or lost while it could be followed.",
        es="No medible: no consta que se haya ganado o perdido ninguna oportunidad mientras se "
        "podía seguir.",
    )


def lead_to_close(
    data: Dataset,
    *,
    start: Start = "lead",
    group: str | pd.Series | None = None,
    days: Sequence[int] = (30, 90, 180, 365),
    quantiles: Sequence[float] = (0.05, 0.10, 0.25, 0.50),
    level: float = LEVEL,
    whole_days: bool = True,
) -> LeadToClose:
    """Estimate how likely leads are won and lost by each day, counting those still open.

    Parameters
    ----------
    data : Dataset
        See :func:`alignment.lead_to_close.spells.find_spells` for what it must hold.
    start : {"lead", "opportunity"}
        Where the clock starts.
    group : str or Series, optional
        Column to group by (``channel``, ``segment``, ``region``, …), or a Series of labels
        indexed by lead (opportunity) id, of something known at the start. A touch that may come
        later than the start, the first one too, must not be used to form groups: who lives long
        enough to receive it looks slower or better for that alone (immortal time, Suissa 2008);
        :func:`alignment.horizons.won_by_age` starts its clock at the touch instead.
    days : sequence of int
        Days by which the probabilities are told.
    quantiles : sequence of float
        Shares of all leads whose day is told.
    level : float
        Confidence level.
    whole_days : bool
        Count calendar days in the dataset's zone, the default, or exact time.

    Returns
    -------
    LeadToClose

    Raises
    ------
    NotMeasurable
        If the exports hold no leads, no ends, or no value of the grouping column.
    ArgumentError
        If an argument is none of those that may be given.
    """
    all_within("days", days, 0, inf)
    all_within("quantiles", quantiles, 0, 1)
    within("level", level, 0, 1)
    spells = find_spells(data, start=start, group=group, whole_days=whole_days)
    frame = spells.frame
    if not (frame["end"] != "open").any():
        raise NotMeasurable(_no_end(data, start))
    found = estimate(spells)
    lost_recorded = bool((frame["end"] == "lost").any())
    return LeadToClose(
        at=at_days(found, ENDS, frame["group"].value_counts(), np.asarray(days, np.int64), level),
        curves=whole_curves(found, ENDS, level),
        quantiles=days_of_shares(found, ENDS, quantiles, level),
        when_won=_when_won(found, days, level),
        naive=_naive(frame, list(found)),
        spells=spells,
        lost_recorded=lost_recorded,
        about=About(
            method=METHOD,
            level=level,
            assumptions=_assumed(spells, lost_recorded),
            left_out=spells.left_out,
        ),
    )


def _assumed(spells: Spells, lost_recorded: bool) -> tuple[Text, ...]:
    customers = spells.notes.get(BY_STAGE_ALONE, 0)
    return (
        *ASSUMPTIONS,
        *(() if lost_recorded else (NO_LOSS,)),
        *((said_of_customers(customers),) if customers else ()),
    )


def _when_won(found: dict[str, Incidence], days: Sequence[int], level: float) -> pd.DataFrame:
    rows = []
    for name, one in found.items():
        table, won = one.table, one.incidence[0]
        reached = [day for day in days if day <= table.follow_up]
        horizon = max(reached, default=max(days))
        share = float(value_at(table, won, np.array([horizon]))[0])
        median = quantile_within(one, 0, horizon, 0.5, level)
        upto = table.time <= horizon
        steps = np.diff(won[upto], prepend=0.0)
        mean = float(steps @ table.time[upto] / share) if share > 0 else np.nan
        rows.append((name, horizon, share, *median, mean))
    columns = ["group", "horizon", "share", "median_days", "low", "high", "mean_days"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(group=table["group"].astype("str"))


def _naive(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Summarise as a dashboard would: won deals only, closed deals only."""
    won_days = frame["exit"].where(frame["end"] == "won").groupby(frame["group"])
    counts = pd.crosstab(frame["group"], frame["end"], dropna=False)
    counts = counts.reindex(columns=["won", "lost", "open"], fill_value=0).reindex(names)
    closed = (counts["won"] + counts["lost"]).astype("float64")
    table = pd.DataFrame(
        {
            "mean_days_won": won_days.mean().reindex(names),
            "median_days_won": won_days.median().reindex(names),
            "closed_only_win_rate": counts["won"] / closed.where(closed > 0),
            "won": counts["won"],
            "lost": counts["lost"],
            "open": counts["open"],
        }
    )
    return table.rename_axis("group").reset_index().astype({"group": "str"})
