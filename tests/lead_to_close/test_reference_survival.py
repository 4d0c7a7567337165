"""Points and intervals against lifelines and scikit-survival, to 1e-10."""

import json
from pathlib import Path

import numpy as np
import pytest
from statsmodels.duration.survfunc import CumIncidenceRight

from alignment.incidence import aalen_johansen, interval, kaplan_meier, risk_tables

REFERENCE = json.loads(Path(__file__).with_name("reference.json").read_text())
SETS = REFERENCE["data_sets"]
EXACT = {"rtol": 0, "atol": 1e-10}


def table_of(data, ends):
    entry, exit = np.array(data["entry"]), np.array(data["exit"])
    return risk_tables(entry, exit, np.array(data["end"]), ends=ends)[0]


def places(table, time):
    """Find the times of a reference in a table, leaving out those before the first."""
    time = np.array(time)
    return np.searchsorted(table.time, time, side="right") - 1, time >= table.time[0]


@pytest.mark.parametrize("library", ["lifelines", "scikit-survival"])
@pytest.mark.parametrize("name", SETS)
def test_kaplan_meier(name, library):
    data = SETS[name]["data"]
    theirs = SETS[name]["found"][f"{library} Kaplan-Meier"]
    table = table_of(data, max(data["end"]))
    survival, variance = kaplan_meier(table)
    at, inside = places(table, theirs["time"])
    expected = np.array(theirs["survival"])
    np.testing.assert_allclose(survival[at][inside], expected[inside], **EXACT)
    low, high = interval(survival, variance, level=REFERENCE["level"], transform="log-log")
    told = inside & (expected > 1e-12) & (expected < 1)  # at 0 and 1 libraries differ in habit
    assert told.sum() >= 4
    for ours, name_ in ((low, "low"), (high, "high")):
        np.testing.assert_allclose(ours[at][told], np.array(theirs[name_])[told], **EXACT)


COMPETING = [name for name in SETS if "scikit-survival Aalen-Johansen" in SETS[name]["found"]]


@pytest.mark.parametrize("name", COMPETING)
def test_aalen_johansen(name):
    data = SETS[name]["data"]
    theirs = SETS[name]["found"]["scikit-survival Aalen-Johansen"]
    kinds = max(data["end"])
    found = aalen_johansen(table_of(data, kinds))
    at, inside = places(found.table, theirs["time"])
    assert inside.all()
    for k in range(kinds):
        expected = np.array(theirs["incidence"][k])
        np.testing.assert_allclose(found.incidence[k][at], expected, **EXACT)
        # Its interval stands on the scale of log(-log F).
        low, high = interval(
            found.incidence[k], found.variance[k], level=REFERENCE["level"], transform="log-log"
        )
        told = (expected > 0) & (expected < 1)
        np.testing.assert_allclose(low[at][told], np.array(theirs["low"][k])[told], **EXACT)
        np.testing.assert_allclose(high[at][told], np.array(theirs["high"][k])[told], **EXACT)


def test_there_are_enough_data_sets_and_the_versions_are_known():
    assert len(SETS) >= 5
    assert len(COMPETING) >= 5
    assert any(any(SETS[name]["data"]["entry"]) for name in SETS)
    assert {"lifelines", "scikit-survival"} <= set(REFERENCE["versions"])


@pytest.mark.parametrize("name", COMPETING)
def test_aalen_johansen_with_statsmodels(name):
    """Its standard errors are another formula's; the intervals are held against scikit-survival."""
    data = SETS[name]["data"]
    kinds = max(data["end"])
    exit, end = np.array(data["exit"]), np.array(data["end"])
    theirs = CumIncidenceRight(exit, end)
    found = aalen_johansen(table_of(data, kinds))
    at, inside = places(found.table, theirs.times)
    assert inside.all()
    for k in range(kinds):
        np.testing.assert_allclose(found.incidence[k][at], theirs.cinc[k], **EXACT)
