//! The local link: hosts announce themselves by multicast DNS (DNS-SD), and those without a name server find them.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use leasehold_core::{Clock, Code, Span};
use mdns_sd::{IfKind, ResolvedService, ServiceDaemon, ServiceEvent, ServiceInfo};

use crate::finder::in_turn;
use crate::found::Candidate;
use crate::name::{DomainName, ServiceLabel};
use crate::transport::Deadline;

/// Why the local link cannot be spoken on.
#[derive(Debug, thiserror::Error)]
pub enum MdnsError {
    /// Multicast DNS has no room for the label.
    #[error("multicast DNS: the service label {0} has more than 15 characters")]
    Label(ServiceLabel),
    /// The system allows no multicast.
    #[error("multicast DNS: {0}")]
    Unavailable(#[source] mdns_sd::Error),
}

impl MdnsError {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Label(_) => Code::NotADomainName,
            Self::Unavailable(_) => Code::MdnsUnavailable,
        }
    }
}

/// A host that is announced for as long as this lives.
pub struct Announcement {
    daemon: ServiceDaemon,
    name: String,
}

impl Announcement {
    /// Announces the service `label` at `port` of this machine, on every network it is on and under its first label:
    /// `lease1.local` for `lease1.example.com`.
    ///
    /// # Errors
    /// [`MdnsError`].
    pub fn begin(label: &ServiceLabel, host: &DomainName, port: u16) -> Result<Self, MdnsError> {
        let kind = service_type(label)?;
        let daemon = daemon()?;
        let instance = host.as_str().split('.').next().unwrap_or_default();
        let (target, nothing) = (format!("{instance}.local."), None);
        let service = ServiceInfo::new(&kind, instance, &target, "", port, nothing);
        let service = service.map_err(MdnsError::Unavailable)?.enable_addr_auto();
        let name = service.get_fullname().to_owned();
        daemon.register(service).map_err(MdnsError::Unavailable)?;
        Ok(Self { daemon, name })
    }
}

impl Drop for Announcement {
    /// Withdraws the announcement, so that clients stop trying; does not wait for it.
    fn drop(&mut self) {
        let _ = self.daemon.unregister(&self.name);
        let _ = self.daemon.shutdown();
    }
}

impl fmt::Debug for Announcement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Announcement({})", self.name)
    }
}

/// The hosts on the local link that have announced the service `label` within `time`, in the order of their answers.
///
/// Blocks for `time`, or until `max` hosts have answered.
///
/// # Errors
/// [`MdnsError`].
pub fn browse(
    label: &ServiceLabel,
    time: Duration,
    max: usize,
    clock: &dyn Clock,
) -> Result<Vec<Candidate>, MdnsError> {
    let deadline = Deadline::after(time, clock);
    let kind = service_type(label)?;
    let daemon = daemon()?;
    let events = daemon.browse(&kind).map_err(MdnsError::Unavailable)?;
    let mut found: Vec<Candidate> = Vec::new();
    while let Some(left) = deadline.left().filter(|_| found.len() < max) {
        match events.recv_timeout(left) {
            Ok(ServiceEvent::ServiceResolved(service)) => {
                let host = candidate(&service);
                found.extend(host.filter(|host| found.iter().all(|other| other.target != host.target)));
            }
            // Beginnings, ends, and names that are not resolved yet.
            Ok(_) => {}
            Err(_) => break,
        }
    }
    // It ends by itself; this does not wait for it.
    let _ = daemon.shutdown();
    Ok(found)
}

/// Uses every network except loopback, which reaches no other machine.
fn daemon() -> Result<ServiceDaemon, MdnsError> {
    let daemon = ServiceDaemon::new().map_err(MdnsError::Unavailable)?;
    daemon.disable_interface(vec![IfKind::LoopbackV4, IfKind::LoopbackV6]).map_err(MdnsError::Unavailable)?;
    Ok(daemon)
}

/// What was announced, where it leads anywhere.
pub(crate) fn candidate(service: &ResolvedService) -> Option<Candidate> {
    let addresses: Vec<IpAddr> = service.get_addresses().iter().map(mdns_sd::ScopedIp::to_ip_addr).collect();
    // Without its interface a link-local address leads nowhere; a loopback one leads back to this machine.
    let reachable = |ip: &IpAddr| !ip.is_loopback() && !matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local());
    let addresses: Vec<_> = addresses.into_iter().filter(reachable).collect();
    let usable = service.get_port() != 0 && !addresses.is_empty();
    usable.then_some(())?;
    Some(Candidate {
        target: service.get_hostname().parse().ok()?,
        port: service.get_port(),
        priority: 0,
        weight: 0,
        ttl: LASTS,
        addresses: in_turn(&addresses),
        suffix: LINK.parse().ok()?,
    })
}

fn service_type(label: &ServiceLabel) -> Result<String, MdnsError> {
    if label.as_str().len() > 15 {
        return Err(MdnsError::Label(label.clone()));
    }
    Ok(format!("_{label}._tcp.{LINK}."))
}

const LINK: &str = "local";
/// As long as multicast DNS keeps names of hosts (RFC 6762 section 10).
const LASTS: Span = Span::seconds(120);
