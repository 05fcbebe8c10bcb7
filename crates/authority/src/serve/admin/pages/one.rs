//! One customer, one product key, one host.

use leasehold_core::{KeyId, Text};
use leasehold_dashboard::Notice;
use leasehold_dashboard::authority::{
    CustomerView, HostUsage, HostView, KeyPageView, customer_page, data, host_page, key_page,
};
use leasehold_service::pages::{fields, page};
use leasehold_store::authority::{HostUsage as Reported, IssuedKey};

use super::{Shown, Visit, facts, nothing};
use crate::activations;
use crate::key_name::KeyName;
use crate::keys;
use crate::reports::{self, UsageFilter};
use crate::serve::admin::keys::key_view;

pub(super) fn customer(visit: &Visit<'_>) -> Shown {
    let [name] = fields(visit.query(), ["name"]);
    let Some(name) = name.and_then(|name| name.parse::<Text>().ok()) else { return Ok(nothing()) };
    let (store, now) = (visit.store(), visit.stamp.at);
    let is_theirs = |key: &IssuedKey| key.customer.as_ref() == Some(&name);
    let (mut held, mut after) = (Vec::new(), None);
    loop {
        let found = keys::page(store, after, MANY as u64 + 1, &is_theirs)?;
        held.extend(found.keys.iter().map(|(key, counts)| key_view(key, *counts)));
        after = found.next.filter(|_| held.len() <= MANY);
        if after.is_none() {
            break;
        }
    }
    let live = facts::live_leases(store)?;
    let mut hosts = Vec::new();
    activations::each_host(store, &mut |host| {
        if is_theirs(&host.key) && hosts.len() <= MANY {
            let live = live.get(&(host.key.public.id(), host.activation.subject.id())).copied();
            hosts.push(facts::host(&host, live, now));
        }
    })?;
    let (more_keys, more_hosts) = (held.len() > MANY, hosts.len() > MANY);
    held.truncate(MANY);
    hosts.truncate(MANY);
    let usage = reports::usage(store, &UsageFilter { customer: Some(name.clone()), ..UsageFilter::default() })?;
    let usage = usage.into_iter().map(data::Usage::from).collect();
    let view =
        CustomerView { now: now.unix(), name: name.to_string(), keys: held, more_keys, hosts, more_hosts, usage };
    Ok(page(customer_page(&visit.frame("/customers", None), &view)))
}

pub(super) fn key(visit: &Visit<'_>, name: &str, notice: Option<Notice>) -> Shown {
    let Ok(name) = name.parse::<KeyName>() else { return Ok(nothing()) };
    let [after] = fields(visit.query(), ["after"]);
    let after = after.and_then(|after| after.parse().ok()).unwrap_or_default();
    let (issued, counts) = keys::with_counts(visit.store(), &name)?;
    let mut places = activations::page(visit.store(), &name, after, ROWS as u64 + 1)?;
    let more = places.len() > ROWS;
    places.truncate(ROWS);
    let last = places.last().map(|activated| activated.activation.ordinals.place);
    let view = KeyPageView {
        now: visit.now(),
        key: key_view(&issued, counts),
        next: last.filter(|_| more),
        places: places.iter().map(|place| facts::host(place, None, visit.stamp.at)).collect(),
        directories: activations::directories(visit.store(), Some(&name))?.iter().map(facts::directory).collect(),
    };
    Ok(page(key_page(&visit.frame("/keys", notice), &view)))
}

pub(super) fn host(visit: &Visit<'_>, subject: KeyId, notice: Option<Notice>) -> Shown {
    let found = activations::find(visit.store(), subject)?;
    let live = facts::live_leases(visit.store())?;
    let usage = reports::of_hosts(visit.store(), Some(subject))?;
    let one = |host: &activations::Activated| {
        facts::host(host, live.get(&(host.key.public.id(), subject)).copied(), visit.stamp.at)
    };
    let view = HostView {
        now: visit.now(),
        hosts: found.iter().map(one).collect(),
        usage: usage.into_iter().map(reported).collect(),
    };
    Ok(page(host_page(&visit.frame("/hosts", notice), &view)))
}

fn reported(usage: Reported) -> HostUsage {
    let Reported { family, month, at, clients, live, peak, .. } = usage;
    HostUsage { month, family: family.to_string(), clients, live, peak, at: at.unix() }
}

/// Rows of a page.
const ROWS: usize = 50;
/// Rows of a list that has one page.
const MANY: usize = 200;
