"""Invented people, companies and e-mail addresses, none of them real.

Every domain ends in `.example`, which nobody can register.
"""

import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Texts = npt.NDArray[np.str_]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST = _words(
    "Sofía José María Andrés Lucía Íñigo Valeria Óscar Camila Raúl Daniela Tomás Paula Martín "
    "Renata Hugo Ximena Adrián Elena Rubén Jimena Iván Carla Fermín Noelia Germán Inés Ramón "
    "Begoña Joaquín Mónica Ángel Araceli Esteban Rocío Gonzalo Pilar Bruno Nuria Sebastián"
)
_LAST = _words(
    "García Muñoz Peña Núñez López Ibáñez Hernández Ordóñez Pérez Castañeda Ramírez Zúñiga "
    "Torres Treviño Flores Villaseñor Gómez Cedeño Díaz Patiño Reyes Avendaño Morales Bolaños "
    "Ortiz Quiñones Vargas Saldaña Ríos Acuña Méndez Carreño Soto Riaño Luna Briseño Campos "
    "Montaño Vega Escárcega"
)
_TRADES = _words(
    "Aceros Empaques Textiles Lácteos Plásticos Motores Cafés Vidrios Pinturas Cerámica Maderas "
    "Químicos Tornillos Cables Válvulas Muebles Calzado Herrajes Semillas Alimentos Logística "
    "Transportes Señales Diseño Imprenta Climas Bombas Moldes Envases Refrigeración Albañilería "
    "Bordados Caminos Grúas Hilados Joyería Laboratorios Molinos Redes Sistemas"
)
_PLACES = _words(
    "Peñasco Montaña Cañada Nogal Alondra Sabina Jacaranda Órbita Quetzal Ñandú Mezquite Cóndor "
    "Brújula Laguna Sierra Valle Bahía Colibrí Encino Faro Girasol Halcón Iguana Jaguar Lince "
    "Magnolia Nopal Olmo Puma Roble Sauce Tecolote Umbral Volcán Yuca Zafiro Arrecife Cumbre "
    "Pedregal Estero"
)
_FORMS = ("S.A. de C.V.", "S. de R.L.", "S.A.P.I. de C.V.", "y Asociados", "Hermanos")


@dataclass(frozen=True)
class People:
    """First names, last names and e-mail addresses, by position."""

    first: Texts
    last: Texts
    email: Texts


def plain(text: str) -> str:
    """Return the text in lower case, without accents and with dashes for the rest."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    kept = "".join(letter if letter.isalnum() else "-" for letter in bare)
    return "-".join(part for part in kept.split("-") if part)


def name_companies(size: int, random: np.random.Generator) -> tuple[Texts, Texts]:
    """Invent companies.

    Parameters
    ----------
    size : int
        How many.
    random : numpy.random.Generator
        The stream of the names.

    Returns
    -------
    tuple of numpy.ndarray
        Names and domains, all different.
    """
    pairs = len(_TRADES) * len(_PLACES)
    picked = np.concatenate([random.permutation(pairs) for _ in range(-(-size // pairs))])[:size]
    forms = random.integers(len(_FORMS), size=size)
    names, domains = [], []
    for position, pair in enumerate(picked):
        series = position // pairs
        core = f"{_TRADES[pair // len(_PLACES)]} {_PLACES[pair % len(_PLACES)]}"
        if series:
            core = f"{core} {series + 1}"
        names.append(f"{core} {_FORMS[forms[position]]}")
        domains.append(f"{plain(core)}.example")
    return np.array(names), np.array(domains)


def name_people(domains: Texts, random: np.random.Generator) -> People:
    """Invent people who work at the given domains.

    Parameters
    ----------
    domains : numpy.ndarray
        A domain a person.
    random : numpy.random.Generator
        The stream of the names.

    Returns
    -------
    People
        With e-mail addresses that are all different.
    """
    first = np.array(_FIRST)[random.integers(len(_FIRST), size=len(domains))]
    last = np.array(_LAST)[random.integers(len(_LAST), size=len(domains))]
    seen: dict[str, int] = {}
    emails = []
    for person in zip(first, last, domains, strict=True):
        local = f"{plain(person[0])[0]}{plain(person[1])}"
        count = seen.get(f"{local}@{person[2]}", 0) + 1
        seen[f"{local}@{person[2]}"] = count
        emails.append(f"{local}{count if count > 1 else ''}@{person[2]}")
    return People(first, last, np.array(emails))
