"""A result shown whole: finding, figure, the table behind it, note; or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, TypeVar

from IPython.display import display as _display

from alignment import wording
from alignment.arguments import one_of
from alignment.errors import NotMeasurable
from alignment.exhibits.figure import Drawing
from alignment.exhibits.finding import Finding
from alignment.exhibits.folded import Folded, Note
from alignment.exhibits.reasons import reason
from alignment.exhibits.table import Table
from alignment.results import Result
from alignment.text import LANGUAGES, SPELLINGS, Language, Text

R = TypeVar("R")

_BEHIND = Text(en="The numbers behind it", es="Los números detrás")
_METHOD = Text(
    en="Method, assumptions and what was left out", es="Método, supuestos y lo que se dejó fuera"
)
_LEVEL = Text(en="Intervals at {level} confidence.", es="Intervalos con {level} de confianza.")
_ASSUMED = Text(en="For this to hold", es="Para que esto valga")
_LEFT_OUT = Text(en="Left out, counted", es="Lo que se dejó fuera, contado")


def _put(exhibit: object) -> None:
    _display(exhibit)  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class NotMeasured:
    """What :func:`measure` returns in place of a result that the exports cannot give.

    Parameters
    ----------
    reason : Text
        One sentence that says what is missing.
    """

    reason: Text

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        html = "<br>".join(escape(self.reason[lang]) for lang in LANGUAGES)
        plain = "\n".join(self.reason[lang] for lang in LANGUAGES)
        return {"text/html": f"<p>{html}</p>", "text/plain": plain}, {}


def measure(function: Callable[..., R], *args: Any, **kwargs: Any) -> R | NotMeasured:
    """Call an analysis; if the data cannot answer it, return the reason instead.

    Parameters
    ----------
    function : callable
        The analysis.
    *args, **kwargs
        Its arguments. One that is itself :class:`NotMeasured` is returned as it is, so that
        steps can be chained.

    Returns
    -------
    object
        What the analysis returns, or :class:`NotMeasured`. Other errors are raised.
    """
    for given in (*args, *kwargs.values()):
        if isinstance(given, NotMeasured):
            return given
    try:
        return function(*args, **kwargs)
    except NotMeasurable as found:
        return NotMeasured(found.reason)


def show(
    result: R | NotMeasured,
    lang: Language,
    *,
    finding: Callable[[R], Finding],
    figure: Drawing | None = None,
    table: Callable[[R, Language], Table] | None = None,
    note: Text | Callable[[R], Text] | None = None,
    source: Text | None = None,
    **options: Any,
) -> None:
    """Display a result: the finding, its figure, the table behind it, and a note.

    Parameters
    ----------
    result : object
        A result; for :class:`NotMeasured` one finding says the reason, and nothing else is shown.
    lang : {"es", "en", "es_MX"}
        Language of the reader; :func:`alignment.wording.reader` chooses how numbers are written.
    finding : callable
        ``(result) -> Finding``. If it raises ``NotMeasurable``, the reason is shown.
    figure : Drawing, optional
        A function made by :func:`drawing`; `options` go to it and to its words.
    table : callable, optional
        ``(result, lang) -> Table``, shown in a closed box.
    note : Text or callable, optional
        A quiet paragraph at the end, or ``(result) -> Text`` that writes it.
    source : Text, optional
        The line at the foot of the figure, as :func:`alignment.wording.source` writes it.
    """
    one_of("lang", lang, SPELLINGS)
    said: Finding | NotMeasured = measure(finding, result)
    if isinstance(said, NotMeasured) or isinstance(result, NotMeasured):
        why = said.reason if isinstance(said, NotMeasured) else said.title
        key = getattr(finding, "__name__", type(finding).__name__).replace("_", "-")
        said = Finding(key, "not measurable", why)
    _put(said.in_language(lang))
    if said.form == "not measurable" or isinstance(result, NotMeasured):
        return
    if figure is not None:
        _put(figure.exhibit(result, lang, source=source, **options))
    if table is not None:
        made = table(result, lang)
        _put(Folded(_BEHIND[lang], made.to_html(), made.to_text()))
    if note is not None:
        _put(Note((note(result) if callable(note) else note)[lang]))


def assumptions(result: Result | NotMeasured, lang: Language) -> None:
    """Display how a result came to be, in a closed box; nothing for what was not measured."""
    if isinstance(result, NotMeasured):
        return
    about = result.about
    lines = [about.method[lang]]
    if about.level is not None:
        level = wording.both(wording.percent, about.level, digits=0)
        lines.append(_LEVEL.format(level=level)[lang])
    items = [text[lang] for text in about.assumptions]
    out = [
        f"{reason(key, lang)}: {wording.integer(count, lang)}"
        for key, count in about.left_out.items()
        if count
    ]
    html = "".join(f"<p>{escape(line)}</p>" for line in lines)
    text = list(lines)
    for title, entries in ((_ASSUMED[lang], items), (_LEFT_OUT[lang], out)):
        if entries:
            listed = "".join(f"<li>{escape(entry)}</li>" for entry in entries)
            html += f"<p><strong>{escape(title)}</strong></p><ul>{listed}</ul>"
            text += [title, *(f"- {entry}" for entry in entries)]
    _put(Folded(_METHOD[lang], html, "\n".join(text)))
