//! macOS: what `ioreg`, `sysctl`, `ifconfig` and `diskutil` print.

use leasehold_core::Component;

use super::printed;

pub(super) fn read() -> Vec<(Component, String)> {
    let expert = printed("/usr/sbin/ioreg", &["-rd1", "-c", "IOPlatformExpertDevice"]);
    let disk = printed("/usr/sbin/diskutil", &["info", "/"]);
    let interface = printed("/sbin/ifconfig", &["en0"]);
    let processor = printed("/usr/sbin/sysctl", &["-n", "machdep.cpu.brand_string"]);
    let parts = [
        (Component::SystemUuid, quoted(&expert, "IOPlatformUUID")),
        (Component::BoardSerial, quoted(&expert, "IOPlatformSerialNumber")),
        (Component::SystemDisk, after(&disk, "Disk / Partition UUID:")),
        (Component::NetworkAddress, after(&interface, "ether ")),
        (Component::Processor, Some(processor.trim().to_owned()).filter(|name| !name.is_empty())),
    ];
    parts.into_iter().filter_map(|(component, value)| Some((component, value?))).collect()
}

/// The value of a line `"key" = "value"`.
fn quoted(text: &str, key: &str) -> Option<String> {
    let line = text.lines().find(|line| line.contains(&format!("\"{key}\"")))?;
    Some(line.split_once('=')?.1.trim().trim_matches('"').to_owned())
}

/// What stands after `label` on its line.
fn after(text: &str, label: &str) -> Option<String> {
    Some(text.lines().find_map(|line| line.trim().strip_prefix(label))?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_in_what_the_commands_print() {
        let _: fn() -> Vec<(Component, String)> = read;
        let ioreg = "  {\n    \"IOPlatformUUID\" = \"1C3D\"\n    \"IOPlatformSerialNumber\" = \"C02X\"\n  }\n";
        assert_eq!(quoted(ioreg, "IOPlatformSerialNumber").as_deref(), Some("C02X"));
        let ifconfig = "en0: flags=8863<UP>\n\toptions=6463\n\tether a4:83:e7:00:00:01\n";
        assert_eq!(after(ifconfig, "ether ").as_deref(), Some("a4:83:e7:00:00:01"));
        assert_eq!(after("", "ether "), None);
    }
}
