"""The words of exports: channels, stages and statuses of deals, statuses of leads, deal types.

Each table is a default that ``mapping.toml`` overrides (``[stages]``, ``[lead_stages]``,
``[channels]``). Keys are compared without capitals, accents and punctuation.
"""

from __future__ import annotations

from collections.abc import Mapping

WON, LOST = "Closed Won", "Closed Lost"

# Spellings of one channel. Which spelling is shown is the data's own choice: the commonest among
# its leads and deals; the name here where the data has none.
CHANNELS: Mapping[str, tuple[str, ...]] = {
    "LinkedIn": ("li", "linkedin ads", "linkedin.com", "linkedin / paid social"),
    "Paid Search": (
        *("google ads", "adwords", "google adwords", "google / cpc", "google cpc", "cpc"),
        *("sem", "ppc", "busqueda pagada", "busqueda de pago"),
    ),
    "Paid Social": (
        *("facebook", "facebook ads", "fb", "instagram", "meta", "meta ads", "fb / paid"),
        *("social pagado", "redes sociales pagadas", "redes sociales de pago"),
    ),
    "Organic Search": ("seo", "google / organic", "busqueda organica"),
    "Webinar": ("webinario", "webinars", "seminario web"),
    "Trade Show": ("expo", "feria", "tradeshow", "trade shows", "feria comercial"),
    "Referral": ("referrals", "referido", "referidos", "recomendacion", "recomendaciones"),
    "Website": ("web", "web site", "sitio web", "pagina web"),
    "Direct": ("direct traffic", "(direct)", "trafico directo", "directo"),
    "Email": ("e-mail", "email marketing", "correo", "correo electronico"),
    "Microsoft Ads": ("microsoft advertising", "bing", "bing ads", "bing / cpc"),
}

# Stage names that mean the same, under Salesforce's own English names where it has one.
STAGES: Mapping[str, tuple[str, ...]] = {
    "Prospecting": ("prospecting", "prospeccion"),
    "Qualification": ("qualification", "calificacion", "cualificacion", "en calificacion"),
    "Needs Analysis": ("needs analysis", "analisis de necesidades", "discovery", "descubrimiento"),
    "Value Proposition": ("value proposition", "propuesta de valor"),
    "Id. Decision Makers": (
        "id decision makers",
        "id decision makers",
        "identificacion de decisores",
        "identificar responsables de decision",
    ),
    "Perception Analysis": ("perception analysis", "analisis de percepcion"),
    "Proposal/Price Quote": (
        "proposal price quote",
        "proposal quote",
        "proposal",
        "propuesta cotizacion",
        "propuesta presupuesto",
        "propuesta",
        "cotizacion",
        "presupuesto",
    ),
    "Demo": ("demo", "demonstration", "demostracion"),
    "Negotiation/Review": (
        "negotiation review",
        "negotiation",
        "negociacion revision",
        "negociacion",
    ),
    "Closed Won": (
        "closed won",
        "closedwon",
        "won",
        "cerrada ganada",
        "cerrado ganado",
        "cerrada y ganada",
        "ganada",
        "ganado",
        "cierre ganado",
        *("negocio ganado", "trato ganado", "oportunidad ganada", "cerrado y ganado"),
    ),
    "Closed Lost": (
        "closed lost",
        "closedlost",
        "lost",
        "cerrada perdida",
        "cerrado perdido",
        "cerrada y perdida",
        "perdida",
        "perdido",
        "cierre perdido",
        *("closed lost to competition", "negocio perdido", "trato perdido", "cerrado y perdido"),
        *("oportunidad perdida", "cerrado perdido para la competencia"),
    ),
}

# Lead statuses, as stages of a lead. Salesforce's four defaults, and the usual own ones.
LEAD_STATUSES: Mapping[str, str] = {
    "open not contacted": "lead",
    "open": "lead",
    "new": "lead",
    "nuevo": "lead",
    "abierto": "lead",
    "abierto sin contactar": "lead",
    "mql": "mql",
    "marketing qualified": "mql",
    "calificado por marketing": "mql",
    "cualificado por marketing": "mql",
    "sal": "sal",
    "working": "working",
    "working contacted": "working",
    "contacted": "working",
    "in progress": "working",
    "attempting": "working",
    "en proceso": "working",
    "contactado": "working",
    "trabajando": "working",
    "trabajando contactado": "working",
    "en seguimiento": "working",
    "accepted": "sal",
    "sales accepted": "sal",
    "aceptado": "sal",
    "aceptado por ventas": "sal",
    "sql": "sql",
    "qualified": "sql",
    "sales qualified": "sql",
    "calificado": "sql",
    "cualificado": "sql",
    "closed converted": "sql",
    "converted": "sql",
    "convertido": "sql",
    "cerrado convertido": "sql",
    "closed not converted": "disqualified",
    "cerrado no convertido": "disqualified",
    "disqualified": "disqualified",
    "unqualified": "disqualified",
    "rejected": "disqualified",
    "rechazado": "disqualified",
    "descalificado": "disqualified",
    "no calificado": "disqualified",
    "no cualificado": "disqualified",
    "recycled": "recycled",
    "nurturing": "recycled",
    "nurture": "recycled",
    "reciclado": "recycled",
    "contact in future": "recycled",
    "contactar en el futuro": "recycled",
    "junk lead": "disqualified",
    "lost lead": "disqualified",
    "pre qualified": "mql",
    "marketing qualified lead": "mql",
    "marketingqualifiedlead": "mql",
    "lead calificado para marketing": "mql",
    "lead cualificado para marketing": "mql",
    "sales qualified lead": "sql",
    "salesqualifiedlead": "sql",
    "lead calificado para ventas": "sql",
    "lead cualificado para ventas": "sql",
    "customer": "customer",
    "cliente": "customer",
}

# What CRMs write for the state of a deal; numbers are Dynamics 365's state codes.
STATUSES: Mapping[str, str] = {
    **dict.fromkeys(("open", "abierto", "abierta", "in progress", "en curso", "0"), "open"),
    **dict.fromkeys(("won", "ganado", "ganada", "lograda", "logrado", "1"), "won"),
    **dict.fromkeys(("lost", "perdido", "perdida", "2"), "lost"),
}

OPPORTUNITY_TYPES: Mapping[str, tuple[str, ...]] = {
    "new": (
        *("new", "new business", "new customer", "newbusiness", "nuevo negocio", "cliente nuevo"),
        *("nuevo", "nuevo cliente", "negocio nuevo"),
    ),
    "expansion": (
        *("expansion", "existing business", "existingbusiness", "existing customer upgrade"),
        *("upsell", "cross sell", "negocio existente", "cliente existente", "ampliacion"),
    ),
    "renewal": ("renewal", "existing customer renewal", "renovacion"),
}
