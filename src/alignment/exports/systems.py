"""The systems that are recognised: one module each, with its profiles and its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from alignment.exports import (
    google_ads,
    hubspot,
    linkedin_ads,
    mapped,
    meta_ads,
    own,
    salesforce,
)
from alignment.exports.candidates import Candidates, Context
from alignment.exports.profiles import Profile

Assemble = Callable[[Mapping[str, pd.DataFrame], Context], Candidates]

PROFILES: tuple[Profile, ...] = (
    *salesforce.PROFILES,
    *hubspot.PROFILES,
    *google_ads.PROFILES,
    *linkedin_ads.PROFILES,
    *meta_ads.PROFILES,
    *own.PROFILES,
)
ASSEMBLE: Mapping[str, Assemble] = {
    salesforce.SYSTEM: salesforce.assemble,
    hubspot.SYSTEM: hubspot.assemble,
    google_ads.SYSTEM: google_ads.assemble,
    linkedin_ads.SYSTEM: linkedin_ads.assemble,
    meta_ads.SYSTEM: meta_ads.assemble,
    own.SYSTEM: own.assemble,
    mapped.SYSTEM: mapped.assemble,
}
