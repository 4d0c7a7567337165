"""CPU seconds of a fit of the weekly model beside PyMC-Marketing's default sampler, in one run.

PyMC-Marketing is no dependency of the library: install it into an environment of its own together
with this package, and run from the repository's root::

    python benchmarks/long_short_speed.py 5 0

Each company has 182 weeks and 6 drivers. Both get the same data; PyMC-Marketing's model has an
eight-week geometric carry-over, logistic saturation, a trend and two yearly waves, and is sampled
as ``fit`` does by default but for the seed and for chains one after the other. Without it, only
the weekly model is timed.
"""

from __future__ import annotations

import resource
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.horizons.model import fit_weekly
from long_short_worlds import DECLARED, WORLDS, Simulated, simulate

RESULTS = Path(__file__).parent / "results"
MARKETING, BRAND = slice(0, 5), 4


def spent() -> float:
    """Give CPU seconds of this process and of those it started."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def weekly_model(world: Simulated, seed: int) -> dict[str, np.ndarray]:
    """Fit the weekly model; draws of the effect within 52 weeks."""
    fit = fit_weekly(world.outcome, world.activity, slow=DECLARED, seed=seed)
    year = fit.within(52)
    return {"marketing": year[:, MARKETING].sum(axis=1), "brand": year[:, BRAND]}


def pymc_marketing(world: Simulated, seed: int) -> dict[str, np.ndarray]:
    """Fit PyMC-Marketing's media-mix model; its effects end after eight weeks."""
    from pymc_marketing.mmm import MMM, GeometricAdstock, LogisticSaturation

    names = list(world.activity.columns)
    data = world.activity.assign(
        date=pd.date_range("2022-01-03", periods=len(world.outcome), freq="7D"),
        trend=np.arange(len(world.outcome)) / len(world.outcome),
    )
    model = MMM(
        date_column="date",
        channel_columns=names,
        control_columns=["trend"],
        adstock=GeometricAdstock(l_max=8),
        saturation=LogisticSaturation(),
        yearly_seasonality=2,
    )
    model.fit(
        data, pd.Series(world.outcome, name="y"), random_seed=seed, cores=1, progressbar=False
    )
    found = model.fit_result["channel_contribution"]
    draws = np.asarray(found).reshape(-1, len(world.outcome), len(names))
    # The contribution of an average week, all its later weeks included, is the mean of a week's.
    weekly = draws.mean(axis=1)
    if np.abs(weekly).max() < 5:  # in units of the largest outcome
        weekly = weekly * np.abs(world.outcome).max()
    return {"marketing": weekly[:, MARKETING].sum(axis=1), "brand": weekly[:, BRAND]}


def timed(name: str, fit, world: Simulated, seed: int) -> list[dict]:
    """Time a fit and give a row for marketing and for brand."""
    cpu, wall = spent(), time.perf_counter()
    found = fit(world, seed)
    cpu, wall = spent() - cpu, time.perf_counter() - wall
    truth = {
        "marketing": world.within[MARKETING, 52].sum(),
        "brand": world.within[BRAND, 52],
    }
    rows = []
    for quantity, draws in found.items():
        low, high = np.quantile(draws, [0.05, 0.95])
        rows.append(
            {
                "method": name,
                "seed": seed,
                "quantity": f"{quantity}, 52 weeks",
                "truth": truth[quantity],
                "estimate": float(np.median(draws)),
                "low": low,
                "high": high,
                "held": bool(low <= truth[quantity] <= high),
                "cpu_seconds": cpu,
                "wall_seconds": wall,
            }
        )
    return rows


def main(seeds: int = 5, first: int = 0) -> None:
    """Write the table, after each seed."""
    methods = {"weekly model": weekly_model}
    try:
        import pymc_marketing as peer

        methods[f"PyMC-Marketing {peer.__version__}"] = pymc_marketing
    except ImportError:
        sys.stdout.write("PyMC-Marketing is not installed: only the weekly model is timed\n")
    rows: list[dict] = []
    weekly_model(simulate(WORLDS["base"], first), 0)  # imports and caches are not timed
    for seed in range(first, first + seeds):
        world = simulate(WORLDS["base"], seed)
        for name, fit in methods.items():
            rows += timed(name, fit, world, seed)
        table = pd.DataFrame(rows).assign(date=date.today().isoformat())
        table.round(3).to_csv(RESULTS / "long_short_speed.csv", index=False, lineterminator="\n")
        sys.stdout.write(table.tail(2 * len(methods)).round(2).to_string(index=False) + "\n")
        sys.stdout.flush()
    mean = table.groupby("method", sort=False)["cpu_seconds"].mean()
    sys.stdout.write(f"{mean.round(2).to_string()}\n")
    if len(mean) > 1:
        sys.stdout.write(f"ratio of CPU: {mean.iloc[1] / mean.iloc[0]:.0f}\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
