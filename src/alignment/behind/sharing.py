"""The numbers behind the figures about sharing, boundaries and tone, one function a table."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from alignment import vocabulary, wording
from alignment.behind.parts import build, decimals, integers, percents
from alignment.exhibits import Table
from alignment.sharing import (
    Activities,
    Agreement,
    Chain,
    Collisions,
    Feedback,
    Maturity,
    SharedKnowledge,
    Tone,
)
from alignment.text import Language, Text
from alignment.vocabulary import word

_LABELS: Mapping[str, Text] = {
    "link": Text(en="Link", es="Eslabón"),
    "records": Text(en="Asked", es="Pedidos"),
    "kept": Text(en="Passed", es="Pasan"),
    "share": Text(en="Share", es="Parte"),
    "low": Text(en="From", es="Desde"),
    "high": Text(en="To", es="Hasta"),
    "thing": Text(en="What", es="Qué"),
    "pairs": Text(en="Leads in both", es="Leads en ambos"),
    "same": Text(en="The same", es="Iguales"),
    "measure": Text(en="Measure", es="Medida"),
    "value": Text(en="Value", es="Valor"),
    "value_low": Text(en="From", es="Desde"),
    "value_high": Text(en="To", es="Hasta"),
    "knowledge": Text(en="Worked in the order of", es="Trabajados en el orden de"),
    "captured": Text(en="Caught", es="Captados"),
    "column": Text(en="Column", es="Columna"),
    "team": Text(en="Of", es="De"),
    "gain": Text(en="Adds", es="Añade"),
    "period": Text(en="Period", es="Periodo"),
    "told": Text(en="Rejected, with reasons", es="Rechazados, con motivos"),
    "untold": Text(en="Rejected, without", es="Rechazados, sin ellos"),
    "difference": Text(en="Difference", es="Diferencia"),
    "kind": Text(en="Touch", es="Interacción"),
    "people": Text(en="People", es="Personas"),
    "expected": Text(en="By chance", es="Por azar"),
    "phase": Text(en="Phase", es="Fase"),
    "marketing": Text(en="Marketing", es="Marketing"),
    "sales": Text(en="Sales", es="Ventas"),
    "marketing_share": Text(en="Of marketing's", es="De las de marketing"),
    "sales_share": Text(en="Of sales'", es="De las de ventas"),
    "common": Text(en="Common", es="Común"),
    "horizon": Text(en="What", es="Qué"),
    "emotional": Text(en="Emotional: leads", es="Emocional: leads"),
    "rational": Text(en="Rational: leads", es="Racional: leads"),
    "emotional_events": Text(en="Emotional: events", es="Emocional: casos"),
    "rational_events": Text(en="Rational: events", es="Racional: casos"),
    "ratio": Text(en="Ratio", es="Razón"),
    "stage": Text(en="Asked for to be", es="Se pide para ser"),
    "fact": Text(en="Fact", es="Hecho"),
    "holds": Text(en="Holds?", es="¿Se cumple?"),
    "limit": Text(en="Limit", es="Límite"),
    "source": Text(en="Source", es="Fuente"),
    "files": Text(en="Files", es="Archivos"),
    "outcome": Text(en="What asks for a reason", es="Qué pide un motivo"),
    "recorded": Text(en="With a reason", es="Con motivo"),
    "usable": Text(en="With a usable one", es="Con motivo útil"),
}
_SHARES = ("share", "low", "high")


def sharing_chain(result: Chain, lang: Language) -> Table:
    """Tabulate the links of the chain."""
    return build(
        result.frame,
        Text(en="What passes each link of the chain", es="Lo que pasa cada eslabón de la cadena"),
        ["link", "records", "kept", *_SHARES],
        {**integers(lang, "records", "kept"), **percents(lang, *_SHARES)},
        lang,
        labels=_LABELS,
        words={"link": vocabulary.LINKS},
    )


def refusal_reasons(result: Chain, lang: Language) -> Table:
    """Tabulate how often each kind of refusal carries a reason that can be used."""
    return build(
        result.outcomes,
        Text(en="Refusals with a reason", es="Rechazos con motivo"),
        ["outcome", "records", "recorded", "usable", *_SHARES],
        {**integers(lang, "records", "recorded", "usable"), **percents(lang, *_SHARES)},
        lang,
        labels=_LABELS,
        words={"outcome": vocabulary.REFUSALS},
    )


def systems_side_by_side(result: Agreement, lang: Language) -> Table:
    """Tabulate how far two systems agree, thing by thing."""
    measures = ("value", "value_low", "value_high")
    return build(
        result.frame,
        Text(
            en="How far {first} and {second} agree", es="Cuánto coinciden {first} y {second}"
        ).format(
            first=word(vocabulary.SYSTEMS, result.systems[0]),
            second=word(vocabulary.SYSTEMS, result.systems[1]),
        ),
        ["thing", "pairs", "same", *_SHARES, "measure", *measures],
        {
            **integers(lang, "pairs", "same"),
            **percents(lang, *_SHARES),
            **decimals(lang, *measures, digits=2),
        },
        lang,
        labels=_LABELS,
        words={"thing": vocabulary.THINGS, "measure": vocabulary.AGREEMENT_MEASURES},
    )


def knowledge_curves(result: SharedKnowledge, lang: Language) -> Table:
    """Tabulate what each worklist catches."""
    return build(
        result.frame,
        Text(
            en="Share caught with {n} of the leads worked",
            es="Parte captada trabajando el {n} de los leads",
        ).format(n=wording.both(wording.percent, result.capacity, digits=0)),
        ["knowledge", "captured", "low", "high"],
        percents(lang, "captured", "low", "high"),
        lang,
        labels=_LABELS,
        words={"knowledge": vocabulary.KNOWLEDGE},
    )


def columns_to_share(result: SharedKnowledge, lang: Language) -> Table:
    """Tabulate what each column of the other team adds."""
    return build(
        result.columns,
        Text(
            en="What one more column adds to the share caught",
            es="Lo que una columna más añade a la parte captada",
        ),
        ["column", "team", "gain", "low", "high"],
        percents(lang, "gain", "low", "high"),
        lang,
        labels=_LABELS,
        words={"column": vocabulary.KNOWN_COLUMNS, "team": vocabulary.TEAMS},
    )


def feedback_periods(result: Feedback, lang: Language) -> Table:
    """Tabulate the shares rejected and their difference by period."""
    return build(
        result.frame,
        Text(
            en="Share rejected by period of four weeks from the beginning",
            es="Parte rechazada por periodo de cuatro semanas desde el comienzo",
        ),
        ["period", "told", "untold", "difference", "low", "high"],
        {
            **integers(lang, "period"),
            **percents(lang, "told", "untold", "difference", "low", "high"),
        },
        lang,
        labels=_LABELS,
    )


def collisions_and_chance(result: Collisions, lang: Language) -> Table:
    """Tabulate collisions and what chance gives, by the kind of marketing's touch."""
    return build(
        result.frame,
        Text(
            en="People whom both teams touched within {days}",
            es="Personas con interacción de ambas áreas en {days}",
        ).format(days=wording.both(wording.days, result.within_days)),
        ["kind", "people", "expected", "low", "high"],
        {**integers(lang, "people"), **decimals(lang, "expected", "low", "high")},
        lang,
        labels=_LABELS,
        words={"kind": vocabulary.TOUCH_KINDS},
    )


def activity_mixes(result: Activities, lang: Language) -> Table:
    """Tabulate each team's touches by activity."""
    shares = ("marketing_share", "sales_share", "common")
    return build(
        result.frame,
        Text(en="Touches by activity", es="Interacciones por actividad"),
        ["phase", "kind", "marketing", "sales", *shares],
        {**integers(lang, "marketing", "sales"), **percents(lang, *shares)},
        lang,
        labels=_LABELS,
        words={"phase": vocabulary.PHASES, "kind": vocabulary.TOUCH_KINDS},
        max_rows=60,
    )


def tone_horizons(result: Tone, lang: Language) -> Table:
    """Tabulate emotional against rational touches by horizon."""
    counts = ("emotional", "emotional_events", "rational", "rational_events")
    return build(
        result.frame,
        Text(
            en="After an emotional or a rational first touch",
            es="Tras una primera interacción emocional o racional",
        ),
        ["horizon", *counts, "ratio", "low", "high"],
        {**integers(lang, *counts), **decimals(lang, "ratio", "low", "high", digits=2)},
        lang,
        labels=_LABELS,
        words={"horizon": vocabulary.TONE_HORIZONS},
    )


def maturity_facts(result: Maturity, lang: Language) -> Table:
    """Tabulate the facts behind the kind of relationship, each with its source."""
    frame = result.frame.assign(holds=result.frame["holds"].map(str))
    return build(
        frame,
        Text(
            en="Facts that the exports show, and where they come from",
            es="Hechos que muestran las exportaciones, y de dónde salen",
        ),
        ["stage", "fact", "holds", "value", "limit", "source", "files"],
        dict.fromkeys(("value", "limit"), partial(wording.decimal, language=lang, digits=2)),
        lang,
        labels=_LABELS,
        words={
            "stage": vocabulary.MATURITY,
            "fact": vocabulary.MATURITY_FACTS,
            "holds": vocabulary.SEEN,
            "source": vocabulary.MATURITY_SOURCES,
        },
    )
