"""Make tests/lead_to_close/reference.json: what lifelines and scikit-survival say.

Both stand in an environment of their own, because lifelines caps pandas and scikit-survival is
GPL; nothing of the library is imported here:

    python -m venv reference && reference/bin/pip install lifelines scikit-survival
    reference/bin/python benchmarks/reference_survival.py [FOLDER_WITH_OLIST]

Choice of the oracle: Kaplan-Meier from both; Aalen-Johansen from scikit-survival only, with the
variance of Dinse and Larson's equation 6 (lifelines drops the events of the first time, jitters
ties and swaps its limits); the log-rank statistic of three groups from lifelines. Delayed entry:
all of them take a spell as at risk at t when entry < t (lifelines counts entry <= t in its event
table, but subtracts the entrants of each time from the second on before it estimates), so on whole
days they get entries half a day earlier to match entry <= t; for scikit-survival, which refuses
negative times, everything also a day later. The data sets are small and stand in the file, so that
nothing hangs on a random stream; of Olist only estimates are kept.
"""

from __future__ import annotations

import datetime
import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from sksurv.nonparametric import cumulative_incidence_competing_risks, kaplan_meier_estimator

OUT = Path(__file__).parents[1] / "tests" / "lead_to_close" / "reference.json"
LEVEL = 0.95
DAYS = (30, 90, 180)

# Freireich et al. 1963, Blood 21:699: remission in weeks under 6-mercaptopurine and placebo.
DRUG = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def data_sets() -> dict[str, dict[str, list[float]]]:
    """Seeded data sets with ties, delayed entry, exact times, one to three kinds of ends."""
    random = np.random.default_rng(20250101)

    def draw(n: int, days: int, kinds: int, *, late: bool = False, exact: bool = False) -> dict:
        exit = random.uniform(0, days, n).round(4) if exact else random.integers(0, days, n)
        end = random.integers(0, kinds + 1, n)
        end[np.argmax(exit)] = 0  # scikit-survival divides by zero where all at risk end
        end[exit == exit.max()] = 0
        entry = np.zeros(n, dtype=exit.dtype)
        if late:
            entry = np.where(random.random(n) < 0.6, 0, random.integers(0, days, n))
            entry = np.minimum(entry, exit)
        return {"entry": entry.tolist(), "exit": exit.tolist(), "end": end.tolist()}

    return {
        "remission, drug": {
            "entry": [0] * 21,
            "exit": DRUG,
            "end": [1] * 9 + [0] * 12,
        },
        "remission, placebo": {"entry": [0] * 21, "exit": PLACEBO, "end": [1] * 21},
        "two ends, day ties": draw(250, 60, 2),
        "two ends, heavy ties": draw(300, 5, 2),
        "three ends, day ties": draw(250, 40, 3),
        "two ends, exact times": draw(120, 60, 2, exact=True),
        "one end, day ties": draw(200, 90, 1),
        "one end, delayed entry": draw(250, 60, 1, late=True),
        "one end, delayed entry, heavy ties": draw(300, 8, 1, late=True),
        "two ends, a year of days": draw(400, 365, 2),
        "two ends, exact times, many": draw(300, 200, 2, exact=True),
    }


def lifelines_kaplan_meier(entry, exit, ended) -> dict[str, list[float]]:
    """Survival and its log(-log) interval at the times of the curve."""
    fitted = KaplanMeierFitter(alpha=1 - LEVEL)
    late = entry - 0.5 if np.any(entry > 0) else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted.fit(exit, ended, entry=late)
    bounds = fitted.confidence_interval_.to_numpy()
    return {
        "time": fitted.survival_function_.index.tolist(),
        "survival": fitted.survival_function_.iloc[:, 0].tolist(),
        "low": bounds[:, 0].tolist(),
        "high": bounds[:, 1].tolist(),
    }


def sksurv_kaplan_meier(entry, exit, ended) -> dict[str, list[float]]:
    """Survival and its log(-log) interval at the distinct times."""
    late = np.any(entry > 0)
    with np.errstate(all="ignore"):
        time, survival, bounds = kaplan_meier_estimator(
            ended,
            exit + 1.0 if late else exit,
            time_enter=entry + 0.5 if late else None,
            conf_type="log-log",
            conf_level=LEVEL,
        )
    return {
        "time": (time - 1 if late else time).tolist(),
        "survival": survival.tolist(),
        "low": bounds[0].tolist(),
        "high": bounds[1].tolist(),
    }


def lifelines_log_rank(exit, ended) -> float:
    """Chi-square of three groups: every third spell. It knows no delayed entry."""
    return float(multivariate_logrank_test(exit, np.arange(len(exit)) % 3, ended).test_statistic)


def sksurv_aalen_johansen(exit, end) -> dict[str, list]:
    """Incidence of each kind of end and its log(-log F) interval at the distinct times."""
    with np.errstate(all="ignore"):
        time, incidence, bounds = cumulative_incidence_competing_risks(
            end, exit, conf_type="log-log", conf_level=LEVEL, var_type="Dinse_Approx"
        )
    return {
        "time": time.tolist(),
        "incidence": incidence[1:].tolist(),
        "low": bounds[1:, 0].tolist(),
        "high": bounds[1:, 1].tolist(),
    }


def olist(folder: Path) -> list[dict[str, float | str]]:
    """Probability of won by some days, with delayed entry, from lifelines; all and by origin."""
    leads = pd.read_csv(folder / "olist_marketing_qualified_leads_dataset.csv")
    deals = pd.read_csv(folder / "olist_closed_deals_dataset.csv")
    both = leads.merge(deals[["mql_id", "won_date"]], on="mql_id", how="left")
    start = pd.to_datetime(both["first_contact_date"]).dt.normalize()
    won = pd.to_datetime(both["won_date"]).dt.normalize()
    exit = (won.fillna(won.max()) - start).dt.days
    entry = (won.min() - start).dt.days.clip(lower=0)
    usable = (exit >= 0) & (exit >= entry)
    origin = both["origin"].fillna("(missing)")
    rows = []
    for name in ("all", *sorted(origin.unique())):
        keep = usable & ((origin == name) | (name == "all"))
        fitted = KaplanMeierFitter(alpha=1 - LEVEL)
        fitted.fit(exit[keep], won[keep].notna(), entry=entry[keep] - 0.5)
        for day in DAYS:
            low, high = fitted.confidence_interval_.loc[:day].iloc[-1]
            rows.append(
                {
                    "origin": name,
                    "day": day,
                    "estimate": 1 - float(fitted.predict(day)),
                    "low": 1 - float(high),
                    "high": 1 - float(low),
                    "leads": int(keep.sum()),
                }
            )
    return rows


def main() -> None:
    """Write the fixture."""
    reference = {
        "about": "made by benchmarks/reference_survival.py; do not edit",
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "level": LEVEL,
        "versions": {
            name: version(name) for name in ("lifelines", "scikit-survival", "numpy", "pandas")
        },
        "data_sets": {},
        "olist": olist(Path(sys.argv[1])) if len(sys.argv) > 1 else [],
    }
    for name, data in data_sets().items():
        entry, exit, end = (np.array(data[column]) for column in ("entry", "exit", "end"))
        found = {
            "lifelines Kaplan-Meier": lifelines_kaplan_meier(entry, exit, end > 0),
            "scikit-survival Kaplan-Meier": sksurv_kaplan_meier(entry, exit, end > 0),
        }
        if not entry.any():
            found["lifelines log-rank"] = lifelines_log_rank(exit, end > 0)
        if not entry.any() and end.max() > 1:  # it fails on a single kind of end
            found["scikit-survival Aalen-Johansen"] = sksurv_aalen_johansen(exit, end)
        reference["data_sets"][name] = {"data": data, "found": found}
    OUT.write_text(json.dumps(reference, indent=None, separators=(",", ":")) + "\n")
    print(f"{OUT.name}: {len(reference['data_sets'])} data sets, {len(reference['olist'])} rows")


if __name__ == "__main__":
    main()
