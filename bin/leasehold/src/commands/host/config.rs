//! A host's configuration file (TOML): everything optional, unknown keys refused. Options of commands win over it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use leasehold_client::AuthorityAddress;
use leasehold_core::{Code, PublicKey, Span};
use leasehold_host::report::UsageReport;
use leasehold_host::{RateLimits, RoleSet};
use leasehold_service::{Network, Rate};
use serde::{Deserialize, Deserializer};

use super::dns_options::{DnsOptions, many, one};
use super::leases::LeaseOptions;
use super::subscription::SubscriptionOptions;
use crate::commands::access::provider::SignInOptions;
use crate::commands::traces::TraceOptions;
use crate::failure::Failure;
use crate::input;
use crate::toml_file;
use crate::values::{self, OrNone};

/// What a configuration file may say; other keys are refused.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    #[serde(default, deserialize_with = "listen")]
    pub(crate) listen: Option<SocketAddr>,
    /// Where the dashboard and the admin API are, or none.
    #[serde(default, deserialize_with = "admin_listen")]
    pub(crate) admin_listen: Option<OrNone<SocketAddr>>,
    /// The folder into which the admin API and the dashboard write backups.
    pub(crate) backups: Option<PathBuf>,
    pub(crate) tls_cert: Option<PathBuf>,
    pub(crate) tls_key: Option<PathBuf>,
    pub(crate) store: Option<String>,
    pub(crate) mdns: Option<bool>,
    #[serde(default, deserialize_with = "one")]
    pub(crate) authority: Option<AuthorityAddress>,
    pub(crate) authority_ca: Option<PathBuf>,
    #[serde(default, deserialize_with = "one")]
    pub(crate) authority_root: Option<PublicKey>,
    pub(crate) report_usage: Option<bool>,
    /// How long after their end leases stay in the journal; `None` for ever.
    #[serde(default, deserialize_with = "keep")]
    pub(crate) journal_keep: Option<Span>,
    pub(crate) dns: Option<DnsOptions>,
    /// How long leases last.
    #[serde(default)]
    pub(crate) leases: LeaseOptions,
    #[serde(default)]
    pub(crate) limits: LimitOptions,
    pub(crate) subscription: Option<SubscriptionOptions>,
    /// How administrators sign in by an identity provider.
    pub(crate) sign_in: Option<SignInOptions>,
    /// Where the spans of requests are sent.
    pub(crate) traces: Option<TraceOptions>,
}

/// What each address may do, in the `[limits]` table; 0 is without limit.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LimitOptions {
    requests_per_minute: Option<u32>,
    new_clients_per_minute: Option<u32>,
    #[serde(deserialize_with = "many")]
    pub(crate) trusted_proxies: Vec<Network>,
}

/// An address with a port.
fn listen<'de, D: Deserializer<'de>>(source: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(source)?;
    values::listen(&text).map(Some).map_err(|error| serde::de::Error::custom(format!("listen: {error}")))
}

/// An address, or `none`.
fn admin_listen<'de, D: Deserializer<'de>>(source: D) -> Result<Option<OrNone<SocketAddr>>, D::Error> {
    let text = String::deserialize(source)?;
    values::admin_address(&text).map(Some).map_err(|error| serde::de::Error::custom(format!("admin_listen: {error}")))
}

/// A length of time, or `all`.
fn keep<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Span>, D::Error> {
    let text = String::deserialize(source)?;
    if text == "all" {
        return Ok(None);
    }
    values::span(&text).map(Some).map_err(|error| serde::de::Error::custom(format!("journal_keep: {error}; or all")))
}

impl LimitOptions {
    /// The limits of a host.
    pub(crate) fn rates(&self) -> RateLimits {
        let default = RateLimits::default();
        let rate = |set: Option<u32>, default| set.map_or(default, |rate| NonZeroU32::new(rate).map(Rate));
        RateLimits {
            requests: rate(self.requests_per_minute, default.requests),
            new_clients: rate(self.new_clients_per_minute, default.new_clients),
        }
    }
}

impl Config {
    /// The configuration in `path`; the defaults where there is none.
    pub(crate) fn read(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
        let text = input::checked_text(path, text)?;
        let config: Self = toml_file::parse(&text).map_err(|words| {
            Failure::failed(Code::BadConfiguration, format!("configuration {}: {words}", path.display()))
        })?;
        if config.tls_cert.is_some() != config.tls_key.is_some() {
            let message = format!("configuration {}: one of tls_cert and tls_key is missing", path.display());
            return Err(Failure::failed(Code::BadConfiguration, message).hint("TLS needs both a certificate and a key"));
        }
        config.subscription.iter().try_for_each(SubscriptionOptions::check)?;
        config.sign_in.iter().try_for_each(|options| options.check(&RoleSet::ALL))?;
        Ok(config)
    }

    /// Whether the vendor is told how the families stand.
    pub(crate) fn usage(&self) -> UsageReport {
        match self.report_usage {
            Some(false) => UsageReport::LeftOut,
            Some(true) | None => UsageReport::Sent,
        }
    }

    /// Where the host listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.listen.unwrap_or(DEFAULT_LISTEN)
    }
}

/// DESIGN section 5.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), 16_880);

#[cfg(test)]
#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../../../fuzz/src/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_file_says_it_is_read_or_refused() {
        replay::replay("configuration", 5_000, |input| {
            let Ok(config) = toml::from_str::<Config>(&String::from_utf8_lossy(input)) else { return };
            let _ = (config.address(), config.usage(), config.limits.rates());
        });
    }
}
