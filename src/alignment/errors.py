"""What can be wrong with an export or a question, each said in one plain message."""

from __future__ import annotations

from collections.abc import Sequence

from alignment.text import Text


class AlignmentError(Exception):
    """A problem that the user can cure, told in words an analyst understands.

    Parameters
    ----------
    problem : str
        What is wrong, in one clause.
    file, row, column, value : optional
        Where it is wrong. Rows are physical lines of the file, counted from 1.
    cure : str, optional
        What to do about it, in one sentence.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | None = None,
        row: int | None = None,
        column: str | None = None,
        value: str | None = None,
        cure: str | None = None,
    ) -> None:
        self.problem = problem
        self.file = file
        self.row = row
        self.column = column
        self.value = value
        self.cure = cure
        super().__init__(str(self))

    def __str__(self) -> str:
        """Give place, problem, value and cure in one line."""
        place = [
            self.file,
            None if self.row is None else f"row {self.row}",
            None if self.column is None else f"column “{self.column}”",
        ]
        said = ", ".join(part for part in place if part)
        said = f"{said}: {self.problem}" if said else self.problem
        if self.value is not None:
            said += f" (value: “{self.value[:80]}”)"
        if self.cure:
            said += f". {self.cure}"
        return said


class FolderError(AlignmentError):
    """The folder of exports is missing, empty or holds nothing that can be read."""


class ExportError(AlignmentError):
    """A file cannot be read as an export."""


class UnreadableError(ExportError):
    """A file cannot be read at all, or not to its end; the others of its folder can.

    Parameters
    ----------
    why, remedy : Text
        What is wrong and what to do about it, in one clause and one sentence.
    file : str
        The file.
    row : int, optional
        Where it is wrong.
    """

    def __init__(self, why: Text, remedy: Text, *, file: str, row: int | None = None) -> None:
        self.why, self.remedy = why, remedy
        super().__init__(why.en, file=file, row=row, cure=remedy.en)


class ExportErrors(ExportError):
    """Several problems with exports, told at once.

    Parameters
    ----------
    problems : sequence of AlignmentError
        Each with its place and its cure.
    """

    def __init__(self, problems: Sequence[AlignmentError]) -> None:
        self.problems = tuple(problems)
        said = "".join(f"\n{number}. {p}" for number, p in enumerate(self.problems, start=1))
        super().__init__(f"{len(self.problems)} things in the exports need you:{said}")


def all_of(problems: Sequence[AlignmentError]) -> AlignmentError:
    """Return one error that tells several; one alone is returned as it is."""
    every: list[AlignmentError] = []
    for problem in problems:
        every.extend(problem.problems if isinstance(problem, ExportErrors) else [problem])
    return every[0] if len(every) == 1 else ExportErrors(every)


class MappingError(AlignmentError):
    """``mapping.toml`` cannot be understood."""


class CurrencyError(AlignmentError):
    """Amounts in unlike currencies, or a currency that is not an ISO 4217 code."""


class ReportError(AlignmentError):
    """A notebook failed while the report was made; the last good report stays."""


class ArgumentError(AlignmentError, ValueError):
    """A call was given an argument that means nothing; also a ``ValueError``."""


class NotMeasurable(AlignmentError):
    """The data cannot answer this question; the reason is fit for leadership.

    Parameters
    ----------
    reason : Text
        One sentence in each language that says what is missing.
    """

    def __init__(self, reason: Text) -> None:
        self.reason = reason
        super().__init__(reason.en)
