"""The tables behind the figures about lead-to-close time."""

from __future__ import annotations

from functools import partial

import numpy as np

from alignment import vocabulary, wording
from alignment.behind.parts import build, integers, percents
from alignment.exhibits import Table
from alignment.lead_to_close import LeadToClose, TimeInStage
from alignment.text import Language, Text


def incidence(result: LeadToClose, lang: Language) -> Table:
    """Tabulate the probabilities by day."""
    frame = result.to_frame().query("estimate.notna()")
    frame = frame if result.lost_recorded else frame[frame["end"] == "won"]
    return build(
        frame,
        Text(
            en="Share won and lost by day, the open ones counted",
            es="Parte ganada y perdida por día, contando lo abierto",
        ),
        ["group", "end", "day", "estimate", "low", "high", "events", "leads"],
        {
            **integers(lang, "day", "events", "leads"),
            **percents(lang, "estimate", "low", "high", digits=2),
        },
        lang,
        words={"group": vocabulary.KEYS, "end": vocabulary.ENDS},
        max_rows=48,
    )


def naive(result: LeadToClose, lang: Language) -> Table:
    """Tabulate what a dashboard shows, beside what it leaves out."""
    columns = ["mean_days_won", "median_days_won", "closed_only_win_rate", "won", "lost", "open"]
    one_decimal = partial(wording.decimal, language=lang, digits=1)
    return build(
        result.naive,
        Text(
            en="What a dashboard shows: averages over won deals, and what they leave out",
            es="Lo que muestra un tablero: promedios de lo ganado, y lo que dejan fuera",
        ),
        ["group", *columns],
        {
            **dict.fromkeys(columns[:2], one_decimal),
            **percents(lang, "closed_only_win_rate"),
            **integers(lang, "won", "lost", "open"),
        },
        lang,
        words={"group": vocabulary.KEYS},
    )


def stages(result: TimeInStage, lang: Language) -> Table:
    """Tabulate the time in each stage: when each part of the visits has left it."""
    frame, labels = result.frame, {}
    for share in (0.10, 0.25, 0.75, 0.90):
        name = f"left {share}"
        rows = result.quantiles
        own = rows[np.isclose(rows["quantile"], share)].set_index(["pipeline", "stage"])["days"]
        frame = frame.join(own.rename(name), on=["pipeline", "stage"])
        labels[name] = Text(en="{p} left by day", es="{p} ha salido, día").format(
            p=wording.both(wording.percent, share, digits=0)
        )
    shown = ["left 0.1", "left 0.25", "median_days", "median_low", "median_high", "left 0.75"]
    columns = ["visits", *shown, "left 0.9", "lost", "still_there"]
    return build(
        frame,
        Text(
            en="Days in each stage, the visits still there counted (Kaplan–Meier)",
            es="Días en cada etapa, contando las entradas que siguen ahí (Kaplan–Meier)",
        ),
        ["stage", *columns],
        integers(lang, *columns),
        lang,
        labels=labels,
    )
