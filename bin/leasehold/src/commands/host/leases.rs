//! The `[leases]` table of a host's configuration: how long leases last that none borrows for longer.

use std::collections::BTreeMap;

use leasehold_core::{Code, Finding, Grant, Policy, ProductId, Span};
use leasehold_host::OrdinaryLeases;
use serde::{Deserialize, Deserializer};

use crate::values;

/// The `[leases]` table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LeaseOptions {
    /// The length of leases of each product.
    #[serde(deserialize_with = "lengths")]
    pub(crate) ordinary: OrdinaryLeases,
}

fn lengths<'de, D: Deserializer<'de>>(source: D) -> Result<OrdinaryLeases, D::Error> {
    let texts: BTreeMap<String, String> = Deserialize::deserialize(source)?;
    let read = |(product, length): (String, String)| {
        let wrong = |words: String| serde::de::Error::custom(format!("[leases.ordinary] {product}: {words}"));
        let id: ProductId = product.parse().map_err(|error| wrong(format!("{error}")))?;
        Ok((id, values::span(&length).map_err(wrong)?))
    };
    texts.into_iter().map(read).collect()
}

impl LeaseOptions {
    /// What each length comes to by what the host was granted.
    pub(crate) fn checks(&self, grants: Option<&[Grant]>) -> Vec<Finding> {
        let check = |(product, length): (&ProductId, &Span)| {
            let name = format!("leases of {product}");
            let grants = grants?;
            let policy = grants.iter().find(|grant| grant.number_of(product).is_some()).map(|grant| &grant.policy);
            Some(match policy {
                Some(policy) => against(name, *length, policy),
                None => Finding::warning(name, Code::ProductNotGranted, "the host has no grant for it"),
            })
        };
        self.ordinary.iter().filter_map(check).collect()
    }
}

/// What a length comes to by a policy.
fn against(name: String, length: Span, policy: &Policy) -> Finding {
    let (given, longest) = (policy.ordinary(Some(length)), policy.validity);
    if length >= longest {
        let detail = format!("{length} changes nothing: the licence lets them last {longest} at most");
        return Finding::warning(name, Code::BadConfiguration, detail);
    }
    if given > length {
        let detail = format!(
            "{length} is less than it takes to renew them ({} and, where that fails, {}): they last {given}",
            policy.renewal, policy.retry
        );
        return Finding::warning(name, Code::BadConfiguration, detail);
    }
    Finding::ok(name, format!("they last {given}, and {longest} at most where they are borrowed"))
}
