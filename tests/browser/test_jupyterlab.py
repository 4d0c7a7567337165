"""An analyst opens a notebook in JupyterLab and runs it from top to bottom."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAME = "00_data.ipynb"

pytestmark = pytest.mark.browser


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """JupyterLab on a copy of the notebook and of the sample, and the notebook's path."""
    (tmp_path / "notebooks").mkdir()
    shutil.copytree(ROOT / "data" / "sample", tmp_path / "data" / "sample")
    notebook = json.loads((ROOT / "notebooks" / NAME).read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    path = tmp_path / "notebooks" / NAME
    path.write_text(json.dumps(notebook), encoding="utf-8")
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"),
            *(f"--port={port}", "--ip=127.0.0.1", "--IdentityProvider.token=", "--port-retries=0"),
            *("--ServerApp.disable_check_xsrf=True", "--LabApp.news_url="),
            f"--notebook-dir={tmp_path}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{url}/api", timeout=2).close()
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.5)
        yield f"{url}/lab/tree/notebooks/{NAME}", path
    finally:
        server.terminate()
        server.wait(30)


def test_run_all_cells_gives_every_output_without_an_error(lab, chromium):
    url, path = lab
    page = chromium.new_page()
    page.goto(url)
    page.get_by_text("| Idle").first.wait_for(timeout=90_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".jp-OutputArea img").first.wait_for(timeout=90_000)
    code: list[dict] = []
    for _ in range(90):
        page.keyboard.press("Control+s")
        page.wait_for_timeout(1000)
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        if all(cell["execution_count"] for cell in code):
            break
    page.close()
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    kinds = [output["output_type"] for cell in code for output in cell["outputs"]]
    assert "error" not in kinds
    assert kinds.count("display_data") >= 4
