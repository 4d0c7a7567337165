"""The tables behind the figures about clocks: each group in a row, each pair of groups in a row."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from alignment import vocabulary, wording
from alignment.behind.parts import build, integers
from alignment.exhibits import Table
from alignment.lead_to_close import ClockEstimates
from alignment.text import Language, Text

NOT_REACHED = Text(en="not reached", es="no se alcanza")
EXTRAPOLATED = Text(en="extrapolated", es="extrapolado")
TOO_FEW = Text(en="too few", es="muy pocos")
_LABELS: Mapping[str, Text] = {
    "ever": Text(en="Ever", es="Alguna vez"),
    "gray": Text(en="p, Gray", es="p, Gray"),
    "group": Text(en="Group", es="Grupo"),
    "half": Text(en="Half by day", es="La mitad, día"),
    "leads": Text(en="Counted", es="Contados"),
    "log_rank": Text(en="p, log-rank", es="p, log-rank"),
    "open_days": Text(en="Days open", es="Días abiertos"),
    "pair": Text(en="First minus second", es="Primero menos segundo"),
    "tenth": Text(en="A tenth by day", es="La décima parte, día"),
}


def _group(result: ClockEstimates, name: str, lang: Language) -> str:
    if result.clocks.grouped_by.startswith("cohort"):
        return vocabulary.cohort(name)[lang]
    return vocabulary.word(vocabulary.KEYS, name)[lang]


def _with_interval(point: str, low: float, high: float, lang: Language, form: object) -> str:
    if not (np.isfinite(low) and np.isfinite(high)):
        return point
    return f"{point} ({wording.interval(low, high, lang, form=form)})"  # type: ignore[arg-type]


def _share(row: pd.Series, lang: Language, column: str = "estimate") -> str:
    if pd.isna(row[column]):
        return wording.MISSING[lang]
    point = wording.percent(row[column], lang)
    return _with_interval(point, row["low"], row["high"], lang, wording.percent)


def _by_day(day: float) -> Text:
    return Text(en="By day {d}", es="Hasta el día {d}").format(d=f"{day:.0f}")


def clock_groups(result: ClockEstimates, lang: Language) -> Table:
    """Tabulate each group: shares by day, quantiles, days open, and how many will ever end so."""
    end = result.clocks.end
    at = result.to_frame().query("end == @end")
    shown = sorted(at["day"].unique())
    ever = result.ever[result.ever["end"] == end].set_index("group")
    opened = result.restricted[result.restricted["end"] == "open"]
    horizon = opened.loc[opened["days"].notna(), "horizon"].max()
    opened = opened[opened["horizon"] == horizon].set_index("group")
    rows = []
    for name, own in at.groupby("group", sort=False):
        shares = {
            f"day {row.day}": _share(pd.Series(row._asdict()), lang) for row in own.itertuples()
        }
        rows.append(
            {
                "group": _group(result, str(name), lang),
                "leads": own["leads"].iloc[0],
                **shares,
                "tenth": _quantile(result, str(name), 0.10, lang),
                "half": _quantile(result, str(name), 0.50, lang),
                "open_days": _days_open(opened, str(name), lang),
                "ever": _ever(ever.loc[name], lang),
            }
        )
    labels = {f"day {day}": _by_day(day) for day in shown}
    within = Text(en="Days open within {h}", es="Días abiertos de los primeros {h}")
    return build(
        pd.DataFrame(rows),
        Text(
            en="Share won by day, when a tenth and half of all are won, mean days open, and the "
            "share that will ever be won, with {level} intervals",
            es="Parte ganada por día, cuándo se gana la décima parte y la mitad de todos, media de "
            "días abiertos y parte que se ganará alguna vez, con intervalos de {level}",
        ).format(level=wording.both(wording.percent, result.about.level, digits=0)),
        ["group", "leads", *labels, "tenth", "half", "open_days", "ever"],
        integers(lang, "leads"),
        lang,
        labels={**_LABELS, **labels, "open_days": within.format(h=f"{horizon:.0f}")},
        max_rows=40,
    )


def _quantile(result: ClockEstimates, group: str, share: float, lang: Language) -> str:
    rows = result.quantiles[(result.quantiles["end"] == result.clocks.end)]
    rows = rows[(rows["group"] == group) & np.isclose(rows["quantile"], share)]
    if not len(rows) or not rows["reached"].iloc[0]:
        return NOT_REACHED[lang]
    row = rows.iloc[0]
    point = wording.integer(row["days"], lang)
    return _with_interval(point, row["low"], row["high"], lang, wording.integer)


def _days_open(opened: pd.DataFrame, group: str, lang: Language) -> str:
    if group not in opened.index or pd.isna(opened.loc[group, "days"]):
        return wording.MISSING[lang]
    row = opened.loc[group]
    point = wording.integer(row["days"], lang)
    return _with_interval(point, row["low"], row["high"], lang, wording.integer)


def _ever(row: pd.Series, lang: Language) -> str:
    """Write what is seen where the curve rests, else the extrapolation, marked as such."""
    if pd.isna(row["share"]):
        return TOO_FEW[lang]
    if not row["extrapolated"]:
        point = wording.percent(row["seen"], lang)
        return _with_interval(point, row["seen_low"], row["seen_high"], lang, wording.percent)
    if row["share"] < row["seen"]:  # the model does not follow the curve
        return wording.MISSING[lang]
    return f"{_share(row, lang, 'share')}, {EXTRAPOLATED[lang]}"


def group_differences(result: ClockEstimates, lang: Language) -> Table:
    """Tabulate each pair of groups: adjusted tests, and differences by day that hold together."""
    rows = result.differences[result.differences["quantity"] == "share by day"]
    shown = sorted(rows["day"].unique())
    gaps = rows.set_index(["group_a", "group_b", "day"])
    pairs = result.pairs_tested().sort_values("gray", kind="stable")
    table = []
    for pair in pairs.itertuples():
        told = {"gray": _p(pair.gray, lang), "log_rank": _p(pair.log_rank, lang)}
        for day in shown:
            told[f"day {day}"] = _gap(gaps, (pair.group_a, pair.group_b, day), lang)
        names = (_group(result, name, lang) for name in (pair.group_a, pair.group_b))
        table.append({"pair": " − ".join(names), **told})
    labels = {f"day {day}": _by_day(day) for day in shown}
    return build(
        pd.DataFrame(table, columns=["pair", "gray", "log_rank", *labels]),
        Text(
            en="Differences of the share won, in points, with intervals that hold together at "
            "{level}; p-values after Holm’s correction: Gray’s test asks how many are won, the "
            "log-rank test how fast those still open are",
            es="Diferencias de la parte ganada, en puntos, con intervalos que valen juntos al "
            "{level}; valores p tras la corrección de Holm: la prueba de Gray pregunta cuántos se "
            "ganan, la de log-rank a qué ritmo los que siguen abiertos",
        ).format(level=wording.both(wording.percent, result.about.level, digits=0)),
        ["pair", "gray", "log_rank", *labels],
        {},
        lang,
        labels={**_LABELS, **labels},
        max_rows=60,
    )


def _p(value: float, lang: Language) -> str:
    if value < 0.001:
        return f"< {wording.decimal(0.001, lang, digits=3)}"
    return wording.decimal(value, lang, digits=3)


def _gap(gaps: pd.DataFrame, key: tuple[object, ...], lang: Language) -> str:
    if key not in gaps.index:
        return wording.MISSING[lang]
    row = gaps.loc[key]
    point = wording.decimal(100 * row["estimate"], lang)
    return _with_interval(point, 100 * row["low"], 100 * row["high"], lang, wording.decimal)
