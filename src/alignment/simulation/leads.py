"""Leads: who asks in a week, and the random numbers behind all that follows.

Each lead carries its own random numbers. Its observed journey and its potential
outcomes under other policies (`outcomes`) are computed from the same ones.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alignment.simulation.accounts import Accounts
from alignment.simulation.demand import ACTIVATION, BRAND, Market
from alignment.simulation.weeks import Floats
from alignment.simulation.world import REGIONS, World

Bools = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

SOURCES = (
    "Paid Search",
    "Paid Social",
    "LinkedIn",
    "Organic Search",
    "Webinar",
    "Trade Show",
    "Referral",
    "Website",
)
_SOURCE_WEIGHTS = np.array([0.22, 0.16, 0.14, 0.16, 0.10, 0.06, 0.06, 0.10])

# Leads a week and account that the sales team is staffed for.
_USUAL_LEADS = 0.022

# Share of inquiries by weekday, Monday first, and by local hour.
_WEEKDAYS = np.array([0.19, 0.20, 0.20, 0.18, 0.15, 0.04, 0.04])
_HOURS = np.array(
    [0.4, 0.2, 0.2, 0.2, 0.2, 0.4, 1, 2, 5, 8, 9, 9, 8, 6, 6, 8, 9, 8, 6, 4, 3, 3, 2, 1]
)


@dataclass(frozen=True)
class Leads:
    """One entry a lead, by position, with the random numbers that are its own.

    Names that end in `_noise` are standard normal, those in `_chance` uniform.
    Columns of the two-dimensional ones are the marketing channels.
    """

    account: Integers
    week: Integers
    hour: Floats  # into the week
    region: Integers
    segment: Integers
    source: Integers
    fit: Floats
    warmth: Floats
    in_market: Bools
    brand: Floats
    activation: Floats
    load: Floats
    exposed: Bools
    exposed_hour: Floats  # after the inquiry
    rational: Bools
    score_noise: Floats
    queue_noise: Floats
    follow_up_chance: Floats
    meeting_chance: Floats
    meeting_hours: Floats  # after the follow-up
    delay_noise: Floats
    late: Bools
    late_hours: Floats
    collides: Bools
    sql_chance: Floats
    win_chance: Floats
    sql_days: Floats  # after the two weeks of exposure
    close_noise: Floats
    zombie: Bools
    amount_noise: Floats
    rejection_chance: Floats
    reason_chance: Floats
    clicked: Bools

    def __len__(self) -> int:
        return len(self.account)

    def take(self, chosen: Bools | Integers) -> "Leads":
        """Return the chosen leads, by mask or by positions."""
        return Leads(
            **{field.name: getattr(self, field.name)[chosen] for field in dataclasses.fields(self)}
        )


def join_leads(parts: list[Leads]) -> Leads:
    """Put several sets of leads one after another.

    Parameters
    ----------
    parts : list of Leads
        At least one.

    Returns
    -------
    Leads
        All of them.
    """
    return Leads(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in dataclasses.fields(Leads)
        }
    )


def expit(value: Floats) -> Floats:
    """Return the logistic function of a log-odds."""
    return 1 / (1 + np.exp(-value))


def draw_inquiries(
    world: World, market: Market, accounts: Accounts, week: int, random: np.random.Generator
) -> Integers:
    """Draw the accounts that inquire in a week.

    Parameters
    ----------
    world : World
        Parameters.
    market : Market
        Its stocks up to the week must be known.
    accounts : Accounts
        All accounts.
    week : int
        The week.
    random : numpy.random.Generator
        The stream of the inquiries.

    Returns
    -------
    numpy.ndarray
        Positions of accounts, each at most once.
    """
    in_market = accounts.in_market[week]
    stock = market.stock[week][accounts.region]
    log_hazard = (
        np.where(in_market, world.inquiry_in_market, world.inquiry_out_of_market)
        + world.inquiry_brand * stock[:, BRAND]
        + world.inquiry_activation * stock[:, ACTIVATION]
        + world.inquiry_fit * accounts.fit
        + market.season[week]
        + market.demand[week]
    )
    chance = random.random(len(accounts.fit))
    return np.flatnonzero(chance < 1 - np.exp(-np.exp(log_hazard))).astype(np.int64)


def draw_leads(
    world: World,
    market: Market,
    accounts: Accounts,
    week: int,
    inquiring: Integers,
    random: np.random.Generator,
) -> Leads:
    """Draw the leads of a week: one for each account that inquires.

    Parameters
    ----------
    world : World
        Parameters.
    market : Market
        Its stocks up to the week must be known.
    accounts : Accounts
        All accounts.
    week : int
        The week.
    inquiring : numpy.ndarray
        Positions of the accounts that inquire.
    random : numpy.random.Generator
        The stream of the leads.

    Returns
    -------
    Leads
        In the order of the accounts.
    """
    size = len(inquiring)
    noise = random.standard_normal((size, 6))
    chance = random.random((size, 14))
    touch = random.random((size, 3, 4))
    region, fit = accounts.region[inquiring], accounts.fit[inquiring]
    in_market = accounts.in_market[week, inquiring]
    stock = market.stock[week][region]
    warmth = (
        np.where(in_market, world.warmth_in_market, world.warmth_out_of_market)
        + world.warmth_sd * noise[:, 0]
    )
    exposure = expit(
        np.array(world.exposure_base)
        + np.array(world.exposure_fit) * fit[:, None]
        + np.array(world.exposure_activation) * (stock[:, [ACTIVATION]] - 0.5)
        + np.array(world.exposure_warmth) * warmth[:, None]
    )
    return Leads(
        account=inquiring,
        week=np.full(size, week, dtype=np.int64),
        hour=_moment(chance[:, 0], chance[:, 1], chance[:, 2]),
        region=region,
        segment=accounts.segment[inquiring],
        source=np.searchsorted(np.cumsum(_SOURCE_WEIGHTS)[:-1], chance[:, 3]).astype(np.int64),
        fit=fit,
        warmth=warmth,
        in_market=in_market,
        brand=stock[:, BRAND],
        activation=stock[:, ACTIVATION],
        load=_load(region, accounts),
        exposed=touch[:, :, 0] < exposure,
        exposed_hour=np.array([6.0, 12.0, 24.0]) + touch[:, :, 1] * np.array([42.0, 60.0, 66.0]),
        rational=touch[:, :, 2] < 0.5,
        score_noise=noise[:, 1],
        queue_noise=noise[:, 2],
        follow_up_chance=chance[:, 4],
        meeting_chance=chance[:, 5],
        meeting_hours=3.0 + 24.0 * chance[:, 6],
        delay_noise=noise[:, 3],
        late=chance[:, 7] < world.late_share,
        late_hours=72.0 + 72.0 * chance[:, 8],
        collides=chance[:, 9] < world.collision_share,
        sql_chance=chance[:, 10],
        win_chance=chance[:, 11],
        sql_days=0.1 - 8.0 * np.log1p(-random.random(size)),
        close_noise=noise[:, 4],
        zombie=chance[:, 12] < world.zombie_share,
        amount_noise=noise[:, 5],
        rejection_chance=chance[:, 13],
        reason_chance=random.random(size),
        clicked=touch[:, :, 3] < expit(-1.2 + 0.6 * warmth)[:, None],
    )


def _moment(day: Floats, hour: Floats, within: Floats) -> Floats:
    """Turn three uniform numbers into hours since Monday, more of them at work."""
    weekday = np.searchsorted(np.cumsum(_WEEKDAYS)[:-1], day)
    clock = np.searchsorted(np.cumsum(_HOURS / _HOURS.sum())[:-1], hour)
    return np.asarray(24.0 * weekday + clock + within, dtype=np.float64)


def _load(region: Integers, accounts: Accounts) -> Floats:
    """Return how full each lead's region is this week, on a log scale around zero."""
    count = np.bincount(region, minlength=len(REGIONS))
    size = np.bincount(accounts.region, minlength=len(REGIONS))
    usual = size * _USUAL_LEADS
    crowd = np.log((count + 3.0) / (usual + 3.0))
    return np.asarray(crowd[region], dtype=np.float64)
