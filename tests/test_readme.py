"""The README's Python example runs, and gives the numbers of the report."""

from __future__ import annotations

import json
import re
from pathlib import Path

import matplotlib.pyplot as plt

ROOT = Path(__file__).resolve().parents[1]


def test_the_example_gives_the_numbers_of_the_report():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"(?s)```python\n(.*?)```", readme)
    names: dict[str, object] = {}
    sample = json.dumps(str(ROOT / "data" / "sample"))
    exec(code.replace('"data/private"', sample), names)
    plt.close("all")
    credit = names["credit"].frame  # type: ignore[attr-defined]
    rows = credit[(credit["model"] == "first") & (credit["key"] == "marketing")]
    share = f"{rows['share'].iloc[0]:.1%}"
    page = json.loads((ROOT / "notebooks" / "03_attribution.ipynb").read_text(encoding="utf-8"))
    shown = "".join(
        "".join(output["data"].get("text/plain", ""))
        for cell in page["cells"]
        for output in cell.get("outputs", [])
        if "data" in output
    )
    assert re.search(rf"First touch, won only +marketing .* {re.escape(share)} ", shown), share
