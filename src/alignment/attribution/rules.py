"""Credit by rule: fixed weights over the touches of a won journey, which add up to one.

Sources: the definitions in the documentation of Adobe Marketo Measure, HubSpot, Dreamdata and
Google Analytics for first touch, last touch, linear, position-based 40/20/40 and time decay by
half-life; vendors give other weights under the same names, so the weights are said here, and a
rule that is one vendor's own carries its name.

The rules on milestones (:class:`AnchorWeights`) put weights on the touches that led to a
milestone: the last touch at or before it, as HubSpot counts. Where one touch led to several, its
weights add up; where a milestone is not recorded or no touch came before it, and where no touch is
left over, the other weights are scaled up so that the credit is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

import numpy as np

from alignment.attribution.paths import Floats, Paths, Statistics

Rule = Callable[[Paths], Floats]

# What counts as direct unless the caller says otherwise: nobody knows what led to such a visit.
DIRECT = ("Direct", "Direct Traffic", "(direct)", "(none)", "Directo", "Tráfico directo")


@dataclass(frozen=True)
class AnchorWeights:
    """Weights of the touches that led to the milestones, and of all the others together.

    Parameters
    ----------
    first : float
        First touch.
    lead, qualified, opportunity : float
        Last touch at or before the lead, its qualification, its opportunity was created.
    close : float
        Last touch before the close.
    others : float
        All touches that are none of these, in equal parts.
    """

    first: float = 0.0
    lead: float = 0.0
    qualified: float = 0.0
    opportunity: float = 0.0
    close: float = 0.0
    others: float = 0.0

    def __post_init__(self) -> None:
        given = [getattr(self, field.name) for field in fields(self)]
        if not all(np.isfinite(given)) or min(given) < 0 or not sum(given) > 0:
            raise ValueError("weights must not be negative, and not all be zero")

    @property
    def milestones(self) -> tuple[str, ...]:
        """Name the milestones that bear a weight and are not an end of the journey."""
        return tuple(n for n in ("lead", "qualified", "opportunity") if getattr(self, n) > 0)


PRESETS: Mapping[str, AnchorWeights] = {
    "hubspot_u": AnchorWeights(first=0.4, lead=0.4, others=0.2),
    "marketo_u": AnchorWeights(first=0.5, lead=0.5),
    "w_shaped": AnchorWeights(first=0.3, lead=0.3, opportunity=0.3, others=0.1),
    "full_path": AnchorWeights(first=0.225, lead=0.225, opportunity=0.225, close=0.225, others=0.1),
}


def first_touch(paths: Paths) -> Floats:
    """Give all to the first touch."""
    return np.asarray(paths.place == 0, dtype=np.float64)


def last_touch(paths: Paths) -> Floats:
    """Give all to the last touch."""
    return np.asarray(paths.place == paths.length[paths.journey] - 1, dtype=np.float64)


def last_non_direct(paths: Paths) -> Floats:
    """Give all to the last touch that is not direct; to the last one if all are.

    Raises
    ------
    ValueError
        If nobody said which touches are direct.
    """
    if paths.direct is None:
        raise ValueError("last non-direct needs to know which channels are direct")
    # Two steps up for a touch that is not direct: its place beats that of any direct one.
    score = paths.place + np.where(paths.direct, 0, len(paths.code) + 1)
    touched = np.flatnonzero(paths.length > 0)
    best = np.zeros(len(paths.length), dtype=np.int64)
    if len(touched):
        best[touched] = np.maximum.reduceat(score, paths.first[touched])
    return np.asarray(score == best[paths.journey], dtype=np.float64)


def linear(paths: Paths) -> Floats:
    """Give each touch the same."""
    return 1.0 / paths.length[paths.journey]


def position_based(paths: Paths, *, ends: float = 0.4) -> Floats:
    """Give 40 % to the first touch, 40 % to the last and share 20 % between the others.

    Two touches get one half each, a single touch gets all.
    """
    middle = (1.0 - 2.0 * ends) / np.maximum(paths.length - 2, 1)
    credit = np.repeat(middle, paths.length)
    touched = np.flatnonzero(paths.length > 0)
    length, first = paths.length[touched], paths.first[touched]
    outer = np.where(length == 1, 1.0, np.where(length == 2, 0.5, ends))
    credit[first] = outer
    credit[first + length - 1] = outer
    return np.asarray(credit, dtype=np.float64)


def time_decay(paths: Paths, *, half_life_days: float = 7.0) -> Floats:
    """Give a touch half as much for each half-life that it lies further before the end.

    Raises
    ------
    ValueError
        If the half-life is not positive, or a touch does not know its days before the end.
    """
    if not half_life_days > 0:
        raise ValueError("half_life_days must be positive")
    if np.isnan(paths.days).any():
        raise ValueError("time decay needs the days between each touch and the end of its journey")
    # Relative to the journey's own last touch, so that a distant one cannot underflow to 0 / 0.
    nearest = np.zeros(len(paths.length))
    touched = np.flatnonzero(paths.length > 0)
    if len(touched):
        nearest[touched] = np.minimum.reduceat(paths.days, paths.first[touched])
    decay = np.exp2((nearest[paths.journey] - paths.days) / half_life_days)
    return decay / np.bincount(paths.journey, decay, minlength=len(paths.length))[paths.journey]


def anchored(paths: Paths, weights: AnchorWeights) -> Floats:
    """Give the touches that led to milestones their weights, and the others the rest.

    A journey in which no touch bears a weight is shared evenly.

    Raises
    ------
    ValueError
        If the milestones are not known.
    """
    known = paths.anchors or {}
    missing = [name for name in weights.milestones if name not in known]
    if missing:
        raise ValueError(f"weights on {', '.join(missing)} need the milestones of the journeys")
    places = {"first": np.minimum(paths.length, 1) - 1, "close": paths.length - 1}
    places.update({name: known[name] for name in weights.milestones})
    bearing = [(getattr(weights, n), at) for n, at in places.items() if getattr(weights, n) > 0]
    left = paths.length.copy()  # touches that led to no milestone
    total = np.zeros(len(paths.length))
    for number, (weight, place) in enumerate(bearing):
        again = np.zeros(len(place), dtype=bool)
        for _, earlier in bearing[:number]:
            again |= place == earlier
        left -= (place >= 0) & ~again
        total += weight * (place >= 0)
    total += weights.others * (left > 0)
    bare = total == 0
    scale = np.where(bare, 0.0, 1.0 / np.where(bare, 1.0, total))
    each = np.where(bare, 1.0 / np.maximum(left, 1), weights.others * scale / np.maximum(left, 1))
    credit = np.repeat(each, paths.length)
    touches = []
    for weight, place in bearing:
        found = np.flatnonzero(place >= 0)
        touches.append((paths.first[found] + place[found], weight * scale[found]))
        credit[touches[-1][0]] = 0.0
    for touch, part in touches:
        credit[touch] += part
    return credit


def rules(
    half_life_days: float, custom: Mapping[str, AnchorWeights] | None = None
) -> Mapping[str, Rule]:
    """Name the rules, the vendors' and the caller's own weights among them."""

    def by_weights(weights: AnchorWeights) -> Rule:
        return lambda paths: anchored(paths, weights)

    return {
        "first": first_touch,
        "last": last_touch,
        "last_non_direct": last_non_direct,
        "linear": linear,
        "position": position_based,
        "time_decay": lambda paths: time_decay(paths, half_life_days=half_life_days),
        **{name: by_weights(weights) for name, weights in {**PRESETS, **(custom or {})}.items()},
    }


def rule_statistics(paths: Paths, rule: Rule) -> Statistics:
    """Give the credit of a rule as sums over journeys: one sum a key, and the credit is the sum.

    Parameters
    ----------
    paths : Paths
        Journeys; only won ones have anything to credit.
    rule : callable
        Weights of the touches, which add up to one in each journey.
    """
    won = paths.of_won
    amount = rule(won) * won.value[won.journey]
    return Statistics(
        width=len(paths.keys),
        credit=lambda sums: sums,
        terms=lambda: (paths.won_rows[won.journey], won.code, amount),
    )
