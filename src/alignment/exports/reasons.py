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
NO_PERIOD = Text(
    en="it is no year, quarter or month: write 2027, 2027-Q1 or 2027-01",
    es="no es un año, un trimestre ni un mes: escribe 2027, 2027-T1 o 2027-01",
)
SIGNED_TWICE = Text(
    en="the same period, team and metric is signed with another number too: keep one of them",
    es="el mismo periodo, área y métrica se firma también con otro número: deja solo uno",
)
UNLIKE_HOURS = Text(
    en="the same team and week stands with other hours too: keep one of them",
    es="la misma área y semana consta también con otras horas: deja solo una",
)
UNLIKE_ARMS = Text(
    en="the same unit stands in another arm of the experiment too: keep one of them",
    es="la misma unidad consta también en otro grupo del experimento: deja solo uno",
)
# Why a row goes into another one that is kept.
SAME_RECORD = Text(
    en="another row of the same record is kept: the last modified, where that is known",
    es="se conserva otra fila del mismo registro: la última modificada, si se sabe",
)
SAME_FILE = Text(en="the file repeats another one", es="el archivo repite otro")
SAME_PERSON = Text(
    en="another record of the same person, by the e-mail, is kept",
    es="se conserva otro registro de la misma persona, según el correo",
)
SAME_COMPANY = Text(
    en="another record of the same company is kept, and takes from this one what it lacks",
    es="se conserva otro registro de la misma empresa, que toma de este lo que le falta",
)
MERGED_RECORD = Text(
    en="the system itself merged this record into another one",
    es="el propio sistema fusionó este registro con otro",
)
SAME_AS_RECORD = Text(
    en="a row without an id that names the same as one record with an id",
    es="una fila sin identificador que nombra lo mismo que un registro que sí lo lleva",
)
SAME_ENTRY = Text(
    en="the same entry into a stage stands in another row",
    es="la misma entrada en una etapa está en otra fila",
)
SAME_STAGE = Text(
    en="it repeats the stage that the deal is in",
    es="repite la etapa en la que está el negocio",
)
SAME_ROLE = Text(
    en="the same person stands on the same deal in another row",
    es="la misma persona está en el mismo negocio en otra fila",
)
SAME_PERIOD = Text(
    en="another report says more of the same campaign and period",
    es="otro informe dice más de la misma campaña y el mismo periodo",
)
OTHER_GUEST = Text(
    en="the same meeting, written once more for another guest",
    es="la misma reunión, anotada otra vez para otro invitado",
)
MERGER = Text(
    en="it says that other leads were merged into one, which is followed",
    es="dice que otros leads se fusionaron en uno, y así se hace",
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
