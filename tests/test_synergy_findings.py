"""The sentences and figures about the game of the teams: three forms, and only true words."""

from __future__ import annotations

import re
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from alignment import findings
from alignment.attribution.synergy import TeamGame, TippingPoint, teams_game
from alignment.attribution.synergy.checks import (
    G_FORMULA,
    RAW,
    RAW_JOURNEYS,
    WEIGHTED,
    OddsInteraction,
)
from alignment.attribution.synergy.experiment import experiment_size
from alignment.errors import NotMeasurable
from alignment.figures import synergy as figures
from alignment.results import About
from alignment.text import LANGUAGES, Text

ABOUT = About(Text(en="How.", es="Cómo."), level=0.9)


def game(values=(0.03, 0.04, 0.08, 0.11), half=0.02, *, agrees=True, **changes) -> TeamGame:
    """A game with these values; the intervals of its ratios are `half` wide to each side."""
    found = dict(teams_game(*values).items())
    rows = [
        (name, float(v), float(v) - half * (0.1 if abs(v) < 0.1 else 1), float(v) + half)
        for name, v in found.items()
    ]
    scale = {"marketing_alone", "sales_alone", "joint", "interaction"}
    rows = [
        (n, v, v - 0.05 * half, v + 0.05 * half) if n in scale else (n, v, v - half, v + half)
        for n, v, _, _ in rows
    ]
    checks = pd.DataFrame(
        {
            "method": [RAW, RAW_JOURNEYS, G_FORMULA, WEIGHTED],
            "rho": [
                0.5,
                float(found["rho"]) + 0.05,
                float(found["rho"]),
                float(found["rho"]) + (0 if agrees else 0.3),
            ],
            "joint": 0.08,
            "adjusted": [False, False, True, True],
            "agrees": pd.array([pd.NA, True, True, agrees], dtype="boolean"),
        }
    )
    channels = pd.DataFrame(
        {"channel": ["Nurture", "Call", "a$b"], "team": ["marketing", "sales", "sales"]}
    )
    pairs = pd.DataFrame(
        {
            "channel": ["Nurture", "Nurture", "Call"],
            "other": ["Call", "a$b", "a$b"],
            "team": ["marketing", "marketing", "sales"],
            "other_team": ["sales", "sales", "sales"],
            "estimate": [0.008, -0.001, 0.02],
            "low": [0.004, -0.004, 0.01],
            "high": [0.012, 0.002, 0.03],
            "survives": [True, False, True],
        }
    )
    tipping = pd.DataFrame(
        [
            (scenario, d, g, 0.3 - d * g / 5, 0.2 - d * g / 5, 0.4, d * g > 1)
            for scenario in ("sales", "both")
            for d in (0.1, 0.4)
            for g in (1.5, 3.0)
        ],
        columns=["scenario", "difference", "gamma", "rho", "low", "high", "tips"],
    )
    made = TeamGame(
        values=pd.DataFrame(
            {
                "coalition": ["none", "marketing", "sales", "both"],
                "estimate": values,
                "low": np.array(values) - 0.004,
                "high": np.array(values) + 0.004,
            }
        ),
        indices=pd.DataFrame(rows, columns=["name", "estimate", "low", "high"]),
        policy=pd.DataFrame(
            [("rho", 0.4, 0.35, 0.45), ("relay", 0.014, 0.012, 0.017)],
            columns=["name", "estimate", "low", "high"],
        ),
        channels=channels,
        pairs=pairs,
        checks=checks,
        agrees=agrees,
        odds=OddsInteraction(0.3, 0.1, 0.5),
        tipping=tipping,
        tipping_point=TippingPoint(4.0, "both", 0.4, "warmth", 2.0, 0.5, 0.15, 0.4),
        experiment=experiment_size(np.array(values), 900.0),
        gates=pd.DataFrame(),
        trial=None,
        outcome="opportunity",
        unit="lead",
        units=20_000,
        outcomes=2_000,
        warmth="points",
        about=ABOUT,
    )
    return replace(made, **changes)


def blanked(result: TeamGame) -> TeamGame:
    indices = result.indices.copy()
    ratios = indices["name"].isin(["rho", "credit_low", "credit_high"])
    indices.loc[ratios, ["estimate", "low", "high"]] = np.nan
    return replace(result, indices=indices)


HARM = (0.03, 0.07, 0.09, 0.10)
TRIAL = {
    "trial": "2x2",
    "odds": None,
    "tipping_point": None,
    "experiment": pd.DataFrame(),
    "pairs": pd.DataFrame(),
}
FAR = TippingPoint(float("nan"), "", float("nan"), "region = Norte", 1.5, 0.1, 0.2, 0.4)
NEAR = TippingPoint(1.4, "sales", 0.4, "warmth", 2.0, 0.5, -0.1, 0.4)
FORMS = [
    (findings.together_more, game(), "claim", "25% of what the teams add"),
    (findings.together_more, game(HARM), "claim", "get in each other's way: 30%"),
    (findings.together_more, game(half=0.3), "inconclusive", "not clear whether"),
    (findings.together_more, game(agrees=False), "inconclusive", "25% of what the teams add"),
    (findings.together_more, blanked(game()), "inconclusive", "not clearly more than nothing"),
    (findings.together_more, game(**TRIAL), "claim", "25% of what the teams add"),
    (findings.fair_claim, game(), "claim", "sales may claim more than half"),
    (findings.fair_claim, game((0.03, 0.08, 0.04, 0.11)), "claim", "marketing may claim"),
    (findings.fair_claim, game((0.03, 0.06, 0.06, 0.11)), "inconclusive", "no team is clearly"),
    (findings.fair_claim, game(agrees=False), "inconclusive", "no team is clearly"),
    (findings.fair_claim, game(HARM), "claim", "claims overlap"),
    (findings.fair_claim, game(HARM, agrees=False), "inconclusive", "claims overlap"),
    (findings.tipping, game(), "claim", "would have to give 4.0 times"),
    (findings.tipping, game(tipping_point=NEAR), "inconclusive", "less than the recorded warmth"),
    (findings.tipping, game(tipping_point=FAR), "claim", "up to ten times"),
    (findings.routes_agree, game(), "claim", "25% to 30%, near the 25%"),
    (findings.routes_agree, game(agrees=False), "inconclusive", "do not all agree"),
    (findings.relay, game(), "claim", "14.0 fewer opportunities"),
    (findings.relay, game(agrees=False), "inconclusive", "12.0 to 17.0 opportunities"),
    (findings.channel_pairs, game(), "claim", "“Nurture” and “Call” reach 8.0 more"),
    (findings.channel_pairs, game(agrees=False), "inconclusive", "8.0 more"),
    (findings.settling_experiment, game(), "claim", "A random trial of"),
    (
        findings.settling_experiment,
        game((0.03, 0.04, 0.08, 0.0905)),
        "inconclusive",
        "No trial of a practical length",
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
        assert len(found.title[language]) <= 140, found.title[language]
        assert not found.title[language].endswith((":", "."))
        assert "{" not in found.title[language]
        assert "nan" not in found.title[language]
        if found.detail is not None:
            assert "n/a" not in found.detail[language]
    assert found.title.en != found.title.es


def test_the_units_are_named_with_what_they_leave_out():
    said = findings.counted_units(game())
    assert said.en.startswith("Counted: 20,000 leads and 2,000 opportunities")
    assert "too little of marketing" in said.en
    assert "target accounts" in findings.counted_units(game(unit="account")).en


def test_pairs_that_only_differ_by_chance_are_not_named():
    plain = game()
    found = findings.channel_pairs(replace(plain, pairs=plain.pairs.assign(survives=False)))
    assert found.form == "inconclusive"
    assert "None of the 2 pairs" in found.title.en


def test_a_pair_that_gets_in_each_others_way_is_said_to():
    pairs = game().pairs.assign(estimate=[-0.008, 0.0, 0.0], low=-0.012, high=-0.004)
    assert "8.0 fewer" in findings.channel_pairs(replace(game(), pairs=pairs)).title.en


CLOSED = [
    (findings.fair_claim, blanked(game())),
    (findings.tipping, game(**TRIAL)),
    (findings.tipping, game(half=0.3)),
    (findings.channel_pairs, game(**TRIAL)),
    (findings.relay, game(policy=pd.DataFrame())),
    (findings.settling_experiment, game(**TRIAL)),
]


@pytest.mark.parametrize(("function", "result"), CLOSED, ids=lambda x: getattr(x, "__name__", ""))
def test_a_closed_gate_says_what_is_missing(function, result):
    with pytest.raises(NotMeasurable) as told:
        function(result)
    assert told.value.reason.en.startswith("Not measurable: ")
    assert told.value.reason.es.startswith("No medible: ")


def test_disagreement_names_the_routes_and_their_numbers():
    found = findings.together_more(game(agrees=False))
    said = "not adjusted 30%, sequential g-formula 25%, and inverse probability weights 55%"
    assert said in found.detail.en
    assert "fórmula g secuencial" in found.detail.es


def test_the_odds_scale_stands_beside_the_claim():
    detail = findings.together_more(game()).detail
    assert "scale of log odds" in detail.en
    assert "0.30 (0.10 to 0.50)" in detail.en
    assert "experiment “2x2”" in findings.together_more(game(**TRIAL)).detail.en


DRAWINGS = [
    figures.coalition_values,
    figures.shared_part,
    figures.fair_share,
    figures.pair_matrix,
    figures.tipping_map,
]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("result", [game(), game(HARM)], ids=["more", "less"])
@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda d: d.draw.__name__)
def test_every_figure_has_its_words(drawing, result, lang):
    shown = drawing.exhibit(result, lang)
    assert shown.png.startswith(b"\x89PNG")
    assert "{" not in shown.alt
    assert len(re.findall(r"\d", shown.alt)) > 3
    assert drawing.alt(result).en != drawing.alt(result).es
    plt.close("all")


def test_only_pairs_that_survive_have_colour():
    axes = figures.pair_matrix(game(), lang="en")
    shown = axes.images[0].get_array()
    assert int((~np.ma.getmaskarray(np.ma.masked_invalid(shown))).sum()) == 2
    plt.close("all")


def test_an_experiment_has_no_policy_and_no_other_routes_to_draw():
    empty = game(**TRIAL, policy=pd.DataFrame(), checks=pd.DataFrame())
    axes = figures.shared_part(empty, lang="es")
    assert len(axes.get_yticks()) == 1
    plt.close("all")
