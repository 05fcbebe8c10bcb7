//! What needs an administrator.

use leasehold_core::{Code, Timestamp};
use leasehold_dashboard::host::data::{Status, Warning};

use crate::disk::Room;
use crate::renewing::{Ending, ending};

/// What needs an administrator, the most urgent first.
pub(super) fn warnings(status: &Status, room: Option<Room>) -> Vec<Warning> {
    let mut found = Vec::new();
    if !status.store_works {
        found.push(warning(Code::StoreUnavailable, "the store cannot record anything: nothing is granted", true));
    }
    certificate(status, &mut found);
    let disk = match room {
        Some(Room::None) => Some(("the disk of the host's folder is full", true)),
        Some(Room::Little) => Some(("the disk of the host's folder is nearly full", false)),
        Some(Room::Enough) | None => None,
    };
    found.extend(disk.map(|(text, urgent)| warning(Code::DiskFull, text, urgent)));
    for family in &status.families {
        if family.capacity.is_some_and(|capacity| family.live >= capacity) {
            let text = format!("all {} leases of family {} are out", family.live, family.family);
            found.push(warning(Code::CapacityReached, &text, true));
        }
    }
    if status.dns.failed > 0 && status.dns.published == 0 {
        found.push(warning(Code::DnsServerFailed, "this host's record could not be published in DNS", false));
    }
    found.sort_by_key(|warning| !warning.urgent);
    found
}

fn certificate(status: &Status, found: &mut Vec<Warning>) {
    let Some(certificate) = &status.certificate else {
        return found.push(warning(Code::HostNotActivated, "this host has no certificate: it grants nothing", true));
    };
    let time = Timestamp::from_unix;
    if certificate.revoked {
        found.push(warning(Code::Revoked, "the vendor has revoked this host, its certificate or its authority", true));
    } else if !certificate.holds {
        found.push(warning(Code::HostNotActivated, "this host's certificate does not hold: it grants nothing", true));
    } else {
        match ending(time(certificate.issued), time(certificate.expires), time(status.now)) {
            Ending::Far => {}
            near => {
                let text = format!("this host's certificate ends on {}", time(certificate.expires));
                found.push(warning(Code::HostCertificateEndsSoon, &text, near == Ending::Close));
            }
        }
    }
    if let Some(failure) = &status.renewal.failure {
        let text = format!("the certificate was not renewed: {}", failure.message);
        let code = failure.code.parse().unwrap_or(Code::NotRenewable);
        found.push(warning(code, &text, false));
    }
}

fn warning(code: Code, text: &str, urgent: bool) -> Warning {
    Warning { code: code.name().to_owned(), text: text.to_owned(), hint: code.hint().to_owned(), urgent }
}
