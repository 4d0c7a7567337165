"""Sentences about the relay between the teams: who moves which stage, what limits the funnel."""

from __future__ import annotations

from alignment import vocabulary
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.handoff import Limits, Ownership
from alignment.handoff.limits import NOTABLE
from alignment.handoff.ownership import MINIMUM_MOVES
from alignment.text import Text
from alignment.wording import both, decimal, hours, integer, interval, percent


def stages_owned(result: Ownership) -> Finding:
    """Say whether each team moves its own stages."""
    rows = result.frame
    enough = rows[~rows["too_few"]]
    if not len(enough):
        raise NotMeasurable(
            Text(
                en="Not measurable: too few stage changes say who made them.",
                es="No medible: muy pocos cambios de etapa dicen quién los hizo.",
            )
        )
    broken = int(rows["by_other"].sum())
    values = {
        "moves": both(integer, rows["known"].sum()),
        "broken": both(integer, broken),
    }
    if not broken:
        title = Text(
            en="Each team moves only its own stages: none of {moves} changes by the other",
            es="Cada área mueve solo sus etapas: ninguno de {moves} cambios es de la otra",
        ).format(**values)
        return Finding("stages-owned", "claim", title)
    worst = enough.sort_values("share").iloc[-1]
    title = Text(
        en="{broken} of {moves} stage changes were made by the other team",
        es="{broken} de {moves} cambios de etapa los hizo la otra área",
    ).format(**values)
    if not worst["by_other"]:
        return Finding("stages-owned", "claim", title)
    detail = Text(
        en="Most in “{stage}”: {share} ({interval}).",
        es="Sobre todo en «{stage}»: {share} ({interval}).",
    ).format(
        stage=vocabulary.word(vocabulary.FUNNEL, worst["stage"]),
        share=both(percent, worst["share"]),
        interval=both(interval, worst["low"], worst["high"], form=percent),
    )
    return Finding("stages-owned", "claim", title, detail)


def relay_order(result: Ownership) -> Finding:
    """Name the rule of order that is broken most often."""
    rules = result.rules[result.rules["leads"] > 0]
    rows = rules[~rules["too_few"]]
    if not len(rows):
        raise NotMeasurable(
            Text(
                en="Not measurable: the stage history shows no rule of order that binds {few} "
                "leads.",
                es="No medible: el historial de etapas no muestra ninguna regla de orden que "
                "obligue a {few} leads.",
            ).format(few=both(integer, MINIMUM_MOVES))
        )
    worst = rows.sort_values("share", kind="stable").iloc[-1]
    if not worst["broken"]:
        title = (
            Text(
                en="The relay keeps its order: no rule is broken among {leads} leads",
                es="El relevo respeta su orden: ninguna regla se rompe entre {leads} leads",
            )
            if not rules["broken"].any()
            else Text(
                en="No rule that binds {few} leads or more is broken, among {leads} leads",
                es="Ninguna regla que obligue a {few} leads o más se rompe, entre {leads} leads",
            )
        ).format(leads=both(integer, rows["leads"].max()), few=both(integer, MINIMUM_MOVES))
        return Finding("relay-order", "claim", title)
    title = Text(
        en="The rule broken most: {rule}, {share} ({interval})",
        es="La regla que más se rompe: {rule}, {share} ({interval})",
    ).format(
        rule=_lower(vocabulary.word(vocabulary.RELAY_RULES, worst["rule"])),
        share=both(percent, worst["share"]),
        interval=both(interval, worst["low"], worst["high"], form=percent),
    )
    detail = Text(en="{broken} of {leads} leads.", es="{broken} de {leads} leads.").format(
        broken=both(integer, worst["broken"]), leads=both(integer, worst["leads"])
    )
    if worst["rule"] in _SKIPPED:
        detail = Text(en="{count} {skipped}", es="{count} {skipped}").format(
            count=detail, skipped=_SKIPPED[worst["rule"]]
        )
    return Finding("relay-order", "claim", title, detail)


# What skipping a step leaves out; the other rules skip none.
_SKIPPED = {
    "qualified without being handed over": Text(
        en="They skip the step at which marketing hands a lead over.",
        es="Se saltan el paso en que marketing entrega el lead.",
    ),
    "qualified without being accepted": Text(
        en="They skip the step at which both teams look at one lead.",
        es="Se saltan el paso en que ambas áreas miran el mismo lead.",
    ),
}


def _lower(text: Text) -> Text:
    return Text(en=text.en[:1].lower() + text.en[1:], es=text.es[:1].lower() + text.es[1:]).format()


_VERDICTS = {
    "capacity": Text(
        en="More hands, or an even flow, come before more leads.",
        es="Más manos, o un flujo más parejo, van antes que más leads.",
    ),
    "volume": Text(
        en="A fall of {n} points or more can be excluded: volume limits the funnel more than "
        "hands.",
        es="Se puede excluir una caída de {n} puntos o más: al embudo lo limita más el volumen que "
        "las manos.",
    ).format(n=both(integer, 100 * NOTABLE)),
    "unclear": Text(
        en="The interval holds both no fall and one of {n} points or more.",
        es="El intervalo admite tanto ninguna caída como una de {n} puntos o más.",
    ).format(n=both(integer, 100 * NOTABLE)),
}


def what_limits(result: Limits) -> Finding:
    """Say whether follow-up suffers in the weeks in which more leads arrive."""
    row = result.effect.iloc[0]
    if row["too_few"]:
        raise NotMeasurable(
            Text(
                en="Not measurable: too few leads were touched in time, or too few were not, to "
                "compare busy weeks.",
                es="No medible: muy pocos leads contactados a tiempo, o muy pocos que no, para "
                "comparar las semanas.",
            )
        )
    points = Text(en="{n} points ({interval})", es="{n} puntos ({interval})").format(
        n=both(decimal, 100 * row["change"]),
        interval=both(interval, 100 * row["low"], 100 * row["high"], form=decimal),
    )
    values = {"hours": both(hours, result.hours), "points": points}
    titles = {
        "capacity": Text(
            en="Hands are short in busy weeks: twice the leads, and the share touched within "
            "{hours} changes by {points}",
            es="Faltan manos en semanas cargadas: con el doble de leads, la parte contactada en "
            "{hours} cambia {points}",
        ),
        "volume": Text(
            en="Follow-up holds in busy weeks: twice the leads, and the share touched within "
            "{hours} changes by {points}",
            es="El seguimiento aguanta en semanas cargadas: con el doble de leads, la parte "
            "contactada en {hours} cambia {points}",
        ),
        "unclear": Text(
            en="Not clear whether volume or hands limit the funnel: twice the leads, and the share "
            "touched within {hours} changes by {points}",
            es="No está claro si al embudo lo limita el volumen o las manos: con el doble de "
            "leads, la parte contactada en {hours} cambia {points}",
        ),
    }
    form = "inconclusive" if result.limited_by == "unclear" else "claim"
    compared = Text(
        en="Busy weeks are compared with quiet ones of the same region and quarter, on average "
        "for each doubling of their leads.",
        es="Se comparan semanas cargadas y tranquilas de la misma región y trimestre, en promedio "
        "por cada duplicación de sus leads.",
    )
    detail = Text(en="{compared} {verdict}", es="{compared} {verdict}").format(
        compared=compared, verdict=_VERDICTS[result.limited_by]
    )
    title = titles[result.limited_by].format(**values)
    return Finding("what-limits", form, title, detail)  # type: ignore[arg-type]
