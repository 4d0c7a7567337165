"""Sentences about the handoff: how far leads come, how soon sales takes over, what it says."""

from __future__ import annotations

import pandas as pd

from alignment import vocabulary
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.handoff import Acceptance, FollowUp, Funnel, ServiceLevel
from alignment.handoff.acceptance import RECYCLING_DAYS
from alignment.results import LEVEL
from alignment.shares import difference_of
from alignment.text import Text
from alignment.wording import both, days, decimal, hours, hours_on, integer, interval, percent


def _joined(parts: list[Text]) -> Text:
    """Join with commas and a last “and”, a language at a time."""
    whole = parts[0]
    for part in parts[1:-1]:
        whole = Text(en="{a}, {b}", es="{a}, {b}").format(a=whole, b=part)
    if len(parts) > 1:
        whole = Text(en="{a} and {b}", es="{a} y {b}").format(a=whole, b=parts[-1])
    return whole


_REACHED = {
    "mql": Text(en="{n} are handed over", es="{n} se entregan a ventas"),
    "sal": Text(en="{n} accepted", es="{n} se aceptan"),
    "sql": Text(en="{n} qualified", es="{n} se califican"),
    "opportunity": Text(en="{n} become an opportunity", es="{n} llegan a oportunidad"),
    "won": Text(en="{n} are won", es="{n} se ganan"),
}


def funnel_reach(result: Funnel) -> Finding:
    """Say how many of every 100 leads come to each stage, the young ones counted fairly."""
    rows = result.frame.query("cohort == 'all' and stage != 'lead'")
    if not len(rows) or rows["too_few"].any() or rows["share"].isna().all():
        raise NotMeasurable(
            Text(
                en="Not measurable: too few leads, or none followed for {days}.",
                es="No medible: muy pocos leads, o ninguno observado durante {days}.",
            ).format(days=both(days, result.day))
        )
    known = rows[rows["share"].notna()]
    told = known[known["stage"] != "opportunity"] if len(known) > 2 else known
    reach = [
        _REACHED[row.stage].format(n=both(decimal, 100 * row.share)) for row in told.itertuples()
    ]
    last = known.iloc[-1]
    title = Text(
        en="Of every 100 leads, {reach} within {days}",
        es="De cada 100 leads, {reach} en {days}",
    ).format(reach=_joined(reach), days=both(days, result.day))
    detail = Text(
        en="{stage}: {interval} of every 100. Counted over {leads} leads; those too young to have "
        "come so far are not held against the funnel.",
        es="{stage}: {interval} de cada 100. Contado sobre {leads} leads; los que aún no han "
        "tenido tiempo no cuentan en contra.",
    ).format(
        stage=vocabulary.word(vocabulary.FUNNEL, last["stage"]),
        interval=both(interval, 100 * last["low"], 100 * last["high"], form=decimal),
        leads=both(integer, last["leads"]),
    )
    return Finding("funnel-reach", "claim", title, detail)


def cohorts_differ(result: Funnel) -> Finding:
    """Say whether the share that reaches a stage changed from the first cohort to the last.

    The stage is SQL or, where no export records it, the last one recorded. Both shares are
    estimates with intervals of their own, from different leads; that of their difference is
    Newcombe's (:func:`alignment.shares.difference_of`).
    """
    stage = "sql" if (result.frame["stage"] == "sql").any() else result.frame["stage"].iloc[-1]
    rows = result.frame[(result.frame["stage"] == stage) & (result.frame["cohort"] != "all")]
    rows = rows[rows["share"].notna() & ~rows["too_few"]]
    if stage == "lead" or len(rows) < 2:
        raise NotMeasurable(
            Text(
                en="Not measurable: fewer than two cohorts are old and large enough to compare.",
                es="No medible: menos de dos cohortes tienen edad y tamaño para compararse.",
            )
        )
    first, last = rows.iloc[0], rows.iloc[-1]
    change, low, high = difference_of(
        *((one["share"], one["low"], one["high"]) for one in (last, first))
    )
    apart = low > 0 or high < 0
    values = {
        "stage": vocabulary.word(vocabulary.FUNNEL, stage),
        "a": both(percent, first["share"]),
        "b": both(percent, last["share"]),
        "ia": both(interval, first["low"], first["high"], form=percent),
        "ib": both(interval, last["low"], last["high"], form=percent),
        "first": _cohort(first["cohort"]),
        "last": _cohort(last["cohort"]),
    }
    title = (
        Text(
            en="{stage}: from {a} of the leads of {first} ({ia}) to {b} of {last} ({ib})",
            es="{stage}: del {a} de los leads de {first} ({ia}) al {b} de {last} ({ib})",
        )
        if apart
        else Text(
            en="{stage}: no clear change from the leads of {first}, {a} ({ia}), to {last}, "
            "{b} ({ib})",
            es="{stage}: sin cambio claro entre los leads de {first}, {a} ({ia}), y los de {last}, "
            "{b} ({ib})",
        )
    ).format(**values)
    detail = Text(
        en="Change: {change} points ({interval}).", es="Cambio: {change} puntos ({interval})."
    ).format(
        change=both(decimal, 100 * change),
        interval=both(interval, 100 * low, 100 * high, form=decimal),
    )
    return Finding("cohorts-differ", "claim" if apart else "inconclusive", title, detail)


def _cohort(code: str) -> Text:
    return vocabulary.quarter(code) if "Q" in code else Text.same(code)


def touched_in_time(result: ServiceLevel) -> Finding:
    """Say which share of the leads handed over sales touched within the limit."""
    row = result.frame.iloc[0]
    if row["too_few"]:
        raise NotMeasurable(
            Text(
                en="Not measurable: the limit has passed for too few of the leads handed over.",
                es="No medible: el límite se ha cumplido para muy pocos leads entregados.",
            )
        )
    title = Text(
        en="Within {clock}, sales touches {share} of the leads it is handed ({interval})",
        es="Ventas contacta en {clock} el {share} de los leads que recibe ({interval})",
    ).format(
        share=both(percent, row["share"]),
        clock=hours_on(result.clock, result.hours),
        interval=both(interval, row["low"], row["high"], form=percent),
    )
    detail = Text(
        en="Of {leads} handed over, {late} were touched later and {never} not at all by the day of "
        "the export; both count as late.",
        es="De {leads} entregados, a {late} se los contactó después y a {never} nunca hasta el día "
        "de la exportación; ambos cuentan como tarde.",
    ).format(**{name: both(integer, row[name]) for name in ("leads", "late", "never")})
    return Finding("touched-in-time", "claim", title, detail, headline=True)


def average_wait(result: FollowUp) -> Finding:
    """Set the usual average wait beside the leads that it leaves out."""
    row = result.frame.iloc[0]
    if row["too_few"] or not row["touched"]:
        raise NotMeasurable(
            Text(
                en="Not measurable: too few of the leads handed over were touched by sales.",
                es="No medible: ventas contactó muy pocos de los leads entregados.",
            )
        )
    title = Text(
        en="The usual average wait, {mean}, leaves out the {never} of {leads} leads never touched",
        es="La espera media habitual, {mean}, deja fuera {never} de {leads} leads nunca "
        "contactados",
    ).format(
        mean=hours_on(result.clock, row["naive_mean_hours"]),
        never=both(integer, row["never"]),
        leads=both(integer, row["leads"]),
    )
    if pd.notna(row["median_hours"]):
        detail = Text(
            en="With them counted, half of the leads are touched within {median} ({interval}); "
            "among the touched alone it is {naive}.",
            es="Si se cuentan, la mitad de los leads se contacta en {median} ({interval}); solo "
            "entre los contactados son {naive}.",
        ).format(
            median=hours_on(result.clock, row["median_hours"]),
            interval=both(interval, row["low"], row["high"], form=hours),
            naive=hours_on(result.clock, row["naive_median_hours"]),
        )
    else:
        detail = Text(
            en="With them counted, fewer than half are ever touched: there is no median wait.",
            es="Si se cuentan, menos de la mitad llega a contactarse: no hay espera mediana.",
        )
    return Finding(f"average-wait-{result.clock}", "claim", title, detail)


def service_differs(result: ServiceLevel) -> Finding:
    """Say whether the share in time differs by load, region, segment or channel."""
    tests = result.tests[result.tests["p_adjusted"].notna()]
    if not len(tests):
        raise NotMeasurable(
            Text(
                en="Not measurable: there are no two groups with enough leads to be compared.",
                es="No medible: no hay dos grupos con leads suficientes para compararlos.",
            )
        )
    row = tests.sort_values("p_adjusted", kind="stable").iloc[0]
    alpha = 1 - (result.about.level or LEVEL)
    dimension = _DEPENDS_ON[row["dimension"]]
    if not row["p_adjusted"] < alpha:
        title = Text(
            en="It is not clear that being touched in time depends on {names}",
            es="No está claro que la interacción a tiempo cambie según {names}",
        ).format(names=_or([_DEPENDS_ON[d] for d in tests["dimension"]]))
        return Finding("service-differs", "inconclusive", title)
    if row["dimension"] == "owner":
        title = Text(
            en="Whether a lead is touched in time depends on who owns it",
            es="Que un lead se contacte a tiempo depende de quién es su dueño",
        )
        return Finding("service-differs", "claim", title)
    groups = result.frame[(result.frame["dimension"] == row["dimension"])]
    groups = groups[~groups["too_few"]].sort_values("share")
    best, worst = groups.iloc[-1], groups.iloc[0]
    words = {**vocabulary.KEYS, **vocabulary.LOADS}
    title = Text(
        en="Touched in time depends on {dimension}: from {low} ({worst}) to {high} ({best})",
        es="La interacción a tiempo cambia según {dimension}: va de {low} ({worst}) a {high} "
        "({best})",
    ).format(
        dimension=dimension,
        low=both(percent, worst["share"]),
        worst=vocabulary.word(words, worst["group"]),
        high=both(percent, best["share"]),
        best=vocabulary.word(words, best["group"]),
    )
    return Finding("service-differs", "claim", title)


# With the article that Spanish wants after “según”.
_DEPENDS_ON = {
    "load": Text(en="the load of the week", es="la carga de la semana"),
    "region": Text(en="the region", es="la región"),
    "segment": Text(en="the segment", es="el segmento"),
    "channel": Text(en="the channel", es="el canal"),
    "owner": Text(en="the owner", es="el dueño"),
}


def _or(parts: list[Text]) -> Text:
    whole = parts[0]
    for part in parts[1:-1]:
        whole = Text(en="{a}, {b}", es="{a}, {b}").format(a=whole, b=part)
    if len(parts) > 1:
        whole = Text(en="{a} or {b}", es="{a} o {b}").format(a=whole, b=parts[-1])
    return whole


def accepted_share(result: Acceptance) -> Finding:
    """Say which share of the leads handed over sales accepts, and what of the others."""
    rows = result.frame.query("group == 'all'").set_index("verdict")
    row = rows.loc["accepted"]
    title = Text(
        en="Within {days}, sales accepts {share} of the leads it is handed ({interval})",
        es="Ventas acepta en {days} el {share} de los leads que recibe ({interval})",
    ).format(
        share=both(percent, row["share"]),
        days=both(days, result.days),
        interval=both(interval, row["low"], row["high"], form=percent),
    )
    detail = Text(
        en="{rejected} are rejected and {none} get no verdict. Agree on a day by which every lead "
        "has one.",
        es="El {rejected} se rechaza y el {none} queda sin veredicto. Acuerden un plazo para que "
        "cada lead tenga el suyo.",
    ).format(**{name: both(percent, rows.loc[name, "share"]) for name in ("rejected", "none")})
    later = result.recycling.iloc[0]
    if later["so_far"] and pd.notna(later["share"]):
        recycled = Text(
            en="Of the rejected, {share} go back to marketing within {days} ({interval}).",
            es="De los rechazados, el {share} vuelve a marketing en {days} ({interval}).",
        ).format(
            share=both(percent, later["share"]),
            days=both(days, RECYCLING_DAYS),
            interval=both(interval, later["low"], later["high"], form=percent),
        )
        detail = Text(en="{a} {b}", es="{a} {b}").format(a=detail, b=recycled)
    return Finding("accepted-share", "claim", title, detail)


def acceptance_differs(result: Acceptance) -> Finding:
    """Say whether sales accepts leads of one source more than of another."""
    rows = result.frame.query("verdict == 'accepted' and group != 'all' and not too_few")
    if len(rows) < 2 or pd.isna(result.p):
        raise NotMeasurable(
            Text(
                en="Not measurable: fewer than two sources have enough leads to be compared.",
                es="No medible: menos de dos orígenes tienen leads suficientes para compararlos.",
            )
        )
    ordered = rows.sort_values("share")
    best, worst = ordered.iloc[-1], ordered.iloc[0]
    values = {
        "a": vocabulary.word(vocabulary.KEYS, best["group"]),
        "b": vocabulary.word(vocabulary.KEYS, worst["group"]),
        "pa": both(percent, best["share"]),
        "pb": both(percent, worst["share"]),
    }
    if result.p < 1 - (result.about.level or LEVEL):
        title = Text(
            en="Acceptance depends on the source: {a} {pa}, {b} {pb}",
            es="La aceptación depende del origen: {a} {pa}, {b} {pb}",
        ).format(**values)
        return Finding("acceptance-differs", "claim", title)
    title = Text(
        en="No source is clearly accepted more than another: {a} {pa} and {b} {pb} could be chance",
        es="Ningún origen se acepta claramente más que otro: {a} {pa} y {b} {pb} pueden ser azar",
    ).format(**values)
    return Finding("acceptance-differs", "inconclusive", title)


def reasons_told(result: Acceptance) -> Finding:
    """Say how many rejections carry a reason that says something."""
    row = result.usable.query("verdict == 'rejected'")
    if not len(row) or not row["count"].iloc[0]:
        raise NotMeasurable(
            Text(
                en="Not measurable: no rejection of a lead is recorded.",
                es="No medible: no consta el rechazo de ningún lead.",
            )
        )
    one = row.iloc[0]
    if (result.reasons["reason"] == "(missing)").all():
        raise NotMeasurable(
            Text(
                en="Not measurable: the exports hold no reason for any rejection. If sales records "
                "them, export that field of the lead too.",
                es="No medible: las exportaciones no contienen el motivo de ningún rechazo. Si "
                "ventas los registra, exporten también ese campo del lead.",
            )
        )
    if not one["with_reason"]:
        title = Text(
            en="None of {count} rejections says why: marketing cannot learn from them",
            es="Ninguno de los {count} rechazos dice por qué: marketing no puede aprender de ellos",
        ).format(count=both(integer, one["count"]))
        return Finding("reasons-told", "claim", title)
    title = Text(
        en="{share} of rejections say why ({interval})",
        es="El {share} de los rechazos dice por qué ({interval})",
    ).format(
        share=both(percent, one["share"]),
        interval=both(interval, one["low"], one["high"], form=percent),
    )
    said = result.reasons[(result.reasons["verdict"] == "rejected") & result.reasons["says"]]
    detail = Text(
        en="Most often: “{reason}”. Agree on a short list and make the field required.",
        es="El más frecuente: «{reason}». Acuerden una lista corta y hagan obligatorio el campo.",
    ).format(reason=Text.same(str(said["reason"].iloc[0])))
    return Finding("reasons-told", "claim", title, detail)
