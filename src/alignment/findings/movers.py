"""Sentences about what moves the clock: the wait for sales, and touches that come and go."""

from __future__ import annotations

import numpy as np
import pandas as pd

from alignment import vocabulary
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.lead_to_close import Hazard, SpeedToLead
from alignment.results import LEVEL
from alignment.shares import holm
from alignment.text import Text
from alignment.wording import both, decimal, integer, interval, percent


def speed_matters(result: SpeedToLead) -> Finding:
    """Say what a doubling of the wait goes with, warmth held equal, beside the naive figure."""
    rows = result.effect.set_index("estimate")
    adjusted, naive = rows.loc["adjusted"], rows.loc["naive"]
    if adjusted["too_few"]:
        raise NotMeasurable(
            Text(
                en="Not measurable: too few of the leads that sales touched were converted to hold "
                "their warmth equal.",
                es="No medible: se convirtieron muy pocos de los leads contactados para comparar "
                "a igual interés.",
            )
        )
    values = {
        "adjusted": both(percent, abs(adjusted["change"])),
        "naive": _with_sign(naive["change"]),
        "interval": both(interval, *_bounds(adjusted), form=percent),
        "leads": both(integer, adjusted["leads"]),
        "conversions": both(integer, adjusted["conversions"]),
    }
    if adjusted["low"] <= 0 <= adjusted["high"]:
        title = Text(
            en="With warmth held equal, it is not clear that a longer wait goes with fewer "
            "opportunities",
            es="A igual interés, no está claro que una espera más larga se asocie a menos "
            "oportunidades",
        )
        detail = Text(
            en="Change for each doubling of the wait: {interval}; as it stands, {naive}. Counted "
            "over {leads} leads touched by sales, {conversions} of them converted.",
            es="Cambio por cada duplicación de la espera: {interval}; tal cual, {naive}. Contado "
            "sobre {leads} leads contactados, {conversions} convertidos.",
        ).format(**values | {"interval": both(interval, *_signed(adjusted), form=percent)})
        return Finding("speed-matters", "inconclusive", title, detail)
    fewer = adjusted["change"] < 0
    title = (
        Text(
            en="Each doubling of the wait goes with {adjusted} fewer opportunities with warmth "
            "held equal ({interval}); {naive} as it stands",
            es="Cada duplicación de la espera se asocia a {adjusted} menos oportunidades a igual "
            "interés ({interval}); {naive} tal cual",
        )
        if fewer
        else Text(
            en="Each doubling of the wait goes with {adjusted} more opportunities with warmth "
            "held equal ({interval}); {naive} as it stands",
            es="Cada duplicación de la espera se asocia a {adjusted} más oportunidades a igual "
            "interés ({interval}); {naive} tal cual",
        )
    ).format(**values)
    detail = Text(
        en="Estimated over {leads} leads touched by sales, {conversions} of them converted; an "
        "experiment would settle it.",
        es="Estimado sobre {leads} leads contactados, {conversions} convertidos; un experimento lo "
        "resolvería.",
    ).format(**values)
    same_way = naive["change"] * adjusted["change"] > 0
    if same_way and abs(naive["change"]) > abs(adjusted["change"]):
        detail = Text(en="{warmth} {detail}", es="{warmth} {detail}").format(
            warmth=_WARMTH, detail=detail
        )
    return Finding("speed-matters", "claim", title, detail)


def conversion_by_wait(result: SpeedToLead) -> Finding:
    """Say how many of the leads that sales never touched were converted all the same."""
    never = result.by_delay.iloc[-1]
    touched = result.by_delay.iloc[:-1][["leads", "conversions"]].sum()
    if not never["leads"] or not touched["leads"]:
        raise NotMeasurable(
            Text(
                en="Not measurable: every lead was touched, so there are none to compare with.",
                es="No medible: todos los leads fueron contactados; no hay con qué comparar.",
            )
        )
    title = Text(
        en="Of {leads} leads that sales did not touch within {days} days, {share} became an "
        "opportunity ({interval}); of the touched, {others}",
        es="De {leads} leads que ventas no contactó en {days} días, el {share} llegó a oportunidad "
        "({interval}); de los contactados, el {others}",
    ).format(
        leads=both(integer, never["leads"]),
        days=both(integer, result.window_days),
        share=both(percent, never["share"]),
        interval=both(interval, never["low"], never["high"], form=percent),
        others=both(percent, touched["conversions"] / touched["leads"]),
    )
    detail = Text(
        en="Sales leaves the coldest aside, so this is no measure of what a call would have done.",
        es="Ventas deja de lado a los más fríos: esto no mide qué habría logrado una llamada.",
    )
    return Finding("conversion-by-wait", "claim", title, detail)


_WARMTH = Text(
    en="Part of the difference may be that sales calls warm leads first.",
    es="Parte de la diferencia puede ser que ventas atiende antes a los más interesados.",
)


def _with_sign(change: float) -> Text:
    """Write a change with its sign, also where it is a rise."""
    written = both(percent, change)
    return Text(en="+{n}", es="+{n}").format(n=written) if change > 0 else written


def _signed(row: pd.Series) -> tuple[float, float]:
    return float(row["change_low"]), float(row["change_high"])


def _bounds(row: pd.Series) -> tuple[float, float]:
    """Give the bounds of an absolute change, the smaller first."""
    low, high = sorted(abs(bound) for bound in _signed(row))
    return low, high


def clock_movers(result: Hazard) -> Finding:
    """Name the team whose recent touches go with winning, if any does, and with losing too.

    Each touch is tested for winning alone, and the tests are adjusted for their number (Holm).
    """
    touches = result.frame[result.frame["term"].isin(["marketing touch", "sales touch"])]
    won = touches[touches["end"] == "won"]
    won, few = won[~won["too_few"]], won[won["too_few"]]
    if not len(won) or not result.converged:
        raise NotMeasurable(
            Text(
                en="Not measurable: too few deals were won in weeks after a touch to compare them.",
                es="No medible: se ganaron muy pocos negocios en semanas tras una interacción para "
                "compararlas.",
            )
        )
    clear = won[holm(won["p"]) < 1 - (result.about.level or LEVEL)]
    told = clear if len(clear) else won
    row = told.iloc[int(np.argmax(told["log_odds"].abs()))]
    values = {
        "touch": vocabulary.word(vocabulary.HAZARD_TERMS, row["term"]),
        "days": both(integer, result.recent_days),
        **_ratio(row),
    }
    lost = touches[(touches["end"] == "lost") & (touches["term"] == row["term"])]
    parts = [*_lost(lost[~lost["too_few"]], row), *_too_few(few["term"]), _COMPARED]
    detail = parts[0]
    for part in parts[1:]:
        detail = Text(en="{a} {b}", es="{a} {b}").format(a=detail, b=part)
    if not len(clear):
        title = Text(
            en="Not clear that a recent touch goes with winning sooner: {touch}, odds × {ratio} "
            "({interval})",
            es="No está claro que una interacción reciente se asocie a ganar antes: {touch}, "
            "momios × {ratio} ({interval})",
        ).format(**values)
        return Finding("clock-movers", "inconclusive", title, detail)
    title = Text(
        en="In the {days} days after a {touch}, the weekly odds of winning are × {ratio} "
        "({interval})",
        es="En los {days} días tras una {touch}, los momios semanales de ganar son × "
        "{ratio} ({interval})",
    ).format(**values)
    return Finding("clock-movers", "claim", title, detail)


_COMPARED = Text(
    en="Compared with weeks without one, at the same age, group and season. The teams choose whom "
    "they touch, so this says what goes together.",
    es="Frente a semanas sin interacción, a igual edad, grupo y temporada. Las áreas eligen a "
    "quién contactan, así que esto dice qué va junto.",
)


def _ratio(row: pd.Series) -> dict[str, Text]:
    return {
        "ratio": both(decimal, row["odds_ratio"], digits=2),
        "interval": both(interval, row["low"], row["high"], form=decimal, digits=2),
    }


def _lost(lost: pd.DataFrame, won: pd.Series) -> list[Text]:
    """Say what the same touch goes with in the odds of losing, where that can be told."""
    if not len(lost):
        return [
            Text(
                en="Too few were lost to set the odds of losing beside them.",
                es="Se perdieron muy pocos para comparar los momios de perder.",
            )
        ]
    row = lost.iloc[0]
    told = Text(
        en="The weekly odds of losing are × {ratio} ({interval}).",
        es="Los momios semanales de perder son × {ratio} ({interval}).",
    ).format(**_ratio(row))
    if not (row["low"] > 1 and won["low"] > 1):
        return [told]
    either = Text(
        en="So the touch goes with an end of either kind, not with winning alone.",
        es="Así que la interacción va junto a un final de cualquier tipo, no solo a ganar.",
    )
    return [told, either]


def _too_few(terms: pd.Series) -> list[Text]:
    return [
        Text(
            en="Too few wins to tell for the {touch}.",
            es="Muy pocos ganados para decirlo de la {touch}.",
        ).format(touch=vocabulary.word(vocabulary.HAZARD_TERMS, term))
        for term in terms
    ]
