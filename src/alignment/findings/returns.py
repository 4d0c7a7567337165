"""Sentences about money: what spend is set beside, and which channel returns more."""

from __future__ import annotations

from alignment import vocabulary
from alignment.attribution import Returns
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.findings.attribution import FEW_WINS
from alignment.text import Text
from alignment.wording import both, decimal, interval, money, percent


def best_return(result: Returns) -> Finding:
    """Say whether one channel's credit is clearly more for its money than the others'."""
    if result.reliability == "too few":
        raise NotMeasurable(FEW_WINS)
    rows = result.paid()
    if not len(rows):
        raise NotMeasurable(
            Text(
                en="Not measurable: no channel has both spend and touches in the same days.",
                es="No medible: ningún canal tiene inversión e interacciones en los mismos días.",
            )
        )
    first = rows.iloc[0]
    values = {
        "channel": vocabulary.word(vocabulary.KEYS, first["key"]),
        "number": both(decimal, first["return_on_spend"], digits=1),
        "range": both(interval, first["return_low"], first["return_high"], digits=1),
        "unit": Text.same(str(result.currency)),
        "spend": _money(result, result.spend),
        "unmatched": _unmatched(result),
    }
    detail = Text(
        en="Spend on channels without a touch on record: {unmatched} of {spend}. A return is "
        "credit by one rule beside spend, not what the spend brought.",
        es="Inversión en canales sin interacciones registradas: {unmatched} de {spend}. Un retorno "
        "es el crédito de una regla junto a la inversión, no lo que la inversión trajo.",
    ).format(**values)
    if len(rows) == 1:
        title = Text(
            en="“{channel}” is credited with {number} {unit} for each {unit} spent ({range}); no "
            "other channel has both spend and credit",
            es="A «{channel}» se le atribuyen {number} {unit} por {unit} invertido ({range}); "
            "ningún otro canal tiene inversión y crédito",
        ).format(**values)
        return Finding("best-return", "inconclusive", title, detail)
    if first["return_low"] > rows["return_high"].iloc[1:].max():
        title = Text(
            en="“{channel}” is credited with {number} {unit} for each {unit} spent ({range}), more "
            "than any other channel",
            es="A «{channel}» se le atribuyen {number} {unit} por {unit} invertido ({range}), más "
            "que a ningún otro canal",
        ).format(**values)
        return Finding("best-return", "claim", title, detail)
    title = Text(
        en="No channel is clearly credited with more: “{channel}” comes first with {number} {unit} "
        "for each {unit} spent ({range})",
        es="A ningún canal se le atribuye con claridad más: «{channel}» va primero con {number} "
        "{unit} por {unit} invertido ({range})",
    ).format(**values)
    return Finding("best-return", "inconclusive", title, detail)


def _money(result: Returns, amount: float) -> Text:
    assert result.currency is not None
    return both(money, amount, currency=result.currency)


def _unmatched(result: Returns) -> Text:
    alone = result.frame.loc[result.frame["match"] == "spend only", "spend"].sum()
    return both(percent, alone / result.spend if result.spend else None, digits=0)
