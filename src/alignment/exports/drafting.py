"""The beginning of a ``mapping.toml`` for a file that nobody knows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from alignment.exports.mapped import REQUIRED
from alignment.exports.vocabulary import key

# Words of headers (plain, in English and Spanish) that suggest a canonical column, by table.
_GUESSES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "opportunities": {
        "opportunity_id": ("opportunity id", "deal id", "id negocio", "id oportunidad"),
        "lead_id": ("lead id", "mql id", "contact id", "id lead", "id contacto"),
        "created_at": ("created", "create date", "fecha de creacion", "creado"),
        "closed_at": ("won date", "close date", "closed", "fecha de cierre", "fecha de ganado"),
        "status": ("status", "stage", "estado", "etapa"),
        "amount": ("amount", "value", "importe", "valor", "monto"),
        "currency": ("currency", "moneda", "divisa"),
    },
    "spend": {
        "starts_on": ("date", "day", "week", "start", "fecha", "dia", "semana"),
        "cost": ("cost", "spend", "spent", "coste", "costo", "gasto", "gastado", "inversion"),
        "currency": ("currency", "moneda", "divisa"),
        "campaign_id": ("campaign id", "campaign", "campana"),
        "channel": ("channel", "platform", "source", "canal", "plataforma"),
    },
    "touches": {
        "lead_id": ("lead id", "contact id", "id lead", "id contacto"),
        "occurred_at": ("activity date", "timestamp", "occurred", "date", "fecha"),
        "channel": ("channel", "activity type", "canal", "tipo de actividad"),
        "campaign_id": ("campaign id", "campaign", "campana"),
    },
    "leads": {
        "lead_id": ("lead id", "mql id", "contact id", "record id", "id"),
        "created_at": ("created", "create date", "first contact", "date", "fecha", "creado"),
        "channel": ("source", "origin", "channel", "medium", "origen", "canal", "fuente"),
        "email": ("email", "e mail", "correo"),
        "campaign_id": ("campaign", "landing page", "campana"),
        "status": ("status", "estado"),
    },
}
# Words that only a file of that kind has.
_TELLING: Mapping[str, tuple[str, ...]] = {
    "opportunities": ("won", "deal", "amount", "negocio", "ganad", "oportunidad"),
    "spend": ("cost", "spend", "spent", "gasto", "gastado", "inversion"),
    "touches": ("activity", "touch", "actividad"),
}
_SHOWN = 40


def _fits(table: str, headers: Sequence[str]) -> dict[str, str]:
    """Give each canonical column the first header with one of its words, each header once."""
    found: dict[str, str] = {}
    for column, words in _GUESSES[table].items():
        for word in words:
            hits = [h for h in headers if word in key(h) and h not in found.values()]
            if hits:
                found[column] = min(hits, key=lambda h: (len(h), h))
                break
    return found


def mapping_start(file: str, headers: Sequence[str]) -> str:
    """Draft the block of ``mapping.toml`` for a file, from the words of its headers.

    Parameters
    ----------
    file : str
        Path inside the folder.
    headers : sequence of str
        Its columns.

    Returns
    -------
    str
        TOML: the table that most of its required columns suggest, its columns, and the headers
        that are left as a comment.
    """
    named = [h for h in headers if h]
    guesses = {table: _fits(table, named) for table in _GUESSES}

    def weight(table: str) -> int:
        told = any(word in key(h) for word in _TELLING.get(table, ()) for h in named)
        required = sum(c in guesses[table] for c in REQUIRED[table])
        return len(guesses[table]) + required + 3 * told

    table = max(guesses, key=weight)
    lines = ["[[file]]", f"name = {_toml(file)}", f"table = {_toml(table)}", "[file.columns]"]
    lines += [f"{column} = {_toml(header)}" for column, header in guesses[table].items()]
    lines += [
        f'# {column} = "…"   # needed: which column is it?'
        for column in REQUIRED[table]
        if column not in guesses[table]
    ]
    left = [h for h in named if h not in guesses[table].values()]
    if left:
        more = f" and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
        lines.append(f"# not used: {', '.join(map(_toml, left[:_SHOWN]))}{more}")
    return "\n".join(lines)


def _toml(text: str) -> str:
    """Write a text as a TOML basic string: JSON's escapes are valid there."""
    return json.dumps(text, ensure_ascii=False)
