"""Entries of ``mapping.toml`` that meet no word of the exports: most often a slip of the pen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from alignment.exports.draft import Draft
from alignment.exports.vocabulary import Vocabulary, key, tight
from alignment.text import Text

_UNUSED = Text(
    en="Entries of [{table}] in mapping.toml that meet no word of the exports: {words}.",
    es="Entradas de [{table}] en mapping.toml que no coinciden con ninguna palabra de las "
    "exportaciones: {words}.",
)
_NEAR = Text(en="“{word}” (did you mean “{near}”?)", es="«{word}» (¿querías decir «{near}»?)")
_ALONE = Text(en="“{word}”", es="«{word}»")
_SHOWN = 5


def note_unused(vocabulary: Vocabulary, draft: Draft) -> None:
    """Note the keys of [teams], [stages], [lead_stages] and [channels] that met nothing.

    Parameters
    ----------
    vocabulary : Vocabulary
        The user's words, after the folder was read with them.
    draft : Draft
        The ledger being written.
    """
    tables: tuple[tuple[str, Mapping[str, str], Callable[[str], str]], ...] = (
        ("teams", vocabulary.teams, key),
        ("stages", vocabulary.stages, key),
        ("lead_stages", vocabulary.lead_stages, key),
        ("channels", vocabulary.channels, tight),
    )
    for table, entries, form in tables:
        met = {form(word): word for word in sorted(vocabulary.met.get(table, ()))}
        lost = [word for word in entries if form(word) not in met]
        if not lost:
            continue
        told = [_told(word, form(word), met) for word in lost[:_SHOWN]]
        message = _UNUSED.format(table=table, words=_joined(told, more=len(lost) > _SHOWN))
        draft.note("mapping-entry-unused", len(lost), message, file="mapping.toml", example=lost[0])


def _told(word: str, form: str, met: Mapping[str, str]) -> Text:
    close = get_close_matches(form, list(met), n=1, cutoff=0.7)
    return _NEAR.format(word=word, near=met[close[0]]) if close else _ALONE.format(word=word)


def _joined(parts: list[Text], *, more: bool) -> Text:
    end = " …" if more else ""
    pattern = ", ".join(f"{{part{n}}}" for n in range(len(parts))) + end
    return Text(pattern, pattern).format(**{f"part{n}": part for n, part in enumerate(parts)})
