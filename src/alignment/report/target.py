"""The folder of the report: never overwrite what is not ours, never leave half a report."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alignment.errors import ReportError

MARKER = ".alignment-report"
_LEFT_BY_SYSTEMS = {MARKER, ".DS_Store", "Thumbs.db", "desktop.ini"}


def check(out: Path) -> None:
    """Refuse a target that holds anything but a report of ours.

    Raises
    ------
    ReportError
        If `out` is a file, or a folder with files that no report wrote.
    """
    if not out.exists():
        return
    if not out.is_dir():
        raise ReportError("is a file", file=str(out), cure="Name a folder for the report.")
    alien = sorted(_files(out) - _written(out))
    if alien:
        raise ReportError(
            f"holds {len(alien)} files that no report wrote, so nothing is replaced",
            file=str(out),
            value=alien[0],
            cure="Move them away, or name another folder with --out.",
        )


def _files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() and path.name not in _LEFT_BY_SYSTEMS
    }


def _written(out: Path) -> set[str]:
    try:
        record = json.loads((out / MARKER).read_text(encoding="utf-8"))
        return {str(name) for name in record["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """Give an empty folder beside `out` that takes its place if all goes well.

    If the block raises, `out` stays as it was and the new folder is removed.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}-new-", dir=out.parent))
    except OSError as wrong:
        raise ReportError(
            f"the report cannot be written there ({wrong.strerror})",
            file=str(out),
            cure="Name a folder in which you may write.",
        ) from wrong
    try:
        yield fresh
        record = {"files": sorted(_files(fresh))}
        (fresh / MARKER).write_text(json.dumps(record, indent=1), encoding="utf-8")
        fresh.chmod(0o777 & ~_umask())  # mkdtemp's folder is for its owner alone
        _swap(fresh, out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _swap(fresh: Path, out: Path) -> None:
    if not out.exists():
        fresh.rename(out)
        return
    check(out)  # once more: the notebooks took a while
    old = Path(tempfile.mkdtemp(prefix=f".{out.name}-old-", dir=out.parent))
    try:
        out.rename(old / "report")
        try:
            fresh.rename(out)
        except OSError:
            (old / "report").rename(out)
            raise
    finally:
        if out.exists():
            shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current
