"""A finding: one sentence computed from a result, in one of three forms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from alignment.text import Language, Text

FINDING_TYPE = "application/vnd.alignment.finding+json"
FORMS = ("claim", "inconclusive", "not measurable")

Form = Literal["claim", "inconclusive", "not measurable"]

# A claim needs no label, and a reason why nothing can be measured says so itself.
_INCONCLUSIVE = Text(en="Not clear yet", es="Aún no está claro")


def anchor(key: str) -> str:
    """Return the id under which a finding stands in its page."""
    return "finding-" + (re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-") or "unnamed")


@dataclass(frozen=True)
class Finding:
    """A sentence computed from a result, in one of three forms.

    Parameters
    ----------
    key : str
        Stable name, unique within its notebook.
    form : {"claim", "inconclusive", "not measurable"}
        Whether the data say so, cannot tell, or cannot be asked.
    title : Text
        The finding, a full sentence with its interval.
    detail : Text, optional
        A sentence or two beneath.
    headline : bool
        Whether the report's first page shows it.
    held_back_by : str, optional
        Key of the finding of the same notebook for whose reason nothing may be claimed here.
        Analysts see the finding all the same; the report names its section under that other one.
    """

    key: str
    form: Form
    title: Text
    detail: Text | None = None
    headline: bool = False
    held_back_by: str | None = None

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise ValueError(f"a finding is one of {', '.join(FORMS)}, not “{self.form}”")

    def in_language(self, lang: Language) -> ShownFinding:
        """Return the finding as it displays itself in one language."""
        return ShownFinding(
            key=self.key,
            form=self.form,
            title=self.title[lang],
            detail=None if self.detail is None else self.detail[lang],
            headline=self.headline,
            held_back_by=self.held_back_by,
            label=_INCONCLUSIVE[lang] if self.form == "inconclusive" else None,
        )


@dataclass(frozen=True)
class ShownFinding:
    """A finding in one language, which displays itself; made by :meth:`Finding.in_language`."""

    key: str
    form: Form
    title: str
    detail: str | None
    headline: bool
    held_back_by: str | None
    label: str | None

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        kind = self.form.replace(" ", "-")
        label = f'<p class="form">{escape(self.label)}</p>' if self.label else ""
        detail = f"<p>{escape(self.detail)}</p>" if self.detail else ""
        html = (
            f'<section class="finding {kind}" id="{anchor(self.key)}">{label}'
            f"<h3>{escape(self.title)}</h3>{detail}</section>"
        )
        plain = f"{self.label}: {self.title}" if self.label else self.title
        if self.detail:
            plain += f"\n{self.detail}"
        record = {
            "key": self.key,
            "form": self.form,
            "title": self.title,
            "detail": self.detail,
            "headline": self.headline,
            "anchor": anchor(self.key),
        }
        if self.held_back_by is not None:
            record["held_back_by"] = self.held_back_by
        return {"text/html": html, "text/plain": plain, FINDING_TYPE: record}, {}
