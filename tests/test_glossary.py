"""Every term is explained, once, in both languages."""

from __future__ import annotations

import pytest

from alignment.glossary import GLOSSARY
from alignment.text import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_terms_are_unique_and_explained_in_a_sentence(language):
    terms = [entry.term[language] for entry in GLOSSARY]
    assert len(set(terms)) == len(terms) > 10
    assert all(entry.meaning[language].endswith(".") for entry in GLOSSARY)
