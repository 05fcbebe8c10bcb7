//! Subscription leases by user. A host knows no names.

use std::collections::BTreeMap;

use leasehold_core::{KeyId, UserId};
use leasehold_dashboard::host::{User, UserLease, UsersView};
use leasehold_service::Problem;
use leasehold_store::host::{ClientKind, ClientSearch};

use crate::admin::AdminState;
use crate::admin::budget::Budget;

impl AdminState {
    /// The users who hold live leases, those with the most devices first. It looks at a stretch of clients at a time, the first of
    /// them after `after`.
    pub(in crate::admin) fn users(&self, mut after: Option<KeyId>) -> Result<UsersView, Problem> {
        let (now, mut budget) = (self.now(), Budget::begin());
        let mut view = UsersView { now: now.unix(), families: self.subscriptions(), ..UsersView::default() };
        if view.families.is_empty() {
            return Ok(view);
        }
        let (mut users, mut clients): (BTreeMap<UserId, Vec<UserLease>>, _) = (BTreeMap::new(), 0);
        let search = ClientSearch { kind: ClientKind::Subscribed, now, wanted: CLIENTS, ..ClientSearch::default() };
        loop {
            let (asked, from, max) = (search.clone(), after, budget.stretch());
            let stretch = self.ask(move |store| store.find_clients(&asked, from, max))?;
            clients += stretch.rows.len();
            for row in &stretch.rows {
                for (product, lease) in row.leases.iter().filter(|(_, lease)| lease.held.runs_at(now)) {
                    let Some(user) = lease.held.user else { continue };
                    let (client, product) = (row.client.to_string(), product.to_string());
                    let lease = UserLease { client, product, expires: lease.held.expires.unix() };
                    users.entry(user).or_default().push(lease);
                }
            }
            after = stretch.end;
            if after.is_none() || clients >= CLIENTS || budget.is_spent() {
                break;
            }
        }
        view.users = users.into_iter().map(|(user, leases)| User { user: user.to_string(), leases }).collect();
        view.users.sort_by_key(|user| std::cmp::Reverse(user.devices()));
        view.next = after.map(|after| after.to_string());
        Ok(view)
    }

    /// Families whose leases are for users, with the devices that each may have.
    fn subscriptions(&self) -> Vec<(String, u64)> {
        let identity = self.identity();
        let grants = identity.iter().flat_map(|identity| &identity.certificate().grants);
        grants.filter_map(|grant| Some((grant.family.to_string(), grant.policy.devices?))).collect()
    }
}

/// Clients that a page tells of, and a few more.
const CLIENTS: usize = 500;
