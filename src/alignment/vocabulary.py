"""The words for what the tables name by code: teams, ends, models, steps, tables."""

from __future__ import annotations

from collections.abc import Mapping

from alignment.text import Text

TEAMS: Mapping[str, Text] = {
    "marketing": Text(en="marketing", es="marketing"),
    "sales": Text(en="sales", es="ventas"),
    "both": Text(en="both", es="ambas"),
}
ENDS: Mapping[str, Text] = {
    "won": Text(en="won", es="ganados"),
    "lost": Text(en="lost", es="perdidos"),
    "open": Text(en="still open", es="aún abiertos"),
}
STARTS: Mapping[str, Text] = {
    "lead": Text(en="leads", es="leads"),
    "opportunity": Text(en="opportunities", es="oportunidades"),
    "account": Text(en="accounts", es="cuentas"),
}
MATCHES: Mapping[str, Text] = {
    "spend and credit": Text(en="spend and credit", es="inversión y crédito"),
    "spend only": Text(en="spend, no credit", es="inversión sin crédito"),
    "credit only": Text(en="credit, no spend", es="crédito sin inversión"),
    "no touch": Text(en="no touch", es="sin interacción"),
}
TOUCHED_BY: Mapping[str, Text] = {
    "nobody": Text(en="nobody", es="nadie"),
    "only marketing": Text(en="only marketing", es="solo marketing"),
    "only sales": Text(en="only sales", es="solo ventas"),
    "both": Text(en="both teams", es="ambas áreas"),
}
# Channels that the library names itself; a name from the data stays as it is.
CHANNELS: Mapping[str, Text] = {
    "Call": Text(en="Call", es="Llamada"),
    "Campaign": Text(en="Campaign", es="Campaña"),
    "Direct Traffic": Text(en="Direct traffic", es="Tráfico directo"),
    "Event": Text(en="Event", es="Evento"),
    "Marketing e-mail": Text(en="Marketing e-mail", es="Correo de marketing"),
    "Meeting": Text(en="Meeting", es="Reunión"),
    "Nurture": Text(en="Nurture", es="Nutrición"),
    "Offline Sources": Text(en="Offline sources", es="Fuentes sin conexión"),
    "Organic Search": Text(en="Organic search", es="Búsqueda orgánica"),
    "Paid Search": Text(en="Paid search", es="Búsqueda de pago"),
    "Paid Social": Text(en="Paid social", es="Redes sociales de pago"),
    "Referral": Text(en="Referral", es="Referidos"),
    "Retargeting": Text(en="Retargeting", es="Retargeting"),
    "Sales e-mail": Text(en="Sales e-mail", es="Correo de ventas"),
    "Trade Show": Text(en="Trade show", es="Feria"),
    "Webinar": Text(en="Webinar", es="Seminario web"),
    "Website": Text(en="Website", es="Sitio web"),
}
KEYS: Mapping[str, Text] = {
    **TEAMS,
    **CHANNELS,
    "(no touch recorded)": Text(en="(no touch recorded)", es="(sin interacción registrada)"),
    "(no campaign)": Text(en="(no campaign)", es="(sin campaña)"),
    "(lost again)": Text(en="(lost again)", es="(perdido después)"),
    "(missing)": Text(en="(not recorded)", es="(sin dato)"),
    "all": Text(en="all", es="todos"),
    "(no touch before the start)": Text(
        en="(no touch before the start)", es="(sin interacción antes del inicio)"
    ),
    "brand": Text(en="brand", es="marca"),
    "activation": Text(en="activation", es="activación"),
    "(no objective)": Text(en="(no objective)", es="(sin objetivo)"),
}
# Systems that write exports, by the names that their modules have.
SYSTEMS: Mapping[str, Text] = {
    "dynamics": Text.same("Dynamics 365"),
    "ga4": Text.same("GA4"),
    "google_ads": Text.same("Google Ads"),
    "hubspot": Text.same("HubSpot"),
    "linkedin_ads": Text.same("LinkedIn Ads"),
    "mailchimp": Text.same("Mailchimp"),
    "mapping": Text(en="your mapping.toml", es="tu mapping.toml"),
    "marketo": Text.same("Marketo"),
    "meta_ads": Text.same("Meta Ads"),
    "microsoft_ads": Text.same("Microsoft Advertising"),
    "not recognised": Text(en="not recognised", es="no reconocido"),
    "not read": Text(en="not read", es="no leído"),
    "own tables": Text(en="your own table", es="tabla propia"),
    "pipedrive": Text.same("Pipedrive"),
    "salesforce": Text.same("Salesforce"),
    "zoho": Text.same("Zoho CRM"),
}
EVENTS: Mapping[str, Text] = {
    "leads": Text(en="Leads created", es="Leads creados"),
    "opportunities": Text(en="Opportunities created", es="Oportunidades creadas"),
    "closings": Text(en="Deals closed", es="Negocios cerrados"),
    "marketing": Text(en="Marketing touches", es="Interacciones de marketing"),
    "sales": Text(en="Sales touches", es="Interacciones de ventas"),
    "buyer": Text(en="What the buyer did", es="Lo que hizo el comprador"),
    "spend": Text(en="Spend rows", es="Filas de inversión"),
}
STEPS: Mapping[str, Text] = {
    "won": Text(en="won deals", es="negocios ganados"),
    "lead": Text(en="with a known lead", es="con lead conocido"),
    "touch": Text(en="with a touch before the close", es="con interacción antes del cierre"),
    "marketing": Text(en="touched by marketing", es="con interacción de marketing"),
    "sales": Text(en="touched by sales", es="con interacción de ventas"),
    "both": Text(en="touched by both", es="con interacción de ambas"),
}

FUNNEL: Mapping[str, Text] = {
    "lead": Text(en="Leads", es="Leads"),
    "mql": Text(en="Handed over (MQL)", es="Entregados (MQL)"),
    "working": Text(en="Being worked", es="En trabajo"),
    "sal": Text(en="Accepted (SAL)", es="Aceptados (SAL)"),
    "sql": Text(en="Qualified (SQL)", es="Calificados (SQL)"),
    "opportunity": Text(en="Opportunity", es="Oportunidad"),
    "won": Text(en="Won", es="Ganados"),
    "disqualified": Text(en="Rejected", es="Rechazados"),
    "recycled": Text(en="Recycled", es="Reciclados"),
    "customer": Text(en="Customer", es="Cliente"),
}
VERDICTS: Mapping[str, Text] = {
    "accepted": Text(en="accepted", es="aceptados"),
    "rejected": Text(en="rejected", es="rechazados"),
    "recycled": Text(en="recycled", es="reciclados"),
    "none": Text(en="no verdict", es="sin veredicto"),
}
# When a quarter of first touches was won, and how old a win's first touch is.
WHEN_WON: Mapping[str, Text] = {
    "same quarter": Text(en="same quarter", es="mismo trimestre"),
    "+1": Text(en="one later", es="uno después"),
    "+2": Text(en="two later", es="dos después"),
    "+3": Text(en="three later", es="tres después"),
    "later": Text(en="later still", es="más tarde"),
}
AGES: Mapping[str, Text] = {
    "0-13 weeks": Text(en="up to 13 weeks", es="hasta 13 semanas"),
    "14-26 weeks": Text(en="14 to 26 weeks", es="14 a 26 semanas"),
    "27-52 weeks": Text(en="27 to 52 weeks", es="27 a 52 semanas"),
    "over 52 weeks": Text(en="over a year", es="más de un año"),
    "(no touch recorded)": KEYS["(no touch recorded)"],
}
DIMENSIONS: Mapping[str, Text] = {
    "all": Text(en="all", es="todos"),
    "load": Text(en="load of the week", es="carga de la semana"),
    "region": Text(en="region", es="región"),
    "segment": Text(en="segment", es="segmento"),
    "channel": Text(en="channel", es="canal"),
    "industry": Text(en="industry", es="industria"),
    "owner": Text(en="owner", es="dueño"),
    "owner_id": Text(en="owner", es="dueño"),
    "country": Text(en="country", es="país"),
    "first_team": Text(en="team of first touch", es="área de la primera interacción"),
    "cohort": Text(en="quarter", es="trimestre"),
    "cohort by month": Text(en="month", es="mes"),
    "labels": Text(en="group", es="grupo"),
}
LOADS: Mapping[str, Text] = {
    "quiet week": Text(en="Quiet week", es="Semana tranquila"),
    "usual week": Text(en="Usual week", es="Semana habitual"),
    "busy week": Text(en="Busy week", es="Semana cargada"),
}
SPEED_ESTIMATES: Mapping[str, Text] = {
    "naive": Text(en="As it stands", es="Tal cual"),
    "adjusted": Text(en="Warmth held equal", es="A igual interés"),
    "hour of the handoff": Text(en="By hour of the handoff", es="Por hora de entrega"),
}
RELAY_RULES: Mapping[str, Text] = {
    "accepted before any touch of sales": Text(
        en="Accepted before any touch of sales", es="Aceptado antes de toda interacción de ventas"
    ),
    "qualified without being handed over": Text(
        en="Qualified without being handed over", es="Calificado sin haber sido entregado"
    ),
    "qualified without being accepted": Text(
        en="Qualified without being accepted", es="Calificado sin haber sido aceptado"
    ),
    "handed over and accepted by one user": Text(
        en="Handed over and accepted by one user", es="Entregado y aceptado por el mismo usuario"
    ),
}
# Sharing: the links of the chain, what two systems say, what each team knows, the boundaries.
LINKS: Mapping[str, Text] = {
    "touch to campaign": Text(
        en="Marketing's touch has its campaign", es="La interacción de marketing tiene campaña"
    ),
    "campaign to lead": Text(
        en="The campaign's touch has its lead", es="La interacción de campaña tiene lead"
    ),
    "deal to lead": Text(en="The deal has its lead", es="El negocio tiene lead"),
    "outcome to reason": Text(
        en="The refusal has a usable reason", es="El rechazo tiene un motivo útil"
    ),
    "whole": Text(en="The whole chain", es="La cadena completa"),
}
REFUSALS: Mapping[str, Text] = {
    "rejected leads": Text(en="rejected leads", es="leads rechazados"),
    "recycled leads": Text(en="recycled leads", es="leads reciclados"),
    "lost deals": Text(en="lost deals", es="negocios perdidos"),
}
THINGS: Mapping[str, Text] = {
    "stage": Text(en="stage", es="etapa"),
    "source": Text(en="source", es="origen"),
    "amount": Text(en="amount", es="importe"),
}
AGREEMENT_MEASURES: Mapping[str, Text] = {
    "kappa": Text(en="kappa", es="kappa"),
    "rank correlation": Text(en="rank correlation", es="correlación por rangos"),
}
KNOWLEDGE: Mapping[str, Text] = {
    "marketing": Text(en="what marketing knows", es="lo que sabe marketing"),
    "sales": Text(en="what sales knows", es="lo que sabe ventas"),
    "together": Text(en="what both know", es="lo que saben ambas"),
}
KNOWN_COLUMNS: Mapping[str, Text] = {
    "channel": Text(en="channel", es="canal"),
    "score": Text(en="score at the handoff", es="puntaje al entregar"),
    "marketing touches": Text(en="touches of marketing", es="interacciones de marketing"),
    "answers to marketing": Text(en="answers to marketing", es="respuestas a marketing"),
    "sales touches": Text(en="touches of sales", es="interacciones de ventas"),
    "calls of the buyer": Text(en="calls of the buyer", es="llamadas del comprador"),
    "verdict of sales": Text(en="verdict of sales", es="veredicto de ventas"),
    "segment": Text(en="segment", es="segmento"),
    "industry": Text(en="industry", es="industria"),
    "region": Text(en="region", es="región"),
    "country": Text(en="country", es="país"),
}
PHASES: Mapping[str, Text] = {
    "before the handoff": Text(en="before the handoff", es="antes de la entrega"),
    "after the handoff": Text(en="after the handoff", es="después de la entrega"),
    "on a deal": Text(en="on a deal", es="en un negocio"),
}
TOUCH_KINDS: Mapping[str, Text] = {
    "all": Text(en="any of them", es="cualquiera"),
    "ad_click": Text(en="ad click", es="clic en anuncio"),
    "call": Text(en="call", es="llamada"),
    "email": Text(en="e-mail", es="correo"),
    "event": Text(en="event", es="evento"),
    "form": Text(en="form", es="formulario"),
    "meeting": Text(en="meeting", es="reunión"),
    "nurture": Text(en="nurture", es="nutrición"),
    "retargeting": Text(en="retargeting", es="retargeting"),
}
TONE_HORIZONS: Mapping[str, Text] = {
    "answer": Text(en="Answers within 7 days", es="Responde en 7 días"),
    "opportunity, first 90 days": Text(
        en="Opportunity within 90 days", es="Oportunidad en 90 días"
    ),
    "won, first 90 days": Text(en="Won within 90 days", es="Ganado en 90 días"),
    "won, days 91 to 365": Text(en="Won from day 91 to 365", es="Ganado del día 91 al 365"),
}
MATURITY: Mapping[str, Text] = {
    "undefined": Text(en="undefined", es="indefinida"),
    "defined": Text(en="defined", es="definida"),
    "aligned": Text(en="aligned", es="alineada"),
    "integrated": Text(en="integrated", es="integrada"),
}
MATURITY_FACTS: Mapping[str, Text] = {
    "deals are tied to the leads they came from": Text(
        en="Deals are tied to the leads they came from",
        es="Los negocios están ligados al lead del que vienen",
    ),
    "the handoff is written down with its date": Text(
        en="The handoff is written down with its date", es="La entrega queda anotada con su fecha"
    ),
    "two systems name the same stage for the same lead": Text(
        en="Two systems name the same stage for the same lead (kappa)",
        es="Dos sistemas nombran la misma etapa para el mismo lead (kappa)",
    ),
    "sales answers the leads handed over within 30 days": Text(
        en="Sales answers the leads handed over within 30 days",
        es="Ventas responde en 30 días a los leads entregados",
    ),
    "what happens finds its way back to the campaign": Text(
        en="What happens finds its way back to the campaign (whole chain)",
        es="Lo que pasa vuelve a la campaña (cadena completa)",
    ),
    "both teams have goals for the same period": Text(
        en="Both teams have goals for the same period",
        es="Ambas áreas tienen objetivos para el mismo periodo",
    ),
    "there is a goal that both teams signed": Text(
        en="There is a goal that both teams signed", es="Hay un objetivo que firmaron ambas áreas"
    ),
    "joining what both teams know adds nothing more": Text(
        en="Joining what both teams know adds nothing more (gain)",
        es="Juntar lo que saben ambas áreas ya no añade nada (ganancia)",
    ),
}
MATURITY_SOURCES: Mapping[str, Text] = {
    "agreement of systems: kappa of the stage": Text(
        en="agreement of the systems", es="acuerdo de los sistemas"
    ),
    "chain: product of the links": Text(en="chain of links", es="cadena de eslabones"),
    "value of shared knowledge": Text(
        en="value of shared knowledge", es="valor del conocimiento compartido"
    ),
}
SEEN: Mapping[str, Text] = {
    "True": Text(en="yes", es="sí"),
    "False": Text(en="no", es="no"),
    "None": Text(en="cannot be seen", es="no se puede ver"),
}
HAZARD_TERMS: Mapping[str, Text] = {
    "age": Text(en="weeks since the start", es="semanas desde el inicio"),
    "group": Text(en="group", es="grupo"),
    "quarter": Text(en="quarter", es="trimestre"),
    "quarter end": Text(en="end of a quarter", es="fin de trimestre"),
    "marketing touch": Text(en="marketing touch", es="interacción de marketing"),
    "sales touch": Text(en="sales touch", es="interacción de ventas"),
}
HAZARD_LEVELS: Mapping[str, Text] = {
    "lately": Text(en="in the last weeks", es="en las últimas semanas"),
    "not lately": Text(en="none lately", es="ninguno últimamente"),
    "yes": Text(en="yes", es="sí"),
    "no": Text(en="no", es="no"),
    **{f"Q{n}": Text(en=f"Q{n}", es=f"T{n}") for n in range(1, 5)},
}
# What a cohort, and the age of a cohort, is counted in.
PERIODS: Mapping[str, Text] = {
    "quarter": Text(en="quarters", es="trimestres"),
    "month": Text(en="months", es="meses"),
}
CELLS: Mapping[str, Text] = {
    "whole": Text(en="yes", es="sí"),
    "partial": Text(en="in part", es="en parte"),
    "missing": Text(en="no", es="no"),
}

# What goals.csv counts, what moves the chance of a goal, and what an agreement says.
GOAL_METRICS: Mapping[str, Text] = {
    "lead": Text(en="leads", es="leads"),
    "mql": Text(en="leads handed over", es="leads entregados"),
    "accepted": Text(en="accepted leads", es="leads aceptados"),
    "sql": Text(en="qualified leads", es="leads calificados"),
    "opportunity": Text(en="opportunities", es="oportunidades"),
    "won": Text(en="wins", es="negocios ganados"),
    "revenue": Text(en="revenue", es="ingresos"),
}
GOAL_STEPS: Mapping[str, Text] = {
    "lead": Text(en="Lead", es="Lead"),
    "accepted": Text(en="Accepted", es="Aceptado"),
    "opportunity": Text(en="Opportunity", es="Oportunidad"),
    "won": Text(en="Won", es="Ganado"),
}
LEVERS: Mapping[str, Text] = {
    "leads": Text(en="A tenth more leads", es="10 % más leads"),
    "opportunity": Text(
        en="A tenth more leads become opportunities",
        es="10 % más leads llegan a oportunidad",
    ),
    "win": Text(en="A tenth more opportunities are won", es="Se ganan 10 % más oportunidades"),
    "value": Text(en="Wins a tenth larger", es="Negocios ganados 10 % mayores"),
    "speed": Text(en="Each step a tenth faster", es="Cada paso 10 % más rápido"),
    "hours": Text(en="A tenth more hours of sales", es="10 % más horas de ventas"),
}
LINES: Mapping[str, Text] = {
    "revenue": Text(en="Revenue won in the period", es="Ingresos ganados en el periodo"),
    "accepted_leads": Text(
        en="Leads that sales accepts, in all", es="Leads que ventas acepta, en total"
    ),
    "acceptance_share": Text(
        en="Leads handed over that sales accepts", es="Leads entregados que ventas acepta"
    ),
    "context_share": Text(
        en="Leads handed over with channel and campaign",
        es="Leads entregados con canal y campaña",
    ),
    "brand_share": Text(en="Spend that goes to brand", es="Inversión que va a marca"),
    "first_touch_share": Text(
        en="Leads touched in time by sales", es="Leads contactados a tiempo por ventas"
    ),
    "verdict_share": Text(en="Leads with a verdict in time", es="Leads con veredicto a tiempo"),
    "reason_share": Text(
        en="Lost deals with a usable reason", es="Negocios perdidos con un motivo útil"
    ),
    "sales_hours": Text(en="Hours of sales a week", es="Horas de ventas por semana"),
    "chain_share": Text(
        en="From touch to usable reason, all links together (ISI)",
        es="De la interacción al motivo útil, toda la cadena (ISI)",
    ),
    "review": Text(
        en="Review together every month, on the same data",
        es="Revisión conjunta cada mes, sobre los mismos datos",
    ),
}
KEPT: Mapping[str, Text] = {
    "kept": Text(en="kept", es="cumplida"),
    "missed": Text(en="missed", es="no cumplida"),
    "not measurable": Text(en="not measurable", es="no medible"),
}

# Rows of the weekly model that are no channel, its horizons, and its checks.
DRIVERS: Mapping[str, Text] = {
    "all marketing": Text(en="All marketing", es="Todo marketing"),
    "all brand": Text(en="All brand", es="Toda la marca"),
    "all sales": Text(en="All sales", es="Todo ventas"),
    "sales effort": Text(en="Sales effort, new accounts", es="Ventas, cuentas nuevas"),
    "sales effort on open deals": Text(
        en="Sales effort, open deals", es="Ventas, negocios abiertos"
    ),
}
HORIZONS: Mapping[str, Text] = {
    "short": Text(en="weeks 1–13", es="semanas 1–13"),
    "long": Text(en="weeks 14–52", es="semanas 14–52"),
    "year": Text(en="the year", es="el año"),
    "tail": Text(en="weeks 53–156", es="semanas 53–156"),
}
# What the data made of an effect of the weekly model: whether it is believed, its checks say.
ADDED: Mapping[str, Text] = {
    "told": Text(en="the data added to it", es="los datos aportaron"),
    "cannot tell": Text(en="mostly the assumption", es="sobre todo el supuesto"),
}
TELLINGS: Mapping[str, Text] = {
    "cannot tell": Text(en="cannot be told", es="no se puede decir"),
    "present": Text(en="there is one", es="lo hay"),
    "absent": Text(en="there is none", es="no lo hay"),
}
EVIDENCE: Mapping[str, Text] = {
    "A": Text(en="A · experiment", es="A · experimento"),
    "B": Text(en="B · regions compared", es="B · regiones comparadas"),
    "C": Text(en="C · weekly series", es="C · series semanales"),
    "D": Text(en="D · assumption", es="D · supuesto"),
    "none": Text(
        en="none: the model has not passed its checks",
        es="ninguna: el modelo no ha pasado sus pruebas",
    ),
}
MODEL_CHECKS: Mapping[str, Text] = {
    "history": Text(
        en="brand moved apart from the rest", es="la marca se movió aparte de lo demás"
    ),
    "placebo channel": Text(
        en="beats shuffled copies of itself", es="supera a copias barajadas de sí mismo"
    ),
    "placebo claim": Text(en="no slow stock in shuffled brand", es="sin capital en marca barajada"),
    "placebo date": Text(en="beats activity yet to come", es="supera a la actividad aún por venir"),
    "shifted window": Text(
        en="the first and the last weeks agree", es="las primeras y las últimas semanas concuerdan"
    ),
    "forecast": Text(
        en="forecast beats the year before", es="el pronóstico supera al año anterior"
    ),
    "forecast interval": Text(
        en="forecast intervals hold", es="los intervalos del pronóstico aciertan"
    ),
    "predictive": Text(en="what is left looks like noise", es="lo que sobra parece ruido"),
    "chains": Text(en="chains agree", es="las cadenas concuerdan"),
}
CHECK_SUBJECTS: Mapping[str, Text] = {
    **DRIVERS,
    "26 weeks": Text(en="26 weeks later", es="26 semanas después"),
    "39 weeks": Text(en="39 weeks later", es="39 semanas después"),
    "last weeks": Text(en="last quarters", es="últimos trimestres"),
    "autocorrelation of neighbouring weeks": Text(en="neighbouring weeks", es="semanas vecinas"),
    "largest week": Text(en="largest week", es="semana mayor"),
    "skewness": Text(en="skewness", es="asimetría"),
    "effect in the year": Text(en="effect in the year", es="efecto en el año"),
}
LOSSES: Mapping[str, Text] = {
    "loss in the first quarter": Text(
        en="Lost in the first quarter", es="Perdido en el primer trimestre"
    ),
    "loss in the year": Text(en="Lost in the year", es="Perdido en el año"),
    "loss in all": Text(en="Lost within three years", es="Perdido en tres años"),
    "share in the first quarter": Text(
        en="Part of it lost in the first quarter", es="Parte perdida en el primer trimestre"
    ),
    "half of the year's last loss": Text(
        en="Weeks to half of the full weekly loss", es="Semanas hasta media pérdida semanal plena"
    ),
}


def word(words: Mapping[str, Text], code: object) -> Text:
    """Return the words for a code; a name from the data that has none stays as it is."""
    return words.get(str(code)) or Text.same(str(code))


def quarter(code: object) -> Text:
    """Write a quarter such as ``2026Q2`` as “Q2 2026” and “T2 2026”."""
    year, _, number = str(code).partition("Q")
    return Text(en="Q{n} {y}", es="T{n} {y}").format(n=number, y=year)


def cohort(code: object) -> Text:
    """Write a cohort: a quarter as :func:`quarter` does, a month such as ``2026-05`` as it is."""
    return quarter(code) if "Q" in str(code) else Text.same(str(code))


def period(name: str) -> Text:
    """Write a period of a forecast: “Q4 2026”, “T4 2026”; any other as it is."""
    return quarter(name.replace("-", "")) if "Q" in name else Text.same(name)


def driver(name: str) -> Text:
    """Write a driver of the weekly model: “Paid search (brand)”, “Todo marketing”."""
    channel, bracket, objective = name.rpartition(" (")
    if bracket and objective.rstrip(")") in ("brand", "activation"):
        return Text(en="{c} ({o})", es="{c} ({o})").format(
            c=word(KEYS, channel), o=KEYS[objective.rstrip(")")]
        )
    return DRIVERS.get(name) or word(KEYS, name)
