//! Changes the settings of a host that serves.

use std::sync::Arc;

use leasehold_service::TrustedProxies;
use tokio::sync::watch;

use crate::settings::Settings;
use crate::shared::Shared;

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
