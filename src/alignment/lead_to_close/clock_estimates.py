"""What a clock says: shares, medians, restricted means and differences, for any two milestones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
import pandas as pd
from scipy.stats import norm

from alignment.arguments import all_within, of_type, within
from alignment.errors import NotMeasurable
from alignment.incidence import (
    Incidence,
    bounded_intervals,
    interval,
    value_at,
)
from alignment.lead_to_close.clocks import Clocks
from alignment.lead_to_close.comparisons import (
    comparable,
    group_differences_tested,
    mean_differences,
    share_differences,
)
from alignment.lead_to_close.curves import (
    accounts,
    at_days,
    days_of_shares,
    end_codes,
    estimate,
    group_codes,
    whole_curves,
)
from alignment.lead_to_close.customers import BY_STAGE_ALONE, said_of_customers
from alignment.lead_to_close.ever import ever
from alignment.lead_to_close.restricted_mean import restricted_mean
from alignment.moments import SHARED_ACCOUNTS
from alignment.results import LEVEL, About, Result
from alignment.text import Text

METHOD = Text(
    en=(
        "Aalen–Johansen cumulative incidence, exact under ties and delayed entry, with losses that "
        "may be revived; Kaplan–Meier of what stays open; restricted means; Gray's and log-rank "
        "tests, robust by account, Holm's p-values, differences at the Bonferroni level; a Weibull "
        "mixture for what lies beyond the data."
    ),
    es=(
        "Incidencia acumulada de Aalen–Johansen, exacta con empates y entrada tardía, con pérdidas "
        "que pueden revivir; Kaplan–Meier de lo que sigue abierto; medias restringidas; pruebas de "
        "Gray y log-rank, robustas por cuenta, valores p de Holm, diferencias al nivel de "
        "Bonferroni; una mezcla de Weibull para lo que queda más allá de los datos."
    ),
)
ASSUMPTIONS = (
    Text(
        en="Whatever is still open behaves like the others that were open at the same age.",
        es="Lo que sigue abierto se comporta como lo demás que estaba abierto a la misma edad.",
    ),
    SHARED_ACCOUNTS,
    Text(
        en="Tests between groups allow for accounts too; a group whose units all belong to one "
        "account is not compared, as nothing tells it from that account.",
        es="Las pruebas entre grupos también toman en cuenta las cuentas; un grupo cuyas unidades "
        "son todas de una sola cuenta no se compara: nada lo distingue de esa cuenta.",
    ),
)
EXTRAPOLATED = Text(
    en="The share that will ever end so goes beyond the data where it is marked as extrapolated.",
    es="La proporción que alguna vez terminará así va más allá de los datos donde se marca.",
)
TODAY = Text(
    en="The owner is the one at the export, which may have changed since the clock started.",
    es="El responsable es el de la exportación, que puede haber cambiado desde el inicio.",
)
_TELLING = 0.01  # share beyond the data from which an estimate counts as extrapolated


@dataclass(frozen=True)
class ClockEstimates(Result):
    """How likely and how fast a start comes to each of its ends.

    Groups come in the order of their size. Missing numbers are NaN. Times are in the measure of
    the clock (days, or business hours).

    Parameters
    ----------
    at : DataFrame
        The main table: ``group``, ``end``, ``day``, ``estimate``, ``low``, ``high``, ``leads``,
        ``events``, ``at_risk``, ``too_few``; see
        :attr:`~alignment.lead_to_close.LeadToClose.at`.
    curves : DataFrame
        ``group``, ``end``, ``day``, ``incidence``, ``low``, ``high``, ``at_risk``.
    open_share : DataFrame
        ``group``, ``day``, ``estimate``, ``low``, ``high``: share still open after each of the
        days (Kaplan–Meier; where losses are revived, lost ones that came back included).
    quantiles : DataFrame
        ``group``, ``end``, ``quantile``, ``days``, ``low``, ``high``, ``reached`` (bool).
    restricted : DataFrame
        ``group``, ``horizon``, ``end`` (str: ``open`` or an end), ``days``, ``low``, ``high``,
        ``standard_error``: mean time that is spent open within the horizon, or that comes after
        the end; the rows of a group and horizon add up to the horizon.
    ever : DataFrame
        ``group``, ``end``, ``share``, ``low``, ``high`` (float64: share that ever ends so, from
        the mixture), ``seen`` (share that has by ``seen_by``, the last day that the data reach),
        ``beyond`` (the rest), ``at_rest`` (bool: the data show the curve at rest),
        ``extrapolated`` (bool), ``seen_low`` and ``seen_high`` (interval of ``seen``).
    differences : DataFrame
        ``quantity`` (``share by day``, ``days open within``, ``days after within``), ``end``,
        ``day``, ``group_a``, ``group_b``, ``estimate`` (a − b), ``low``, ``high``, ``p_value``,
        ``p_adjusted``; the intervals of the pairs of one quantity hold together. Groups all of
        one account are not compared.
    tests : DataFrame
        See :func:`~alignment.lead_to_close.comparisons.group_differences_tested`.
    clocks : Clocks
        What was counted.
    about : About
    """

    at: pd.DataFrame
    curves: pd.DataFrame
    open_share: pd.DataFrame
    quantiles: pd.DataFrame
    restricted: pd.DataFrame
    ever: pd.DataFrame
    differences: pd.DataFrame
    tests: pd.DataFrame
    clocks: Clocks
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return the shares by each of the days asked for."""
        return self.at

    def pairs_tested(self) -> pd.DataFrame:
        """Give the tests of each pair of groups for the end asked for.

        Returns
        -------
        DataFrame
            ``group_a``, ``group_b``, ``gray``, ``log_rank`` (float64: p-values, Holm's over the
            pairs).
        """
        rows = self.tests[self.tests["end"] == self.clocks.end]
        keys = ["group_a", "group_b"]
        rows = rows[rows["group_a"].notna()]
        gray, log_rank = (
            rows[rows["test"] == test].set_index(keys)["p_adjusted"].rename(name)
            for test, name in (("Gray", "gray"), ("log-rank", "log_rank"))
        )
        return pd.concat([gray, log_rank], axis=1).reset_index()

    def say(self, group: str, share: float = 0.5) -> Text:
        """State when a share of all starts of a group has reached the end, or that it has not.

        Raises
        ------
        KeyError
            If the group or the share was not asked for.
        """
        rows = self.quantiles[self.quantiles["end"] == self.clocks.end]
        row = rows.set_index(["group", "quantile"]).loc[(group, share)]
        seen = self.ever.set_index(["group", "end"]).loc[(group, self.clocks.end)]
        percent = f"{100 * share:.0f}"
        if np.isnan(seen["seen"]):
            return Text(
                en="Cannot be told: nobody was under observation from the start on.",
                es="No se puede decir: nadie estuvo en observación desde el inicio.",
            )
        if row["reached"]:
            return Text(
                en="{percent} % have reached “{end}” by {days} ({measure}).",
                es="El {percent} % ha llegado a «{end}» a los {days} ({measure}).",
            ).format(
                percent=percent,
                end=self.clocks.end,
                days=f"{row['days']:.0f}",
                measure=self._measure,
            )
        return Text(
            en="{percent} % is not reached: {seen} % have come to “{end}” by {last} ({measure}), "
            "the last that the data show.",
            es="El {percent} % no se alcanza: el {seen} % ha llegado a «{end}» a los {last} "
            "({measure}), lo último que muestran los datos.",
        ).format(
            percent=percent,
            seen=f"{100 * seen['seen']:.1f}",
            end=self.clocks.end,
            last=f"{seen['seen_by']:.0f}",
            measure=self._measure,
        )

    @property
    def _measure(self) -> Text:
        return _MEASURES[self.clocks.measure]


_MEASURES: Mapping[str, Text] = {
    "days": Text(en="days", es="días"),
    "exact days": Text(en="days", es="días"),
    "business hours": Text(en="business hours", es="horas hábiles"),
}


def estimate_clocks(
    clocks: Clocks,
    *,
    days: Sequence[float] = (30, 90, 180, 365),
    quantiles: Sequence[float] = (0.10, 0.25, 0.50, 0.75),
    horizons: Sequence[float] = (90, 180, 365),
    level: float = LEVEL,
) -> ClockEstimates:
    """Estimate a clock in each of its groups, and compare them.

    Parameters
    ----------
    clocks : Clocks
        From :func:`~alignment.lead_to_close.clocks.find_clocks`.
    days, horizons : sequence of float
        Times by which shares are told, and within which means are; in the measure of the clock.
    quantiles : sequence of float
        Shares of all starts whose time is told.
    level : float
        Confidence level.

    Returns
    -------
    ClockEstimates

    Raises
    ------
    NotMeasurable
        If no end was seen.
    ArgumentError
        If an argument is none of those that may be given.
    """
    of_type("clocks", clocks, Clocks, "find_clocks(data, start=…, end=…)")
    all_within("days", days, 0, inf)
    all_within("quantiles", quantiles, 0, 1)
    all_within("horizons", horizons, 0, inf)
    for horizon in horizons:
        within("a horizon", horizon, 0, inf)
    within("level", level, 0, 1)
    frame, ends = clocks.frame, clocks.ends
    if not (frame["end"] != "open").any():
        raise NotMeasurable(
            Text(
                en="Not measurable: of what reached “{start}”, nothing was seen to end.",
                es="No medible: de lo que llegó a «{start}», no se ha visto terminar nada.",
            ).format(start=clocks.start)
        )
    found = estimate(clocks)
    told = days_of_shares(found, ends, quantiles, level)
    return ClockEstimates(
        at=at_days(found, ends, frame["group"].value_counts(), days, level),
        curves=whole_curves(found, ends, level),
        open_share=_open_share(found, days, level),
        quantiles=told.assign(reached=told["days"].notna()),
        restricted=_restricted(found, ends, horizons, level),
        ever=_ever(clocks, found, level),
        differences=_differences(found, clocks, days, horizons, level),
        tests=group_differences_tested(clocks),
        clocks=clocks,
        about=About(
            method=METHOD,
            level=level,
            assumptions=_assumed(clocks),
            left_out=clocks.left_out,
        ),
    )


def _assumed(clocks: Clocks) -> tuple[Text, ...]:
    customers = clocks.notes.get(BY_STAGE_ALONE, 0)
    return (
        *ASSUMPTIONS,
        EXTRAPOLATED,
        *((TODAY,) if clocks.grouped_by == "owner_id" else ()),
        *((said_of_customers(customers),) if customers else ()),
    )


def _open_share(
    found: Mapping[str, Incidence], days: Sequence[float], level: float
) -> pd.DataFrame:
    asked, parts = np.asarray(days), []
    for name, one in found.items():
        low, high = interval(one.survival, one.open_variance, level=level, transform="log-log")
        told = {
            "group": name,
            "day": asked,
            "estimate": value_at(one.table, one.survival, asked, start=1.0),
            "low": value_at(one.table, low, asked, start=np.nan),
            "high": value_at(one.table, high, asked, start=np.nan),
        }
        parts.append(pd.DataFrame(told))
    return pd.concat(parts, ignore_index=True).astype({"group": "str"})


def _restricted(
    found: Mapping[str, Incidence], ends: Sequence[str], horizons: Sequence[float], level: float
) -> pd.DataFrame:
    z = float(norm.ppf(0.5 + level / 2))
    rows = []
    for name, one in found.items():
        for horizon in horizons:
            mean = restricted_mean(one, horizon)
            told = [("open", mean.open_days, mean.open_variance)]
            told += zip(ends, mean.lost_days, mean.lost_variance, strict=True)
            for end, value, variance in told:
                error = float(np.sqrt(variance))
                low, high = max(value - z * error, 0.0), min(value + z * error, float(horizon))
                if np.isnan(value):
                    low = high = np.nan
                rows.append((name, float(horizon), end, float(value), low, high, error))
    columns = ["group", "horizon", "end", "days", "low", "high", "standard_error"]
    return pd.DataFrame(rows, columns=columns).astype({"group": "str", "end": "str"})


def _ever(clocks: Clocks, found: Mapping[str, Incidence], level: float) -> pd.DataFrame:
    """Fit the mixture in each group; where losses are revived, to the end asked for alone."""
    frame, ends = clocks.frame, clocks.ends
    revived = clocks.revivable is not None and len(clocks.changes) > 0
    names, codes = group_codes(frame["group"])
    account = accounts(clocks)
    end, exit = end_codes(clocks), frame["exit"].to_numpy()
    kinds = len(ends)
    if revived:
        exit = np.where(end == 1, exit, frame["followed"].to_numpy())
        end, kinds = (end == 1).astype(np.int64), 1
    rows = []
    for code, name in enumerate(names):
        one, mine = found[name], codes == code
        fitted = ever(
            frame["entry"].to_numpy()[mine],
            exit[mine],
            end[mine],
            ends=kinds,
            level=level,
            account=account[mine],
        )
        until = np.flatnonzero(one.table.time <= one.table.follow_up)
        bounds = [np.asarray(bound) for bound in bounded_intervals(one, level=level)]
        for kind in range(kinds):
            seen = float(one.incidence[kind, until[-1]]) if len(until) else np.nan
            within = [float(bound[kind, until[-1]]) if len(until) else np.nan for bound in bounds]
            by = float(one.table.time[until[-1]]) if len(until) else np.nan
            share, rests = float(fitted.share[kind]), bool(fitted.rests[kind])
            beyond = max(share - seen, 0.0) if not np.isnan(share) else np.nan
            extrapolated = not rests or bool(beyond > _TELLING)
            limits = float(fitted.low[kind]), float(fitted.high[kind])
            told = (share, *limits, seen, by, beyond, rests, extrapolated, *within)
            rows.append((name, ends[kind], *told))
    columns = ["group", "end", "share", "low", "high", "seen", "seen_by", "beyond"]
    columns += ["at_rest", "extrapolated", "seen_low", "seen_high"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({"group": "str", "end": "str"})


def _differences(
    found: Mapping[str, Incidence],
    clocks: Clocks,
    days: Sequence[float],
    horizons: Sequence[float],
    level: float,
) -> pd.DataFrame:
    end = clocks.end
    found = {name: found[name] for name in comparable(clocks)}
    parts = [
        share_differences(found, 0, day, level).assign(quantity="share by day", end=end, day=day)
        for day in days
    ]
    for horizon in horizons:
        for quantity, kind in (("days open within", None), ("days after within", 0)):
            told = mean_differences(found, kind, horizon, level)
            parts.append(told.assign(quantity=quantity, end=end, day=horizon))
    table = pd.concat(parts, ignore_index=True)
    first = ["quantity", "end", "day"]
    return table[[*first, *(name for name in table if name not in first)]]
