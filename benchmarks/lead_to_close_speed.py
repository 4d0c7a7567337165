"""CPU seconds and peak memory of lead to close, beside other libraries, in one run.

Run it from the repository::

    PYTHONPATH=src python benchmarks/lead_to_close_speed.py --peer-python PATH

It writes ``benchmarks/results/lead_to_close_speed.csv`` and ``.md``. PATH is the interpreter of an
environment that holds lifelines and scikit-survival (see ``reference_survival.py``); without it
those rows say that they were not measured. Every row is a process of its own, on one thread, whose
imports and data are made before the clock starts; the peak memory is of the whole process, data
included. A measurement is repeated and the least CPU time is told. Another subject adds its own
function to :data:`PARTS` and its rows to :data:`ROWS`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

RESULTS = Path(__file__).parent / "results"
SEED = 20250101
LEADS = 1_000_000
GROUPS = 20
SINGLE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

# What the peers run; the data come in a file, and the clock starts after it is read.
PEER = """
import json, sys, time, warnings
import numpy as np
which, path, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3])
held = np.load(path)
exit, end = held["exit"], held["end"]
ended = end > 0
warnings.simplefilter("ignore")
np.seterr(all="ignore")
if which == "lifelines":
    from lifelines import KaplanMeierFitter
    run = lambda: KaplanMeierFitter().fit(exit, ended)
elif which == "scikit-survival Kaplan-Meier":
    from sksurv.nonparametric import kaplan_meier_estimator
    run = lambda: kaplan_meier_estimator(ended, exit, conf_type="log-log")
else:
    from sksurv.nonparametric import cumulative_incidence_competing_risks
    run = lambda: cumulative_incidence_competing_risks(
        end, exit, conf_type="log-log", var_type="Dinse_Approx"
    )
spent = []
for _ in range(repeats):
    clock = time.process_time()
    run()
    spent.append(time.process_time() - clock)
print(json.dumps({
    "cpu": min(spent),
    "peak": next(int(line.split()[1]) for line in open("/proc/self/status") if "VmHWM" in line),
}))
"""


def world(leads: int = LEADS) -> dict[str, np.ndarray]:
    """Draw leads of two years; won and lost race, the open ones are cut; to the second."""
    random = np.random.default_rng(SEED)
    start = random.uniform(0, 730, leads)
    won, lost = random.exponential(250, leads), random.exponential(90, leads)
    takes = np.minimum(won, lost)
    cut = start + takes > 730
    exact = np.floor(np.where(cut, 730 - start, takes) * 86_400) / 86_400
    return {
        "exit": exact.astype(np.int64),
        "exact": exact,
        "end": np.where(cut, 0, np.where(won < lost, 1, 2)),
        "group": random.integers(0, GROUPS, leads),
    }


def kaplan_meier_days() -> Callable[[], object]:
    """Kaplan–Meier of all ends with its interval, whole days."""
    from alignment.incidence import interval, kaplan_meier, risk_tables

    made = world()
    entry, ended = np.zeros(LEADS, dtype=np.int64), (made["end"] > 0).astype(np.int64)

    def run() -> object:
        table = risk_tables(entry, made["exit"], ended, ends=1)[0]
        return interval(*kaplan_meier(table), transform="log-log")

    return run


def _incidences(exit: str, groups: int) -> Callable[[], object]:
    from alignment.incidence import aalen_johansen, bounded_intervals, risk_tables

    made = world()
    entry = np.zeros(LEADS, dtype=made[exit].dtype)
    group = made["group"] if groups > 1 else None

    def run() -> object:
        tables = risk_tables(entry, made[exit], made["end"], group=group, groups=groups)
        found = [aalen_johansen(table) for table in tables]
        return [bounded_intervals(one, level=0.95) for one in found]

    return run


def aalen_johansen_days() -> Callable[[], object]:
    """Aalen–Johansen of both ends with intervals, whole days."""
    return _incidences("exit", 1)


def aalen_johansen_groups() -> Callable[[], object]:
    """Estimate the same in 20 groups."""
    return _incidences("exit", GROUPS)


def aalen_johansen_seconds() -> Callable[[], object]:
    """Estimate the same with times to the second."""
    return _incidences("exact", 1)


def from_tables() -> Callable[[], object]:
    """All of `lead_to_close` from the tables of leads and deals, 20 groups."""
    from alignment import tables
    from alignment.dataset import Dataset
    from alignment.lead_to_close import lead_to_close

    made = world()
    day_0 = pd.Timestamp("2024-01-01", tz="UTC")
    ids = np.char.add("L", np.arange(LEADS).astype(str))
    random = np.random.default_rng(SEED)
    start = day_0 + pd.to_timedelta(random.uniform(0, 730, LEADS), unit="D").round("us")
    closed = pd.Series(start + pd.to_timedelta(made["exact"], unit="D").round("us"))
    seen = made["end"] > 0
    data = Dataset(
        as_of=day_0 + pd.Timedelta(days=1461),
        observed_from=day_0,
        leads=tables.conform(
            "leads",
            {"lead_id": ids, "created_at": start, "channel": made["group"].astype(str)},
        ),
        opportunities=tables.conform(
            "opportunities",
            {
                "opportunity_id": ids[seen],
                "lead_id": ids[seen],
                "created_at": start[seen],
                "closed_at": closed[seen],
                "status": np.where(made["end"][seen] == 1, "won", "lost"),
            },
        ),
    )
    return lambda: lead_to_close(data, group="channel")


PARTS: dict[str, Callable[[], Callable[[], object]]] = {
    "Kaplan-Meier, whole days": kaplan_meier_days,
    "Aalen-Johansen, whole days": aalen_johansen_days,
    "Aalen-Johansen, whole days, 20 groups": aalen_johansen_groups,
    "Aalen-Johansen, seconds": aalen_johansen_seconds,
    "lead_to_close from tables, 20 groups": from_tables,
}
# What is measured, with which tool, how often.
ROWS: list[tuple[str, str, int]] = [
    ("Kaplan-Meier, whole days", "alignment", 100),
    ("Kaplan-Meier, whole days", "lifelines", 20),
    ("Kaplan-Meier, whole days", "scikit-survival Kaplan-Meier", 3),
    ("Aalen-Johansen, whole days", "alignment", 100),
    ("Aalen-Johansen, whole days", "scikit-survival Aalen-Johansen", 2),
    ("Aalen-Johansen, whole days, 20 groups", "alignment", 100),
    ("Aalen-Johansen, seconds", "alignment", 2),
    ("lead_to_close from tables, 20 groups", "alignment", 1),
]
RATIOS = [
    ("Kaplan-Meier: lifelines / alignment", ROWS[1], ROWS[0], "at least 4"),
    ("Aalen-Johansen: scikit-survival / alignment", ROWS[4], ROWS[3], "at least 50"),
    ("Aalen-Johansen: 20 groups / ungrouped", ROWS[5], ROWS[3], "at most 1.5"),
]


def measured_here(part: str, repeats: int) -> dict[str, float]:
    """Run a part in this process."""
    run, spent = PARTS[part](), []
    for _ in range(repeats):
        clock = time.process_time()
        run()
        spent.append(time.process_time() - clock)
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    peak = next(int(line.split()[1]) for line in status if "VmHWM" in line)
    return {"cpu": min(spent), "peak": peak}


def _measure(what: str, tool: str, repeats: int, peer: str | None, path: Path) -> object:
    if tool == "alignment":
        command = [sys.executable, __file__, "--part", what, "--repeats", str(repeats)]
    elif peer is None:
        return "no --peer-python given"
    else:
        command = [peer, "-c", PEER, tool, str(path), str(repeats)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **SINGLE})
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr.splitlines()[-1]


def _peers(peer: str | None) -> str:
    if peer is None:
        return "no peers"
    code = (
        "from importlib.metadata import version as v; "
        'print(f\'lifelines {v("lifelines")}, scikit-survival {v("scikit-survival")}, '
        'numpy {v("numpy")}, pandas {v("pandas")}\')'
    )
    return subprocess.run([peer, "-c", code], capture_output=True, text=True).stdout.strip()


def measured(peer: str | None, folder: Path) -> pd.DataFrame:
    """Measure every row."""
    path = folder / "leads.npz"
    made = world()
    np.savez(path, exit=made["exit"], end=made["end"])
    rows = []
    for what, tool, repeats in ROWS:
        found = _measure(what, tool, repeats, peer, path)
        known = isinstance(found, dict)
        cpu, peak = (found["cpu"], found["peak"] / 1024**2) if known else (np.nan, np.nan)
        rows.append((what, tool, LEADS, repeats, cpu, peak, "" if known else str(found)))
        print(rows[-1], flush=True)
    names = ["what", "tool", "rows", "repeats", "cpu_seconds", "peak_gib", "note"]
    return pd.DataFrame(rows, columns=names)


def page(table: pd.DataFrame, peers: str) -> str:
    """Write the tables as Markdown."""
    cpu = table.set_index(["what", "tool"])["cpu_seconds"]
    lines = [
        f"| {row.what} | {row.tool} | "
        + (f"{row.cpu_seconds:.3g} | {row.peak_gib:.2f} |" if not row.note else f"{row.note} | |")
        for row in table.itertuples()
    ]
    ratios = [
        f"| {name} | {cpu[over[:2]] / cpu[under[:2]]:.2f} | {bar} |"
        for name, over, under, bar in RATIOS
    ]
    return "\n".join(
        [
            "# Speed of lead to close",
            "",
            f"Measured on {datetime.now(UTC):%Y-%m-%d} with `benchmarks/lead_to_close_speed.py`, "
            f"seed {SEED}, {LEADS:,} leads, Python {platform.python_version()}, numpy "
            f"{np.__version__}, pandas {pd.__version__}, scipy {version('scipy')}; peers: {peers}. "
            "Each row is one process on one thread, the least CPU time of its repeats; imports and "
            "data come before the clock, and are part of the peak. All estimates come with "
            "intervals at 95 %, those of Aalen–Johansen for both ends; scikit-survival bears all "
            "the rows in whole days (730 distinct times), and not in seconds, where its intervals "
            "need matrices of all times by all times.",
            "",
            "| what | tool | CPU seconds | peak GiB |",
            "|---|---|---|---|",
            *lines,
            "",
            "| ratio | measured | bar |",
            "|---|---|---|",
            *ratios,
            "",
        ]
    )


def main() -> None:
    """Measure, and write the tables."""
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer-python", default=None)
    parser.add_argument("--part", choices=list(PARTS))
    parser.add_argument("--repeats", type=int, default=1)
    options = parser.parse_args()
    if options.part:
        print(json.dumps(measured_here(options.part, options.repeats)))
        return
    with tempfile.TemporaryDirectory() as folder:
        table = measured(options.peer_python, Path(folder))
    RESULTS.mkdir(exist_ok=True)
    table.round(4).to_csv(RESULTS / "lead_to_close_speed.csv", index=False, lineterminator="\n")
    text = page(table, _peers(options.peer_python))
    (RESULTS / "lead_to_close_speed.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
