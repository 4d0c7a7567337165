"""What the pages say about credit: method and assumptions, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alignment.journeys import SENT_COUNTS
from alignment.text import LANGUAGES, Text

# What each model is, as part of a sentence; the title of one that reads won journeys only says so.
_METHODS: Mapping[str, Text] = {
    "first": Text(en="first touch", es="primera interacción"),
    "last": Text(en="last touch", es="última interacción"),
    "last_non_direct": Text(
        en="last touch that is not direct", es="última interacción que no es directa"
    ),
    "linear": Text(en="linear", es="lineal"),
    "position": Text(en="position-based (40/20/40)", es="por posición (40/20/40)"),
    "time_decay": Text(
        en="time decay (half-life of {half_life} days)",
        es="decaimiento temporal (vida media de {half_life} días)",
    ),
    "hubspot_u": Text(
        en="U-shaped as HubSpot has it (first touch 40, lead creation 40, others 20)",
        es="en U según HubSpot (primera interacción 40, creación del lead 40, los demás 20)",
    ),
    "marketo_u": Text(
        en="U-shaped as Adobe Marketo Measure has it (first touch 50, lead creation 50)",
        es="en U según Adobe Marketo Measure (primera interacción 50, creación del lead 50)",
    ),
    "w_shaped": Text(
        en="W-shaped as HubSpot and Adobe Marketo Measure have it (first touch 30, lead creation "
        "30, opportunity creation 30, others 10)",
        es="en W según HubSpot y Adobe Marketo Measure (primera interacción 30, creación del lead "
        "30, creación de la oportunidad 30, los demás 10)",
    ),
    "full_path": Text(
        en="full path as HubSpot and Adobe Marketo Measure have it (first touch, lead creation, "
        "opportunity creation and close 22.5 each, others 10)",
        es="ruta completa según HubSpot y Adobe Marketo Measure (primera interacción, creación del "
        "lead, creación de la oportunidad y cierre, 90 a partes iguales; los demás 10)",
    ),
    "markov": Text(
        en="removal from an exact first-order Markov chain (Anderl et al. 2016)",
        es="eliminación en una cadena de Markov exacta de primer orden (Anderl et al. 2016)",
    ),
    "markov_2": Text(
        en="removal from an exact second-order Markov chain",
        es="eliminación en una cadena de Markov exacta de segundo orden",
    ),
    "markov_3": Text(
        en="removal from an exact third-order Markov chain",
        es="eliminación en una cadena de Markov exacta de tercer orden",
    ),
    "shapley": Text(
        en="Shapley value of the sum game, which is linear over distinct keys (Zhao et al. 2018)",
        es="valor de Shapley del juego de sumas, que equivale al reparto lineal entre claves "
        "distintas (Zhao et al. 2018)",
    ),
    "shapley_rate": Text(
        en="Shapley value of the rate game", es="valor de Shapley del juego de tasas"
    ),
}
_OWN = Text(en="own weights “{name}”", es="pesos propios «{name}»")
_TITLES: Mapping[str, Text] = {
    "first": Text(en="First touch", es="Primera interacción"),
    "last": Text(en="Last touch", es="Última interacción"),
    "last_non_direct": Text(en="Last non-direct touch", es="Última interacción no directa"),
    "linear": Text(en="Linear", es="Lineal"),
    "position": Text(en="Position 40/20/40", es="Posición 40/20/40"),
    "time_decay": Text(en="Time decay", es="Decaimiento temporal"),
    "hubspot_u": Text(en="U-shaped (HubSpot)", es="En U (HubSpot)"),
    "marketo_u": Text(en="U-shaped (Marketo)", es="En U (Marketo)"),
    "w_shaped": Text(en="W-shaped", es="En W"),
    "full_path": Text(en="Full path", es="Ruta completa"),
    "markov": Text(en="Markov removal", es="Markov (eliminación)"),
    "markov_2": Text(en="Markov removal, order 2", es="Markov (eliminación), orden 2"),
    "markov_3": Text(en="Markov removal, order 3", es="Markov (eliminación), orden 3"),
    "shapley": Text(en="Shapley (equal parts)", es="Shapley (partes iguales)"),
    "shapley_rate": Text(en="Shapley (win rates)", es="Shapley (tasas)"),
}
_READ_ALL = ("markov", "markov_2", "markov_3", "shapley_rate")
_WON_ONLY = Text(en="{title}, won only", es="{title}, solo ganados")
_INTERVALS = Text(
    en=" Intervals: bootstrap over accounts, {replicates} replicates, expanded percentiles "
    "(Hesterberg 2015).",
    es=" Intervalos: bootstrap por cuenta, {replicates} réplicas, percentiles ampliados "
    "(Hesterberg 2015).",
)

_ASSUMPTIONS = (
    Text(
        en="Each model is a convention for sharing out what was won. None says what would have "
        "been won without a channel or a team.",
        es="Cada modelo es una convención para repartir lo ganado. Ninguno dice qué se habría "
        "ganado sin un canal o sin un área.",
    ),
    Text(
        en="The intervals are sampling errors of the credit rule (how its shares would move with "
        "other accounts of the same kind), not of an effect. In "
        "benchmarks/attribution_coverage.py, 90 % intervals held the true share "
        "in 84 to 94 % of the simulated companies with 30 won accounts or more.",
        es="Los intervalos son errores de muestreo de la regla de reparto (cuánto se moverían sus "
        "porcentajes con otras cuentas del mismo tipo), no de un efecto. En "
        "benchmarks/attribution_coverage.py, los intervalos del 90 % contuvieron la proporción "
        "verdadera entre el 84 y el 94 % de las veces, en empresas simuladas con 30 cuentas "
        "ganadas o más.",
    ),
    Text(
        en="Markov credit is the removal effects divided by their sum; the effects themselves do "
        "not add up to one.",
        es="El crédito de Markov son los efectos de eliminación divididos entre su suma; los "
        "efectos en sí no suman uno.",
    ),
    Text(
        en="Only recorded touches count: a team that logs less gets less.",
        es="Solo cuentan las interacciones registradas: el área que registra menos recibe menos.",
    ),
)

_OPEN = Text(
    en="The rules and Shapley's sum game read won journeys only; the Markov chains and the rate "
    "game also read lost and open ones, and open ones count as not won so far.",
    es="Las reglas y el juego de sumas de Shapley leen solo los recorridos ganados; las cadenas "
    "de Markov y el juego de tasas leen también los perdidos y los abiertos, y los abiertos "
    "cuentan como aún no ganados.",
)
_CENSORED = Text(
    en="The rules and Shapley's sum game read won journeys only; in the Markov chains and the "
    "rate game those that ended also stand for those of their age that are still open (inverse "
    "probability of censoring, Robins & Finkelstein 2000), as if the export had cut them off at "
    "random; the intervals hold these weights fixed.",
    es="Las reglas y el juego de sumas de Shapley leen solo los recorridos ganados; en las cadenas "
    "de Markov y el juego de tasas, los terminados representan también a los de su edad que "
    "siguen abiertos (probabilidad inversa de censura, Robins y Finkelstein 2000), como si la "
    "exportación los hubiera cortado al azar; los intervalos dejan fijos esos pesos.",
)
_ANCHORED = Text(
    en="The touch that led to a milestone is the last one at or before it. Where one touch led to "
    "several, its weights add up; where a milestone has no touch, the other weights are scaled up.",
    es="La interacción que llevó a un hito es la última hasta ese momento. Si una llevó a "
    "varios, sus pesos se suman; si un hito no tiene ninguna, los demás pesos se amplían en "
    "proporción.",
)
_UNTIL: Mapping[str, Text] = {
    "lead": Text(
        en="Shared out are the leads created, among the touches at or before that moment.",
        es="Se reparten los leads creados entre las interacciones hasta ese momento.",
    ),
    "qualified": Text(
        en="Shared out are the leads qualified, among the touches at or before that moment.",
        es="Se reparten los leads calificados entre las interacciones hasta ese momento.",
    ),
    "opportunity": Text(
        en="Shared out are the opportunities created (in value, the pipeline, whatever became of "
        "it), among the touches at or before that moment.",
        es="Se reparten las oportunidades creadas (en importe, el pipeline, sea cual sea su "
        "desenlace) entre las interacciones hasta ese momento.",
    ),
}
_RATE_GAME = Text(
    en="The rate game of Shapley compares the value won per journey between sets of channels; its "
    "credit can be negative, and is shown so.",
    es="El juego de tasas de Shapley compara el valor ganado por recorrido entre conjuntos de "
    "canales; su crédito puede ser negativo, y así se muestra.",
)

_RELIABILITY = {
    "approximate": Text(
        en="With so few won accounts the intervals are approximate, somewhat too narrow.",
        es="Con tan pocas cuentas ganadas los intervalos son aproximados, algo estrechos de más.",
    ),
    "too few": Text(
        en="There are too few won accounts for the intervals to be relied on.",
        es="Hay muy pocas cuentas ganadas para confiar en los intervalos.",
    ),
}


RETURNS_METHOD = Text(
    en="Spend in the reporting currency beside the credit of the touches in the days of "
    "that spend, by this model: {model}. Intervals by bootstrap over accounts, with the "
    "spend held as it is.",
    es="Inversión en la moneda del informe junto al crédito de las interacciones en los días "
    "de esa inversión, según este modelo: {model}. Intervalos por bootstrap de cuentas, "
    "con la inversión fija.",
)
RETURNS_ASSUMPTIONS = (
    Text(
        en="A return is spend beside credit that a rule hands out; it does not say what "
        "would have been won without the spend.",
        es="Un retorno es la inversión junto al crédito que reparte una regla; no dice "
        "qué se habría ganado sin esa inversión.",
    ),
    Text(
        en="Spend of the last weeks has had less time to return: deals still open are "
        "not in it yet.",
        es="La inversión de las últimas semanas ha tenido menos tiempo para retornar: los "
        "negocios aún abiertos todavía no cuentan.",
    ),
    Text(
        en="Only what the exports bill is spend; salaries and tools are not in it.",
        es="Solo es inversión lo que facturan las exportaciones; sueldos y herramientas "
        "no están incluidos.",
    ),
)


def title(model: str) -> Text:
    """Name a model; one that does not read the journeys that were not won says so."""
    name = _TITLES.get(model, Text.same(model))
    return name if model in _READ_ALL else _WON_ONLY.format(title=name)


TITLES: Mapping[str, Text] = {name: title(name) for name in _TITLES}


def model_name(
    model: str, half_life_days: float, custom: Mapping[str, object] | None = None
) -> Text:
    """Say what a model is, as part of a sentence."""
    text = _OWN if custom is not None and model in custom else _METHODS[model]
    return text.format(half_life=f"{half_life_days:g}", name=model)


def method(
    models: Sequence[str],
    half_life_days: float,
    replicates: int,
    custom: Mapping[str, object] | None = None,
) -> Text:
    """Say how the credit was computed."""
    said = [model_name(model, half_life_days, custom) for model in models]
    parts = {lang: ", ".join(text[lang] for text in said) for lang in LANGUAGES}
    whole = Text(**{lang: part[0].upper() + part[1:] + "." for lang, part in parts.items()})
    if not replicates:
        return whole
    intervals = _INTERVALS.format(replicates=replicates)
    return Text(en=whole.en + intervals.en, es=whole.es + intervals.es)


def assumptions(
    reliability: str,
    rate_game: bool,
    *,
    censored: bool = False,
    anchored: bool = False,
    until: str = "won",
) -> tuple[Text, ...]:
    """Say what the numbers do and do not mean."""
    said = [*_ASSUMPTIONS, SENT_COUNTS, _CENSORED if censored else _OPEN]
    if until in _UNTIL:
        said.insert(0, _UNTIL[until])
    if anchored:
        said.append(_ANCHORED)
    if rate_game:
        said.append(_RATE_GAME)
    if reliability in _RELIABILITY:
        said.append(_RELIABILITY[reliability])
    return tuple(said)
