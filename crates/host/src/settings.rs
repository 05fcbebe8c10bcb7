//! What of a serving host can be changed without a restart.

use std::collections::BTreeMap;

use leasehold_client::Machine;
use leasehold_core::{ProductId, Span};
use leasehold_service::Network;

use crate::authority::Authority;
use crate::dns::Publication;
use crate::rates::RateLimits;
use crate::report::UsageReport;
use crate::subscription::Subscription;

/// What of a serving host can be changed without a restart.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What each address may ask.
    pub rates: RateLimits,
    /// Proxies that are believed about the address for which they ask: the PROXY protocol, `X-Forwarded-For`, `Forwarded`.
    pub trusted_proxies: Vec<Network>,
    /// How certificate and revocation list are kept up to date; `None` where they are not.
    pub renewal: Option<Renewal>,
    /// The records that are published in DNS while the host serves, and stay when it ends.
    pub publication: Option<Publication>,
    /// How long after their end leases stay in the journal; `None` for ever.
    pub journal_keep: Option<Span>,
    /// How long leases of these products last that none borrows for longer; others as long as is granted.
    pub ordinary: OrdinaryLeases,
    /// How users sign in; `None` where none do.
    pub subscription: Option<Subscription>,
}

/// How a serving host is renewed.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// The authority that is configured; else the one that the host's folder remembers, if any.
    pub authority: Option<Authority>,
    /// What the host is recognised by.
    pub machine: Machine,
    /// Whether it reports how its families stand.
    pub usage: UsageReport,
}

/// How long leases last that none asks to last longer, by product.
pub type OrdinaryLeases = BTreeMap<ProductId, Span>;
