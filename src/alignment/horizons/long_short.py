"""Long and short: what a week of each activity brings within a quarter, and what it builds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import of_type, whole, within
from alignment.dataset import Dataset
from alignment.horizons.baseline import Parts, parts
from alignment.horizons.closing import MINIMUM_WINS, Closing, closing_effect
from alignment.horizons.effects import Responses, curve_table, effect_table, timing_table
from alignment.horizons.experiments import Lifts, compared, measured_lifts, said_of
from alignment.horizons.funnel import ValueCurve, deal_spells, value_curve
from alignment.horizons.long_short_tables import (
    KEPT_DRAWS,
    responses_of,
    returns_of,
    slow_table,
    stock_table,
    stop_of,
)
from alignment.horizons.measured import Experiment, check_experiments
from alignment.horizons.model import LAST_WEEK, Grids, Scales, WeeklyFit, fit_weekly
from alignment.horizons.stopping import Stop
from alignment.horizons.weekly import Outcome, WeeklyPanel, weekly_panel
from alignment.results import LEVEL, About, Result
from alignment.text import Text

Floats = NDArray[np.float64]


METHOD = Text(
    en="Weekly model of opportunities created: saturated activity, a fast carry-over (geometric or "
    "humped) for each driver, a slow stock for declared brand that may be absent (spike and slab), "
    "a baseline that walks, season, positive effects; carried into money by the incidence of "
    "winning since creation and the won value; draws of all three.",
    es="Modelo semanal de las oportunidades creadas: actividad con saturación, un arrastre rápido "
    "(geométrico o con joroba) por canal, un capital de marca para lo declarado como tal, que "
    "puede no existir (espiga y losa), una base que camina, estacionalidad, efectos positivos; "
    "pasa a dinero por la incidencia de ganar desde la creación y el valor ganado; con sorteos de "
    "los tres.",
)
METHOD_DIRECT = Text(
    en="Weekly model of the value won: saturated activity, a fast carry-over (geometric or humped) "
    "for each driver, a slow stock for declared brand that may be absent (spike and slab), a "
    "baseline that walks, season, positive effects.",
    es="Modelo semanal del valor ganado: actividad con saturación, un arrastre rápido (geométrico "
    "o con joroba) por canal, un capital de marca para lo declarado como tal, que puede no existir "
    "(espiga y losa), una base que camina, estacionalidad, efectos positivos.",
)
ASSUMPTIONS = (
    Text(
        en="Nothing that the exports do not hold moved both an activity and the outcome in the "
        "same weeks, beyond season, holidays and a slowly walking baseline.",
        es="Nada que no esté en las exportaciones movió en las mismas semanas una actividad y el "
        "resultado, más allá de la estacionalidad, los festivos y una base que camina despacio.",
    ),
    Text(
        en="No activity harms: effects are positive, so that a channel without effect shows a "
        "small one.",
        es="Ninguna actividad daña: los efectos son positivos, así que un canal sin efecto muestra "
        "uno pequeño.",
    ),
    Text(
        en="Only channels declared as brand can build a slow stock, and all of it fades alike.",
        es="Solo los canales declarados como marca pueden formar capital de marca, y todo se "
        "desvanece igual.",
    ),
    Text(
        en="Before the first week, activity was at its mean.",
        es="Antes de la primera semana, la actividad estaba en su media.",
    ),
    Text(
        en="Sales effort follows what marketing brings, and open deals are what both brought: the "
        "teams' effects must not be added up to a hundred percent.",
        es="El esfuerzo de ventas sigue a lo que trae marketing, y los negocios abiertos los "
        "trajeron las dos áreas: sus efectos no deben sumarse hasta el cien por cien.",
    ),
    Text(
        en="Opportunities that a channel brings are won, and worth, like all others.",
        es="Las oportunidades que trae un canal se ganan y valen como todas las demás.",
    ),
)


@dataclass(frozen=True)
class LongShort(Result):
    """Short and long effects of each driver, with their draws.

    Drivers are those of the panel, then ``all marketing`` and ``all brand``; in value also
    ``sales effort on open deals`` and ``all sales``. An effect is that of one average week of
    activity; week 1 is that of the activity itself.

    Parameters
    ----------
    effects : DataFrame
        The main table, one row a driver, measure and horizon: ``driver``, ``measure``
        (``opportunities``; ``value``, in `currency`), ``horizon`` (``short``: weeks 1–13;
        ``long``: 14–52; ``year``: 1–52; ``tail``: 53–156), ``estimate`` (median of the
        draws; those of parts do not add up to that of a sum),
        ``low``, ``high``, ``first_week``, ``last_week``, ``prior_low``, ``prior_high`` (without
        any data), ``learned`` (how much closer to the estimate its draws lie than before the data:
        0 where these said nothing, 1 where all), ``verdict`` (``told``, or ``cannot tell`` where
        `learned` is under 30 %), ``extrapolated``,
        ``weeks_wanted`` (weeks on record in all after which it could be told, roughly).
    timing : DataFrame
        ``driver``, ``measure``, ``quantity`` (``late share``: of the year's effect, after week 13;
        ``half-life``: week by which half of the year's effect has come), ``estimate``, ``low``,
        ``high``, ``prior_low``, ``prior_high``, ``learned``, ``verdict``.
    slow : DataFrame
        One row a driver declared as brand, and ``all brand`` (any of them): ``driver``,
        ``probability`` (of a slow stock; before the data ``prior``), ``verdict`` (``present`` from
        95 %, ``absent`` up to 5 %, else ``cannot tell``), ``half_life``, ``low``, ``high`` (of the
        stock, in weeks, where there is one).
    curves : DataFrame
        ``driver``, ``measure``, ``week``, ``estimate``, ``low``, ``high`` (in that week),
        ``cumulated``, ``cumulated_low``, ``cumulated_high``, ``extrapolated``.
    returns : DataFrame
        ``driver``, ``weeks`` (4, 13, 26, 52, 104), ``estimate``, ``low``, ``high`` (value for each
        unit of spend, on average), ``marginal``, ``marginal_low``, ``marginal_high`` (for one more
        unit), ``extrapolated``. Empty where nothing has both spend and value.
    stop : Stop or None
        What stopping all brand for a year would cost and when it would show; None without brand.
    stock : DataFrame
        ``week``, ``estimate``, ``low``, ``high``: what all slow stocks brought that week, in units
        of the outcome. Empty without brand.
    panel : WeeklyPanel
    fit : WeeklyFit
        With all draws of the parameters.
    draws : mapping of str to Responses
        Draws of the responses by measure (a key for each measure of `effects`):
        ``effect, prior = draws["value"].within(14, 52)``.
    curve : ValueCurve or None
        What an opportunity is worth by weeks since creation.
    closing : Closing or None
        Effect of sales effort on open deals; None where it cannot be told.
    currency : str or None
    about : About
    lifts : Lifts or None
        What the experiments of the data measured and what they did to the estimates; None where
        none were looked for.
    """

    effects: pd.DataFrame
    timing: pd.DataFrame
    slow: pd.DataFrame
    curves: pd.DataFrame
    returns: pd.DataFrame
    stop: Stop | None
    stock: pd.DataFrame
    panel: WeeklyPanel
    fit: WeeklyFit = field(repr=False)
    draws: Mapping[str, Responses] = field(repr=False)
    curve: ValueCurve | None = field(repr=False)
    closing: Closing | None = field(repr=False)
    currency: str | None
    about: About
    lifts: Lifts | None = field(default=None, repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return the effects by driver, measure and horizon."""
        return self.effects


def long_and_short(
    data: Dataset,
    *,
    outcome: Outcome = "opportunities",
    brand: Sequence[str] | None = None,
    activity: Sequence[str] | None = None,
    experiments: Sequence[Experiment] | None = None,
    level: float = LEVEL,
    grids: Grids | None = None,
    scales: Scales | None = None,
    replicates: int = 200,
    seed: int = 0,
) -> LongShort:
    """Separate what each activity brings now from what it builds.

    Parameters
    ----------
    data : Dataset
        With opportunities, and spend or dated touches.
    outcome : {"opportunities", "won value"}
        What is modelled by week; ``won value`` only where sales close within the week.
    brand, activity : sequence of str, optional
        See :func:`alignment.horizons.weekly.weekly_panel`.
    experiments : sequence of Experiment, optional
        Measured lifts, in units of `outcome`. By default those of the data's ``experiments``, as
        :func:`alignment.horizons.experiments.measured_lifts` gives them; ``()`` for none.
    level : float
        Level of the intervals.
    grids, scales : Grids, Scales
        Shapes and prior scales.
    replicates : int
        Replicates of the deals, accounts drawn with replacement.
    seed : int

    Returns
    -------
    LongShort

    Raises
    ------
    NotMeasurable
        See :func:`alignment.horizons.weekly.weekly_panel`.
    ArgumentError
        If an argument is none of those that may be given.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    within("level", level, 0, 1)
    whole("replicates", replicates, 1)
    whole("seed", seed, 0)
    if experiments is not None:
        check_experiments(experiments)
    panel = weekly_panel(data, outcome=outcome, brand=brand, activity=activity)
    curve = closing = None
    if outcome == "opportunities":
        curve = value_curve(data, LAST_WEEK, replicates=replicates, seed=seed)
        closing = _closing(data, panel, seed)
    lifts = None
    if experiments is None and len(data.experiments):
        lifts = measured_lifts(data, panel, activity=activity, grids=grids, level=level)
    return long_and_short_of(
        panel,
        curve=curve,
        closing=closing,
        experiments=experiments or (),
        lifts=lifts,
        level=level,
        grids=grids,
        scales=scales,
        seed=seed,
    )


def long_and_short_of(
    panel: WeeklyPanel,
    *,
    curve: ValueCurve | None = None,
    closing: Closing | None = None,
    experiments: Sequence[Experiment] = (),
    lifts: Lifts | None = None,
    level: float = LEVEL,
    grids: Grids | None = None,
    scales: Scales | None = None,
    seed: int = 0,
) -> LongShort:
    """Do the same for a weekly panel, however it was made.

    Parameters
    ----------
    panel : WeeklyPanel
    curve : ValueCurve, optional
        Carries opportunities into value; without it only the outcome itself is told.
    closing : Closing, optional
        Effect of sales effort on open deals.
    experiments, level, grids, scales, seed
        See :func:`long_and_short`.
    lifts : Lifts, optional
        Lifts measured from a dataset, beside `experiments`.
    """
    of_type("panel", panel, WeeklyPanel, "weekly_panel(data)")
    check_experiments(experiments)
    fit_with = partial(
        fit_weekly,
        panel.frame["outcome"],
        panel.frame[panel.names],
        slow=panel.slow,
        holidays=panel.holidays(),
        grids=grids,
        scales=scales,
        seed=seed,
    )
    every = (*experiments, *(lifts.experiments if lifts is not None else ()))
    fit = fit_with(experiments=every)
    if lifts is not None:
        lifts = compared(lifts, fit_with(experiments=experiments) if every else fit, fit, level)
    draws = responses_of(panel, fit, curve, closing, seed)
    weeks = len(panel.frame)
    direct = panel.outcome == "won value"
    return LongShort(
        effects=_every(draws, lambda r: effect_table(r, level, weeks)),
        timing=_every(draws, lambda r: timing_table(r, level)),
        slow=slow_table(fit, level),
        curves=_every(draws, lambda r: curve_table(r, level)),
        returns=returns_of(panel, fit, draws, level),
        stop=stop_of(panel, fit, draws, level),
        stock=stock_table(panel, fit, level),
        panel=panel,
        fit=fit,
        draws=draws,
        curve=curve,
        closing=closing,
        currency=panel.currency,
        about=About(
            METHOD_DIRECT if direct else METHOD,
            level,
            (*ASSUMPTIONS[: 5 if direct else None], *(said_of(lifts) if lifts else ())),
            {
                **panel.about.left_out,
                **(curve.left_out if curve is not None else {}),
                **(lifts.about.left_out if lifts is not None else {}),
            },
        ),
        lifts=lifts,
    )


def weekly_parts(result: LongShort, draws: int = 200) -> Parts:
    """Split every week of a result into its level and what each driver brought."""
    return parts(result.fit, draws)


def _closing(data: Dataset, panel: WeeklyPanel, seed: int) -> Closing | None:
    spells, created, _ = deal_spells(data)
    if int((spells.end == 1).sum()) < MINIMUM_WINS:
        return None
    day = (created - panel.frame["week"].iloc[0]).dt.days.to_numpy(np.int64)
    return closing_effect(
        spells,
        day,
        panel.frame["closing_effort"].to_numpy(float),
        horizon=LAST_WEEK,
        draws=KEPT_DRAWS,
        seed=seed,
    )


def _every(draws: Mapping[str, Responses], table: Any) -> pd.DataFrame:
    return pd.concat([table(r) for r in draws.values()], ignore_index=True)
