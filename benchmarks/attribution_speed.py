"""CPU seconds and peak memory of attribution, beside other tools, in one run.

Run it from the repository::

    PYTHONPATH=src:benchmarks python benchmarks/attribution_speed.py --peer-python PATH

It writes ``benchmarks/results/attribution_speed.csv`` and ``.md``. PATH is the interpreter of an
environment that holds ChannelAttribution and marketing-attribution-models (neither is a
dependency of this project); without it those rows say that they were not measured. Every row is a
process of its own, on one thread, whose imports and data are made before the clock starts; the
peak memory is of the whole process, data included.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

RESULTS = Path(__file__).parent / "results"
SEED = 5
CHANNELS = 12
SINGLE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), "1")

PEER = """
import json, sys, time
import pandas as pd
tool, path = sys.argv[1:3]
paths = pd.read_csv(path)
if tool == "ChannelAttribution":
    import ChannelAttribution as peer
else:
    import polars
    from mam.core import MAM
    journeys = polars.from_pandas(paths)
clock = time.process_time()
if tool == "ChannelAttribution":
    columns = ("path", "conversions", "value")
    peer.heuristic_models(paths, *columns, sep=">", flg_pro=False)
    peer.markov_model(paths, *columns, "null", order=1, sep=">", verbose=False, flg_pro=False)
else:
    model = MAM(
        df=journeys, format_type="journey", channels_colname="path",
        journey_with_conv_colname="won", time_till_conv_colname="hours",
        conversion_value_colname="value",
    )
    for name in ("first_click", "last_click", "linear", "position_based", "time_decay", "markov"):
        getattr(model, "run_" + name)()
print(json.dumps({
    "cpu": time.process_time() - clock,
    "peak": next(int(line.split()[1]) for line in open("/proc/self/status") if "VmHWM" in line),
}))
"""


def world(journeys: int) -> dict[str, np.ndarray]:
    """Make journeys of 12 channels: 5.2 touches on average, one in ten won, lognormal value.

    The channel of a touch leans on the one before it, and some channels win more often.
    """
    rng = np.random.default_rng(SEED)
    length = np.minimum(rng.geometric(1 / 5.2, journeys), 60)
    journey = np.repeat(np.arange(journeys), length)
    place = np.arange(len(journey)) - np.repeat(np.cumsum(length) - length, length)
    channel = rng.choice(CHANNELS, len(journey), p=rng.dirichlet(np.full(CHANNELS, 2.0)))
    again = np.append(False, rng.random(len(journey) - 1) < 0.3) & (place > 0)
    channel[again] = channel[np.flatnonzero(again) - 1]
    pull = np.bincount(journey, rng.normal(0, 0.3, CHANNELS)[channel], minlength=journeys)
    won = rng.random(journeys) < 1 / (1 + np.exp(2.3 - pull))
    value = np.where(won, np.round(rng.lognormal(8, 1, journeys), 2), 0.0)
    days = (length[journey] - place) * 3.0 + rng.random(len(journey))
    return {
        "length": length,
        "journey": journey,
        "place": place,
        "channel": channel.astype(np.int8),
        "won": won,
        "value": value,
        "days": days,
    }


def built(journeys: int):
    """Hold the same journeys as the library does, with milestones."""
    from alignment.attribution import Milestones
    from alignment.journeys import OUTCOMES, Journeys
    from alignment.tables import TEAMS

    made = world(journeys)
    length, journey, won = made["length"], made["journey"], made["won"]
    end = pd.Timestamp("2026-01-01", tz="UTC")
    ends = pd.Series(end, index=range(journeys)).dt.as_unit("us")
    at = end.as_unit("us") - pd.to_timedelta(made["days"], unit="D").as_unit("us")
    names = [f"channel {place:02}" for place in range(CHANNELS)]
    touches = pd.DataFrame(
        {
            "journey": journey,
            "occurred_at": at,
            "channel": pd.Categorical.from_codes(made["channel"], categories=names),
            "team": pd.Categorical.from_codes(made["channel"] % 2, categories=list(TEAMS)),
            "position": made["place"],
            "days_before_end": np.where(won[journey], made["days"], np.nan),
        }
    )
    started = ends - pd.to_timedelta(length * 3.0 + 2.0, unit="D")
    frame = pd.DataFrame(
        {
            "journey_id": pd.Series(np.arange(journeys)).astype("str"),
            "account_id": pd.Series(np.arange(journeys)).astype("str"),
            "outcome": pd.Categorical.from_codes(np.where(won, 0, 1), categories=list(OUTCOMES)),
            "value": made["value"],
            "touches": length,
            "linked": True,
        }
    )
    middle = ends - pd.to_timedelta(length * 1.5, unit="D")
    moments = pd.DataFrame(
        {"lead": started, "qualified": middle, "opportunity": middle, "won": ends}
    )
    milestones = Milestones(moments, pd.Series(made["value"]), end, "UTC")
    return Journeys(touches, frame, "EUR", "lead", None, {}, {}), milestones


def dataset(touches: int):
    """Make exports of that many touches of a fifth as many leads, in no order."""
    from alignment import tables
    from alignment.dataset import Dataset

    rng = np.random.default_rng(SEED)
    leads = touches // 5
    lead_id = pd.Series(np.char.add("lead-", np.arange(leads).astype(str)), dtype="str")
    start = pd.Timestamp("2024-01-01", tz="UTC").as_unit("us")
    created = start + pd.to_timedelta(rng.integers(0, 30_000_000, leads), unit="s").as_unit("us")
    few = tables.conform("leads", {"lead_id": lead_id[:1], "created_at": created[:1]})
    of = rng.integers(0, leads, touches)
    at = start + pd.to_timedelta(rng.integers(0, 50_000_000, touches), unit="s").as_unit("us")
    one = {"touch_id": ["t"], "lead_id": ["l"], "occurred_at": [start]}
    one.update(team=["sales"], channel=["call"], kind=["call"])
    row = tables.conform("touches", one)

    def wide(frame, count, **columns):
        filled = frame.iloc[np.zeros(count, dtype=int)].reset_index(drop=True)
        return filled.assign(**columns)

    closed = np.flatnonzero(rng.random(leads) < 0.2)
    deal = tables.conform(
        "opportunities",
        {"opportunity_id": ["o"], "created_at": [start], "closed_at": [start], "status": ["won"],
         "amount": [1.0], "currency": ["EUR"]},
    )  # fmt: skip
    channel = pd.Categorical.from_codes(
        rng.integers(0, CHANNELS, touches), categories=[f"channel {i:02}" for i in range(CHANNELS)]
    )
    return Dataset(
        as_of=start + pd.Timedelta(days=700),
        observed_from=start,
        currency="EUR",
        leads=wide(few, leads, lead_id=lead_id, created_at=created),
        opportunities=wide(
            deal,
            len(closed),
            opportunity_id=pd.Series(np.char.add("deal-", closed.astype(str)), dtype="str"),
            lead_id=lead_id.iloc[closed].reset_index(drop=True),
            closed_at=created[closed] + pd.Timedelta(days=200),
        ),
        touches=wide(
            row,
            touches,
            touch_id=pd.Series(np.char.add("t-", np.arange(touches).astype(str)), dtype="str"),
            lead_id=lead_id.take(of).reset_index(drop=True),
            occurred_at=at,
            channel=pd.Series(channel).astype("str"),
        ),
    )


def part_models(journeys: int, which: str) -> dict[str, float]:
    """Measure credit by the library: the models of ChannelAttribution, or all of them."""
    from alignment.attribution import DEFAULT_MODELS, MILESTONE_MODELS, attribute

    names = {
        "as ChannelAttribution": ("first", "last", "linear", "markov"),
        "classical, Markov, Shapley": DEFAULT_MODELS,
        "all classical on milestones too": (
            *DEFAULT_MODELS, "last_non_direct", *MILESTONE_MODELS, "shapley_rate",
        ),
        "Markov of order 2": ("markov_2",),
        "Markov of order 3": ("markov_3",),
    }[which]  # fmt: skip
    made, milestones = built(journeys)
    small = built(1_000)
    attribute(
        small[0], models=names, milestones=small[1], replicates=0
    )  # what is made on first use
    return clocked(lambda: attribute(made, models=names, milestones=milestones, replicates=0))


def part_bootstrap(journeys: int, replicates: int) -> dict[str, float]:
    """Measure intervals of Markov and Shapley."""
    from alignment.attribution import attribute

    made, _ = built(journeys)
    return clocked(lambda: attribute(made, models=("markov", "shapley"), replicates=replicates))


def part_game(leads: int, replicates: int) -> dict[str, float]:
    """Measure the game of the teams, with the exact matrix of the pairs of ten channels.

    The channels are those of the simulated company, parted by lot until each team has five.
    """
    from alignment.attribution import team_game
    from alignment.simulation import simulate_company
    from companies import dataset as company_dataset

    data = company_dataset(simulate_company(SEED, "base"))
    chosen = data.leads.iloc[:leads]
    touches = data.touches[data.touches["lead_id"].isin(set(chosen["lead_id"]))]
    parts = (
        touches["channel"]
        .astype("str")
        .map({"nurture": 2, "event": 2, "retargeting": 1, "follow_up": 3, "meeting": 2})
    )
    lot = pd.Series(np.random.default_rng(SEED).integers(0, parts), index=touches.index)
    names = touches["channel"].astype("str") + lot.map(" {}".format)
    data = data.replace(leads=chosen, touches=touches.assign(channel=names))
    made: list[object] = []
    found = clocked(lambda: made.append(team_game(data, replicates=replicates)))
    if made[0].units < 0.9 * leads or len(made[0].channels) != 10:
        raise RuntimeError(f"{made[0].units} leads of {len(made[0].channels)} channels")
    return found


def part_journeys(touches: int, which: str) -> dict[str, float]:
    """Measure the way from tables of touches to ordered journeys."""
    from alignment.journeys import build_journeys

    data = dataset(touches)
    frame = data.touches
    at = frame["occurred_at"].dt.tz_localize(None).to_numpy().view(np.int64)
    codes = pd.factorize(frame["lead_id"])[0] if which == "lexsort on integer codes" else None

    def from_text() -> None:
        order = np.lexsort((at, pd.factorize(frame["lead_id"])[0]))
        for name in ("touch_id", "occurred_at", "channel"):
            frame[name].take(order)

    def joined() -> None:
        ordered = frame.sort_values(["lead_id", "occurred_at"])
        ordered.groupby("lead_id")["channel"].agg(" > ".join)

    return clocked(
        {
            "alignment.build_journeys": lambda: build_journeys(data),
            "lexsort on integer codes": lambda: np.lexsort((at, codes)),
            "factorize, lexsort, take three columns": from_text,
            "sort, groupby, join strings": joined,
        }[which]
    )


def clocked(work) -> dict[str, float]:
    """Measure CPU seconds of some work, and the peak memory of the process in kibibytes."""
    clock = time.process_time()
    work()
    cpu = time.process_time() - clock
    return {"cpu": cpu, "peak": peak()}


def peak() -> float:
    """Give the peak memory of this process alone; what its parent had held is not in it."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM"):
            return float(line.split()[1])
    raise RuntimeError("the peak memory is read from /proc, which is Linux's")


def run(arguments: list[str], python: str = sys.executable) -> dict[str, float] | str:
    """Run one part in a process of its own; the last line it says is its result."""
    found = subprocess.run(
        [python, *arguments],
        env={**os.environ, **SINGLE},
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        return (found.stderr.strip().splitlines() or ["failed"])[-1]
    return json.loads(found.stdout.strip().splitlines()[-1])


def paths_file(journeys: int, folder: Path) -> Path:
    """Write the same journeys as rows of a path, which is what the peers read."""
    made = world(journeys)
    first = np.cumsum(made["length"]) - made["length"]
    names = np.array([f"channel {place:02}" for place in range(CHANNELS)], dtype=object)
    channel, hours = names[made["channel"]], np.round(made["days"] * 24, 1).astype(str)
    bounds = list(zip(first, first + made["length"], strict=True))
    path = folder / f"paths_{journeys}.csv"
    pd.DataFrame(
        {
            "journey_id": np.arange(journeys),
            "path": [" > ".join(channel[a:b]) for a, b in bounds],
            "hours": [" > ".join(hours[a:b]) for a, b in bounds],
            "won": made["won"],
            "conversions": made["won"].astype(int),
            "value": made["value"],
            "null": (~made["won"]).astype(int),
        }
    ).to_csv(path, index=False)
    return path


def peer_versions(python: str) -> str:
    """Say which versions the peers are."""
    code = (
        "from importlib.metadata import version as v\n"
        "print(', '.join(f'{n} {v(n)}' for n in "
        "('ChannelAttribution', 'marketing-attribution-models')))"
    )
    return subprocess.run(
        [python, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def measured(options: argparse.Namespace) -> pd.DataFrame:
    """Run all parts."""
    me = str(Path(__file__))
    rows = []

    def add(what: str, size: str, tool: str, found: dict[str, float] | str) -> None:
        known = isinstance(found, dict)
        cpu = found["cpu"] if known else np.nan
        peak = found["peak"] / 1024**2 if known else np.nan
        rows.append((what, size, tool, cpu, peak, "" if known else f"not measured: {found}"))
        print(rows[-1], flush=True)

    absent = "no --peer-python given"
    for journeys in options.journeys:
        size = f"{journeys:,} journeys"
        for which in (
            "as ChannelAttribution",
            "classical, Markov, Shapley",
            "all classical on milestones too",
            "Markov of order 2",
            "Markov of order 3",
        ):
            found = run([me, "--part", "models", "--size", str(journeys), "--which", which])
            add(which, size, "alignment", found)
        with tempfile.TemporaryDirectory() as folder:
            path = paths_file(journeys, Path(folder)) if options.peer_python else None
            for tool, what in (
                ("ChannelAttribution", "first, last, linear, Markov (simulated)"),
                ("marketing-attribution-models", "five heuristics, Markov"),
            ):
                found = absent
                if path is not None:
                    found = run(["-c", PEER, tool, str(path)], options.peer_python)
                add(what, size, tool, found)
    for which in (
        "alignment.build_journeys",
        "lexsort on integer codes",
        "factorize, lexsort, take three columns",
        "sort, groupby, join strings",
    ):
        found = run([me, "--part", "journeys", "--size", str(options.touches), "--which", which])
        add("touches to journeys", f"{options.touches:,} touches", which, found)
    journeys = max(options.journeys)
    size = f"{journeys:,} journeys, {options.replicates:,} replicates"
    arguments = ["--size", str(journeys), "--replicates", str(options.replicates)]
    add(
        "bootstrap of Markov and Shapley",
        size,
        "alignment",
        run([me, "--part", "bootstrap", *arguments]),
    )
    add(
        "game of the teams, pairs of 10 channels",
        "20,000 leads, 400 replicates",
        "alignment",
        run([me, "--part", "game", "--size", "20000", "--replicates", "400"]),
    )
    names = ["what", "size", "tool", "cpu_seconds", "peak_gib", "note"]
    return pd.DataFrame(rows, columns=names)


def page(table: pd.DataFrame, options: argparse.Namespace) -> str:
    """Write the table as Markdown."""
    peers = peer_versions(options.peer_python) if options.peer_python else "no peers"
    lines = [
        f"| {row.what} | {row.size} | {row.tool} | "
        + (row.note if row.note else f"{row.cpu_seconds:.3g} | {row.peak_gib:.2f}")
        + (" | |\n" if row.note else " |\n")
        for row in table.itertuples()
    ]
    return (
        "# Speed of attribution\n\n"
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with `benchmarks/attribution_speed.py`, seed "
        f"{SEED}, Python {platform.python_version()}, numpy {np.__version__}, pandas "
        f"{pd.__version__}, scipy {version('scipy')}; {peers}. Each row is one process on one "
        "thread; imports and data come before the clock, and are part of the peak. Journeys have "
        "12 channels and 5.2 touches on average, one in ten is won. ChannelAttribution reads the "
        "journeys as strings of a path, which is its format; its Markov model is simulated, ours "
        "is exact.\n\n"
        "| what | size | tool | CPU seconds | peak GiB |\n|---|---|---|---|---|\n" + "".join(lines)
    )


def main() -> None:
    """Measure, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer-python", default=None)
    parser.add_argument("--journeys", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--touches", type=int, default=5_000_000)
    parser.add_argument("--replicates", type=int, default=1_000)
    parser.add_argument("--part", choices=["models", "journeys", "bootstrap", "game"])
    parser.add_argument("--size", type=int)
    parser.add_argument("--which")
    options = parser.parse_args()
    if options.part == "models":
        print(json.dumps(part_models(options.size, options.which)))
    elif options.part == "journeys":
        print(json.dumps(part_journeys(options.size, options.which)))
    elif options.part == "bootstrap":
        print(json.dumps(part_bootstrap(options.size, options.replicates)))
    elif options.part == "game":
        print(json.dumps(part_game(options.size, options.replicates)))
    else:
        table = measured(options)
        RESULTS.mkdir(exist_ok=True)
        table.round(4).to_csv(RESULTS / "attribution_speed.csv", index=False, lineterminator="\n")
        (RESULTS / "attribution_speed.md").write_text(page(table, options), encoding="utf-8")


if __name__ == "__main__":
    main()
