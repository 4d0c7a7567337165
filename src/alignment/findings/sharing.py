"""Sentences about sharing: what comes back, what it is worth, and how far the teams have come."""

from __future__ import annotations

import numpy as np
import pandas as pd

from alignment import vocabulary
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.sharing import (
    Agreement,
    Chain,
    Feedback,
    Maturity,
    SharedKnowledge,
)
from alignment.sharing.agreement_of_systems import CLOSE
from alignment.sharing.maturity import KAPPA, STAGES
from alignment.text import Text
from alignment.vocabulary import word
from alignment.wording import both, decimal, integer, interval, percent


def points(value: float, low: float, high: float) -> Text:
    """Write a difference of shares in percentage points, with its interval."""
    return Text(en="{n} points ({interval})", es="{n} puntos ({interval})").format(
        n=both(decimal, 100 * value),
        interval=both(interval, 100 * low, 100 * high, form=decimal),
    )


def chain_whole(result: Chain) -> Finding:
    """Say how much of what happens finds its way back, and name the weakest link."""
    if np.isnan(result.whole) or result.frame["too_few"].any():
        few = result.frame[result.frame["too_few"]].iloc[0]["link"]
        raise NotMeasurable(
            Text(
                en="Not measurable: too few records to judge one link of the chain: “{link}”.",
                es="No medible: muy pocos registros para juzgar un eslabón de la cadena: «{link}».",
            ).format(link=word(vocabulary.LINKS, few))
        )
    title = Text(
        en="Of every 100 outcomes, {n} find their way back to a campaign with a usable reason "
        "({interval})",
        es="De cada 100 desenlaces, {n} vuelven a una campaña con un motivo útil ({interval})",
    ).format(
        n=both(decimal, 100 * result.whole, digits=0),
        interval=both(interval, 100 * result.low, 100 * result.high, form=decimal, digits=0),
    )
    row = result.frame.set_index("link").loc[result.weakest]
    said = (
        Text(
            en="The weakest link: “{link}”, {share} ({interval}). The product takes the links as "
            "independent.",
            es="El eslabón más débil: «{link}», {share} ({interval}). El producto toma los "
            "eslabones como independientes.",
        )
        if result.clear
        else Text(
            en="No link is clearly the weakest; the lowest is “{link}”, {share} ({interval}). The "
            "product takes the links as independent.",
            es="Ningún eslabón es claramente el más débil; el más bajo es «{link}», {share} "
            "({interval}). El producto toma los eslabones como independientes.",
        )
    )
    detail = said.format(
        link=word(vocabulary.LINKS, result.weakest),
        share=both(percent, row["share"]),
        interval=both(interval, row["low"], row["high"], form=percent),
    )
    return Finding("chain-whole", "claim", title, detail, headline=True)


def refusals_explained(result: Chain) -> Finding:
    """Say how often a refusal carries a reason that can be used, and which kind least often."""
    rows = result.outcomes[result.outcomes["records"] > 0]
    if not len(rows):
        raise NotMeasurable(
            Text(
                en="Not measurable: the exports hold no rejected lead and no lost deal.",
                es="No medible: las exportaciones no contienen leads rechazados ni negocios "
                "perdidos.",
            )
        )
    worst = rows.sort_values("share", kind="stable").iloc[0]
    title = Text(
        en="Of the {kind}, {share} carry a reason that can be used ({interval})",
        es="De los {kind}, {share} lleva un motivo útil ({interval})",
    ).format(
        kind=word(vocabulary.REFUSALS, worst["outcome"]),
        share=both(percent, worst["share"]),
        interval=both(interval, worst["low"], worst["high"], form=percent),
    )
    detail = Text(
        en="{recorded} of {records} carry any reason; {usable} one that says something.",
        es="{recorded} de {records} llevan algún motivo; {usable}, uno que dice algo.",
    ).format(**{name: both(integer, worst[name]) for name in ("recorded", "records", "usable")})
    return Finding("refusals-explained", "claim", title, detail)


def systems_agree(result: Agreement) -> Finding:
    """Say how far two systems name the same stage, or else the same source or amount."""
    row = result.frame.iloc[0]
    first, second = (word(vocabulary.SYSTEMS, name) for name in result.systems)
    values = {
        "first": first,
        "second": second,
        "thing": _THING[row["thing"]],
        "share": both(percent, row["share"]),
        "interval": both(interval, row["low"], row["high"], form=percent),
        "pairs": both(integer, row["pairs"]),
    }
    title = Text(
        en="{first} and {second} give {thing} for {share} of {pairs} leads ({interval})",
        es="{first} y {second} dan {thing} en {share} de {pairs} leads ({interval})",
    ).format(**values)
    parts = [_measured(one) for one in result.frame.to_dict("records")]
    detail = parts[0]
    for part in parts[1:]:
        detail = Text(en="{a}; {b}", es="{a}; {b}").format(a=detail, b=part)
    detail = Text(
        en="Beyond what chance gives: {parts}. 1 is full agreement; {limit} and more is good.",
        es="Más allá de lo que da el azar: {parts}. 1 es acuerdo total; {limit} o más es bueno.",
    ).format(parts=detail, limit=both(decimal, KAPPA))
    if row["one_sided"]:
        detail = Text(en="{alone} {detail}", es="{alone} {detail}").format(
            alone=_one_sided(row), detail=detail
        )
    if result.absent:
        names = [word(vocabulary.THINGS, name) for name in result.absent]
        absent = names[0]
        for name in names[1:]:
            absent = Text(en="{a}, {b}", es="{a}, {b}").format(a=absent, b=name)
        detail = Text(
            en="{detail} Not recorded by both: {absent}.",
            es="{detail} No lo registran ambos: {absent}.",
        ).format(detail=detail, absent=absent)
    return Finding("systems-agree", "claim", title, detail)


_THING = {
    "stage": Text(en="the same stage", es="la misma etapa"),
    "source": Text(en="the same source", es="el mismo origen"),
    "amount": Text(
        en="the same amount (within {close})", es="el mismo importe (con {close} de margen)"
    ).format(close=both(percent, CLOSE, digits=0)),
}


_WORD = {
    "stage": Text(en="a stage", es="una etapa"),
    "source": Text(en="a source", es="un origen"),
}


def _one_sided(row: pd.Series) -> Text:
    """Say how much of the difference is words that one of the two never uses."""
    known = int(row["pairs"] - row["one_sided"])
    values = {
        "n": both(integer, row["one_sided"]),
        "all": both(integer, row["pairs"] - row["same"]),
        "word": _WORD[row["thing"]],
        "same": both(integer, row["same"]),
        "known": both(integer, known),
    }
    said = Text(
        en="Of the {all} that differ, {n} carry {word} that the other system's export never holds",
        es="De los {all} que difieren, {n} llevan {word} que la otra exportación nunca contiene",
    ).format(**values)
    if not known:
        return Text(en="{said}.", es="{said}.").format(said=said)
    return Text(
        en="{said}; of the {known} others, {same} agree.",
        es="{said}; de los otros {known} coinciden {same}.",
    ).format(said=said, **values)


def _measured(row: dict[str, object]) -> Text:
    return Text(
        en="{thing}, {measure} {value} ({interval})", es="{thing}, {measure} {value} ({interval})"
    ).format(
        thing=word(vocabulary.THINGS, row["thing"]),
        measure=word(vocabulary.AGREEMENT_MEASURES, row["measure"]),
        value=both(decimal, row["value"], digits=2),
        interval=both(interval, row["value_low"], row["value_high"], form=decimal, digits=2),
    )


_CAUGHT = {
    "won": Text(en="wins", es="negocios ganados"),
    "opportunity": Text(en="opportunities", es="oportunidades"),
}


def knowledge_worth(result: SharedKnowledge) -> Finding:
    """Say what joining the two teams' knowledge adds to the better of the two alone."""
    caught = result.frame.set_index("knowledge")["captured"]
    values = {
        "share": both(percent, result.capacity, digits=0),
        "outcomes": _CAUGHT[result.outcome],
        "both": both(decimal, 100 * caught["together"], digits=0),
        "best": both(decimal, 100 * caught[result.best], digits=0),
        "team": word(vocabulary.TEAMS, result.best),
        "gain": points(result.gain, result.low, result.high),
    }
    caught_by = Text(
        en="With {share} of the leads worked, both teams' knowledge catches {both} of every 100 "
        "{outcomes}, that of {team} alone {best}.",
        es="Trabajando el {share} de los leads, lo que saben ambas áreas capta {both} de cada 100 "
        "{outcomes}; lo que sabe {team} por su cuenta, {best}.",
    ).format(**values)
    tried = Text(
        en="Tried on {n} later leads with {k} {outcomes}.",
        es="Probado en {n} leads posteriores con {k} {outcomes}.",
    ).format(
        n=both(integer, result.leads[1]),
        k=both(integer, result.outcomes[1]),
        outcomes=_CAUGHT[result.outcome],
    )
    detail = Text(en="{a} {b}", es="{a} {b}").format(a=caught_by, b=tried)
    if result.low > 0:
        quarter = result.gain * result.outcomes[1] / max(result.quarters, 1e-9)
        title = Text(
            en="Joining what both teams know catches {gain} more of the {outcomes}: some {n} a "
            "quarter",
            es="Juntar lo que saben ambas áreas capta {gain} más de {outcomes}: cerca de {n} por "
            "trimestre",
        ).format(**values, n=both(decimal, quarter))
        return Finding("knowledge-worth", "claim", title, detail, headline=True)
    title = Text(
        en="It is not clear that joining what both teams know catches more {outcomes} than "
        "{team} alone: {gain}",
        es="No está claro que juntar lo que saben ambas áreas capte más {outcomes} que {team} "
        "por su cuenta: {gain}",
    ).format(**values)
    return Finding("knowledge-worth", "inconclusive", title, detail, headline=True)


def share_first(result: SharedKnowledge) -> Finding:
    """Name the column of the other team that adds most to the better one."""
    if not len(result.columns):
        raise NotMeasurable(
            Text(
                en="Not measurable: the other team has no column to share.",
                es="No medible: la otra área no tiene columnas que compartir.",
            )
        )
    row = result.columns.iloc[0]
    values = {
        "column": word(vocabulary.KNOWN_COLUMNS, row["column"]),
        "team": word(vocabulary.TEAMS, row["team"]),
        "best": word(vocabulary.TEAMS, result.best),
        "gain": points(row["gain"], row["low"], row["high"]),
    }
    detail = None
    if result.guarded:
        kept = word(vocabulary.KNOWN_COLUMNS, result.guarded[0])
        for name in result.guarded[1:]:
            kept = Text(en="{a}, {b}", es="{a}, {b}").format(
                a=kept, b=word(vocabulary.KNOWN_COLUMNS, name)
            )
        detail = Text(
            en="Kept out, since it is filled in more or less often where the outcome came, "
            "perhaps after it: {kept}.",
            es="Queda fuera lo que se llenó más o menos donde hubo desenlace, quizá después de "
            "él: {kept}.",
        ).format(kept=kept)
    if row["low"] > 0:
        title = Text(
            en="To be shared first: “{column}” of {team} adds {gain} to what {best} catches alone",
            es="Lo primero que conviene compartir: «{column}» de {team} añade {gain} a lo que "
            "capta {best} por su cuenta",
        ).format(**values)
        return Finding("share-first", "claim", title, detail)
    title = Text(
        en="No single column of {team} clearly adds to what {best} catches alone; the first is "
        "“{column}”, {gain}",
        es="Ninguna columna de {team} añade claramente a lo que capta {best} por su cuenta; la "
        "primera es «{column}», {gain}",
    ).format(**values)
    return Finding("share-first", "inconclusive", title, detail)


def feedback_followed(result: Feedback) -> Finding:
    """Say whether rejections changed once a group's rejections carried usable reasons."""
    values = {"effect": points(result.effect, result.low, result.high)}
    parallel = result.trend_low <= 0 <= result.trend_high
    trend = Text(
        en="Before that, the difference moved by {trend} a period of four weeks.",
        es="Antes, la diferencia se movía {trend} por periodo de cuatro semanas.",
    ).format(trend=points(result.trend, result.trend_low, result.trend_high))
    if not parallel:
        title = Text(
            en="Not clear what followed the reasons: the groups were already drifting apart "
            "before ({effect} after)",
            es="No está claro qué siguió a los motivos: los grupos ya se separaban antes "
            "({effect} después)",
        ).format(**values)
        return Finding("feedback-followed", "inconclusive", title, trend)
    if result.low > 0 or result.high < 0:
        title = (
            Text(
                en="Where sales began to say why, rejections fell by more than elsewhere: {effect}",
                es="Donde ventas empezó a decir por qué, los rechazos bajaron más que en el "
                "resto: {effect}",
            )
            if result.high < 0
            else Text(
                en="Where sales began to say why, rejections rose against the rest: {effect}",
                es="Donde ventas empezó a decir por qué, los rechazos subieron frente al resto: "
                "{effect}",
            )
        ).format(**values)
        return Finding("feedback-followed", "claim", title, trend)
    title = Text(
        en="No clear change of rejections where sales began to say why: {effect}",
        es="Sin cambio claro de los rechazos donde ventas empezó a decir por qué: {effect}",
    ).format(**values)
    return Finding("feedback-followed", "inconclusive", title, trend)


def maturity_stage(result: Maturity) -> Finding:
    """Name the kind of relationship that the facts show, and what the next one lacks."""
    if not result.seen:
        raise NotMeasurable(
            Text(
                en="Not measurable: none of the facts can be seen in these exports.",
                es="No medible: ninguno de los hechos se puede ver en estas exportaciones.",
            )
        )
    title = Text(
        en="By what the exports show, the relationship of the two teams is {stage} ({seen} of "
        "{all} facts can be seen)",
        es="Según lo que muestran las exportaciones, la relación de las dos áreas es {stage} (se "
        "pueden ver {seen} de {all} hechos)",
    ).format(
        stage=word(vocabulary.MATURITY, result.stage),
        seen=both(integer, result.seen),
        all=both(integer, len(result.frame)),
    )
    place = STAGES.index(result.stage)
    if place == len(STAGES) - 1:
        return Finding("maturity-stage", "claim", title)
    following = STAGES[place + 1]
    rows = result.frame[result.frame["stage"] == following]
    missing = rows[[value is not True for value in rows["holds"]]]["fact"]
    lacks = word(vocabulary.MATURITY_FACTS, missing.iloc[0])
    for fact in missing.iloc[1:]:
        lacks = Text(en="{a}; {b}", es="{a}; {b}").format(
            a=lacks, b=word(vocabulary.MATURITY_FACTS, fact)
        )
    detail = Text(
        en="To be {stage}, this is missing or cannot be seen: {lacks}.",
        es="Para ser {stage} falta o no consta: {lacks}.",
    ).format(stage=word(vocabulary.MATURITY, following), lacks=lacks)
    return Finding("maturity-stage", "claim", title, detail)
