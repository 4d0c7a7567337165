"""Every term is explained, once, in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from alignment.glossary import GLOSSARY
from alignment.text import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_terms_are_unique_and_explained_in_a_sentence(language):
    terms = [entry.term[language] for entry in GLOSSARY]
    assert len(set(terms)) == len(terms) > 10
    assert all(entry.meaning[language].endswith(".") for entry in GLOSSARY)


def test_brand_stock_has_one_name_in_spanish():
    root = Path(__file__).resolve().parents[1]
    written = [path.read_text(encoding="utf-8") for path in (root / "src").rglob("*.py")]
    for path in (root / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        written += ["".join(cell["source"]) for cell in cells]
    # A sentence may go on in the next line of the source.
    said = re.sub(r'"\s*\n\s*"', "", "\n".join(written)).lower()
    assert "capital de marca" in said
    assert not re.search(r"reservas? de (?:la )?marca|capital(?:es)? lentos?", said)
