"""The canonical tables: their columns, types, keys and rules.

Each table is one pandera model: the check, the documentation and the type. A table always has
all its columns; what a source does not give is missing in every row, so that an analysis can ask
:func:`alignment.dataset.Dataset.require` instead of testing for columns.

Types: ids and text are ``str``; instants are UTC in microseconds; calendar days are naive
midnights; money is ``float64`` beside an ISO 4217 currency; enumerations are ``category``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import pandas as pd
import pandera.pandas as pa
from pandera.engines import pandas_engine

from alignment.conforming import failures_of, in_columns

Instant = Annotated[pd.DatetimeTZDtype, "us", "UTC"]
Day = pandas_engine.DateTime

TEAMS = ("marketing", "sales")
INITIATORS = ("firm", "buyer")
PRECISIONS = ("instant", "day")
OPPORTUNITY_STATUSES = ("open", "won", "lost")
LEAD_STAGES = ("lead", "mql", "working", "sal", "sql", "disqualified", "recycled", "customer")
OBJECTIVES = ("brand", "activation")
APPEALS = ("emotional", "rational", "mixed")
OPPORTUNITY_TYPES = ("new", "expansion", "renewal")
LINK_REASONS = ("same id", "converted", "merged", "e-mail", "mapping")
STAGE_ORIGINS = ("history", "stage columns", "field history", "current status")


def _key(description: str) -> Any:
    return pa.Field(unique=True, description=description)


def _day(description: str, *, nullable: bool = False) -> Any:
    return pa.Field(nullable=nullable, description=description, dtype_kwargs={"unit": "us"})


def _maybe(description: str, **checks: Any) -> Any:
    return pa.Field(nullable=True, description=description, **checks)


class Sourced(pa.DataFrameModel):
    """The columns that lead from any figure back to a line of a file."""

    source_system: str = pa.Field(description="system that exported the row")
    source_file: str = pa.Field(description="path of the file inside the folder")
    source_row: int = pa.Field(ge=1, description="physical line of the file, from 1")

    class Config:
        """No column beyond the documented ones."""

        strict = True


class Accounts(Sourced):
    """A company that buys or may buy."""

    account_id: str = _key("id of the account")
    domain: str = _maybe("e-mail or web domain, lower case")
    segment: str = _maybe("size or kind of customer")
    industry: str = _maybe("industry")
    region: str = _maybe("sales region")
    country: str = _maybe("country, as the source writes it")
    created_at: Instant = _maybe("when the record was created")
    is_target: pd.BooleanDtype = _maybe("on the target list")


class Leads(Sourced):
    """A person at a moment of interest."""

    lead_id: str = _key("id of the lead, after identities are joined")
    account_id: str = _maybe("account that the lead belongs to, once matched")
    email_hash: str = _maybe("keyed hash of the normalised e-mail")
    email_domain: str = _maybe("domain of the e-mail")
    created_at: Instant = pa.Field(description="moment of first interest")
    precision: pa.Category = pa.Field(isin=PRECISIONS, description="whether the clock is known")
    channel: str = _maybe("channel that brought the lead")
    campaign_id: str = _maybe("campaign that brought the lead")
    status: str = _maybe("current status, as the source writes it")
    owner_id: str = _maybe("who owns the lead")
    region: str = _maybe("sales region")
    country: str = _maybe("country, as the source writes it")
    score_at_mql: float = _maybe("lead score when it became an MQL")
    marketing_points: float = _maybe("points of the score that marketing's own touches gave")
    is_internal: bool = pa.Field(description="a test or an employee, kept out of analyses")


class LeadAliases(Sourced):
    """A source's own id for a lead."""

    source_object: str = pa.Field(description="object of the source: Lead, Contact, …")
    source_id: str = pa.Field(description="id in that object")
    lead_id: str = pa.Field(description="canonical lead")
    link_reason: pa.Category = pa.Field(isin=LINK_REASONS, description="why they are one")

    class Config:
        """One canonical lead an alias."""

        unique = ("source_system", "source_object", "source_id")


class LeadStages(Sourced):
    """A lead that entered a stage."""

    lead_id: str = pa.Field(description="lead")
    entered_at: Instant = pa.Field(description="when it entered")
    stage: pa.Category = pa.Field(
        isin=LEAD_STAGES,
        description="stage entered; `working` is before sales has accepted the lead",
    )
    reason: str = _maybe("reason recorded, for disqualified and recycled")
    changed_by: str = _maybe("user who moved it")

    class Config:
        """A lead enters a stage once at a moment."""

        unique = ("lead_id", "entered_at", "stage")


class Opportunities(Sourced):
    """A possible deal."""

    opportunity_id: str = _key("id of the opportunity")
    account_id: str = _maybe("account")
    lead_id: str = _maybe("lead that it came from: value is counted there, once")
    created_at: Instant = _maybe("when it was created")
    closed_at: Instant = _maybe("when it was won or lost; missing while open")
    precision: pa.Category = pa.Field(isin=PRECISIONS, description="precision of closed_at")
    expected_close_on: Day = _day("close date promised while open", nullable=True)
    status: pa.Category = pa.Field(isin=OPPORTUNITY_STATUSES, description="open, won or lost")
    stage: str = _maybe("current stage")
    amount: float = _maybe("value, in `currency`", ge=0)
    currency: str = _maybe("ISO 4217 code", str_matches=r"^[A-Z]{3}$")
    pipeline: str = _maybe("pipeline")
    type: pa.Category = _maybe("new, expansion or renewal", isin=OPPORTUNITY_TYPES)
    channel: str = _maybe("channel recorded on the deal")
    campaign_id: str = _maybe("primary campaign recorded on the deal")
    owner_id: str = _maybe("who owns it")
    lost_reason: str = _maybe("reason recorded for a loss")


class OpportunityStages(Sourced):
    """An opportunity that entered a stage."""

    opportunity_id: str = pa.Field(description="opportunity")
    entered_at: Instant = pa.Field(description="when it entered")
    stage: str = pa.Field(description="stage entered")
    amount: float = _maybe("value at that moment")
    origin: pa.Category = pa.Field(isin=STAGE_ORIGINS, description="where the history came from")
    is_reentry: bool = pa.Field(description="it had been in this stage before")


class Stages(Sourced):
    """A stage of a pipeline."""

    pipeline: str = pa.Field(description="pipeline")
    stage: str = pa.Field(description="stage")
    position: int = pa.Field(ge=0, description="order in the pipeline")
    is_won: bool = pa.Field(description="entering it wins the deal")
    is_lost: bool = pa.Field(description="entering it loses the deal")
    team: pa.Category = _maybe("team whose stage it is", isin=TEAMS)

    class Config:
        """A stage stands once in a pipeline."""

        unique = ("pipeline", "stage")


class ContactRoles(Sourced):
    """A lead that takes part in an opportunity."""

    opportunity_id: str = pa.Field(description="opportunity")
    lead_id: str = pa.Field(description="lead")
    role: str = _maybe("role")
    is_primary: pd.BooleanDtype = _maybe("primary contact")

    class Config:
        """A lead has one role row on an opportunity."""

        unique = ("opportunity_id", "lead_id")


class Campaigns(Sourced):
    """A campaign."""

    platform: str = pa.Field(description="system that runs it")
    campaign_id: str = pa.Field(description="id, or the name where the export gives no id")
    name: str = _maybe("name; text from the data, never trusted as markup")
    channel: str = pa.Field(description="channel")
    objective: pa.Category = _maybe("brand or activation", isin=OBJECTIVES)
    appeal: pa.Category = _maybe("emotional, rational or mixed", isin=APPEALS)
    region: str = _maybe("region it ran in")
    starts_on: Day = _day("first day", nullable=True)
    ends_on: Day = _day("last day", nullable=True)

    class Config:
        """A campaign stands once on a platform."""

        unique = ("platform", "campaign_id")


class Touches(Sourced):
    """A dated contact between a team and a lead or an account."""

    touch_id: str = _key("id of the touch")
    lead_id: str = _maybe("lead touched")
    account_id: str = _maybe("account touched")
    opportunity_id: str = _maybe("opportunity it was logged on")
    occurred_at: Instant = pa.Field(description="when")
    precision: pa.Category = pa.Field(isin=PRECISIONS, description="whether the clock is known")
    team: pa.Category = pa.Field(isin=TEAMS, description="team that made it")
    channel: str = pa.Field(description="channel")
    kind: str = pa.Field(description="ad_click, form, email, event, nurture, call, meeting, …")
    initiator: pa.Category = pa.Field(
        isin=INITIATORS, description="who started it: a buyer's act is intent, never a treatment"
    )
    campaign_id: str = _maybe("campaign")
    is_automated: pd.BooleanDtype = _maybe("sent by a machine")


class Spend(Sourced):
    """What a campaign cost in a period; a row longer than a day is kept as it is."""

    platform: str = pa.Field(description="system that billed it")
    campaign_id: str = pa.Field(description="campaign")
    channel: str = pa.Field(description="channel")
    starts_on: Day = _day("first day of the period")
    ends_on: Day = _day("last day of the period")
    currency: str = pa.Field(str_matches=r"^[A-Z]{3}$", description="ISO 4217 code")
    cost: float = pa.Field(description="cost in `currency`")
    impressions: float = _maybe("impressions", ge=0)
    clicks: float = _maybe("clicks", ge=0)


class ExchangeRates(Sourced):
    """A currency on a day."""

    currency: str = pa.Field(str_matches=r"^[A-Z]{3}$", description="ISO 4217 code")
    date: Day = _day("day; missing where one rate holds for all time", nullable=True)
    rate: float = pa.Field(gt=0, description="units of `currency` for one unit of the base")
    is_base: bool = pa.Field(description="the base itself, whose rate is 1")


class Capacity(Sourced):
    """A team's working hours in a week."""

    team: pa.Category = pa.Field(isin=TEAMS, description="team")
    week: Day = _day("Monday of the week")
    hours: float = pa.Field(ge=0, description="hours available")

    class Config:
        """A team has one capacity a week."""

        unique = ("team", "week")


class Holidays(Sourced):
    """A day on which nobody works."""

    date: Day = _day("the day")
    region: str = _maybe("region in which it is free; missing where it is free everywhere")
    name: str = _maybe("what is celebrated")

    class Config:
        """A day is free once in a region."""

        unique = ("date", "region")


class Experiments(Sourced):
    """A unit in an arm of an experiment."""

    unit_kind: str = pa.Field(description="region, account, lead, …")
    unit_id: str = pa.Field(description="the unit")
    experiment: str = pa.Field(description="name of the experiment")
    arm: str = pa.Field(description="arm")
    starts_on: Day = _day("first day")
    ends_on: Day = _day("last day", nullable=True)


class Goals(Sourced):
    """A number that the teams signed."""

    period: str = pa.Field(description="2026, 2026-Q3 or 2026-09")
    team: str = pa.Field(isin=("marketing", "sales", "both"), description="who signed")
    metric: str = pa.Field(description="what is counted")
    target: float = pa.Field(description="the number")

    class Config:
        """One target a metric, team and period."""

        unique = ("period", "team", "metric")


MODELS: Mapping[str, type[Sourced]] = {
    "accounts": Accounts,
    "leads": Leads,
    "lead_aliases": LeadAliases,
    "lead_stages": LeadStages,
    "opportunities": Opportunities,
    "opportunity_stages": OpportunityStages,
    "stages": Stages,
    "contact_roles": ContactRoles,
    "campaigns": Campaigns,
    "touches": Touches,
    "spend": Spend,
    "exchange_rates": ExchangeRates,
    "capacity": Capacity,
    "holidays": Holidays,
    "experiments": Experiments,
    "goals": Goals,
}

_DEFAULTS: Mapping[str, Any] = {
    "source_system": "mapping",
    "source_file": "(in memory)",
    "precision": "instant",
    "initiator": "firm",
    "is_internal": False,
    "is_reentry": False,
    "is_won": False,
    "is_lost": False,
    "is_base": False,
    "origin": "history",
}


def columns(table: str) -> dict[str, pa.Column]:
    """Return the columns of a canonical table, with type, rule and description."""
    return dict(MODELS[table].to_schema().columns)


def levels(table: str) -> dict[str, tuple[list[str], bool]]:
    """Return the values that each enumeration of a table allows, and whether it may be blank."""
    found = {}
    for name, column in columns(table).items():
        allowed = [c.statistics["allowed_values"] for c in column.checks if c.name == "isin"]
        if allowed:
            found[name] = (list(allowed[0]), column.nullable)
    return found


def conform(table: str, frame: pd.DataFrame | Mapping[str, Any]) -> pd.DataFrame:
    """Give a frame the columns and types of a canonical table, without checking its rules.

    Parameters
    ----------
    table : str
        Name of a canonical table, a key of :data:`MODELS`.
    frame : DataFrame or mapping
        Columns under their canonical names, already in values that convert without loss.
        Absent columns become missing, or the documented default (precision ``instant``,
        initiator ``firm``, flags false, source row = position).

    Returns
    -------
    DataFrame
        All columns of the table, in its order, with a fresh ``RangeIndex``.
    """
    given = pd.DataFrame(frame).reset_index(drop=True)
    wanted = columns(table)
    unknown = sorted(set(given.columns) - set(wanted))
    if unknown:
        raise ValueError(f"{table} has no column {', '.join(map(repr, unknown))}")
    return in_columns(given, wanted, _DEFAULTS)


def empty(table: str) -> pd.DataFrame:
    """Return a canonical table without rows."""
    return conform(table, {})


def failures(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """List what breaks the rules of a canonical table, one row a failure.

    pandera's lazy failure cases are used, never its row dropping, which can lose rows silently;
    it is shown only the rows that may break a rule (:mod:`alignment.table_rules`).

    Parameters
    ----------
    table : str
        Name of a canonical table.
    frame : DataFrame
        A conformed table with a unique ``RangeIndex``.

    Returns
    -------
    DataFrame
        ``index`` (row of `frame`, missing for a failure of the whole table), ``column``,
        ``check`` and ``value``.
    """
    return failures_of(MODELS[table], frame)
