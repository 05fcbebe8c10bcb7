//! What is out and used, and what needs the vendor.

use std::collections::BTreeSet;

use leasehold_core::{Span, Timestamp};
use leasehold_dashboard::authority::{HostState, Overview, Task, data, overview_page};
use leasehold_service::pages::page;

use super::{Shown, Visit, facts};
use crate::activations::{self, Activated};
use crate::keys;
use crate::reports::{self, UsageFilter};
use crate::revocations;
use crate::serve::admin::{audit, vendor};

/// What hosts say all together.
#[derive(Default)]
struct Hosts {
    activated: u64,
    ended: u64,
    overdue: u64,
    /// Those that have forked lately, the latest first.
    forked: Vec<(Timestamp, Activated)>,
}

pub(super) fn overview(visit: &Visit<'_>) -> Shown {
    let (store, now) = (visit.store(), visit.stamp.at);
    let (held, withdrawn): (Vec<_>, Vec<_>) =
        keys::all_with_places(store)?.into_iter().partition(|(key, _)| key.withdrawn.is_none());
    let customers: BTreeSet<&str> = held.iter().filter_map(|(key, _)| Some(key.customer.as_ref()?.as_str())).collect();
    let hosts = hosts(visit)?;
    let mut directories = activations::directories(store, None)?;
    directories.retain(|found| !found.revoked && found.activation.expires.is_none_or(|end| end > now));
    let vendor = vendor::view(&visit.state.authority);
    let view = Overview {
        now: now.unix(),
        customers: customers.len() as u64,
        keys: held.len() as u64,
        withdrawn: withdrawn.len() as u64,
        hosts: hosts.activated,
        directories: directories.len() as u64,
        revoked: revocations::standing(store)?.entries.len() as u64,
        tasks: tasks(&hosts, &vendor, now),
        usage: reports::usage(store, &UsageFilter::default())?.into_iter().map(data::Usage::from).collect(),
        changes: audit::page(store, None, FEW)?.items,
        vendor,
    };
    Ok(page(overview_page(&visit.frame("/", None), &view)))
}

fn hosts(visit: &Visit<'_>) -> Result<Hosts, crate::Error> {
    let (now, mut hosts) = (visit.stamp.at, Hosts::default());
    activations::each_host(visit.store(), &mut |host| {
        let state = facts::state(&host, now);
        hosts.activated += u64::from(!matches!(state, HostState::Ended | HostState::Revoked));
        match state {
            HostState::Renewed | HostState::Activated | HostState::Revoked => {}
            HostState::Overdue => hosts.overdue += 1,
            HostState::Ended => hosts.ended += 1,
            HostState::Forked => {
                let fork = host.report.and_then(|report| report.fork);
                hosts.forked.extend(fork.filter(|fork| now < fork.at.plus(RECENT)).map(|fork| (fork.at, host)));
            }
        }
    })?;
    hosts.forked.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(hosts)
}

fn tasks(hosts: &Hosts, vendor: &data::Vendor, now: Timestamp) -> Vec<Task> {
    let mut tasks = Vec::new();
    let left = Timestamp::from_unix(vendor.expires).since(now);
    if left < SOON {
        tasks.push(Task {
            urgent: left == Span::ZERO,
            text: format!("This authority may sign until {} alone.", Timestamp::from_unix(vendor.expires)),
            hint: "`leasehold vendor authority rotate` makes another one, with the root key.".to_owned(),
            path: "/".to_owned(),
        });
    }
    tasks.extend(hosts.forked.iter().take(FORKED).map(|(at, host)| forked(*at, host)));
    let more = hosts.forked.len().saturating_sub(FORKED) as u64;
    let all_forked = ("forked", "Ask their customers which of the copies is to stay.");
    tasks.extend(many(true, more, ("1 more host has forked.", "more hosts have forked."), all_forked));
    let unheard = (
        "overdue",
        "They are off, do not reach this service, or are renewed by hand; their machines work on until their leases end.",
    );
    let ended = ("1 host has a certificate that has ended.", "hosts have certificates that have ended.");
    tasks.extend(many(false, hosts.ended, ended, unheard));
    let overdue =
        ("1 host has not renewed for longer than it should.", "hosts have not renewed for longer than they should.");
    tasks.extend(many(false, hosts.overdue, overdue, unheard));
    tasks
}

fn forked(at: Timestamp, host: &Activated) -> Task {
    let name = host.activation.name.as_ref().map_or_else(|| "A host".to_owned(), |name| format!("Host {name}"));
    let customer = host.key.customer.as_ref().map_or_else(String::new, |name| format!(" of {name}"));
    Task {
        urgent: true,
        text: format!("{name}{customer} has forked, {at}."),
        hint: "Two copies of it have renewed, or one was restored from a backup: ask the customer which is to stay."
            .to_owned(),
        path: format!("/hosts/{}", host.activation.subject.id()),
    }
}

fn many(urgent: bool, count: u64, (one, several): (&str, &str), (state, hint): (&str, &str)) -> Option<Task> {
    let text = match count {
        0 => return None,
        1 => one.to_owned(),
        _ => format!("{count} {several}"),
    };
    Some(Task { urgent, text, hint: hint.to_owned(), path: format!("/hosts?state={state}") })
}

/// Rows of a short list.
const FEW: u64 = 10;
/// Forked hosts that are told one by one.
const FORKED: usize = 5;
/// For how long a fork needs the vendor; afterwards the host's own page tells of it.
const RECENT: Span = Span::days(90);
/// How long before its end an authority is to be replaced.
const SOON: Span = Span::days(90);
