"""What the pages say about credit: method and assumptions, in both languages."""

from __future__ import annotations

from alignment.text import Text

_METHOD = Text(
    en="First touch, last touch, linear, position-based (40/20/40), time decay (half-life of "
    "{half_life} days), removal from an exact first-order Markov chain (Anderl et al. 2016) and "
    "Shapley value of the sum game, which is linear over distinct keys (Zhao et al. 2018). "
    "Intervals: bootstrap over accounts, {replicates} replicates, expanded percentiles "
    "(Hesterberg 2015).",
    es="Primer contacto, último contacto, lineal, por posición (40/20/40), decaimiento temporal "
    "(vida media de {half_life} días), eliminación en una cadena de Markov exacta de primer orden "
    "(Anderl et al. 2016) y valor de Shapley del juego de sumas, que equivale al reparto lineal "
    "entre claves distintas (Zhao et al. 2018). Intervalos: bootstrap por cuenta, {replicates} "
    "réplicas, percentiles ampliados (Hesterberg 2015).",
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
        en="The rules and Shapley's sum game read won journeys only; the Markov chain also reads "
        "lost and open ones, which count as not won so far.",
        es="Las reglas y el juego de sumas de Shapley leen solo los recorridos ganados; la cadena "
        "de Markov lee también los perdidos y los abiertos, que cuentan como aún no ganados.",
    ),
    Text(
        en="Markov credit is the removal effects divided by their sum; the effects themselves do "
        "not add up to one.",
        es="El crédito de Markov son los efectos de eliminación divididos entre su suma; los "
        "efectos en sí no suman uno.",
    ),
    Text(
        en="Only recorded touches count: a team that logs less gets less.",
        es="Solo cuentan los contactos registrados: el área que registra menos recibe menos.",
    ),
)

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


def method(half_life_days: float, replicates: int) -> Text:
    """Say how the credit was computed."""
    return _METHOD.format(half_life=f"{half_life_days:g}", replicates=replicates)


def assumptions(reliability: str, rate_game: bool) -> tuple[Text, ...]:
    """Say what the numbers do and do not mean."""
    said = [*_ASSUMPTIONS]
    if rate_game:
        said.append(_RATE_GAME)
    if reliability in _RELIABILITY:
        said.append(_RELIABILITY[reliability])
    return tuple(said)
