"""Why rows were left out, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from alignment.text import Language

# Keys are those that the analyses put in ``About.left_out``; journeys say it of their touches.
_TOUCHES: Mapping[str, str] = {
    "of internal leads": "de leads internos",
    "on an account only": "con una cuenta, sin lead",
    "without a known lead or account": "sin lead ni cuenta conocidos",
    "after the export": "posteriores a la exportación",
    "started by the buyer": "que inició el comprador",
    "without an act of the person": "sin un acto de la persona",
    "of a closed journey without a closing date": "de recorridos cerrados sin fecha",
    "on the closing day, order unknown": "del día del cierre, en orden desconocido",
    "at or after the outcome": "en el momento del cierre o después",
    "before the lookback window": "anteriores a la ventana considerada",
}
_OTHERS: Mapping[str, str] = {
    "internal leads": "leads internos",
    "opportunities of internal leads": "oportunidades de leads internos",
    "opportunities without a known lead": "oportunidades sin un lead conocido",
    "won opportunities without an amount": "oportunidades ganadas sin importe",
    "won opportunities without a lead": "oportunidades ganadas sin lead",
    "closed journeys without a closing date": "recorridos cerrados sin fecha de cierre",
    "leads created after the export": "leads creados después de la exportación",
    "opportunities created after the export": "oportunidades creadas después de la exportación",
    "opportunities closed after the export": "oportunidades cerradas después de la exportación "
    "(abiertas entonces)",
    "closings after the export": "cierres posteriores a la exportación",
    "journeys without a touch": "recorridos sin ninguna interacción",
    "started without a date": "sin fecha de inicio",
    "started after the export": "iniciados después de la exportación",
    "ended without a date": "terminados sin fecha",
    "ended before it started": "terminados antes de empezar",
    "ended before closings were recorded": "terminados antes de que se registraran los cierres",
    "stage changes after the export": "cambios de etapa posteriores a la exportación",
    "stage changes of internal leads": "cambios de etapa de leads internos",
    "stage entries of imported deals": "entradas en etapa de negocios importados",
    "rows that repeat the stage before": "filas que repiten la etapa anterior",
    "leads from before closings are on record": "leads de antes de que se registraran los cierres",
    "window not over at the export": "con la ventana aún abierta en la exportación",
    "opportunity inside or before the window": "con oportunidad dentro de la ventana o antes",
    "outcome not yet known (weighted for)": "con desenlace aún desconocido (se pondera)",
    "touches that the buyer started": "interacciones que inició el comprador",
    "touches without a unit": "interacciones sin lead ni cuenta del análisis",
    "touches outside the window": "interacciones fuera de la ventana",
    "replicates that did not converge": "réplicas que no convergieron",
    "after the milestone (lead)": "interacciones posteriores a la creación del lead",
    "after the milestone (qualified)": "interacciones posteriores a la calificación",
    "after the milestone (opportunity)": "interacciones posteriores a la oportunidad",
    "stage changes without a known user": "cambios de etapa sin usuario conocido",
    "handed over after the export": "entregados después de la exportación",
    "not yet followed to the horizon": "aún sin seguimiento completo",
    "not yet followed for two weeks": "aún sin dos semanas de seguimiento",
    "touched by sales before the handoff": "contactados por ventas antes de la entrega",
    "first touch dated only by day": "con primera interacción fechado solo por día",
    "converted before the landmark": "convertidos antes del punto fijo",
    "not touched by the landmark": "sin interacción hasta el punto fijo",
    "created before stages were recorded": "creados antes de que se registraran las etapas",
    "stages dated before the lead": "etapas con fecha anterior al lead",
    "limit not yet passed": "con el límite aún sin cumplirse",
    "verdict not yet due": "con veredicto aún no exigible",
    "without a group to compare": "sin un grupo con que comparar",
    "leads from before the cohort months": "leads anteriores a los meses de cohorte",
    "targets of a metric that is not known": "objetivos de una métrica desconocida",
    "targets of a period that cannot be read": "objetivos de un periodo que no se puede leer",
    "targets of 0 or less, in another currency, or signed twice": (
        "objetivos de 0 o menos, en otra moneda o firmados dos veces"
    ),
    "series of spend that hardly move": "series de inversión que casi no se mueven",
    "without a whole period under observation": "sin ninguna semana completa observada",
    "in groups too small to compare": "en grupos demasiado pequeños para compararlos",
    "leads without an account": "leads sin cuenta",
    "ended before it could be seen": "terminados antes de que se pudieran ver",
    "later wins without a date, counted with the first": "negocios ganados después, sin fecha, "
    "contados con el primero",
    "deals won before the first touch": "negocios ganados antes de la primera interacción",
    "open deals of leads without a touch": "negocios abiertos de leads sin interacción",
    "open deals without an amount, taken at the mean of those won": "negocios abiertos sin "
    "importe, tomados por la media de los ganados",
    "spend rows without a region or an objective": "filas de inversión sin región u objetivo",
    "leads without a region": "leads sin región",
    "opportunities without a region": "oportunidades sin región",
    "leads of regions without spend": "leads de regiones sin inversión",
    "opportunities of regions without spend": "oportunidades de regiones sin inversión",
    "deals without a region that has spend": "negocios sin una región que tenga inversión",
    "deals without a date": "negocios sin fecha",
    "deals outside the weeks with spend": "negocios fuera de las semanas con inversión",
    "touches of internal leads": "interacciones de leads internos",
    "opportunities from before closings were recorded": "oportunidades de antes de que se "
    "registraran los cierres",
    "between learning and trying": "entre aprender y probar",
    "leads without a verdict": "leads sin veredicto",
    "touches of campaigns without an appeal": "interacciones de campañas sin tono",
    "experiments that could not be used": "experimentos que no se pudieron usar",
    "touches of campaigns of mixed appeal": "interacciones de campañas de tono mixto",
    "weeks cut off at the beginning or the end": "semanas quitadas al principio o al final",
    "drivers active in too few weeks": "actividades con muy pocas semanas activas",
    "rows of spend spread over more than a week": "filas de inversión repartidas en más de una "
    "semana",
    "won opportunities without an amount, counted as 0": "oportunidades ganadas sin importe, "
    "contadas como 0",
    "opportunities without a creation date": "oportunidades sin fecha de creación",
    "opportunities that ended without a date": "oportunidades terminadas sin fecha",
    "opportunities that ended before they were created": "oportunidades terminadas antes de su "
    "creación",
    "opportunities that ended before closings were recorded": "oportunidades terminadas antes de "
    "que se registraran los cierres",
    "ended at the moment it began": "terminados en el momento de empezar",
    "ends without a start": "finales sin inicio",
    "never reached the start": "sin llegar nunca al inicio",
    "reached the start again": "que llegaron otra vez al inicio",
    "revived after a loss": "retomados tras una pérdida",
}


def reason(key: str, language: Language) -> str:
    """Say why rows were left out, from the stable English key that an analysis gives.

    A key that is not known here is shown as it is, in both languages.
    """
    if key in _TOUCHES:
        words = f"touches {key}" if language == "en" else f"interacciones {_TOUCHES[key]}"
    else:
        words = key if language == "en" else _OTHERS.get(key, key)
    return words[:1].upper() + words[1:]
