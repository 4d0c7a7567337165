"""The table behind the figure about what each quarter has sown."""

from __future__ import annotations

from alignment import vocabulary
from alignment.behind.parts import amounts, build, integers, percents
from alignment.exhibits import Table
from alignment.horizons import Sown
from alignment.text import Language, Text


def sown(result: Sown, lang: Language) -> Table:
    """Tabulate what each quarter of first touches has won and is expected to win, by group."""
    rows = result.frame[result.frame["leads"] > 0]
    rows = rows.assign(quarter=[vocabulary.quarter(q)[lang] for q in rows["quarter"]])
    columns = ["quarter", "group", "leads", "wins", "open_deals", "open_leads", "won"]
    return build(
        rows,
        Text(
            en="By quarter of first touch: won so far, and expected of open deals by the end of "
            "{until}",
            es="Por trimestre de la primera interacción: ganado hasta hoy y esperado de los "
            "abiertos hasta el fin de {until}",
        ).format(until=vocabulary.period(result.until)),
        [*columns, "expected", "low", "high", "later_share"],
        {
            **integers(lang, "leads", "wins", "open_deals", "open_leads"),
            **amounts(result.currency, lang, "won", "expected", "low", "high"),
            **percents(lang, "later_share", digits=0),
        },
        lang,
        words={"group": vocabulary.KEYS},
        labels={
            "open_deals": Text(en="Open deals", es="Negocios abiertos"),
            "open_leads": Text(en="Open, no deal yet", es="Abiertos, aún sin negocio"),
            "won": Text(en="Won so far", es="Ganado hasta hoy"),
            "expected": Text(en="Expected", es="Esperado"),
            "later_share": Text(en="Still to come", es="Por llegar"),
        },
        max_rows=60,
    )
