"""What stopping brand for a year would cost, and when it would show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.horizons.effects import limits
from alignment.horizons.model import SHORT_WEEKS, YEAR_WEEKS

Floats = NDArray[np.float64]

SHOWN_AT = 1.645  # standard deviations of a quarter's sum: one false alarm in twenty


@dataclass(frozen=True)
class Stop:
    """What is lost if brand stops for a year and then goes on as before.

    Parameters
    ----------
    frame : DataFrame
        ``measure`` (opportunities, value), ``week`` (1 is the first without brand), ``loss``,
        ``low``, ``high`` (in that week), ``cumulated``, ``cumulated_low``, ``cumulated_high``,
        ``extrapolated``.
    summary : DataFrame
        ``measure``, ``quantity`` (``loss in the first quarter``, ``loss in the year``, ``loss in
        all``: to the last week; ``share in the first quarter``: of the loss in all; ``half of the
        year's last loss``: first week with half of what a week loses at the end of the year), with
        ``estimate``, ``low``, ``high``.
    shows_in, shows_low, shows_high : float
        Median and limits of the first week by which a quarter's sum of the outcome lies so far
        below that noise alone would do it once in twenty times; infinite where it never does
        within the year.
    saved : float
        Spend of that year that would be saved, in the reporting currency; NaN without spend.
    """

    frame: pd.DataFrame
    summary: pd.DataFrame
    shows_in: float
    shows_low: float
    shows_high: float
    saved: float


def lost_by_week(responses: Floats) -> Floats:
    """Add up what the weeks of a year without activity no longer bring, by week.

    Parameters
    ----------
    responses : array (S, W)
        Effect of one average week by week after it.

    Returns
    -------
    array (S, W)
        ``Σ_{j = 0}^{51} a_{h−j}``.
    """
    total = np.cumsum(responses, axis=1)
    lost = total.copy()
    lost[:, YEAR_WEEKS:] -= total[:, :-YEAR_WEEKS]
    return lost


def when_shown(lost: Floats, noise: Floats, ratio: Floats) -> Floats:
    """Find the first week by which the loss of a quarter stands out from noise, by draw.

    The standard deviation of a sum of 13 weeks is that of the noise and of a baseline that walks
    on from where it was: ``σ² (13 + q Σ k²)``.

    Parameters
    ----------
    lost : array (S, W)
        Loss by week, in units of the outcome.
    noise, ratio : arrays (S,)
        Variance of a week's noise, and of the baseline's step over it.

    Returns
    -------
    array (S,)
        Weeks; infinite where it does not show within the year.
    """
    squares = float((np.arange(1, SHORT_WEEKS + 1) ** 2).sum())
    deviation = np.sqrt(noise * (SHORT_WEEKS + ratio * squares))
    total = np.cumsum(lost[:, :YEAR_WEEKS], axis=1)
    quarter = total.copy()
    quarter[:, SHORT_WEEKS:] -= total[:, :-SHORT_WEEKS]
    shown = quarter >= SHOWN_AT * deviation[:, np.newaxis]
    return np.where(shown.any(axis=1), shown.argmax(axis=1) + 1.0, np.inf)


def loss_tables(
    lost: Floats, measure: str, known_weeks: float, level: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the frame and the summary of a :class:`Stop` for one measure."""
    frame = pd.DataFrame(limits(lost, level), columns=["loss", "low", "high"])
    total = np.cumsum(lost, axis=1)
    frame[["cumulated", "cumulated_low", "cumulated_high"]] = limits(total, level)
    frame.insert(0, "measure", measure)
    frame.insert(1, "week", np.arange(1, len(frame) + 1))
    frame["extrapolated"] = frame["week"] > min(known_weeks, YEAR_WEEKS)
    quarter, year, whole = (total[:, w - 1] for w in (SHORT_WEEKS, YEAR_WEEKS, total.shape[1]))
    last = lost[:, YEAR_WEEKS - 1 : YEAR_WEEKS]
    half = np.where(last[:, 0] > 0, (lost >= last / 2).argmax(axis=1) + 1.0, np.nan)
    numbers = {
        "loss in the first quarter": quarter,
        "loss in the year": year,
        "loss in all": whole,
        "share in the first quarter": quarter / np.where(whole > 0, whole, np.nan),
        "half of the year's last loss": half,
    }
    told = limits(np.column_stack(list(numbers.values())), level)
    summary = pd.DataFrame(told, columns=["estimate", "low", "high"])
    summary.insert(0, "measure", measure)
    summary.insert(1, "quantity", list(numbers))
    return frame, summary
