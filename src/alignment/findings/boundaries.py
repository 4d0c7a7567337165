"""Sentences about boundaries and tone: where the teams meet on a person, and what follows what."""

from __future__ import annotations

import numpy as np

from alignment import vocabulary
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.findings.sharing import points
from alignment.shares import holm
from alignment.sharing import Activities, Collisions, Tone
from alignment.sharing.collisions import ALL
from alignment.text import Text
from alignment.vocabulary import word
from alignment.wording import both, days, decimal, integer, interval, percent


def _within(result: Collisions) -> Text:
    return Text(en="within {days}", es="en {days}").format(days=both(days, result.within_days))


def collisions_by_chance(result: Collisions) -> Finding:
    """Say whether both teams fall on one person within days more often than chance gives."""
    tail = (1 - (result.about.level or 0.9)) / 2
    values = {
        "n": both(integer, result.collided),
        "people": both(integer, result.people),
        "expected": both(integer, result.expected),
        "interval": both(interval, result.low, result.high, form=integer),
        "share": both(percent, result.collided / result.people, digits=0),
        "within": _within(result),
    }
    detail = Text(
        en="{n} of the {people} people touched by both after the handoff ({share}) heard from both "
        "{within}; by chance it would be {expected} ({interval}).",
        es="{n} de las {people} personas con interacción de ambas tras la entrega ({share}) "
        "tuvieron noticias de ambas {within}; por azar serían {expected} ({interval}).",
    ).format(**values)
    if result.p_more <= tail:
        title = Text(
            en="Both teams fall on the same person {within} more often than chance gives: {n} "
            "against {expected} ({interval})",
            es="Ambas áreas coinciden sobre la misma persona {within} más de lo que da el azar: "
            "{n} frente a {expected} ({interval})",
        )
        return Finding("collisions-by-chance", "claim", title.format(**values), detail)
    if result.p_fewer <= tail:
        title = Text(
            en="The teams keep out of each other's way: {n} people met by both {within}, fewer "
            "than the {expected} of chance ({interval})",
            es="Las áreas no se estorban: {n} personas supieron de ambas {within}, menos que las "
            "{expected} del azar ({interval})",
        )
        return Finding("collisions-by-chance", "claim", title.format(**values), detail)
    title = Text(
        en="Not clear that both teams meet on the same person {within} more or less often than "
        "chance gives: {n} against {expected} ({interval})",
        es="No está claro que ambas áreas coincidan sobre la misma persona {within} más o menos de "
        "lo que da el azar: {n} frente a {expected} ({interval})",
    )
    return Finding("collisions-by-chance", "inconclusive", title.format(**values), detail)


def collisions_by_kind(result: Collisions) -> Finding:
    """Name the kind of marketing's touch that falls on sales' more than chance gives (Holm)."""
    rows = result.frame[result.frame["kind"] != ALL]
    tail = (1 - (result.about.level or 0.9)) / 2
    adjusted = holm(rows["p_more"])
    row = rows.iloc[int(np.argmin(adjusted))]
    values = {
        "kind": word(vocabulary.TOUCH_KINDS, row["kind"]),
        "within": _within(result),
        "n": both(integer, row["people"]),
        "expected": both(integer, row["expected"]),
        "interval": both(interval, row["low"], row["high"], form=integer),
    }
    if adjusted.min() <= tail:
        title = Text(
            en="Most beyond chance: “{kind}” of marketing {within} of a touch of sales, {n} people "
            "against {expected} ({interval})",
            es="Lo que más supera al azar: «{kind}» de marketing {within} de una interacción de "
            "ventas, {n} personas frente a {expected} ({interval})",
        )
        return Finding("collisions-by-kind", "claim", title.format(**values))
    title = Text(
        en="No kind of marketing's touch falls on sales' {within} clearly more than chance gives; "
        "the first is “{kind}”, {n} people against {expected} ({interval})",
        es="Ningún tipo de interacción de marketing coincide con las de ventas {within} claramente "
        "más de lo que da el azar; el primero es «{kind}», {n} personas frente a {expected} "
        "({interval})",
    )
    return Finding("collisions-by-kind", "inconclusive", title.format(**values))


def collisions_followed(result: Collisions) -> Finding:
    """Say what followed for people touched by both close together, against further apart."""
    if result.followed is None:
        raise NotMeasurable(
            Text(
                en="Not measurable: too few people were touched by both teams further "
                "apart to compare what followed.",
                es="No medible: muy pocas personas tuvieron a ambas áreas con más días de "
                "separación para comparar qué siguió.",
            )
        )
    near, far = (row for _, row in result.followed.iterrows())
    values = {
        "near": both(percent, near["share"]),
        "far": both(percent, far["share"]),
        "difference": points(*result.difference),
    }
    clear = result.difference[1] > 0 or result.difference[2] < 0
    title = (
        Text(
            en="After both teams close together, {near} became an opportunity; further apart, "
            "{far}: {difference} at equal score",
            es="Con ambas áreas a pocos días, {near} llegó a oportunidad; más separadas, {far}: "
            "{difference} a igual puntaje",
        )
        if clear
        else Text(
            en="No clear difference in what followed: {near} became an opportunity after both "
            "teams close together, {far} further apart, {difference} at equal score",
            es="Sin diferencia clara en lo que siguió: {near} llegó a oportunidad con ambas áreas "
            "a pocos días, {far} más separadas, {difference} a igual puntaje",
        )
    )
    form = "claim" if clear else "inconclusive"
    return Finding("collisions-followed", form, title.format(**values))  # type: ignore[arg-type]


def activities_overlap(result: Activities) -> Finding:
    """Say how much of what the teams do is the same, against chance."""
    values = {
        "share": both(percent, result.overlap),
        "interval": both(interval, result.low, result.high, form=percent),
        "corrected": both(decimal, result.corrected, digits=2),
        "range": both(
            interval, result.corrected_low, result.corrected_high, form=decimal, digits=2
        ),
    }
    top = result.frame.sort_values("common", ascending=False, kind="stable").iloc[0]
    detail = Text(
        en="Corrected for chance: {corrected} ({range}); 0 is what chance would give, 1 the same "
        "mix.",
        es="Corregido por azar: {corrected} ({range}); 0 es lo que daría el azar, 1 la misma "
        "mezcla.",
    ).format(**values)
    if top["common"] > 0:
        detail = Text(
            en="{detail} They meet most in: {kind}, {phase}.",
            es="{detail} Donde más coinciden: {kind}, {phase}.",
        ).format(
            detail=detail,
            kind=word(vocabulary.TOUCH_KINDS, top["kind"]),
            phase=word(vocabulary.PHASES, top["phase"]),
        )
    if result.corrected_high < 0:
        title = Text(
            en="The teams do different things: {share} of their activities is common "
            "({interval}), less than by chance",
            es="Las áreas hacen cosas distintas: {share} de sus actividades es común "
            "({interval}), menos que por azar",
        )
    elif result.corrected_low > 0:
        title = Text(
            en="The teams' activities overlap: {share} is common ({interval}), more than by chance",
            es="Las actividades de las áreas se traslapan: {share} es común ({interval}), más que "
            "por azar",
        )
    else:
        title = Text(
            en="{share} of the teams' activities is common ({interval}), about what lot gives",
            es="{share} de las actividades de las áreas es común ({interval}), como daría el "
            "sorteo",
        )
        return Finding("activities-overlap", "inconclusive", title.format(**values), detail)
    return Finding("activities-overlap", "claim", title.format(**values), detail)


def tone_pays_later(result: Tone) -> Finding:
    """Say whether wins come later after emotional touches than after rational ones."""
    if np.isnan(result.crossover):
        raise NotMeasurable(
            Text(
                en="Not measurable: too few wins after touches of either appeal to compare the "
                "first 90 days with the rest of the year.",
                es="No medible: muy pocos negocios ganados tras interacciones de cada tono para "
                "comparar los primeros 90 días con el resto del año.",
            )
        )
    rows = result.frame.set_index("horizon")["ratio"]
    values = {
        "early": both(decimal, rows["won, first 90 days"], digits=2),
        "late": both(decimal, rows["won, days 91 to 365"], digits=2),
        "ratio": both(decimal, np.exp(result.crossover), digits=2),
        "interval": both(interval, np.exp(result.low), np.exp(result.high), form=decimal, digits=2),
    }
    detail = Text(
        en="Wins after an emotional touch for each after a rational one: {early} in the first 90 "
        "days, {late} from day 91 to 365. {tagged} of {all} campaigns carry a tag.",
        es="Negocios ganados tras una interacción emocional por cada uno tras una racional: "
        "{early} en los primeros 90 días, {late} del día 91 al 365. {tagged} de {all} campañas "
        "llevan etiqueta.",
    ).format(
        **values,
        tagged=both(integer, result.campaigns[0]),
        all=both(integer, result.campaigns[1]),
    )
    if result.low > 0:
        title = Text(
            en="Wins come later after emotional touches than after rational ones: their ratio is "
            "multiplied by {ratio} after day 90 ({interval})",
            es="Se gana más tarde tras lo emocional que tras lo racional: la razón de negocios "
            "ganados se multiplica por {ratio} tras el día 90 ({interval})",
        )
    elif result.high < 0:
        title = Text(
            en="Wins come sooner after emotional touches than after rational ones: their ratio is "
            "multiplied by {ratio} after day 90 ({interval})",
            es="Se gana antes tras lo emocional que tras lo racional: la razón de negocios "
            "ganados se multiplica por {ratio} tras el día 90 ({interval})",
        )
    else:
        title = Text(
            en="Not clear that wins come later after emotional touches: their ratio to those "
            "after rational ones is multiplied by {ratio} after day 90 ({interval})",
            es="No está claro que se gane más tarde tras lo emocional: la razón frente a lo "
            "racional se multiplica por {ratio} tras el día 90 ({interval})",
        )
        return Finding("tone-pays-later", "inconclusive", title.format(**values), detail)
    return Finding("tone-pays-later", "claim", title.format(**values), detail)
