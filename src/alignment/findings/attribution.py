"""Sentences about shared credit: what both teams touched, and what the rules disagree on."""

from __future__ import annotations

import pandas as pd

from alignment import vocabulary
from alignment.attribution import Credit, Flow, Overlap
from alignment.attribution import title as model_title
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.results import LEVEL
from alignment.shares import wilson
from alignment.text import Text
from alignment.wording import both, integer, interval, listing, percent

NO_TOUCH = "(no touch recorded)"
NOTHING_WON = Text(
    en="Not measurable: no deal was won, so there is no credit to share.",
    es="No medible: no se ganó ningún negocio, así que no hay crédito que repartir.",
)

NO_VALUE = Text(
    en="Not measurable: no won deal carries an amount in the reporting currency, so there is no "
    "value to share.",
    es="No medible: ningún negocio ganado lleva importe en la moneda del informe; no hay valor que "
    "repartir.",
)
UNTOUCHED = Text(
    en="Not measurable: no won deal has a touch on record.",
    es="No medible: ningún negocio ganado tiene interacciones registradas.",
)
WON_ELSEWHERE = Text(
    en="Not measurable: no won deal has a known lead, so it cannot be told who touched it.",
    es="No medible: ningún negocio ganado tiene un lead conocido; no se sabe quién lo tocó.",
)
NO_TOUCHES = Text(
    en="Not measurable: the exports hold no dated touches by either team (calls, meetings, "
    "e-mails, campaign responses).",
    es="No medible: las exportaciones no contienen interacciones fechadas de ninguna área "
    "(llamadas, reuniones, correos, respuestas a campañas).",
)


FEW_WINS = Text(
    en="Not measurable: fewer than 30 accounts were won, too few to say how the credit is shared.",
    es="No medible: se ganaron menos de 30 cuentas, muy pocas para decir cómo se reparte el "
    "crédito.",
)


def together(result: Overlap) -> Finding:
    """Say what share of the won deals both teams touched."""
    rows = result.frame.set_index("touched_by")
    won = int(rows["won"].sum())
    if not won:
        raise NotMeasurable(_nothing_won(result))
    if not rows.drop(index="nobody")["journeys"].sum():
        raise NotMeasurable(NO_TOUCHES)
    share, low, high = wilson(rows.loc["both", "won"], won, result.about.level or LEVEL)
    values = {
        "share": both(percent, share, digits=0),
        "interval": both(interval, low, high, form=percent, digits=0),
        "won": both(integer, won),
        "marketing": both(percent, rows.loc["only marketing", "won"] / won, digits=0),
        "sales": both(percent, rows.loc["only sales", "won"] / won, digits=0),
        "nobody": both(percent, rows.loc["nobody", "won"] / won, digits=0),
    }
    title = Text(
        en="Both teams touched {share} of the {won} won deals ({interval})",
        es="Ambas áreas tocaron el {share} de los {won} negocios ganados ({interval})",
    ).format(**values)
    detail = Text(
        en="Only marketing touched {marketing}, only sales {sales}, nobody {nobody}. This says who "
        "was there, not what worked: sales often calls the warm leads first.",
        es="Solo marketing tocó el {marketing}; solo ventas, el {sales}; nadie, el {nobody}. Dice "
        "quién estuvo, no qué funcionó: ventas suele llamar antes a los más interesados.",
    ).format(**values)
    return Finding("together", "claim", title, detail, headline=True)


FEWEST = 30  # won deals, below which a share of them is no claim


def _nothing_won(result: Flow | Overlap) -> Text:
    """Say whether nothing was won, or nothing that has a lead."""
    apart = result.about.left_out.get("opportunities without a known lead", 0)
    return WON_ELSEWHERE if apart else NOTHING_WON


def first_hand(result: Flow) -> Finding:
    """Say with whom the won deals began, and how many the other team then took up."""
    won = result.frame[result.frame["outcome"] == "won"]
    if not won["journeys"].sum():
        raise NotMeasurable(_nothing_won(result))
    count = won.groupby("first", observed=False)["journeys"].sum()
    touched = int(count["marketing"] + count["sales"])
    if not touched:
        raise NotMeasurable(UNTOUCHED)
    leader = "marketing" if count["marketing"] >= count["sales"] else "sales"
    other = "sales" if leader == "marketing" else "marketing"
    relayed = won[(won["first"] == leader) & (won["touched_by"] == "both")]["journeys"].sum()
    share, low, high = wilson(count[leader], touched, result.about.level or LEVEL)
    values = {
        "leader": vocabulary.TEAMS[leader],
        "other": vocabulary.TEAMS[other],
        "share": both(percent, share, digits=0),
        "interval": both(interval, low, high, form=percent, digits=0),
        "n": both(integer, touched),
        "relayed": both(percent, relayed / count[leader], digits=0),
    }
    detail = Text(
        en="In {relayed} of those, {other} then took part. Who comes first says little of who "
        "counts most.",
        es="En el {relayed} de ellos participó después {other}. Quién llega primero dice poco de "
        "quién cuenta más.",
    ).format(**values)
    if low > 0.5 and touched >= FEWEST:
        title = Text(
            en="{share} of the {n} won deals that a team touched began with {leader} ({interval})",
            es="El {share} de los {n} negocios ganados con interacción de un área empezó con "
            "{leader} ({interval})",
        ).format(**values)
        return Finding("first-hand", "claim", title, detail)
    title = Text(
        en="Won deals begin with either team: {share} of {n} with {leader} ({interval})",
        es="Los negocios ganados empiezan con cualquiera de las áreas: el {share} de {n} con "
        "{leader} ({interval})",
    ).format(**values)
    return Finding("first-hand", "inconclusive", title, detail)


def _check(result: Credit) -> None:
    """Close the gate where nothing, or too little, was won."""
    if not result.wins:
        raise NotMeasurable(NOTHING_WON)
    if not result.value:
        raise NotMeasurable(NO_VALUE)
    if result.reliability == "too few":
        raise NotMeasurable(FEW_WINS)


def _teams(result: Credit) -> pd.DataFrame:
    frame = result.frame.astype({"model": "str", "key": "str"})
    _check(result)
    found = frame[frame["key"] == "marketing"]
    if not len(found) or frame[frame["key"] == "sales"].empty:
        raise NotMeasurable(
            Text(
                en="Not measurable: only one team has touches on record, so nothing is shared.",
                es="No medible: solo un área tiene interacciones registradas; no hay qué repartir.",
            )
        )
    return found.reset_index(drop=True)


def credit_range(result: Credit) -> Finding:
    """Say between what bounds the rules put marketing's share, and whether they agree who leads."""
    marketing = _teams(result)
    sales = result.frame.astype({"model": "str", "key": "str"}).query("key == 'sales'")
    least, most = (
        marketing.loc[marketing["share"].idxmin()],
        marketing.loc[marketing["share"].idxmax()],
    )
    values = {
        "low": both(percent, least["share"], digits=0),
        "high": both(percent, most["share"], digits=0),
        "least": model_title(least["model"]),
        "most": model_title(most["model"]),
        "models": both(integer, len(marketing)),
        "interval": both(
            interval, marketing["low"].min(), marketing["high"].max(), form=percent, digits=0
        ),
    }
    detail = Text(
        en="Lowest under “{least}”, highest under “{most}”; {interval} with sampling error. More "
        "data will not close the gap: sign one rule, or judge both on the deals they win together.",
        es="Mínimo con «{least}», máximo con «{most}»; {interval} con el error de muestreo. Más "
        "datos no cierran esa brecha: firmen una regla, o midan a ambas por lo que ganan juntas.",
    ).format(**values)
    if marketing["low"].min() > 0.5 or sales["low"].min() > 0.5:
        leader = vocabulary.TEAMS["marketing" if marketing["low"].min() > 0.5 else "sales"]
        title = Text(
            en="Every rule gives {leader} more than half of the won value, yet marketing's share "
            "ranges from {low} to {high}",
            es="Todas las reglas dan a {leader} más de la mitad del valor ganado, pero la parte "
            "de marketing va del {low} al {high}",
        ).format(leader=leader, **values)
        return Finding("credit-range", "claim", title, detail, headline=True)
    if least["share"] > 0.5 or most["share"] < 0.5 or most["share"] - least["share"] < 0.02:
        leaning = Text(
            en="Too few deals to say which team carries more than half: marketing's share is "
            "{low} to {high} by the rule",
            es="Muy pocos negocios para decir qué área lleva más de la mitad: la parte de "
            "marketing va del {low} al {high} según la regla",
        ).format(**values)
        if marketing["low"].min() < 0.5 < marketing["high"].max():
            return Finding("credit-range", "inconclusive", leaning, headline=True)
    title = Text(
        en="Marketing's share of the won value runs from {low} to {high} depending on the rule: "
        "the split is an agreement, not a finding",
        es="La parte de marketing en el valor ganado va del {low} al {high} según la regla: "
        "el reparto es un acuerdo, no un hallazgo",
    ).format(**values)
    return Finding("credit-range", "inconclusive", title, detail, headline=True)


def leading_channel(result: Credit) -> Finding:
    """Say whether one channel leads under every rule."""
    _check(result)
    frame = result.frame.astype({"model": "str", "key": "str"}).query("key != @NO_TOUCH")
    if not len(frame):
        raise NotMeasurable(UNTOUCHED)
    firsts = frame.loc[frame.groupby("model", sort=False)["share"].idxmax()]
    leaders = list(dict.fromkeys(firsts["key"]))
    if len(leaders) > 1:
        words = [vocabulary.word(vocabulary.KEYS, leader) for leader in leaders]
        names = both(lambda lang: listing([word[lang] for word in words], lang))
        title = Text(
            en="Which channel leads depends on the rule: {names} each come first under some",
            es="Qué canal va primero depende de la regla: {names} encabezan alguna",
        ).format(names=names)
        return Finding("leading-channel", "inconclusive", title)
    if frame["key"].nunique() < 2:
        raise NotMeasurable(
            Text(
                en="Not measurable: only one channel has touches on record, so none can lead.",
                es="No medible: solo un canal tiene interacciones registradas.",
            )
        )
    own = frame[frame["key"] == leaders[0]]
    others = frame[frame["key"] != leaders[0]].groupby("model")["high"].max()
    apart = bool((own.set_index("model")["low"] > others.reindex(own["model"])).all())
    values = {
        "channel": vocabulary.word(vocabulary.KEYS, leaders[0]),
        "low": both(percent, own["share"].min(), digits=0),
        "high": both(percent, own["share"].max(), digits=0),
        "interval": both(interval, own["low"].min(), own["high"].max(), form=percent, digits=0),
    }
    if apart:
        title = Text(
            en="“{channel}” has the largest share under every rule: {low} to {high} ({interval} "
            "with sampling error)",
            es="«{channel}» tiene la mayor parte con todas las reglas: del {low} al {high} "
            "({interval} con el error de muestreo)",
        ).format(**values)
        return Finding("leading-channel", "claim", title)
    title = Text(
        en="“{channel}” comes first under every rule ({low} to {high}), but not clearly: the "
        "intervals of others overlap",
        es="«{channel}» va primero con todas las reglas (del {low} al {high}), pero no con "
        "claridad: los intervalos de otros se solapan",
    ).format(**values)
    return Finding("leading-channel", "inconclusive", title)
