"""Build the whole report beside the old one, and swap them only when it is complete."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from alignment.dataset import Dataset
from alignment.errors import ReportError
from alignment.report import execution, notebooks, pdf, site, target
from alignment.report.pages import Page, page
from alignment.text import LANGUAGES, Language
from alignment.version import version

_PARALLEL = 2  # kernels at a time: each holds the data

Progress = Callable[[int, int, str], None]
Run = tuple[Language, Path]


def build(
    folder: str | Path,
    out: str | Path,
    *,
    languages: Sequence[Language] = ("es", "en"),
    currency: str | None = None,
    timezone: str | None = None,
    mapping: str | Path | None = None,
    notebooks_in: str | Path | None = None,
    print_pdf: bool = False,
    progress: Progress | None = None,
    notice: Callable[[str], None] | None = None,
    load: Callable[..., Dataset] | None = None,
) -> Path:
    """Turn a folder of exports into a report for leadership.

    Parameters
    ----------
    folder : path
        The exports.
    out : path
        Folder of the report: absent, empty, or an earlier report, which is replaced at the end.
    languages : sequence of {"es", "en"}
        The first one is the language of the top index.
    currency, timezone, mapping : optional
        As in :func:`alignment.load`, and handed to every notebook.
    notebooks_in : path, optional
        Notebooks to run; the library's own by default.
    print_pdf : bool
        Whether each language is also printed to one PDF, if a Chromium is on the machine.
    progress : callable, optional
        ``(done, total, message)``, called from one thread.
    notice : callable, optional
        Takes one line about something left undone.
    load : callable, optional
        In place of :func:`alignment.load`, for tests.

    Returns
    -------
    Path
        The top index.

    Raises
    ------
    AlignmentError
        If the exports cannot be read, before any notebook starts.
    ReportError
        If a notebook fails, which leaves the last good report in place, or `out` is not ours.
    """
    folder, out = Path(folder), Path(out).resolve()
    _check_languages(languages)
    target.check(out)
    tell = progress or (lambda done, total, message: None)
    options = {
        "currency": currency,
        "timezone": timezone,
        "mapping": None if mapping is None else str(Path(mapping).resolve()),
    }
    data = _load(folder, options, load)
    files = notebooks.find(Path(notebooks_in) if notebooks_in else notebooks.notebooks_folder())
    runs = [(language, file) for language in languages for file in files]
    tell(0, len(runs), folder.name)
    with target.replacing(out) as fresh:
        pages: dict[Run, Page] = {}
        parameters = {"folder": str(folder.resolve()), **options}
        for done, (language, file, made) in enumerate(_pages(runs, parameters), start=1):
            pages[language, file] = made
            tell(done, len(runs), f"{file.name} ({language})")
        editions = [
            site.Edition(
                language=language,
                languages=tuple(languages),
                pages=tuple(pages[language, file] for file in files),
                data=data,
                folder=folder.resolve().name,
                version=version(),
                fingerprint=fingerprint(folder, data),
            )
            for language in languages
        ]
        _write(editions, fresh)
        if print_pdf:
            _print(editions, fresh, notice or (lambda line: None))
    return out / "index.html"


def _check_languages(languages: Sequence[Language]) -> None:
    unknown = [language for language in languages if language not in LANGUAGES]
    if unknown or not languages or len(set(languages)) < len(languages):
        raise ReportError(
            "the languages of a report are es, en or both, each once",
            value=",".join(languages),
            cure="Write --lang es,en.",
        )


def _load(
    folder: Path, options: Mapping[str, str | None], load: Callable[..., Dataset] | None
) -> Dataset:
    if load is None:
        from alignment.loading import load as load_exports

        load = load_exports
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    return load(folder, **given)


def _pages(
    runs: Sequence[Run], parameters: Mapping[str, str | None]
) -> Iterator[tuple[Language, Path, Page]]:
    """Run and render, two at a time; the first failure stops what has not started."""
    with tempfile.TemporaryDirectory(prefix="alignment-") as scratch:
        pool = ThreadPoolExecutor(max_workers=_PARALLEL)
        try:
            waiting: dict[Future[Page], Run] = {
                pool.submit(_page, file, language, parameters, Path(scratch)): (language, file)
                for language, file in runs
            }
            for done in as_completed(waiting):
                language, file = waiting[done]
                yield language, file, done.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _page(
    file: Path, language: Language, parameters: Mapping[str, str | None], scratch: Path
) -> Page:
    notebook = notebooks.read(file)
    notebooks.keep_language(notebook, language)
    notebooks.set_parameters(notebook, {**parameters, "lang": language}, file.name)
    own = Path(tempfile.mkdtemp(prefix=f"{file.stem}-{language}-", dir=scratch))
    return page(execution.run(notebook, file.name, own), file.stem, language)


def _write(editions: Sequence[site.Edition], fresh: Path) -> None:
    for edition in editions:
        own = fresh / edition.language
        own.mkdir()
        _text(own / "index.html", site.index_html(edition, at_the_top=False))
        for number, made in enumerate(edition.pages):
            _text(own / f"{made.stem}.html", site.page_html(edition, number))
    _text(fresh / "index.html", site.index_html(editions[0], at_the_top=True))


def _print(editions: Sequence[site.Edition], fresh: Path, notice: Callable[[str], None]) -> None:
    executable = pdf.browser()
    if executable is None:
        notice("No PDF: no Chromium or Chrome was found on this computer.")
        return
    with tempfile.TemporaryDirectory(prefix="alignment-") as scratch:
        for edition in editions:
            document = Path(scratch) / f"{edition.language}.html"
            _text(document, site.print_html(edition))
            if not pdf.print_to_pdf(executable, document, fresh / edition.language / "report.pdf"):
                notice(f"No PDF in “{edition.language}”: {executable} could not print it.")


def _text(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="\n")


def fingerprint(folder: Path, data: Dataset) -> str:
    """Return 12 hex digits that change whenever a file that was read changes."""
    digest = hashlib.sha256()
    for name in sorted(set(data.ledger.files["file"].dropna())):
        path = folder / name
        digest.update(name.encode() + b"\0")
        if path.is_file():
            with path.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:12]
