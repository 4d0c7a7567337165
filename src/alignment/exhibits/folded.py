"""Quieter exhibits: a box that stays closed, and a note."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any


@dataclass(frozen=True)
class Folded:
    """A closed box that opens on a click; on paper a table in it is cut, other things left out."""

    summary: str
    html: str
    text: str

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        html = f"<details><summary>{escape(self.summary)}</summary>{self.html}</details>"
        return {"text/html": html, "text/plain": f"{self.summary}\n{self.text}"}, {}


@dataclass(frozen=True)
class Note:
    """A quiet paragraph beneath an exhibit."""

    text: str

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        html = f'<p class="note">{escape(self.text)}</p>'
        return {"text/html": html, "text/plain": self.text}, {}
