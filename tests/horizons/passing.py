"""Diagnostics of the weekly model in which checks pass and fail as a test asks."""

import pandas as pd

from alignment.horizons import Diagnostics
from alignment.horizons.effects import BRAND


def checks_of(model, *failed):
    """Give diagnostics in which all pass but the named checks, or (check, subject) pairs."""
    cases = [("placebo date", "26 weeks"), ("forecast", "last weeks"), ("placebo claim", BRAND)]
    cases += [("placebo channel", name) for name in model.panel.names]
    cases += [("history", name) for name in model.panel.slow]
    frame = pd.DataFrame(cases, columns=["check", "subject"])
    frame["value"], frame["reference"] = 0.5, 0.9
    passed = [c not in failed and (c, s) not in failed for c, s in cases]
    frame["passed"] = pd.array(passed, dtype="boolean")
    empty = pd.DataFrame()
    return Diagnostics(frame, empty, empty, empty, model.about)
