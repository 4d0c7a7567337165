"""Sentences about short and long effects of both teams, and the slow stock of brand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, update_wrapper

import numpy as np
import pandas as pd

from alignment import vocabulary
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.findings.brand import span
from alignment.findings.checks import held_back, rests_on_model, some_pass, why
from alignment.horizons import Diagnostics, LongShort
from alignment.horizons.answers import (
    currency_told,
    effect_of,
    late_share_of,
    later,
    measure_told,
    sales_told,
)
from alignment.horizons.effects import BRAND, MARKETING
from alignment.text import Text
from alignment.wording import amount, both, decimal, integer, interval, listing, percent

NO_BRAND = Text(
    en="Not measurable: no channel is declared as brand.",
    es="No medible: ningún canal está declarado como marca.",
)
EMPTY = Text.same("")
_DARK = Text(
    en="Switching brand off for a quarter in regions drawn by lot would tell sooner.",
    es="Apagar la marca un trimestre en regiones al azar lo diría antes.",
)


def checked(
    finding: Callable[..., Finding], checks: Diagnostics | object
) -> Callable[[LongShort], Finding]:
    """Give a finding the checks that may hold it back, and keep its name.

    Parameters
    ----------
    finding : callable
        One of this module, ``(result, checks) -> Finding``.
    checks : Diagnostics or anything else
        What :func:`alignment.exhibits.measure` gave for ``diagnose``; if it is no Diagnostics, the
        finding is treated as unchecked.
    """
    known = checks if isinstance(checks, Diagnostics) else None
    return update_wrapper(partial(finding, checks=known), finding)


def joined(parts: Sequence[Text]) -> Text:
    """Join sentences with a space, a language at a time, the empty ones left out."""
    kept = [part for part in parts if part.en]
    whole = kept[0] if kept else EMPTY
    for part in kept[1:]:
        whole = Text(en="{a} {b}", es="{a} {b}").format(a=whole, b=part)
    return whole


def named(names: Sequence[str]) -> Text:
    """List drivers in both languages."""
    words = [vocabulary.driver(name) for name in names]
    return Text(
        en=listing([w.en for w in words], "en").replace("{", "{{").replace("}", "}}"),
        es=listing([w.es for w in words], "es").replace("{", "{{").replace("}", "}}"),
    ).format()


def _effects(result: LongShort, driver: str) -> tuple[dict[str, Text], list[str]]:
    """Write short and long effect of a driver, and name the horizons that can be told."""
    currency, values, told = currency_told(result), {}, []
    for horizon in ("short", "long"):
        row = effect_of(result, driver, horizon)
        values[horizon] = both(amount, row["estimate"], currency=currency)
        values[f"{horizon}_interval"] = both(
            interval, row["low"], row["high"], form=amount, currency=currency
        )
        if row["verdict"] == "told":
            told.append(horizon)
    values["unit"] = EMPTY if currency else unit_of(measure_told(result))
    return values, told


def marketing_of(result: LongShort) -> list[str]:
    """Give the drivers of marketing."""
    drivers = result.panel.drivers
    return [str(name) for name in drivers.loc[drivers["team"] == "marketing", "driver"]]


def unit_of(measure: str) -> Text:
    """Write the unit of a measure that is no money, with the space before it."""
    return Text(en=" opportunities", es=" oportunidades") if measure == "opportunities" else EMPTY


@rests_on_model
def short_and_long(result: LongShort, checks: Diagnostics | None = None) -> Finding:
    """Say what an average week of marketing brings within the quarter and later in the year."""
    values, told = _effects(result, MARKETING)
    own = marketing_of(result)
    held = not some_pass(checks, own)
    details = [_sales_effects(result), _channels_told(result, checks), why(checks, own)]
    if len(told) == 2 and not held:
        title = Text(
            en="A week of marketing brings {short}{unit} within the quarter ({short_interval}) and "
            "{long} later in the year ({long_interval})",
            es="Una semana de marketing trae {short}{unit} en el trimestre ({short_interval}) y "
            "{long} después ({long_interval})",
        ).format(**values)
        return Finding("short-and-long", "claim", title, joined(details))
    if told == ["short"] and not held:
        title = Text(
            en="A week of marketing brings {short}{unit} within the quarter ({short_interval}); "
            "what comes later cannot be told ({long_interval})",
            es="Una semana de marketing trae {short}{unit} en el trimestre ({short_interval}); lo "
            "que llega después no se puede saber ({long_interval})",
        ).format(**values)
        return Finding("short-and-long", "inconclusive", title, joined(details))
    title = Text(
        en="What a week of marketing brings cannot be told: {short_interval}{unit} within the "
        "quarter, {long_interval} later in the year",
        es="No se puede saber qué trae una semana de marketing: {short_interval}{unit} en el "
        "trimestre, {long_interval} después",
    ).format(**values)
    return Finding("short-and-long", "inconclusive", title, joined(details))


def _sales_effects(result: LongShort) -> Text:
    other = sales_told(result)
    if other is None:
        return EMPTY
    values, told = _effects(result, other)
    values["said"] = (
        EMPTY
        if len(told) == 2
        else Text(en="; the data do not tell both", es="; los datos no dicen ambos")
    )
    return Text(
        en="A week of sales effort: {short}{unit} within the quarter ({short_interval}), {long} "
        "later ({long_interval}){said}.",
        es="Una semana de esfuerzo de ventas: {short}{unit} en el trimestre ({short_interval}), "
        "{long} después ({long_interval}){said}.",
    ).format(**values)


def _channels_told(result: LongShort, checks: Diagnostics | None) -> Text:
    names = [name for name in result.panel.names if stands(result, name, checks)]
    if not names:
        return Text(
            en="No channel can be told on its own.",
            es="De ningún canal por separado se puede saber.",
        )
    return Text(
        en="Channels whose year can be told on its own: {names}.",
        es="Canales de cuyo año se puede saber por separado: {names}.",
    ).format(names=named(names))


def stands(result: LongShort, name: str, checks: Diagnostics | None) -> bool:
    """Say whether a driver's year is told and above shuffled copies of itself."""
    told = effect_of(result, name, "year")["verdict"] == "told"
    return bool(told and not held_back(checks, ("placebo channel", name)))


@rests_on_model
def late_effect(result: LongShort, checks: Diagnostics | None = None) -> Finding:
    """Say whether more of marketing's year comes after the quarter than of sales effort's."""
    row, gap, other = late_share_of(result, MARKETING), later(result), sales_told(result)
    values = _late("m", row)
    quarter = Text(
        en="Of 100 that marketing brings within a year, {m_short} come in the first quarter.",
        es="De cada 100 que marketing trae en un año, {m_short} llegan en el primer trimestre.",
    ).format(m_short=both(interval, 100 * (1 - row["high"]), 100 * (1 - row["low"]), digits=0))
    if gap is None or other is None:
        title = Text(
            en="Of what marketing brings within a year, {m} comes after the quarter "
            "({m_interval}); sales effort is not on record to compare",
            es="De lo que marketing trae en un año, {m} llega tras el trimestre ({m_interval}); no "
            "consta el esfuerzo de ventas para comparar",
        ).format(**values)
        return Finding("late-effect", "inconclusive", title, joined([quarter, why(checks)]))
    values |= _late("s", late_share_of(result, other))
    if gap.told and not held_back(checks) and (gap.low > 0 or gap.high < 0):
        title = _later_title(gap.low > 0).format(**values)
        return Finding("late-effect", "claim", title, quarter)
    title = Text(
        en="Whether marketing comes later than sales cannot be told: after the quarter {m} of its "
        "year ({m_interval}), of sales' {s} ({s_interval})",
        es="No se puede saber si marketing llega más tarde que ventas: tras el trimestre {m} "
        "({m_interval}) frente a {s} ({s_interval}) del año",
    ).format(**values)
    rests = (
        EMPTY
        if gap.told
        else Text(
            en="These shares are mostly the assumption: the data brought their likely difference "
            "only {learned} closer to the estimate.",
            es="Estas partes son sobre todo el supuesto: los datos acercaron su diferencia "
            "probable a la estimación solo un {learned}.",
        ).format(learned=both(percent, max(gap.learned, 0.0), digits=0))
    )
    return Finding("late-effect", "inconclusive", title, joined([rests, why(checks)]))


def _later_title(marketing: bool) -> Text:
    return (
        Text(
            en="Marketing comes later than sales: {m} of its year arrives after the quarter "
            "({m_interval}), of sales effort's {s} ({s_interval})",
            es="Marketing llega más tarde que ventas: tras el trimestre llega {m} de su año "
            "({m_interval}), del de ventas {s} ({s_interval})",
        )
        if marketing
        else Text(
            en="Sales effort comes later than marketing: {s} of its year arrives after the "
            "quarter ({s_interval}), of marketing's {m} ({m_interval})",
            es="Ventas llega más tarde que marketing: tras el trimestre llega {s} de su año "
            "({s_interval}), del de marketing {m} ({m_interval})",
        )
    )


def _late(key: str, row: pd.Series) -> dict[str, Text]:
    return {
        key: both(percent, row["estimate"], digits=0),
        f"{key}_interval": both(interval, row["low"], row["high"], form=percent, digits=0),
    }


@rests_on_model
def brand_stock_found(result: LongShort, checks: Diagnostics | None = None) -> Finding:
    """Say whether brand builds a slow stock, and how long half of it lasts."""
    rows = result.slow.set_index("driver")
    if BRAND not in rows.index:
        raise NotMeasurable(NO_BRAND)
    row = rows.loc[BRAND]
    values = {
        "p": both(percent, row["probability"], digits=0),
        "prior": both(percent, row["prior"], digits=0),
        "half": both(decimal, row["half_life"], digits=0),
        "interval": span(float(row["low"]), float(row["high"])),
        "weeks": both(integer, len(result.panel.frame)),
    }
    before = Text(en="Before the data: {prior}.", es="Antes de los datos: {prior}.").format(
        **values
    )
    held = held_back(
        checks, ("placebo claim", None), *(("history", name) for name in result.panel.slow)
    )
    if row["verdict"] == "present" and not held:
        title = Text(
            en="Brand builds a slow stock, with probability {p}: half of it lasts {half} weeks "
            "({interval})",
            es="La inversión de marca forma capital de marca, con probabilidad {p}: la mitad "
            "dura {half} semanas ({interval})",
        ).format(**values)
        return Finding("brand-stock-found", "claim", title, before)
    if row["verdict"] == "absent" and not held:
        title = Text(
            en="Brand shows no slow stock: its probability is {p} after {weeks} weeks",
            es="No se ve capital de marca: su probabilidad es {p} tras {weeks} semanas",
        ).format(**values)
        return Finding("brand-stock-found", "claim", title, before)
    title = Text(
        en="Whether brand builds a slow stock cannot be told from {weeks} weeks: probability {p}, "
        "{prior} before the data",
        es="Con {weeks} semanas no se puede saber si se forma capital de marca: probabilidad {p}, "
        "{prior} antes de los datos",
    ).format(**values)
    return Finding(
        "brand-stock-found",
        "inconclusive",
        title,
        joined([_wanted(result), _DARK, why(checks)]),
    )


def _wanted(result: LongShort) -> Text:
    """Say how many weeks in all would tell the long effect of brand, if they vary like these."""
    row = effect_of(result, BRAND, "long")
    if row["verdict"] == "told":
        return EMPTY
    if not np.isfinite(row["weeks_wanted"]):
        return Text(
            en="More weeks like these would not tell.", es="Más semanas como estas no lo dirían."
        )
    return Text(
        en="About {wanted} weeks in all that vary like these would tell what it brings.",
        es="Unas {wanted} semanas en total que varíen como estas dirían qué trae.",
    ).format(wanted=both(integer, row["weeks_wanted"]))
