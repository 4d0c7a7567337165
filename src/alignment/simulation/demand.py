"""What moves the market week by week: demand, season, spend and the stocks it builds.

Spend builds two stocks in each region, B (brand) and A (activation)::

    stock_t = retention * stock_{t-1} + (1 - retention) * x_t / (x_t + half saturation)

and follows what it is meant to cause: past revenue and, for activation, demand.
"""

import numpy as np
import numpy.typing as npt

from alignment.simulation.streams import stream
from alignment.simulation.weeks import Floats, season, week_starts
from alignment.simulation.world import REGIONS, World

BRAND, ACTIVATION = 0, 1
SPEND_CHANNELS = ("brand", "activation")


def autoregression(shocks: Floats, persistence: float) -> Floats:
    """Accumulate shocks along the first axis, each fading at the given rate.

    Parameters
    ----------
    shocks : numpy.ndarray
        One row a week.
    persistence : float
        What remains of the last week's value.

    Returns
    -------
    numpy.ndarray
        Same shape; the first row starts from the stationary spread.
    """
    series = np.empty_like(shocks)
    series[0] = shocks[0] / np.sqrt(1 - persistence**2)
    for week in range(1, len(shocks)):
        series[week] = persistence * series[week - 1] + shocks[week]
    return series


class Market:
    """The weekly state of the market and of the budget, filled in week after week.

    Parameters
    ----------
    seed : int
        Seed of the company.
    world : World
        Parameters.

    Attributes
    ----------
    demand, season : numpy.ndarray
        Log effects on inquiries, one a week.
    dark : numpy.ndarray
        Weeks by regions: whether brand spend was switched off by design.
    spend, stock : numpy.ndarray
        Weeks by regions by spend channel (brand, activation).
    revenue : numpy.ndarray
        Weeks by regions: amounts won, in USD, in the week of closing.
    """

    def __init__(self, seed: int, world: World) -> None:
        self.world = world
        weeks, regions = world.burn_in_weeks + world.observed_weeks, len(REGIONS)
        self.starts = week_starts(weeks)
        noise = stream(seed, "demand").standard_normal(weeks) * world.demand_sd
        self.demand = autoregression(noise, world.demand_persistence)
        self.season = season(self.starts, world.season_amplitude, world.year_end_dip)
        random = stream(seed, "spend")
        self._level = world.spend_level * np.exp(
            world.spend_region_sd * random.standard_normal((regions, 2))
        )
        self._drift = autoregression(
            world.spend_sd * random.standard_normal((weeks, regions, 2)), world.spend_persistence
        )
        self.dark = _dark_weeks(stream(seed, "dark"), world)
        self.spend = np.zeros((weeks, regions, 2))
        self.stock = np.zeros((weeks, regions, 2))
        # Deals may close after the export: those weeks are kept out of reach of budgets.
        self.revenue = np.zeros((weeks, regions))

    def advance(self, week: int) -> None:
        """Set the week's spend, from what is known before it, and its stocks.

        Parameters
        ----------
        week : int
            The week, counted from the start of the burn-in.
        """
        world = self.world
        push = world.spend_follows_revenue * self._recent_revenue(week)
        log = self._drift[week] + push[:, None]
        log[:, ACTIVATION] += world.spend_follows_demand * self.demand[week]
        spend = self._level * np.exp(np.clip(log, -2.5, 2.5))
        spend[self.dark[week], BRAND] = 0.0
        # Thousands of MXN to the cent, as a platform would bill them.
        self.spend[week] = np.round(spend, 5)
        reached = self.spend[week] / (self.spend[week] + world.half_saturation)
        keep = np.array([world.brand_retention, world.activation_retention])
        if week == 0:
            self.stock[week] = reached
        else:
            self.stock[week] = keep * self.stock[week - 1] + (1 - keep) * reached

    def _recent_revenue(self, week: int) -> Floats:
        """Return log of the last 13 weeks' revenue over its mean, shrunk, by region."""
        if week < 26:
            return np.zeros(len(REGIONS))
        recent = self.revenue[week - 13 : week].sum(axis=0)
        usual = self.revenue[13:week].mean(axis=0) * 13
        # Wins are rare in one region: both sides lean on the company's usual revenue.
        anchor = max(float(usual.mean()), 1.0)
        return np.asarray(np.log((recent + anchor) / (usual + anchor)), dtype=np.float64)


def _dark_weeks(random: np.random.Generator, world: World) -> npt.NDArray[np.bool_]:
    """Draw, for every quarter of 13 weeks, the regions without brand spend."""
    weeks, regions = world.burn_in_weeks + world.observed_weeks, len(REGIONS)
    dark = np.zeros((weeks, regions), dtype=np.bool_)
    for start in range(0, weeks, 13):
        chosen = random.permutation(regions)[: world.dark_regions]
        dark[start : start + 13, chosen] = True
    return dark
