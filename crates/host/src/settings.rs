//! What of a serving host can be changed without a restart.

use std::collections::BTreeMap;
use std::sync::Arc;

use leasehold_core::{ProductId, Span};
use leasehold_service::{Network, TrustedProxies};
use tokio::sync::watch;

use crate::dns::Publication;
use crate::rates::RateLimits;
use crate::renewing::Renewal;
use crate::shared::Shared;
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

/// How long leases last that none asks to last longer, by product.
pub type OrdinaryLeases = BTreeMap<ProductId, Span>;

/// Changes the settings of a host that serves.
#[derive(Clone, Debug)]
pub struct Controls {
    shared: Arc<Shared>,
    trusted: TrustedProxies,
    settings: watch::Sender<Settings>,
}

impl Controls {
    pub(crate) fn new(shared: Arc<Shared>, settings: Settings) -> Self {
        let trusted = TrustedProxies::from(settings.trusted_proxies.clone());
        Self { shared, trusted, settings: watch::Sender::new(settings) }
    }

    /// Puts these settings in the place of those before. Records are published and a renewal is looked for at once.
    pub fn set(&self, settings: Settings) {
        self.shared.rates.set(settings.rates);
        self.shared.set_journal_keep(settings.journal_keep);
        self.shared.set_ordinary(settings.ordinary.clone());
        if let Err(error) = self.shared.set_subscription(settings.subscription.clone()) {
            tracing::error!(code = %error.code(), %error, "users sign in as before");
        }
        self.trusted.set(settings.trusted_proxies.clone());
        self.settings.send_replace(settings);
    }

    /// Whether the thread that decides answers, which it does between two batches. Blocks for seconds at most.
    pub fn is_alive(&self) -> bool {
        self.shared.ask(|_| Ok(())).is_ok()
    }

    pub(crate) fn trusted(&self) -> TrustedProxies {
        self.trusted.clone()
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<Settings> {
        self.settings.subscribe()
    }
}
