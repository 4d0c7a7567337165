"""By which age nearly all that leads will win has been won, so that younger ones are still open."""

from __future__ import annotations

import numpy as np

from alignment.horizons.marked import MarkedSpells, won_by

SETTLED_SHARE = 0.9
_SHORTEST = 13  # weeks: below a quarter of follow-up no age can be told


def settled_age(spells: MarkedSpells, horizon: int) -> tuple[float, float]:
    """Find the age by which 90 % of the wins by the horizon have come, on the incidence curve.

    Parameters
    ----------
    spells : MarkedSpells
        All journeys with a touch.
    horizon : int
        Weeks; where the follow-up is shorter, its last full week takes this place.

    Returns
    -------
    age, horizon : float
        Weeks; both missing where the follow-up is shorter than 13 weeks or nothing was won.
    """
    weeks = np.arange(1, horizon + 1)
    wins, _ = won_by(spells, weeks * 7)
    told = np.flatnonzero(np.isfinite(wins))
    if not len(told) or weeks[told[-1]] < _SHORTEST or not wins[told[-1]] > 0:
        return np.nan, np.nan
    last = told[-1]
    reached = np.flatnonzero(wins[: last + 1] >= SETTLED_SHARE * wins[last])
    return float(weeks[reached[0]]), float(weeks[last])
