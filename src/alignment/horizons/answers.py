"""What pages ask of a long-and-short result: its measure, an effect, which team comes later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment import vocabulary
from alignment.errors import NotMeasurable
from alignment.horizons.effects import (
    BOTH_SALES,
    LEARNED,
    MARKETING,
    late_share,
    learned,
    limits,
)
from alignment.horizons.long_short import LongShort
from alignment.horizons.weekly import SALES
from alignment.results import LEVEL
from alignment.text import Text


@dataclass(frozen=True)
class Later:
    """How much more of marketing's year comes after the quarter than of sales effort's.

    Parameters
    ----------
    difference, low, high : float
        Of the two late shares, draw by draw.
    learned : float
        How much closer to it its draws lie than before the data: see
        :func:`alignment.horizons.effects.learned`.
    """

    difference: float
    low: float
    high: float
    learned: float

    @property
    def told(self) -> bool:
        """Say whether the data said enough to speak of it."""
        return bool(self.learned >= LEARNED)


def measure_told(result: LongShort) -> str:
    """Give the measure that pages tell: value where there is one, else the outcome itself."""
    return "value" if "value" in result.draws else next(iter(result.draws))


def currency_told(result: LongShort) -> str | None:
    """Give the currency of the measure that pages tell; None for opportunities."""
    return result.currency if measure_told(result) == "value" else None


def sales_told(result: LongShort) -> str | None:
    """Give the row that stands for all that sales does; None where nothing is on record."""
    names = result.draws[measure_told(result)].names
    return next((name for name in (BOTH_SALES, SALES) if name in names), None)


def effect_of(result: LongShort, driver: str, horizon: str) -> pd.Series:
    """Give the row of an effect in the measure that pages tell.

    Raises
    ------
    NotMeasurable
        If there is no such driver.
    """
    return _row(result.effects, driver, measure_told(result), "horizon", horizon)


def late_share_of(result: LongShort, driver: str) -> pd.Series:
    """Give the row of a late share in the measure that pages tell; errors as above."""
    return _row(result.timing, driver, measure_told(result), "quantity", "late share")


def _row(frame: pd.DataFrame, driver: str, measure: str, column: str, value: str) -> pd.Series:
    found = frame[
        (frame["driver"] == driver) & (frame["measure"] == measure) & (frame[column] == value)
    ]
    if not len(found):
        raise NotMeasurable(
            Text(
                en="Not measurable: {driver} is not on record by week.",
                es="No medible: no consta por semana: {driver}.",
            ).format(driver=vocabulary.driver(driver))
        )
    return found.iloc[0]


def later(result: LongShort) -> Later | None:
    """Compare the late shares of marketing and sales, draw by draw; None without sales."""
    other, responses = sales_told(result), result.draws[measure_told(result)]
    if other is None or MARKETING not in responses.names:
        return None
    places = [responses.names.index(name) for name in (MARKETING, other)]
    gaps = [
        -np.diff(late_share(part[:, places]), axis=1) for part in (responses.draws, responses.prior)
    ]
    level = result.about.level or LEVEL
    middle, low, high = (float(x) for x in limits(gaps[0], level)[0])
    return Later(middle, low, high, float(learned(gaps[0], gaps[1])[0]))
