"""Salesforce: Data Exports, Data Loader and SOQL extracts, reports, a connector's tables."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.exports import salesforce_activities, salesforce_deals, salesforce_leads
from alignment.exports.candidates import Candidates, Context
from alignment.exports.salesforce_histories import by_object
from alignment.exports.salesforce_profiles import PROFILES, SYSTEM
from alignment.exports.salesforce_rows import with_ids

__all__ = ["PROFILES", "SYSTEM", "assemble"]


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give the canonical rows of Salesforce's objects, each under its own id.

    Parameters
    ----------
    objects : Mapping of str to DataFrame
        Typed rows, an object each, under the field names of :data:`PROFILES`.
    context : Context
        Zone, words and ledger.
    """
    objects = by_object(objects, context)
    named = {
        "Lead": ("email", "last_name", "first_name", "company", "created_at"),
        "Contact": ("email", "last_name", "first_name", "account_name"),
        "Account": ("name", "website"),
        "Opportunity": ("name", "account_name", "created_at"),
    }
    objects |= {
        name: with_ids(objects[name], columns, context)
        for name, columns in named.items()
        if name in objects
    }
    found = Candidates()
    found.extend(salesforce_deals.assemble(objects, context))
    found.extend(salesforce_leads.assemble(objects, context))
    found.extend(salesforce_activities.assemble(objects, context))
    return found
