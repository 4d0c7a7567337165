"""The numbers behind the figures of the shared goal, one function a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

import pandas as pd

from alignment import vocabulary, wording
from alignment.behind.parts import amounts, build, decimals, integers, percents
from alignment.exhibits import Table
from alignment.shared_goals import Agreement, Conversions, Plan, Targets, Tracking
from alignment.text import Language, Text

_LABELS: Mapping[str, Text] = {
    "accepted": Text(en="Accepted", es="Aceptados"),
    "actual": Text(en="Counted", es="Contado"),
    "apart": Text(en="Months differ by", es="Los meses difieren en"),
    "chance": Text(en="Chance of the goal", es="Probabilidad"),
    "change": Text(en="Points", es="Puntos"),
    "cumulated": Text(en="So far", es="Acumulado"),
    "due": Text(en="Due by now", es="Exigible hoy"),
    "forecast": Text(en="Forecast", es="Pronóstico"),
    "from_stage": Text(en="From", es="De"),
    "goal": Text(en="Goal", es="Objetivo"),
    "hours": Text(en="Hours of sales", es="Horas de ventas"),
    "hours_available": Text(en="Hours there are", es="Horas disponibles"),
    "implied": Text(en="Implied revenue", es="Ingresos implicados"),
    "lever": Text(en="Lever", es="Palanca"),
    "leads": Text(en="Leads", es="Leads"),
    "line": Text(en="Line", es="Línea"),
    "made": Text(en="Made it so far", es="Ya lo dieron"),
    "met": Text(en="Met", es="Se cumplió"),
    "metric": Text(en="Counts", es="Cuenta"),
    "month": Text(en="Month", es="Mes"),
    "monthly": Text(en="Leads a month", es="Leads al mes"),
    "opportunities": Text(en="Opportunities", es="Oportunidades"),
    "period": Text(en="Period", es="Periodo"),
    "probability": Text(en="Chance of the goal", es="Probabilidad del objetivo"),
    "ratio": Text(en="Of the revenue signed", es="De los ingresos firmados"),
    "revenue": Text(en="Revenue", es="Ingresos"),
    "revenue_high": Text(en="To", es="Hasta"),
    "revenue_low": Text(en="From", es="Desde"),
    "revenue_with_hours": Text(en="With the hours there are", es="Con las horas disponibles"),
    "stage": Text(en="To", es="A"),
    "starts": Text(en="Started", es="Empezaron"),
    "state": Text(en="Result", es="Resultado"),
    "target": Text(en="To sign", es="Por firmar"),
    "team": Text(en="Signed by", es="Firma"),
    "today": Text(en="Last 12 months", es="Últimos 12 meses"),
    "wins": Text(en="Wins", es="Ganados"),
    "wins_high": Text(en="To", es="Hasta"),
    "wins_low": Text(en="From", es="Desde"),
    "with_hours": Text(en="With the hours there are", es="Con las horas disponibles"),
    "won": Text(en="Won so far", es="Ganado hasta hoy"),
}


def plan_months(plan: Plan, lang: Language) -> Table:
    """Tabulate the plan by month."""
    counts = ["leads", "accepted", "opportunities", "wins"]
    money = ["revenue", "revenue_low", "revenue_high"]
    hours = ["hours", "hours_available"] if plan.effort is not None else []
    frame = plan.months.assign(month=named_months(plan.months["month"], plan.by, lang))
    return build(
        frame,
        Text(
            en="The plan by month, as expected: open deals at their own amount, wins of other "
            "leads at the mean amount{hours}; the first row begins the day after the export and "
            "the last ends on the day of the goal",
            es="El plan por mes, según lo esperado: los negocios abiertos a su propio importe, las "
            "ventas de otros leads al importe medio{hours}; la primera fila empieza al día "
            "siguiente de la exportación y la última termina el día del objetivo",
        ).format(hours=_WITHIN if plan.effort is not None else Text.same("")),
        ["month", *counts, "wins_low", "wins_high", *money, *hours],
        {
            **integers(lang, "leads", "accepted", "opportunities", "wins_low", "wins_high", *hours),
            **decimals(lang, "wins"),
            **amounts(plan.currency, lang, *money),
        },
        lang,
        labels=_LABELS,
    )


def named_months(names: Iterable[str], by: pd.Timestamp, lang: Language) -> list[str]:
    """Write the months of a plan; one that the day of the goal cuts says where it ends."""
    return [until(pd.Period(name, freq="M"), by)[lang] for name in names]


def until(span: pd.Period, by: pd.Timestamp) -> Text:
    """Write a month or quarter, and up to which day of it a plan goes where that cuts it."""
    name = (
        wording.both(wording.month, span.start_time, short=True)
        if span.freqstr == "M"
        else vocabulary.quarter(span)
    )
    if not span.start_time <= by < span.end_time.normalize():
        return name
    return Text(en="{name}, to {day}", es="{name}, hasta el {day}").format(
        name=name, day=wording.both(wording.date, by, short=True)
    )


def goal_volumes(plan: Plan, lang: Language) -> Table:
    """Tabulate the probability and the revenue by volume."""
    frame = plan.volumes.assign(monthly=plan.volumes["volume"] * plan.pace).iloc[::4]
    known = plan.effort is not None
    limited = ["with_hours", "revenue_with_hours"] if known else []
    return build(
        frame,
        Text(
            en="Probability of the goal and expected revenue, by volume of leads",
            es="Probabilidad del objetivo e ingresos esperados, según el volumen de leads",
        ),
        ["monthly", "leads", "probability", *limited[:1], "revenue", *limited[1:]],
        {
            **integers(lang, "monthly", "leads"),
            **percents(lang, "probability", *limited[:1]),
            **amounts(plan.currency, lang, "revenue", *limited[1:]),
        },
        lang,
        labels=_LABELS,
    )


def goal_levers(plan: Plan, lang: Language) -> Table:
    """Tabulate what each lever adds to the probability."""
    frame = plan.levers.assign(
        **{name: 100 * plan.levers[name] for name in ("change", "low", "high")}
    )
    return build(
        frame,
        Text(
            en="What one improvement by a tenth adds to the probability of the goal",
            es="Lo que una mejora de una décima parte suma a la probabilidad del objetivo",
        ),
        ["lever", "probability", "change", "low", "high"],
        {**percents(lang, "probability"), **decimals(lang, "change", "low", "high")},
        lang,
        labels=_LABELS,
        words={"lever": vocabulary.LEVERS},
    )


def conversion_steps(result: Conversions, lang: Language) -> Table:
    """Tabulate each step with its share and its lag."""
    return build(
        result.steps,
        Text(
            en="What leads become, cohorts of the last {n} months",
            es="En qué se convierten los leads, cohortes de los últimos {n} meses",
        ).format(n=result.months),
        ["from_stage", "stage", "starts", "made", "share", "low", "high", "median_days", "apart"],
        {
            **integers(lang, "starts", "made"),
            **percents(lang, "share", "low", "high"),
            **decimals(lang, "median_days", digits=0),
            **percents(lang, "apart", digits=0),
        },
        lang,
        labels=_LABELS,
        words={"from_stage": vocabulary.GOAL_STEPS, "stage": vocabulary.GOAL_STEPS},
    )


def implied_revenue(result: Targets, lang: Language) -> Table:
    """Tabulate the revenue that each target implies."""
    return build(
        result.frame,
        Text(
            en="Revenue that the signed targets imply",
            es="Ingresos que implican los objetivos firmados",
        ),
        ["team", "metric", "target", "implied", "low", "high", "ratio"],
        {
            **integers(lang, "target"),
            **amounts(result.currency, lang, "implied", "low", "high"),
            **percents(lang, "ratio", digits=0),
        },
        lang,
        labels={**_LABELS, "target": Text(en="Target", es="Objetivo")},
        words={"team": vocabulary.TEAMS, "metric": vocabulary.GOAL_METRICS},
    )


def goal_track(result: Targets, lang: Language) -> Table:
    """Tabulate the chance of each running or coming period."""
    names = {n: vocabulary.quarter(n.replace("-", "")) for n in result.track["period"] if "Q" in n}
    return build(
        result.track,
        Text(
            en="Signed revenue and its chance at today's pace",
            es="Ingresos firmados y su probabilidad al ritmo de hoy",
        ),
        ["period", "goal", "won", "low", "high", "chance", "forecast"],
        {
            **amounts(result.currency, lang, "goal", "won", "low", "high"),
            **percents(lang, "chance", digits=0),
        },
        lang,
        labels=_LABELS,
        words={"period": names, "forecast": _FORECASTS},
    )


def line_value(
    value: float | None, unit: str, currency: str, lang: Language, *, digits: int = 0
) -> str:
    """Write a number of an agreement in its unit, a share with so many digits."""
    if value is None or pd.isna(value):
        return "—"
    if unit == "money":
        return wording.money(value, lang, currency=currency, compact=True)
    if unit == "share":
        return wording.percent(value, lang, digits=digits)
    return wording.integer(value, lang)


def signed_lines(agreement: Agreement, lang: Language) -> Table:
    """Tabulate what each team signs, with the last twelve months beside it."""
    write = partial(line_value, currency=agreement.currency, lang=lang)
    frame = pd.DataFrame(
        {
            "team": [one.team for one in agreement.lines],
            "line": [_line_words(one.name, agreement)[lang] for one in agreement.lines],
            "target": [write(one.target, one.unit) for one in agreement.lines],
            # 69.6% has not met 70%: what was counted shows a digit more.
            "today": [write(one.today, one.unit, digits=1) for one in agreement.lines],
            "met": [_MET[agreement.met(one)][lang] for one in agreement.lines],
        }
    )
    return build(
        frame,
        Text(en="What each team signs", es="Lo que firma cada área"),
        ["team", "line", "target", "today", "met"],
        {},
        lang,
        labels=_LABELS,
        words={"team": vocabulary.TEAMS},
    )


_WITHIN = Text(en=", with the hours of sales there are", es=", con las horas de ventas que hay")
_FORECASTS = {
    "deals": Text(en="deal by deal", es="negocio por negocio"),
    "cohorts": Text(en="by cohort", es="por cohorte"),
}
_MET = {
    True: Text(en="yes", es="sí"),
    False: Text(en="no", es="no"),
    None: Text.same("—"),
}


def _line_words(name: str, agreement: Agreement) -> Text:
    """Name a line with its limit: other pages may count the same by another one."""
    limits = {
        "first_touch_share": wording.hours_on(
            agreement.terms.first_touch_clock, agreement.terms.first_touch_hours
        ),
        "verdict_share": wording.both(wording.days, agreement.terms.verdict_days),
    }
    line = vocabulary.LINES[name]
    if name not in limits:
        return line
    return Text(en="{line}: {limit}", es="{line}: {limit}").format(line=line, limit=limits[name])


def tracked_lines(result: Tracking, lang: Language) -> Table:
    """Tabulate the last agreement, line by line."""
    write = partial(line_value, currency=result.currency, lang=lang)
    rows = result.frame
    frame = pd.DataFrame(
        {
            "team": rows["team"],
            "line": rows["name"],
            "due": [write(v, u) for v, u in zip(rows["due"], rows["unit"], strict=True)],
            "actual": [write(v, u) for v, u in zip(rows["actual"], rows["unit"], strict=True)],
            "state": rows["state"],
        }
    )
    return build(
        frame,
        Text(en="The last agreement, line by line", es="El acta anterior, línea por línea"),
        ["team", "line", "due", "actual", "state"],
        {},
        lang,
        labels=_LABELS,
        words={
            "team": vocabulary.TEAMS,
            "line": vocabulary.LINES,
            "state": vocabulary.KEPT,
        },
    )
