"""What is odd in the canonical tables: counted and told, changed in nothing."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.exports.draft import Draft
from alignment.exports.typed import lookup
from alignment.text import Text

_NAMED = 5  # deals that a note lists
_NOTES = {
    "won-before-lead": Text(
        en="Deals won before the day of the first contact with their lead: {n}.",
        es="Ventas ganadas antes del día del primer contacto con su lead: {n}.",
    ),
    "zombies": Text(
        en="Open deals older than nine in ten closed deals ever were, perhaps forgotten: {n}.",
        es="Negocios abiertos más antiguos que nueve de cada diez cerrados, quizá olvidados: {n}.",
    ),
    "overdue-close-date": Text(
        en="Open deals that promised to close before the export: {n}.",
        es="Negocios abiertos que debían cerrar antes de la exportación: {n}.",
    ),
    "far-close-date": Text(
        en="Open deals that promise to close more than two years after the export: {n}.",
        es="Negocios abiertos que prometen cerrar más de dos años después de la exportación: {n}.",
    ),
    "closed-after-export": Text(
        en="Closed deals with a closing date after the export: {n} (latest first: {deals}). "
        "Correct such a date; if it is right, state the moment of the export in mapping.toml: "
        "[window] as_of = {then}.",
        es="Negocios cerrados con fecha de cierre posterior a la exportación: {n} (primero el más "
        "tardío: {deals}). Corrige esa fecha; si es correcta, indica el momento de la exportación "
        "en mapping.toml: [window] as_of = {then}.",
    ),
    "closed-before-created": Text(
        en="Deals closed before they were created: {n}.",
        es="Negocios cerrados antes de crearse: {n}.",
    ),
    "amount-blank": Text(
        en="Deals without an amount, whose value is not counted: {n}.",
        es="Negocios sin importe, cuyo valor no cuenta: {n}.",
    ),
    "amount-zero": Text(
        en="Deals with an amount of zero: {n}.",
        es="Negocios con importe cero: {n}.",
    ),
    "blank-channel": Text(
        en="Leads without a channel, shown as a group of their own: {n}.",
        es="Leads sin canal, que se muestran como un grupo aparte: {n}.",
    ),
    "blank-campaign": Text(
        en="Leads without a campaign: {n}.",
        es="Leads sin campaña: {n}.",
    ),
    "lost-reason-blank": Text(
        en="Lost deals without a reason: {n}.",
        es="Negocios perdidos sin motivo: {n}.",
    ),
    "opportunity-without-lead": Text(
        en="Deals without a lead in the exports; their value is kept, without a journey: {n}.",
        es="Negocios sin lead en las exportaciones; su valor se conserva, sin recorrido: {n}.",
    ),
    "touch-after-export": Text(
        en="Touches dated after the export, planned rather than made: {n}.",
        es="Contactos con fecha posterior a la exportación, previstos y no hechos: {n}.",
    ),
    "closing-by-day": Text(
        en="Closings known only by their day: {n}.",
        es="Cierres de los que solo se conoce el día: {n}.",
    ),
    "stage-went-back": Text(
        en="Entries that went back to an earlier stage of the pipeline: {n}.",
        es="Entradas que volvieron a una etapa anterior del proceso: {n}.",
    ),
    "month-end-edits": Text(
        en="Stage changes entered in the last two hours of a month: {n}, {times} times the "
        "usual pace; closing dates may be those of the bookkeeping.",
        es="Cambios de etapa anotados en las dos últimas horas de un mes: {n}, {times} veces el "
        "ritmo usual; las fechas pueden ser las del registro.",
    ),
}


def audit(frames: Mapping[str, pd.DataFrame], as_of: pd.Timestamp, zone: str, draft: Draft) -> None:
    """Note what is odd in conformed tables.

    Parameters
    ----------
    frames : Mapping of str to DataFrame
        Canonical tables.
    as_of : Timestamp
        Moment of the export.
    zone : str
        Zone of calendar days.
    draft : Draft
        The ledger being written.
    """
    _audit_deals(frames, as_of, zone, draft)
    _audit_leads(frames, draft)
    _audit_stages(frames, zone, draft)
    touches = frames["touches"]
    _note(draft, "touch-after-export", touches[touches["occurred_at"] > as_of])


def _note(draft: Draft, rule: str, rows: pd.DataFrame) -> None:
    draft.note_rows(rule, rows, _NOTES[rule])


def _local_days(moments: pd.Series, zone: str) -> pd.Series:
    return moments.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()


def _audit_deals(
    frames: Mapping[str, pd.DataFrame], as_of: pd.Timestamp, zone: str, draft: Draft
) -> None:
    deals, leads = frames["opportunities"], frames["leads"].set_index("lead_id")
    won, is_open = deals["status"] == "won", deals["status"] == "open"
    born = lookup(deals["lead_id"], leads["created_at"])
    before = _local_days(deals["closed_at"], zone) < _local_days(born, zone)
    _note(draft, "won-before-lead", deals[won & before])
    today = as_of.tz_convert(zone).tz_localize(None).normalize()
    expected = deals["expected_close_on"]
    _note(draft, "overdue-close-date", deals[is_open & (expected < today)])
    far = expected > today + pd.DateOffset(years=2)
    _note(draft, "far-close-date", deals[is_open & far])
    _note_late(deals[deals["closed_at"] > as_of], zone, draft)
    _note(draft, "closed-before-created", deals[deals["closed_at"] < deals["created_at"]])
    took = (deals["closed_at"] - deals["created_at"]).dropna()
    if len(took):
        age = as_of - deals["created_at"]
        _note(draft, "zombies", deals[is_open & (age > took.quantile(0.9))])
    if deals["amount"].notna().any():
        _note(draft, "amount-blank", deals[deals["amount"].isna()])
        _note(draft, "amount-zero", deals[deals["amount"] == 0])
    if deals["lost_reason"].notna().any():
        lost = deals["status"] == "lost"
        _note(draft, "lost-reason-blank", deals[lost & deals["lost_reason"].isna()])
    if len(leads):
        _note(draft, "opportunity-without-lead", deals[deals["lead_id"].isna()])
    _note(draft, "closing-by-day", deals[~is_open & (deals["precision"] == "day")])


def _note_late(late: pd.DataFrame, zone: str, draft: Draft) -> None:
    """Name the closed deals, the latest first, whose closing lies after the export."""
    if not len(late):
        return
    late = late.sort_values(["closed_at", "opportunity_id"], ascending=[False, True])
    days = _local_days(late["closed_at"], zone)
    named = (late["opportunity_id"] + " " + days.dt.strftime("%Y-%m-%d")).head(_NAMED)
    then = (days.iloc[0] + pd.Timedelta(days=1)).strftime("%Y-%m-%d")
    plain = ", ".join(named).replace("{", "(").replace("}", ")")
    note = _NOTES["closed-after-export"].format(n="{n}", deals=plain, then=then)
    draft.note_rows("closed-after-export", late, note)


def _audit_leads(frames: Mapping[str, pd.DataFrame], draft: Draft) -> None:
    leads = frames["leads"]
    for rule, column in (("blank-channel", "channel"), ("blank-campaign", "campaign_id")):
        if leads[column].notna().any():
            _note(draft, rule, leads[leads[column].isna()])


def _audit_stages(frames: Mapping[str, pd.DataFrame], zone: str, draft: Draft) -> None:
    history = frames["opportunity_stages"]
    if not len(history):
        return
    place = frames["stages"].drop_duplicates("stage").set_index("stage")["position"]
    order = history.sort_values(["opportunity_id", "entered_at"], kind="stable")
    position = lookup(order["stage"], place)
    same = order["opportunity_id"].eq(order["opportunity_id"].shift())
    _note(draft, "stage-went-back", order[same & (position < position.shift())])
    local = history["entered_at"].dt.tz_convert(zone).dt.tz_localize(None)
    last = (local + pd.Timedelta(hours=2)).dt.to_period("M") != local.dt.to_period("M")
    usual = len(history) * 24 / (365.25 * 24)  # two hours in each of twelve months
    if last.sum() >= 10 and last.sum() > 5 * usual:
        times = str(round(last.sum() / usual))
        both = _NOTES["month-end-edits"]
        note = Text(both.en.replace("{times}", times), both.es.replace("{times}", times))
        draft.note_rows("month-end-edits", history[last], note)
