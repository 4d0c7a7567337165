"""data/sample is what the command in data/README.md writes, byte for byte."""

from __future__ import annotations

import re
from pathlib import Path

from typer.testing import CliRunner

from alignment.cli import app

ROOT = Path(__file__).resolve().parents[2]


def _files(folder: Path) -> dict[str, bytes]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_the_sample_is_what_the_documented_command_writes(tmp_path):
    readme = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    (seed,) = re.findall(
        r"alignment simulate data/sample --seed (\d+) --truth data/sample-truth.json", readme
    )
    out, known = tmp_path / "sample", tmp_path / "truth.json"
    done = CliRunner().invoke(app, ["simulate", str(out), "--seed", seed, "--truth", str(known)])
    assert done.exit_code == 0, done.output
    assert _files(out) == _files(ROOT / "data" / "sample")
    assert known.read_bytes() == (ROOT / "data" / "sample-truth.json").read_bytes()


def test_the_sample_is_small():
    assert sum(map(len, _files(ROOT / "data" / "sample").values())) < 8_000_000
