"""The report's folder is replaced whole, or stays as it was."""

from __future__ import annotations

import pytest

from alignment.errors import ReportError
from alignment.report import target


def write(out, text):
    with target.replacing(out) as fresh:
        (fresh / "es").mkdir()
        (fresh / "es" / "index.html").write_text(text, encoding="utf-8")


def test_a_report_replaces_the_one_before(tmp_path):
    out = tmp_path / "deep" / "reports"
    write(out, "one")
    target.check(out)
    write(out, "two")
    assert (out / "es" / "index.html").read_text(encoding="utf-8") == "two"
    assert [path.name for path in out.parent.iterdir()] == ["reports"]
    assert out.stat().st_mode & 0o055 == 0o055 & ~target._umask()


def test_a_failure_leaves_the_last_report_and_nothing_else(tmp_path):
    out = tmp_path / "reports"
    write(out, "one")
    with pytest.raises(FileNotFoundError), target.replacing(out) as fresh:
        (fresh / "no such folder" / "half").touch()
    assert (out / "es" / "index.html").read_text(encoding="utf-8") == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def test_a_failure_without_an_earlier_report_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError), target.replacing(tmp_path / "reports"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_a_report_is_never_replaced(tmp_path):
    out = tmp_path / "reports"
    target.check(out)
    out.mkdir()
    target.check(out)  # empty
    (out / ".DS_Store").touch()
    target.check(out)
    (out / "thesis.docx").touch()
    with pytest.raises(ReportError, match=r"thesis\.docx"):
        target.check(out)
    with pytest.raises(ReportError, match="is a file"):
        target.check(out / "thesis.docx")


def test_a_file_put_into_a_report_is_not_lost(tmp_path):
    out = tmp_path / "reports"
    write(out, "one")
    (out / "es" / "notes.md").touch()
    with pytest.raises(ReportError, match=r"es/notes\.md"):
        target.check(out)


def test_a_file_put_there_while_the_notebooks_ran_is_not_lost(tmp_path):
    out = tmp_path / "reports"
    write(out, "one")
    with pytest.raises(ReportError), target.replacing(out):
        (out / "notes.md").touch()
    assert (out / "notes.md").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def test_a_place_that_cannot_be_written_to_is_told_plainly(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with (
        pytest.raises(ReportError, match="cannot be written"),
        target.replacing(tmp_path / "file" / "x"),
    ):
        raise AssertionError("nothing was to be written")
