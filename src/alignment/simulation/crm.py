"""What the company's CRM and marketing automation know: its records, still clean.

Hidden quantities (warmth, being in the market) stop here: no record has them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from alignment.simulation.activities import event_records, member_records, task_records
from alignment.simulation.campaigns import campaign_table, exposure_campaigns, source_campaigns
from alignment.simulation.company import Company
from alignment.simulation.hubspot import contact_records
from alignment.simulation.identifiers import NO_ID, record_ids
from alignment.simulation.names import name_companies, name_people
from alignment.simulation.stages import opportunity_history
from alignment.simulation.streams import stream
from alignment.simulation.weeks import AS_OF, Instants, add_hours, local_day
from alignment.simulation.world import REGIONS

REPS_PER_REGION = 2
AUTOMATION = len(REGIONS) * REPS_PER_REGION  # position of the automation user
USD_TO_MXN = 18.2
LEAD_STATUSES = ("New", "MQL", "Working", "Accepted", "Qualified", "Disqualified", "Recycled")
REASONS = ("Sin presupuesto", "No es el perfil", "Sin respuesta", "Ya es cliente", "Estudiante")
LOSS_REASONS = ("Precio", "Competencia", "Sin decisión", "Sin presupuesto", "Funcionalidad")
_INDUSTRIES = ("Manufactura", "Comercio", "Logística", "Servicios", "Salud", "Construcción")


@dataclass
class Records:
    """The records behind the exported files, one table a file, named as the objects are.

    Salesforce's columns keep their API names. Instants are UTC; days are midnights.
    While clean, rows of `lead` and `opportunity` are in the order of the company's own.
    """

    account: pd.DataFrame
    user: pd.DataFrame
    campaign: pd.DataFrame
    lead: pd.DataFrame
    lead_history: pd.DataFrame
    contact: pd.DataFrame
    opportunity: pd.DataFrame
    opportunity_history: pd.DataFrame
    contact_role: pd.DataFrame
    member: pd.DataFrame
    task: pd.DataFrame
    event: pd.DataFrame
    hubspot: pd.DataFrame


def owner_ids(company: Company, accounts: npt.NDArray[np.int64]) -> npt.NDArray[np.str_]:
    """Return the sales representative of each account.

    Parameters
    ----------
    company : Company
        The company.
    accounts : numpy.ndarray
        Positions of accounts.

    Returns
    -------
    numpy.ndarray
        Ids of users.
    """
    users = record_ids("user", AUTOMATION + 1)
    region = company.target_accounts.region[accounts]
    return np.asarray(users[region * REPS_PER_REGION + accounts % REPS_PER_REGION])


def account_records(company: Company) -> pd.DataFrame:
    """Return the accounts as the CRM has them."""
    random = stream(company.seed, "names")
    size = len(company.accounts)
    names, domains = name_companies(size, random)
    industry = np.array(_INDUSTRIES)[random.integers(len(_INDUSTRIES), size=size)]
    began = np.datetime64("2023-01-02T15:00:00", "s")
    return pd.DataFrame(
        {
            "Id": record_ids("account", size),
            "IsDeleted": False,
            "MasterRecordId": NO_ID,
            "Name": names,
            "Website": domains,
            "Industry": industry,
            "Segment__c": company.accounts["segment"].to_numpy(),
            "Region__c": company.accounts["region"].to_numpy(),
            "Target_Account__c": True,
            "BillingCountry": "Mexico",
            "CreatedDate": add_hours(np.repeat(began, size), 24 * 400 * random.random(size)),
        }
    )


def user_records() -> pd.DataFrame:
    """Return the sales representatives and the marketing automation user."""
    first = "Laura Diego Marina Pablo Teresa Emilio Olga Julio Rosa Felipe Irma Saúl Edith Noé"
    last = "Solís Barrera Lozano Rangel Meza Cano Ponce Tapia Olvera Rosas Duarte Leal Mata Salas"
    return pd.DataFrame(
        {
            "Id": record_ids("user", AUTOMATION + 1),
            "FirstName": [*first.split(), "Abril", "Efraín", "Marketing"],
            "LastName": [*last.split(), "Carrasco", "Bravo", "Automation"],
            "Department": [
                *(f"Ventas {region}" for region in REGIONS for _ in range(REPS_PER_REGION)),
                "Marketing",
            ],
            "IsActive": True,
        }
    )


def build_records(company: Company) -> Records:
    """Turn what happened in a company into the records of its systems.

    Parameters
    ----------
    company : Company
        From `simulate_company`.

    Returns
    -------
    Records
        Without any dirt.
    """
    account = account_records(company)
    leads = company.leads
    where = leads["account"].to_numpy()
    people = name_people(account["Website"].to_numpy()[where], stream(company.seed, "records"))
    campaign = campaign_table(company)
    source_campaign = source_campaigns(company, campaign)
    touched = exposure_campaigns(company, campaign)
    converted = leads["sql_at"].notna().to_numpy()
    lead_id = record_ids("lead", len(leads))
    contact_id = np.where(converted, _spread(converted, "contact"), NO_ID)
    opportunity = _opportunities(company, account, source_campaign, contact_id)
    deal = np.full(len(leads), NO_ID)
    own = ~company.opportunities["migrated"].to_numpy()
    deal[company.opportunities["lead"].to_numpy()[own]] = opportunity["Id"].to_numpy()[own]
    lead = pd.DataFrame(
        {
            "Id": lead_id,
            "IsDeleted": False,
            "MasterRecordId": NO_ID,
            "LastName": people.last,
            "FirstName": people.first,
            "Company": account["Name"].to_numpy()[where],
            "Email": people.email,
            "LeadSource": leads["source"].to_numpy(),
            "Status": _status(leads),
            "Region__c": leads["region"].to_numpy(),
            "OwnerId": owner_ids(company, where),
            "IsConverted": converted,
            "ConvertedDate": local_day(leads["sql_at"].to_numpy()),
            "ConvertedAccountId": np.where(converted, account["Id"].to_numpy()[where], NO_ID),
            "ConvertedContactId": contact_id,
            "ConvertedOpportunityId": deal,
            "Disqualification_Reason__c": _reasons(company),
            "CreatedDate": leads["created_at"].to_numpy(),
        }
    )
    contact = pd.DataFrame(
        {
            "Id": contact_id,
            "IsDeleted": False,
            "AccountId": account["Id"].to_numpy()[where],
            "LastName": people.last,
            "FirstName": people.first,
            "Email": people.email,
            "LeadSource": leads["source"].to_numpy(),
            "CreatedDate": leads["sql_at"].to_numpy(),
        }
    )[converted]
    return Records(
        account=account,
        user=user_records(),
        campaign=campaign,
        lead=lead,
        lead_history=_lead_history(company, lead),
        contact=contact.reset_index(drop=True),
        opportunity=opportunity,
        opportunity_history=opportunity_history(company, opportunity),
        contact_role=_contact_roles(opportunity),
        member=member_records(company, lead, source_campaign, touched),
        task=task_records(company, lead, opportunity),
        event=event_records(company, lead, opportunity),
        hubspot=contact_records(company, lead),
    )


def _spread(chosen: npt.NDArray[np.bool_], kind: str) -> npt.NDArray[np.str_]:
    """Give consecutive ids to the chosen rows, in order, and none to the others."""
    ids = np.full(len(chosen), NO_ID)
    ids[chosen] = record_ids(kind, int(chosen.sum()))
    return ids


def _status(leads: pd.DataFrame) -> npt.NDArray[np.str_]:
    """Return each lead's status at the export."""
    status = np.full(len(leads), "New", dtype="<U12")
    status[leads["mql_at"].notna()] = "MQL"
    status[leads["follow_up_at"].notna()] = "Working"
    decided = leads["decided_at"].notna()
    status[decided & ~leads["rejected"]] = "Accepted"
    status[decided & leads["rejected"]] = "Disqualified"
    status[_recycled_at(leads) < AS_OF] = "Recycled"
    status[leads["sql_at"].notna()] = "Qualified"
    return status


def _recycled_at(leads: pd.DataFrame) -> Instants:
    """Return when a turned-down lead went back to marketing: one in six, after 60 days."""
    back = leads["rejected"].to_numpy() & (np.arange(len(leads)) % 6 == 0)
    at = leads["decided_at"].to_numpy().astype("datetime64[s]") + np.timedelta64(60 * 86_400, "s")
    return np.where(back & (at < AS_OF), at, np.datetime64("NaT", "s"))


def _reasons(company: Company) -> npt.NDArray[np.str_]:
    leads = company.leads
    pick = (company.draws.rejection_chance * 9_973).astype(np.int64) % len(REASONS)
    known = (leads["reason_recorded"] & leads["decided_at"].notna()).to_numpy()
    return np.where(known, np.array(REASONS)[pick], "")


def _lead_history(company: Company, lead: pd.DataFrame) -> pd.DataFrame:
    """Return one row each time a lead's status changed after its creation."""
    leads = company.leads
    rejected = leads["rejected"].to_numpy()
    decided = leads["decided_at"].to_numpy().astype("datetime64[s]")
    never = np.datetime64("NaT", "s")
    moments = [
        leads["mql_at"].to_numpy(),
        leads["follow_up_at"].to_numpy(),
        np.where(rejected, never, decided),
        leads["sql_at"].to_numpy(),
        np.where(rejected, decided, never),
        _recycled_at(leads),
    ]
    at = np.column_stack([moment.astype("datetime64[s]") for moment in moments])
    rows, columns = np.nonzero(~np.isnat(at))
    order = np.lexsort((columns, at[rows, columns], rows))
    rows, columns = rows[order], columns[order]
    status = np.array(LEAD_STATUSES)[columns + 1]
    first = np.r_[True, rows[1:] != rows[:-1]] if len(rows) else np.zeros(0, dtype=bool)
    users = record_ids("user", AUTOMATION + 1)
    owner = lead["OwnerId"].to_numpy()[rows]
    table = pd.DataFrame(
        {
            "LeadId": lead["Id"].to_numpy()[rows],
            "CreatedById": np.where(columns == 0, users[AUTOMATION], owner),
            "CreatedDate": at[rows, columns],
            "Field": "Status",
            "OldValue": np.where(first, "New", np.r_[["New"], status[:-1]] if len(rows) else []),
            "NewValue": status,
        }
    )
    return table.sort_values(["CreatedDate", "LeadId"], kind="stable", ignore_index=True)


def _opportunities(
    company: Company,
    account: pd.DataFrame,
    source_campaign: npt.NDArray[np.str_],
    contact_id: npt.NDArray[np.str_],
) -> pd.DataFrame:
    """Return the deals as they stand at the export."""
    deals = company.opportunities
    random = stream(company.seed, "stages")
    size = len(deals)
    where = deals["account"].to_numpy()
    lead = deals["lead"].to_numpy()
    own = lead >= 0
    dollars = random.random(size) < 0.2
    closed = deals["status"].to_numpy() != "open"
    expected = add_hours(deals["created_at"].to_numpy(), 24 * (45 + 90 * random.random(size)))
    amount = deals["amount_usd"].to_numpy() * np.where(dollars, 1.0, USD_TO_MXN)
    reason = np.array(LOSS_REASONS)[random.integers(len(LOSS_REASONS), size=size)]
    return pd.DataFrame(
        {
            "Id": record_ids("opportunity", size),
            "IsDeleted": False,
            "AccountId": account["Id"].to_numpy()[where],
            "Name": account["Name"].astype(str).to_numpy()[where] + np.array(" - Plataforma", "O"),
            "StageName": "",
            "Amount": np.round(amount, 2),
            "CurrencyIsoCode": np.where(dollars, "USD", "MXN"),
            "CloseDate": local_day(
                np.where(closed, deals["closed_at"].to_numpy().astype("datetime64[s]"), expected)
            ),
            "Type": "New Business",
            "LeadSource": deals["source"].to_numpy(),
            "IsClosed": closed,
            "IsWon": deals["status"].to_numpy() == "won",
            "CampaignId": np.where(own, source_campaign[lead], NO_ID),
            "ContactId": np.where(own, contact_id[lead], NO_ID),
            "OwnerId": owner_ids(company, where),
            "LossReason__c": np.where(deals["status"].to_numpy() == "lost", reason, ""),
            "CreatedDate": deals["created_at"].to_numpy(),
        }
    )


def _contact_roles(opportunity: pd.DataFrame) -> pd.DataFrame:
    """Return contact roles: nearly none, as in orgs that do not ask for them."""
    chosen = opportunity[opportunity["ContactId"] != NO_ID].iloc[::25]
    return pd.DataFrame(
        {
            "OpportunityId": chosen["Id"].to_numpy(),
            "ContactId": chosen["ContactId"].to_numpy(),
            "Role": "Decision Maker",
            "IsPrimary": True,
            "CreatedDate": chosen["CreatedDate"].to_numpy(),
        }
    )
