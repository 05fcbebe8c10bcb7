//! Machines that do not exist, for trying things out: one computer is one client, and a threshold takes several.

use std::path::Path;

use leasehold_client::{HostName, Machine, Options};
use leasehold_core::Component;

/// `options` for the made-up machine of this number: hardware of its own, and state in a folder of its own below `base`.
pub(crate) fn made_up(number: u32, base: &Path, options: Options) -> Options {
    let part = |component| (component, format!("quickstart {component:?} {number}"));
    let parts = [Component::MachineId, Component::SystemUuid, Component::SystemDisk];
    let host_name = format!("machine-{number}").parse().map_or(HostName::Withheld, HostName::Given);
    let machine = Some(Machine::new(parts.map(part)));
    Options { state: Some(base.join(number.to_string())), machine, host_name, ..options }
}
