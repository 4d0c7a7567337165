"""The systems that are recognised: one module each, with its profiles and its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from alignment.exports import (
    dynamics,
    ga4,
    google_ads,
    hubspot,
    linkedin_ads,
    mailchimp,
    mapped,
    marketo,
    meta_ads,
    microsoft_ads,
    own,
    pipedrive,
    salesforce,
    zoho,
)
from alignment.exports.candidates import Candidates, Context
from alignment.exports.profiles import Profile

Assemble = Callable[[Mapping[str, pd.DataFrame], Context], Candidates]

PROFILES: tuple[Profile, ...] = (
    *salesforce.PROFILES,
    *hubspot.PROFILES,
    *pipedrive.PROFILES,
    *zoho.PROFILES,
    *dynamics.PROFILES,
    *google_ads.PROFILES,
    *linkedin_ads.PROFILES,
    *meta_ads.PROFILES,
    *microsoft_ads.PROFILES,
    *ga4.PROFILES,
    *mailchimp.PROFILES,
    *marketo.PROFILES,
    *own.PROFILES,
)
ASSEMBLE: Mapping[str, Assemble] = {
    salesforce.SYSTEM: salesforce.assemble,
    hubspot.SYSTEM: hubspot.assemble,
    pipedrive.SYSTEM: pipedrive.assemble,
    zoho.SYSTEM: zoho.assemble,
    dynamics.SYSTEM: dynamics.assemble,
    google_ads.SYSTEM: google_ads.assemble,
    linkedin_ads.SYSTEM: linkedin_ads.assemble,
    meta_ads.SYSTEM: meta_ads.assemble,
    microsoft_ads.SYSTEM: microsoft_ads.assemble,
    ga4.SYSTEM: ga4.assemble,
    mailchimp.SYSTEM: mailchimp.assemble,
    marketo.SYSTEM: marketo.assemble,
    own.SYSTEM: own.assemble,
    mapped.SYSTEM: mapped.assemble,
}
