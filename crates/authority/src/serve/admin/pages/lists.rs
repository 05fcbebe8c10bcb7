//! Lists: customers, product keys, hosts, directories, usage, products, revocations, the audit.

use std::collections::BTreeMap;

use leasehold_core::{Cti, FamilyId, KeyId, Text};
use leasehold_dashboard::authority::{
    AuditView, CatalogueView, Customer, CustomersView, DirectoriesView, HostState, HostsView, KeysView,
    RevocationsView, SignInRow, UsageView, audit_page, catalogue_page, customers_page, data, directories_page,
    hosts_page, keys_page, revocations_page, usage_page,
};
use leasehold_dashboard::{FieldFault, Notice};
use leasehold_service::access::AuditEntry;
use leasehold_service::pages::{fields, page, query_of, to};
use leasehold_store::authority::{IssuedKey, Role};

use super::{Shown, Visit, facts, questions};
use crate::activations;
use crate::key_name::KeyName;
use crate::keys;
use crate::products;
use crate::reports::{self, UsageFilter};
use crate::revocations;
use crate::serve::admin::{audit as changes, families, keys::key_view, products as catalogued, revocations as revoked};

pub(super) fn customers(visit: &Visit<'_>) -> Shown {
    let [search] = fields(visit.query(), ["search"]);
    let search = search.unwrap_or_default().trim().to_owned();
    let (wanted, live) = (search.to_lowercase(), facts::live_leases(visit.store())?);
    let mut found: BTreeMap<(bool, String), Customer> = BTreeMap::new();
    let mut live_of: BTreeMap<KeyId, u64> = BTreeMap::new();
    live.into_iter().for_each(|((key, _), live)| *live_of.entry(key).or_default() += live);
    for (key, places) in keys::all_with_places(visit.store())? {
        let name = key.customer.as_ref().map(Text::to_string);
        if !name.as_deref().unwrap_or_default().to_lowercase().contains(&wanted) {
            continue;
        }
        let customer = found.entry((name.is_none(), name.clone().unwrap_or_default().to_lowercase())).or_default();
        customer.name = name;
        customer.live += live_of.get(&key.public.id()).copied().unwrap_or_default();
        add(customer, &key, places);
    }
    let more = found.len().saturating_sub(MANY) as u64;
    let customers = found.into_values().take(MANY).collect();
    Ok(page(customers_page(&visit.frame("/customers", None), &CustomersView { search, customers, more })))
}

fn add(customer: &mut Customer, key: &IssuedKey, places: u64) {
    if key.withdrawn.is_some() {
        customer.withdrawn += 1;
        return;
    }
    customer.keys += 1;
    let taken = match key.allowance.kind() {
        leasehold_core::KeyKind::Multiple => &mut customer.machines,
        leasehold_core::KeyKind::Host | leasehold_core::KeyKind::Generic => &mut customer.hosts,
    };
    taken.taken = taken.taken.saturating_add(places);
    taken.of = taken.of.saturating_add(key.allowance.places());
}

pub(super) fn keys(visit: &Visit<'_>) -> Shown {
    let [customer, family, after] =
        fields(visit.query(), ["customer", "family", "after"]).map(Option::unwrap_or_default);
    let customer = customer.trim().to_owned();
    let (part, of) = (customer.to_lowercase(), family.parse::<FamilyId>().ok());
    let is_theirs = |key: &IssuedKey| {
        key.customer.as_ref().map_or_else(String::new, |name| name.as_str().to_lowercase()).contains(&part)
    };
    let named = customer.parse::<KeyName>().ok();
    // A product key that is named is shown at once, unless a customer has this name.
    if let Some(name) = &named
        && let Ok((key, _)) = keys::with_counts(visit.store(), name)
        && !keys::all_with_places(visit.store())?.iter().any(|(key, _)| is_theirs(key))
    {
        return Ok(to(&format!("/keys/{}", key.public.id())));
    }
    let is_named = |key: &IssuedKey| match &named {
        Some(KeyName::Id(id)) => key.public.id() == *id,
        Some(KeyName::LastFive(last_five)) => key.last_five == *last_five,
        None => false,
    };
    let wanted = |key: &IssuedKey| of.is_none_or(|of| key.family == of) && (is_theirs(key) || is_named(key));
    let found = keys::page(visit.store(), after.parse().ok(), ROWS, &wanted)?;
    let own = query_of(&[("customer", &customer), ("family", &family)]);
    let next = found.next.map(|next| format!("{own}&after={next}"));
    let view = KeysView {
        now: visit.now(),
        families: facts::families(visit.store())?,
        keys: found.keys.iter().map(|(key, counts)| key_view(key, *counts)).collect(),
        next,
        first: (!after.is_empty()).then_some(own),
        customer,
        family,
    };
    Ok(page(keys_page(&visit.frame("/keys", None), &view)))
}

pub(super) fn hosts(visit: &Visit<'_>) -> Shown {
    let [state, customer, after] = fields(visit.query(), ["state", "customer", "after"]).map(Option::unwrap_or_default);
    let customer = customer.trim().to_owned();
    let part = customer.to_lowercase();
    let (now, live) = (visit.stamp.at, facts::live_leases(visit.store())?);
    let read = activations::hosts(visit.store(), after.parse().unwrap_or_default())?;
    let whole = read.len() as u64 == activations::MAX_READ;
    let (mut hosts, mut last) = (Vec::new(), None);
    let mut more = whole;
    for (number, host) in &read {
        if hosts.len() as u64 == ROWS {
            more = true;
            break;
        }
        last = Some(*number);
        let shown = facts::host(host, live.get(&(host.key.public.id(), host.activation.subject.id())).copied(), now);
        let is_theirs = shown.customer.as_deref().unwrap_or_default().to_lowercase().contains(&part);
        hosts.extend(Some(shown).filter(|shown| is_theirs && is_wanted(&state, shown.state)));
    }
    let own = query_of(&[("state", &state), ("customer", &customer)]);
    let next = last.filter(|_| more).map(|last| format!("{own}&after={last}"));
    let first = (!after.is_empty()).then_some(own);
    let view = HostsView { now: now.unix(), customer, state, hosts, next, first };
    Ok(page(hosts_page(&visit.frame("/hosts", None), &view)))
}

fn is_wanted(wanted: &str, state: HostState) -> bool {
    match state {
        HostState::Renewed | HostState::Activated => wanted.is_empty(),
        HostState::Overdue | HostState::Ended => wanted.is_empty() || wanted == "overdue",
        HostState::Forked | HostState::Revoked => wanted.is_empty() || wanted == state.name(),
    }
}

pub(super) fn directories(visit: &Visit<'_>, notice: Option<Notice>) -> Shown {
    let found = activations::directories(visit.store(), None)?;
    let view = DirectoriesView { now: visit.now(), directories: found.iter().map(facts::directory).collect() };
    Ok(page(directories_page(&visit.frame("/directories", notice), &view)))
}

pub(super) fn usage(visit: &Visit<'_>) -> Shown {
    let [month, family] = fields(visit.query(), ["month", "family"]).map(Option::unwrap_or_default);
    let of = family.parse::<FamilyId>().ok();
    let mut usage = reports::usage(visit.store(), &UsageFilter { family: of, ..UsageFilter::default() })?;
    let mut months: Vec<String> = usage.iter().map(|usage| usage.month.clone()).collect();
    months.dedup();
    usage.retain(|usage| month.is_empty() || usage.month == month);
    let excess = usage.len().saturating_sub(MANY);
    let usage = usage.into_iter().skip(excess).map(data::Usage::from).collect();
    let families = facts::families(visit.store())?;
    let view = UsageView { month, months, family, families, usage, more: excess as u64 };
    Ok(page(usage_page(&visit.frame("/usage", None), &view)))
}

pub(super) fn catalogue(visit: &Visit<'_>) -> Shown {
    let root = visit.state.authority.vendor().root;
    let products = products::list(visit.store())?.iter().map(|product| catalogued::view(product, root)).collect();
    let families = products::families(visit.store())?.iter().map(families::view).collect();
    let view = CatalogueView { now: visit.now(), products, families };
    Ok(page(catalogue_page(&visit.frame("/catalogue", None), &view)))
}

pub(super) fn revocations(visit: &Visit<'_>) -> Shown {
    let [ask, what, id] = fields(visit.query(), ["ask", "what", "id"]);
    let (what, id) = (what.unwrap_or_default(), id.unwrap_or_default().trim().to_owned());
    let is_id = id.parse::<KeyId>().is_ok() && id.parse::<Cti>().is_ok();
    match ask {
        Some(_) if is_id || !visit.may(Role::Revoke) => Ok(questions::revoke_named(visit, &what, &id)),
        Some(_) => {
            let text = "a key or document is named by 32 hexadecimal digits.".to_owned();
            revocations_with(visit, None, Typed { what, id, fault: Some(FieldFault { field: "id", text }) })
        }
        None => revocations_with(visit, None, Typed { what, id, fault: None }),
    }
}

/// What was typed to be revoked, and what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub(super) what: String,
    pub(super) id: String,
    pub(super) fault: Option<FieldFault>,
}

/// The list, with what was typed.
pub(super) fn revocations_with(visit: &Visit<'_>, notice: Option<Notice>, typed: Typed) -> Shown {
    let mut list = revoked::list::view(&revocations::standing(visit.store())?);
    list.entries.reverse();
    let more = list.entries.len().saturating_sub(MANY) as u64;
    list.entries.truncate(MANY);
    let Typed { what: chosen, id: typed, fault } = typed;
    let view = RevocationsView { now: visit.now(), list, more, chosen, typed, fault };
    Ok(page(revocations_page(&visit.frame("/revocations", notice), &view)))
}

pub(super) fn audit(visit: &Visit<'_>) -> Shown {
    let [before] = fields(visit.query(), ["before"]);
    let before: Option<u64> = before.and_then(|before| before.parse().ok());
    let changes = changes::page(visit.store(), before, ROWS)?;
    let sign_ins = if before.is_none() { sign_ins(visit) } else { Vec::new() };
    Ok(page(audit_page(&visit.frame("/audit", None), &AuditView { now: visit.now(), changes, sign_ins })))
}

/// Who signed in; none where it cannot be read, which the log says.
fn sign_ins(visit: &Visit<'_>) -> Vec<SignInRow> {
    let row = |entry: AuditEntry| {
        let AuditEntry { at, actor, action, subject, from } = entry;
        SignInRow { at, actor, action, subject, from }
    };
    let found = visit.state.sign_ins.audit.newest(MANY).unwrap_or_else(|error| {
        tracing::error!(code = %error.code(), %error, "sign-ins not shown");
        Vec::new()
    });
    found.into_iter().map(row).collect()
}

/// Rows of a page.
const ROWS: u64 = 50;
/// Rows of a list that has one page.
const MANY: usize = 200;
