"""What the command says about an agreement: the plan in a sentence, the last one line by line."""

from __future__ import annotations

from collections.abc import Iterator

from alignment import behind, findings, wording
from alignment.agreement.write import Written
from alignment.dataset import Dataset
from alignment.text import Language


def told(made: Written, data: Dataset, language: Language) -> Iterator[str]:
    """Give the lines for a terminal.

    Parameters
    ----------
    made : Written
        What was written.
    data : Dataset
        For the spelling of numbers.
    language : {"es", "en"}
        Of the sentences.
    """
    lang = wording.reader(language, data)
    said = findings.goal_plan(made.plan)
    yield said.title[lang]
    if said.detail is not None:
        yield said.detail[lang]
    if made.tracking is None:
        return
    yield ""
    yield behind.tracked_lines(made.tracking, lang).to_text()
    yield from dict.fromkeys(text[lang] for text in made.tracking.why.values())
