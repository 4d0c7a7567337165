"""What becomes of a lead, as the company ran and as it would have run otherwise.

The same function gives the observed journey (all channels on) and the potential
outcomes: which channels are on is its argument, and the lead's random numbers stay.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from alignment.simulation.leads import Bools, Leads, expit
from alignment.simulation.weeks import Floats, next_opening
from alignment.simulation.world import CHANNELS, World

# The probit lines that agree with the logit at two points in the range that matters.
_PROBIT_SQL = (-0.1219, 0.4937)  # at log-odds -4 and -1
_PROBIT_WIN = (-0.0401, 0.5435)  # at log-odds -3 and -0.5


@dataclass(frozen=True)
class Journey:
    """What each team did with each lead, and the probabilities that result.

    Attributes
    ----------
    marketing, sales : numpy.ndarray
        Leads by channels: the touches that count in the outcome.
    score : numpy.ndarray
        L, with the points of the marketing touches that took place.
    qualified : numpy.ndarray
        Whether the score handed the lead over (MQL).
    qualified_hour : numpy.ndarray
        Hours from the inquiry to the moment at which the score passed the threshold.
    delay : numpy.ndarray
        Hours from then to the first follow-up, also where there was none.
    collision : numpy.ndarray
        Whether the two teams touched the lead at once without knowing.
    sql_probability, win_probability : numpy.ndarray
        The second one given SQL.
    """

    marketing: Bools
    sales: Bools
    score: Floats
    qualified: Bools
    qualified_hour: Floats
    delay: Floats
    collision: Bools
    sql_probability: Floats
    win_probability: Floats

    @property
    def won_probability(self) -> Floats:
        """Probability that the lead becomes a customer, if its deal is ever closed."""
        return self.sql_probability * self.win_probability


def run_journeys(
    world: World,
    leads: Leads,
    channels: tuple[str, ...] = CHANNELS,
    redraw_sales: bool = False,
) -> Journey:
    """Run the journeys of the leads with only some of the channels.

    Parameters
    ----------
    world : World
        Parameters.
    leads : Leads
        The leads and their random numbers.
    channels : tuple of str
        The channels that are on.
    redraw_sales : bool
        If false, the touches of the other channels are removed from the journeys that
        took place. If true, removed marketing touches also leave the score, and
        qualification, follow-up and meeting are decided again.

    Returns
    -------
    Journey
        One entry a lead.
    """
    on = np.array([channel in channels for channel in CHANNELS])
    marketing = leads.exposed & on[:3]
    scored = marketing if redraw_sales else leads.exposed
    own = (
        world.score_warmth * leads.warmth
        + world.score_fit * leads.fit
        + world.score_sd * leads.score_noise
    )
    score = own + _weigh(scored, world.score_marketing)
    qualified_hour = _qualified_hour(world, leads, own, scored)
    sales, qualified, delay = _sales_touches(world, leads, score, qualified_hour)
    sales = sales & on[3:]
    collision = leads.collides & marketing.any(axis=1) & sales[:, 0]
    return Journey(
        marketing=marketing,
        sales=sales,
        score=score,
        qualified=qualified,
        qualified_hour=qualified_hour,
        delay=delay,
        collision=collision,
        sql_probability=_sql_probability(world, leads, marketing, sales, delay, collision),
        win_probability=_win_probability(world, leads, marketing, sales),
    )


def _weigh(touches: Bools, weights: tuple[float, ...]) -> Floats:
    """Add the weights of the touches, column by column, in a fixed order."""
    total = np.zeros(len(touches))
    for column, weight in enumerate(weights):
        total = total + weight * touches[:, column]
    return total


def _sales_touches(
    world: World, leads: Leads, score: Floats, qualified_hour: Floats
) -> tuple[Bools, Bools, Floats]:
    """Decide who is qualified, followed up and met, and after how many hours."""
    queue = world.queue_sd * leads.queue_noise + world.queue_load * leads.load
    qualified = score > world.score_threshold
    if world.routing == "score":
        base, by_score, by_queue, by_warmth = world.follow_up
        chance = expit(base + by_score * score + by_queue * queue + by_warmth * leads.warmth)
        followed = qualified & (leads.follow_up_chance < chance)
        met = followed & (leads.meeting_chance < expit(world.meeting[0] + world.meeting[1] * score))
        level = score
    else:
        # Routing that does not look at the score: a coin, or everyone.
        share = 1.0 if world.routing == "everyone" else 0.4
        followed = leads.follow_up_chance < share
        met = followed & (leads.meeting_chance < 0.5)
        level = np.full(len(leads), 1.0)
    base, by_queue, by_score, spread = world.delay
    log_delay = base + by_queue * queue + by_score * level + spread * leads.delay_noise
    # A minute at least, and never beyond the two weeks in which touches are counted.
    work = np.clip(np.where(leads.late, leads.late_hours, np.exp(log_delay)), 1 / 60, 144.0)
    ready = leads.hour + qualified_hour
    # Whoever is on call, evenings and weekends, takes only the hottest.
    hot = level > world.on_call_score
    at = np.where(hot, next_opening(ready + work, on_call=True), next_opening(ready + work))
    delay = at - ready
    return np.column_stack([followed, met]), qualified, delay


def _qualified_hour(world: World, leads: Leads, own: Floats, scored: Bools) -> Floats:
    """Return when the score, growing touch by touch, passed the threshold."""
    order = np.argsort(leads.exposed_hour, axis=1, kind="stable")
    points = np.take_along_axis(scored * np.array(world.score_marketing), order, axis=1)
    hours = np.take_along_axis(leads.exposed_hour, order, axis=1)
    reached = own[:, None] + np.cumsum(points, axis=1) > world.score_threshold
    first = np.argmax(reached, axis=1)[:, None]
    at_touch = np.take_along_axis(hours, first, axis=1)[:, 0]
    at_once = (own > world.score_threshold) | ~reached.any(axis=1)
    return np.where(at_once, 0.05, at_touch + 0.02)


def _sql_probability(
    world: World, leads: Leads, marketing: Bools, sales: Bools, delay: Floats, collision: Bools
) -> Floats:
    """Return the probability that a lead becomes sales-qualified."""
    base = (
        world.sql_base[0]
        + world.sql_base[1] * leads.warmth
        + world.sql_base[2] * leads.fit
        + world.sql_base[3] * leads.brand
    )
    touches = _weigh(marketing, world.sql_marketing) + _weigh(sales, world.sql_sales)
    if world.link == "identity":
        return np.clip(expit(base) + touches, 0.0, 1.0)
    predictor = (
        base
        + touches
        + _pairs(marketing, sales, world.sql_pairs)
        + _tone(marketing, leads.rational, world.sql_tone)
        + world.sql_brand_follow_up * leads.brand * sales[:, 0]
        + world.sql_delay * np.log(delay / 12) * sales[:, 0]
        + world.sql_collision * collision
    )
    return _link(world, predictor, _PROBIT_SQL)


def _win_probability(world: World, leads: Leads, marketing: Bools, sales: Bools) -> Floats:
    """Return the probability that an opportunity, once there, is won."""
    predictor = (
        world.win_base[0]
        + world.win_base[1] * leads.warmth
        + world.win_base[2] * leads.fit
        + world.win_base[3] * leads.brand
    )
    if world.link == "identity":
        # With no effect of the channels here, the whole path to won stays additive.
        return expit(predictor)
    predictor = (
        predictor
        + _weigh(marketing, world.win_marketing)
        + _weigh(sales, world.win_sales)
        + _pairs(marketing, sales, world.win_pairs)
        + _tone(marketing, leads.rational, world.win_tone)
    )
    return _link(world, predictor, _PROBIT_WIN)


def _pairs(marketing: Bools, sales: Bools, effects: tuple[tuple[float, float], ...]) -> Floats:
    """Add the effects that need one touch of each team."""
    total = np.zeros(len(marketing))
    for column, row in enumerate(effects):
        total = total + _weigh(marketing[:, [column]] & sales, row)
    return total


def _tone(marketing: Bools, rational: Bools, effects: tuple[float, float]) -> Floats:
    """Add what the appeal of each touch's content adds: emotional, rational."""
    return effects[0] * np.asarray((marketing & ~rational).sum(axis=1)) + effects[1] * np.asarray(
        (marketing & rational).sum(axis=1)
    )


def _link(world: World, predictor: Floats, probit: tuple[float, float]) -> Floats:
    """Turn the linear predictor into a probability."""
    if world.link == "probit":
        probability: npt.NDArray[np.float64] = ndtr(probit[0] + probit[1] * predictor)
        return probability
    return expit(predictor)
