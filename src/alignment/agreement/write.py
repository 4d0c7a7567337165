"""Write the agreement: a page a language, as HTML and PDF, and the file that tracking reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from alignment.agreement.information import gather
from alignment.agreement.page import Paper, page_html
from alignment.dataset import Dataset
from alignment.errors import ExportError, FolderError, NotMeasurable, all_of
from alignment.report import pdf
from alignment.report.build import fingerprint
from alignment.shared_goals import (
    Agreement,
    Plan,
    Tracking,
    draft_agreement,
    last_agreement,
    own_problems,
    plan_for,
    prepare,
    read_definitions,
    to_json,
    track_agreement,
    usual_goal,
)
from alignment.text import Language


@dataclass(frozen=True)
class Written:
    """What was written.

    Parameters
    ----------
    agreement : Agreement
    plan : Plan
    tracking : Tracking or None
        Of the last agreement, if one was named.
    files : tuple of Path
    """

    agreement: Agreement
    plan: Plan
    tracking: Tracking | None
    files: tuple[Path, ...]


def write_agreement(
    data: Dataset,
    folder: str | Path,
    out: str | Path,
    *,
    languages: Sequence[Language] = ("es",),
    goal: float | None = None,
    by: object = None,
    since: object = None,
    probability: float | None = None,
    previous: str | Path | None = None,
    paper: Paper = "A4",
    teams: bool = True,
    print_pdf: bool = True,
    made_on: pd.Timestamp | None = None,
    notice: Callable[[str], None] = lambda line: None,
) -> Written:
    """Plan a goal and write what both teams sign.

    Parameters
    ----------
    data : Dataset
        The exports of `folder`.
    folder : path
        Where ``definitions.toml`` may stand.
    out : path
        Folder to write to.
    languages : sequence of {"es", "en"}
        A page each.
    goal, by, since, probability : optional
        As in :func:`~alignment.shared_goals.goal.usual_goal`.
    previous : path, optional
        The .json of the last agreement, to be tracked; by default the latest in `folder`.
    paper : {"A4", "letter"}
        What the page is printed on.
    teams : bool
        Whether ρ stands on it, which takes some seconds.
    print_pdf : bool
        Whether to print it too, if a Chromium is on the machine.
    made_on : Timestamp, optional
        The day on the page; today by default.
    notice : callable, optional
        Takes one line about something left undone.

    Returns
    -------
    Written

    Raises
    ------
    AlignmentError
        If something in goals.csv, capacity.csv or definitions.toml is wrong, or a file is in the
        way.
    NotMeasurable
        If the exports cannot carry a plan.
    """
    said = read_definitions(folder)
    problems = own_problems(data)
    if problems:
        raise all_of(problems)
    earlier = _tracked(data, folder, previous)
    wanted = usual_goal(data, said, amount=goal, by=by, since=since, probability=probability)
    setting = prepare(data, effort=said.effort)
    plan = plan_for(setting, wanted)
    agreement = draft_agreement(data, plan, said, fingerprint=fingerprint(Path(folder), data))
    information = gather(data, plan, teams=teams)
    out = _folder(out)
    stem = f"agreement-{agreement.as_of:%Y%m%d}-{agreement.by:%Y%m%d}"
    files = [_keep(out / f"{stem}.json", to_json(agreement))]
    for language in languages:
        page = page_html(
            agreement,
            plan,
            data,
            language,
            made_on=made_on or pd.Timestamp.now().normalize(),
            accepted_is=setting.found.accepted_is,
            information=information,
            tracking=earlier,
            paper=paper,
        )
        files.append(_write(out / f"{stem}-{language}.html", page))
        if print_pdf:
            files += _printed(files[-1], notice)
    return Written(agreement, plan, earlier, tuple(files))


def _tracked(data: Dataset, folder: str | Path, previous: str | Path | None) -> Tracking | None:
    """Track the agreement that is named, or the latest one in the folder if it can be."""
    try:
        return track_agreement(last_agreement(folder, previous), data)
    except NotMeasurable:
        if previous is not None:
            raise
        return None


def _folder(out: str | Path) -> Path:
    path = Path(out).resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise FolderError(
            f"cannot be written to ({wrong.strerror})",
            file=str(path),
            cure="Name a folder in which you may write.",
        ) from wrong
    return path


def _keep(path: Path, content: str) -> Path:
    """Write the file that tracking reads; one that says something else may have been signed."""
    if path.exists() and path.read_text(encoding="utf-8", errors="replace") != content:
        raise ExportError(
            "holds another agreement for the same day, which may have been signed",
            file=str(path),
            cure="Name another folder with --out, or move it away.",
        )
    return _write(path, content)


def _write(path: Path, content: str) -> Path:
    try:
        path.write_text(content, encoding="utf-8", newline="\n")
    except OSError as wrong:
        raise FolderError(f"cannot be written ({wrong.strerror})", file=str(path)) from wrong
    return path


def _printed(page: Path, notice: Callable[[str], None]) -> list[Path]:
    executable = pdf.browser()
    target = page.with_suffix(".pdf")
    if executable is None:
        notice("No PDF: no Chromium or Chrome was found on this computer.")
        return []
    if not pdf.print_to_pdf(executable, page, target):
        notice(f"No PDF: {executable} could not print {page.name}.")
        return []
    return [target]
