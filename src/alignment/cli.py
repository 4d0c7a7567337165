"""The command: ``alignment check``, ``report``, ``agreement`` and ``simulate``.

What takes long to import is imported by the command that needs it, so that help comes at once.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from alignment.errors import AlignmentError, FolderError, ReportError

if TYPE_CHECKING:
    from rich.console import Console

    from alignment.dataset import Dataset
    from alignment.text import Language

USER_ERROR, OUR_ERROR, NOTHING_TO_SAY = 2, 1, 3

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="How marketing and sales win together, from their own exported CSVs. "
    "Everything stays on this computer.",
)

Folder = Annotated[Path, typer.Argument(help="Folder of exported CSV files.", show_default=False)]
Currency = Annotated[
    str | None,
    typer.Option(help="Reporting currency, an ISO 4217 code such as EUR.", show_default=False),
]
Timezone = Annotated[
    str | None,
    typer.Option(
        help="Zone of the calendar days, such as America/Mexico_City.", show_default=False
    ),
]
Mapping = Annotated[
    Path | None,
    typer.Option(help="A mapping.toml; by default the one in FOLDER.", show_default=False),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")]


def main() -> None:
    """Run the command."""
    app()


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    # Names from the data may hold square brackets; they are no markup.
    return Console(stderr=stderr, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def _plainly(debug: bool) -> Iterator[None]:
    """Turn an error into one message and an exit code."""
    try:
        yield
    except AlignmentError as problem:
        _console(stderr=True).print(f"alignment: {problem}")
        raise typer.Exit(USER_ERROR) from None
    except (typer.Exit, typer.Abort):
        raise
    except KeyboardInterrupt:
        _console(stderr=True).print("alignment: stopped; nothing was changed.")
        raise typer.Exit(130) from None
    except Exception as problem:
        if debug:
            traceback.print_exc()
        _console(stderr=True).print(
            f"alignment: unexpected {type(problem).__name__}: {problem}. This is a defect of "
            "alignment, not of your data: please report it"
            + ("." if debug else ", with what --debug shows.")
        )
        raise typer.Exit(OUR_ERROR) from None


def _version(wanted: bool) -> None:
    if not wanted:
        return
    from alignment.version import version

    typer.echo(f"alignment {version()}")
    raise typer.Exit


@app.callback()
def _alignment(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
def check(
    folder: Folder,
    currency: Currency = None,
    timezone: Timezone = None,
    mapping: Mapping = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write each row set aside to set_aside.csv in this folder.", show_default=False
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
    with_names: Annotated[
        bool,
        typer.Option("--with-names", help="Also write names.csv there: who each lead is."),
    ] = False,
    write_mapping: Annotated[
        bool,
        typer.Option("--write-mapping", help="Draft a mapping.toml for files that nobody knows."),
    ] = False,
    write_templates: Annotated[
        bool,
        typer.Option(
            "--write-templates",
            help="Write empty goals.csv, capacity.csv and definitions.toml with comments.",
        ),
    ] = False,
    debug: Debug = False,
) -> None:
    """Show what the exports hold, how they were read, and what each analysis still needs.

    Exits with 3 when no analysis could run on them.
    """
    with _plainly(debug):
        if write_mapping:
            _write_mapping(folder, mapping)
            return
        if write_templates:
            _write_templates(folder)
            return
        if with_names and out is None:
            raise FolderError(
                "names are only written to a file", cure="Say where: --with-names --out FOLDER."
            )
        from alignment.loading import load

        options = _options(currency, timezone, mapping)
        data = load(folder, **options | ({"with_names": True} if with_names else {}))
        if out is not None:
            from alignment.check import write_names, write_set_aside

            written = [write_set_aside(data, out, folder)]
            written += [write_names(data, out, folder)] if with_names else []
            for path in written:
                typer.echo(f"Written: {_near(path)}", err=True)
        can_run = _say(data, machine=as_json)
        _warn_of_own_tables(data, folder)
        if not can_run:
            raise typer.Exit(NOTHING_TO_SAY)


def _say(data: Dataset, *, machine: bool) -> bool:
    """Print what was found, and return whether an analysis can run on it."""
    if not machine:
        from alignment.check import render

        return render(data, _console())
    import json

    from alignment.check import as_json, describe

    checked = describe(data)
    typer.echo(json.dumps(as_json(data, checked), ensure_ascii=False, indent=1))
    return checked.can_run


def _warn_of_own_tables(data: Dataset, folder: Path) -> None:
    """Say what a manager has to mend in goals.csv, capacity.csv and definitions.toml."""
    from alignment.errors import all_of
    from alignment.shared_goals import own_problems, read_definitions

    problems = own_problems(data)
    try:
        read_definitions(folder)
    except AlignmentError as wrong:
        problems.append(wrong)
    if problems:
        typer.echo(f"Before an agreement: {all_of(problems)}", err=True)


def _write_mapping(folder: Path, mapping: Path | None) -> None:
    from alignment.loading import draft_mapping

    written = draft_mapping(folder, mapping=mapping)
    if written is None:
        typer.echo("Each file is recognised: there is nothing to map.")
        return
    typer.echo(
        f"Written: {_near(written)}. Each line is a guess with its reason: correct it, then run "
        f"alignment check {folder}."
    )


def _write_templates(folder: Path) -> None:
    from alignment.shared_goals.templates import write_templates

    for path, is_new in write_templates(folder).items():
        said = "Written" if is_new else "Left as it is"
        typer.echo(f"{said}: {_near(path)}")


@app.command()
def report(
    folder: Folder,
    out: Annotated[Path, typer.Option(help="Folder of the report; an earlier one is replaced.")] = (
        Path("reports")
    ),
    lang: Annotated[str, typer.Option(help="Languages, the first one in front.")] = "es,en",
    currency: Currency = None,
    timezone: Timezone = None,
    mapping: Mapping = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print each language to a PDF too.")] = False,
    open_: Annotated[bool, typer.Option("--open/--no-open", help="Open it in a browser.")] = False,
    debug: Debug = False,
) -> None:
    """Write a report for leadership: self-contained pages and an index, in both languages."""
    with _plainly(debug):
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        from alignment.loading import check_arguments
        from alignment.report import build

        chosen = _languages(lang)
        check_arguments(folder, currency, timezone, mapping)
        console = _console(stderr=True)
        words = TextColumn("{task.description}", markup=False)
        with Progress(words, BarColumn(), MofNCompleteColumn(), console=console) as bar:
            task = bar.add_task("reading the exports", total=None)

            def advance(done: int, total: int, message: str) -> None:
                bar.update(task, completed=done, total=total, description=message)

            index = build(
                folder,
                out,
                languages=chosen,
                currency=currency,
                timezone=timezone,
                mapping=mapping,
                print_pdf=pdf,
                progress=advance,
                notice=console.print,
            )
        typer.echo(f"Report written: {_near(index)}")
        if open_:
            import webbrowser

            webbrowser.open(index.as_uri())


@app.command()
def agreement(
    folder: Folder,
    goal: Annotated[
        float | None,
        typer.Option(help="Revenue to be won, in the reporting currency.", show_default=False),
    ] = None,
    by: Annotated[
        str | None, typer.Option(help="Last day, such as 2027-12-31.", show_default=False)
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(help="First day; what was won from then on counts.", show_default=False),
    ] = None,
    probability: Annotated[
        float | None,
        typer.Option(help="With which the plan is to reach it (0.8).", show_default=False),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("agreement"),
    lang: Annotated[str, typer.Option(help="Languages, a page each.")] = "es",
    previous: Annotated[
        Path | None,
        typer.Option(
            help="The .json of the last agreement; by default the latest in FOLDER.",
            show_default=False,
        ),
    ] = None,
    paper: Annotated[str, typer.Option(help="A4 or letter.")] = "A4",
    information: Annotated[
        bool, typer.Option(help="Also estimate what the teams add together (ρ).")
    ] = True,
    currency: Currency = None,
    timezone: Timezone = None,
    mapping: Mapping = None,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="Print it to a PDF too.")] = True,
    debug: Debug = False,
) -> None:
    """Plan a revenue goal and write the one page that both teams can sign."""
    with _plainly(debug):
        chosen = _languages(lang)
        from alignment.agreement import write_agreement
        from alignment.agreement.told import told
        from alignment.arguments import one_of
        from alignment.loading import load

        one_of("--paper", paper, ("A4", "letter"))
        data = load(folder, **_options(currency, timezone, mapping))
        made = write_agreement(
            data,
            folder,
            out,
            languages=chosen,
            goal=goal,
            by=by,
            since=since,
            probability=probability,
            previous=previous,
            paper="A4" if paper == "A4" else "letter",
            teams=information,
            print_pdf=pdf,
            notice=_console(stderr=True).print,
        )
        for line in told(made, data, chosen[0]):
            typer.echo(line)
        for path in made.files:
            typer.echo(f"Written: {_near(path)}")


@app.command()
def simulate(
    out: Annotated[Path, typer.Argument(help="Folder to write to.", show_default=False)],
    seed: Annotated[int, typer.Option(help="The same seed writes the same bytes.")],
    world: Annotated[str, typer.Option(help="Which invented world.")] = "base",
    accounts: Annotated[
        int | None, typer.Option(help="How many companies.", min=1, show_default=False)
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(help="Where to write the truth.", show_default=False)
    ] = None,
    debug: Debug = False,
) -> None:
    """Write the raw exports of an invented company, and the truth behind them."""
    with _plainly(debug):
        from alignment.simulation import FILES, TRUTH_FILE
        from alignment.simulation import simulate as write

        _refuse_strangers(out, FILES, TRUTH_FILE)
        if truth is not None:
            _refuse_another_file(truth)
        options: dict[str, Any] = {"world": world, "accounts": accounts, "truth_path": truth}
        given = {name: value for name, value in options.items() if value is not None}
        try:
            write(out, seed, **given)
        except OSError as wrong:
            raise FolderError(
                f"the exports cannot be written there ({wrong.strerror})",
                file=str(wrong.filename or out),
                cure="Name a folder in which you may write.",
            ) from wrong
        typer.echo(f"Exports written: {out}")


def _refuse_strangers(out: Path, ours: frozenset[str], truth: str) -> None:
    """Refuse a folder that is neither empty nor a former sample: its files may be somebody's own.

    Some names, such as ``salesforce/Lead.csv``, are also those of real exports; so only a folder
    with each of our files counts as a former sample.
    """
    if out.is_file():
        raise FolderError("is a file", file=str(out), cure="Name a folder for the exports.")
    try:
        found = {p.relative_to(out).as_posix() for p in out.rglob("*") if not p.is_dir()}
    except OSError as wrong:
        raise FolderError(f"cannot be looked into ({wrong.strerror})", file=str(out)) from wrong
    strangers = sorted(found - ours - {truth})
    if found and (strangers or not ours <= found):
        raise FolderError(
            f"holds {len(found)} files, which this command may not have written",
            file=str(out),
            value=(strangers or sorted(found))[0],
            cure="Name an empty folder, so that none of your own files is replaced.",
        )


def _refuse_another_file(truth: Path) -> None:
    """Refuse to write the truth over a file that holds something else."""
    import json

    if not truth.exists():
        return
    try:
        former = json.loads(truth.read_text(encoding="utf-8"))
        if {"world", "seed", "games"} <= set(former):
            return
    except (OSError, ValueError, TypeError):
        pass
    raise FolderError(
        "exists and is not the truth of a simulated company, so it is not replaced",
        file=str(truth),
        cure="Name another file for --truth.",
    )


def _options(currency: str | None, timezone: str | None, mapping: Path | None) -> dict[str, Any]:
    given = {"currency": currency, "timezone": timezone, "mapping": mapping}
    return {name: value for name, value in given.items() if value is not None}


def _languages(lang: str) -> tuple[Language, ...]:
    from alignment.text import LANGUAGES

    chosen = tuple(part.strip().lower() for part in lang.split(","))
    if not set(chosen) <= set(LANGUAGES) or len(set(chosen)) < len(chosen):
        raise ReportError(
            "the languages of a report are es, en or both, each once",
            value=lang,
            cure="Write --lang es,en.",
        )
    return cast("tuple[Language, ...]", chosen)


def _near(path: Path) -> Path:
    """Return a path relative to here, where it is below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
