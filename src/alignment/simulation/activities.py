"""What was logged about the contacts with each lead: memberships, tasks and events."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from alignment.simulation.company import Company
from alignment.simulation.identifiers import NO_ID, record_ids
from alignment.simulation.streams import stream
from alignment.simulation.weeks import AS_OF, Instants, add_hours, instants_at_work, local_day
from alignment.simulation.world import MARKETING_CHANNELS, REGIONS

Texts = npt.NDArray[np.str_]

_STATUSES = {
    "nurture": ("Sent", "Clicked"),
    "retargeting": ("Reached", "Clicked"),
    "event": ("Invited", "Attended"),
}


def member_records(
    company: Company, lead: pd.DataFrame, source_campaign: Texts, touched: Texts
) -> pd.DataFrame:
    """Return the campaign members: each lead's inquiry, and marketing's touches.

    Parameters
    ----------
    company : Company
        The company.
    lead : pandas.DataFrame
        Its leads.
    source_campaign, touched : numpy.ndarray
        Campaign ids of the inquiry (one a lead) and of the touches (leads by channels).

    Returns
    -------
    pandas.DataFrame
        `CreatedDate` is the touch that the company made, `FirstRespondedDate` the day of
        the answer; an inquiry is an answer from the start.
    """
    leads = company.leads
    ids = lead["Id"].to_numpy()
    created = leads["created_at"].to_numpy().astype("datetime64[s]")
    parts = [
        pd.DataFrame(
            {
                "CampaignId": source_campaign,
                "LeadId": ids,
                "Status": "Responded",
                "HasResponded": True,
                "CreatedDate": created,
                "FirstRespondedDate": local_day(created),
            }
        )
    ]
    for column, channel in enumerate(MARKETING_CHANNELS):
        at = leads[f"{channel}_at"].to_numpy().astype("datetime64[s]")
        there = ~np.isnat(at)
        answered = leads[f"{channel}_clicked"].to_numpy()[there]
        plain, answer = _STATUSES[channel]
        day = local_day(at[there] + np.timedelta64(3 * 3_600, "s"))
        parts.append(
            pd.DataFrame(
                {
                    "CampaignId": touched[there, column],
                    "LeadId": ids[there],
                    "Status": np.where(answered, answer, plain),
                    "HasResponded": answered,
                    "CreatedDate": at[there],
                    "FirstRespondedDate": np.where(answered, day, np.datetime64("NaT", "s")),
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values(["CreatedDate", "LeadId"], kind="stable", ignore_index=True)


def task_records(company: Company, lead: pd.DataFrame, opportunity: pd.DataFrame) -> pd.DataFrame:
    """Return the logged calls and e-mails, some of them sent by automation.

    Parameters
    ----------
    company : Company
        The company.
    lead, opportunity : pandas.DataFrame
        Its leads and deals; the tasks of a converted lead hang on its contact and deal.

    Returns
    -------
    pandas.DataFrame
        The first task of each follow-up that took place, further attempts, calls that
        the buyer made, calls about a deal after it was opened, and newsletters.
    """
    random = stream(company.seed, "activities").spawn(2)[0]
    leads = company.leads
    size = len(leads)
    rep = lead["OwnerId"].to_numpy()
    automation = record_ids("user", 2 * len(REGIONS) + 1)[-1]
    follow = leads["follow_up_at"].to_numpy().astype("datetime64[s]")
    created = leads["created_at"].to_numpy().astype("datetime64[s]")
    never = np.datetime64("NaT", "s")
    by_mail = random.random(size) < 0.3
    again = random.random(size) < 0.3
    inbound = random.random(size) < 1 / (1 + np.exp(3.4 - 0.8 * leads["warmth"].to_numpy()))
    news = random.random(size) < 0.08
    hours = random.random((size, 4))
    collision = leads["collision"].to_numpy()
    letter = np.where(news, add_hours(created, 24 * (1 + 12 * hours[:, 2])), never)
    letter = np.where(collision, add_hours(follow, -10 * hours[:, 3]), letter)
    letter = np.where(letter > created, letter, np.where(np.isnat(letter), never, created))
    outbound = np.where(by_mail, "Email", "Call")
    parts = [
        (follow, outbound, np.where(by_mail, "Correo de presentación", "Primera llamada"), rep),
        (
            instants_at_work(np.where(again, add_hours(follow, 2 + 20 * hours[:, 0]), never)),
            np.full(size, "Call"),
            np.full(size, "Llamada de seguimiento"),
            rep,
        ),
        (
            instants_at_work(np.where(inbound, add_hours(created, 2 + 90 * hours[:, 1]), never)),
            np.full(size, "Call"),
            np.full(size, "Llamada entrante"),
            rep,
        ),
        (letter, np.full(size, "Email"), np.full(size, "Email: Boletín Marte & Venus"), rep),
    ]
    table = pd.concat(
        [
            pd.DataFrame(
                {
                    "lead": np.arange(size),
                    "at": at,
                    "Type": kind,
                    "Subject": subject,
                    "OwnerId": owner if number < 3 else automation,
                    "CallType": np.where(
                        kind == "Email", "", "Inbound" if number == 2 else "Outbound"
                    ),
                }
            )
            for number, (at, kind, subject, owner) in enumerate(parts)
        ],
        ignore_index=True,
    )
    table = pd.concat([table, _deal_calls(company, opportunity, random)], ignore_index=True)
    table = table[table["at"].notna() & (table["at"] < AS_OF)]
    table = table.sort_values(["at", "lead", "Type"], kind="stable", ignore_index=True)
    who, what = _hang_on(lead, table["lead"].to_numpy())
    return pd.DataFrame(
        {
            "Id": record_ids("task", len(table)),
            "WhoId": who,
            "WhatId": what,
            "Subject": table["Subject"],
            "Type": table["Type"],
            "CallType": table["CallType"],
            "Status": "Completed",
            "ActivityDate": local_day(table["at"].to_numpy()),
            "CompletedDateTime": table["at"],
            "OwnerId": table["OwnerId"],
        }
    )


def event_records(company: Company, lead: pd.DataFrame, opportunity: pd.DataFrame) -> pd.DataFrame:
    """Return the meetings: the first one with a lead, and one about half the deals.

    Parameters
    ----------
    company : Company
        The company.
    lead, opportunity : pandas.DataFrame
        Its leads and deals.

    Returns
    -------
    pandas.DataFrame
        One row a meeting.
    """
    random = stream(company.seed, "activities").spawn(2)[1]
    at = company.leads["meeting_at"].to_numpy().astype("datetime64[s]")
    first = pd.DataFrame(
        {
            "lead": np.arange(len(at)),
            "at": at,
            "Subject": "Reunión de descubrimiento",
            "OwnerId": lead["OwnerId"].to_numpy(),
        }
    )
    deals = company.opportunities
    day = _within(deals, random)
    later = pd.DataFrame(
        {
            "lead": deals["lead"],
            "at": np.where(random.random(len(deals)) < 0.5, day, np.datetime64("NaT", "s")),
            "Subject": "Demostración",
            "OwnerId": opportunity["OwnerId"],
        }
    )
    table = pd.concat([first, later[deals["lead"] >= 0]], ignore_index=True)
    table = table[table["at"].notna() & (table["at"] < AS_OF)]
    table = table.sort_values(["at", "lead", "Subject"], kind="stable", ignore_index=True)
    who, what = _hang_on(lead, table["lead"].to_numpy())
    return pd.DataFrame(
        {
            "Id": record_ids("event", len(table)),
            "WhoId": who,
            "WhatId": what,
            "Subject": table["Subject"],
            "Type": "Meeting",
            "ActivityDateTime": table["at"],
            "DurationInMinutes": np.where(table["Subject"] == "Demostración", 60, 30),
            "IsChild": False,
            "OwnerId": table["OwnerId"],
        }
    )


def _within(deals: pd.DataFrame, random: np.random.Generator) -> Instants:
    """Return a moment in each deal's first two months, before its end."""
    created = deals["created_at"].to_numpy().astype("datetime64[s]")
    days = np.minimum(deals["days_open"].fillna(60.0).to_numpy(), 60.0)
    moments = add_hours(created, 24 * days * (0.05 + 0.9 * random.random(len(deals))))
    return instants_at_work(moments)


def _deal_calls(
    company: Company, opportunity: pd.DataFrame, random: np.random.Generator
) -> pd.DataFrame:
    """Return two calls about each deal that came from a lead."""
    deals = company.opportunities
    chosen = (deals["lead"] >= 0).to_numpy()
    calls = [
        pd.DataFrame(
            {
                "lead": deals["lead"].to_numpy(),
                "at": _within(deals, random),
                "Type": "Call",
                "Subject": "Llamada sobre propuesta",
                "OwnerId": opportunity["OwnerId"].to_numpy(),
                "CallType": "Outbound",
            }
        )[chosen]
        for _ in range(2)
    ]
    return pd.concat(calls, ignore_index=True)


def _hang_on(lead: pd.DataFrame, rows: npt.NDArray[np.int64]) -> tuple[Texts, Texts]:
    """Return who and what an activity is about: conversion moves it to contact and deal."""
    contact = lead["ConvertedContactId"].to_numpy()[rows]
    converted = contact != NO_ID
    who = np.where(converted, contact, lead["Id"].to_numpy()[rows])
    return who, np.where(converted, lead["ConvertedOpportunityId"].to_numpy()[rows], NO_ID)
