"""Print a page to PDF with a Chromium that is already on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_SECONDS = 180


def browser() -> str | None:
    """Return the path of a Chromium or Chrome, or None."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


def print_to_pdf(executable: str, page: Path, out: Path) -> bool:
    """Print a self-contained page on A4; say whether it worked.

    The browser runs without a network of its own: no updates, no sync, no profile kept.
    """
    with tempfile.TemporaryDirectory() as profile:
        command = [
            executable,
            "--headless",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            f"--user-data-dir={profile}",
            "--no-pdf-header-footer",
            f"--print-to-pdf={out}",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium refuses to start as root with it
        try:
            done = subprocess.run(
                [*command, page.resolve().as_uri()],
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
    return done.returncode == 0 and out.is_file() and out.stat().st_size > 0
