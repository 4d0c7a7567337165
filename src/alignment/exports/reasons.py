"""Why a row is set aside, in both languages; each reason that several modules share, once."""

from __future__ import annotations

from alignment.text import Text

NO_ID = Text(en="it carries no id", es="no lleva identificador")
DELETED = Text(
    en="deleted in Salesforce (IsDeleted)",
    es="eliminado en Salesforce (IsDeleted)",
)
LONELY_CONTACT = Text(
    en="contact without a lead, a touch or a deal",
    es="contacto sin lead, sin interacciones y sin negocio",
)
UNDATED = Text(
    en="no date of creation and no touch to date it by",
    es="sin fecha de creación y sin interacción que la indique",
)
NO_OPPORTUNITY = Text(
    en="its opportunity is not in the exports",
    es="su oportunidad no está en las exportaciones",
)
NO_CONTACT = Text(
    en="its contact is not in the exports",
    es="su contacto no está en las exportaciones",
)
NO_LEAD = Text(
    en="its lead is not in the exports",
    es="su lead no está en las exportaciones",
)
NO_CAMPAIGN = Text(
    en="summary row: it names no campaign",
    es="fila de resumen: no nombra ninguna campaña",
)
NOT_DONE = Text(
    en="task not completed: nothing has happened yet",
    es="tarea no completada: aún no ha ocurrido nada",
)
OTHER_FIELD = Text(
    en="history of a field that is not the status",
    es="historial de un campo que no es el estado",
)
NO_LEAD_STAGE = Text(
    en="this status is no lead stage; [lead_stages] in mapping.toml can say which it is",
    es="este estado no es una etapa de lead; [lead_stages] en mapping.toml puede decir cuál es",
)
NOT_RECOGNISED = Text(
    en="the file was not recognised; mapping.toml can say what it is",
    es="el archivo no se reconoció; mapping.toml puede decir qué es",
)
UNREADABLE_DATE = Text(en="date cannot be read", es="la fecha no se puede leer")
RAGGED = Text(
    en="{count} cells where the header has {width}",
    es="{count} celdas donde el encabezado tiene {width}",
)
IMPLAUSIBLE_DATE = Text(
    en="date before 1990 or more than ten years after the export",
    es="fecha anterior a 1990 o más de diez años posterior a la exportación",
)
NO_LEVEL = Text(
    en="{column} is none of {levels}",
    es="{column} no es ninguno de {levels}",
)
BROKEN_RULES = {
    "not_nullable": Text(en="{column} is blank", es="{column} está en blanco"),
    "field_uniqueness": Text(en="{column} stands twice", es="{column} aparece dos veces"),
    "greater_than_or_equal_to": Text(en="{column} is below zero", es="{column} es menor que cero"),
    "greater_than": Text(en="{column} is not above zero", es="{column} no es mayor que cero"),
    "str_matches": Text(
        en="{column} is not a currency code", es="{column} no es un código de moneda"
    ),
}
BROKEN_RULE = Text(
    en="{column} breaks the rule {rule}",
    es="{column} incumple la regla {rule}",
)
