"""Sentences about how the game of the teams could be wrong, and what would settle it."""

from __future__ import annotations

import numpy as np

from alignment import vocabulary
from alignment.attribution.synergy import TeamGame
from alignment.attribution.synergy.texts import UNITS
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.text import Text
from alignment.wording import both, decimal, integer, interval, percent

MOST_MONTHS = 60  # a trial that takes longer will not be run
_BENCHMARKS = {"warmth": Text(en="the recorded warmth", es="el interés registrado")}


def _benchmark(name: str) -> Text:
    """Name the strongest recorded covariate."""
    column, _, level = name.partition(" = ")
    if column in vocabulary.DIMENSIONS:
        return Text(en="{column} “{level}”", es="{column} «{level}»").format(
            column=vocabulary.DIMENSIONS[column], level=level
        )
    return _BENCHMARKS.get(name, Text.same(name or "—"))


def tipping(result: TeamGame) -> Finding:
    """Say how strong an unrecorded warmth would have to be to undo the finding."""
    point = result.tipping_point
    if point is None:
        raise NotMeasurable(
            Text(
                en="Not measurable: an experiment drew the teams, so no unrecorded warmth can "
                "stand behind the finding.",
                es="No medible: las áreas se sortearon en un experimento, así que ningún interés "
                "sin registrar puede estar detrás del hallazgo.",
            )
        )
    rho = result.index("rho")
    if not (rho["low"] > 0 or rho["high"] < 0):
        raise NotMeasurable(
            Text(
                en="Not measurable: the shared part is not clear to begin with, so nothing can "
                "undo it.",
                es="No medible: la parte compartida no está clara de entrada; no hay qué volcar.",
            )
        )
    values = {
        "gamma": both(decimal, point.gamma),
        "benchmark": _benchmark(point.benchmark),
        "strength": both(decimal, point.benchmark_gamma),
        "range": both(interval, point.rho_low, point.rho_high, form=percent, digits=0),
    }
    detail = Text(
        en="Were there one like {benchmark} (times {strength}, as unevenly touched), the shared "
        "part would lie at {range}, depending on whom it draws.",
        es="Si hubiera uno como {benchmark} (por {strength}, tocado con igual desigualdad), la "
        "parte compartida estaría {range}, según a quién atraiga.",
    ).format(**values)
    if not np.isfinite(point.gamma):
        title = Text(
            en="No unrecorded warmth up to ten times as many outcomes would undo the shared part",
            es="Ningún interés sin registrar, ni uno que multiplicara por diez los resultados, "
            "volcaría la parte compartida",
        )
        return Finding("tipping", "claim", title, detail)
    if point.within_benchmark:
        title = Text(
            en="An unrecorded warmth that gives {gamma} times the outcomes would undo this: less "
            "than {benchmark} (times {strength})",
            es="Un interés sin registrar que multiplicara por {gamma} los resultados lo volcaría: "
            "menos que {benchmark} (por {strength})",
        ).format(**values)
        return Finding("tipping", "inconclusive", title, detail)
    title = Text(
        en="To undo this, an unrecorded warmth would have to give {gamma} times the outcomes; "
        "{benchmark} gives {strength} times",
        es="Para volcarlo, un interés sin registrar tendría que multiplicar los resultados por "
        "{gamma}; {benchmark} los multiplica por {strength}",
    ).format(**values)
    return Finding("tipping", "claim", title, detail)


def settling_experiment(result: TeamGame) -> Finding:
    """Say how large the random two-by-two must be that would settle it."""
    if not len(result.experiment):
        raise NotMeasurable(
            Text(
                en="Not measurable: the experiment has been run, so none is left to size.",
                es="No medible: el experimento ya se hizo; no queda ninguno por dimensionar.",
            )
        )
    rows = result.experiment.set_index("question")
    values = {
        "units": both(integer, rows.loc["interaction", "units"]),
        "months": both(decimal, rows.loc["interaction", "months"]),
        "sales": both(integer, rows.loc["sales", "units"]),
        "marketing": both(integer, rows.loc["marketing", "units"]),
        "what": UNITS[result.unit],
    }
    if rows.loc["interaction", "months"] > MOST_MONTHS:
        title = Text(
            en="No trial of a practical length would settle it: at these rates it would take "
            "{units} {what}",
            es="Ningún ensayo de duración razonable lo zanjaría: con estas tasas harían falta "
            "{units} {what}",
        ).format(**values)
        return Finding("settling-experiment", "inconclusive", title)
    title = Text(
        en="A random trial of {units} {what}, {months} months of them, would settle what the teams "
        "reach together",
        es="Un ensayo al azar con {units} {what}, {months} meses de ellos, zanjaría lo que las "
        "áreas logran juntas",
    ).format(**values)
    detail = Text(
        en="Marketing held back for half, sales' order drawn for half; 80% power at these rates. "
        "What sales adds needs {sales}, what marketing adds {marketing}.",
        es="Marketing en pausa para la mitad y orden de ventas sorteado para la mitad; potencia "
        "del 80 % con estas tasas. Lo de ventas requiere {sales}; lo de marketing, {marketing}.",
    ).format(**values)
    return Finding("settling-experiment", "claim", title, detail)
