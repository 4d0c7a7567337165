"""Restricted means: days spent open, and days lost to each end, within a horizon.

The mean time to close does not exist while some never close; its restriction to a horizon always
does. Days open up to τ are the area under the survival curve, days lost to an end the area under
its cumulative incidence, and together they make τ (Irwin 1949, J Hyg 47:188; Andersen 2013, Stat
Med 32:5278). Variances are the delta ones of the discrete curve: without censoring they are the
plain variance of a mean. Where spells share accounts they are widened by the largest design effect
of the curve up to the horizon.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alignment.incidence import Floats, Incidence
from alignment.lead_to_close.reopened import Occupation


@dataclass(frozen=True)
class RestrictedMean:
    """Areas up to a horizon; NaN where the horizon lies beyond the follow-up.

    Parameters
    ----------
    open_days, open_variance : float
        Mean time that a spell stays open within the horizon, and its variance.
    lost_days, lost_variance : arrays (K,)
        Mean time within the horizon that comes after each kind of end.
    """

    open_days: float
    open_variance: float
    lost_days: Floats
    lost_variance: Floats


def restricted_mean(found: Incidence, horizon: float) -> RestrictedMean:
    """Integrate the curves of an estimate from 0 to a horizon.

    With whole days, an end on day t counts from day t on: one on the day of the start loses the
    whole horizon.

    Parameters
    ----------
    found : Incidence
        From :func:`~alignment.incidence.aalen_johansen`.
    horizon : float
        Days, above 0.

    Returns
    -------
    RestrictedMean
    """
    if horizon <= 0:
        raise ValueError("a horizon lies after day 0")
    table, kinds = found.table, len(found.incidence)
    if not horizon <= table.follow_up:
        missing = np.full(kinds, np.nan)
        return RestrictedMean(np.nan, np.nan, missing, missing)
    upto = int(np.searchsorted(table.time, horizon, side="left"))
    time = table.time[:upto].astype(np.float64)
    widths = np.diff(np.append(time, horizon))
    first = float(time[0]) if upto else horizon  # open for sure before the first end
    open_days = first + float(found.survival[:upto] @ widths)
    areas = found.incidence[:, :upto] @ widths
    if isinstance(found, Occupation):
        spread = np.array([found.area_variance(state, widths) for state in range(kinds + 1)])
    else:
        moved = _Moved(found, upto, time, widths, horizon)
        spread = np.array([moved.variance(kind) for kind in (None, *range(kinds))])
    if found.design_effect is not None and upto:
        spread = spread * found.design_effect[:, :upto].max(axis=1)
    return RestrictedMean(open_days, float(spread[0]), areas, spread[1:])


class _Moved:
    """How far one more end at each time would move an area, and the variance that follows."""

    def __init__(
        self, found: Incidence, upto: int, time: Floats, widths: Floats, horizon: float
    ) -> None:
        self.n = np.maximum(found.table.at_risk[:upto], 1).astype(np.float64)
        self.share = found.table.events[:, :upto] / self.n
        self.survival = found.survival[:upto]
        self.before = np.append(1.0, self.survival[:-1]) if upto else self.survival
        self.incidence = found.incidence[:, :upto]
        self.left = horizon - time
        self.widths = widths

    def _beyond(self, curve: Floats) -> Floats:
        """Area under a curve from each time to the horizon."""
        beyond: Floats = np.cumsum((curve * self.widths)[::-1])[::-1]
        return beyond

    def variance(self, kind: int | None) -> float:
        """Variance of the area under the incidence of a kind; of the survival for None."""
        open_after = np.where(self.survival > 0, self.survival, 1.0)
        if kind is None:
            later = np.where(self.survival > 0, self._beyond(self.survival) / open_after, 0.0)
            pulls = [-self.before * later] * len(self.share)
        else:
            curve = self.incidence[kind]
            rise = self._beyond(curve) - curve * self.left
            later = np.where(self.survival > 0, rise / open_after, 0.0)
            own = self.before * (self.left - later)
            pulls = [own if k == kind else -self.before * later for k in range(len(self.share))]
        return _multinomial(self.share, pulls, self.n)


def _multinomial(share: NDArray[Any], pulls: list[Floats], n: Floats) -> float:
    """Add up, over times, the variance of the pull of one draw among ends and none, over n."""
    square = sum(q * pull**2 for q, pull in zip(share, pulls, strict=True))
    mean = sum(q * pull for q, pull in zip(share, pulls, strict=True))
    return float(np.sum((square - mean**2) / n))
