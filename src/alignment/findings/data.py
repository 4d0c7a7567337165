"""Sentences about the data: what came in, and how far a deal can be traced back."""

from __future__ import annotations

from statsmodels.stats.proportion import proportion_confint

from alignment import vocabulary
from alignment.coverage import Coverage
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.results import LEVEL
from alignment.text import Text
from alignment.wording import both, integer, interval, percent


def rows_accounted(coverage: Coverage) -> Finding:
    """Say how many rows came in and what became of each."""
    read = int(coverage.ledger["rows_read"])
    title = Text(
        en="Of {read} rows in {files} files, {kept} can be used ({share}); "
        "each of the others has a reason",
        es="De {read} filas en {files} archivos, {kept} se pueden usar ({share}); "
        "cada una de las demás tiene su motivo",
    ).format(
        read=both(integer, read),
        files=both(integer, coverage.files),
        kept=both(integer, coverage.ledger["rows_kept"]),
        share=both(percent, coverage.ledger["rows_kept"] / max(read, 1)),
    )
    detail = Text(
        en="{merged} went into another row that is kept, and {aside} were set aside, each for a "
        "reason that alignment check names. "
        "Rows read = kept + merged + set aside, file by file.",
        es="{merged} se unieron a otra que se conserva y {aside} se apartaron, cada una por un "
        "motivo que alignment check nombra. "
        "Filas leídas = conservadas + unidas + apartadas, archivo por archivo.",
    ).format(
        merged=both(integer, coverage.ledger["rows_merged"]),
        aside=both(integer, coverage.ledger["rows_set_aside"]),
    )
    return Finding("rows-accounted", "claim", title, detail)


def _weaker(coverage: Coverage) -> Text:
    """Say whether one team's record is clearly the weaker.

    Only deals in which one team alone is on record can tell (McNemar 1947, Psychometrika 12:153);
    the interval of the share of them that is marketing's is exact (Clopper and Pearson 1934).
    """
    won = coverage.trace.set_index("step")["won"]
    only = {team: int(won[team] - won["both"]) for team in ("marketing", "sales")}
    alone = sum(only.values())
    if alone:
        alpha = 1 - (coverage.about.level or LEVEL)
        low, high = proportion_confint(only["marketing"], alone, alpha=alpha, method="beta")
        if low > 0.5 or high < 0.5:
            weaker = "marketing" if only["marketing"] < only["sales"] else "sales"
            return Text(
                en="The record of {team} is clearly the weaker one: decide who repairs it.",
                es="El registro de {team} es claramente el más débil: decidan quién lo repara.",
            ).format(team=vocabulary.TEAMS[weaker])
    return Text(
        en="Neither record is clearly weaker than the other.",
        es="Ningún registro es claramente más débil que el otro.",
    )


def traceable(coverage: Coverage) -> Finding:
    """Say what share of the won deals can be traced to a touch."""
    steps = coverage.trace.set_index("step")
    if not steps.loc["won", "won"]:
        raise NotMeasurable(
            Text(
                en="Not measurable: by the day of the exports no deal was won, so there is none "
                "to trace back.",
                es="No medible: al día de las exportaciones no se había ganado ningún negocio; no "
                "hay qué rastrear.",
            )
        )
    if not steps.loc["touch", "won"]:
        raise NotMeasurable(
            Text(
                en="Not measurable: no won deal has a dated touch before its close, "
                "so none can be traced to a team.",
                es="No medible: ningún negocio ganado tiene una interacción fechada antes del "
                "cierre, "
                "así que ninguno se puede rastrear hasta un área.",
            )
        )
    row = steps.loc["touch"]
    title = Text(
        en="{share} of won deals ({interval}) can be traced to a dated touch; "
        "the rest cannot be credited to either team",
        es="El {share} de los negocios ganados ({interval}) se puede rastrear "
        "hasta una interacción fechada; el resto no se atribuye a ningún área",
    ).format(
        share=both(percent, row["share"], digits=0),
        interval=both(interval, row["low"], row["high"], form=percent, digits=0),
    )
    detail = Text(
        en="Marketing is on record in {marketing} and sales in {sales}. {advice}",
        es="Marketing consta en el {marketing} y ventas en el {sales}. {advice}",
    ).format(
        advice=_weaker(coverage),
        marketing=both(percent, steps.loc["marketing", "share"], digits=0),
        sales=both(percent, steps.loc["sales", "share"], digits=0),
    )
    return Finding("traceable", "claim", title, detail, headline=True)
