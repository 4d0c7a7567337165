"""Sentences about the checks of the weekly model, and whether they hold its other findings back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd

from alignment import vocabulary
from alignment.exhibits import Finding
from alignment.horizons import Diagnostics, LongShort
from alignment.horizons.answers import measure_told
from alignment.horizons.effects import LEARNED
from alignment.text import Text
from alignment.wording import both, integer, listing, percent

P = ParamSpec("P")
R = TypeVar("R")

KEY = "model-checks"
VETOES = ("placebo date", "forecast")
UNTRIED = Text(
    en="There are too few weeks to check the model, so that none of its effects is claimed.",
    es="Hay muy pocas semanas para comprobar el modelo, así que no se afirma ninguno de sus "
    "efectos.",
)


def held_back(checks: Diagnostics | None, *needed: tuple[str, str | None]) -> bool:
    """Say whether a claim must wait: unchecked, vetoed, or a check of its own failed.

    Parameters
    ----------
    checks : Diagnostics or None
    *needed : (check, subject)
        Checks that this claim needs; a subject of None stands for any. One that could not be run
        does not hold it back, but where none of :data:`VETOES` could, all claims wait.
    """
    if checks is None or checks.vetoed:
        return True
    failed = _failed(checks)
    return any(
        subject is None or subject in set(failed.loc[failed["check"] == check, "subject"])
        for check, subject in needed
        if check in set(failed["check"])
    )


def rests_on_model(
    finding: Callable[Concatenate[R, P], Finding],
) -> Callable[Concatenate[R, P], Finding]:
    """Mark what a finding says of the weekly model, where that is vetoed or unchecked.

    The checks are the argument ``checks``, or the result's own.
    """

    @wraps(finding)
    def marked(result: R, /, *args: P.args, **kwargs: P.kwargs) -> Finding:
        said = finding(result, *args, **kwargs)
        given: Any = args[0] if args else kwargs.get("checks", getattr(result, "checks", None))
        return replace(said, held_back_by=KEY) if held_back(given) else said

    return marked


def some_pass(checks: Diagnostics | None, names: Sequence[str]) -> bool:
    """Say whether a driver among some brings more than shuffled copies of itself.

    Effects are positive by assumption, so that an interval above zero is no evidence by itself.
    """
    return any(not held_back(checks, ("placebo channel", name)) for name in names)


def _failed(checks: Diagnostics) -> pd.DataFrame:
    frame = checks.frame
    return frame[frame["passed"].astype("boolean").eq(False).fillna(False)]


def _listed(checks: pd.Series) -> Text:
    words = [vocabulary.MODEL_CHECKS[str(check)] for check in dict.fromkeys(checks)]
    if not words:
        return Text.same("")
    return Text(en=listing([w.en for w in words], "en"), es=listing([w.es for w in words], "es"))


def why(checks: Diagnostics | None, names: Sequence[str] = ()) -> Text:
    """Say why the model's claims are held back; nothing where they are not.

    Parameters
    ----------
    checks : Diagnostics or None
    names : sequence of str
        Drivers of which one must bring more than shuffled copies of itself, if any are given.
    """
    if checks is None:
        return Text(
            en="The model has not been checked, so that this is no claim.",
            es="El modelo no se ha comprobado, así que esto no es una afirmación.",
        )
    failed = _failed(checks)
    if not checks.vetoed and (not names or some_pass(checks, names)):
        return Text.same("")
    if not checks.vetoed:
        return Text(
            en="None of these channels brings more than shuffled copies of itself.",
            es="Ninguno de estos canales trae más que copias barajadas de sí mismo.",
        )
    if checks.untried:
        return UNTRIED
    return Text(
        en="The model fails a check that it must pass ({checks}), so that none of its effects is "
        "claimed.",
        es="El modelo no pasa una prueba obligada ({checks}), así que no se afirma ninguno de sus "
        "efectos.",
    ).format(checks=_listed(failed.loc[failed["check"].isin(VETOES), "check"]))


def model_checks(checks: Diagnostics) -> Finding:
    """Say how many checks the model passes, and whether one forbids to believe it."""
    known, failed = checks.frame[checks.frame["passed"].notna()], _failed(checks)
    values = {
        "passed": both(integer, len(known) - len(failed)),
        "all": both(integer, len(known)),
        "failed": _listed(failed["check"]),
        "vetoes": _listed(failed.loc[failed["check"].isin(VETOES), "check"]),
    }
    detail = _in_short(checks, failed).format(**values)
    if checks.untried:
        title = Text(
            en="Too few weeks to check the weekly model: nothing is claimed from it",
            es="Muy pocas semanas para comprobar el modelo semanal: no se afirma nada con él",
        )
        return Finding(KEY, "inconclusive", title, detail)
    if checks.vetoed:
        title = Text(
            en="The weekly model is not to be believed on these data: it passes {passed} of {all} "
            "checks, but not “{vetoes}”",
            es="No hay que creer al modelo semanal con estos datos: pasa {passed} de {all} "
            "pruebas, pero no «{vetoes}»",
        ).format(**values)
        return Finding(KEY, "inconclusive", title, detail)
    title = Text(
        en="The weekly model passes {passed} of {all} checks, and all that it must pass",
        es="El modelo semanal pasa {passed} de {all} pruebas, y todas las obligadas",
    ).format(**values)
    return Finding(KEY, "claim", title, detail)


_MEANING = {
    "placebo date": Text(
        en="Activity of weeks yet to come seems to bring as much as the real one, which no effect "
        "can.",
        es="La actividad de semanas aún por venir parece traer tanto como la real, y ningún efecto "
        "puede hacerlo.",
    ),
    "forecast": Text(
        en="The value of a year before forecasts better than the model.",
        es="El valor de un año antes pronostica mejor que el modelo.",
    ),
}
_REMEDY = Text(
    en="More weeks on record may mend that; a channel switched off for a quarter in regions drawn "
    "by lot tells without the model.",
    es="Más semanas registradas pueden remediarlo; un canal apagado un trimestre en regiones al "
    "azar lo dice sin el modelo.",
)


def _in_short(checks: Diagnostics, failed: pd.DataFrame) -> Text:
    """Say what a failed check means, which ones failed, and what would tell instead."""
    if not checks.vetoed and not len(failed):
        return Text(
            en="Passing is no proof: see how often a model of nothing passes in the benchmarks.",
            es="Pasar no es prueba: en los benchmarks consta cuántas veces pasa un modelo de nada.",
        )
    parts = [_MEANING[check] for check in VETOES if check in set(failed["check"])]
    if len(failed):
        parts.append(Text(en="Not passed: {failed}.", es="No pasadas: {failed}."))
    if checks.vetoed:
        parts.append(_REMEDY)
    return Text(en=" ".join(p.en for p in parts), es=" ".join(p.es for p in parts))


@rests_on_model
def learned_from_data(result: LongShort, checks: Diagnostics | None = None) -> Finding:
    """Say of how many of the reported effects the data say something, and how many are assumed."""
    rows = result.effects[
        (result.effects["measure"] == measure_told(result))
        & result.effects["horizon"].isin(["short", "long"])
    ]
    told = int((rows["verdict"] == "told").sum())
    values = {
        "told": both(integer, told),
        "all": both(integer, len(rows)),
        "least": both(percent, LEARNED, digits=0),
        "most": both(percent, max(float(rows["learned"].max()), 0.0), digits=0),
    }
    detail = Text(
        en="Counted is an effect whose likely values lie at least {least} closer to the estimate "
        "with the data than without; the best, {most}. That is no evidence of an effect, as it may "
        "rule out a large one, nor that the model is right: that is for its checks to say.",
        es="Cuenta un efecto cuyos valores probables quedan con los datos al menos {least} más "
        "cerca de la estimación que sin ellos; el mejor, {most}. Eso no prueba un efecto, pues "
        "puede descartar uno grande, ni que el modelo acierte: eso lo dicen sus pruebas.",
    ).format(**values)
    if told == len(rows):
        title = Text(
            en="The data say something of all {all} effects, short and long",
            es="Los datos dicen algo de los {all} efectos, cortos y largos",
        ).format(**values)
        return Finding("learned-from-data", "claim", title, detail)
    title = Text(
        en="The data added to {told} of {all} effects, short and long; the others are mostly the "
        "assumption",
        es="Los datos aportaron a {told} de {all} efectos, cortos y largos; los demás son sobre "
        "todo el supuesto",
    ).format(**values)
    return Finding("learned-from-data", "inconclusive", title, detail)
