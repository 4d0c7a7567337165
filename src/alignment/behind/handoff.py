"""The numbers behind the figures of the relay and of what moves the clock, one function a table."""

from __future__ import annotations

from collections.abc import Mapping

from alignment import vocabulary
from alignment.behind.parts import build, decimals, integers, percents
from alignment.exhibits import Table
from alignment.handoff import Acceptance, FollowUp, Funnel, Limits, Ownership, ServiceLevel
from alignment.lead_to_close import Hazard, SpeedToLead
from alignment.text import Language, Text

_GROUPS = {**vocabulary.KEYS, **vocabulary.LOADS}
_LABELS: Mapping[str, Text] = {
    "arrivals": Text(en="Handed over", es="Entregados"),
    "at_risk": Text(en="Still waiting", es="En espera"),
    "broken": Text(en="Broken", es="Rota"),
    "by_other": Text(en="By the other team", es="De la otra área"),
    "by_other_owner": Text(en="By another owner", es="De otro dueño"),
    "by_team": Text(en="By its team", es="De su área"),
    "change": Text(en="Change", es="Cambio"),
    "change_high": Text(en="To", es="Hasta"),
    "change_low": Text(en="From", es="Desde"),
    "cohort": Text(en="Leads of", es="Leads de"),
    "conversions": Text(en="Converted", es="Convertidos"),
    "count": Text(en="Leads", es="Leads"),
    "dimension": Text(en="By", es="Por"),
    "end": Text(en="End", es="Final"),
    "estimate": Text(en="Estimate", es="Estimación"),
    "events": Text(en="Ended so", es="Terminados así"),
    "from_hours": Text(en="From hours", es="Desde horas"),
    "from_stage": Text(en="From", es="De"),
    "group": Text(en="Group", es="Grupo"),
    "high": Text(en="To", es="Hasta"),
    "hours": Text(en="Hours", es="Horas"),
    "in_time": Text(en="Touched in time", es="Contactados a tiempo"),
    "known": Text(en="With a known user", es="Con usuario conocido"),
    "late": Text(en="Later", es="Después"),
    "leads": Text(en="Leads", es="Leads"),
    "level": Text(en="Level", es="Nivel"),
    "log_odds": Text(en="Log-odds", es="Logaritmo de los momios"),
    "low": Text(en="From", es="Desde"),
    "median_days": Text(en="Median days", es="Mediana de días"),
    "never": Text(en="Never", es="Nunca"),
    "odds_ratio": Text(en="Odds ×", es="Momios ×"),
    "of_them": Text(en="Of them", es="De ellos"),
    "outcome": Text(en="Outcome", es="Resultado"),
    "quarter": Text(en="Quarter", es="Trimestre"),
    "reason": Text(en="Reason", es="Motivo"),
    "reference": Text(en="Against", es="Frente a"),
    "rule": Text(en="Rule", es="Regla"),
    "share": Text(en="Share", es="Parte"),
    "skipped": Text(en="Never recorded", es="Sin registro"),
    "so_far": Text(en="So far", es="Hasta hoy"),
    "stage": Text(en="Stage", es="Etapa"),
    "team": Text(en="Whose", es="De quién"),
    "term": Text(en="What", es="Qué"),
    "to_hours": Text(en="To hours", es="Hasta horas"),
    "touches": Text(en="Touches of sales", es="Interacciones de ventas"),
    "verdict": Text(en="Verdict", es="Veredicto"),
    "within": Text(en="In time", es="A tiempo"),
}
_SHARES = ("share", "low", "high")


def funnel(result: Funnel, lang: Language) -> Table:
    """Tabulate the share of each cohort that reaches each stage."""
    frame = result.frame[result.frame["stage"] != "lead"]
    names = {
        code: vocabulary.quarter(code) for code in frame["cohort"].unique() if "Q" in str(code)
    }
    return build(
        frame,
        Text(
            en="Share of each cohort's leads that reaches a stage within {n} days",
            es="Parte de los leads de cada cohorte que llega a una etapa en {n} días",
        ).format(n=result.day),
        ["cohort", "stage", "leads", "so_far", *_SHARES],
        {**integers(lang, "leads", "so_far"), **percents(lang, *_SHARES)},
        lang,
        labels=_LABELS,
        words={"cohort": {**vocabulary.KEYS, **names}, "stage": vocabulary.FUNNEL},
        max_rows=120,
    )


def steps(result: Funnel, lang: Language) -> Table:
    """Tabulate each step of the funnel from the stage before."""
    return build(
        result.steps,
        Text(
            en="From one stage to the next within {n} days of entering it",
            es="De una etapa a la siguiente en {n} días desde su entrada",
        ).format(n=result.day),
        ["from_stage", "stage", "leads", *_SHARES, "median_days", "skipped"],
        {
            **integers(lang, "leads", "skipped"),
            **percents(lang, *_SHARES),
            **decimals(lang, "median_days"),
        },
        lang,
        labels=_LABELS,
        words={"stage": vocabulary.FUNNEL, "from_stage": vocabulary.FUNNEL},
    )


def wait_for_sales(result: FollowUp, lang: Language) -> Table:
    """Tabulate the share touched by hour."""
    return build(
        result.at,
        Text(
            en="Share of the leads handed over that sales has touched, by hours since then",
            es="Parte de los leads entregados que ventas ha contactado, por horas desde entonces",
        ),
        ["group", "hours", *_SHARES, "at_risk"],
        {**integers(lang, "hours", "at_risk"), **percents(lang, *_SHARES)},
        lang,
        labels=_LABELS,
        words={"group": vocabulary.KEYS},
        max_rows=60,
    )


def service_levels(result: ServiceLevel, lang: Language) -> Table:
    """Tabulate who was touched in time; owners are left out."""
    return build(
        result.frame[result.frame["dimension"] != "owner"],
        Text(
            en="Leads touched in time, later and never",
            es="Leads contactados a tiempo, después y nunca",
        ),
        ["dimension", "group", "leads", "within", "late", "never", *_SHARES],
        {**integers(lang, "leads", "within", "late", "never"), **percents(lang, *_SHARES)},
        lang,
        labels=_LABELS,
        words={"dimension": vocabulary.DIMENSIONS, "group": _GROUPS},
    )


def speed_effect(result: SpeedToLead, lang: Language) -> Table:
    """Tabulate the three estimates of the effect of a doubled wait."""
    return build(
        result.effect,
        Text(
            en="Log-odds of an opportunity, and change in their number, for a doubled wait",
            es="Logaritmo de los momios de llegar a oportunidad, y cambio en su número, si la "
            "espera se duplica",
        ),
        ["estimate", "log_odds", "low", "high", "change", "change_low", "change_high", "leads"],
        {
            **decimals(lang, "log_odds", "low", "high", digits=3),
            **percents(lang, "change", "change_low", "change_high"),
            **integers(lang, "leads"),
        },
        lang,
        labels=_LABELS,
        words={"estimate": vocabulary.SPEED_ESTIMATES},
    )


def conversions_by_wait(result: SpeedToLead, lang: Language) -> Table:
    """Tabulate conversions by span of waiting, the leads never touched in the last row."""
    return build(
        result.by_delay,
        Text(
            en="Conversions by hours of waiting, as they stand; the last row was not touched",
            es="Conversiones por horas de espera, tal cual; la última fila no fue contactada",
        ),
        ["from_hours", "to_hours", "leads", "conversions", *_SHARES],
        {
            **integers(lang, "from_hours", "to_hours", "leads", "conversions"),
            **percents(lang, *_SHARES),
        },
        lang,
        labels=_LABELS,
    )


def verdicts(result: Acceptance, lang: Language) -> Table:
    """Tabulate what sales said to the leads of each source."""
    return build(
        result.frame.rename(columns={"count": "of_them"}),
        Text(
            en="First verdict within {n} days of the handoff",
            es="Primer veredicto en los {n} días tras la entrega",
        ).format(n=result.days),
        ["group", "verdict", "leads", "of_them", *_SHARES],
        {**integers(lang, "leads", "of_them"), **percents(lang, *_SHARES)},
        lang,
        labels=_LABELS,
        words={"group": vocabulary.KEYS, "verdict": vocabulary.VERDICTS},
        max_rows=80,
    )


def reasons(result: Acceptance, lang: Language) -> Table:
    """Tabulate the reasons recorded for rejections and recyclings."""
    return build(
        result.reasons,
        Text(en="Reasons recorded", es="Motivos registrados"),
        ["verdict", "reason", "count", *_SHARES],
        {**integers(lang, "count"), **percents(lang, *_SHARES)},
        lang,
        labels=_LABELS,
        words={"verdict": vocabulary.VERDICTS, "reason": vocabulary.KEYS},
        max_rows=40,
    )


def movers(result: Ownership, lang: Language) -> Table:
    """Tabulate who moved which stage, without any user."""
    return build(
        result.frame,
        Text(en="Who moves which stage", es="Quién mueve cada etapa"),
        ["stage", "team", "known", "by_team", "by_other", *_SHARES, "by_other_owner"],
        {
            **integers(lang, "known", "by_team", "by_other", "by_other_owner"),
            **percents(lang, *_SHARES),
        },
        lang,
        labels=_LABELS,
        words={"stage": vocabulary.FUNNEL, "team": vocabulary.TEAMS},
    )


def relay_rules(result: Ownership, lang: Language) -> Table:
    """Tabulate how often each rule of order is broken."""
    return build(
        result.rules,
        Text(en="Rules of the relay", es="Reglas del relevo"),
        ["rule", "leads", "broken", *_SHARES],
        {**integers(lang, "leads", "broken"), **percents(lang, *_SHARES)},
        lang,
        labels=_LABELS,
        words={"rule": vocabulary.RELAY_RULES},
    )


def busy_weeks(result: Limits, lang: Language) -> Table:
    """Tabulate arrivals, touches in time and sales' touches by quarter."""
    quarter = result.weeks["week"].dt.to_period("Q").astype("str")
    counts = ["arrivals", "in_time", "touches", "hours"]
    frame = result.weeks.groupby(quarter.rename("quarter"))[counts].sum(min_count=1).reset_index()
    frame["quarter"] = [vocabulary.quarter(code)[lang] for code in frame["quarter"]]
    shown = counts if frame["hours"].notna().any() else counts[:-1]
    return build(
        frame,
        Text(
            en="Leads handed over, touched in time, and what sales did",
            es="Leads entregados, contactados a tiempo, y lo que hizo ventas",
        ),
        ["quarter", *shown],
        integers(lang, *shown),
        lang,
        labels=_LABELS,
    )


def odds_ratios(result: Hazard, lang: Language) -> Table:
    """Tabulate the odds ratios of the hazard model."""
    levels = vocabulary.HAZARD_LEVELS
    return build(
        result.frame[~result.frame["too_few"]],
        Text(
            en="Ratio of the weekly odds of each end against the reference level",
            es="Razón de momios semanales de cada final frente al nivel de referencia",
        ),
        ["end", "term", "level", "reference", "odds_ratio", "low", "high", "events"],
        {**decimals(lang, "odds_ratio", "low", "high", digits=2), **integers(lang, "events")},
        lang,
        labels=_LABELS,
        words={
            "end": vocabulary.ENDS,
            "term": vocabulary.HAZARD_TERMS,
            "level": levels,
            "reference": levels,
        },
        max_rows=60,
    )
