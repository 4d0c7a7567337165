"""Each sentence in each of its forms, from results small enough to check by hand."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alignment import findings
from alignment.attribution import Credit, Flow, Overlap, Returns
from alignment.coverage import STEPS, Coverage
from alignment.errors import NotMeasurable
from alignment.horizons import WonByAge
from alignment.lead_to_close import LeadToClose, TimeInStage
from alignment.lead_to_close.spells import Spells
from alignment.results import About
from alignment.text import LANGUAGES, Text

ROOT = Path(__file__).resolve().parents[1]
ABOUT = About(Text(en="method", es="método"), level=0.95)
DAY = pd.Timestamp("2026-09-28", tz="UTC")


def coverage(won: dict[str, int], read: int = 100) -> Coverage:
    counts = np.array([won[step] for step in STEPS], dtype=float)
    n = max(counts[0], 1)
    trace = pd.DataFrame(
        {"step": STEPS, "won": counts.astype(int), "share": counts / n, "low": 0.1, "high": 0.9}
    )
    ledger = pd.Series(
        {"rows_read": read, "rows_kept": read - 3, "rows_merged": 2, "rows_set_aside": 1}
    )
    return Coverage(pd.DataFrame(), trace, ledger, 4, ABOUT)


def clock(groups: dict[str, tuple[float, float, float]], day: int = 90) -> LeadToClose:
    at = pd.DataFrame(
        [
            {
                "group": name,
                "end": "won",
                "day": day,
                "estimate": p,
                "low": low,
                "high": high,
                "leads": 500,
                "events": 20,
                "at_risk": 300,
                "too_few": False,
            }
            for name, (p, low, high) in groups.items()
        ]
    )
    naive = pd.DataFrame(
        {
            "group": list(groups),
            "mean_days_won": 45.4,
            "median_days_won": 40.0,
            "closed_only_win_rate": 0.5,
            "won": 20,
            "lost": 30,
            "open": 450,
        }
    )
    when = pd.DataFrame(
        {
            "group": list(groups),
            "horizon": 365,
            "share": 0.1,
            "median_days": 60.0,
            "low": 50.0,
            "high": 70.0,
            "mean_days": 61.0,
        }
    )
    spells = Spells(pd.DataFrame(), DAY, DAY, "UTC")
    return LeadToClose(at, pd.DataFrame(), pd.DataFrame(), when, naive, spells, True, ABOUT)


def stages(medians: dict[str, tuple[float, float, float]]) -> TimeInStage:
    frame = pd.DataFrame(
        [
            {
                "stage": name,
                "median_days": m,
                "median_low": low,
                "median_high": high,
                "too_few": False,
            }
            for name, (m, low, high) in medians.items()
        ]
    )
    return TimeInStage(frame, pd.DataFrame(), pd.DataFrame(), ABOUT)


def overlap(won: dict[str, int], journeys: int = 100) -> Overlap:
    frame = pd.DataFrame(
        {"touched_by": list(won), "won": list(won.values()), "win_share": 0.1, "journeys": journeys}
    )
    frame.loc[frame["touched_by"] == "nobody", "journeys"] = 100
    return Overlap(frame, "MXN", ABOUT)


def way(won: dict[tuple[str, str], int]) -> Flow:
    rows = [(first, by, "won", n) for (first, by), n in won.items()]
    frame = pd.DataFrame(rows, columns=["first", "touched_by", "outcome", "journeys"])
    levels = pd.CategoricalDtype(["nobody", "marketing", "sales"])
    return Flow(frame.astype({"first": levels}).assign(value=0.0), "MXN", ABOUT)


def money(paid: dict[str, tuple[float, float, float]], reliability="measured") -> Returns:
    rows = [(key, 100.0, "spend and credit", *bounds) for key, bounds in paid.items()]
    rows.append(("Fair", 50.0, "spend only", np.nan, np.nan, np.nan))
    names = ["key", "spend", "match", "return_on_spend", "return_low", "return_high"]
    frame = pd.DataFrame(rows, columns=names)
    spend = float(frame["spend"].sum())
    return Returns(frame, "shapley", "channel", spend, 1e3, "MXN", reliability, ABOUT)


def credit(shares: dict[str, dict[str, tuple[float, float, float]]], wins: int = 300) -> Credit:
    frame = pd.DataFrame(
        [
            {"model": model, "key": key, "share": s, "low": low, "high": high, "credit": s}
            for model, keys in shares.items()
            for key, (s, low, high) in keys.items()
        ]
    )
    return Credit(frame, 1.0, "MXN", wins, 1000, "team", pd.DataFrame(), 0.1, "measured", ABOUT)


def horizons(
    late: dict[str, tuple[float, float, float]],
    gap: tuple[float, float] = (-0.1, 0.1),
    settled: float = 30.0,
) -> WonByAge:
    share = pd.DataFrame(
        [
            {"group": name, "share": s, "low": low, "high": high, "too_few": False, "leads": 100}
            for name, (s, low, high) in late.items()
        ]
    )
    quarter = pd.DataFrame(
        {
            "quarter": "2026Q3",
            "age": ["0-13 weeks", "27-52 weeks", "over 52 weeks"],
            "group": "marketing",
            "wins": [5, 3, 2],
            "value": [50.0, 30.0, 20.0],
        }
    )
    cohorts = pd.DataFrame(
        {
            "quarter": ["2025Q1", "2026Q2", "2026Q2", "2026Q3"],
            "when": ["still open", "still open", "lost", "still open"],
            "leads": [1, 5, 4, 7],
            "young": [0, 3, 2, 7],
        }
    )
    pair = {"group_a": ["sales"], "group_b": ["marketing"], "low": [-gap[1]], "high": [-gap[0]]}
    return WonByAge(
        pd.DataFrame(),
        share,
        quarter,
        cohorts,
        "MXN",
        ABOUT,
        late_difference=pd.DataFrame(pair),
        settled_weeks=settled,
        horizon_weeks=104.0,
    )


FORMS = [
    (findings.rows_accounted, coverage(dict.fromkeys(STEPS, 5)), "claim", "97 can be used"),
    (findings.traceable, coverage(dict.fromkeys(STEPS, 5)), "claim", "100% of won deals"),
    (findings.won_by_day, clock({"all": (0.031, 0.028, 0.035)}), "claim", "3.1 are won within 90"),
    (findings.dashboard_average, clock({"all": (0.03, 0.02, 0.04)}), "claim", "leaves out 480"),
    (
        findings.channels_differ,
        clock({"A": (0.10, 0.09, 0.11), "B": (0.02, 0.01, 0.03)}),
        "claim",
        "A leads are won more often than B leads",
    ),
    (
        findings.channels_differ,
        clock({"A": (0.05, 0.03, 0.08), "B": (0.04, 0.02, 0.07)}),
        "inconclusive",
        "No clear difference",
    ),
    (
        findings.slowest_stage,
        stages({"Demo": (40, 35, 45), "Quote": (10, 8, 12)}),
        "claim",
        "longest in “Demo”",
    ),
    (
        findings.slowest_stage,
        stages({"Demo": (12, 9, 15), "Quote": (10, 8, 12)}),
        "inconclusive",
        "No stage clearly stands out",
    ),
    (
        findings.together,
        overlap({"nobody": 1, "only marketing": 2, "only sales": 7, "both": 10}),
        "claim",
        "touched 50% of the 20 won deals",
    ),
    (
        findings.credit_range,
        credit({m: {"marketing": (0.7, 0.6, 0.8), "sales": (0.3, 0.2, 0.4)} for m in ("first",)}),
        "claim",
        "gives marketing more than half",
    ),
    (
        findings.credit_range,
        credit(
            {
                "first": {"marketing": (0.3, 0.2, 0.4), "sales": (0.7, 0.6, 0.8)},
                "last": {"marketing": (0.6, 0.5, 0.7), "sales": (0.4, 0.3, 0.5)},
            }
        ),
        "inconclusive",
        "runs from 30% to 60%",
    ),
    (
        findings.leading_channel,
        credit({"first": {"x": (0.7, 0.6, 0.8), "y": (0.3, 0.2, 0.4)}}),
        "claim",
        "“x” has the",
    ),
    (
        findings.leading_channel,
        credit({"first": {"x": (0.55, 0.4, 0.7), "y": (0.45, 0.3, 0.6)}}),
        "inconclusive",
        "not clearly",
    ),
    (
        findings.leading_channel,
        credit(
            {
                "first": {"x": (0.7, 0.6, 0.8), "y": (0.3, 0.2, 0.4)},
                "last": {"x": (0.2, 0.1, 0.3), "y": (0.8, 0.7, 0.9)},
            }
        ),
        "inconclusive",
        "depends on the rule",
    ),
    (
        findings.first_hand,
        way(
            {("marketing", "both"): 60, ("marketing", "only marketing"): 20, ("sales", "both"): 20}
        ),
        "claim",
        "80% of the 100 won deals that a team touched began with marketing",
    ),
    (
        findings.first_hand,
        way({("marketing", "both"): 10, ("sales", "both"): 11, ("nobody", "nobody"): 9}),
        "inconclusive",
        "52% of 21 with sales",
    ),
    (
        findings.first_hand,
        way({("marketing", "both"): 29}),  # all of them, but too few to claim
        "inconclusive",
        "100% of 29 with marketing",
    ),
    (
        findings.best_return,
        money({"A": (3.0, 2.5, 3.5), "B": (1.0, 0.5, 1.5)}),
        "claim",
        "“A” is credited with 3.0 MXN for each MXN spent (2.5 to 3.5), more than any",
    ),
    (
        findings.best_return,
        money({"A": (3.0, 1.0, 3.5), "B": (1.0, 0.5, 1.5)}),
        "inconclusive",
        "No channel is clearly credited with more: “A”",
    ),
    (
        findings.best_return,
        money({"A": (3.0, 2.5, 3.5)}),
        "inconclusive",
        "no other channel has both",
    ),
    (findings.late_share, horizons({"all": (0.7, 0.6, 0.8)}), "claim", "70% of what leads bring"),
    (findings.late_share, horizons({"all": (0.5, 0.4, 0.6)}), "inconclusive", "is open: 50%"),
    (
        findings.late_share_by_team,
        # Their own intervals overlap, that of the difference does not hold 0: it decides.
        horizons({"marketing": (0.6, 0.4, 0.8), "sales": (0.3, 0.1, 0.5)}, gap=(0.05, 0.5)),
        "claim",
        "What marketing touched first arrives later",
    ),
    (
        findings.late_share_by_team,
        horizons({"marketing": (0.5, 0.4, 0.6), "sales": (0.45, 0.35, 0.55)}),
        "inconclusive",
        "No clear difference",
    ),
    (
        findings.harvest_age,
        horizons({"all": (0.5, 0.4, 0.6)}),
        "claim",
        "50% of the value won in Q3",
    ),
    (
        findings.still_filling,
        horizons({"all": (0.5, 0.4, 0.6)}),
        "claim",
        "from Q2 2026 on are still filling: 10 of their 12 leads younger than 30 weeks",
    ),
]


@pytest.mark.parametrize(
    ("function", "result", "form", "words"),
    FORMS,
    ids=[f"{f.__name__}-{form}-{k}" for k, (f, _, form, _) in enumerate(FORMS)],
)
def test_the_sentence_has_its_form_and_its_number(function, result, form, words):
    found = function(result)
    assert found.form == form
    assert words in found.title.en
    for language in LANGUAGES:
        # two lines of a heading; a title that needs a third is not a title
        assert len(found.title[language]) <= 140, found.title[language]
        assert not found.title[language].endswith((":", "."))
    assert found.title.en != found.title.es


NOTHING = dict.fromkeys(("nobody", "only marketing", "only sales", "both"), 0)
CLOSED = [
    (findings.traceable, coverage(dict.fromkeys(STEPS, 0))),
    (findings.traceable, coverage({**dict.fromkeys(STEPS, 0), "won": 9, "lead": 9})),
    (findings.won_by_day, clock({"all": (np.nan, np.nan, np.nan)})),
    (findings.channels_differ, clock({"A": (0.1, 0.05, 0.15)})),
    (findings.slowest_stage, stages({"Demo": (np.nan, np.nan, np.nan)})),
    (findings.together, overlap(NOTHING)),
    (findings.together, overlap({**NOTHING, "nobody": 8}, journeys=0)),
    (findings.credit_range, credit({"first": {"marketing": (1.0, 1.0, 1.0)}})),
    (findings.credit_range, credit({"first": {"marketing": (0.5, 0.4, 0.6)}}, wins=0)),
    (findings.first_hand, way({})),
    (findings.first_hand, way({("nobody", "nobody"): 9})),
    (findings.best_return, money({})),
    (findings.best_return, money({"A": (3.0, 2.5, 3.5)}, reliability="too few")),
    (findings.late_share, horizons({"sales": (0.5, 0.4, 0.6)})),
    (findings.late_share_by_team, horizons({"all": (0.5, 0.4, 0.6)})),
    (findings.still_filling, horizons({"all": (0.5, 0.4, 0.6)}, settled=np.nan)),
]


@pytest.mark.parametrize(("function", "result"), CLOSED, ids=lambda x: getattr(x, "__name__", ""))
def test_a_closed_gate_says_what_is_missing(function, result):
    with pytest.raises(NotMeasurable) as told:
        function(result)
    assert told.value.reason.en.startswith("Not measurable: ")
    assert told.value.reason.es.startswith("No medible: ")
    assert told.value.reason.en.endswith(".")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"value": 0.0}, "10 were won in Q3 2026, the last full quarter, none with an amount"),
        ({"value": 0.0, "wins": 0}, "nothing was won in Q3 2026"),
        (None, "no full calendar quarter"),
    ],
)
def test_a_quarter_without_value_says_which_kind_it_is(changed, words):
    result = horizons({"all": (0.5, 0.4, 0.6)})
    quarter = result.this_quarter
    quarter = quarter.iloc[:0] if changed is None else quarter.assign(**changed)
    with pytest.raises(NotMeasurable, match=words):
        findings.harvest_age(replace(result, this_quarter=quarter))


@pytest.mark.parametrize(
    ("marketing", "sales", "words"),
    [
        (91, 91, "Neither record is clearly weaker"),
        (80, 84, "Neither record is clearly weaker"),
        (50, 90, "The record of marketing is clearly the weaker one"),
        (90, 50, "The record of sales is clearly the weaker one"),
    ],
)
def test_a_record_is_called_weaker_only_where_it_clearly_is(marketing, sales, words):
    reached = {"won": 100, "lead": 100, "touch": 100, "marketing": marketing, "sales": sales}
    both = marketing + sales - 100  # whoever is not touched by one is by the other
    detail = findings.traceable(coverage({**reached, "both": both})).detail
    assert detail is not None
    assert words in detail.en


def test_a_group_without_a_win_has_no_interval_and_is_not_judged():
    result = clock({"A": (0.10, 0.09, 0.11), "B": (0.02, 0.01, 0.03), "C": (0.0, np.nan, np.nan)})
    assert findings.channels_differ(result).form == "claim"
    with pytest.raises(NotMeasurable):
        findings.channels_differ(clock({"A": (0.1, 0.09, 0.11), "C": (0.0, np.nan, np.nan)}))


def test_bounds_of_a_difference_stay_within_a_hundred_points():
    low = dict.fromkeys("BCDEF", (0.01, 0.0, 0.5))
    said = findings.channels_differ(clock({"A": (0.99, 0.6, 1.0)} | low))
    assert said.detail is not None
    assert "100.0 points" in said.detail.en


def test_a_stage_that_half_have_not_left_is_the_slowest():
    result = stages({"Quote": (37, 24, 43), "Legal": (np.nan, 80, np.nan)})
    frame = result.frame.assign(still_there=90, visits=120)
    found = findings.slowest_stage(TimeInStage(frame, result.curves, result.visits, ABOUT))
    assert "“Legal” have still not left" in found.title.en


def test_one_stage_is_not_compared():
    with pytest.raises(NotMeasurable, match="fewer than two stages"):
        findings.slowest_stage(stages({"Demo": (40, 35, 45)}))


def test_too_few_wins_are_no_claim():
    few = clock({"all": (0.5, 0.09, 0.99)})
    thin = LeadToClose(
        few.at.assign(too_few=True),
        few.curves,
        few.quantiles,
        few.when_won,
        few.naive,
        few.spells,
        True,
        ABOUT,
    )
    with pytest.raises(NotMeasurable):
        findings.won_by_day(thin)
    shares = {"first": {"marketing": (1.0, 1.0, 1.0), "sales": (0.0, 0.0, 0.0)}}
    poor = replace(credit(shares, wins=1), reliability="too few")
    for finding in (findings.credit_range, findings.leading_channel):
        with pytest.raises(NotMeasurable, match="fewer than 30"):
            finding(poor)


def test_rules_that_agree_are_not_called_a_convention():
    shares = {"first": {"marketing": (0.4, 0.3, 0.55), "sales": (0.6, 0.45, 0.7)}}
    found = findings.credit_range(credit(shares))
    assert found.form == "inconclusive"
    assert "Too few deals to say" in found.title.en


def test_a_share_without_width_is_no_claim():
    with pytest.raises(NotMeasurable, match="one side of week 13"):
        findings.late_share(horizons({"all": (1.0, 1.0, 1.0)}))


def test_widening_for_many_pairs_can_turn_a_claim_into_no_clear_difference():
    two = clock({"A": (0.100, 0.080, 0.125), "B": (0.060, 0.045, 0.080)})
    many = clock(
        {"A": (0.100, 0.080, 0.125), "B": (0.060, 0.045, 0.080)}
        | {f"C{k}": (0.080, 0.060, 0.105) for k in range(10)}
    )
    assert findings.channels_differ(two).form == "claim"
    assert findings.channels_differ(many).form == "inconclusive"


def test_a_name_from_the_data_cannot_break_a_sentence():
    hostile = r"{0}<script>$\frac{1$"
    result = clock({hostile: (0.10, 0.09, 0.11), "B": (0.02, 0.01, 0.03)})
    assert hostile in findings.channels_differ(result).title.en


CAUSAL = re.compile(
    r"\b(caus\w+|because|due to|thanks to|porque|debido|gracias a|provoc\w+|se debe a)\b", re.I
)


def _sentences() -> list[tuple[str, str]]:
    found = []
    reading = {"exports", "check", "loading.py", "simulation"}  # about files, not about deals
    for path in (ROOT / "src/alignment").rglob("*.py"):
        if reading & set(path.relative_to(ROOT / "src/alignment").parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Text":
                found += [
                    (path.name, value.value)
                    for value in [*node.args, *(k.value for k in node.keywords)]
                    if isinstance(value, ast.Constant) and isinstance(value.value, str)
                ]
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        found += [(path.name, "".join(c["source"])) for c in cells if c["cell_type"] == "markdown"]
    return found


def test_no_sentence_speaks_of_causes():
    # without an experiment, a description is all that these analyses are
    assert len(_sentences()) > 100
    assert [pair for pair in _sentences() if CAUSAL.search(pair[1])] == []


def test_the_relay_and_the_spend_without_a_touch_are_counted():
    relayed = findings.first_hand(way({("sales", "both"): 30, ("sales", "only sales"): 10}))
    assert "In 75% of those, marketing then took part" in relayed.detail.en
    unmatched = findings.best_return(money({"A": (3.0, 2.5, 3.5)})).detail
    assert "33% of MXN 150" in unmatched.en.replace("\u00a0", " ")


def test_wins_that_nobody_touched_are_not_said_to_be_none():
    with pytest.raises(NotMeasurable, match="no won deal has a touch"):
        findings.first_hand(way({("nobody", "nobody"): 9}))
    apart = replace(ABOUT, left_out={"opportunities without a known lead": 4})
    with pytest.raises(NotMeasurable, match="no won deal has a known lead"):
        findings.first_hand(replace(way({}), about=apart))
    with pytest.raises(NotMeasurable, match="no deal was won"):
        findings.first_hand(way({}))
