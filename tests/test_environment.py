"""The lock, environment.yml, pyproject and the running interpreter agree (no network).

What this cannot show: that conda's solver finds the Python named there.
"""

from __future__ import annotations

import importlib.util
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
ENVIRONMENT = (ROOT / "environment.yml").read_text(encoding="utf-8")


def lock_pins() -> list[Requirement]:
    return [
        Requirement(line.rstrip(" \\"))
        for line in LOCK.splitlines()
        if line and not line.startswith(("#", " "))
    ]


def environment_pins() -> list[Requirement]:
    lines = [line.strip() for line in ENVIRONMENT.splitlines()]
    return [Requirement(line[3:-1]) for line in lines if line.startswith('- "')]


def test_environment_yml_holds_the_versions_of_the_lock():
    assert {str(pin) for pin in environment_pins()} == {str(pin) for pin in lock_pins()}


def test_environment_yml_is_what_the_tool_writes():
    spec = importlib.util.spec_from_file_location("environment", ROOT / "tools/environment.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.environment(LOCK) == ENVIRONMENT


def test_environment_yml_takes_python_from_conda_forge_only_and_the_project_last():
    assert "  - conda-forge\n  - nodefaults\n" in ENVIRONMENT
    assert ENVIRONMENT.rstrip().endswith("- -e .")


def test_lock_has_hashes_and_no_address():
    assert "://" not in LOCK
    assert "index-url" not in LOCK
    blocks = LOCK.replace("\\\n", " ").splitlines()
    assert all("--hash=sha256:" in block for block in blocks if block and block[0] != "#")


@pytest.mark.parametrize("group", ["dependencies", "dev"])
def test_locked_versions_lie_within_the_ranges_of_pyproject(group):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    ranges = (
        project["project"]["dependencies"]
        if group == "dependencies"
        else (project["dependency-groups"]["dev"])
    )
    pins: dict[str, list[Requirement]] = {}
    for pin in lock_pins():
        pins.setdefault(canonicalize_name(pin.name), []).append(pin)
    for wanted in map(Requirement, ranges):
        found = pins[canonicalize_name(wanted.name)]
        for pin in found:
            (exact,) = pin.specifier
            assert wanted.specifier.contains(exact.version), f"{wanted} against {pin}"


def test_running_interpreter_has_the_locked_versions():
    here = default_environment()
    for pin in lock_pins():
        if pin.marker is None or pin.marker.evaluate(here):
            (exact,) = pin.specifier
            assert version(pin.name) == exact.version
