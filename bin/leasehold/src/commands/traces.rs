//! Where spans of requests are sent: the `[traces]` table of a host's configuration, and `vendor serve --traces`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use leasehold_core::Code;
use leasehold_service::trace::{Collector, Share, SpanSender, Spans};
use serde::{Deserialize, Deserializer};
use ureq::Agent;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use crate::failure::Failure;
use crate::input;

/// A collector that takes OTLP over HTTP in JSON; unknown keys are refused.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TraceOptions {
    #[serde(deserialize_with = "endpoint")]
    endpoint: String,
    #[serde(default = "all", deserialize_with = "share")]
    share: Share,
    ca: Option<PathBuf>,
}

impl TraceOptions {
    /// All requests to this collector.
    pub(crate) fn all_to(endpoint: String) -> Self {
        Self { endpoint, share: Share::ALL, ca: None }
    }

    /// Begins to send spans of `service`.
    pub(crate) fn begin(&self, service: &'static str) -> Result<(Spans, SpanSender), Failure> {
        let collector = self.collector()?;
        Spans::send_to(collector, service, self.share)
            .map_err(|error| Failure::failed(Code::Internal, format!("traces: no thread can be started: {error}")))
    }

    /// The collector, asked nothing yet.
    pub(crate) fn collector(&self) -> Result<impl Collector + use<>, Failure> {
        let mut tls = TlsConfig::builder();
        if let Some(path) = &self.ca {
            let items = parse_pem(&input::file(path)?).collect::<Result<Vec<_>, _>>().unwrap_or_default();
            let certificates = items.into_iter().filter_map(|item| match item {
                PemItem::Certificate(certificate) => Some(certificate),
                _ => None,
            });
            let certificates: Vec<_> = certificates.collect();
            if certificates.is_empty() {
                let message = format!("traces: ca: {} holds no certificates (PEM)", path.display());
                return Err(Failure::failed(Code::BadConfiguration, message));
            }
            tls = tls.root_certs(RootCerts::Specific(Arc::new(certificates)));
        }
        let config = Agent::config_builder().tls_config(tls.build()).timeout_global(Some(TIMEOUT)).max_redirects(0);
        Ok(Http { endpoint: self.endpoint.clone(), agent: config.http_status_as_error(false).build().into() })
    }
}

/// An address for spans, as options and configurations give it.
pub(crate) fn address(text: &str) -> Result<String, String> {
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    let host = rest.split('/').next().unwrap_or_default();
    let is_good = ["http", "https"].contains(&scheme) && !host.is_empty() && text.parse::<ureq::http::Uri>().is_ok();
    if is_good && !host.contains('@') {
        Ok(text.to_owned())
    } else {
        Err("an address like http://127.0.0.1:4318/v1/traces".to_owned())
    }
}

struct Http {
    endpoint: String,
    agent: Agent,
}

impl Collector for Http {
    fn send(&self, body: &[u8]) -> Result<(), String> {
        let request = self.agent.post(&self.endpoint).content_type("application/json");
        let answer = request.send(body).map_err(|error| format!("{}: {error}", self.endpoint))?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            status => Err(format!("{}: it answers {status}", self.endpoint)),
        }
    }
}

fn endpoint<'de, D: Deserializer<'de>>(source: D) -> Result<String, D::Error> {
    address(&String::deserialize(source)?).map_err(|error| serde::de::Error::custom(format!("endpoint: {error}")))
}

fn share<'de, D: Deserializer<'de>>(source: D) -> Result<Share, D::Error> {
    Share::new(f64::deserialize(source)?).map_err(|error| serde::de::Error::custom(format!("share: {error}")))
}

const fn all() -> Share {
    Share::ALL
}

/// How long a collector may take.
const TIMEOUT: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_for_spans_has_a_scheme_and_a_host_and_no_secret() {
        for good in ["http://127.0.0.1:4318/v1/traces", "https://collector.corp.example/v1/traces", "http://[::1]:4318"]
        {
            assert_eq!(address(good).as_deref(), Ok(good));
        }
        for wrong in ["", "127.0.0.1:4318", "ftp://x/", "http://", "http:///v1", "http://a b/", "http://me:pw@x/"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
