"""The agreement: who signs what, with today's value beside it, as data that a file can hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from alignment.arguments import of_type
from alignment.dataset import Dataset
from alignment.errors import ExportError, NotMeasurable
from alignment.shared_goals.definitions import Definitions
from alignment.shared_goals.horizon import today_of
from alignment.shared_goals.measures import Clock, Span, Terms, count_line
from alignment.shared_goals.plan import Plan
from alignment.text import Text

NO_AGREEMENT = Text(
    en="Not measurable: there is no earlier agreement; put its agreement-….json beside the exports "
    "and the next report says what was kept.",
    es="No medible: no hay un acta anterior; pongan su agreement-….json junto a las exportaciones "
    "y el siguiente informe dirá qué se cumplió.",
)
VERSION = 1
STEP = 0.05  # shares are signed in steps of five points
Team = Literal["both", "marketing", "sales"]
Unit = Literal["money", "count", "share", "hours", "promise"]

# Who signs each line, its unit, and what is asked where definitions.toml is silent: a number,
# or None for what is measured today.
SIGNED: Mapping[str, tuple[Team, Unit, float | None]] = {
    "revenue": ("both", "money", None),
    "accepted_leads": ("marketing", "count", None),
    "acceptance_share": ("marketing", "share", None),
    "context_share": ("marketing", "share", 0.95),
    "brand_share": ("marketing", "share", None),
    "first_touch_share": ("sales", "share", None),
    "verdict_share": ("sales", "share", 1.0),
    "reason_share": ("sales", "share", 0.95),
    "sales_hours": ("sales", "hours", None),
    "chain_share": ("both", "share", None),
    "review": ("both", "promise", None),
}


@dataclass(frozen=True)
class Line:
    """One line of the agreement.

    Parameters
    ----------
    name : str
        A key of :data:`SIGNED`.
    team, unit : str
        Who signs it, and what it is counted in.
    target : float or None
        What is asked, at least; None where it cannot be asked yet.
    today : float or None
        The same of the last twelve months, None where it cannot be measured.
    why : Text or None
        Why it cannot be measured.
    """

    name: str
    team: Team
    unit: Unit
    target: float | None
    today: float | None
    why: Text | None = None


@dataclass(frozen=True)
class Agreement:
    """What both teams sign.

    Parameters
    ----------
    goal, probability : float
    currency : str
    since, by, as_of : Timestamp
        Naive days; `as_of` is that of the exports.
    feasible : bool
        Whether a plan reaches the goal with the probability asked for.
    lines : tuple of Line
    months : DataFrame
        ``month``, ``leads``, ``accepted``, ``opportunities``, ``wins``, ``revenue``, ``hours``.
    terms : Terms
    words : Mapping of str to str
        What the teams write the terms to mean.
    fingerprint : str
        Of the data behind it.
    """

    goal: float
    probability: float
    currency: str
    since: pd.Timestamp
    by: pd.Timestamp
    as_of: pd.Timestamp
    feasible: bool
    lines: tuple[Line, ...]
    months: pd.DataFrame
    terms: Terms
    words: Mapping[str, str]
    fingerprint: str

    def asked_of_a_year(self, line: Line) -> float:
        """Give what a line asks of twelve months: a sum is signed for the whole of the plan."""
        target = float(line.target or 0.0)
        if line.unit not in ("money", "count"):
            return target
        first = self.since if line.unit == "money" else self.as_of + pd.Timedelta(days=1)
        return float(target * 365.25 / ((self.by - first).days + 1))

    def met(self, line: Line) -> bool | None:
        """Say whether the last twelve months met a line; None where that cannot be measured."""
        if line.today is None or line.target is None:
            return None
        return line.today >= self.asked_of_a_year(line) - 1e-9


def draft_agreement(
    data: Dataset, plan: Plan, definitions: Definitions | None = None, *, fingerprint: str = ""
) -> Agreement:
    """Turn a plan into what each team signs.

    Parameters
    ----------
    data : Dataset
        The exports behind the plan, for today's values.
    plan : Plan
        Of :func:`~alignment.shared_goals.plan.plan_goal`.
    definitions : Definitions, optional
        Limits and terms that the teams set themselves.
    fingerprint : str
        Of the data.

    Returns
    -------
    Agreement
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    of_type("plan", plan, Plan, "plan_goal(data, goal=…, by=…)")
    said = definitions or Definitions()
    terms = Terms(
        first_touch_hours=float(said.sales.get("first_touch_hours", Terms.first_touch_hours)),
        first_touch_clock=said.sales.get("first_touch_clock", Terms.first_touch_clock),
        verdict_days=int(said.sales.get("verdict_days", Terms.verdict_days)),
    )
    today = today_of(data)
    year = Span(today - pd.DateOffset(years=1) + pd.Timedelta(days=1), today)
    stated = {**said.both, **said.marketing, **said.sales}
    lines = tuple(_line(name, data, plan, year, terms, stated) for name in SIGNED)
    columns = ["month", "leads", "accepted", "opportunities", "wins", "revenue", "hours"]
    return Agreement(
        goal=plan.goal,
        probability=plan.probability,
        currency=plan.currency,
        since=plan.since,
        by=plan.by,
        as_of=today,
        feasible=plan.feasible,
        lines=tuple(line for line in lines if line.target is not None or line.unit == "promise"),
        months=plan.months[columns],
        terms=terms,
        words=said.terms,
        fingerprint=fingerprint,
    )


def _line(
    name: str,
    data: Dataset,
    plan: Plan,
    year: Span,
    terms: Terms,
    stated: Mapping[str, Any],
) -> Line:
    team, unit, usual = SIGNED[name]
    today, why = None, None
    try:
        today = count_line(name, data, year, terms).value
    except NotMeasurable as reason:
        why = reason.reason
    target = float(stated[name]) if name in stated else usual
    if name == "revenue":
        target = plan.goal
    elif name == "accepted_leads":
        target = float(np.ceil(plan.months["accepted"].sum() - 1e-9))
    elif name == "sales_hours":
        hours = plan.weekly_hours
        target = float(np.ceil(hours)) if np.isfinite(hours) else None
    elif target is None and today is not None and unit == "share":
        target = _rounded_up(today)
    return Line(name, team, unit, target, today, why)


def _rounded_up(share: float) -> float:
    """Give the next step of five points: what is signed is not below today."""
    return float(min(np.ceil(share / STEP - 1e-9) * STEP, 1.0).round(2))


def to_json(agreement: Agreement) -> str:
    """Write an agreement as a small file that the next run can read."""
    whole = {
        "agreement": VERSION,
        "goal": agreement.goal,
        "currency": agreement.currency,
        "probability": agreement.probability,
        "since": f"{agreement.since:%Y-%m-%d}",
        "by": f"{agreement.by:%Y-%m-%d}",
        "as_of": f"{agreement.as_of:%Y-%m-%d}",
        "feasible": agreement.feasible,
        "fingerprint": agreement.fingerprint,
        "terms": asdict(agreement.terms),
        "words": dict(agreement.words),
        "lines": [
            {"name": one.name, "target": one.target, "today": one.today} for one in agreement.lines
        ],
        "months": [
            {k: v if isinstance(v, str) else _number(v) for k, v in row.items()}
            for row in agreement.months.to_dict("records")
        ],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _number(value: object) -> float | None:
    number = float(value)  # type: ignore[arg-type]
    return round(number, 4) if np.isfinite(number) else None


def read_agreement(path: str | Path) -> Agreement:
    """Read the file that stands beside a signed page.

    Raises
    ------
    ExportError
        If it is missing, or no agreement of ours.
    """
    path = Path(path)
    cure = "Name the .json that stands beside the signed page."
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as wrong:
        raise ExportError(
            f"cannot be read ({wrong.strerror})", file=path.name, cure=cure
        ) from wrong
    except ValueError as wrong:
        raise ExportError(f"is not JSON ({wrong})", file=path.name, cure=cure) from wrong
    try:
        if found["agreement"] != VERSION:
            raise ValueError("an agreement of another version")
        return _read(found)
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise ExportError(
            f"is no agreement of this library ({type(wrong).__name__}: {wrong})",
            file=path.name,
            cure=cure,
        ) from wrong


def last_agreement(folder: str | Path, path: str | Path | None = None) -> Agreement:
    """Find the last agreement: the one named, else the latest ``agreement-*.json`` of a folder.

    Raises
    ------
    NotMeasurable
        If there is none.
    ExportError
        If a file is no agreement of ours.
    """
    if path is not None:
        return read_agreement(path)
    found = [read_agreement(one) for one in sorted(Path(folder).glob("agreement-*.json"))]
    if not found:
        raise NotMeasurable(NO_AGREEMENT)
    return max(found, key=lambda one: (one.as_of, one.by))


def _read(found: Mapping[str, Any]) -> Agreement:
    lines = []
    for one in found["lines"]:
        team, unit, _ = SIGNED[one["name"]]
        target = None if one["target"] is None else float(one["target"])
        today = None if one["today"] is None else float(one["today"])
        lines.append(Line(one["name"], team, unit, target, today))
    clock: Clock = "working" if found["terms"]["first_touch_clock"] == "working" else "calendar"
    months = pd.DataFrame(found["months"])
    numbers = [name for name in months.columns if name != "month"]
    return Agreement(
        goal=float(found["goal"]),
        probability=float(found["probability"]),
        currency=str(found["currency"]),
        since=pd.Timestamp(found["since"]),
        by=pd.Timestamp(found["by"]),
        as_of=pd.Timestamp(found["as_of"]),
        feasible=bool(found["feasible"]),
        lines=tuple(lines),
        months=months.astype(dict.fromkeys(numbers, "float64")),
        terms=Terms(
            float(found["terms"]["first_touch_hours"]), clock, int(found["terms"]["verdict_days"])
        ),
        words={str(k): str(v) for k, v in found["words"].items()},
        fingerprint=str(found["fingerprint"]),
    )
