"""Each sentence about sharing has its form: a claim only where the interval allows one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from alignment import findings
from alignment.errors import NotMeasurable
from alignment.results import About
from alignment.sharing import (
    Activities,
    Agreement,
    Chain,
    Collisions,
    Feedback,
    Maturity,
    SharedKnowledge,
    Tone,
)
from alignment.sharing.chain import LINKS
from alignment.text import Text
from alignment.wording import NBSP

ABOUT = About(method=Text.same("test"), level=0.9)


LINKED = Chain(
    frame=pd.DataFrame(
        {
            "link": LINKS,
            "records": 100,
            "kept": [90, 100, 80, 50],
            "share": [0.9, 1.0, 0.8, 0.5],
            "low": [0.85, 0.97, 0.73, 0.42],
            "high": [0.94, 1.0, 0.86, 0.58],
            "too_few": False,
        }
    ),
    whole=0.36,
    low=0.30,
    high=0.42,
    weakest="outcome to reason",
    clear=True,
    outcomes=pd.DataFrame(
        {
            "outcome": ["rejected leads", "lost deals"],
            "records": [100, 50],
            "recorded": [60, 40],
            "usable": [50, 10],
            **{name: [0.5, 0.2] for name in ("share", "low", "high")},
        }
    ),
    about=ABOUT,
)
KNOWN = SharedKnowledge(
    frame=pd.DataFrame(
        {
            "knowledge": ["marketing", "sales", "together"],
            "captured": [0.4, 0.5, 0.6],
            "low": 0.3,
            "high": 0.7,
        }
    ),
    gain=0.1,
    low=0.02,
    high=0.18,
    best="sales",
    columns=pd.DataFrame(
        {"column": ["score"], "team": ["marketing"], "gain": [0.08], "low": [0.01], "high": [0.1]}
    ),
    curve=pd.DataFrame(),
    guarded=("region",),
    outcome="won",
    days=14,
    horizon=180,
    capacity=0.2,
    leads=(500, 400),
    outcomes=(40, 60),
    quarters=3.0,
    about=ABOUT,
)
MET = Collisions(
    within_days=7,
    people=200,
    collided=150,
    expected=120.0,
    low=110.0,
    high=130.0,
    p_more=0.01,
    p_fewer=1.0,
    frame=pd.DataFrame(
        {
            "kind": ["all", "email", "event"],
            "people": [150, 90, 70],
            "expected": [120.0, 60.0, 68.0],
            "low": [110.0, 52.0, 60.0],
            "high": [130.0, 68.0, 76.0],
            "p_more": [0.01, 0.02, 0.4],
        }
    ),
    followed=pd.DataFrame({"group": ["close together", "further apart"], "share": [0.1, 0.3]}),
    difference=(-0.2, -0.3, -0.1),
    about=ABOUT,
)
MIXED = Activities(
    frame=pd.DataFrame({"kind": ["email"], "phase": ["on a deal"], "common": [0.2]}),
    overlap=0.2,
    low=0.15,
    high=0.25,
    corrected=-0.3,
    corrected_low=-0.4,
    corrected_high=-0.2,
    touches=(100, 100),
    about=ABOUT,
)
TONE = Tone(
    frame=pd.DataFrame(
        {"horizon": ["won, first 90 days", "won, days 91 to 365"], "ratio": [0.5, 1.5]}
    ),
    crossover=1.1,
    low=0.4,
    high=1.8,
    campaigns=(3, 4),
    about=ABOUT,
)
TOLD = Feedback(
    frame=pd.DataFrame(),
    effect=-0.15,
    low=-0.25,
    high=-0.05,
    trend=0.0,
    trend_low=-0.02,
    trend_high=0.02,
    groups=pd.DataFrame(),
    by="channel",
    decided=(100, 200),
    about=ABOUT,
)
AGREED = Agreement(
    systems=("salesforce", "hubspot"),
    frame=pd.DataFrame(
        {
            "thing": ["stage", "amount"],
            "pairs": 100,
            "same": 90,
            "one_sided": [8, 0],
            "share": 0.9,
            "low": 0.84,
            "high": 0.94,
            "measure": ["kappa", "rank correlation"],
            "value": [0.8, 0.7],
            "value_low": 0.7,
            "value_high": 0.9,
        }
    ),
    said=pd.DataFrame(),
    absent=("source",),
    about=ABOUT,
)
FACTS = Maturity(
    stage="defined",
    frame=pd.DataFrame(
        {
            "stage": ["defined", "aligned", "aligned"],
            "fact": [
                "deals are tied to the leads they came from",
                "what happens finds its way back to the campaign",
                "both teams have goals for the same period",
            ],
            "holds": [True, False, None],
        }
    ),
    seen=2,
    about=ABOUT,
)

FORMS = [
    (findings.chain_whole, LINKED, "claim", "Of every 100 outcomes, 36 find their way back"),
    (findings.refusals_explained, LINKED, "claim", "Of the lost deals, 20.0% carry a reason"),
    (findings.systems_agree, AGREED, "claim", "Salesforce and HubSpot give the same stage for 90"),
    (findings.knowledge_worth, KNOWN, "claim", "10.0 points (2.0 to 18.0) more of the wins"),
    (findings.knowledge_worth, replace(KNOWN, low=-0.01), "inconclusive", "It is not clear that"),
    (findings.share_first, KNOWN, "claim", "“score at the handoff” of marketing adds 8.0"),
    (
        findings.share_first,
        replace(KNOWN, columns=KNOWN.columns.assign(low=0.0)),
        "inconclusive",
        "No single column of marketing",
    ),
    (findings.feedback_followed, TOLD, "claim", "rejections fell by more than elsewhere: −15.0"),
    (findings.feedback_followed, replace(TOLD, low=0.1, high=0.2), "claim", "rejections rose"),
    (findings.feedback_followed, replace(TOLD, high=0.01), "inconclusive", "No clear change"),
    (
        findings.feedback_followed,
        replace(TOLD, trend_low=0.01),
        "inconclusive",
        "already drifting apart",
    ),
    (
        findings.collisions_by_chance,
        MET,
        "claim",
        "more often than chance gives: 150",
    ),
    (
        findings.collisions_by_chance,
        replace(MET, collided=100, p_more=1.0, p_fewer=0.01),
        "claim",
        "keep out of each other's way: 100",
    ),
    (
        findings.collisions_by_chance,
        replace(MET, collided=121, p_more=0.4, p_fewer=0.6),
        "inconclusive",
        f"Not clear that both teams meet on the same person within 7{NBSP}days",
    ),
    (findings.collisions_followed, MET, "claim", "−20.0 points (−30.0 to −10.0) at equal score"),
    (
        findings.collisions_followed,
        replace(MET, difference=(-0.2, -0.5, 0.1)),
        "inconclusive",
        "No clear difference in what followed",
    ),
    (findings.activities_overlap, MIXED, "claim", "The teams do different things: 20.0%"),
    (
        findings.activities_overlap,
        replace(MIXED, corrected=0.3, corrected_low=0.2, corrected_high=0.4),
        "claim",
        "activities overlap: 20.0%",
    ),
    (
        findings.activities_overlap,
        replace(MIXED, corrected_high=0.1),
        "inconclusive",
        "about what lot gives",
    ),
    (findings.tone_pays_later, TONE, "claim", "later after emotional touches"),
    (
        findings.tone_pays_later,
        replace(TONE, crossover=-1.1, low=-1.8, high=-0.4),
        "claim",
        "sooner after emotional touches",
    ),
    (findings.tone_pays_later, replace(TONE, low=-0.1), "inconclusive", "Not clear that wins come"),
    (findings.maturity_stage, FACTS, "claim", "relationship of the two teams is defined (2 of 3"),
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
    assert found.title.es != found.title.en
    assert found.key == function.__name__.replace("_", "-")


CLOSED = [
    (findings.chain_whole, replace(LINKED, whole=np.nan, frame=LINKED.frame.assign(too_few=True))),
    (findings.refusals_explained, replace(LINKED, outcomes=LINKED.outcomes.iloc[:0])),
    (findings.share_first, replace(KNOWN, columns=KNOWN.columns.iloc[:0])),
    (findings.collisions_followed, replace(MET, followed=None)),
    (findings.tone_pays_later, replace(TONE, crossover=np.nan)),
    (findings.maturity_stage, replace(FACTS, seen=0)),
]


@pytest.mark.parametrize(("function", "result"), CLOSED, ids=lambda x: getattr(x, "__name__", ""))
def test_a_closed_gate_says_what_is_missing(function, result):
    with pytest.raises(NotMeasurable) as told:
        function(result)
    assert told.value.reason.en.startswith("Not measurable: ")
    assert told.value.reason.es.startswith("No medible: ")


def test_the_weakest_link_and_what_is_missing_are_named():
    assert "“The refusal has a usable reason”, 50.0%" in findings.chain_whole(LINKED).detail.en
    unclear = findings.chain_whole(replace(LINKED, clear=False)).detail.en
    assert unclear.startswith("No link is clearly the weakest")
    lacks = findings.maturity_stage(FACTS).detail.es
    assert lacks.startswith("Para ser alineada falta o no consta: Lo que pasa vuelve")
    assert "Ambas áreas tienen objetivos" in lacks
    assert findings.maturity_stage(replace(FACTS, stage="integrated")).detail is None
    worth = findings.knowledge_worth(KNOWN)
    assert "some 2.0 a quarter" in worth.title.en
    assert f"Trabajando el 20{NBSP}% de los leads" in worth.detail.es
    said = findings.systems_agree(AGREED).detail
    assert "Not recorded by both: source." in said.en
    assert said.en.startswith(
        "Of the 10 that differ, 8 carry a stage that the other system's export never holds; of "
        "the 92 others, 90 agree. "
    )
    assert "8 llevan una etapa que la otra exportación nunca contiene" in said.es
    full = replace(AGREED, frame=AGREED.frame.assign(one_sided=0))
    assert findings.systems_agree(full).detail.en.startswith("Beyond what chance")
    none = replace(AGREED, frame=AGREED.frame.assign(same=0, one_sided=100))
    assert "never holds. Beyond" in findings.systems_agree(none).detail.en
    assert "perhaps after it: region." in findings.share_first(KNOWN).detail.en
