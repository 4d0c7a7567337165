"""The table behind the cohort triangle."""

from __future__ import annotations

from collections.abc import Mapping

from alignment import vocabulary
from alignment.behind.parts import build, integers, percents
from alignment.exhibits import Table
from alignment.lead_to_close import CohortTriangle
from alignment.text import Language, Text

_LABELS: Mapping[str, Text] = {
    "at_risk": Text(en="Under observation", es="En observación"),
    "cohort": Text(en="Cohort", es="Cohorte"),
    "events": Text(en="Won by then", es="Ganados hasta entonces"),
    "high": Text(en="To", es="Hasta"),
    "leads": Text(en="Counted", es="Contados"),
    "low": Text(en="From", es="Desde"),
    "share": Text(en="Share won", es="Parte ganada"),
    "state": Text(en="All followed so far?", es="¿Todos con esa edad?"),
}


def cohort_triangle(result: CohortTriangle, lang: Language) -> Table:
    """Tabulate the cells of the triangle with their counts."""
    frame = result.frame[result.frame["state"] != "missing"].copy()
    frame["cohort"] = [vocabulary.cohort(code)[lang] for code in frame["cohort"]]
    age = Text(en="Age, {periods}", es="Edad, {periods}").format(
        periods=vocabulary.PERIODS[result.period]
    )
    return build(
        frame.rename(columns={"estimate": "share"}),
        Text(
            en="Share of each cohort won by each age, the open ones counted",
            es="Parte de cada cohorte ganada a cada edad, contando lo abierto",
        ),
        ["cohort", "leads", "age", "day", "share", "low", "high", "events", "at_risk", "state"],
        {
            **integers(lang, "leads", "age", "day", "events", "at_risk"),
            **percents(lang, "share", "low", "high", digits=2),
        },
        lang,
        labels={**_LABELS, "age": age},
        words={"state": vocabulary.CELLS},
        max_rows=120,
    )
