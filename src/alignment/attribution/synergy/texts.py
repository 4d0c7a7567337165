"""What the pages say about the game of the teams: method and assumptions, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from alignment import vocabulary
from alignment.attribution.synergy.checks import G_FORMULA, RAW, RAW_JOURNEYS, WEIGHTED
from alignment.attribution.synergy.landmark import Landmark
from alignment.journeys import SENT_COUNTS
from alignment.text import Text

_METHOD = Text(
    en="Landmark design: touches that the company started in the {window} days after {landmark}; "
    "the outcome only after that and within {horizon} days, weighted for what is not yet known. "
    "Ridge logistic model with products across the teams; values by taking touches out of the "
    "journeys seen. Interaction and its share of the joint effect (VanderWeele and Knol 2014), "
    "Shapley–Taylor indices of the channels (Dhamdhere et al. 2020). Intervals: percentiles of "
    "{replicates} refits, accounts drawn anew, widened by a quarter.",
    es="Diseño de referencia temporal (landmark): interacciones que inició la empresa en los "
    "{window} días posteriores a {landmark}; el desenlace solo después y dentro de {horizon} días, "
    "ponderado por lo que aún no se sabe. Modelo logístico ridge con productos entre las áreas; "
    "los valores se obtienen al quitar interacciones de los recorridos vistos. Lo que ambas logran "
    "de más y su parte del efecto conjunto (VanderWeele y Knol 2014), índices de Shapley–Taylor de "
    "los canales (Dhamdhere et al. 2020). Intervalos: percentiles de {replicates} reajustes con "
    "cuentas sorteadas de nuevo, ampliados un cuarto.",
)
_MEASURED = Text(
    en="In benchmarks/attribution_recovery.py, 90 % intervals of the shared part, the joint "
    "effect, the interaction and the bounds of the claims held the truth in 91 to 99 % of 200 "
    "simulated companies of each of four worlds; the percentiles alone, in 84 to 94 %.",
    es="En benchmarks/attribution_recovery.py, los intervalos del 90 % de la parte compartida, del "
    "efecto conjunto, de la interacción y de los límites de los reclamos contuvieron la verdad en "
    "entre el 91 y el 99 % de 200 empresas simuladas de cada uno de cuatro mundos; los percentiles "
    "solos, en entre el 84 y el 94 %.",
)
_LANDMARK = {
    "lead": Text(en="a lead's creation", es="la creación del lead"),
    "account": Text(
        en="the start of the quarter, for target accounts",
        es="el inicio del trimestre, en las cuentas objetivo",
    ),
}
_TRIAL = Text(
    en="Means of the four arms of the experiment “{name}”, as drawn; no model. Intervals: "
    "percentiles of {replicates} replicates, accounts drawn anew.",
    es="Promedios de los cuatro grupos del experimento «{name}», según el sorteo; sin modelo. "
    "Intervalos: percentiles de {replicates} réplicas con cuentas sorteadas de nuevo.",
)
_RECORDED = Text(
    en="Who was warm is known only through what is recorded: a warmth that the teams saw and the "
    "exports do not hold stays in the numbers. The tipping point says how strong it would have "
    "to be.",
    es="Del interés de cada lead solo se sabe lo registrado: el que las áreas vieron y las "
    "exportaciones no contienen queda dentro de los números. El punto de vuelco dice qué tan "
    "fuerte tendría que ser.",
)
_WARMTH = {
    "points": Text(
        en="Warmth is the lead score without the points that marketing's own touches gave.",
        es="El interés es la puntuación del lead sin los puntos que dieron las interacciones de "
        "marketing.",
    ),
    "residual": Text(
        en="Warmth is what marketing's touches do not explain of the lead score; the exports do "
        "not say how many points those gave.",
        es="El interés es lo que las interacciones de marketing no explican de la puntuación del "
        "lead; las exportaciones no dicen cuántos puntos dieron.",
    ),
    "none": Text(
        en="No lead score is on record, so nothing allows for who was warm but origin, region, "
        "segment and industry.",
        es="No hay puntuación de leads registrada: del interés previo solo se descuentan origen, "
        "región, segmento e industria.",
    ),
}
_LOGGED = Text(
    en="Touches that were made and not recorded make those without them look better, and what the "
    "teams add too small.",
    es="Las interacciones que hubo y no se registraron hacen parecer mejores a quienes no las "
    "tienen, y demasiado pequeño lo que aportan las áreas.",
)
_BROUGHT = Text(
    en="A game of leads takes for granted that marketing brought them, and so says too little of "
    "marketing.",
    es="Un juego de leads da por hecho que marketing los trajo; por eso se queda corto con "
    "marketing.",
)
_AFTER = Text(
    en="A unit whose opportunity came inside the window is left out, so that longer journeys are "
    "not rewarded for having had more touches.",
    es="Se deja fuera la unidad cuya oportunidad llegó dentro de la ventana, para no premiar a "
    "los recorridos largos por acumular más interacciones.",
)
_APART = Text(
    en="One unit's touches do not move another's outcome, other than within its account.",
    es="Las interacciones de una unidad no cambian el desenlace de otra, salvo dentro de su "
    "cuenta.",
)
_DRAWN = Text(
    en="The arms were drawn at random and kept.",
    es="Los grupos se sortearon al azar y se respetaron.",
)
COALITION_WORDS: Mapping[str, Text] = {
    "none": vocabulary.TOUCHED_BY["nobody"],
    "marketing": vocabulary.TOUCHED_BY["only marketing"],
    "sales": vocabulary.TOUCHED_BY["only sales"],
    "both": vocabulary.TOUCHED_BY["both"],
}
SCENARIO_WORDS: Mapping[str, Text] = {
    "sales": Text(en="sales alone goes to them", es="solo ventas va con ellos"),
    "both": Text(en="both teams go to them", es="ambas áreas van con ellos"),
}
OUTCOMES: Mapping[str, Text] = {
    "opportunity": Text(en="opportunities", es="oportunidades"),
    "won": Text(en="won deals", es="negocios ganados"),
}
UNITS: Mapping[str, Text] = {
    "lead": Text(en="leads", es="leads"),
    "account": Text(en="target accounts and quarters", es="cuentas objetivo y trimestres"),
}
METHODS: Mapping[str, Text] = {
    RAW: Text(en="plain table of four cells", es="tabla simple de cuatro celdas"),
    RAW_JOURNEYS: Text(en="not adjusted", es="sin ajustar"),
    G_FORMULA: Text(en="sequential g-formula", es="fórmula g secuencial"),
    WEIGHTED: Text(en="inverse probability weights", es="pesos de probabilidad inversa"),
}
NO_POLICY = Text(
    en="Not measurable: without a score and marketing's part in it, it cannot be told whom sales "
    "would not have touched.",
    es="No medible: sin una puntuación y la parte que marketing aporta a ella, no se sabe a quién "
    "no habría tocado ventas.",
)


def model_method(units: Landmark, replicates: int) -> Text:
    """Say how the values were estimated."""
    return _METHOD.format(
        window=f"{units.window_days:g}",
        horizon=f"{units.horizon_days:g}",
        landmark=_LANDMARK[units.kind],
        replicates=replicates,
    )


def model_assumptions(units: Landmark) -> tuple[Text, ...]:
    """Say what must hold."""
    said = [
        _RECORDED,
        _WARMTH[units.warmth.source],
        _LOGGED,
        SENT_COUNTS,
        _AFTER,
        _APART,
        _MEASURED,
    ]
    if units.kind == "lead":
        said.insert(2, _BROUGHT)
    return tuple(said)


def trial_method(name: str, replicates: int) -> Text:
    """Say that an experiment answered."""
    return _TRIAL.format(name=name, replicates=replicates)


def trial_assumptions() -> tuple[Text, ...]:
    """Say what must hold of an experiment."""
    return (_DRAWN, _APART)
