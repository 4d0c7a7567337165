"""What became of a signed agreement: each line kept, missed or not measurable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.results import About, Result
from alignment.rewind import rewound
from alignment.shared_goals.horizon import today_of
from alignment.shared_goals.lines import Agreement, Line
from alignment.shared_goals.measures import Span, count_line
from alignment.shared_goals.setting import won_between
from alignment.text import Text

STATES = ("kept", "missed", "not measurable")
METHOD = Text(
    en="Each line is counted in the days since the agreement as it was counted for it. Sums are "
    "set against what the plan expected by then, shares against what was signed.",
    es="Cada línea se cuenta en los días desde el acta como se contó para ella. Las sumas se "
    "comparan con lo que el plan esperaba para entonces y las proporciones con lo firmado.",
)
ASSUMPTIONS = (
    Text(
        en="A line is kept or missed as counted: the interval says how far chance alone may have "
        "moved a share.",
        es="Una línea se cumple o no según la cuenta: el intervalo dice cuánto pudo mover el azar "
        "una proporción.",
    ),
)
NOT_BEGUN = Text(
    en="Not measurable: no day has passed since the agreement; export again later.",
    es="No medible: no ha pasado ningún día desde el acta; exporta de nuevo más adelante.",
)


@dataclass(frozen=True)
class Tracking(Result):
    """A signed agreement, line by line.

    Parameters
    ----------
    frame : DataFrame
        One row a line: ``name``, ``team``, ``unit``, ``target`` (of the whole period), ``due``
        (by now: for sums what the plan expected so far), ``actual``, ``low``, ``high`` (of a
        share), ``state`` (kept, missed, not measurable).
    why : dict of str to Text
        By name, why a line is not measurable.
    since, until : Timestamp
        The days counted (naive).
    currency : str
    about : About
    """

    frame: pd.DataFrame
    why: dict[str, Text]
    since: pd.Timestamp
    until: pd.Timestamp
    currency: str
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row a line."""
        return self.frame


def track_agreement(agreement: Agreement, data: Dataset) -> Tracking:
    """Report a signed agreement on later exports, line by line.

    Parameters
    ----------
    agreement : Agreement
        Of :func:`~alignment.shared_goals.lines.read_agreement`.
    data : Dataset
        Later exports of the same company.

    Returns
    -------
    Tracking

    Raises
    ------
    NotMeasurable
        If the exports are not later than the agreement.
    """
    data = rewound(data)
    until = min(today_of(data), agreement.by)
    begins = agreement.as_of + pd.Timedelta(days=1)
    if until < begins:
        raise NotMeasurable(NOT_BEGUN)
    rows, why = [], {}
    for line in agreement.lines:
        due = _due(line, agreement, until, data)
        first = agreement.since if line.name == "revenue" else begins
        try:
            if line.target is None and line.unit != "promise":
                raise NotMeasurable(line.why or NOT_BEGUN)
            _same_money(line, agreement, data)
            found = count_line(line.name, data, Span(first, until), agreement.terms)
            state = "kept" if found.value >= due - 1e-9 else "missed"
            told = (found.value, found.low, found.high, state)
        except NotMeasurable as reason:
            why[line.name] = reason.reason
            told = (np.nan, np.nan, np.nan, "not measurable")
        target = np.nan if line.target is None else line.target
        rows.append((line.name, line.team, line.unit, target, due, *told))
    columns = ["name", "team", "unit", "target", "due", "actual", "low", "high", "state"]
    return Tracking(
        frame=pd.DataFrame(rows, columns=columns),
        why=why,
        since=begins,
        until=until,
        currency=agreement.currency,
        about=About(METHOD, 0.90, ASSUMPTIONS),
    )


def _same_money(line: Line, agreement: Agreement, data: Dataset) -> None:
    if line.unit == "money" and data.currency != agreement.currency:
        raise NotMeasurable(
            Text(
                en="Not measurable: the agreement is in {a}, the exports are read in {b}.",
                es="No medible: el acta está en {a} y las exportaciones se leen en {b}.",
            ).format(a=agreement.currency, b=data.currency or "—")
        )


def _due(line: Line, agreement: Agreement, until: pd.Timestamp, data: Dataset) -> float:
    """Give what is asked by a day: a part of a sum, the whole of anything else.

    What was won of the goal before the agreement is due from its first day on.
    """
    if line.target is None:
        return float("nan")
    part = {"revenue": "revenue", "accepted_leads": "accepted"}.get(line.name)
    if part is None or until >= agreement.by:
        return line.target
    planned = agreement.months[part].to_numpy(np.float64)
    total = planned.sum()
    if not total > 0:
        return line.target
    begun = line.name == "revenue" and agreement.since <= agreement.as_of
    already = won_between(data, agreement.since, agreement.as_of) if begun else 0.0
    rest = max(line.target - already, 0.0)
    part_due = float((planned * _passed(agreement, until)).sum() / total)
    return line.target - rest + rest * part_due


def _passed(
    agreement: Agreement, until: pd.Timestamp
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Say which part of each month of the plan has passed by a day."""
    begins = agreement.as_of + pd.Timedelta(days=1)
    passed = []
    for number, name in enumerate(agreement.months["month"]):
        month = pd.Period(name)
        # The first month of a plan begins with the day after the export, even a month earlier.
        first = begins if number == 0 else month.start_time
        last = min(month.end_time.normalize(), agreement.by)
        # A date changed by hand may leave months after the last day: they never divide by zero.
        days = max((last - first).days + 1, 1)
        passed.append(np.clip(((until - first).days + 1) / days, 0.0, 1.0))
    return np.array(passed, dtype=np.float64)
