"""The page that both teams sign: one sheet, in one language, safe whatever the data hold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from alignment import vocabulary, wording
from alignment.agreement.information import Information
from alignment.agreement.words import TERMS, USUAL_TERMS, WORDS
from alignment.behind.goals import line_value, until
from alignment.dataset import Dataset
from alignment.findings.goals import chance
from alignment.shared_goals import Agreement, Line, Plan, Tracking
from alignment.text import Language, Text
from alignment.version import version

TEMPLATES = Path(__file__).parent / "templates"
MOST_ROWS = 15  # months on a sheet; beyond, quarters stand
LONGEST_TERM = 140
COLUMNS = ("leads", "accepted", "opportunities", "wins", "revenue", "hours")

Paper = Literal["A4", "letter"]


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page_html(
    agreement: Agreement,
    plan: Plan,
    data: Dataset,
    language: Language,
    *,
    made_on: pd.Timestamp,
    accepted_is: str = "sal",
    information: Sequence[Information] = (),
    tracking: Tracking | None = None,
    paper: Paper = "A4",
) -> str:
    """Render the agreement as one self-contained page.

    Parameters
    ----------
    agreement : Agreement
        What is signed.
    plan : Plan
        The plan behind it.
    data : Dataset
        For the spelling of numbers, and the day of the exports.
    language : {"es", "en"}
        Of the page.
    made_on : Timestamp
        The day that stands on it.
    accepted_is : str
        Stage that counts as accepted.
    information : sequence of Information
        Numbers that nobody is paid for.
    tracking : Tracking, optional
        What became of the last agreement.
    paper : {"A4", "letter"}
        What it is printed on.

    Returns
    -------
    str
        HTML; every word from the data is escaped.
    """
    lang = wording.reader(language, data)
    teams = ("both", "marketing", "sales")
    facts = {
        "words": {name: text[lang] for name, text in WORDS.items() if "{" not in text.en},
        "lang": language,
        "css": Markup((TEMPLATES / "agreement.css").read_text(encoding="utf-8")),
        "paper": paper,
        "goal": _goal(agreement)[lang],
        "notice": _notice(agreement, plan, lang),
        "teams": [
            (WORDS[team][lang], [_row(one, agreement, lang) for one in _of(agreement, team)])
            for team in teams
        ],
        "plan": _plan_rows(agreement, lang),
        "information": [(one.name[lang], one.value[lang]) for one in information],
        "definitions": _definitions(agreement, accepted_is, lang),
        "previous": None if tracking is None else _previous(tracking, lang),
        "footer": _footer(agreement, made_on)[lang],
    }
    return _environment().get_template("agreement.html.j2").render(**facts)


def _of(agreement: Agreement, team: str) -> list[Line]:
    return [one for one in agreement.lines if one.team == team]


def _goal(agreement: Agreement) -> Text:
    return WORDS["goal"].format(
        goal=wording.both(wording.money, agreement.goal, currency=agreement.currency),
        since=wording.both(wording.date, agreement.since),
        by=wording.both(wording.date, agreement.by),
        p=wording.both(wording.percent, agreement.probability, digits=0),
    )


def _notice(agreement: Agreement, plan: Plan, lang: Language) -> str | None:
    """Say on the sheet itself that a goal is not feasible, or that it asks for less than today."""
    if agreement.feasible:
        return WORDS["less"][lang] if plan.needed <= 1 else None
    later = Text.same("")
    if plan.nearest_by is not None:
        later = WORDS["later"].format(day=wording.both(wording.date, plan.nearest_by))
    near = wording.both(wording.money, plan.nearest_goal, currency=plan.currency, compact=True)
    said = WORDS["not_feasible"].format(
        chance=chance(plan.volume_probability),
        p=wording.both(wording.percent, plan.probability, digits=0),
        near=near,
        by=wording.both(wording.date, plan.by),
        later=later,
    )
    return said[lang]


def _row(line: Line, agreement: Agreement, lang: Language) -> tuple[str, str, str]:
    if line.unit == "promise":
        return vocabulary.LINES[line.name][lang], WORDS["promise"][lang], ""
    signed = line_value(line.target, line.unit, agreement.currency, lang)
    today = WORDS["none"][lang]
    if line.today is not None:
        today = line_value(line.today, line.unit, agreement.currency, lang)
    return vocabulary.LINES[line.name][lang], signed, today


def _plan_rows(agreement: Agreement, lang: Language) -> dict[str, Any]:
    """Write the plan by month, or by quarter where it is long, with its sums."""
    months = agreement.months
    spans = pd.PeriodIndex(months["month"], freq="M")
    by_month = len(months) <= MOST_ROWS
    columns = [name for name in COLUMNS if months[name].notna().any()]
    of = spans.astype("str") if by_month else spans.asfreq("Q-DEC").astype("str")
    summed = months.groupby(of.to_numpy(), sort=False)[columns].sum()
    freq = "M" if by_month else "Q"
    total = summed.sum()
    if "accepted" in total:
        # As it is signed: the next whole lead.
        total["accepted"] = np.ceil(total["accepted"] - 1e-9)
    rows = [
        (until(pd.Period(str(key), freq=freq), agreement.by)[lang], _cells(row, agreement, lang))
        for key, row in summed.iterrows()
    ]
    return {
        "title": WORDS["plan" if by_month else "quarters"][lang],
        "columns": [WORDS[column][lang] for column in columns],
        "rows": rows,
        "total": _cells(total, agreement, lang),
    }


def _cells(row: pd.Series, agreement: Agreement, lang: Language) -> list[str]:
    return [
        line_value(
            float(np.round(value)) if column != "wins" else float(value),
            "money" if column == "revenue" else "count",
            agreement.currency,
            lang,
        )
        if column != "wins"
        else wording.decimal(float(value), lang)
        for column, value in row.items()
    ]


def _definitions(agreement: Agreement, accepted_is: str, lang: Language) -> list[tuple[str, str]]:
    """Give each term with the teams' own words, else with the usual ones; then the limits."""
    stage = Text.same(accepted_is.upper())
    found = []
    for name, term in TERMS.items():
        own = agreement.words.get(name)
        usual = USUAL_TERMS[name]
        usual = usual.format(stage=stage) if "{" in usual.en else usual
        found.append((term[lang], _short(own) if own else usual[lang]))
    terms = agreement.terms
    limits = [
        WORDS["first_touch"].format(
            hours=wording.hours_on(terms.first_touch_clock, terms.first_touch_hours)
        ),
        WORDS["verdict"].format(days=wording.both(wording.days, terms.verdict_days)),
        WORDS["usable"],
        WORDS["revenue_is"].format(currency=agreement.currency),
        WORDS["pace_note"],
    ]
    found.append(("", "; ".join(text[lang] for text in limits) + "."))
    return found


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST_TERM else plain[: LONGEST_TERM - 1].rstrip() + "…"


def _previous(tracking: Tracking, lang: Language) -> list[tuple[str, str]]:
    """List the lines of the last agreement by what became of them."""
    found = []
    for state, rows in tracking.frame.groupby("state", sort=False):
        names = [vocabulary.LINES[name][lang] for name in rows["name"]]
        found.append((vocabulary.KEPT[str(state)][lang], "; ".join(names)))
    return found


def _footer(agreement: Agreement, made_on: pd.Timestamp) -> Text:
    return WORDS["footer"].format(
        as_of=wording.both(wording.date, agreement.as_of, short=True),
        fingerprint=agreement.fingerprint,
        made=wording.both(wording.date, made_on, short=True),
        version=version(),
    )
