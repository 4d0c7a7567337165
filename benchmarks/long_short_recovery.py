"""How well short and long effects are found again, in worlds where they are known.

Beside the weekly model stand a typical media-mix fit, ARDL, VAR and local projections. Run from the
repository's root (about seventeen minutes of one core)::

    python benchmarks/long_short_recovery.py 200 1000

`--small` runs ten seeds of two worlds without the peers and fails where a bar is missed.
"""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.horizons.model import fit_weekly
from long_short_peers import ALL, PEERS, QUANTITIES, told
from long_short_worlds import DECLARED, WORLDS, Simulated, simulate

RESULTS = Path(__file__).parent / "results"
HORIZONS = (4, 13, 52)
CLAIM = 0.95  # posterior probability of a slow stock from which one is claimed
OURS, TYPICAL = "weekly model", "typical media mix"
EACH = "each channel"  # five effects a company, pooled: the effects a page shows, one by one
KEYS = ["world", "quantity", "weeks", "method"]


def weekly_model(world: Simulated, seed: int) -> tuple[dict, dict[str, float]]:
    """Fit the weekly model; also give the probability that any, or brand, has a slow stock."""
    fit = fit_weekly(world.outcome, world.activity, slow=DECLARED, seed=seed)
    found = {h: told(fit.within(h)) for h in HORIZONS}
    found["later"] = told(fit.within(52) - fit.within(13))
    on = fit.draws.slow > 0
    chances = {ALL: on.any(axis=1).mean(), "brand": on[:, QUANTITIES["brand"][0]].mean()}
    return found, {quantity: float(chance) for quantity, chance in chances.items()}


def one(name: str, seed: int, peers: bool) -> list[dict]:
    """Give a row for each method, channel (and their sum) and horizon of one simulated company."""
    world = simulate(WORLDS[name], seed)
    truth = {
        h: {q: world.within[places, h].sum() for q, places in QUANTITIES.items()} for h in HORIZONS
    }
    truth["later"] = {part: truth[52][part] - truth[13][part] for part in truth[52]}
    started = time.process_time()
    found, stock = weekly_model(world, seed)
    results = [(OURS, found, time.process_time() - started)]
    for peer, fit in PEERS.items() if peers else ():
        started = time.process_time()
        results.append((peer, fit(world, HORIZONS, seed), time.process_time() - started))
    rows = []
    for method, by_horizon, cpu in results:
        for h, quantities in by_horizon.items():
            for quantity, (centre, low, high) in quantities.items():
                chance = stock.get(quantity, np.nan) if method == OURS else np.nan
                rows.append(
                    {
                        "world": name,
                        "seed": seed,
                        "method": method,
                        "quantity": quantity,
                        "weeks": "14-52" if h == "later" else str(h),
                        "truth": truth[h][quantity],
                        "error": centre - truth[h][quantity],
                        "held": low <= truth[h][quantity] <= high,
                        "width": high - low,
                        "claimed": np.nan if np.isnan(chance) else chance >= CLAIM,
                        "cpu": cpu,
                    }
                )
    return rows


def with_each(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the pooled channels; keep brand and the sum, the channels are in the pool."""
    pooled = rows[rows["quantity"] != ALL].assign(quantity=EACH, claimed=np.nan)
    return pd.concat([pooled, rows[rows["quantity"].isin(["brand", ALL])]], ignore_index=True)


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Give bias, RMSE and coverage of each world, quantity, horizon and method."""
    grouped = with_each(rows).groupby(KEYS, sort=False)
    return grouped.agg(
        truth=("truth", "mean"),
        bias=("error", "mean"),
        rmse=("error", lambda e: float(np.sqrt((e**2).mean()))),
        coverage=("held", "mean"),
        width=("width", "median"),
        long_claimed=("claimed", "mean"),
        cpu_seconds=("cpu", "mean"),
        seeds=("seed", "nunique"),
    ).reset_index()


def against_typical(rows: pd.DataFrame, resamples: int = 2000) -> pd.DataFrame:
    """Give the RMSE of the weekly model over that of the typical media-mix fit, less 1.

    Limits are 90 % percentiles over companies drawn again, both methods on the same ones.
    """
    random = np.random.default_rng(0)
    found = []
    both = with_each(rows)
    both = both[both["method"].isin([OURS, TYPICAL]) & (both["weeks"] == "52")]
    for (world, quantity), part in both.groupby(["world", "quantity"], sort=False):
        by_seed = part.assign(square=part["error"] ** 2).pivot_table("square", "seed", "method")
        drawn = random.integers(0, len(by_seed), (resamples, len(by_seed)))
        means = {m: by_seed[m].to_numpy()[drawn].mean(axis=1) for m in (OURS, TYPICAL)}
        low, high = np.quantile(np.sqrt(means[OURS] / means[TYPICAL]) - 1, [0.05, 0.95])
        ratio = np.sqrt(by_seed[OURS].mean() / by_seed[TYPICAL].mean()) - 1
        found.append((world, quantity, ratio, low, high))
    return pd.DataFrame(found, columns=["world", "quantity", "rmse_ratio", "low", "high"])


def markdown(table: pd.DataFrame, ratios: pd.DataFrame) -> str:
    """Give the tables of the written results."""
    lines = []
    methods = [OURS, *PEERS]
    shown = [(EACH, "52"), ("brand", "52"), (ALL, "52"), (EACH, "4"), (EACH, "13"), ("brand", "13")]
    for quantity, weeks in shown:
        lines += [f"## {quantity.capitalize()}, {weeks} weeks", ""]
        lines.append(_row("world", "truth", *methods))
        lines += [_row("---", *["---:"] * (len(methods) + 1))]
        part = table[(table["quantity"] == quantity) & (table["weeks"] == weeks)]
        for world, own in part.groupby("world", sort=False):
            own = own.set_index("method")
            cells = [
                f"{own.loc[m, 'bias']:+.1f}, {own.loc[m, 'rmse']:.1f}, {own.loc[m, 'coverage']:.2f}"
                for m in methods
            ]
            lines.append(_row(world, f"{own.loc[OURS, 'truth']:.1f}", *cells))
        lines.append("")
    wide = ratios.set_index(["world", "quantity"])
    lines += [_row("world", EACH, "brand", ALL), _row("---", "---:", "---:", "---:")]
    for world in ratios["world"].unique():
        cells = []
        for quantity in (EACH, "brand", ALL):
            ratio, low, high = 100 * wide.loc[(world, quantity)]
            cells.append(f"{ratio:+.0f} % ({low:+.0f} to {high:+.0f})")
        lines.append(_row(world, *cells))
    claims = table[(table["method"] == OURS) & (table["weeks"] == "52")]
    claims = claims.pivot_table("long_claimed", "world", "quantity")
    lines += ["", _row("world", "claimed: brand", "any"), _row("---", "---:", "---:")]
    for world in ratios["world"].unique():
        lines.append(_row(world, *(f"{claims.loc[world, q]:.2f}" for q in ("brand", ALL))))
    return "\n".join(lines) + "\n"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def small(seeds: int = 10) -> None:
    """Run a small version for CI; its bars are wide enough for ten seeds."""
    worlds = ("base", "no slow stock")
    rows = pd.DataFrame([row for w in worlds for s in range(seeds) for row in one(w, s, False)])
    table = summary(rows)
    sys.stdout.write(table.round(2).to_string(index=False) + "\n")
    held = table["coverage"].mean()
    false_claims = table.loc[table["world"] == "no slow stock", "long_claimed"].max()
    if not (held >= 0.85 and table["coverage"].min() >= 0.6 and false_claims <= 0.2):
        sys.exit("the weekly model misses its bars")


def main(seeds: int = 50, first: int = 0) -> None:
    """Write the table, and print those of the written results."""
    rows: list[dict] = []
    for world in WORLDS:
        for seed in range(first, first + seeds):
            rows += one(world, seed, True)
        sys.stderr.write(f"{world} done\n")
        sys.stderr.flush()
    every = pd.DataFrame(rows)
    table, ratios = summary(every), against_typical(every)
    ours = table["method"] == OURS
    keyed = ratios.assign(method=OURS, weeks="52").rename(
        columns={"low": "rmse_ratio_low", "high": "rmse_ratio_high"}
    )
    written = table.merge(keyed, on=KEYS, how="left").assign(
        first_seed=first, date=date.today().isoformat()
    )
    written.round(3).to_csv(RESULTS / "long_short_recovery.csv", index=False, lineterminator="\n")
    sys.stdout.write(markdown(table, ratios))
    held = table.loc[ours & (table["weeks"] != "14-52"), "coverage"]
    sys.stdout.write(f"\ncoverage: {held.mean():.3f} on average, lowest {held.min():.2f}\n")


if __name__ == "__main__":
    if "--small" in sys.argv:
        small()
    else:
        main(*map(int, sys.argv[1:]))
