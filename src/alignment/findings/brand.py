"""Sentences about brand: how long it lasts, whether sales harvests it, whether budget follows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from alignment.exhibits import Finding
from alignment.horizons import Harvest, LeadLag, Panel
from alignment.text import Text
from alignment.wording import both, decimal, integer, interval, percent

QUARTER = 13.0  # weeks

_DARK = Text(
    en="To know, switch brand off for a quarter in two regions drawn by lot, then in two others.",
    es="Para saberlo, apaguen la marca un trimestre en dos regiones al azar, y luego en otras dos.",
)
READING = Text(
    en="An estimate of what spend brings then takes credit for sales that were there before: read "
    "it as an upper bound, unless regions are compared within the same week or an experiment says "
    "so.",
    es="Una estimación de lo que trae la inversión se atribuye entonces ventas que ya estaban: "
    "léanla como cota superior, salvo que compare regiones en la misma semana o lo diga un "
    "experimento.",
)
RULE = Text(
    en="It rests on the value won in the 13 weeks before, taken together, not on any one bar of "
    "the figure.",
    es="Se apoya en lo ganado en las 13 semanas previas en conjunto, no en una sola barra de la "
    "figura.",
)
LAGS = Text(
    en="It rests on the weeks before, tested together, not on any one bar of the figure.",
    es="Se apoya en las semanas previas, probadas en conjunto, no en una sola barra de la figura.",
)


def span(low: float, high: float) -> Text:
    """Write an interval of weeks, whose upper end may be open."""
    if np.isfinite(high):
        return both(interval, low, high, form=decimal, digits=0)
    return Text(en="{low} or more", es="{low} o más").format(low=both(decimal, low, digits=0))


def _fallen(half_life: float) -> float:
    """Give the part of an effect that is gone after a quarter."""
    return float(1 - 0.5 ** (QUARTER / half_life)) if half_life > 0 else 1.0


def brand_lasts(result: Panel) -> Finding:
    """Say how long half of what brand brings stays after it stops, and what a quarter shows."""
    rows = result.frame.set_index("objective")
    brand, activation = rows.loc["brand"], rows.loc["activation"]
    values = {
        "weeks": both(decimal, brand["half_life"], digits=0),
        "interval": span(brand["low"], brand["high"]),
        "lost": both(percent, _fallen(brand["half_life"]), digits=0),
        "lost_interval": both(
            interval, _fallen(brand["high"]), _fallen(brand["low"]), form=percent, digits=0
        ),
        "activation": both(decimal, activation["half_life"], digits=0),
        "activation_interval": span(activation["low"], activation["high"]),
        "effect": both(interval, brand["effect_low"], brand["effect_high"], form=percent, digits=0),
    }
    if result.wanders or not brand["told"]:
        return _untold(result, values)
    if brand["low"] > QUARTER or brand["high"] < QUARTER:
        title = (
            Text(
                en="Half of what brand brings is still there {weeks} weeks after it stops "
                "({interval}): a cut does not show in the quarter that decides it",
                es="La mitad de lo que trae la marca sigue ahí {weeks} semanas después de parar "
                "({interval}): un recorte no se ve en el trimestre que lo decide",
            )
            if brand["low"] > QUARTER
            else Text(
                en="Half of what brand brings is gone {weeks} weeks after it stops ({interval}): a "
                "cut shows within the quarter",
                es="La mitad de lo que trae la marca se ha ido {weeks} semanas después de parar "
                "({interval}): un recorte se ve en el mismo trimestre",
            )
        ).format(**values)
        return Finding("brand-lasts", "claim", title, _lost(values), headline=True)
    title = Text(
        en="Whether brand outlasts the quarter cannot be told: half of it is left after {weeks} "
        "weeks ({interval})",
        es="No se puede saber si la marca dura más que el trimestre: a las {weeks} semanas queda "
        "la mitad ({interval})",
    ).format(**values)
    detail = Text(en="{lost} {dark}", es="{lost} {dark}").format(lost=_lost(values), dark=_DARK)
    return Finding("brand-lasts", "inconclusive", title, detail, headline=True)


def _lost(values: dict[str, Text]) -> Text:
    return Text(
        en="If brand stopped today, {lost} of its effect would be gone after 13 weeks "
        "({lost_interval}). Half-life of activation: {activation} weeks ({activation_interval}).",
        es="Si la marca parara hoy, a las 13 semanas se habría perdido el {lost} de su efecto "
        "({lost_interval}). Vida media de activación: {activation} semanas "
        "({activation_interval}).",
    ).format(**values)


def _untold(result: Panel, values: dict[str, Text]) -> Finding:
    title = (
        Text(
            en="How long brand lasts cannot be told: regions move from week to week for reasons of "
            "their own",
            es="No se puede saber cuánto dura la marca: las regiones se mueven de semana en semana "
            "por motivos propios",
        )
        if result.wanders
        else Text(
            en="Whether brand brings more at all cannot be told from these regions: {effect} at "
            "its mean spend",
            es="Con estas regiones no se puede saber si la marca trae más: {effect} con su "
            "inversión media",
        )
    ).format(**values)
    return Finding("brand-lasts", "inconclusive", title, _DARK, headline=True)


def brand_harvest(result: Harvest) -> Finding:
    """Say whether sales work goes with more wins where brand stock is high."""
    row = result.worth.iloc[0]
    values = {
        "high": _per_thousand(row, "at_high"),
        "low": _per_thousand(row, "at_low"),
        "high_interval": _between(row, "at_high_low", "at_high_high"),
        "low_interval": _between(row, "at_low_low", "at_low_high"),
        "gap": _between(row, "low", "high"),
        "ratio": both(decimal, row["odds_ratio"], digits=2),
        "ratio_interval": both(interval, row["odds_low"], row["odds_high"], form=decimal, digits=2),
        "wins": both(integer, result.wins),
    }
    detail = Text(
        en="More won a week of 1,000 open deals that sales has worked: {high} ({high_interval}) "
        "where brand stock is high, {low} ({low_interval}) where it is low; difference {gap}, by "
        "{wins} wins. The odds ratio of work is multiplied by {ratio} ({ratio_interval}). Sales "
        "chooses what it works: an experiment would settle it.",
        es="Ganados de más por semana de cada 1000 negocios abiertos que ventas trabajó: {high} "
        "({high_interval}) con capital de marca alto, {low} ({low_interval}) con bajo; diferencia "
        "{gap}, con {wins} ganados. La razón de momios del trabajo se multiplica por {ratio} "
        "({ratio_interval}). Ventas elige qué trabaja: un experimento lo resolvería.",
    ).format(**values)
    if row["odds_low"] > 1 and row["low"] > 0:
        title = Text(
            en="Sales work goes with more wins where brand stock is high: {high} more a week of "
            "1,000 open deals, {low} where it is low",
            es="El trabajo de ventas se asocia a más ganados donde el capital de marca es alto: "
            "{high} más por semana de cada 1000 negocios abiertos, {low} donde es bajo",
        ).format(**values)
        return Finding("brand-harvest", "claim", title, detail)
    if row["odds_high"] < 1 and row["high"] < 0:
        title = Text(
            en="Sales work goes with fewer wins where brand stock is high: {high} more a week of "
            "1,000 open deals, {low} where it is low",
            es="El trabajo de ventas se asocia a menos ganados donde el capital de marca es alto: "
            "{high} más por semana de cada 1000 negocios abiertos, {low} donde es bajo",
        ).format(**values)
        return Finding("brand-harvest", "claim", title, detail)
    title = Text(
        en="Whether sales harvests more where brand stock is high cannot be told: {high} more wins "
        "a week of 1,000 worked deals there, {low} where it is low",
        es="No se puede saber si ventas cosecha más donde el capital de marca es alto: {high} "
        "ganados más por semana de cada 1000 negocios trabajados ahí, {low} donde es bajo",
    ).format(**values)
    return Finding("brand-harvest", "inconclusive", title, detail)


def _per_thousand(row: pd.Series, name: str) -> Text:
    return both(decimal, 1000 * row[name], digits=1)


def _between(row: pd.Series, low: str, high: str) -> Text:
    return both(interval, 1000 * row[low], 1000 * row[high], form=decimal, digits=1)


def budget_follows(result: LeadLag) -> Finding:
    """Say whether budget follows sales, and how estimates of its effect are then to be read."""
    row = result.frame.iloc[0]
    more = [float(np.expm1(row[name] * np.log(1.1))) for name in ("elasticity", "low", "high")]
    values = {
        "more": both(percent, more[0]),
        "interval": both(interval, more[1], more[2], form=percent),
        "weeks": both(integer, result.weeks),
        "p": both(decimal, row["follows_p"], digits=2),
        "rule": both(decimal, row["rule_p"], digits=2),
        "leads": both(decimal, row["leads_p"], digits=2),
    }
    if row["verdict"] in ("follows", "both") and more[2] < 0:
        title = Text(
            en="Past sales help to predict spend (p = {p}), but the week after a better quarter "
            "has less of it ({interval} for 10% more won)",
            es="Las ventas pasadas ayudan a predecir la inversión (p = {p}), pero tras un "
            "trimestre mejor hay menos ({interval} por 10 % más ganado)",
        ).format(**values)
        return Finding("budget-follows", "inconclusive", title)
    if row["verdict"] in ("follows", "both"):
        title = (
            Text(
                en="Budget follows sales: after a quarter with 10% more won, the next week's spend "
                "is {more} higher ({interval})",
                es="El presupuesto sigue a las ventas: tras un trimestre con 10 % más ganado, la "
                "inversión de la semana siguiente es {more} mayor ({interval})",
            )
            if more[1] > 0
            else Text(
                en="Past sales help to predict spend (p = {p}): budget follows sales",
                es="Las ventas pasadas ayudan a predecir la inversión (p = {p}): el presupuesto "
                "sigue a las ventas",
            )
        ).format(**values)
        rests = RULE if more[1] > 0 else LAGS
        detail = Text(en="{rests} {reading}", es="{rests} {reading}")
        return Finding(
            "budget-follows", "claim", title, detail.format(rests=rests, reading=READING)
        )
    detail = Text(
        en="Over {weeks} weeks: p = {p} by lags and {rule} by the rule of a quarter; the other way "
        "round, p = {leads}. A budget set once a year moves too seldom to show here.",
        es="En {weeks} semanas: p = {p} por rezagos y {rule} por la regla de un trimestre; en "
        "sentido contrario, p = {leads}. Un presupuesto fijado una vez al año cambia muy pocas "
        "veces para verse aquí.",
    ).format(**values)
    title = Text(
        en="No sign that budget follows sales: after a quarter with 10% more won, the next week's "
        "spend differs by {more} ({interval})",
        es="Sin señales de que el presupuesto siga a las ventas: tras un trimestre con 10 % más "
        "ganado, la inversión de la semana siguiente difiere {more} ({interval})",
    ).format(**values)
    return Finding("budget-follows", "inconclusive", title, detail)
