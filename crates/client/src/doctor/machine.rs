//! The machine itself: product, state directory, device key, fingerprint.

use leasehold_core::{Code, Component, Finding, Fingerprint};

use crate::context::Context;
use crate::policy::{PolicySetting, policy};
use crate::state::State;
use crate::state::files::Note;
use crate::status::Status;

pub(crate) fn checks(context: &Context, state: &State, status: &Status) -> Vec<Finding> {
    let manifest = &context.manifest;
    let product = format!("{} ({}), of vendor {}", manifest.product, manifest.title, manifest.root.id());
    let mut findings = vec![Finding::ok("product", product), writable(state)];
    findings.extend(status.notes.iter().filter(|note| matches!(note, Note::Damaged { .. })).map(damaged));
    findings.push(match status.device {
        Some(device) => Finding::ok("device key", device.to_string()),
        None => Finding::skipped("device key", "there is none before the client first asks"),
    });
    findings.push(fingerprint(context.fingerprint.as_ref()));
    findings.extend(set_by_policy(&policy()));
    findings
}

/// What group policy sets, where it sets anything: it comes before the environment.
fn set_by_policy(settings: &[PolicySetting]) -> Option<Finding> {
    let each: Vec<String> = settings.iter().map(|set| format!("{} = {}", set.name, set.value)).collect();
    (!each.is_empty()).then(|| Finding::ok("policy", each.join("; ")))
}

fn writable(state: &State) -> Finding {
    match state.lock() {
        Ok(_) => Finding::ok("state", state.folder().map(|folder| folder.display().to_string()).unwrap_or_default()),
        Err(error) => Finding::failure("state", error.code(), error.to_string()),
    }
}

fn damaged(note: &Note) -> Finding {
    Finding::warning("state", note.code(), note.to_string())
}

fn fingerprint(fingerprint: Option<&Fingerprint>) -> Finding {
    let Some(fingerprint) = fingerprint else {
        let lacks = "this machine shows nothing that distinguishes it from others";
        return Finding::failure("fingerprint", Code::NoFingerprint, lacks);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_policy_sets_is_shown_and_no_line_where_it_sets_nothing() {
        let hosts = PolicySetting { name: "Hosts", value: "a.example,b.example".to_owned() };
        let name = PolicySetting { name: "SendHostName", value: "0".to_owned() };
        let finding = set_by_policy(&[hosts, name]).unwrap();
        assert_eq!(finding.detail, "Hosts = a.example,b.example; SendHostName = 0");
        assert_eq!(set_by_policy(&[]), None);
    }
}
