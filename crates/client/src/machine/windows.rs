//! Windows: the registry, the firmware's table, the system's lists. No program is started.

use leasehold_core::Component;
use leasehold_windows::machine;
use leasehold_windows::network::{self, Interface};

pub(super) fn read() -> Vec<(Component, String)> {
    let firmware = machine::smbios();
    let parts = [
        (Component::MachineId, machine::machine_guid()),
        (Component::SystemUuid, firmware.system_uuid),
        (Component::SystemDisk, machine::system_disk_serial()),
        (Component::NetworkAddress, network::interfaces().ok().and_then(network_address)),
        (Component::Processor, machine::processor()),
        (Component::BoardSerial, firmware.board_serial),
    ];
    parts.into_iter().filter_map(|(component, value)| Some((component, value?))).collect()
}

pub(super) fn name() -> String {
    machine::host_name().unwrap_or_default()
}

/// The address of the first interface with hardware under it, given by its maker where there is such a one; in virtual machines
/// also one that the machine's owner has given.
fn network_address(interfaces: Vec<Interface>) -> Option<String> {
    let mut addresses: Vec<String> = interfaces.into_iter().filter_map(|interface| interface.hardware).collect();
    let first = addresses.iter().position(|address| !super::is_local(address)).unwrap_or(0);
    (!addresses.is_empty()).then(|| addresses.swap_remove(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_a_makers_before_an_owners() {
        let interface = |hardware: Option<&str>| Interface {
            name: "Ethernet".to_owned(),
            hardware: hardware.map(str::to_owned),
            connected: true,
            suffix: None,
            name_servers: Vec::new(),
        };
        let (owners, makers) = (interface(Some("52:54:00:00:00:03")), interface(Some("3c:7c:3f:00:00:09")));
        let none = interface(None);
        let address = |list: &[&Interface]| network_address(list.iter().map(|one| (*one).clone()).collect());
        assert_eq!(address(&[&none, &owners, &makers]).as_deref(), Some("3c:7c:3f:00:00:09"));
        assert_eq!(address(&[&none, &owners]).as_deref(), Some("52:54:00:00:00:03"));
        assert_eq!(address(&[&none]), None);
    }
}
