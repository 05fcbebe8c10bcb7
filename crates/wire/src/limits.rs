//! What a signer may give: the rules of DESIGN section 2 for leases and refusals.

use leasehold_core::{FamilyId, Grant, Policy, ProductId};

use crate::document::{HostCertificate, Lease, Method, RefusalReason, SealedRefusal};
use crate::reason::Reason;
use crate::trust::{Role, Verifiable, WRONG_ROLE};

impl Verifiable for Lease {
    fn check(&self, role: Role<'_>) -> Result<(), Reason> {
        match (role, self.method) {
            (Role::Host(host), Method::Host | Method::Subscription) => {
                self.within(&granted(host, &self.family, &self.product)?.policy)
            }
            (Role::Authority, Method::MultipleKey) => {
                demand(self.count.is_none(), "the lease of a multiple key counts clients")
            }
            // Method 2 is no lease's.
            (Role::Authority, Method::Host | Method::Directory | Method::Subscription)
            | (Role::Host(_), Method::MultipleKey | Method::Directory)
            | (Role::Root, _) => Err(WRONG_ROLE),
        }
    }
}

impl Lease {
    fn within(&self, policy: &Policy) -> Result<(), Reason> {
        let lasts = self.expires.is_some_and(|end| end <= policy.expiry(self.issued));
        demand(lasts, "the lease lasts longer than the host's grant allows")?;
        let has = self.features.iter().all(|feature| policy.features.contains(feature));
        demand(has, "the lease has a feature that the host's grant lacks")?;
        let spans = (self.renewal, self.retry, self.grace) == (policy.renewal, policy.retry, policy.grace);
        demand(spans, "the lease's renewal, retry or grace are other than granted")?;
        if self.method == Method::Subscription {
            demand(policy.devices.is_some(), "the host's grant is no subscription")?;
            return demand(self.count.is_none(), "the lease of a subscription counts clients");
        }
        let counted = self.count.is_some_and(|count| count >= policy.threshold);
        demand(counted, "the lease was given below the threshold")
    }
}

impl Verifiable for SealedRefusal {
    fn check(&self, role: Role<'_>) -> Result<(), Reason> {
        match role {
            Role::Host(host) => self.within(&granted(host, &self.family, &self.product)?.policy),
            Role::Authority | Role::Root => Err(WRONG_ROLE),
        }
    }
}

impl SealedRefusal {
    fn within(&self, policy: &Policy) -> Result<(), Reason> {
        demand(self.retry <= policy.retry, "the refusal's retry is longer than granted")?;
        let (granted, counts) = match self.reason {
            RefusalReason::CloneSuspected => (None, false),
            RefusalReason::ThresholdNotMet => (Some(policy.threshold), true),
            RefusalReason::CapacityReached => (Some(policy.capacity.ok_or(NO_LIMIT)?), false),
            RefusalReason::DevicesReached => (Some(policy.devices.ok_or(NO_LIMIT)?), false),
        };
        demand(self.limit == granted, "the refusal's limit is not the host's grant's")?;
        demand(
            self.count.is_some() == counts,
            "the refusal counts clients where none count, or does not where they do",
        )?;
        let below = self.count.is_none_or(|count| count < policy.threshold);
        demand(below, "the refusal's count meets the threshold")
    }
}

/// The grant that a host signs by: of those with the family, the first that has the product.
fn granted<'h>(host: &'h HostCertificate, family: &FamilyId, product: &ProductId) -> Result<&'h Grant, Reason> {
    let covers = |grant: &&Grant| grant.family == *family && grant.number_of(product).is_some();
    host.grants.iter().find(covers).ok_or(Reason::NotAuthorised("no grant of the host covers the product and family"))
}

fn demand(holds: bool, otherwise: &'static str) -> Result<(), Reason> {
    if holds { Ok(()) } else { Err(Reason::NotAuthorised(otherwise)) }
}

const NO_LIMIT: Reason = Reason::NotAuthorised("the host's grant has no limit of this kind");
