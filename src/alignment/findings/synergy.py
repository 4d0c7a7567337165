"""Sentences about the game of the teams: what they reach together, and what each may claim.

They describe what the model, or an experiment, says; none speaks of certainty.
"""

from __future__ import annotations

import numpy as np

from alignment import vocabulary
from alignment.attribution.synergy import TeamGame
from alignment.attribution.synergy.checks import DIFFERENCE
from alignment.attribution.synergy.texts import METHODS, NO_POLICY, OUTCOMES, UNITS
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.text import Text
from alignment.wording import both, decimal, integer, interval, listing, percent

_MORE, _FEWER = Text(en="more", es="más"), Text(en="fewer", es="menos")
_DISAGREE = Text(
    en="Other routes do not all agree with it within {limit} ({methods}), so no claim is made.",
    es="Otras vías no coinciden todas en menos de {limit} ({methods}), así que no se afirma nada.",
)


def counted_units(result: TeamGame) -> Text:
    """Say of what the shares are, and what that leaves out of sight."""
    values = {
        "n": both(integer, result.units),
        "units": UNITS[result.unit],
        "k": both(integer, result.outcomes),
        "outcomes": OUTCOMES[result.outcome],
    }
    if result.unit == "lead":
        return Text(
            en="Counted: {n} {units} and {k} {outcomes} among them. Leads take for granted that "
            "marketing brought them, so this says too little of marketing.",
            es="Se cuentan {n} {units} y {k} {outcomes} entre ellos. Contar leads da por hecho que "
            "marketing los trajo; por eso se queda corto con marketing.",
        ).format(**values)
    return Text(
        en="Counted: {n} {units} and {k} {outcomes} among them.",
        es="Se cuentan {n} {units} y {k} {outcomes} entre ellas.",
    ).format(**values)


def _per_thousand(result: TeamGame, name: str) -> dict[str, Text]:
    row = result.index(name) * 1_000
    return {
        "number": both(decimal, abs(row["estimate"])),
        "range": both(interval, *sorted((abs(row["low"]), abs(row["high"])))),
        "signed": both(interval, row["low"], row["high"]),
        "outcomes": OUTCOMES[result.outcome],
        "units": UNITS[result.unit],
    }


def _routes(result: TeamGame) -> Text:
    """Name the other routes with their rho."""
    rows = result.checks.dropna(subset=["agrees"])
    pairs = list(zip(rows["method"], rows["rho"], strict=True))
    return both(
        lambda lang: listing(
            [f"{METHODS[name][lang]} {percent(rho, lang, digits=0)}" for name, rho in pairs], lang
        )
    )


def _disagreement(result: TeamGame) -> Text:
    return _DISAGREE.format(limit=both(decimal, DIFFERENCE, digits=2), methods=_routes(result))


def together_more(result: TeamGame) -> Finding:
    """Say whether the teams reach more together than apart, or step on each other's feet."""
    rho, more = result.index("rho"), result.index("interaction")
    if not np.isfinite(rho["estimate"]):
        return _only_interaction(result)
    values = _per_thousand(result, "interaction") | {
        "rho": both(percent, abs(rho["estimate"]), digits=0),
        "interval": both(
            interval, *sorted((abs(rho["low"]), abs(rho["high"]))), form=percent, digits=0
        ),
        "signed_rho": both(interval, rho["low"], rho["high"], form=percent, digits=0),
    }
    clear = rho["low"] > 0 or rho["high"] < 0
    if not clear:
        title = Text(
            en="It is not clear whether the teams reach more together: the shared part is "
            "{signed_rho} of the joint effect",
            es="No está claro si las áreas logran más juntas: la parte compartida está "
            "{signed_rho} del efecto conjunto",
        ).format(**values)
        return Finding("together-more", "inconclusive", title, _beside(result), headline=True)
    positive = rho["low"] > 0
    title = (
        Text(
            en="{rho} of what the teams add ({interval}) is there only where both acted",
            es="El {rho} de lo que aportan las áreas ({interval}) existe solo donde actuaron ambas",
        )
        if positive
        else Text(
            en="The teams get in each other's way: {rho} of what each adds alone is lost together "
            "({interval})",
            es="Las áreas se estorban: el {rho} de lo que cada una aporta sola se pierde juntas "
            "({interval})",
        )
    ).format(**values)
    if not result.agrees:
        return Finding("together-more", "inconclusive", title, _disagreement(result), headline=True)
    detail = Text(
        en="That is {number} {more} {outcomes} per 1,000 {units} ({range}). {beside}",
        es="Son {number} {outcomes} {more} por cada 1000 {units} ({range}). {beside}",
    ).format(more=_MORE if more["estimate"] >= 0 else _FEWER, beside=_beside(result), **values)
    return Finding("together-more", "claim", title, detail, headline=True)


def _only_interaction(result: TeamGame) -> Finding:
    """Without a clear joint effect, give the interaction in deals only."""
    values = _per_thousand(result, "interaction")
    title = Text(
        en="What the teams add is not clearly more than nothing, so it has no shared part to speak "
        "of",
        es="Lo que aportan las áreas no se distingue con claridad de cero; no hay parte compartida "
        "que medir",
    )
    detail = Text(
        en="What both reach beyond each alone is {signed} {outcomes} per 1,000 {units}.",
        es="Lo que ambas logran más allá de cada una está {signed} {outcomes} por cada 1000 "
        "{units}.",
    ).format(**values)
    return Finding("together-more", "inconclusive", title, detail, headline=True)


def _beside(result: TeamGame) -> Text:
    """Put beside it the experiment, or the odds scale and the other routes."""
    if result.trial is not None:
        return Text(
            en="Measured by the experiment “{name}”, arm by arm.",
            es="Medido con el experimento «{name}», grupo por grupo.",
        ).format(name=result.trial)
    assert result.odds is not None
    return Text(
        en="Other routes: {routes}. On the scale of log odds, on which effects that only multiply "
        "each other leave nothing shared, what is left is {odds} ({interval}).",
        es="Otras vías: {routes}. En la escala del logaritmo de los momios, en la que efectos que "
        "solo se multiplican no dejan nada compartido, queda {odds} ({interval}).",
    ).format(
        routes=_routes(result),
        odds=both(decimal, result.odds.estimate, digits=2),
        interval=both(interval, result.odds.low, result.odds.high, digits=2),
    )


def routes_agree(result: TeamGame) -> Finding:
    """Say whether the other routes give much the same shared part."""
    if result.trial is not None:
        raise NotMeasurable(
            Text(
                en="Not needed: an experiment drew the teams, so no other route is asked.",
                es="No hace falta: las áreas se sortearon en un experimento; no se consultan otras "
                "vías.",
            )
        )
    if not np.isfinite(result.index("rho")["estimate"]):
        raise NotMeasurable(
            Text(
                en="Not measurable: there is no shared part to compare.",
                es="No medible: no hay parte compartida que comparar.",
            )
        )
    rows = result.checks.dropna(subset=["agrees"])
    values = {
        "range": both(interval, rows["rho"].min(), rows["rho"].max(), form=percent, digits=0),
        "rho": both(percent, result.index("rho")["estimate"], digits=0),
        "limit": both(decimal, 100 * DIFFERENCE, digits=0),
        "routes": _routes(result),
    }
    if not result.agrees:
        title = Text(
            en="Other methods do not all agree: they put the shared part at {range}, against {rho} "
            "here",
            es="Otros métodos no coinciden todos: sitúan la parte compartida {range}, frente al "
            "{rho} de aquí",
        ).format(**values)
        return Finding("routes-agree", "inconclusive", title, _disagreement(result))
    title = Text(
        en="Other methods put the shared part at {range}, near the {rho} found here",
        es="Otros métodos sitúan la parte compartida {range}, cerca del {rho} hallado aquí",
    ).format(**values)
    detail = Text(
        en="Within {limit} points of it: {routes}. All of them see only what is recorded.",
        es="A menos de {limit} puntos: {routes}. Todas ven solo lo registrado.",
    ).format(**values)
    return Finding("routes-agree", "claim", title, detail)


def fair_claim(result: TeamGame) -> Finding:
    """Say within which bounds marketing may claim the joint effect, and whether one team leads."""
    low, high = result.index("credit_low"), result.index("credit_high")
    if not np.isfinite(low["estimate"]):
        raise NotMeasurable(
            Text(
                en="Not measurable: what both teams add is not clearly more than nothing, so there "
                "is nothing to claim a share of.",
                es="No medible: lo que aportan ambas áreas no se distingue con claridad de cero; "
                "no hay de qué reclamar una parte.",
            )
        )
    values = {
        "low": both(percent, low["estimate"], digits=0),
        "high": both(percent, high["estimate"], digits=0),
        "interval": both(interval, low["low"], high["high"], form=percent, digits=0),
    }
    if result.index("interaction")["high"] < 0:
        return _overlapping(result, values)
    detail = Text(
        en="No division between them can be refused by either team; which one to sign is an "
        "agreement. With sampling error: {interval}.",
        es="Ninguna de las áreas puede rechazar un reparto entre esos límites; cuál firmar es un "
        "acuerdo. Con el error de muestreo: {interval}.",
    ).format(**values)
    leads_sales, leads_marketing = high["high"] < 0.5, low["low"] > 0.5
    if (leads_sales or leads_marketing) and result.agrees:
        team = vocabulary.TEAMS["sales" if leads_sales else "marketing"]
        title = Text(
            en="Of what both teams add, {team} may claim more than half: marketing's fair share is "
            "{low} to {high}",
            es="De lo que aportan ambas áreas, {team} puede reclamar más de la mitad: la parte "
            "justa de marketing va del {low} al {high}",
        ).format(team=team, **values)
        return Finding("fair-claim", "claim", title, detail, headline=True)
    title = Text(
        en="Marketing's fair share of what both teams add is {low} to {high}: no team is clearly "
        "ahead",
        es="La parte justa de marketing en lo que aportan ambas áreas va del {low} al {high}: "
        "ninguna va claramente por delante",
    ).format(**values)
    if not result.agrees:
        detail = _disagreement(result)
    return Finding("fair-claim", "inconclusive", title, detail, headline=True)


def _overlapping(result: TeamGame, values: dict[str, Text]) -> Finding:
    joint = result.index("joint")["estimate"]
    excess = -result.index("interaction")["estimate"] / joint
    values = values | {
        "sales": both(percent, 1 - result.index("credit_low")["estimate"], digits=0),
        "excess": both(percent, excess, digits=0),
    }
    title = Text(
        en="The teams' claims overlap: alone marketing adds {high} and sales {sales} of what both "
        "add together",
        es="Los reclamos se solapan: sola, marketing aporta el {high} y ventas el {sales} de lo "
        "que aportan juntas",
    ).format(**values)
    if not result.agrees:
        return Finding("fair-claim", "inconclusive", title, _disagreement(result), headline=True)
    detail = Text(
        en="Together the claims exceed what there is by {excess}: both work the same leads.",
        es="Sumados, los reclamos exceden lo que hay en {excess}: ambas trabajan los mismos leads.",
    ).format(**values)
    return Finding("fair-claim", "claim", title, detail, headline=True)


_MODELLED = Text(
    en="So marketing would also work through sales. The model compares leads that looked alike in "
    "what is on record; an experiment would settle it.",
    es="Así, marketing actuaría también a través de ventas. El modelo compara leads que se "
    "parecían en lo registrado; un experimento lo resolvería.",
)


def relay(result: TeamGame) -> Finding:
    """Say what marketing brings by making sales act, beyond its own touches."""
    if not len(result.policy):
        raise NotMeasurable(NO_POLICY)
    row = result.policy.set_index("name").loc["relay"] * 1_000
    values = {
        "number": both(decimal, row["estimate"]),
        "range": both(interval, row["low"], row["high"]),
        "outcomes": OUTCOMES[result.outcome],
        "units": UNITS[result.unit],
    }
    if row["low"] > 0 and result.agrees:
        title = Text(
            en="By the model, sales without marketing's points would bring {number} fewer "
            "{outcomes} per 1,000 {units} ({range})",
            es="Según el modelo, sin los puntos de marketing ventas lograría {number} {outcomes} "
            "menos por cada 1000 {units} ({range})",
        ).format(**values)
        return Finding("relay", "claim", title, _MODELLED)
    title = Text(
        en="Whether marketing also works through sales is not clear: {range} {outcomes} per 1,000 "
        "{units}",
        es="No está claro si marketing también actúa a través de ventas: {range} {outcomes} por "
        "cada 1000 {units}",
    ).format(**values)
    return Finding("relay", "inconclusive", title)


def channel_pairs(result: TeamGame) -> Finding:
    """Say which pairs of channels across the teams stand out, after allowing for many looks."""
    pairs = result.pairs
    if not len(pairs):
        raise NotMeasurable(
            Text(
                en="Not measurable: an experiment drew the teams, not their channels.",
                es="No medible: el experimento sorteó las áreas, no sus canales.",
            )
        )
    across = pairs[pairs["team"] != pairs["other_team"]]
    clear = across[across["survives"]]
    values = {"n": both(integer, len(across)), "k": both(integer, len(clear))}
    if not len(clear):
        title = Text(
            en="None of the {n} pairs of channels across the teams clearly reaches more, or less, "
            "than the two apart",
            es="De los {n} pares de canales entre áreas, ninguno logra con claridad más, ni menos, "
            "que los dos por separado",
        ).format(**values)
        return Finding("channel-pairs", "inconclusive", title)
    first = clear.loc[clear["estimate"].abs().idxmax()]
    values |= {
        "a": vocabulary.word(vocabulary.KEYS, first["channel"]),
        "b": vocabulary.word(vocabulary.KEYS, first["other"]),
        "number": both(decimal, abs(first["estimate"]) * 1_000),
        "range": both(interval, *(1_000 * np.sort(np.abs(first[["low", "high"]].to_numpy(float))))),
        "outcomes": OUTCOMES[result.outcome],
        "units": UNITS[result.unit],
    }
    title = Text(
        en="“{a}” and “{b}” reach {number} {more} {outcomes} per 1,000 {units} together than apart "
        "({range})",
        es="«{a}» y «{b}» logran juntos {number} {outcomes} {more} por cada 1000 {units} que por "
        "separado ({range})",
    ).format(more=_MORE if first["estimate"] > 0 else _FEWER, **values)
    detail = Text(
        en="Pairs across the teams that stand out at a false-discovery rate of 10%: {k} of {n}.",
        es="Pares entre áreas que destacan con una tasa de falsos hallazgos del 10 %: {k} de {n}.",
    ).format(**values)
    return Finding("channel-pairs", "claim" if result.agrees else "inconclusive", title, detail)
