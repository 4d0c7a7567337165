"""What the teams agreed on, from ``definitions.toml``: the goal, the terms, hours and limits."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from alignment.arguments import nearest
from alignment.errors import AlignmentError, ExportError, all_of

FILE = "definitions.toml"
TEXT, NUMBER, SHARE, DAY, CLOCK = "text", "number", "share", "day", "clock"
CHANCE = "probability"

# What each section may say, and of which kind it is.
KNOWN: Mapping[str, Mapping[str, str]] = {
    "goal": {"amount": NUMBER, "since": DAY, "by": DAY, "probability": CHANCE},
    "both": {"chain_share": SHARE},
    "marketing": {"acceptance_share": SHARE, "context_share": SHARE, "brand_share": SHARE},
    "sales": {
        "first_touch_hours": NUMBER,
        "first_touch_clock": CLOCK,
        "first_touch_share": SHARE,
        "verdict_days": NUMBER,
        "verdict_share": SHARE,
        "reason_share": SHARE,
    },
    "effort": {
        "hours_per_lead": NUMBER,
        "hours_per_opportunity": NUMBER,
        "minutes_call": NUMBER,
        "minutes_email": NUMBER,
        "minutes_meeting": NUMBER,
    },
    "terms": {"lead": TEXT, "accepted": TEXT, "opportunity": TEXT, "won": TEXT},
}
_CURES = {
    TEXT: 'Write words in quotes, such as lead = "A person who asked for a demonstration".',
    NUMBER: "Write a number above 0 without quotes, such as 24.",
    SHARE: "Write a share above 0 and up to 1, such as 0.95.",
    CHANCE: "Write a probability above 0 and below 1, such as 0.80.",
    DAY: "Write a day without quotes, such as 2027-12-31.",
    CLOCK: 'Write "calendar" or "working".',
}


@dataclass(frozen=True)
class Definitions:
    """What ``definitions.toml`` says; what it leaves out is not in the mappings.

    Parameters
    ----------
    goal : Mapping
        ``amount``, ``since``, ``by`` (dates), ``probability``.
    both, marketing, sales : Mapping of str to float or str
        Limits that both teams sign together, and each alone.
    effort : Mapping of str to float
        Hours and minutes that the work takes.
    terms : Mapping of str to str
        What the words mean here.
    """

    goal: Mapping[str, Any] = field(default_factory=dict)
    both: Mapping[str, Any] = field(default_factory=dict)
    marketing: Mapping[str, Any] = field(default_factory=dict)
    sales: Mapping[str, Any] = field(default_factory=dict)
    effort: Mapping[str, float] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)


def read_definitions(folder: str | Path) -> Definitions:
    """Read ``definitions.toml`` of a folder; without one nothing is defined.

    Raises
    ------
    ExportError
        With the file, the line, the name and the cure of everything that is wrong.
    """
    path = Path(folder) / FILE
    if not path.is_file():
        return Definitions()
    try:
        written = path.read_text(encoding="utf-8-sig")
        found = tomllib.loads(written)
    except UnicodeDecodeError as wrong:
        raise ExportError("is not UTF-8 text", file=FILE, cure="Save it as UTF-8.") from wrong
    except tomllib.TOMLDecodeError as wrong:
        raise ExportError(
            f"is not TOML ({wrong})", file=FILE, cure="Write one name = value a line."
        ) from wrong
    problems = [p for name, part in found.items() for p in _wrong(name, part, written)]
    if problems:
        raise all_of(problems)
    return Definitions(**found)


def _wrong(section: str, part: object, written: str) -> list[AlignmentError]:
    if section not in KNOWN:
        return [_unknown(section, KNOWN, None, written)]
    if not isinstance(part, dict):
        return [
            ExportError(
                "a section was expected",
                file=FILE,
                row=_line(written, section),
                column=section,
                cure=f"Write [{section}] on a line of its own.",
            )
        ]
    found: list[AlignmentError] = []
    for name, value in part.items():
        kind = KNOWN[section].get(name)
        if kind is None:
            found.append(_unknown(name, KNOWN[section], section, written))
        elif not _fits(value, kind):
            found.append(
                ExportError(
                    f"cannot be read as a {kind}",
                    file=FILE,
                    row=_line(written, name, section),
                    column=name,
                    value=str(value),
                    cure=_CURES[kind],
                )
            )
    return found


def _unknown(
    name: str, known: Mapping[str, object], section: str | None, written: str
) -> AlignmentError:
    meant = nearest(name, known)
    listed = ", ".join(known)
    return ExportError(
        "is not known here",
        file=FILE,
        row=_line(written, name, section),
        column=name,
        cure=f"Did you mean “{meant}”?" if meant else f"Known are {listed}.",
    )


def _fits(value: object, kind: str) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind == TEXT:
        return isinstance(value, str)
    if kind == DAY:
        return type(value) is date
    if kind == CLOCK:
        return value in ("calendar", "working")
    positive = number and 0 < float(value) < float("inf")  # type: ignore[arg-type]
    if kind == CHANCE:
        return positive and float(value) < 1  # type: ignore[arg-type]
    return positive and (kind == NUMBER or float(value) <= 1)  # type: ignore[arg-type]


def _line(written: str, name: str, section: str | None = None) -> int | None:
    """Find the line on which a name is set, or a section begins."""
    here = section is None
    for number, line in enumerate(written.splitlines(), start=1):
        text = line.strip()
        if text.startswith("["):
            here = section is None or text.strip("[] ") == section
            if text.strip("[] ") == name:
                return number
        elif here and text.partition("=")[0].strip().strip("\"'") == name:
            return number
    return None
