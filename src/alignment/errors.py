"""What can be wrong with an export or a question, each said in one plain message."""

from __future__ import annotations

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
