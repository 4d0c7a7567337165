"""Sales effort on open deals: a known strength is found, and its gain is net."""

import numpy as np
import pytest

from alignment.horizons.closing import _net_slope, closing_effect
from alignment.horizons.marked import MarkedSpells

WEEKS = 150


def deals(strength, seed, a_week=30):
    """Deals won at 2 % a week, times what effort does, and lost at 4 %."""
    random = np.random.default_rng(seed)
    effort = random.gamma(2, 1, WEEKS) * np.where(np.arange(WEEKS) // 10 % 2, 1.5, 0.5)
    z = effort / (effort + effort.mean())
    z /= z.mean()
    created, exit, end = [], [], []
    for start in np.repeat(np.arange(WEEKS), a_week):
        day = start * 7 + int(random.integers(7))
        for week in range(start, WEEKS):
            chance = random.random()
            won = 0.02 * np.exp(strength * (z[week] - 1))
            if chance < won + 0.04:
                ended = max(week * 7 + int(random.integers(7)), day)
                created.append(day)
                exit.append(ended - day)
                end.append(1 if chance < won else 2)
                break
        else:
            created.append(day)
            exit.append(WEEKS * 7 - 1 - day)
            end.append(0)
    count = len(created)
    spells = MarkedSpells(
        np.zeros(count, np.int64),
        np.array(exit),
        np.array(end),
        np.ones(count),
        np.arange(count),
    )
    return spells, np.array(created), effort


@pytest.mark.parametrize("strength", [0.0, 0.6])
def test_a_known_strength_lies_in_its_interval(strength):
    spells, created, effort = deals(strength, 3)
    found = closing_effect(spells, created, effort, horizon=60, draws=2000, seed=0)
    low, high = np.quantile(found.strength, [0.05, 0.95])
    if strength:
        assert low < strength < high
        assert low > 0.2
    else:
        assert high < 0.3
    assert found.prior_strength.mean() == pytest.approx(0.3 * np.sqrt(2 / np.pi), rel=0.1)
    # What is won earlier is not won later: the gain of the first weeks shrinks.
    gain = found.more_wins.mean(axis=0)
    assert gain.argmax() < 59
    assert 0 < gain[-1] < gain.max()


def test_where_all_deals_are_won_in_the_end_nothing_is_gained_in_all():
    slope = _net_slope(
        np.full(400, 5.0) * 0.9 ** np.arange(400),
        np.full(400, 0.1),
        np.zeros(400),
        np.eye(1, 300)[0],
        300,
    )
    assert slope[0] == pytest.approx(0.1 * 50, rel=1e-6)
    assert slope[-1] == pytest.approx(0, abs=1e-6)


def test_few_wins_are_no_evidence():
    spells, created, effort = deals(0.0, 1, a_week=1)
    few = spells.where(np.arange(len(created)) < 20)
    assert closing_effect(few, created[:20], effort, horizon=60, draws=10, seed=0) is None
    flat = np.ones(WEEKS)
    assert closing_effect(spells, created, flat, horizon=60, draws=10, seed=0) is None
