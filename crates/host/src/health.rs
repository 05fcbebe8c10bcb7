//! Asking a host how it is, as doctors and supervisors do: without trust, since nothing is sent to it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use leasehold_core::Code;
use serde_json::Value;
use ureq::Agent;
use ureq::tls::TlsConfig;

/// What a host has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body; empty where it is longer than any answer of a host.
    pub body: Vec<u8>,
    /// Whether it came over TLS.
    pub secure: bool,
    /// Program and version, where it says so.
    pub version: Option<String>,
    /// The newest seal, where it says so: number and hash.
    pub seal: Option<String>,
}

impl Answer {
    /// The code of the problem that it names.
    pub fn problem(&self) -> Option<Code> {
        let problem: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        problem["type"].as_str()?.parse().ok()
    }
}

/// Asks without TLS, and with TLS if that brings no answer.
///
/// # Errors
/// What went wrong.
pub fn ask(address: SocketAddr, path: &str) -> Result<Answer, ureq::Error> {
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
    let header = |name: &str| response.headers().get(name)?.to_str().ok().map(str::to_owned);
    let (version, seal) = (header("server"), header(SEAL));
    let body = response.body_mut().with_config().limit(MAX_BODY).read_to_vec()?;
    Ok(Answer { status: response.status().as_u16(), body, secure, version, seal })
}

/// The address at which a host that listens at `address` answers on its own machine. One that listens everywhere is asked on
/// the loopback interface.
///
/// # Errors
/// What the system said where nothing answers, with the address that was tried last.
pub fn reach(address: SocketAddr) -> Result<SocketAddr, (SocketAddr, io::Error)> {
    let ips: &[IpAddr] = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => &[IpAddr::V4(Ipv4Addr::LOCALHOST)],
        IpAddr::V6(ip) if ip.is_unspecified() => &[IpAddr::V6(Ipv6Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::LOCALHOST)],
        _ => &[],
    };
    let mut addresses = ips.iter().map(|ip| SocketAddr::new(*ip, address.port())).collect::<Vec<_>>();
    if addresses.is_empty() {
        addresses.push(address);
    }
    let mut failed = (address, io::ErrorKind::AddrNotAvailable.into());
    for address in addresses {
        match TcpStream::connect_timeout(&address, TIMEOUT) {
            Ok(_) => return Ok(address),
            Err(error) => failed = (address, error),
        }
    }
    Err(failed)
}

/// The header in which a host tells its newest seal.
pub(crate) const SEAL: &str = "leasehold-seal";
const TIMEOUT: Duration = Duration::from_secs(3);
/// More than a certificate with its chain.
const MAX_BODY: u64 = 64 * 1_024;
