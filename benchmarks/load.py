"""CPU seconds and peak memory of load, beside bare reads of the same bytes, in one run.

Run it from the repository::

    PYTHONPATH=src python benchmarks/load.py --rows 5000000

It makes a folder of a touch log and the leads it names (seeded, in a temporary folder), measures
each reader in a process of its own, and writes ``benchmarks/results/load.csv`` and ``.md``.
``alignment.load`` does all it always does: encoding, layout, text, conversion, identity, checks
and ledger. The bare reads only turn the same bytes into text cells.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TextIO

import numpy as np
import pandas as pd

RESULTS = Path(__file__).parent / "results"
SEED = 9
BLOCK = 250_000
TOUCHES_A_LEAD = 50
# One thread each, so that CPU seconds compare work and not the luck of the scheduler.
SINGLE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_NUM_THREADS"), "1")
CHANNELS = ("Google Ads", "LinkedIn", "Email", "Webinar", "Event", "Organic search", "Referral",
            "Direct", "Phone", "Meeting", "Outbound email", "Partner")  # fmt: skip
KINDS = ("ad_click", "ad_click", "nurture", "event", "event", "form", "form",
         "form", "call", "meeting", "email", "meeting")  # fmt: skip
HEADER = (
    "touch_id,lead_id,account_id,opportunity_id,occurred_at,team,channel,kind,initiator,"
    "campaign_id,owner,device,page"
)
MAPPING = """\
timezone = "America/Mexico_City"
currency = "MXN"

[[file]]
name = "touches.csv"
table = "touches"
[file.columns]
touch_id = "touch_id"
lead_id = "lead_id"
account_id = "account_id"
opportunity_id = "opportunity_id"
occurred_at = "occurred_at"
team = "team"
channel = "channel"
kind = "kind"
initiator = "initiator"
campaign_id = "campaign_id"

[[file]]
name = "leads.csv"
table = "leads"
[file.columns]
lead_id = "lead_id"
created_at = "created_at"
account_id = "account_id"
channel = "channel"
"""


def ids(prefix: str, numbers: np.ndarray, width: int = 12) -> np.ndarray:
    """Write numbers as ids of one length."""
    return np.char.add(prefix, np.char.zfill(numbers.astype(str), width))


def moments(seconds: np.ndarray) -> np.ndarray:
    """Write seconds since the beginning of 2023 as ISO times in UTC."""
    at = np.datetime64("2023-01-01T00:00:00", "s") + seconds.astype("timedelta64[s]")
    return np.char.add(np.datetime_as_string(at), "Z")


def write_log(folder: Path, rows: int) -> None:
    """Write a touch log of that many rows, the leads it names, and the mapping of both."""
    rng = np.random.default_rng(SEED)
    leads = max(rows // TOUCHES_A_LEAD, 1)
    born = rng.integers(0, 60_000_000, leads)
    channel = rng.integers(0, len(CHANNELS), leads)
    account = np.arange(leads) // 3
    table = pd.DataFrame(
        {
            "lead_id": ids("00Q5e0", np.arange(leads)),
            "created_at": moments(born),
            "account_id": ids("0015e0", account),
            "channel": np.array(CHANNELS)[channel],
        }
    )
    table.to_csv(folder / "leads.csv", index=False, lineterminator="\n")
    (folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    with (folder / "touches.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER + "\n")
        for first in range(0, rows, BLOCK):
            _write_block(file, rng, np.arange(first, min(first + BLOCK, rows)), born, account)


def _write_block(
    file: TextIO,
    rng: np.random.Generator,
    number: np.ndarray,
    born: np.ndarray,
    account: np.ndarray,
) -> None:
    count = len(number)
    lead = rng.integers(0, len(born), count)
    how = rng.integers(0, len(CHANNELS), count)
    sales = np.isin(how, (8, 9, 10))
    campaign = ids("7015e0", rng.integers(0, 400, count))
    page = np.char.add(
        "https://www.example.com/landing/", np.char.mod("%06x", rng.integers(0, 2**24, count))
    )
    page = np.char.add(page, "?utm_source=newsletter&utm_medium=email&utm_content=")
    frame = pd.DataFrame(
        {
            "touch_id": ids("00T5e0", number),
            "lead_id": ids("00Q5e0", lead),
            "account_id": ids("0015e0", account[lead]),
            "opportunity_id": "",
            "occurred_at": moments(born[lead] + rng.integers(0, 30_000_000, count)),
            "team": np.where(sales, "sales", "marketing"),
            "channel": np.array(CHANNELS)[how],
            "kind": np.array(KINDS)[how],
            "initiator": np.where(rng.random(count) < 0.4, "buyer", "firm"),
            "campaign_id": np.where(sales, "", campaign),
            "owner": ids("0055e0", rng.integers(0, 60, count)),
            "device": np.array(["desktop", "phone", "tablet"])[rng.integers(0, 3, count)],
            "page": np.char.add(page, ids("block-", rng.integers(0, 10**6, count))),
        }
    )
    frame.to_csv(file, index=False, header=False, lineterminator="\n")


def _by_alignment(folder: Path) -> int:
    from alignment import load

    data = load(folder)
    return len(data.touches)


def _by_pandas(folder: Path) -> int:
    frames = [
        pd.read_csv(folder / name, dtype="str", keep_default_na=False, index_col=False)
        for name in ("touches.csv", "leads.csv")
    ]
    return len(frames[0])


def _by_pyarrow(folder: Path) -> int:
    from pyarrow import csv, string

    found = []
    for name in ("touches.csv", "leads.csv"):
        header = (folder / name).open(encoding="utf-8").readline().strip().split(",")
        found.append(
            csv.read_csv(
                folder / name,
                read_options=csv.ReadOptions(use_threads=False),
                convert_options=csv.ConvertOptions(
                    column_types=dict.fromkeys(header, string()), strings_can_be_null=False
                ),
            )
        )
    return found[0].num_rows


READERS: dict[str, Callable[[Path], int]] = {
    "alignment.load": _by_alignment,
    "pandas.read_csv(dtype=str)": _by_pandas,
    "pyarrow.csv, all text": _by_pyarrow,
}


def measure(tool: str, folder: Path) -> dict[str, float]:
    """Read the folder with one tool; imports are made before the clock starts."""
    import pyarrow.csv  # noqa: F401

    import alignment  # noqa: F401

    before = resource.getrusage(resource.RUSAGE_SELF)
    clock, busy = time.perf_counter(), time.process_time()
    rows = READERS[tool](folder)
    wall, cpu = time.perf_counter() - clock, time.process_time() - busy
    after = resource.getrusage(resource.RUSAGE_SELF)
    found = {
        "rows": rows,
        "cpu": cpu,
        "user": after.ru_utime - before.ru_utime,
        "system": after.ru_stime - before.ru_stime,
        "wall": wall,
        "start": before.ru_maxrss / 1024,
        "peak": after.ru_maxrss / 1024,
    }
    return found


def steps(folder: Path) -> dict[str, float]:
    """Say how many CPU seconds each step of load takes, under a profiler that counts CPU time."""
    import cProfile
    import pstats

    from alignment import load

    profile = cProfile.Profile(time.process_time)
    profile.runcall(load, folder)
    found = {}
    for (file, _, name), (_, _, _, total, _) in pstats.Stats(profile).stats.items():
        if "alignment" in file:
            found[f"{Path(file).stem}.{name}"] = round(total, 2)
    return found


def run(arguments: list[str]) -> dict[str, float]:
    """Run one part in a process of its own; the last line it says is its result."""
    found = subprocess.run(
        [sys.executable, str(Path(__file__)), *arguments],
        env={**os.environ, **SINGLE},
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        raise RuntimeError(found.stderr)
    result: dict[str, float] = json.loads(found.stdout.strip().splitlines()[-1])
    return result


def page(table: pd.DataFrame, spent: dict[str, float], options: argparse.Namespace) -> str:
    """Write the table as Markdown."""
    base = table.set_index("tool").loc["pandas.read_csv(dtype=str)"]
    lines = [
        f"| {row.tool} | {row.cpu_seconds:.1f} | {row.cpu_seconds / base.cpu_seconds:.2f} | "
        f"{row.peak_mb:,.0f} | {row.peak_mb / base.peak_mb:.2f} | {row.wall_seconds:.0f} |\n"
        for row in table.itertuples()
    ]
    own = table.set_index("tool").loc["alignment.load"]
    cpu, peak = own.cpu_seconds / base.cpu_seconds, own.peak_mb / base.peak_mb
    reached = [
        f"CPU no more than the bare pandas text read: {'reached' if cpu <= 1 else 'not reached'} "
        f"({cpu:.2f} times).",
        f"At most half its memory: {'reached' if peak <= 0.5 else 'not reached'} "
        f"({peak:.2f} times).",
    ]
    parts = "".join(f"| {name} | {seconds:.1f} |\n" for name, seconds in spent.items())
    return (
        "# Speed of load\n\n"
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with `benchmarks/load.py`, seed {SEED}, "
        f"{table['rows'].iloc[0]:,} rows, {table['file_mb'].iloc[0]:,.0f} MB of CSV; Python "
        f"{platform.python_version()}, pandas {pd.__version__}, pyarrow {version('pyarrow')}, "
        f"numpy {np.__version__}. Each reader is one process on one thread; imports come before "
        "the clock and are part of the peak. `alignment.load` does all it always does; the others "
        "only turn the same bytes into text cells.\n\n"
        "| reader | CPU seconds | times pandas | peak MB | times pandas | wall seconds |\n"
        "|---|---|---|---|---|---|\n"
        + "".join(lines)
        + "\n"
        + "\n".join(f"- {line}" for line in reached)
        + "\n\n"
        "Where `alignment.load` spends its CPU (a second run under a profiler; a step includes "
        "what it calls):\n\n| step | CPU seconds |\n|---|---|\n" + parts
    )


COLUMNS = (
    "tool", "rows", "file_mb", "cpu_seconds", "user", "system", "peak_mb", "wall_seconds",
)  # fmt: skip
SHOWN = (
    "reading.read_folder", "big_files_scan.scan_bytes", "big_files_arrow._batches",
    "typed.read_part",
    "mapped.assemble", "identity.join_leads", "finish.finish", "checks.check_rows",
    "tables.failures",
    "checks._ordered", "checks._taken", "loading._ledger",
)  # fmt: skip


def compare(folder: Path, options: argparse.Namespace) -> None:
    """Measure all readers on one folder, and write the tables."""
    size = sum(path.stat().st_size for path in folder.glob("*.csv")) / 1e6
    rows = []
    for tool in READERS:
        found = run(["--tool", tool, "--folder", str(folder)])
        row = (tool, int(found["rows"]), size, found["cpu"], found["user"], found["system"])
        rows.append((*row, found["peak"], found["wall"]))
        print(dict(zip(COLUMNS, rows[-1], strict=True)), flush=True)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    every = run(["--tool", "steps", "--folder", str(folder)])
    spent = {name: every[name] for name in SHOWN if name in every}
    RESULTS.mkdir(exist_ok=True)
    table.round(2).to_csv(RESULTS / "load.csv", index=False, lineterminator="\n")
    (RESULTS / "load.md").write_text(page(table, spent, options), encoding="utf-8")


def main() -> None:
    """Make the folder, measure, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--folder", type=Path, help="a folder made before, or to be kept")
    parser.add_argument("--tool", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.tool:
        found = steps if options.tool == "steps" else lambda folder: measure(options.tool, folder)
        print(json.dumps(found(options.folder)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        if not (folder / "touches.csv").exists():
            folder.mkdir(parents=True, exist_ok=True)
            write_log(folder, options.rows)
        compare(folder, options)


if __name__ == "__main__":
    main()
