"""Each channel in a line: spend, what comes back, when it is paid back, and what that rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import of_type, within
from alignment.errors import NotMeasurable
from alignment.horizons.diagnostics import Diagnostics
from alignment.horizons.effects import LEARNED, MARKETING, TOLD, limits
from alignment.horizons.long_short import LongShort
from alignment.horizons.model import LAST_WEEK, SHORT_WEEKS, YEAR_WEEKS, WeeklyFit, prior_fit
from alignment.horizons.panel import Panel
from alignment.results import LEVEL, About, Result
from alignment.text import Text
from alignment.wording import both, decimal

Floats = NDArray[np.float64]

MONTH_WEEKS = 4
BACK = {"month": MONTH_WEEKS, "quarter": SHORT_WEEKS, "year": YEAR_WEEKS}
# What a channel's line rests on; none where the model may not be believed.
EXPERIMENT, REGIONS, SERIES, ASSUMPTION, NONE = "A", "B", "C", "D", "none"

METHOD = Text(
    en="Payback: the first week by whose end what an average week of the channel has brought, "
    "times a margin of {margin}, reaches what that week cost; its interval is that of the draws. A "
    "margin of 1 counts revenue, not profit. Evidence: A, experiments by themselves narrow the "
    "range of the year's effect by a quarter; B, regions compared within the same week tell an "
    "effect of its objective, and the weekly series narrow its own; C, the weekly series narrow it "
    "and put it above shuffled copies of itself; D, assumption.",
    es="Recuperación: la primera semana en que lo que ha traído una semana media del canal, por un "
    "margen de {margin}, alcanza lo que costó; su intervalo es el de los sorteos. Un margen de 1 "
    "cuenta ingresos, no beneficio. Evidencia: A, los experimentos por sí solos estrechan un "
    "cuarto el rango del efecto del año; B, regiones comparadas en la misma semana muestran un "
    "efecto de su objetivo, y las series semanales estrechan el suyo; C, las series lo estrechan y "
    "lo ponen por encima de copias barajadas de sí mismo; D, supuesto.",
)
NOTHING_BACK = Text(
    en="Not measurable: no channel has both spend and value won.",
    es="No medible: ningún canal tiene a la vez inversión y valor ganado.",
)


@dataclass(frozen=True)
class Channels(Result):
    """What leadership reads of each channel.

    Parameters
    ----------
    frame : DataFrame
        One row a channel with spend, and ``all marketing`` where all of marketing has: ``driver``,
        ``spend`` (of an average week, in `currency`), ``month``, ``quarter``, ``year`` (revenue
        for each one spent within 4, 13 and 52 weeks) with ``_low`` and ``_high``,
        ``late_share``, ``late_low``, ``late_high`` (of the year's, after the quarter),
        ``payback``, ``payback_low``, ``payback_high`` (week, counted from that of the spend;
        infinite where not within 156 weeks), ``extrapolated`` (bool: the interval of the payback
        reaches beyond the weeks on record since creation, or beyond the year), ``grade`` (``A``,
        ``B``, ``C``, ``D``; ``none`` where the model is vetoed or unchecked), ``above_copies``
        (bool: the channel, or one of a sum, brings more than shuffled copies of itself),
        ``by_experiment`` (share by which experiments alone narrow the range of the year's effect,
        normal approximation).
    margin : float
        By which revenue was multiplied for the payback.
    believed : bool
        Whether the model was checked and is not vetoed.
    currency : str or None
    about : About
    """

    frame: pd.DataFrame
    margin: float
    believed: bool
    currency: str | None
    about: About
    checks: Diagnostics | None = field(default=None, repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return the channels."""
        return self.frame


def channels(
    result: LongShort,
    checks: Diagnostics | object = None,
    regions: Panel | object = None,
    *,
    margin: float = 1.0,
) -> Channels:
    """Tell for each channel what comes back, when it is paid back, and what that rests on.

    Parameters
    ----------
    result : LongShort
        From :func:`alignment.horizons.long_short.long_and_short`.
    checks : Diagnostics or anything else
        From :func:`alignment.horizons.diagnostics.diagnose`; anything else is no check.
    regions : Panel or anything else
        From :func:`alignment.horizons.panel.panel`, for grade B; anything else is no panel.
    margin : float
        Part of revenue that is left to pay for spend; 1 counts revenue itself.

    Returns
    -------
    Channels

    Raises
    ------
    NotMeasurable
        If no channel has both spend and value won.
    """
    of_type("result", result, LongShort, "long_and_short(data)")
    within("margin", margin, 0, 1 + 1e-9)
    known = checks if isinstance(checks, Diagnostics) else None
    spend = spend_of(result)
    if "value" not in result.draws or not spend:
        raise NotMeasurable(NOTHING_BACK)
    level = result.about.level or LEVEL
    believed = known is not None and not known.vetoed
    alone = narrowed(result.fit, _members(result, list(spend)))
    panel = regions if isinstance(regions, Panel) else None
    rows = []
    for name, cost in spend.items():
        week = payback(result, name, cost, margin, level)
        rows.append(
            {
                "driver": name,
                "spend": cost,
                **_back(result, name, cost, level),
                **_late(result, name),
                **dict(zip(("payback", "payback_low", "payback_high"), week, strict=True)),
                "extrapolated": week[2] > min(result.draws["value"].known_weeks, YEAR_WEEKS),
                "grade": grade(result, name, known, panel, alone[name]) if believed else NONE,
                "above_copies": _above_copies(result, name, known),
                "by_experiment": alone[name],
            }
        )
    method = METHOD.format(margin=both(decimal, margin, digits=2))
    about = About(method, level, result.about.assumptions)
    frame = pd.DataFrame(rows).astype({"driver": "str", "grade": "str"})
    return Channels(frame, margin, believed, result.currency, about, known)


def spend_of(result: LongShort) -> dict[str, float]:
    """Give what an average week costs, of drivers with spend and of all marketing if it all has."""
    drivers = result.panel.drivers
    paid = drivers["unit"] == (result.currency or "")
    found = {str(n): float(result.panel.frame[n].mean()) for n in drivers.loc[paid, "driver"]}
    if len(found) > 1 and paid[drivers["team"] == "marketing"].all():
        found[MARKETING] = sum(found.values())
    return found


def payback(
    result: LongShort, name: str, cost: float, margin: float, level: float
) -> tuple[float, float, float]:
    """Give the week by which a week's spend is paid back, with its interval; infinite for never.

    Limits are order statistics of the draws, so that a part of them without payback is counted.
    """
    values = result.draws["value"]
    draws = values.draws[:, values.names.index(name), :LAST_WEEK]
    reached = margin * np.cumsum(draws, axis=1) >= cost * (1 - 1e-9)  # sums are rounded
    week = np.where(reached.any(axis=1), reached.argmax(axis=1) + 1.0, np.inf)
    tail = (1 - level) / 2
    low, middle, high = np.quantile(week, [tail, 0.5, 1 - tail], method="inverted_cdf")
    return float(middle), float(low), float(high)


def _back(result: LongShort, name: str, cost: float, level: float) -> dict[str, float]:
    found = {}
    for column, weeks in BACK.items():
        draws, _ = result.draws["value"].within(1, weeks)
        own = draws[:, [result.draws["value"].names.index(name)]] / cost
        told = limits(own, level)[0]
        for place, end in enumerate(("", "_low", "_high")):
            found[f"{column}{end}"] = float(told[place])
    return found


def _late(result: LongShort, name: str) -> dict[str, float]:
    rows = result.timing
    own = rows[(rows["driver"] == name) & (rows["measure"] == "value")]
    row = own[own["quantity"] == "late share"].iloc[0]
    return {
        "late_share": float(row["estimate"]),
        "late_low": float(row["low"]),
        "late_high": float(row["high"]),
    }


def _members(result: LongShort, names: list[str]) -> dict[str, list[str]]:
    drivers = result.panel.drivers
    marketing = drivers.loc[drivers["team"] == "marketing", "driver"].astype(str).tolist()
    return {name: marketing if name == MARKETING else [name] for name in names}


def grade(
    result: LongShort, name: str, checks: Diagnostics | None, panel: Panel | None, alone: float
) -> str:
    """Grade what a channel's line rests on, in a model that may be believed."""
    if alone >= LEARNED:
        return EXPERIMENT
    rows = result.effects
    year = rows[(rows["driver"] == name) & (rows["measure"] == "value")]
    told = bool((year.loc[year["horizon"] == "year", "verdict"] == TOLD).all())
    if not told:
        return ASSUMPTION
    if panel is not None and not panel.wanders and _objective_told(result, name, panel):
        return REGIONS
    return SERIES if _above_copies(result, name, checks) else ASSUMPTION


def _objective_told(result: LongShort, name: str, panel: Panel) -> bool:
    """Say whether regions tell an effect of the objective of a channel (of all, for a sum)."""
    objective = result.panel.drivers.set_index("driver")["objective"]
    seen = panel.frame.set_index("objective")["told"]
    return all(bool(seen.get(objective[n], False)) for n in _members(result, [name])[name])


def _above_copies(result: LongShort, name: str, checks: Diagnostics | None) -> bool:
    """Say whether a channel, or one of a sum, brings more than shuffled copies of itself."""
    if checks is None:
        return False
    rows = checks.frame[checks.frame["check"] == "placebo channel"]
    failed = set(rows.loc[rows["passed"].astype("boolean").eq(False).fillna(False), "subject"])
    return any(member not in failed for member in _members(result, [name])[name])


def narrowed(fit: WeeklyFit, members: Mapping[str, list[str]]) -> dict[str, float]:
    """Give the share by which experiments alone narrow the range of each year's effect.

    What they measured and the year's effects vary together in the prior; given lifts with normal
    errors, the variance of an effect falls by the square of its multiple correlation with them.

    Parameters
    ----------
    fit : WeeklyFit
        With the experiments that entered it.
    members : mapping of str to list of str
        Drivers whose effects make up each name.
    """
    entered = fit.experiments
    if not entered:
        return dict.fromkeys(members, 0.0)
    prior = prior_fit(fit, 8000, 1)
    measured = np.stack([prior.of(one) for one in entered])
    year = prior.within(YEAR_WEEKS)
    noise = np.diag([one.error**2 for one in entered])
    inner = np.atleast_2d(np.cov(measured)) + noise
    found = {}
    for name, own in members.items():
        effect = year[:, [fit.drivers.index(n) for n in own]].sum(axis=1)
        across = (measured - measured.mean(axis=1, keepdims=True)) @ (effect - effect.mean())
        across /= len(effect) - 1
        part = float(across @ np.linalg.solve(inner, across)) / float(effect.var(ddof=1))
        found[name] = 1 - float(np.sqrt(max(1 - part, 0.0)))
    return found
