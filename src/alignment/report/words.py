"""The words of the report's own frame, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from alignment.text import Text

WORDS: Mapping[str, Text] = {
    "title": Text(
        en="How marketing and sales win together", es="Cómo ganan juntos marketing y ventas"
    ),
    "kicker": Text(en="Report for leadership", es="Informe para dirección"),
    "whose": Text(
        en="From the exports in “{folder}”, as of {as_of}. Closings are visible from "
        "{observed_from} on.",
        es="Según las exportaciones de «{folder}», al {as_of}. Los cierres se ven desde el "
        "{observed_from}.",
    ),
    "skip": Text(en="Skip to the content", es="Ir al contenido"),
    "other_language": Text(en="Español", es="English"),
    "home": Text(en="Summary", es="Resumen"),
    "previous": Text(en="Previous", es="Anterior"),
    "next": Text(en="Next", es="Siguiente"),
    "between_pages": Text(en="Previous and next page", es="Página anterior y siguiente"),
    "main_menu": Text(en="Report", es="Informe"),
    "headlines": Text(en="What we found", es="Lo que encontramos"),
    "no_headlines": Text(
        en="None of the main questions can be answered from these exports yet; below stands what "
        "is missing.",
        es="Estas exportaciones todavía no permiten responder ninguna de las preguntas "
        "principales; abajo se dice qué falta.",
    ),
    "in_the_page": Text(en="in the HTML page.", es="en la página HTML."),
    "more_rows": Text(
        en="… {count} more rows in the HTML page", es="… {count} filas más en la página HTML"
    ),
    "held_back": Text(
        en="Left out of this page for that reason; the notebook holds them:",
        es="Fuera de esta página por ese motivo; el cuaderno los conserva:",
    ),
    "inconclusive": Text(en="Not clear yet", es="Aún no está claro"),
    "unmeasured": Text(en="What cannot be measured yet", es="Lo que todavía no se puede medir"),
    "pages": Text(en="One page a question", es="Una página por pregunta"),
    "data": Text(en="The data behind this", es="Los datos detrás"),
    "rows_read": Text(en="rows read", es="filas leídas"),
    "rows_kept": Text(en="kept", es="conservadas"),
    "rows_merged": Text(en="merged as duplicates", es="duplicadas, unidas"),
    "rows_set_aside": Text(en="set aside", es="apartadas"),
    "adds_up": Text(
        en="Every row read is kept, merged or set aside with its reason; nothing is lost in "
        "silence.",
        es="Cada fila leída se conserva, se une o se aparta con su motivo; nada se pierde en "
        "silencio.",
    ),
    "by_file": Text(en="File by file", es="Archivo por archivo"),
    "file": Text(en="File", es="Archivo"),
    "system": Text(en="System", es="Sistema"),
    "table": Text(en="Table", es="Tabla"),
    "read": Text(en="Read", es="Leídas"),
    "kept": Text(en="Kept", es="Conservadas"),
    "merged": Text(en="Merged", es="Unidas"),
    "set_aside": Text(en="Set aside", es="Apartadas"),
    "noticed": Text(en="What we noticed in the files", es="Lo que notamos en los archivos"),
    "method": Text(en="How to read this, and its limits", es="Cómo leerlo, y sus límites"),
    "glossary": Text(en="Glossary", es="Glosario"),
    "footer": Text(
        en="Data as of {as_of} · alignment {version} · data fingerprint {fingerprint}",
        es="Datos al {as_of} · alignment {version} · huella de los datos {fingerprint}",
    ),
    "local": Text(
        en="Made on this computer; nothing was sent anywhere.",
        es="Hecho localmente; no se envió nada a ninguna parte.",
    ),
}

# Canonical tables, as the list of files names them.
TABLES: Mapping[str, Text] = {
    "accounts": Text(en="accounts", es="cuentas"),
    "campaigns": Text(en="campaigns", es="campañas"),
    "capacity": Text(en="capacity", es="capacidad"),
    "contact_roles": Text(en="contacts of deals", es="contactos de negocios"),
    "exchange_rates": Text(en="exchange rates", es="tipos de cambio"),
    "experiments": Text(en="experiments", es="experimentos"),
    "goals": Text(en="goals", es="objetivos"),
    "holidays": Text(en="holidays", es="festivos"),
    "lead_stages": Text(en="stages of leads", es="etapas de leads"),
    "leads": Text(en="leads", es="leads"),
    "opportunities": Text(en="opportunities", es="oportunidades"),
    "opportunity_stages": Text(en="stages of deals", es="etapas de negocios"),
    "spend": Text(en="spend", es="inversión"),
    "touches": Text(en="touches", es="interacciones"),
    "users": Text(en="users", es="usuarios"),
}

LIMITS: tuple[Text, ...] = (
    Text(
        en="A range such as “8% to 10%” holds the values that the data are compatible with. When "
        "it is too wide to say anything, the report says so instead of choosing a number.",
        es="Un rango como «entre 8 % y 10 %» contiene los valores compatibles con los datos. "
        "Cuando es demasiado ancho para decir algo, el informe lo dice en vez de elegir un número.",
    ),
    Text(
        en="Credit divides the value won among those who took part. It does not prove what would "
        "have happened without them; only an experiment can.",
        es="El crédito reparte el valor ganado entre quienes participaron. No prueba qué habría "
        "pasado sin ellos; eso solo lo muestra un experimento.",
    ),
    Text(
        en="Late entry: what began before closings were recorded counts only from the day on which "
        "they were, since its earlier end would not have been seen.",
        es="Entrada tardía: lo que empezó antes de que se registraran los cierres cuenta solo "
        "desde "
        "ese día, pues un final anterior no se habría visto.",
    ),
    Text(
        en="Two clocks: one page counts from the creation of the lead, another from the first "
        "touch that the firm made; their shares and days are not to be compared.",
        es="Dos relojes: una página cuenta desde la creación del lead y otra desde la primera "
        "interacción que hizo la empresa; sus proporciones y días no se comparan entre sí.",
    ),
    Text(
        en="Ties: deals that end on the same day count as ending together; a touch on the very day "
        "of the closing, whose order nobody recorded, is left out.",
        es="Empates: los negocios que terminan el mismo día cuentan como terminados a la vez; una "
        "interacción del mismo día del cierre, cuyo orden nadie registró, se deja fuera.",
    ),
    Text(
        en="Leads that are still open count as open: they are neither lost nor ignored.",
        es="Los leads que siguen abiertos cuentan como abiertos: ni perdidos ni ignorados.",
    ),
    Text(
        en="What nobody recorded cannot be seen here: a conversation at a fair, a recommendation, "
        "an advertisement remembered.",
        es="Lo que nadie registró no se ve aquí: una charla en una feria, una recomendación, un "
        "anuncio que alguien recordó.",
    ),
)
