"""The target accounts, and the weeks in which each is in the market."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alignment.simulation.streams import stream
from alignment.simulation.weeks import Floats
from alignment.simulation.world import REGIONS, SEGMENTS, World

_REGION_WEIGHTS = np.array([0.16, 0.14, 0.13, 0.13, 0.18, 0.10, 0.09, 0.07])


@dataclass(frozen=True)
class Accounts:
    """One entry an account, by position.

    Attributes
    ----------
    region, segment : numpy.ndarray
        Positions in `REGIONS` and `SEGMENTS`.
    fit : numpy.ndarray
        How well the account fits the product, F; known to the company.
    in_market : numpy.ndarray
        Weeks by accounts; known to nobody.
    """

    region: npt.NDArray[np.int64]
    segment: npt.NDArray[np.int64]
    fit: Floats
    in_market: npt.NDArray[np.bool_]


def draw_accounts(seed: int, world: World) -> Accounts:
    """Draw the accounts and their spells in the market.

    Out of the market an account enters with a weekly hazard; in it, a spell lasts a
    geometric number of weeks. Marketing has no part in either.

    Parameters
    ----------
    seed : int
        Seed of the company.
    world : World
        Parameters.

    Returns
    -------
    Accounts
        All target accounts.
    """
    random = stream(seed, "accounts")
    size = world.accounts
    region = random.choice(len(REGIONS), size=size, p=_REGION_WEIGHTS).astype(np.int64)
    segment = random.choice(len(SEGMENTS), size=size, p=world.segment_shares).astype(np.int64)
    fit = world.fit_mean + world.fit_sd * random.standard_normal(size)

    random = stream(seed, "market")
    weeks = world.burn_in_weeks + world.observed_weeks
    enters = 1 - np.exp(-world.market_entry)
    leaves = 1 / world.market_weeks
    in_market = np.zeros((weeks, size), dtype=np.bool_)
    state = random.random(size) < enters / (enters + leaves)
    for week in range(weeks):
        chance = random.random(size)
        state = np.where(state, chance >= leaves, chance < enters)
        in_market[week] = state
    return Accounts(region, segment, fit, in_market)
