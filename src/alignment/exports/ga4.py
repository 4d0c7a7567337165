"""Google Analytics 4: reports, snapshots and explorations, which count visits and name no person.

A touch needs a person and a cost needs a campaign's bill: the aggregated rows of GA4 give neither.
They are recognised, so that nobody wonders where they went, and set aside with that reason.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.exports.candidates import Candidates, Context
from alignment.exports.profiles import Field, Profile
from alignment.text import Text

SYSTEM = "ga4"
NO_PERSON = Text(
    en="a sum over visits that names no person: it makes no touch, and no cost",
    es="una suma de visitas que no nombra a ninguna persona: no da contacto ni coste",
)
_DIMENSIONS = (
    *("Session primary channel group (Default Channel Group)", "Session default channel group"),
    *("Session primary channel group", "Session source / medium", "Session source/medium"),
    *("Session source", "Session medium", "Session campaign", "Session manual source"),
    *("First user primary channel group (Default Channel Group)", "First user source / medium"),
    *("First user default channel group", "First user primary channel group"),
    *("First user source", "First user medium", "First user campaign"),
    *("Default channel group", "Source / medium", "Landing page", "Landing page + query string"),
    *("Page path and screen class", "Page title and screen class", "Page title and screen name"),
    *("Event name", "Nth day", "Nth week", "Nth month", "App-instance ID", "Client ID"),
    *("Effective user ID", "Día N", "Semana N", "Mes N", "Nombre del evento"),
    *("Grupo de canales predeterminado de la sesión", "Fuente/medio de la sesión"),
    *("Fuente o medio de la sesión", "Fuente / medio de la sesión", "Fuente de la sesión"),
    *("Campaña de la sesión", "Grupo de canales principal de la sesión"),
    *("Primer grupo de canales predeterminado del usuario", "Página de destino"),
    *("Primer grupo de canales principal del usuario", "Primera fuente/medio del usuario"),
    *("Primera fuente del usuario", "Título de página y clase de pantalla"),
    *("Ruta de página y clase de pantalla", "ID de instancia de la aplicación"),
    *(
        f"{group} (Grupo de canales predeterminado)"
        for group in (
            "Grupo de canales principal de la sesión",
            "Grupo de canales principal del usuario",
            "Primer grupo de canales principal del usuario",
        )
    ),
    *("Page path", "Session Google Ads campaign", "First user Google Ads campaign"),
    *("Campaña de Google Ads de la sesión", "Medio de la sesión", "Origen de la sesión"),
    *("Origen/medio de la sesión", "Medio del primer usuario", "Fuente/medio del primer usuario"),
    *("Página de destino y cadena de consulta", "Fuente/medio", "Grupo de canales predeterminado"),
    "Título de página y nombre de pantalla",
)
_METRICS = (
    *("Sessions", "Engaged sessions", "New users", "Active users", "Total users", "Users"),
    *("Returning users", "Views", "Event count", "Key events", "Conversions", "Streams"),
    *("Average engagement time", "User engagement", "Engagement rate", "Purchase revenue"),
    *("Sesiones", "Sesiones con interacción", "Usuarios nuevos", "Nuevos usuarios"),
    *("Usuarios activos", "Usuarios totales", "Total de usuarios", "Usuarios", "Vistas"),
    *("Visualizaciones", "Número de eventos", "Recuento de eventos", "Eventos clave"),
    *("Conversiones", "Tasa de interacción", "Porcentaje de interacciones"),
)

PROFILES = (
    Profile(
        SYSTEM,
        "report",
        "visits",
        (
            Field("dimension", "text", _DIMENSIONS, required=True),
            Field("metric", "text", _METRICS, required=True),
        ),
        absent=("Cost", "Coste", "Costo", "Spend", "Email", "Correo electrónico", "Correo"),
        repeatable=("dimension", "metric"),
    ),
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Set the rows aside: no canonical table holds what they say."""
    for rows in objects.values():
        context.draft.set_aside(rows, NO_PERSON)
    return Candidates()
