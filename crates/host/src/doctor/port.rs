//! Whether the host answers at its port, asked from its own machine.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use leasehold_core::{Code, Finding};
use serde_json::Value;
use ureq::Agent;
use ureq::tls::TlsConfig;

use super::DoctorInput;

pub(super) fn checks(input: &DoctorInput<'_>) -> Vec<Finding> {
    let address = reachable(input.address);
    if let Err(error) = TcpStream::connect_timeout(&address, TIMEOUT) {
        let port = match error.kind() {
            ErrorKind::ConnectionRefused => {
                Finding::failure("port", Code::ConnectionRefused, format!("{address}: nothing listens there"))
                    .with_hint("start it with `leasehold host serve`, or give the address with `--listen ADDRESS`")
            }
            ErrorKind::TimedOut | ErrorKind::WouldBlock => {
                let detail = format!("{address}: no answer; a firewall drops what is sent there");
                Finding::failure("port", Code::ConnectionTimeout, detail)
            }
            _ => Finding::failure("port", Code::HostUnreachable, format!("{address}: {error}")),
        };
        let skipped = ["alive", "ready"].map(|name| Finding::skipped(name, "the port cannot be reached"));
        return [port].into_iter().chain(skipped).collect();
    }
    let port = Finding::ok("port", format!("{address}: something listens there"));
    let alive = match ask(address, "/healthz") {
        Ok(Answer { status: 200, body, .. }) if body == "alive\n" => Finding::ok("alive", "the host answers"),
        Ok(Answer { status, .. }) => Finding::failure("alive", Code::NotAHost, format!("{address}: answers {status}")),
        Err(error) => {
            Finding::failure("alive", Code::NotAHost, format!("{address}: what listens speaks no HTTP ({error})"))
        }
    };
    if alive.is_failure() {
        return vec![port, alive, Finding::skipped("ready", "no host answers")];
    }
    let ready = match ask(address, "/readyz") {
        Ok(Answer { status: 200, secure, .. }) => {
            Finding::ok("ready", if secure { "it can grant leases; TLS is on" } else { "it can grant leases" })
        }
        Ok(answer) => answer.problem(),
        Err(error) => Finding::failure("ready", Code::NotAHost, format!("{address}: {error}")),
    };
    vec![port, alive, ready]
}

/// What the host has answered.
struct Answer {
    status: u16,
    body: String,
    secure: bool,
}

impl Answer {
    /// Why it is not ready, in its own words.
    fn problem(&self) -> Finding {
        let problem: Value = serde_json::from_str(&self.body).unwrap_or_default();
        match problem["type"].as_str().and_then(|name| name.parse::<Code>().ok()) {
            Some(known) => Finding::failure("ready", known, known.meaning()),
            None => Finding::failure("ready", Code::NotAHost, format!("it answers {}", self.status)),
        }
    }
}

/// Asks without TLS, and with TLS if that brings no answer. The server is not verified: nothing is sent to it.
fn ask(address: SocketAddr, path: &str) -> Result<Answer, ureq::Error> {
    let unverified = TlsConfig::builder().disable_verification(true).build();
    let config = Agent::config_builder().timeout_global(Some(TIMEOUT)).tls_config(unverified);
    let agent: Agent = config.http_status_as_error(false).proxy(None).build().into();
    let get = |scheme: &str| agent.get(format!("{scheme}://{address}{path}")).call();
    let (secure, mut response) = match get("http") {
        Ok(response) => (false, response),
        // Silence is no sign of TLS.
        Err(silent @ ureq::Error::Timeout(_)) => return Err(silent),
        Err(_) => (true, get("https")?),
    };
    let body = response.body_mut().with_config().limit(MAX_BODY).read_to_string()?;
    Ok(Answer { status: response.status().as_u16(), body, secure })
}

/// An address that listens everywhere is asked on the loopback interface.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

const TIMEOUT: Duration = Duration::from_secs(3);
const MAX_BODY: u64 = 16 * 1_024;
