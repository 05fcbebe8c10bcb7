//! Linux: `/etc`, `/sys` and `/proc`.

use std::fs;
use std::path::{Path, PathBuf};

use leasehold_core::Component;

/// The parts of the machine whose file system begins at `root`.
pub(super) fn read(root: &Path) -> Vec<(Component, String)> {
    let at = |path: &str| text(&root.join(path));
    let parts = [
        (Component::MachineId, at("etc/machine-id").or_else(|| at("var/lib/dbus/machine-id"))),
        (Component::SystemUuid, at("sys/class/dmi/id/product_uuid")),
        (Component::SystemDisk, system_disk(root)),
        (Component::NetworkAddress, network_address(&root.join("sys/class/net"))),
        (Component::Processor, at("proc/cpuinfo").and_then(|info| processor(&info))),
        // Boards without DMI, most of ARM, have the serial number in their device tree.
        (
            Component::BoardSerial,
            at("sys/class/dmi/id/board_serial").or_else(|| at("sys/firmware/devicetree/base/serial-number")),
        ),
    ];
    parts.into_iter().filter_map(|(component, value)| Some((component, value?))).collect()
}

/// The serial number of the disk that `/` lies on.
fn system_disk(root: &Path) -> Option<String> {
    let mounts = text(&root.join("proc/self/mountinfo"))?;
    let device = device_of_root(root, &mounts)?;
    serial(&whole_disk(device)?)
}

/// The folder in `/sys` of the block device that is mounted at `/`.
fn device_of_root(root: &Path, mounts: &str) -> Option<PathBuf> {
    // Of mounts on one another the last is seen.
    let mount = mounts.lines().rfind(|line| line.split(' ').nth(4) == Some("/"))?;
    let number = mount.split(' ').nth(2)?;
    let by_number = fs::canonicalize(root.join("sys/dev/block").join(number));
    by_number.ok().or_else(|| {
        // File systems of their own numbers (btrfs) name the device as their source.
        let source = mount.split_once(" - ")?.1.split(' ').nth(1)?;
        let device = fs::canonicalize(root.join(source.strip_prefix('/')?)).ok()?;
        fs::canonicalize(root.join("sys/class/block").join(device.file_name()?)).ok()
    })
}

/// Up from a partition, down from a mapped or combined device to the first disk below it.
fn whole_disk(device: PathBuf) -> Option<PathBuf> {
    const DEEPEST: usize = 8;
    let mut device = device;
    for _ in 0..DEEPEST {
        if device.join("partition").exists() {
            device.pop();
        }
        match names(&device.join("slaves")).into_iter().next() {
            Some(below) => device = fs::canonicalize(device.join("slaves").join(below)).ok()?,
            None => return Some(device),
        }
    }
    None
}

fn serial(disk: &Path) -> Option<String> {
    let at = |file: &str| text(&disk.join(file));
    at("serial")
        .or_else(|| at("device/serial"))
        .or_else(|| unit_serial(&disk.join("device/vpd_pg80")))
        .or_else(|| at("wwid"))
        .or_else(|| at("device/wwid"))
        .or_else(|| at("device/cid"))
}

/// The unit serial number page of a SCSI disk: four bytes of head, then the number.
fn unit_serial(page: &Path) -> Option<String> {
    let bytes = fs::read(page).ok()?;
    clean(&String::from_utf8_lossy(bytes.get(4..)?))
}

/// The address of the first interface with hardware under it, given by its maker where there is such a one; in virtual
/// machines also one that the machine's owner has given. Addresses that change at will are left out.
fn network_address(interfaces: &Path) -> Option<String> {
    let addresses: Vec<String> = names(interfaces).iter().filter_map(|name| hardware(&interfaces.join(name))).collect();
    addresses.iter().find(|address| !super::is_local(address)).or(addresses.first()).cloned()
}

fn hardware(interface: &Path) -> Option<String> {
    if !interface.join("device").exists() {
        return None;
    }
    // An interface of a bond shows the bond's address; its own is beside it.
    if let Some(own) = text(&interface.join("bonding_slave/perm_hwaddr")) {
        return Some(own);
    }
    let permanent = text(&interface.join("addr_assign_type")).is_none_or(|kind| kind == "0");
    permanent.then(|| text(&interface.join("address"))).flatten()
}

/// Vendor, family and model: what is the same for all cores and does not change with clock or microcode.
fn processor(info: &str) -> Option<String> {
    const X86: [&str; 3] = ["vendor_id", "cpu family", "model"];
    const ARM: [&str; 4] = ["CPU implementer", "CPU architecture", "CPU variant", "CPU part"];
    const OTHERS: [&str; 5] = ["model name", "cpu", "mvendorid", "uarch", "vendor_id"];
    let value = |key: &str| {
        let mut fields = info.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(name, _)| name.trim() == key).map(|(_, value)| value.trim().to_owned())
    };
    let joined = |keys: &[&str]| keys.iter().map(|key| value(key)).collect::<Option<Vec<_>>>().map(|all| all.join("-"));
    joined(&X86).or_else(|| joined(&ARM)).or_else(|| OTHERS.iter().find_map(|key| value(key)))
}

/// The names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    names
}

/// What a file says; `None` where it says nothing.
fn text(path: &Path) -> Option<String> {
    clean(&String::from_utf8_lossy(&fs::read(path).ok()?))
}

/// Device trees end texts with a zero, and disks fill theirs with spaces.
fn clean(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// A file system with these files; `a -> b` is a link.
    fn machine(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let (path, target) = path.split_once(" -> ").map_or((*path, None), |(path, target)| (path, Some(target)));
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            match target {
                Some(target) => symlink(target, path).unwrap(),
                None => fs::write(path, content).unwrap(),
            }
        }
        root
    }

    fn part(root: &tempfile::TempDir, component: Component) -> Option<String> {
        read(root.path()).into_iter().find(|(part, _)| *part == component).map(|(_, value)| value)
    }

    #[test]
    fn a_machine_that_shows_nothing_has_no_parts() {
        assert_eq!(read(machine(&[]).path()), []);
    }

    #[test]
    fn the_machine_id_may_be_that_of_the_message_bus() {
        let old = machine(&[("etc/machine-id", "\n"), ("var/lib/dbus/machine-id", "ab12\n")]);
        assert_eq!(part(&old, Component::MachineId).as_deref(), Some("ab12"));
    }

    #[test]
    fn the_disk_is_found_through_partition_and_mapping() {
        let mounts = "29 1 254:1 / / rw - ext4 /dev/mapper/root rw\n30 29 0:5 / /proc rw - proc proc rw\n";
        let root = machine(&[
            ("proc/self/mountinfo", mounts),
            ("sys/dev/block/254:1 -> ../../devices/virtual/dm-1", ""),
            ("sys/devices/virtual/dm-1/slaves/nvme0n1p2 -> ../../../pci/nvme0n1/nvme0n1p2", ""),
            ("sys/devices/pci/nvme0n1/nvme0n1p2/partition", "2\n"),
            ("sys/devices/pci/nvme0n1/device/serial", "S3Z9NB0K   \n"),
        ]);
        assert_eq!(part(&root, Component::SystemDisk).as_deref(), Some("S3Z9NB0K"));
    }

    #[test]
    fn a_file_system_with_numbers_of_its_own_names_its_device() {
        let root = machine(&[
            ("proc/self/mountinfo", "29 1 0:31 /@ / rw - btrfs /dev/sda2 rw,subvol=/@\n"),
            ("dev/sda2", ""),
            ("sys/class/block/sda2 -> ../../devices/sda/sda2", ""),
            ("sys/devices/sda/sda2/partition", "2"),
            ("sys/devices/sda/device/vpd_pg80", "\0\u{1}\0\u{8}WD-7QX2 "),
        ]);
        assert_eq!(part(&root, Component::SystemDisk).as_deref(), Some("WD-7QX2"));
        let container = machine(&[("proc/self/mountinfo", "29 1 0:31 / / rw - overlay overlay rw\n")]);
        assert_eq!(part(&container, Component::SystemDisk), None);
    }

    #[test]
    fn the_address_is_a_makers_before_an_owners_and_never_a_changing_one() {
        let root = machine(&[
            ("sys/class/net/docker0/address", "02:42:00:00:00:01"),
            ("sys/class/net/ens3/device/vendor", ""),
            ("sys/class/net/ens3/address", "52:54:00:00:00:03\n"),
            ("sys/class/net/enp9s0/device/vendor", ""),
            ("sys/class/net/enp9s0/address", "3c:7c:3f:00:00:09\n"),
            ("sys/class/net/wlan0/device/vendor", ""),
            ("sys/class/net/wlan0/addr_assign_type", "3\n"),
            ("sys/class/net/wlan0/address", "00:11:22:33:44:55\n"),
        ]);
        assert_eq!(part(&root, Component::NetworkAddress).as_deref(), Some("3c:7c:3f:00:00:09"));
        fs::remove_dir_all(root.path().join("sys/class/net/enp9s0")).unwrap();
        assert_eq!(part(&root, Component::NetworkAddress).as_deref(), Some("52:54:00:00:00:03"));
        fs::remove_dir_all(root.path().join("sys/class/net/ens3")).unwrap();
        assert_eq!(part(&root, Component::NetworkAddress), None);
    }

    #[test]
    fn a_bonded_interface_has_its_own_address() {
        let root = machine(&[
            ("sys/class/net/eno1/device/vendor", ""),
            ("sys/class/net/eno1/address", "3c:7c:3f:00:00:99\n"),
            ("sys/class/net/eno1/bonding_slave/perm_hwaddr", "3c:7c:3f:00:00:01\n"),
        ]);
        assert_eq!(part(&root, Component::NetworkAddress).as_deref(), Some("3c:7c:3f:00:00:01"));
    }

    #[test]
    fn processors_of_several_kinds_have_a_name() {
        for (info, name) in [
            (
                "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 207\nmodel name\t: X\n",
                "GenuineIntel-6-207",
            ),
            (
                "processor: 0\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: 0xd0c\n",
                "0x41-8-0x3-0xd0c",
            ),
            ("processor: 0\nhart\t: 0\nuarch\t: sifive,u74-mc\n", "sifive,u74-mc"),
            ("processor\t: 0\ncpu\t\t: POWER9, altivec supported\n", "POWER9, altivec supported"),
        ] {
            assert_eq!(processor(info).as_deref(), Some(name));
        }
        assert_eq!(processor(""), None);
    }

    #[test]
    fn a_board_without_firmware_tables_has_a_device_tree() {
        let root = machine(&[("sys/firmware/devicetree/base/serial-number", "10000000abcdef01\0")]);
        assert_eq!(part(&root, Component::BoardSerial).as_deref(), Some("10000000abcdef01"));
    }
}
