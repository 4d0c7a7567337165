"""Which single improvement by a tenth moves the probability of the goal most."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from alignment.shared_goals.draws import draw_outcomes
from alignment.shared_goals.flow import Change, expected_flow
from alignment.shared_goals.horizon import Horizon
from alignment.shared_goals.seeking import Sought
from alignment.shared_goals.setting import Setting

Flags = NDArray[np.bool_]
TENTH = 0.10
CHANGES = {
    "opportunity": Change(opportunity=1 + TENTH),
    "win": Change(win=1 + TENTH),
    "value": Change(value=1 + TENTH),
    "speed": Change(speed=1 - TENTH),
}


def lever_table(
    setting: Setting, span: Horizon, sought: Sought, volume: float, level: float
) -> pd.DataFrame:
    """Improve one thing at a time, on the same random numbers, at one volume.

    Returns
    -------
    DataFrame
        ``levers`` of :class:`~alignment.shared_goals.plan.Plan`.
    """
    counts = float(sought.effective(volume)[0])
    usual = sought.critical <= counts
    rows = [_row("leads", usual, sought.critical <= sought.effective(volume * (1 + TENTH)), level)]
    for name, change in CHANGES.items():
        flow = expected_flow(setting.data, setting.found, setting.curves.changed(change), span)
        drawn = draw_outcomes(
            setting.found,
            flow,
            sought.shape * sought.level,
            span.days,
            setting.random,
            change.value,
        )
        rows.append(_row(name, usual, drawn.critical(sought.rest) <= counts, level))
    if sought.demand is not None and sought.effort is not None:
        more = replace(sought.demand, hours=sought.demand.hours * (1 + TENTH))
        eased = more.as_measured().effective(sought.effort, np.array([volume]))[0]
        rows.append(_row("hours", usual, sought.critical <= eased, level))
    table = pd.DataFrame(rows)
    return table.sort_values("change", ascending=False, kind="stable", ignore_index=True)


def _row(name: str, usual: Flags, improved: Flags, level: float) -> dict[str, object]:
    """Compare draw by draw: the interval is the error of the simulation."""
    gain = improved.astype(float) - usual.astype(float)
    half = float(norm.ppf((1 + level) / 2) * gain.std() / np.sqrt(len(gain)))
    change = float(gain.mean())
    return {
        "lever": name,
        "probability": float(improved.mean()),
        "change": change,
        "low": change - half,
        "high": change + half,
    }
