"""How long brand and activation last, from regions that were dark while others were not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.arguments import of_type, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.horizons.panel_fit import HALF_LIVES, PanelFit, fit_panel, saturated, stock
from alignment.horizons.region_weeks import RegionWeeks, dark_weeks, region_weeks
from alignment.results import LEVEL, About, Result
from alignment.tables import OBJECTIVES
from alignment.text import Text

MINIMUM_REGIONS = 3
SHORTEST_DARK = 4  # weeks on end without spend
WANDERING = 0.05  # correlation of residuals from week to week above which nothing is claimed
FADE_WEEKS = 104

METHOD = Text(
    en="Regions by weeks: each week's outcomes are split over the regions by their own level and "
    "their stocks of brand and activation, so that what all regions share in a week drops out. "
    "Half-lives by profile likelihood, widened by the dispersion and the long-run variance of the "
    "scores.",
    es="Regiones por semanas: los resultados de cada semana se reparten entre regiones según su "
    "nivel y sus capitales de marca y activación; lo común a todas en una semana se cancela. Vidas "
    "medias por verosimilitud perfilada, ampliada por la dispersión y la varianza de largo plazo "
    "de las puntuaciones.",
)
ASSUMPTIONS = (
    Text(
        en="Regions were not switched off, nor given more, for what was about to happen in them.",
        es="Ninguna región se apagó, ni recibió más, por lo que estaba a punto de pasar en ella.",
    ),
    Text(
        en="Spend in one region does not reach the others.",
        es="La inversión en una región no llega a las demás.",
    ),
    Text(
        en="Spend has diminishing returns, half reached at its mean; a stock fades by the same "
        "part each week.",
        es="La inversión rinde cada vez menos, la mitad a su nivel medio; el capital pierde cada "
        "semana la misma parte.",
    ),
    Text(
        en="What a region's past had left it when the data begin is within about 10% of the usual.",
        es="Lo que el pasado dejó a cada región al empezar los datos difiere de lo usual en un "
        "10 %, más o menos.",
    ),
)


@dataclass(frozen=True)
class Panel(Result):
    """Half-lives and effects of brand and activation, from regions and weeks.

    Parameters
    ----------
    frame : DataFrame
        ``objective`` (str), ``half_life``, ``low``, ``high`` (float64, weeks; 0 and infinite
        where the data set no bound), ``effect``, ``effect_low``, ``effect_high`` (float64: how
        many more outcomes, as a share, in a region that always spends the mean, against one that
        never spends), ``told`` (bool: the effect's interval lies above 0).
    profile : DataFrame
        ``objective``, ``half_life``, ``drop``: twice the drop of the log-likelihood, over the
        dispersion, at each half-life.
    fade : DataFrame
        ``weeks`` (int64), ``share``, ``low``, ``high``: part of the effect of brand that is left
        that many weeks after it stops.
    weekly : DataFrame
        ``week`` (Monday), ``region``, ``outcome``, ``brand``, ``activation`` (spend),
        ``brand_stock`` (at the half-life estimated, 1 at full saturation), ``dark`` (bool).
    outcome : {"leads", "opportunities"}
        What was counted.
    persistence : float
        Correlation of the residuals from week to week.
    currency : str or None
    about : About
    """

    frame: pd.DataFrame
    profile: pd.DataFrame
    fade: pd.DataFrame
    weekly: pd.DataFrame
    outcome: str
    persistence: float
    currency: str | None
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return half-lives and effects."""
        return self.frame

    @property
    def wanders(self) -> bool:
        """Whether regions move by themselves so much that nothing should be claimed."""
        return self.persistence > WANDERING


def panel(data: Dataset, *, outcome: str = "leads", level: float = LEVEL) -> Panel:
    """Estimate the half-lives of brand and activation from regions that were dark.

    Parameters
    ----------
    data : Dataset
        Needs ``spend`` and ``campaigns`` with ``objective`` and ``region``, and leads or
        opportunities with a region.
    outcome : {"leads", "opportunities"}
        What is counted by week and region, at its creation.
    level : float
        Level of the intervals.

    Returns
    -------
    Panel

    Raises
    ------
    NotMeasurable
        If these are missing, there are fewer than 3 regions or 52 weeks, or no region was
        without brand spend for 4 weeks on end while another had some.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    within("level", level, 0, 1)
    found = region_weeks(data, outcome)
    dark = _dark(found)
    reached = tuple(saturated(found.spend[objective]) for objective in OBJECTIVES)
    fitted = fit_panel(found.outcome, reached, level)
    return Panel(
        frame=_frame(fitted),
        profile=_profile(fitted),
        fade=_fade(fitted),
        weekly=_weekly(found, dark, stock(reached[0], float(fitted.half_life[0]))),
        outcome=outcome,
        persistence=fitted.persistence,
        currency=data.currency,
        about=About(METHOD, level, ASSUMPTIONS, found.left_out),
    )


def _dark(found: RegionWeeks) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Find the dark weeks, or say plainly why there is no panel."""
    if len(found.regions) < MINIMUM_REGIONS:
        raise NotMeasurable(
            Text(
                en="Not measurable: spend and outcomes by region are on record for fewer than 3 "
                "regions, so no region can be compared with others in the same week.",
                es="No medible: hay inversión y resultados por región de menos de 3 regiones; no "
                "se puede comparar una con otras en la misma semana.",
            )
        )
    dark = dark_weeks(found.spend["brand"], SHORTEST_DARK)
    if not dark.any():
        raise NotMeasurable(
            Text(
                en="Not measurable: brand spend was never off for 4 weeks in one region while it "
                "ran in another, so how long brand lasts cannot be told apart from the season.",
                es="No medible: la inversión de marca nunca se apagó 4 semanas en una región "
                "mientras seguía en otra; no se puede separar cuánto dura la marca de la "
                "temporada.",
            )
        )
    return dark


def _frame(fitted: PanelFit) -> pd.DataFrame:
    # At its mean, spend reaches half of what it can: that is the unit in which effects are told.
    effects = [
        np.expm1(0.5 * one) for one in (fitted.effect, fitted.effect_low, fitted.effect_high)
    ]
    return pd.DataFrame(
        {
            "objective": list(OBJECTIVES),
            "half_life": fitted.half_life,
            "low": fitted.low,
            "high": fitted.high,
            "effect": effects[0],
            "effect_low": effects[1],
            "effect_high": effects[2],
            "told": fitted.told,
        }
    ).astype({"objective": "str"})


def _profile(fitted: PanelFit) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"objective": name, "half_life": HALF_LIVES, "drop": fitted.profile[k]})
        for k, name in enumerate(OBJECTIVES)
    ]
    return pd.concat(parts, ignore_index=True).astype({"objective": "str"})


def _fade(fitted: PanelFit) -> pd.DataFrame:
    weeks = np.arange(FADE_WEEKS + 1)

    def left(half_life: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        if half_life <= 0:
            return np.asarray(weeks == 0, dtype=np.float64)
        return np.asarray(0.5 ** (weeks / half_life), dtype=np.float64)

    return pd.DataFrame(
        {
            "weeks": weeks,
            "share": left(float(fitted.half_life[0])),
            "low": left(float(fitted.low[0])),
            "high": left(float(fitted.high[0])),
        }
    )


def _weekly(
    found: RegionWeeks,
    dark: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    brand: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> pd.DataFrame:
    count = len(found.regions)
    return pd.DataFrame(
        {
            "week": np.repeat(found.weeks.to_numpy(), count),
            "region": np.tile(np.array(found.regions, dtype=object), len(found.weeks)),
            "outcome": found.outcome.ravel(),
            "brand": found.spend["brand"].ravel(),
            "activation": found.spend["activation"].ravel(),
            "brand_stock": brand.ravel(),
            "dark": dark.ravel(),
        }
    ).astype({"region": "str"})
