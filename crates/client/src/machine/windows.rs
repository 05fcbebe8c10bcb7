//! Windows: the registry through `reg`, the rest through one call of PowerShell.

use leasehold_core::Component;

use super::printed;

pub(super) fn read() -> Vec<(Component, String)> {
    let guid = printed("reg.exe", &["query", r"HKLM\SOFTWARE\Microsoft\Cryptography", "/v", "MachineGuid", "/reg:64"]);
    let asked = printed("powershell.exe", &["-NoProfile", "-NonInteractive", "-Command", SCRIPT]);
    let parts = [
        (Component::MachineId, registry_value(&guid, "MachineGuid")),
        (Component::SystemUuid, line(&asked, "uuid=")),
        (Component::SystemDisk, line(&asked, "disk=")),
        (Component::NetworkAddress, line(&asked, "network=")),
        (Component::Processor, std::env::var("PROCESSOR_IDENTIFIER").ok()),
        (Component::BoardSerial, line(&asked, "board=")),
    ];
    parts.into_iter().filter_map(|(component, value)| Some((component, value?))).collect()
}

/// The value of a line `name  REG_SZ  value`.
fn registry_value(text: &str, name: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(2).map(str::to_owned)
}

fn line(text: &str, label: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.trim().strip_prefix(label))?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

const SCRIPT: &str = "\
    'uuid=' + (Get-CimInstance Win32_ComputerSystemProduct).UUID; \
    'board=' + (Get-CimInstance Win32_BaseBoard).SerialNumber; \
    'disk=' + (Get-Partition -DriveLetter $env:SystemDrive[0] | Get-Disk).SerialNumber; \
    'network=' + (Get-NetAdapter -Physical | Sort-Object Name | Select-Object -First 1).PermanentAddress";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_in_what_the_commands_print() {
        let _: fn() -> Vec<(Component, String)> = read;
        let reg = "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Cryptography\r\n    MachineGuid    REG_SZ    0f3e\r\n";
        assert_eq!(registry_value(reg, "MachineGuid").as_deref(), Some("0f3e"));
        let script = "uuid=4C4C4544\r\nboard=\r\ndisk=S3Z9  \r\n";
        assert_eq!(line(script, "uuid=").as_deref(), Some("4C4C4544"));
        assert_eq!(line(script, "board="), None);
    }
}
