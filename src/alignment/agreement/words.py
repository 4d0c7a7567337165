"""The words of the agreement's page, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from alignment.text import Text

WORDS: Mapping[str, Text] = {
    "title": Text(en="Agreement on shared goals", es="Acta de objetivos comunes"),
    "goal": Text(
        en="Win {goal} from {since} to {by}, with {p} probability.",
        es="Ganar {goal} del {since} al {by}, con {p} de probabilidad.",
    ),
    "not_feasible": Text(
        en="Not feasible as it stands: the plan below, the best there is, reaches it {chance} of "
        "the time. Nearest with {p}: {near} by {by}{later}.",
        es="No es viable tal como está: el plan de abajo, el mejor posible, lo alcanza {chance} de "
        "las veces. Lo más cercano con {p}: {near} al {by}{later}.",
    ),
    "later": Text(en=", or the whole goal by {day}", es=", o el objetivo completo al {day}"),
    "less": Text(
        en="The goal asks for less than today's pace; the plan keeps today's pace.",
        es="El objetivo pide menos que el ritmo de hoy; el plan mantiene el ritmo de hoy.",
    ),
    "both": Text(en="Both sign", es="Firman ambas áreas"),
    "marketing": Text(en="Marketing signs", es="Firma marketing"),
    "sales": Text(en="Sales signs", es="Firma ventas"),
    "line": Text(en="At least", es="Al menos"),
    "target": Text(en="Signed", es="Se firma"),
    "today": Text(en="Last 12 months", es="Últimos 12 meses"),
    "plan": Text(en="The plan by month", es="El plan por mes"),
    "quarters": Text(en="The plan by quarter", es="El plan por trimestre"),
    "month": Text(en="Month", es="Mes"),
    "leads": Text(en="Leads", es="Leads"),
    "accepted": Text(en="Accepted", es="Aceptados"),
    "opportunities": Text(en="Opportunities", es="Oportunidades"),
    "wins": Text(en="Wins", es="Ganados"),
    "revenue": Text(en="Revenue", es="Ingresos"),
    "hours": Text(en="Hours of sales", es="Horas de ventas"),
    "information": Text(
        en="For information, never a bonus metric",
        es="Como información, nunca como métrica de bono",
    ),
    "definitions": Text(en="Definitions", es="Definiciones"),
    "previous": Text(en="The last agreement", es="El acta anterior"),
    "signature": Text(en="Name, signature and date", es="Nombre, firma y fecha"),
    "for_marketing": Text(en="For marketing", es="Por marketing"),
    "for_sales": Text(en="For sales", es="Por ventas"),
    "footer": Text(
        en="Data as of {as_of} · data fingerprint {fingerprint} · written {made} · alignment "
        "{version}",
        es="Datos al {as_of} · huella de los datos {fingerprint} · escrita el {made} · alignment "
        "{version}",
    ),
    "total": Text(en="Total", es="Total"),
    "promise": Text(en="every month", es="cada mes"),
    "none": Text(en="not measurable", es="no medible"),
    "first_touch": Text(
        en="In time: the first touch of sales within {hours} of the handoff",
        es="A tiempo: primera interacción de ventas en {hours} desde la entrega",
    ),
    "verdict": Text(
        en="verdict: accepted or rejected within {days}",
        es="veredicto: aceptado o rechazado en {days}",
    ),
    "usable": Text(
        en="usable reason: not blank, not “other”",
        es="motivo útil: ni en blanco ni «otro»",
    ),
    "revenue_is": Text(
        en="revenue: amounts of the deals won, in {currency}",
        es="ingresos: importes de los negocios ganados, en {currency}",
    ),
    "pace_note": Text(
        en="months are expectations; what a month brings varies",
        es="los meses son expectativas; lo que trae cada mes varía",
    ),
}
TERMS: Mapping[str, Text] = {
    "lead": Text(en="Lead", es="Lead"),
    "accepted": Text(en="Accepted", es="Aceptado"),
    "opportunity": Text(en="Opportunity", es="Oportunidad"),
    "won": Text(en="Won", es="Ganado"),
}
USUAL_TERMS: Mapping[str, Text] = {
    "lead": Text(
        en="a person at a moment of interest in what we sell",
        es="una persona en un momento de interés por lo que vendemos",
    ),
    "accepted": Text(
        en="sales took the lead on ({stage} in the exports)",
        es="ventas tomó el lead a su cargo ({stage} en las exportaciones)",
    ),
    "opportunity": Text(en="a deal opened in the CRM", es="un negocio abierto en el CRM"),
    "won": Text(
        en="a deal closed as won in the CRM", es="un negocio cerrado como ganado en el CRM"
    ),
}
