"""A figure: a picture with alternative text, and the function that draws it."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from alignment import style
from alignment.arguments import one_of
from alignment.text import SPELLINGS, Language, Text

_SCREEN = 96  # pixels an inch on a screen; pictures are drawn at twice that


class Figure:
    """A finished figure: a picture with alternative text that nobody can forget.

    The figure is drawn once, at twice the resolution, and closed.

    Parameters
    ----------
    drawn : Axes or matplotlib Figure
        What was drawn; any Axes of the figure will do.
    alt : str
        What the picture shows, with its numbers, in a sentence or two. It is also the plain-text
        output, so that a changed number is noticed.
    subtitle : str, optional
        What is drawn: unit, period, what the band is.
    source : str, optional
        Where the numbers come from and of what date.
    """

    def __init__(
        self,
        drawn: Axes | Canvas,
        *,
        alt: str,
        subtitle: str | None = None,
        source: str | None = None,
    ) -> None:
        canvas = drawn if isinstance(drawn, Canvas) else drawn.get_figure(root=True)
        assert canvas is not None
        self.alt = " ".join(alt.split())
        try:
            if not self.alt:
                raise ValueError("a figure needs an alternative text")
            with style.theme():
                style.finish(canvas, subtitle=subtitle, source=source)
                picture = io.BytesIO()
                # Without the name of the software the bytes depend on the drawing alone.
                canvas.savefig(picture, format="png", dpi=2 * _SCREEN, metadata={"Software": None})
        finally:
            plt.close(canvas)
        self.png = picture.getvalue()
        self.width = round(canvas.get_figwidth() * _SCREEN)
        self.height = round(canvas.get_figheight() * _SCREEN)

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        about = {"alt": self.alt, "width": self.width, "height": self.height}
        data = {"image/png": base64.b64encode(self.png).decode("ascii"), "text/plain": self.alt}
        return data, {"image/png": about}


class Draw(Protocol):
    """A function that draws a result on given Axes."""

    def __call__(self, axes: Axes, result: Any, lang: Language, **options: Any) -> None:
        """Draw `result` on `axes`, in the language `lang`."""


@dataclass(frozen=True)
class Drawing:
    """A figure function with the words that belong to it; made by :func:`drawing`."""

    draw: Draw
    alt: Callable[..., Text]
    subtitle: Callable[..., Text] | None
    size: tuple[float, float] | Callable[..., tuple[float, float]]

    def _fresh(self, result: Any, options: Mapping[str, Any]) -> Axes:
        size = self.size(result, **options) if callable(self.size) else self.size
        return plt.subplots(figsize=size)[1]

    def __call__(
        self, result: Any, *, lang: Language, ax: Axes | None = None, **options: Any
    ) -> Axes:
        """Draw on the Axes given, or on a new figure, and return them."""
        one_of("lang", lang, SPELLINGS)
        with style.theme():
            axes = ax if ax is not None else self._fresh(result, options)
            self.draw(axes, result, lang, **options)
            if ax is None:
                # Ticks are made when first drawn; made here, they have the theme's look.
                axes.figure.draw_without_rendering()  # type: ignore[union-attr]
        return axes

    def exhibit(
        self, result: Any, lang: Language, *, source: Text | None = None, **options: Any
    ) -> Figure:
        """Draw a new figure and return it with its alternative text, subtitle and source."""
        with style.theme():
            axes = self._fresh(result, options)
            self.draw(axes, result, lang, **options)
        return Figure(
            axes,
            alt=self.alt(result, **options)[lang],
            subtitle=None if self.subtitle is None else self.subtitle(result, **options)[lang],
            source=None if source is None else source[lang],
        )


def drawing(
    *,
    alt: Callable[..., Text],
    subtitle: Callable[..., Text] | None = None,
    size: tuple[float, float] | Callable[..., tuple[float, float]] = (style.WIDTH, style.HEIGHT),
) -> Callable[[Draw], Drawing]:
    """Turn a function that draws on Axes into a figure function with its words.

    Parameters
    ----------
    alt, subtitle : callable
        ``(result, **options) -> Text``: the alternative text, and what is drawn.
    size : (width, height) or callable
        In inches, or ``(result, **options) -> (width, height)``, for a bar a row.

    Returns
    -------
    callable
        A decorator for ``draw(axes, result, lang, **options)``; what it gives is called as
        ``figure(result, lang=..., ax=None, **options) -> Axes``.
    """
    return lambda draw: Drawing(draw, alt, subtitle, size)
