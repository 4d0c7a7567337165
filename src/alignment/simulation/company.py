"""The invented company, run week by week: demand, spend, leads, deals and revenue.

Revenue feeds later budgets, so that the weeks cannot be run apart from each other.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from alignment.simulation.accounts import Accounts, draw_accounts
from alignment.simulation.demand import SPEND_CHANNELS, Market
from alignment.simulation.leads import (
    SOURCES,
    Bools,
    Integers,
    Leads,
    draw_inquiries,
    draw_leads,
    join_leads,
)
from alignment.simulation.outcomes import Journey, run_journeys
from alignment.simulation.streams import stream
from alignment.simulation.weeks import (
    AS_OF,
    Floats,
    Instants,
    add_hours,
    instants_at_work,
    next_opening,
)
from alignment.simulation.world import (
    MARKETING_CHANNELS,
    REGIONS,
    SALES_CHANNELS,
    SEGMENTS,
    World,
    find_world,
)

EXPOSURE_HOURS = 14 * 24.0


@dataclass(frozen=True)
class Outcome:
    """How each lead ended, known or not at the export.

    Attributes
    ----------
    sql, won, zombie : numpy.ndarray
        `won` given that the deal is ever closed; a zombie never is.
    sql_hour : numpy.ndarray
        Hours from the inquiry to SQL, which opens the opportunity.
    days_open : numpy.ndarray
        Days from opportunity to close.
    amount : numpy.ndarray
        USD.
    """

    sql: Bools
    won: Bools
    zombie: Bools
    sql_hour: Floats
    days_open: Floats
    amount: Floats


@dataclass(frozen=True, eq=False)
class Company:
    """An invented company: what happened in it, whether or not anyone recorded it.

    Attributes
    ----------
    seed, world
        What it was made from.
    market : Market
        Weekly state, burn-in included.
    target_accounts : Accounts
        Arrays behind `accounts`.
    draws : Leads
        The observed leads' random numbers, in the order of `leads`.
    journey : Journey
        What the teams did with them.
    accounts, leads, opportunities, spend : pandas.DataFrame
        The same company as tables. `leads` has the hidden warmth and in-market flag;
        `opportunities` also has deals from before the first observed week that were
        still open then (no lead); instants are UTC.
    """

    seed: int
    world: World
    market: Market
    target_accounts: Accounts
    draws: Leads
    journey: Journey
    accounts: pd.DataFrame
    leads: pd.DataFrame
    opportunities: pd.DataFrame
    spend: pd.DataFrame

    @property
    def observed_from(self) -> np.datetime64:
        """The first moment of the first observed week."""
        return np.datetime64(self.market.starts[self.world.burn_in_weeks], "s")


def simulate_company(seed: int, world: World | str = "base") -> Company:
    """Run an invented company.

    Parameters
    ----------
    seed : int
        The same seed gives the same company, bit for bit.
    world : World or str
        Its parameters, or the name of one of `WORLDS`.

    Returns
    -------
    Company
        Everything that happened up to the export, and the deals' eventual ends.
    """
    world = find_world(world)
    accounts = draw_accounts(seed, world)
    market = Market(seed, world)
    inquiries, random = stream(seed, "inquiries"), stream(seed, "leads")
    weeks = world.burn_in_weeks + world.observed_weeks
    parts = []
    for week in range(weeks):
        market.advance(week)
        inquiring = draw_inquiries(world, market, accounts, week, inquiries)
        leads = draw_leads(world, market, accounts, week, inquiring, random)
        outcome = conclude(world, leads, run_journeys(world, leads))
        _book(market, leads, outcome)
        parts.append(leads)
    every = join_leads(parts)
    every = every.take(np.lexsort((every.account, every.hour, every.week)).astype(np.int64))
    observed = every.take(every.week >= world.burn_in_weeks)
    journey = run_journeys(world, observed)
    outcome = conclude(world, observed, journey)
    table = _lead_table(world, market, observed, journey, outcome)
    earlier = every.take(every.week < world.burn_in_weeks)
    before = _earlier_opportunities(world, market, earlier)
    return Company(
        seed=seed,
        world=world,
        market=market,
        target_accounts=accounts,
        draws=observed,
        journey=journey,
        accounts=_account_table(accounts),
        leads=table,
        opportunities=_opportunity_table(table, before),
        spend=_spend_table(world, market),
    )


def conclude(world: World, leads: Leads, journey: Journey) -> Outcome:
    """Draw, from the leads' own random numbers, how their journeys end.

    Parameters
    ----------
    world : World
        Parameters.
    leads : Leads
        The leads.
    journey : Journey
        Their journeys, observed or not.

    Returns
    -------
    Outcome
        One entry a lead.
    """
    sql = leads.hour + EXPOSURE_HOURS + 24.0 * leads.sql_days
    sql = next_opening(sql)
    won = leads.win_chance < journey.win_probability
    fast = journey.sales[:, 0] & (journey.delay < world.fast_hours)
    days = (
        np.where(won, world.days_to_won, world.days_to_lost)
        * np.exp(world.days_log_sd * leads.close_noise)
        * np.where(leads.segment == 2, world.enterprise_days, 1.0)
        * np.where(fast, world.fast_days, 1.0)
        * (1 + world.brand_days * (leads.brand - 0.5))
    )
    amount = np.array(world.amount_medians)[leads.segment] * np.exp(
        world.amount_log_sd * leads.amount_noise
    )
    return Outcome(
        sql=leads.sql_chance < journey.sql_probability,
        won=won,
        zombie=leads.zombie,
        sql_hour=sql - leads.hour,
        days_open=(next_opening(sql + 24.0 * np.maximum(days, 0.5)) - sql) / 24.0,
        amount=np.round(amount, -1),
    )


def _book(market: Market, leads: Leads, outcome: Outcome) -> None:
    """Enter the amounts that will be won in the weeks in which they will close."""
    sold = outcome.sql & outcome.won & ~outcome.zombie
    hours = leads.hour + outcome.sql_hour + 24.0 * outcome.days_open
    week = (leads.week + hours // 168).astype(np.int64)
    sold &= week < len(market.revenue)
    np.add.at(market.revenue, (week[sold], leads.region[sold]), outcome.amount[sold])


def _instants(market: Market, leads: Leads, hours: Floats | float) -> Instants:
    return add_hours(market.starts[leads.week], leads.hour + hours)


def _never_where(instants: Instants, never: npt.NDArray[np.bool_]) -> Instants:
    """Blank the instants of what did not take place, or not before the export."""
    return np.where(never | (instants >= AS_OF), np.datetime64("NaT", "s"), instants)


def _lead_table(
    world: World, market: Market, leads: Leads, journey: Journey, outcome: Outcome
) -> pd.DataFrame:
    """Lay the observed leads out as a table, hidden columns included."""
    created = _instants(market, leads, 0.0)
    mql = _instants(market, leads, journey.qualified_hour)
    follow = _instants(market, leads, journey.qualified_hour + journey.delay)
    # The meeting still falls within the two weeks in which touches are counted.
    meeting = np.minimum(
        instants_at_work(add_hours(follow, leads.meeting_hours)),
        add_hours(created, np.full(len(leads), EXPOSURE_HOURS - 0.1)),
    )
    sql = _instants(market, leads, outcome.sql_hour)
    closed = add_hours(sql, 24.0 * outcome.days_open)
    feedback = (leads.week - world.burn_in_weeks >= world.adoption_week) & (leads.source % 2 == 0)
    rejected = (
        journey.sales[:, 0]
        & ~outcome.sql
        & (
            leads.rejection_chance
            < 1 / (1 + np.exp(-(world.rejection + world.feedback_effect * feedback)))
        )
    )
    recorded = leads.reason_chance < np.where(
        leads.week - world.burn_in_weeks >= world.adoption_week,
        world.reason_recorded[1],
        world.reason_recorded[0],
    )
    table = {
        "account": leads.account,
        "region": np.array(REGIONS)[leads.region],
        "segment": np.array(SEGMENTS)[leads.segment],
        "source": np.array(SOURCES)[leads.source],
        "created_at": created,
        "in_market": leads.in_market,
        "warmth": leads.warmth,
        "fit": leads.fit,
        "brand": leads.brand,
        "activation": leads.activation,
        "score": journey.score,
        "mql": journey.qualified,
        "mql_at": _never_where(mql, ~journey.qualified),
    }
    for column, channel in enumerate(MARKETING_CHANNELS):
        at = _instants(market, leads, leads.exposed_hour[:, column])
        table[channel] = leads.exposed[:, column]
        table[f"{channel}_at"] = _never_where(at, ~leads.exposed[:, column])
        table[f"{channel}_rational"] = leads.rational[:, column]
        table[f"{channel}_clicked"] = leads.clicked[:, column] & leads.exposed[:, column]
    for column, channel in enumerate(SALES_CHANNELS):
        at = follow if column == 0 else meeting
        table[channel] = journey.sales[:, column]
        table[f"{channel}_at"] = _never_where(at, ~journey.sales[:, column])
    table |= {
        "delay_hours": np.where(journey.sales[:, 0], journey.delay, np.nan),
        "collision": journey.collision,
        "rejected": rejected,
        "decided_at": _never_where(
            instants_at_work(add_hours(follow, 2.0 + 30.0 * leads.reason_chance)),
            ~journey.sales[:, 0],
        ),
        "reason_recorded": rejected & recorded,
        "sql": outcome.sql,
        "sql_at": _never_where(sql, ~outcome.sql),
        "won": outcome.sql & outcome.won & ~outcome.zombie,
        "zombie": outcome.sql & outcome.zombie,
        "days_open": np.where(outcome.sql & ~outcome.zombie, outcome.days_open, np.nan),
        "closed_at": _never_where(closed, ~outcome.sql | outcome.zombie),
        "amount_usd": np.where(outcome.sql, outcome.amount, np.nan),
    }
    return pd.DataFrame(table)


def _earlier_opportunities(world: World, market: Market, leads: Leads) -> pd.DataFrame:
    """Return the leads of the burn-in whose deals were open when the records began."""
    table = _lead_table(world, market, leads, *_run(world, leads))
    began = pd.Timestamp(market.starts[world.burn_in_weeks])
    # A zombie that old would have been purged with the old system.
    still_open = table["sql_at"].notna() & (table["sql_at"] < began) & ~table["zombie"]
    still_open &= table["closed_at"].isna() | (table["closed_at"] >= began)
    return table[still_open]


def _run(world: World, leads: Leads) -> tuple[Journey, Outcome]:
    journey = run_journeys(world, leads)
    return journey, conclude(world, leads, journey)


def _account_table(accounts: Accounts) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "region": np.array(REGIONS)[accounts.region],
            "segment": np.array(SEGMENTS)[accounts.segment],
            "fit": accounts.fit,
        }
    )


def _opportunity_table(leads: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """Return one row a deal that exists at the export, oldest first."""
    columns = ["account", "region", "segment", "source", "sql_at", "closed_at", "won", "zombie"]
    columns += ["days_open", "amount_usd"]
    new = leads.loc[leads["sql_at"].notna(), columns].assign(
        lead=lambda table: table.index, migrated=False
    )
    old = earlier[columns].assign(lead=-1, migrated=True)
    table = pd.concat([old, new]).rename(columns={"sql_at": "created_at"})
    table = table.sort_values(["created_at", "lead", "account"], kind="stable", ignore_index=True)
    closed = table["closed_at"].notna()
    table["status"] = np.where(~closed, "open", np.where(table["won"], "won", "lost"))
    return table


def _spend_table(world: World, market: Market) -> pd.DataFrame:
    """Return observed spend and stocks: one row a week, region and spend channel."""
    first = world.burn_in_weeks
    weeks = market.starts[first:]
    index: list[Integers] = [
        part.ravel().astype(np.int64)
        for part in np.meshgrid(
            np.arange(len(weeks)), np.arange(len(REGIONS)), np.arange(2), indexing="ij"
        )
    ]
    week, region, channel = index
    return pd.DataFrame(
        {
            "week": week,
            "starts_on": weeks[week].astype("datetime64[D]").astype("datetime64[s]"),
            "region": np.array(REGIONS)[region],
            "channel": np.array(SPEND_CHANNELS)[channel],
            "spend_mxn": np.round(1_000 * market.spend[first:][week, region, channel], 2),
            "stock": market.stock[first:][week, region, channel],
            "dark": market.dark[first:][week, region] & (channel == 0),
        }
    )
