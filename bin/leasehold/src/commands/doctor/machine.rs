//! The machine itself: product, state directory, device key, fingerprint.

use leasehold_client::{Client, Note, Status};
use leasehold_core::{Component, Fingerprint};

use super::finding::Finding;

pub(super) fn check(client: &Client, status: &Status) -> Vec<Finding> {
    let manifest = client.manifest();
    let product = format!("{} ({}), of vendor {}", manifest.product, manifest.title, client.vendor());
    let mut findings = vec![Finding::ok("product", product), state(client)];
    findings.extend(status.notes.iter().filter(|note| matches!(note, Note::Damaged { .. })).map(damaged));
    findings.push(match status.device {
        Some(device) => Finding::ok("device key", device.to_string()),
        None => Finding::skipped("device key", "there is none before the client first asks"),
    });
    findings.push(fingerprint(client.fingerprint()));
    findings
}

fn state(client: &Client) -> Finding {
    match client.check_state() {
        Ok(()) => Finding::ok("state", client.folder().display().to_string()),
        Err(error) => Finding::failure("state", error.code(), error.to_string()),
    }
}

fn damaged(note: &Note) -> Finding {
    Finding::warning("state", note.code(), note.to_string())
}

fn fingerprint(fingerprint: Option<&Fingerprint>) -> Finding {
    let Some(fingerprint) = fingerprint else {
        let lacks = "this machine shows nothing that tells it from others";
        return Finding::failure("fingerprint", "no-fingerprint", lacks);
    };
    let names: Vec<&str> = fingerprint.iter().map(|(component, _)| name(component)).collect();
    Finding::ok("fingerprint", names.join(", "))
}

fn name(component: Component) -> &'static str {
    match component {
        Component::MachineId => "machine id",
        Component::SystemUuid => "system UUID",
        Component::SystemDisk => "system disk",
        Component::NetworkAddress => "network address",
        Component::Processor => "processor",
        Component::BoardSerial => "board serial",
    }
}
