"""False alarms and power of Gray's and the log-rank test where leads of one account are alike.

Leads are won, lost or never closed; a share of the variance of what moves them is their account's
(0: independent, 0.5, 0.9). Accounts hold three leads in the mean and up to 20. Groups are made of
whole accounts, or (``mixed``) cut through them. Each draw is tested twice: as if leads were
independent, and by account. Run from the repository's root::

    PYTHONPATH=src python benchmarks/group_tests_by_account.py

It writes ``benchmarks/results/group_tests_by_account.csv``: by world, accounts a group, test and
end how often a test at 5 % found a difference, where there is none and where the first group wins
more often (``difference``: points more of all leads), in so many runs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm

from alignment.incidence import risk_tables
from alignment.lead_to_close.account_scores import account_spells
from alignment.lead_to_close.group_tests import gray, log_rank

RESULTS = Path(__file__).parent / "results"
LEVEL = 0.05
WINS, CLOSED = 0.4, 0.75  # of the closed; of all
NAMES = ("Gray, won", "Gray, lost", "log-rank, won", "log-rank, lost")


def law(
    random: np.random.Generator,
    sizes: Sequence[int],
    alike: float,
    *,
    mixed: bool = False,
    more: float = 0.0,
) -> tuple[np.ndarray, ...]:
    """Draw leads: days until they close (a million if never), whether won, group and account."""
    accounts = sum(sizes)
    size = np.minimum(random.geometric(1 / 3, accounts), 20)
    account = np.repeat(np.arange(accounts), size)
    latent = np.sqrt(alike) * random.standard_normal((accounts, 3))[account]
    latent = latent + np.sqrt(1 - alike) * random.standard_normal((len(account), 3))
    which, how_long, whether = norm.cdf(latent).T
    group = np.repeat(np.arange(len(sizes)), sizes)[account]
    if mixed:
        group = random.choice(len(sizes), len(account), p=np.array(sizes) / accounts)
    won = which < WINS + np.where(group == 0, more / CLOSED, 0.0)
    takes = -np.where(won, 60.0, 40.0) * np.log(how_long)
    return np.where(whether < CLOSED, takes, 1e6).astype(np.int64), won, group, account


def draw(
    random: np.random.Generator,
    sizes: Sequence[int],
    alike: float,
    *,
    mixed: bool = False,
    more: float = 0.0,
) -> tuple[np.ndarray, ...]:
    """Draw leads: days followed, end (1 won, 2 lost, 0 open), group and account."""
    takes, won, group, account = law(random, sizes, alike, mixed=mixed, more=more)
    stop = random.integers(60, 300, len(account))
    end = np.where(takes > stop, 0, np.where(won, 1, 2))
    return np.minimum(takes, stop), end, group, account


def p_values(
    exit: np.ndarray, end: np.ndarray, group: np.ndarray, account: np.ndarray
) -> np.ndarray:
    """Test as if independent, then by account: (2, tests)."""
    groups, entry = int(group.max()) + 1, np.zeros_like(exit)
    tables = risk_tables(entry, exit, end, group=group, groups=groups)
    sharing = account_spells(entry, exit, end, group, groups, account)
    return np.array(
        [
            [
                test(tables, end=kind, spells=of).p_value
                for test in (gray, log_rank)
                for kind in (0, 1)
            ]
            for of in (None, sharing)
        ]
    )


def rows(
    sizes: Sequence[int], alike: float, runs: int, seed: int, *, mixed: bool, more: float
) -> list[tuple[object, ...]]:
    """Count how often each test finds a difference."""
    random = np.random.default_rng([seed, *sizes, int(100 * alike), int(mixed), int(1000 * more)])
    found = np.array(
        [p_values(*draw(random, sizes, alike, mixed=mixed, more=more)) for _ in range(runs)]
    )
    alarms = (found < LEVEL).mean(axis=0)
    counts = " + ".join(map(str, sizes)) if len(set(sizes)) > 1 else f"{len(sizes)} × {sizes[0]}"
    world = (alike, counts, mixed, more)
    return [(*world, name, *alarms[:, at], runs) for at, name in enumerate(NAMES)]


def main(runs: int = 2000, seed: int = 53) -> None:
    """Measure each world; what is done so far is on disk."""
    told: list[tuple[object, ...]] = []
    sizes = [(10, 10), (20, 20), (40, 40), (200, 200), (8, 80), (20, 200), (20,) * 3, (30,) * 5]
    cases = [(one, alike, False, 0.0) for one in sizes for alike in (0.0, 0.5, 0.9)]
    cases += [((20, 20), alike, True, 0.0) for alike in (0.0, 0.5, 0.9)]
    cases += [(one, a, False, 0.15) for one in ((20, 20), (40, 40), (200, 200)) for a in (0.0, 0.5)]
    columns = ["alike", "accounts", "mixed", "difference", "test", "independent", "by_account"]
    for one, alike, mixed, more in cases:
        told += rows(one, alike, runs, seed, mixed=mixed, more=more)
        table = pd.DataFrame(told, columns=[*columns, "runs"]).round(4)
        table = table.assign(level=LEVEL, seed=seed, date=date.today().isoformat())
        table.to_csv(RESULTS / "group_tests_by_account.csv", index=False, lineterminator="\n")
    sys.stdout.write(table.to_string(index=False) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
