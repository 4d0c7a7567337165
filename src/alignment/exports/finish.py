"""From candidates to canonical rows: references resolved, words made one, relations checked."""

from __future__ import annotations

import pandas as pd

from alignment.exports import reasons
from alignment.exports.accounts import Accounts, accounts_of_leads, matched_ids
from alignment.exports.candidates import Candidates, Context
from alignment.exports.distinct import Distinct
from alignment.exports.histories import close_by_history, fold, stage_table
from alignment.exports.identity import Joined
from alignment.exports.typed import flag, lookup
from alignment.text import Text

Rows = dict[str, pd.DataFrame]

_SOURCE = ["source_system", "source_file", "source_row"]
_NOTES = {
    "ids-without-match": Text(
        en="Rows that name a lead that the exports do not hold, and stay without one: {n}.",
        es="Filas que nombran un lead que no está en las exportaciones y quedan sin él: {n}.",
    ),
    "touches-by-opportunity": Text(
        en="Touches that name nobody and count for the lead of their deal: {n}.",
        es="Contactos que no nombran a nadie y cuentan para el lead de su negocio: {n}.",
    ),
    "channel-spellings": Text(
        en="Channels written in another way than the same channel elsewhere, now as one: {n}.",
        es="Canales escritos de otra forma que el mismo canal en otras filas, ya unificados: {n}.",
    ),
    "spend-overlap": Text(
        en="Rows of spend that stand in two reports, counted once: {n}.",
        es="Filas de inversión que están en dos informes, contadas una vez: {n}.",
    ),
}


def resolve(refs: pd.Series, joined: Joined) -> pd.Series:
    """Return the lead of each reference; a mapped file may name another system's id as it is.

    A Salesforce id counts with 15 and with 18 characters.
    """
    if isinstance(refs.dtype, pd.CategoricalDtype):
        different = pd.Series(refs.cat.categories, dtype="str")
        return spread_categories(refs, resolve(different, joined))
    found = lookup(refs, joined.lead_of).astype("str")
    lost = found.isna() & refs.notna()
    if lost.any():
        bare = joined.lead_of.copy()
        bare.index = bare.index.str.replace(r"^[^:]*:", "", regex=True)
        bare = bare[~bare.index.duplicated(keep=False)]
        ids = matched_ids(refs[lost].str.replace(r"^[^:]*:", "", regex=True), frozenset(bare.index))
        plain = lookup(ids, bare).astype("str")
        found = found.where(~lost, plain.reindex(found.index))
    return found


def spread_categories(values: pd.Series, found: pd.Series) -> pd.Series:
    """Give each row what was found for its category; missing where it has none."""
    taken = found.array.take(values.cat.codes.to_numpy(), allow_fill=True)
    return pd.Series(taken, index=values.index)


def code_references(candidates: Candidates, table: str) -> None:
    """Keep the leads that the rows of a table name as codes: each is looked up once."""
    if table in candidates.tables:
        frame = candidates.get(table, ("lead_ref",))
        codes, refs = pd.factorize(frame["lead_ref"].astype("str"))
        frame["lead_ref"] = pd.Categorical.from_codes(codes, pd.Index(refs, dtype="str"))
        candidates.tables[table] = [frame]


def finish(candidates: Candidates, joined: Joined, accounts: Accounts, context: Context) -> Rows:
    """Give the rows of all canonical tables.

    Parameters
    ----------
    candidates : Candidates
        Rows of all systems.
    joined : Joined
        Leads, aliases and the lead of each reference.
    accounts : Accounts
        Accounts of all systems, joined.
    context : Context
        Words and ledger.
    """
    rows: Rows = {"leads": joined.leads, "lead_aliases": joined.aliases}
    rows["accounts"] = accounts.rows
    rows["opportunities"] = _opportunities(candidates, joined, accounts, context)
    rows["contact_roles"] = _roles(candidates, joined, rows["opportunities"], context)
    rows["opportunities"] = _leads_by_role(rows["opportunities"], rows["contact_roles"])
    rows["leads"] = accounts_of_leads(rows["leads"], rows["opportunities"], accounts, context)
    rows["touches"] = _touches(candidates, joined, rows, accounts, context)
    rows["leads"] = _campaigns_of_leads(rows["leads"], rows["touches"])
    rows["lead_stages"] = _lead_stages(candidates, joined, rows["leads"], context)
    rows["opportunity_stages"] = _opportunity_stages(candidates, rows["opportunities"], context)
    rows["opportunities"] = close_by_history(rows["opportunities"], rows["opportunity_stages"])
    rows["campaigns"] = _campaigns(candidates)
    rows["spend"] = _spend(candidates, context)
    for table in ("exchange_rates", "capacity", "holidays", "experiments", "goals"):
        rows[table] = candidates.get(table)
    rows["stages"] = _stages(candidates, rows, context)
    _name_channels(rows, context)
    return rows


def _with_lead(frame: pd.DataFrame, joined: Joined) -> tuple[pd.DataFrame, pd.Series]:
    """Resolve ``lead_ref``; also say which references found no lead."""
    refs = frame["lead_ref"]
    refs = refs if isinstance(refs.dtype, pd.CategoricalDtype) else refs.astype("str")
    lead = resolve(refs, joined)
    return frame.drop(columns="lead_ref").assign(lead_id=lead), refs.notna() & lead.isna()


def _with_deal(frame: pd.DataFrame, deals: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Find the deal that rows name, and say which name none of the exports."""
    known = frozenset(deals["opportunity_id"]) if len(deals) else frozenset()
    ids = matched_ids(frame["opportunity_id"].astype("str"), known)
    return frame.assign(opportunity_id=ids), ~ids.isin(known)


def _opportunities(
    candidates: Candidates, joined: Joined, accounts: Accounts, context: Context
) -> pd.DataFrame:
    frame = candidates.get("opportunities", ("lead_ref", "opportunity_id"))
    if not len(frame):
        return frame.drop(columns="lead_ref")
    frame, lost = _with_lead(frame, joined)
    context.draft.note_rows("ids-without-match", frame[lost], _NOTES["ids-without-match"])
    return accounts.follow(frame, context)


def _roles(
    candidates: Candidates, joined: Joined, deals: pd.DataFrame, context: Context
) -> pd.DataFrame:
    frame = candidates.get("contact_roles", ("lead_ref", "opportunity_id"))
    if not len(frame):
        return frame.drop(columns="lead_ref")
    frame, _ = _with_lead(frame, joined)
    frame, unknown = _with_deal(frame, deals)
    # A role that the deal's own row lists is no row of its own: the ledger does not count it.
    counted = ~flag(frame, "is_second")
    context.draft.set_aside(frame[unknown & counted], reasons.NO_OPPORTUNITY)
    nobody = frame["lead_id"].isna() & ~unknown
    context.draft.set_aside(frame[nobody & counted], reasons.NO_CONTACT)
    frame = frame[~unknown & ~nobody]
    if "is_primary" not in frame:
        frame = frame.assign(is_primary=pd.array([pd.NA] * len(frame), dtype="boolean"))
    order = frame.assign(rank=~flag(frame, "is_primary"))
    columns = ["opportunity_id", "lead_id", "rank", "role"]
    order = order.sort_values([c for c in columns if c in order], kind="stable")
    twin = order.duplicated(["opportunity_id", "lead_id"])
    context.draft.merge(order[twin & ~flag(order, "is_second")], reasons.SAME_ROLE)
    return order[~twin].drop(columns="rank").reset_index(drop=True)


def _leads_by_role(deals: pd.DataFrame, roles: pd.DataFrame) -> pd.DataFrame:
    """Give a deal without a lead the lead of its primary contact role."""
    if not len(roles) or not len(deals):
        return deals
    primary = roles[flag(roles, "is_primary")]
    table = primary.drop_duplicates("opportunity_id").set_index("opportunity_id")["lead_id"]
    lead = deals["lead_id"].fillna(lookup(deals["opportunity_id"], table)).astype("str")
    return deals.assign(lead_id=lead)


def _touches(
    candidates: Candidates,
    joined: Joined,
    rows: Rows,
    accounts: Accounts,
    context: Context,
) -> pd.DataFrame:
    frame = candidates.get("touches", ("lead_ref", "account_id", "opportunity_id", "campaign_id"))
    candidates.tables.pop("touches", None)  # so many rows need not stand in memory twice
    if not len(frame):
        return frame[["campaign_id"]]
    frame, lost = _with_lead(frame, joined)
    frame = accounts.follow(frame, context)
    deals = rows["opportunities"]
    frame, unknown = _with_deal(frame, deals)
    if unknown.any():
        frame["opportunity_id"] = frame["opportunity_id"].where(~unknown, None)
    if len(deals):
        by_deal = deals.set_index("opportunity_id")["lead_id"]
        lead = frame["lead_id"].fillna(lookup(frame["opportunity_id"], by_deal).astype("str"))
        filled = frame["lead_id"].isna() & lead.notna()
        _note(context, "touches-by-opportunity", frame, filled)
        frame["lead_id"] = lead
        lost &= lead.isna()
    _note(context, "ids-without-match", frame, lost)
    frame = _single_inquiries(frame)
    frame["team"] = context.vocabulary.team(frame)
    _tell_teams(frame, context)
    frame = _from_leads(frame, rows["leads"].set_index("lead_id"))
    return frame.drop(columns=["is_second", "activity"], errors="ignore")


def _note(context: Context, rule: str, frame: pd.DataFrame, found: pd.Series) -> None:
    context.draft.note_rows(rule, frame.loc[found, _SOURCE[1:]], _NOTES[rule])


def _from_leads(frame: pd.DataFrame, leads: pd.DataFrame) -> pd.DataFrame:
    """Give touches what their leads know: an inquiry its channel and moment, all their account."""
    inquiry, second = flag(frame, "is_inquiry"), flag(frame, "is_second")
    if inquiry.any():
        came_by = lookup(frame["lead_id"], leads["channel"]).astype("str")
        frame["channel"] = came_by.where(inquiry & came_by.notna(), frame["channel"])
    if second.any():
        # HubSpot writes minutes: its inquiry is the lead's creation, not up to a minute before it.
        born = lookup(frame["lead_id"], leads["created_at"])
        moment = second & (born.dt.floor("min") == frame["occurred_at"])
        frame["occurred_at"] = frame["occurred_at"].where(~moment, born)
    frame["account_id"] = frame["account_id"].astype("str")
    if frame["account_id"].hasnans:
        of_lead = lookup(frame["lead_id"], leads["account_id"]).astype("str")
        frame["account_id"] = frame["account_id"].fillna(of_lead)
    return frame


def _tell_teams(frame: pd.DataFrame, context: Context) -> None:
    """Show in the ledger which team makes which touches."""
    why = "the table of activities, with [teams] of mapping.toml over it"
    teams, channels = Distinct.of(frame["team"]), Distinct.of(frame["channel"].astype("str"))
    pairs = pd.unique(teams.codes * len(channels.cells) + channels.codes)
    made = pd.DataFrame(
        {
            "team": teams.cells.take(pairs // len(channels.cells)).array,
            "channel": channels.cells.take(pairs % len(channels.cells)).array,
        }
    )
    for team, group in made.groupby("team", sort=True):
        names = ", ".join(sorted(group["channel"].dropna()))
        context.draft.decide(None, "team", f"{team} makes: {names}", why)


def _single_inquiries(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out a second system's record of an inquiry that the CRM has too, within a day."""
    second = flag(frame, "is_second")
    inquiry = flag(frame, "is_inquiry")
    if not (second & inquiry).any():
        return frame.reset_index(drop=True)
    first = frame[inquiry & ~second].groupby("lead_id")["occurred_at"].agg(["min", "max"])
    at, lead = frame["occurred_at"], frame["lead_id"]
    day = pd.Timedelta(days=1)
    near = (at >= lookup(lead, first["min"]) - day) & (at <= lookup(lead, first["max"]) + day)
    return frame[~(second & inquiry & near)].reset_index(drop=True)


def _campaigns_of_leads(leads: pd.DataFrame, touches: pd.DataFrame) -> pd.DataFrame:
    """Take the campaign of a lead's inquiry as the one that brought it."""
    if not len(leads) or not len(touches):
        return leads
    known = touches[flag(touches, "is_inquiry") & touches["campaign_id"].notna()]
    known = known.sort_values(["occurred_at", "campaign_id"], kind="stable")
    first = known.drop_duplicates("lead_id").set_index("lead_id")["campaign_id"]
    brought = (
        leads["campaign_id"].astype("str").fillna(lookup(leads["lead_id"], first).astype("str"))
    )
    return leads.assign(campaign_id=brought)


def _lead_stages(
    candidates: Candidates, joined: Joined, leads: pd.DataFrame, context: Context
) -> pd.DataFrame:
    """Put the stages of leads together: creation, history, then what only a second system says."""
    frame = candidates.get(
        "lead_stages", ("lead_ref", "is_second", "stage", "entered_at", *_SOURCE)
    )
    frame, lost = _with_lead(frame, joined)
    second = flag(frame, "is_second")
    context.draft.set_aside(frame[lost & ~second], reasons.NO_LEAD)
    frame, second = frame[~lost], second[~lost]
    pair = frame["lead_id"].astype("str") + "\0" + frame["stage"].astype("str")
    frame = frame[~(second & pair.isin(set(pair[~second])))]
    frame = frame[frame["stage"] != "lead"] if not len(leads) else frame
    if len(leads):
        born = leads[["lead_id", *_SOURCE]].assign(entered_at=leads["created_at"], stage="lead")
        again = frame["stage"].eq("lead") & ~flag(frame, "is_second")
        context.draft.merge(frame[again], reasons.SAME_ENTRY)
        frame = pd.concat([born, frame[frame["stage"] != "lead"]], ignore_index=True)
    columns = ["lead_id", "entered_at", "stage", "source_file", "source_row"]
    frame = frame.sort_values(columns, kind="stable", ignore_index=True)
    twin = frame.duplicated(["lead_id", "entered_at", "stage"])
    context.draft.merge(frame[twin & ~flag(frame, "is_second")], reasons.SAME_ENTRY)
    return frame[~twin].drop(columns="is_second")


def _opportunity_stages(
    candidates: Candidates, deals: pd.DataFrame, context: Context
) -> pd.DataFrame:
    frame = candidates.get("opportunity_stages", ("opportunity_id",))
    frame, unknown = _with_deal(frame, deals)
    counted = ~flag(frame, "is_second")
    context.draft.set_aside(frame[unknown & counted], reasons.NO_OPPORTUNITY)
    return fold(frame[~unknown], deals, context)


def _stages(candidates: Candidates, rows: Rows, context: Context) -> pd.DataFrame:
    """Take the stages that an export lists, else order those of the deals."""
    given, deals = candidates.get("stages"), rows["opportunities"]
    if len(given) or not len(deals) or "stage" not in deals:
        return given
    hints = candidates.get("stage_hints", ("pipeline", "stage", "place"))
    return stage_table(deals, rows["opportunity_stages"], hints, context)


def _campaigns(candidates: Candidates) -> pd.DataFrame:
    """Let an advertising platform's campaign take goal and region from its namesake in the CRM."""
    frame = candidates.get("campaigns", ("platform", "campaign_id", "name", "starts_on"))
    if not len(frame):
        return frame
    crm = frame[frame["platform"] == "salesforce"]
    known = crm[~crm["name"].duplicated(keep=False)].set_index("name")
    for name in ("objective", "appeal", "region"):
        if name in known:
            own = frame[name].astype("str")
            frame[name] = own.fillna(lookup(frame["name"], known[name]).astype("str"))
    order = frame.sort_values(["platform", "campaign_id", "starts_on", "name"], kind="stable")
    return order.drop_duplicates(["platform", "campaign_id"], keep="last").sort_index()


def _spend(candidates: Candidates, context: Context) -> pd.DataFrame:
    """Count a campaign's period once where two reports hold it: from the report that says more."""
    frame = candidates.get("spend", ("cost",))
    key = ["platform", "campaign_id", "starts_on", "ends_on", "currency"]
    if not len(frame) or (frame["source_file"] == frame["source_file"].iloc[0]).all():
        return frame
    cost = frame.groupby([*key, "source_file"], dropna=False)["cost"].sum().reset_index()
    cost = cost.sort_values([*key, "cost", "source_file"], kind="stable")
    best = cost.drop_duplicates(key, keep="last").rename(columns={"source_file": "best"})
    merged = frame.merge(best[[*key, "best"]], on=key, how="left")
    again = merged["best"].ne(merged["source_file"]).to_numpy(bool)
    context.draft.merge(frame[again], reasons.SAME_PERIOD)
    context.draft.note_rows("spend-overlap", frame[again], _NOTES["spend-overlap"])
    return frame[~again]


def _name_channels(rows: Rows, context: Context) -> None:
    """Give each channel one spelling in all tables: the one that leads and deals use most."""
    tables = ("leads", "opportunities", "touches", "spend", "campaigns")
    have = [t for t in tables if len(rows[t]) and "channel" in rows[t]]
    seen = [rows[t]["channel"].astype("str") for t in ("leads", "opportunities") if t in have]
    learn = pd.concat(seen) if seen else pd.Series(dtype="str")
    name = context.vocabulary.channel_names(learn.dropna())
    for table in have:
        written = Distinct.of(rows[table]["channel"].astype("str"))
        named = name(written.cells)
        other = (named != written.cells) & written.cells.notna()
        if not other.any():
            continue
        if table in ("leads", "opportunities"):
            _note(context, "channel-spellings", rows[table], written.spread(other))
        rows[table] = rows[table].assign(channel=written.spread(named))
