"""What comes by each month of leads, deals and wins: from those there already, and from new ones.

One row a bootstrap sample of cohort months throughout; the first row is the data as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from alignment.dataset import Dataset
from alignment.shared_goals.cohorts import (
    DAY,
    Curves,
    Floats,
    convolved,
    curves,
    excess,
    month_weights,
    remaining,
)
from alignment.shared_goals.horizon import Horizon
from alignment.shared_goals.passages import Passages


@dataclass(frozen=True)
class Change:
    """Factors on what was measured; 1 leaves it as it is.

    Parameters
    ----------
    opportunity, win, value : float
        On the share of leads that become an opportunity, of opportunities won, and on what a win
        is worth.
    speed : float
        On every lag; 0.9 is a tenth faster.
    """

    opportunity: float = 1.0
    win: float = 1.0
    value: float = 1.0
    speed: float = 1.0


@dataclass(frozen=True)
class Flow:
    """Expected numbers by sample.

    Parameters
    ----------
    open_by : array (S, deals, T)
        Probability that each open deal is won by the end of each month of the plan.
    open_amount : array (deals,)
        Their amounts, missing where none is recorded.
    old : dict of str to array (S, T)
        ``accepted``, ``opportunity``, ``won``: expected in each month of leads that are there
        without an opportunity.
    new : dict of str to array (S, T + beyond, M + beyond)
        The same, of one new lead an average month.
    by_date : array (S, M)
        Wins by the date of one new lead an average month in each month.
    spread : tuple of float
        Squared CV of the months' levels: lead to opportunity, opportunity to win.
    """

    open_by: Floats
    open_amount: Floats
    old: dict[str, Floats]
    new: dict[str, Floats]
    by_date: Floats
    spread: tuple[float, float] = field(default=(0.0, 0.0))

    def open_worth(self, mean: float) -> Floats:
        """Give each open deal its own amount, one that is missing the mean of those won."""
        return np.where(np.isnan(self.open_amount), mean, self.open_amount)

    def open_value(self, mean: float) -> Floats:
        """Expect what the open deals win in each month of the plan, in the data as they are."""
        by_month = np.diff(self.open_by[0], axis=1, prepend=0.0)
        return np.asarray(self.open_worth(mean) @ by_month)


@dataclass(frozen=True)
class Measured:
    """The curves of each step under the resampled months.

    Parameters
    ----------
    accepted, opportunity, won : Curves
        From the lead, from the lead, and from the opportunity.
    weights : array (S, M)
        How often each cohort month stands in each sample.
    spread : tuple of float
        As in :class:`Flow`.
    """

    accepted: Curves
    opportunity: Curves
    won: Curves
    weights: Floats
    spread: tuple[float, float]

    def changed(self, change: Change) -> Measured:
        """Return the curves under some factors."""
        if change == Change():
            return self
        return replace(
            self,
            accepted=_scaled(self.accepted, 1.0, change.speed),
            opportunity=_scaled(self.opportunity, change.opportunity, change.speed),
            won=_scaled(self.won, change.win, change.speed),
        )


def measured(found: Passages, *, samples: int, seed: int) -> Measured:
    """Estimate every step's curves, in the data and in samples of cohort months."""
    weights = month_weights(len(found.months), samples, seed)
    of = {name: curves(found.cohorts[name], weights) for name in ("accepted", "opportunity", "won")}
    spread = excess(found.cohorts["opportunity"]), excess(found.cohorts["won"])
    return Measured(of["accepted"], of["opportunity"], of["won"], weights, spread)


def _scaled(curve: Curves, share: float, speed: float) -> Curves:
    """Multiply a share and stretch its lags."""
    days = np.arange(curve.made.shape[1])
    made, still = curve.made, curve.still
    if speed != 1.0:
        place = np.clip(days / speed, 0, len(days) - 1)
        low, part = place.astype(np.int64), place - place.astype(np.int64)
        high = np.minimum(low + 1, len(days) - 1)
        made = made[:, low] * (1 - part) + made[:, high] * part
        still = still[:, low] * (1 - part) + still[:, high] * part
    raised = np.minimum(made * share, 1.0)
    return Curves(raised, np.clip(still - (raised - made), 1e-9, 1.0))


def expected_flow(data: Dataset, found: Passages, of: Measured, span: Horizon) -> Flow:
    """Expect what comes by month, from what is there and from one new lead a month."""
    days = int(span.last[-1])
    frame = found.frame
    age = ((data.as_of - frame["lead"]) / DAY).to_numpy().astype(np.int64)
    width = of.accepted.made.shape[1]
    inside = (age >= 0) & (age < width)

    def waiting(stage: str) -> Floats:
        rows = inside & frame[stage].isna().to_numpy()
        return np.bincount(age[rows], minlength=width).astype(np.float64)

    accepted, opened, won = of.accepted, of.opportunity, of.won
    to_come = remaining(waiting("opportunity"), opened.made, 1 - opened.made, days)
    taken = remaining(waiting("accepted"), accepted.made, 1 - accepted.made, days)
    old = {"accepted": taken, "opportunity": to_come, "won": convolved(to_come, won.density, days)}
    both = lead_to_win(of, max(width, days + 1))
    new = {"accepted": accepted.made, "opportunity": opened.made, "won": both}
    open_by, open_amount = _open_deals(data, found, won, span)
    return Flow(
        open_by=open_by,
        open_amount=open_amount,
        old={name: span.within(np.cumsum(part, axis=1)) for name, part in old.items()},
        new={name: span.response(made) for name, made in new.items()},
        by_date=span.by_the_day(both),
        spread=of.spread,
    )


def lead_to_win(of: Measured, days: int) -> Floats:
    """Give the probability that a lead is won by each day (S, days)."""
    return np.cumsum(convolved(of.opportunity.density, of.won.density, days), axis=1)


def _open_deals(
    data: Dataset, found: Passages, won: Curves, span: Horizon
) -> tuple[Floats, Floats]:
    """Give each open deal's probability of a win by the end of each month, and its amount."""
    rows = found.frame[found.frame["is_open"] & found.frame["opportunity"].notna()]
    width = won.made.shape[1]
    age = ((data.as_of - rows["opportunity"]) / DAY).to_numpy().astype(np.int64)
    age = np.clip(age, 0, width - 1)
    ends = np.minimum(span.last[: span.months], span.days)
    later = np.clip(age[:, None] + ends[None, :], 0, width - 1)
    gain = won.made[:, later] - won.made[:, age][:, :, None]
    # Beyond what was ever followed nothing is known of a deal; it is not counted on.
    still = won.still[:, age][:, :, None]
    chance = np.where(still > 1e-3, gain / np.maximum(still, 1e-3), 0.0)
    return np.clip(chance, 0.0, 1.0), rows["amount"].to_numpy(np.float64)
