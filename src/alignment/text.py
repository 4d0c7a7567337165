"""A sentence in both languages, side by side, so that neither can be forgotten."""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from typing import Literal

# Spanish is written once; “es_MX” is the same words with the numbers as Mexico writes them.
Language = Literal["es", "en", "es_MX"]
LANGUAGES: tuple[Language, ...] = ("es", "en")
SPELLINGS: tuple[Language, ...] = (*LANGUAGES, "es_MX")


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@dataclass(frozen=True)
class Text:
    """A message in English and Spanish with the same placeholders in both.

    Parameters
    ----------
    en, es : str
        The message; ``{name}`` marks a placeholder.
    es_mx : str, optional
        The Spanish message where numbers in it are written otherwise in Mexico.

    Raises
    ------
    ValueError
        If a language is empty or the placeholders differ.
    """

    en: str
    es: str
    es_mx: str | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.en or not self.es:
            raise ValueError("a Text needs both languages")
        if _fields(self.en) != _fields(self.es):
            raise ValueError(f"placeholders differ between “{self.en}” and “{self.es}”")

    def __getitem__(self, language: Language) -> str:
        """Return the message in one language."""
        if language not in SPELLINGS:
            raise KeyError(f"unknown language “{language}”; use one of {', '.join(LANGUAGES)}")
        if language == "es_MX" and self.es_mx is not None:
            return self.es_mx
        return self.en if language == "en" else self.es

    def format(self, **values: Text | str | int) -> Text:
        """Fill the placeholders; a value that is itself a Text is filled a language at a time.

        What comes out is a finished sentence: a value may hold braces, and they stay text.
        """
        filled = object.__new__(Text)
        for language in SPELLINGS:
            own = {k: v[language] if isinstance(v, Text) else v for k, v in values.items()}
            object.__setattr__(filled, language.lower(), self[language].format(**own))
        return filled

    @classmethod
    def same(cls, words: str) -> Text:
        """Return words that are the same in both languages, such as a name from the data."""
        return cls("{words}", "{words}").format(words=words)
