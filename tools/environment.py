"""Write environment.yml from requirements.lock: the same versions for conda users."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = "3.12"
HEAD = f"""\
# Written by `make lock` from requirements.lock; a test holds the two together.
# conda gives Python; the packages are the very versions of the lock.
name: alignment
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python={PYTHON}
  - pip
  - pip:
"""


def locked(lock: str) -> list[str]:
    """Return the pinned requirements of a lock, markers kept, without their hashes."""
    joined = re.sub(r"\\\n", " ", lock)
    lines = (re.sub(r"\s*--hash=\S+", "", line).strip() for line in joined.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def environment(lock: str) -> str:
    """Return the text of environment.yml for a lock."""
    pins = "".join(f'      - "{pin}"\n' for pin in locked(lock))
    return f"{HEAD}{pins}      - -e .\n"


if __name__ == "__main__":
    text = environment((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    (ROOT / "environment.yml").write_text(text, encoding="utf-8")
