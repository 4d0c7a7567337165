"""How the plan is computed and what it assumes, in both languages."""

from __future__ import annotations

from alignment.text import Text

METHOD = Text(
    en=(
        "Leads that come bring accepted leads, opportunities and wins with the shares and lags "
        "measured by cohort (Kaplan–Meier; Aalen–Johansen from the opportunity on); the inflow "
        "that a goal needs is found by non-negative least squares (Lawson & Hanson 1974). "
        "Probabilities are shares of 4,000 draws: cohort months resampled, their differences "
        "kept, open deals tossed one by one, amounts resampled."
    ),
    es=(
        "Los leads que llegan traen leads aceptados, oportunidades y ventas según las proporciones "
        "y los tiempos medidos por cohorte (Kaplan–Meier; Aalen–Johansen desde la oportunidad); el "
        "flujo que pide un objetivo se halla por mínimos cuadrados no negativos (Lawson y Hanson, "
        "1974). Las probabilidades son partes de 4000 sorteos: se remuestrean los meses de "
        "cohorte, con sus diferencias, cada negocio abierto se sortea y los importes se "
        "remuestrean."
    ),
)
ASSUMPTIONS = (
    Text(
        en="More leads of the same kind: the plan does not know what the next lead costs, nor "
        "whether it is as good as the last.",
        es="Más leads de la misma clase: el plan no sabe cuánto cuesta el siguiente lead ni si es "
        "tan bueno como el anterior.",
    ),
    Text(
        en="The months to come are like those of the last two years: shares, lags and amounts "
        "neither rise nor fall.",
        es="Los meses por venir son como los de los últimos dos años: proporciones, tiempos e "
        "importes no suben ni bajan.",
    ),
    Text(
        en="What is won beside the leads' first wins (deals without a lead, later deals) goes on "
        "at its pace.",
        es="Lo que se gana aparte de la primera venta de cada lead (negocios sin lead, negocios "
        "posteriores) sigue a su ritmo.",
    ),
    Text(
        en="Where hours run out, each lead and each opportunity gets the same smaller part of its "
        "time and brings as much less; the deals that are open today keep theirs.",
        es="Donde faltan horas, cada lead y cada oportunidad recibe la misma parte menor de su "
        "tiempo y rinde otro tanto menos; los negocios abiertos hoy conservan el suyo.",
    ),
)
NEAR = Text(
    en="The goal ends soon: here open deals count by age alone. The page from interest to close "
    "forecasts the same months deal by deal, from stage and age; if the two differ, believe it.",
    es="El objetivo termina pronto: aquí los negocios abiertos cuentan solo por su edad. La página "
    "del interés al cierre pronostica los mismos meses negocio por negocio, según etapa y edad; "
    "si difieren, vale aquella.",
)
NO_MONEY = Text(
    en="Not measurable: no amount carries a currency, so there is no revenue to plan.",
    es="No medible: ningún importe lleva moneda, así que no hay ingresos que planear.",
)
