"""How often the findings about groups and cohorts claim a difference that is not there, or is.

Invented leads arrive evenly over two years in five groups; won and lost race each other at
exponential rates, and the export cuts what is still open. In the first worlds all groups and
cohorts share one law, so that every claim is false; beside the rule of the library stands what a
reader does who looks at the smallest of the ten unadjusted p-values. In the second one group is won
at twice the rate, and in the third so are the leads of the last year. Run from the repository's
root::

    python benchmarks/clock_findings.py 150 7
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.findings import groups_differ, open_days_differ, recent_cohorts
from alignment.lead_to_close import Clocks, cohort_triangle, estimate_clocks
from alignment.results import LEVEL

RESULTS = Path(__file__).parent / "results"
GROUPS, LEADS, WINDOW = 5, 2500, 730
WON, LOST = 600.0, 150.0  # mean days of each end alone
START = pd.Timestamp("2024-01-01", tz="UTC")


def clocks(random: np.random.Generator, *, faster_group: bool, faster_lately: bool) -> Clocks:
    """Draw the clocks of one world, by group."""
    group = random.integers(0, GROUPS, LEADS)
    start = np.floor(random.uniform(0, WINDOW, LEADS))
    pace = np.ones(LEADS)
    if faster_group:
        pace[group == 0] *= 2
    if faster_lately:
        pace[start >= WINDOW - 365] *= 2
    won, lost = random.exponential(WON, LEADS) / pace, random.exponential(LOST, LEADS)
    day, followed = np.floor(np.minimum(won, lost)), WINDOW - start
    end = np.where(day > followed, 2, np.where(won < lost, 0, 1))
    names = np.char.add("L", np.arange(LEADS).astype(str))
    frame = pd.DataFrame(
        {
            "id": names,
            "visit": 0,
            "account_id": names,
            "start": START + pd.to_timedelta(start, unit="D"),
            "entry": np.zeros(LEADS, dtype=np.int64),
            "exit": np.minimum(day, followed).astype(np.int64),
            "followed": followed.astype(np.int64),
            "end": pd.Categorical.from_codes(end, categories=["won", "lost", "open"]),
            "group": np.char.add("G", group.astype(str)),
        }
    ).astype({"group": "str"})
    return Clocks(
        frame=frame,
        ends=("won", "lost"),
        revivable=None,
        changes=pd.DataFrame({"spell": [], "day": [], "lost": []}),
        start="lead",
        end="won",
        unit="lead",
        measure="days",
        grouped_by="channel",
        as_of=START + pd.Timedelta(WINDOW, "D"),
        observed_from=START,
        timezone="UTC",
    )


def by_quarter(one: Clocks) -> Clocks:
    """Group the clocks by the quarter of their start."""
    quarter = one.frame["start"].dt.tz_localize(None).dt.to_period("Q").astype("str")
    return replace(one, frame=one.frame.assign(group=quarter), grouped_by="cohort")


def claims(said: Callable[[], Finding]) -> bool:
    """Say whether a finding claims something."""
    try:
        return said().form == "claim"
    except NotMeasurable:
        return False


def run(name: str, worlds: int, seed: int, **law: bool) -> dict[str, object]:
    """Count the claims in worlds of one law."""
    counts = dict.fromkeys(
        ("smallest_p", "groups_differ", "open_days_differ", "recent_cohorts", "averages"), 0
    )
    for world in range(worlds):
        one = clocks(np.random.default_rng([seed, world]), **law)
        result, triangle = estimate_clocks(one), cohort_triangle(by_quarter(one))
        gray = result.tests.query("test == 'Gray' and end == 'won' and group_a.notna()")
        recent, earlier = triangle.compared["mean_days"]
        counts["smallest_p"] += bool(gray["p_value"].min() < 1 - LEVEL)
        counts["groups_differ"] += claims(lambda: groups_differ(result))  # noqa: B023
        counts["open_days_differ"] += claims(lambda: open_days_differ(result))  # noqa: B023
        counts["recent_cohorts"] += claims(lambda: recent_cohorts(triangle))  # noqa: B023
        counts["averages"] += bool(recent < 0.8 * earlier)
    shares = {finding: round(count / worlds, 4) for finding, count in counts.items()}
    return {"world": name, **shares, "worlds": worlds, "leads": LEADS, "seed": seed}


def main(worlds: int = 150, seed: int = 7) -> None:
    """Write the table of claims."""
    rows = [
        run("all alike", worlds, seed, faster_group=False, faster_lately=False),
        run("one group twice as fast", worlds, seed, faster_group=True, faster_lately=False),
        run("last year twice as fast", worlds, seed, faster_group=False, faster_lately=True),
    ]
    table = pd.DataFrame(rows).assign(level=LEVEL, date=date.today().isoformat())
    table.to_csv(RESULTS / "clock_findings.csv", index=False, lineterminator="\n")
    sys.stdout.write(table.to_string(index=False) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
