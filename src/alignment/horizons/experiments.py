"""Experiments of the canonical table, turned into lifts that the weekly model can learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from alignment.arguments import of_type, within
from alignment.dataset import Dataset
from alignment.horizons.experiment_contrast import (
    Contrast,
    UnitWeeks,
    apart,
    by_lag,
    covariance,
    dispersion,
    shares,
)
from alignment.horizons.experiment_units import REGION, Round, rounds, units_of
from alignment.horizons.measured import Experiment
from alignment.horizons.model import Grids, WeeklyFit
from alignment.horizons.weekly import WeeklyPanel
from alignment.results import LEVEL, About, Result
from alignment.text import Text
from alignment.wording import both, integer

Floats = NDArray[np.float64]

SHORTEST = 4  # weeks of an experiment on record
LEAST_BEFORE, MOST_BEFORE = 26, 52  # weeks that it is compared with
LEAST_COUNTS = (20, 5)  # opportunities of an arm before, and expected in the window
# Average weeks by which the arms' activity must differ each week; drivers that differ by half as
# much as the first are told with it, and what others differ by is counted in the parts.
LEAST_CHANGE = 0.25
LEAST_FREEDOM = 3  # quarters by units, less what was fitted, to see how much counts differ
COUNTS = ("changed_before", "changed_during", "control_before", "control_during")

METHOD = Text(
    en="Each experiment is a difference in differences of opportunities created: units whose "
    "activity changed against those whose did not, in its weeks against up to a year before them, "
    "scaled up to all opportunities and to an average week of the channel. Counts vary as much "
    "more than Poisson's as quarters and units did. Experiments on the same channels that share "
    "weeks are put together by generalised least squares.",
    es="Cada experimento es una diferencia en diferencias de oportunidades creadas: unidades cuya "
    "actividad cambió frente a las demás, en sus semanas frente a hasta un año antes, llevada a "
    "todas las oportunidades y a una semana media del canal. Los conteos varían más que los de "
    "Poisson, tanto como variaron trimestres y unidades. Los que cambiaron los mismos canales y "
    "comparten semanas se juntan por mínimos cuadrados generalizados.",
)
ASSUMPTIONS = (
    Text(
        en="Experiments: who was switched off was drawn by lot, or at least not chosen for what "
        "was about to happen there; without it, both arms would have moved alike.",
        es="Experimentos: a quién se apagó fue al azar o, al menos, no por lo que estaba a punto "
        "de pasar ahí; sin ello, ambos grupos se habrían movido igual.",
    ),
    Text(
        en="Experiments: activity in one arm does not reach the other, and a usual week of a "
        "channel brings each region opportunities in proportion to those it has.",
        es="Experimentos: la actividad en un grupo no llega al otro, y una semana usual de un "
        "canal trae a cada región oportunidades en proporción a las que tiene.",
    ),
    Text(
        en="Experiments: a region's spend saturates at its own usual week; the half-saturation is "
        "not known, so that lifts are means over those that the model allows, with their spread in "
        "the error. A change to nothing hardly depends on it.",
        es="Experimentos: la inversión de una región se satura según su propia semana usual; la "
        "media saturación no se sabe, así que los efectos son medias de las que admite el modelo, "
        "con su dispersión en el error. Un apagado completo apenas depende de ella.",
    ),
)
ENTERED = Text(
    en="Experiments of the data that calibrate the weekly model: {n}, drawn together into measured "
    "lifts: {lifts}; that could not be used: {unused}.",
    es="Experimentos de los datos que calibran el modelo semanal: {n}, reunidos en efectos "
    "medidos: {lifts}; que no se pudieron usar: {unused}.",
)


@dataclass(frozen=True)
class Lifts(Result):
    """What the experiments of the data measured.

    Parameters
    ----------
    frame : DataFrame
        One row an experiment that could be used: ``experiment``, ``driver`` (those that changed,
        joined by `` + ``), ``unit_kind``, ``arm`` (whose activity changed), ``changed_units``,
        ``control_units``, ``starts_on``, ``ends_on``, ``weeks`` (of it on record),
        ``weeks_before``, ``change`` (average weeks by which the arms' activity differed each
        week; negative where it was switched off), ``changed_before``, ``changed_during``,
        ``control_before``, ``control_during`` (opportunities), ``lift``, ``low``, ``high``
        (opportunities that one average week of each driver brought within the experiment's
        weeks, of a change that lasted as long), ``error`` (its standard error), ``weight`` (in
        the lift that enters the model).
    pooled : DataFrame
        One row a lift that enters the model: ``driver``, ``experiments`` (how many), ``weeks``,
        ``lift``, ``low``, ``high``, ``error``. From :func:`compared` on, both tables also hold
        what the weekly model says of the same quantity ``without``, ``without_low``,
        ``without_high`` and ``with``, ``with_low``, ``with_high`` experiments.
    left_out : DataFrame
        What could not be used, and why: ``experiment``, ``unit_kind``, ``starts_on``, ``rows``,
        ``reason``, ``reason_es``.
    experiments : tuple of Experiment
        Those of `pooled`, for :func:`alignment.horizons.model.fit_weekly`.
    each : tuple of Experiment
        Those of `frame`.
    drivers : tuple of tuple of str
        Drivers that changed, for each row of `pooled`.
    about : About
    """

    frame: pd.DataFrame
    pooled: pd.DataFrame
    left_out: pd.DataFrame
    experiments: tuple[Experiment, ...] = field(repr=False)
    each: tuple[Experiment, ...] = field(repr=False)
    drivers: tuple[tuple[str, ...], ...]
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return the experiments that could be used."""
        return self.frame


@dataclass(frozen=True)
class _Measured:
    """An experiment that can be used, before scaling to an average week."""

    round: Round
    contrast: Contrast
    units: UnitWeeks
    drivers: tuple[str, ...]
    arm: str
    change: float  # sum over its weeks, in average weeks
    spread: float  # of that over half-saturations, as a share
    held: dict[str, Floats]

    @property
    def pool(self) -> tuple[object, ...]:
        own = None if self.round.kind == REGION else self.round.name
        return (self.round.kind, self.drivers, own)


def measured_lifts(
    data: Dataset,
    panel: WeeklyPanel,
    *,
    activity: Sequence[str] | None = None,
    grids: Grids | None = None,
    level: float = LEVEL,
) -> Lifts:
    """Turn each usable experiment of the data into a lift of the weekly model's drivers.

    Parameters
    ----------
    data : Dataset
        With ``experiments`` on regions or accounts; without any, nothing is measured or left out.
    panel : WeeklyPanel
        The panel that the model is fitted to; its outcome must be opportunities.
    activity : sequence of str, optional
        As given to :func:`alignment.horizons.weekly.weekly_panel`.
    grids : Grids, optional
        Half-saturations over which lifts are averaged.
    level : float
        Level of the intervals.

    Returns
    -------
    Lifts
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    of_type("panel", panel, WeeklyPanel, "weekly_panel(data)")
    within("level", level, 0, 1)
    halves = (grids or Grids()).halves
    found, left = list[_Measured](), list[tuple[Round, int, Text]]()
    known = units_of(data, panel, activity)
    for one in rounds(data, panel):
        said = _measure(one, known.of(one), halves) if one.why is None else one.why
        if isinstance(said, Text):
            left.append((one, len(one.rows), said))
            continue
        found.append(said)
        unknown = known.missing(one)
        if unknown:
            left.append((one, unknown, _UNKNOWN.format(n=both(integer, unknown))))
    return _lifts(found, left, level)


_UNKNOWN = Text(
    en="{n} of its units have no opportunity and no activity on record; the others are used",
    es="{n} de sus unidades no tienen oportunidades ni actividad registradas; se usan las demás",
)


def _measure(one: Round, units: UnitWeeks, halves: tuple[float, ...]) -> _Measured | Text:
    """Measure an experiment, or say why not."""
    contrast = one.contrast(MOST_BEFORE)
    if contrast.window.sum() < SHORTEST:
        return Text(
            en="fewer than {n} whole weeks of it are on record",
            es="constan menos de {n} semanas completas de él",
        ).format(n=SHORTEST)
    if contrast.before.sum() < LEAST_BEFORE:
        return Text(
            en="fewer than {n} weeks before it are on record to compare with",
            es="constan menos de {n} semanas anteriores con que comparar",
        ).format(n=LEAST_BEFORE)
    _, b, _, d = contrast.counts(units.outcome)
    growth = contrast.growth(units.outcome) if b + d else 0.0
    if min(b, d) < LEAST_COUNTS[0] or growth * min(b, d) < LEAST_COUNTS[1]:
        return Text(
            en="too few opportunities: an arm needs {before} before it and {during} expected in it",
            es="pocas oportunidades: un grupo necesita {before} antes y {during} esperadas durante",
        ).format(before=LEAST_COUNTS[0], during=LEAST_COUNTS[1])
    share = shares(units.outcome)
    gaps = {
        name: np.array([apart(contrast, x, share, half) for half in halves])
        for name, x in units.activity.items()
        if (x @ share).any()  # what never reached any of its units has no average week there
    }
    change = {name: gap[:, contrast.window].sum(axis=1) for name, gap in gaps.items()}
    size = {name: abs(total.mean()) / contrast.window.sum() for name, total in change.items()}
    least = max(LEAST_CHANGE, max(size.values(), default=0.0) / 2)
    drivers = tuple(name for name, own in size.items() if own >= least)
    if not drivers:
        return Text(
            en="no channel's activity on record differed between its arms by a quarter of an "
            "average week",
            es="ninguna actividad registrada difirió entre sus grupos en un cuarto de semana media",
        )
    signs = {bool(change[name].mean() > 0) for name in drivers}
    if len(signs) > 1:
        return Text(
            en="channels were changed in opposite directions, so that their effects cancel",
            es="unos canales subieron y otros bajaron, así que sus efectos se compensan",
        )
    each = np.mean([change[name] for name in drivers], axis=0)
    total = float(each.mean())
    held = {name: by_lag(contrast, gap.mean(axis=0), growth) for name, gap in gaps.items()}
    arm, contrast, held, total = one.oriented(contrast, units, drivers, held, total)
    spread = float(each.std() / abs(total))
    return _Measured(one, contrast, units, drivers, arm, total, spread, held)


def _lifts(found: list[_Measured], left: list[tuple[Round, int, Text]], level: float) -> Lifts:
    rows, each, pooled, entered, drivers = [], [], [], [], []
    touched = _touched(found)
    for pool in dict.fromkeys(one.pool for one in found):
        own = [one for one in found if one.pool == pool]
        outcome = own[0].units.outcome
        contrasts = [one.contrast for one in own]
        told = [dispersion(c, outcome, touched[pool[0], pool[2]]) for c in contrasts]
        freedom = max(f for _, f in told)
        if freedom < LEAST_FREEDOM:
            left += [(one.round, len(one.round.rows), _NO_FREEDOM) for one in own]
            continue
        phi = max(sum(s for s, _ in told) / sum(f for _, f in told), 1.0)
        # Student's t in place of the normal law, whose variance is then the dispersion's own.
        z = stats.norm.ppf((1 + level) / 2)
        wider = float(stats.t.ppf((1 + level) / 2, freedom) / z)
        counted = phi * wider**2 * covariance(contrasts, outcome, True)
        usual = covariance(contrasts, outcome, False)
        change = np.array([one.change for one in own])
        difference = np.array([one.contrast.difference(outcome) for one in own])
        solved = np.linalg.solve(usual + 1e-9 * np.trace(usual) * np.eye(len(own)), change)
        weight = solved / float(change @ solved)
        for place, one in enumerate(own):
            unit = np.zeros(len(own))
            unit[place] = 1 / change[place]
            experiment = _experiment(own, unit, difference, counted)
            each.append(experiment)
            part = float(weight[place] * change[place])
            rows.append(_row(one, experiment, z, part))
        experiment = each[-1] if len(own) == 1 else _experiment(own, weight, difference, counted)
        entered.append(experiment)
        drivers.append(own[0].drivers)
        pooled.append(
            {
                "driver": experiment.driver,
                "experiments": len(own),
                "weeks": experiment.weeks,
                **_limits(experiment, z),
            }
        )
    about = About(METHOD, level, ASSUMPTIONS, {LEFT_OUT: _whole(left)} if _whole(left) else {})
    return Lifts(
        pd.DataFrame(rows, columns=_COLUMNS).astype({"experiment": "str", "driver": "str"}),
        pd.DataFrame(pooled, columns=_POOLED).astype({"driver": "str"}),
        _left_out(left),
        tuple(entered),
        tuple(each),
        tuple(drivers),
        about,
    )


LEFT_OUT = "experiments that could not be used"
_LIMITS = ["lift", "low", "high", "error"]
_POOLED = ["driver", "experiments", "weeks", *_LIMITS]
_COLUMNS = ["experiment", "driver", "unit_kind", "arm", "changed_units", "control_units"]
_COLUMNS += ["starts_on", "ends_on", "weeks", "weeks_before", "change", *COUNTS, *_LIMITS, "weight"]
_NO_FREEDOM = Text(
    en="too few units and quarters to see how much counts differ by themselves",
    es="pocas unidades y trimestres para ver cuánto difieren los conteos por sí mismos",
)


def _touched(found: list[_Measured]) -> dict[tuple[object, object], NDArray[np.bool_]]:
    """Mark the weeks and units that any usable experiment changed, by what its units are."""
    marked: dict[tuple[object, object], NDArray[np.bool_]] = {}
    for one in found:
        key = (one.pool[0], one.pool[2])
        start = marked.get(key, np.zeros(one.units.outcome.shape, dtype=bool))
        marked[key] = start | (one.contrast.window[:, np.newaxis] & one.contrast.changed)
    return marked


def _experiment(
    own: list[_Measured], weight: Floats, difference: Floats, covariances: Floats
) -> Experiment:
    """Give the lift that a weighted sum of differences measures."""
    lift, variance = float(weight @ difference), float(weight @ covariances @ weight)
    size = np.abs(weight * [one.change for one in own])
    spread = float(size @ [one.spread for one in own] / size.sum())
    names = dict.fromkeys(name for one in own for name in one.held)
    parts = {
        name: tuple(
            float(x)
            for x in sum(
                w * one.held[name] for w, one in zip(weight, own, strict=True) if name in one.held
            )
        )
        for name in names
    }
    weeks = max(int(one.contrast.window.sum()) for one in own)
    name = " + ".join(own[0].drivers)
    return Experiment(name, lift, float(np.hypot(np.sqrt(variance), lift * spread)), weeks, parts)


def _limits(experiment: Experiment, z: float) -> dict[str, float]:
    reach = z * experiment.error
    told = (experiment.lift, experiment.lift - reach, experiment.lift + reach, experiment.error)
    return dict(zip(_LIMITS, told, strict=True))


def _row(one: _Measured, experiment: Experiment, z: float, weight: float) -> dict[str, object]:
    contrast, weeks = one.contrast, int(one.contrast.window.sum())
    a, b, c, d = contrast.counts(one.units.outcome)
    return {
        "experiment": one.round.name,
        "driver": experiment.driver,
        "unit_kind": one.round.kind,
        "arm": one.arm,
        "changed_units": one.round.count(one.arm, same=True),
        "control_units": one.round.count(one.arm, same=False),
        "starts_on": one.round.starts_on,
        "ends_on": one.round.ends_on,
        "weeks": weeks,
        "weeks_before": int(contrast.before.sum()),
        "change": one.change / weeks,
        **dict(zip(COUNTS, (b, a, d, c), strict=True)),
        **_limits(experiment, z),
        "weight": weight,
    }


def _whole(left: list[tuple[Round, int, Text]]) -> int:
    return sum(count == len(one.rows) for one, count, _ in left)


def _left_out(left: list[tuple[Round, int, Text]]) -> pd.DataFrame:
    columns = ["experiment", "unit_kind", "starts_on", "rows", "reason", "reason_es"]
    rows = [(o.name, o.kind, o.starts_on, count, why.en, why.es) for o, count, why in left]
    return pd.DataFrame(rows, columns=columns).sort_values(
        ["starts_on", "experiment"], ignore_index=True
    )


def compared(lifts: Lifts, without: WeeklyFit, fit: WeeklyFit, level: float) -> Lifts:
    """Add what the weekly model says of each measured quantity, without and with experiments."""

    def told(frame: pd.DataFrame, measured: tuple[Experiment, ...]) -> pd.DataFrame:
        tail, added = (1 - level) / 2, {}
        for name, one in (("without", without), ("with", fit)):
            limits = [np.quantile(one.of(e), [0.5, tail, 1 - tail]) for e in measured]
            for place, column in enumerate((name, f"{name}_low", f"{name}_high")):
                added[column] = np.array([row[place] for row in limits], dtype=np.float64)
        return frame.assign(**added)

    return Lifts(
        told(lifts.frame, lifts.each),
        told(lifts.pooled, lifts.experiments),
        lifts.left_out,
        lifts.experiments,
        lifts.each,
        lifts.drivers,
        lifts.about,
    )


def said_of(lifts: Lifts) -> tuple[Text, ...]:
    """Say what entered the model, and under which assumptions; nothing without experiments."""
    if not len(lifts.frame):
        return ()
    entered = ENTERED.format(
        n=both(integer, len(lifts.frame)),
        lifts=both(integer, len(lifts.pooled)),
        unused=both(integer, _whole_rows(lifts)),
    )
    return (entered, *ASSUMPTIONS)


def _whole_rows(lifts: Lifts) -> int:
    return int(lifts.about.left_out.get(LEFT_OUT, 0))
