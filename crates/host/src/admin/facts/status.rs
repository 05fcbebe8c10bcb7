//! How the host stands.

use std::sync::atomic::Ordering;

use leasehold_core::standing::Revocation;
use leasehold_core::{Grant, Timestamp};
use leasehold_dashboard::host::data::{Certificate, Disk, Dns, Failure, Family, Renewal, Status};
use leasehold_service::Problem;
use leasehold_store::host::Counts;

use super::forecast::forecast;
use super::seals::seal_of;
use super::warnings::warnings;
use crate::admin::AdminState;
use crate::admin::history::look;
use crate::admin::state::not_answered;
use crate::authority::LastFailure;
use crate::disk;
use crate::identity::Identity;
use crate::renewing::next_renewal;

impl AdminState {
    /// How the host stands now.
    pub(in crate::admin) fn status(&self) -> Result<Status, Problem> {
        let now = self.now();
        let identity = self.identity();
        let mut families = Vec::new();
        let mut seal = None;
        if let Some(identity) = &identity {
            look(&self.history, &self.shared);
            let counts = self.standing(now)?;
            for grant in &identity.certificate().grants {
                families.push(self.family(grant, counts.get(&grant.family).copied().unwrap_or_default(), now)?);
            }
            let host = identity.id();
            let newest = self.ask(move |store| store.seals(host, 1))?;
            seal = newest.first().map(|row| seal_of(row, identity));
        }
        let mut status = Status {
            now: now.unix(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            host: identity.as_ref().map(|identity| identity.id().to_string()),
            certificate: identity.as_ref().map(|identity| certificate(identity, now)),
            renewal: self.renewal(identity.as_deref()),
            store_works: self.shared.store_works.load(Ordering::Relaxed),
            disk: disk::Disk::of(&self.home).map(|disk| Disk {
                free: disk.free,
                size: disk.size,
                daily_growth: disk.daily_growth,
            }),
            dns: self.dns(),
            seal,
            families,
            warnings: Vec::new(),
        };
        status.warnings = warnings(&status, disk::Disk::of(&self.home).map(|disk| disk.room()));
        Ok(status)
    }

    /// How a family stands now.
    pub(in crate::admin) fn family(&self, grant: &Grant, counts: Counts, now: Timestamp) -> Result<Family, Problem> {
        let policy = &grant.policy;
        let hours = self.history.hours(grant.family, now.unix(), HOURS);
        Ok(Family {
            family: grant.family.to_string(),
            products: grant.products.iter().map(|(product, _)| product.to_string()).collect(),
            clients: counts.clients,
            threshold: policy.threshold,
            live: counts.live,
            capacity: policy.capacity,
            window: policy.window.as_seconds(),
            validity: policy.validity.as_seconds(),
            renewal: policy.renewal.as_seconds(),
            retry: policy.retry.as_seconds(),
            grace: policy.grace.as_seconds(),
            end: policy.end.map(Timestamp::unix),
            ends: self.history.ends.of(&self.shared, grant, counts.live, now).map_err(|error| not_answered(&error))?,
            forecast: forecast(&grant.policy, counts, &hours, now),
            hours,
        })
    }

    fn renewal(&self, identity: Option<&Identity>) -> Renewal {
        let set = self.settings().renewal.and_then(|renewal| renewal.authority);
        let authority = set.or_else(|| self.home.authority().ok().flatten());
        let record = self.home.renewals().unwrap_or_default();
        let next = identity.map(|identity| next_renewal(identity, record.last_failure.as_ref()).unix());
        Renewal {
            next: next.filter(|_| authority.is_some()),
            authority: authority.map(|authority| authority.address.to_string()),
            failure: record.last_failure.as_ref().map(failure),
            list: identity.and_then(Identity::revocation_number),
            list_failure: record.last_list_failure.as_ref().map(failure),
        }
    }

    fn dns(&self) -> Dns {
        let publication = self.settings().publication;
        let lines =
            publication.iter().flat_map(|publication| publication.entries.iter().map(|entry| publication.line(entry)));
        let counters = &self.shared.counters;
        Dns {
            records: lines.collect(),
            published: counters.published.load(Ordering::Relaxed),
            failed: counters.not_published.load(Ordering::Relaxed),
        }
    }
}

/// What the vendor has certified.
pub(in crate::admin) fn certificate(identity: &Identity, now: Timestamp) -> Certificate {
    let certificate = identity.certificate();
    Certificate {
        vendor: certificate.vendor.to_string(),
        authority: identity.authority().to_string(),
        issued: certificate.issued.unix(),
        expires: certificate.expires.unix(),
        host_ordinal: certificate.host_ordinal,
        activation_ordinal: certificate.activation_ordinal,
        holds: identity.grants_at(now).is_some(),
        revoked: identity.own_revocation() == Revocation::Revoked,
    }
}

fn failure(last: &LastFailure) -> Failure {
    Failure { code: last.code.clone(), message: last.message.clone(), at: last.at }
}

/// Hours that are shown.
const HOURS: u64 = 48;
