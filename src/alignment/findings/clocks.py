"""Sentences about clocks: do groups differ, how long is a start open, how many will ever be won."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from alignment import vocabulary
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.exhibits.finding import Form
from alignment.lead_to_close import ClockEstimates
from alignment.results import LEVEL
from alignment.text import Text
from alignment.wording import both, days, decimal, integer, interval, percent

SUBJECTS: Mapping[str, tuple[Text, Text]] = {  # the units of one group, and of the other
    "lead": (Text(en="Leads", es="Los leads"), Text(en="those", es="los")),
    "opportunity": (Text(en="Opportunities", es="Las oportunidades"), Text(en="those", es="las")),
    "account": (Text(en="Accounts", es="Las cuentas"), Text(en="those", es="las")),
}
NEVER_TOLD = Text(
    en="Not measurable: too few were seen to be won, or not for long enough, to say how many ever "
    "will be.",
    es="No medible: se vieron ganar muy pocos, o durante muy poco tiempo, para decir cuántos se "
    "ganarán alguna vez.",
)
FEW_GROUPS = Text(
    en="Not measurable: fewer than two groups have more than one account and enough that was "
    "followed to be compared.",
    es="No medible: menos de dos grupos tienen más de una cuenta y suficiente seguimiento para "
    "compararlos.",
)


def _named(result: ClockEstimates, group: str, *, other: bool = False) -> Text:
    """Name the units of a group: “Leads from Webinar”, “those first touched by sales”."""
    by, name = result.clocks.grouped_by, vocabulary.word(vocabulary.KEYS, group)
    if by == "first_team":
        words = Text(en="{units} first touched by {name}", es="{units} que {name} contactó primero")
        if other:
            words = Text(en="{units} by {name}", es="{units} de {name}")
    else:
        words = Text(en="{units} from {name}", es="{units} de {name}")
    name = vocabulary.cohort(group) if by.startswith("cohort") else name
    return words.format(units=SUBJECTS[result.clocks.unit][other], name=name)


def _dimension(result: ClockEstimates) -> Text:
    return vocabulary.word(vocabulary.DIMENSIONS, result.clocks.grouped_by)


def _verb(result: ClockEstimates) -> Text:
    if result.clocks.end == "won":
        return Text(en="are won", es="se ganan")
    return Text(en="reach “{end}”", es="llegan a «{end}»").format(end=result.clocks.end)


def chance(p: float) -> Text:
    """Write a p-value: “p = 0.03”, “p < 0.001”, or that there is none."""
    if np.isnan(p):
        return Text(en="not measurable", es="no medible")
    if p < 0.001:
        return Text(en="p < {p}", es="p < {p}").format(p=both(decimal, 0.001, digits=3))
    return Text(en="p = {p}", es="p = {p}").format(p=both(decimal, p, digits=2 if p > 0.01 else 3))


def _compared(result: ClockEstimates, quantity: str) -> pd.DataFrame:
    """Give the differences of a quantity, each pair turned so that the first is the larger."""
    rows = result.differences[result.differences["quantity"] == quantity]
    flip = rows["estimate"] < 0
    turned = rows.rename(columns={"group_a": "group_b", "group_b": "group_a"})
    turned = turned.assign(estimate=-rows["estimate"], low=-rows["high"], high=-rows["low"])
    return rows.where(~flip, turned[rows.columns]).infer_objects()


def _shares_compared(result: ClockEstimates) -> pd.DataFrame:
    """Give the differences of shares between groups that have enough, with the tests of pairs."""
    at = result.to_frame().query("end == @result.clocks.end and estimate.notna()")
    enough = at[~at["too_few"]].set_index(["group", "day"])["estimate"]
    rows = _compared(result, "share by day")
    for side in ("a", "b"):
        keys = pd.MultiIndex.from_frame(rows[[f"group_{side}", "day"]])
        rows[f"share_{side}"] = enough.reindex(keys).to_numpy()
    rows = rows[rows["share_a"].notna() & rows["share_b"].notna()]
    if not len(rows):
        raise NotMeasurable(FEW_GROUPS)
    tested = result.pairs_tested()
    named = zip(tested["group_a"], tested["group_b"], strict=True)
    known = dict(zip(map(frozenset, named), tested["gray"], strict=True))
    pairs = [frozenset(pair) for pair in zip(rows["group_a"], rows["group_b"], strict=True)]
    gray = np.array([known.get(pair, np.nan) for pair in pairs], dtype=np.float64)
    if np.isnan(gray).all():  # nothing ended so
        raise NotMeasurable(FEW_GROUPS)
    return rows.assign(pair=pairs, gray=gray)


def groups_differ(result: ClockEstimates) -> Finding:
    """Say whether a pair of groups differs in how many end as asked, all comparisons allowed for.

    A claim needs both: Gray's test of the pair, adjusted by Holm over all pairs, and an interval of
    the difference, all pairs together at the level, that leaves out 0 by the last of the days that
    both have reached.
    """
    rows = _shares_compared(result)
    alpha = 1 - (result.about.level or LEVEL)
    rows = rows.sort_values("day").drop_duplicates("pair", keep="last")
    clear = rows[(rows["gray"] < alpha) & (rows["low"] > 0)]
    shown = clear if len(clear) else rows[rows["day"] == rows["day"].max()]
    row = shown.sort_values("estimate", ascending=False).iloc[0]
    values = {
        "a": _named(result, row["group_a"]),
        "b": _named(result, row["group_b"], other=True),
        "name_a": _short(result, row["group_a"]),
        "name_b": _short(result, row["group_b"]),
        "verb": _verb(result),
        "by": _dimension(result),
        "pa": both(percent, row["share_a"]),
        "pb": both(percent, row["share_b"]),
        "days": both(days, row["day"]),
        "gap": both(interval, 100 * row["low"], 100 * row["high"], form=decimal),
    }
    title = (
        Text(
            en="{a} {verb} more often than {b}: {pa} against {pb} within {days} ({gap} points "
            "more)",
            es="{a} {verb} más que {b}: {pa} frente a {pb} en {days} ({gap} puntos más)",
        )
        if len(clear)
        else Text(
            en="No clear difference by {by}: of {name_a} {pa} and of {name_b} {pb} {verb} within "
            "{days} ({gap} points)",
            es="Sin diferencia clara por {by}: de {name_a} {verb} el {pa} y de {name_b} el {pb} en "
            "{days} ({gap} puntos)",
        )
    ).format(**values)
    form: Form = "claim" if len(clear) else "inconclusive"
    key = f"groups-differ-{result.clocks.grouped_by.replace('_', '-')}"
    return Finding(key, form, title, _tests_said(result, row, claimed=bool(len(clear))))


def _short(result: ClockEstimates, group: str) -> Text:
    if result.clocks.grouped_by.startswith("cohort"):
        return vocabulary.cohort(group)
    return vocabulary.word(vocabulary.KEYS, group)


def _tests_said(result: ClockEstimates, row: pd.Series, *, claimed: bool) -> Text:
    rows = result.tests[result.tests["end"] == result.clocks.end]
    groups = result.to_frame()["group"].nunique()
    whole = rows[rows["group_a"].isna()] if groups > 2 else rows  # of two, all is the one pair
    whole = whole.set_index("test")["p_adjusted"]
    values = {
        "groups": both(integer, groups),
        "pairs": both(integer, groups * (groups - 1) // 2),
        "gray": chance(whole["Gray"]),
        "log_rank": chance(whole["log-rank"]),
    }
    tests = Text(
        en="Over {groups} groups: how many (Gray’s test) {gray}, how fast (log-rank) {log_rank}",
        es="Sobre {groups} grupos: cuántos (prueba de Gray) {gray}, a qué ritmo (log-rank) "
        "{log_rank}",
    ).format(**values)
    if groups > 2:
        tests = Text(
            en="{tests}; intervals and tests allow for {pairs} comparisons",
            es="{tests}; intervalos y pruebas descuentan {pairs} comparaciones",
        ).format(tests=tests, **values)
    return Text(en="{tests}. {advice}", es="{tests}. {advice}").format(
        tests=tests, advice=_advice(result, claimed=claimed)
    )


def _advice(result: ClockEstimates, *, claimed: bool) -> Text:
    if not claimed:
        return Text(en="Do not act on this ranking.", es="No actúen según esta clasificación.")
    if result.clocks.grouped_by == "first_team":
        return Text(
            en="Each team chooses whom it touches first: this describes the leads, not the teams.",
            es="Cada área elige a quién contacta primero: esto describe a los leads, no a las "
            "áreas.",
        )
    return Text(
        en="This describes the groups; it does not say what made the difference.",
        es="Esto describe a los grupos; no dice de qué depende la diferencia.",
    )


def open_days_differ(result: ClockEstimates) -> Finding:
    """Say whether starts of one group stay open longer than those of another (restricted mean)."""
    rows = _compared(result, "days open within")
    if not len(rows):
        raise NotMeasurable(FEW_GROUPS)
    rows = rows[rows["day"] == rows["day"].max()].sort_values("estimate", ascending=False)
    alpha = 1 - (result.about.level or LEVEL)
    clear = rows[(rows["p_adjusted"] < alpha) & (rows["low"] > 0)]
    row = clear.iloc[0] if len(clear) else rows.iloc[0]
    means = result.restricted[result.restricted["end"] == "open"]
    means = means[means["horizon"] == row["day"]].set_index("group")["days"]
    values = {
        "a": _named(result, row["group_a"]),
        "b": _named(result, row["group_b"], other=True),
        "name_a": _short(result, row["group_a"]),
        "name_b": _short(result, row["group_b"]),
        "by": _dimension(result),
        "da": both(integer, means[row["group_a"]]),
        "db": both(integer, means[row["group_b"]]),
        "horizon": both(integer, row["day"]),
        "gap": both(interval, row["low"], row["high"], form=integer),
    }
    title = (
        Text(
            en="{a} close later than {b}: {da} open days of {horizon}, against {db} ({gap} more)",
            es="{a} se cierran más tarde que {b}: {da} días abiertos de {horizon}, frente a {db} "
            "({gap} más)",
        )
        if len(clear)
        else Text(
            en="Time open does not clearly differ by {by}: {name_a} {da} and {name_b} {db} of the "
            "first {horizon} days (difference: {gap})",
            es="El tiempo abierto no cambia con claridad por {by}: {name_a} {da} y {name_b} {db} "
            "de los primeros {horizon} días (diferencia: {gap})",
        )
    ).format(**values)
    detail = Text(
        en="Mean days until won or lost within the first {horizon}, the open ones counted. Open "
        "means that nobody has closed it: agree on the day when what nobody follows is let go.",
        es="Media de días hasta ganar o perder dentro de los primeros {horizon}, contando lo "
        "abierto. Abierto es que nadie lo ha cerrado: acuerden cuándo soltar lo que nadie sigue.",
    ).format(**values)
    key = f"open-days-differ-{result.clocks.grouped_by.replace('_', '-')}"
    return Finding(key, "claim" if len(clear) else "inconclusive", title, detail)


def ever_won(result: ClockEstimates) -> Finding:
    """Say how many will ever end as asked, and mark what of it lies beyond the data.

    It speaks of the largest group; without groups, of all.
    """
    end = result.clocks.end
    row = result.ever[result.ever["end"] == end].iloc[0]
    told = row[["share", "low", "seen", "seen_low"]].notna().all()
    # A model that says less than has been seen already does not follow the curve.
    if not told or (row["extrapolated"] and row["share"] < row["seen"]):
        raise NotMeasurable(NEVER_TOLD)
    told = row[
        ["share", "low", "high"] if row["extrapolated"] else ["seen", "seen_low", "seen_high"]
    ]
    values = {
        "what": vocabulary.STARTS[result.clocks.unit],
        "verb": _verb(result),
        "share": both(decimal, 100 * told.iloc[0]),
        "interval": both(interval, 100 * told.iloc[1], 100 * told.iloc[2], form=decimal),
        "seen": both(decimal, 100 * row["seen"]),
        "last": both(integer, row["seen_by"]),
    }
    title = (
        Text(
            en="Of every 100 {what}, {seen} {verb} by day {last}, the last on record; {share} in "
            "the end is an extrapolation ({interval})",
            es="De cada 100 {what}, {seen} {verb} hasta el día {last}, el último registrado; "
            "{share} al final es una extrapolación ({interval})",
        )
        if row["extrapolated"]
        else Text(
            en="Of every 100 {what}, {share} {verb} in the end ({interval}): by day {last}, the "
            "last on record, the curve has come to rest",
            es="De cada 100 {what}, {share} {verb} al final ({interval}): el día {last}, el último "
            "registrado, la curva ya reposa",
        )
    )
    form: Form = "inconclusive" if row["extrapolated"] else "claim"
    detail = _quantiles_said(result, str(row["group"]))
    return Finding(f"ever-won-{result.clocks.unit}", form, title.format(**values), detail)


def _quantiles_said(result: ClockEstimates, group: str) -> Text:
    rows = result.quantiles[result.quantiles["end"] == result.clocks.end]
    rows = rows[rows["group"] == group]
    reached = rows[rows["reached"]].sort_values("quantile")
    told = [_quantile_said(row) for _, row in reached.tail(1).iterrows()]
    if (reached["quantile"] >= 0.5).any():
        return told[0]
    none = Text(
        en="No median time exists: fewer than half {verb} within the days on record. The usual "
        "median is that of the won alone.",
        es="No existe la mediana del tiempo: menos de la mitad {verb} en los días registrados. La "
        "mediana habitual es solo la de los ganados.",
    ).format(verb=_verb(result))
    return (
        Text(en="{none} {more}", es="{none} {more}").format(none=none, more=told[0])
        if told
        else none
    )


def _quantile_said(row: pd.Series) -> Text:
    values = {
        "share": both(percent, row["quantile"], digits=0),
        "day": both(integer, row["days"]),
        "interval": both(interval, row["low"], row["high"], form=integer),
    }
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return Text(
            en="{share} of all is reached on day {day}.", es="El {share} se alcanza el día {day}."
        ).format(**values)
    return Text(
        en="{share} of all is reached on day {day} ({interval}).",
        es="El {share} se alcanza el día {day} ({interval}).",
    ).format(**values)
