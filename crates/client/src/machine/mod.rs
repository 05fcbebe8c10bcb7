//! What this machine is recognised by, read from where each system keeps it.
//!
//! What cannot be read is left out: an ordinary user sees less than root does, and two fingerprints are compared over
//! what both have. What makers leave in as filler is left out by `leasehold-core`.

use std::collections::BTreeMap;

use leasehold_core::{Component, Fingerprint, KeyId, Text};

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(target_os = "macos", test))]
mod macos;
#[cfg(target_os = "windows")]
mod windows;

/// The parts of a machine that tell it from others, as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    parts: BTreeMap<Component, String>,
}

impl Machine {
    /// A machine with these parts; of two for one component the last stays.
    pub fn new(parts: impl IntoIterator<Item = (Component, String)>) -> Self {
        Self { parts: parts.into_iter().collect() }
    }

    /// This machine.
    pub fn read() -> Self {
        Self::new(this_machine())
    }

    /// What an administrator names so, such as a container that keeps its state on a volume: it is recognised by this id alone,
    /// wherever it runs. `None` where the id is empty, longer than 200 characters, or has control characters.
    pub fn instance(id: &str) -> Option<Self> {
        let id: Text = id.trim().parse().ok()?;
        let fits = (1..=MAX_INSTANCE).contains(&id.as_str().chars().count());
        fits.then(|| Self::new([(Component::MachineId, format!("instance {id}"))]))
    }

    /// What the part says.
    pub fn part(&self, component: Component) -> Option<&str> {
        self.parts.get(&component).map(String::as_str)
    }

    /// What `vendor`'s hosts see of it; `None` where it has no part that is more than filler.
    pub fn fingerprint(&self, vendor: KeyId) -> Option<Fingerprint> {
        let parts = self.parts.iter();
        Fingerprint::new(parts.filter_map(|(component, value)| Some((*component, component.hash(vendor, value)?)))).ok()
    }
}

/// What this machine is called; hosts get to know it unless [`Options::host_name`] says otherwise.
///
/// [`Options::host_name`]: crate::Options::host_name
pub fn host_name() -> Option<Text> {
    name().trim().parse().ok().filter(|name: &Text| !name.as_str().is_empty())
}

/// The longest id of an instance, in characters.
const MAX_INSTANCE: usize = 200;

#[cfg(target_os = "linux")]
fn name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default()
}

#[cfg(target_os = "windows")]
fn name() -> String {
    windows::name()
}

#[cfg(not(any(target_os = "linux", target_os = "windows")))]
fn name() -> String {
    printed("hostname", &[])
}

#[cfg(target_os = "linux")]
fn this_machine() -> Vec<(Component, String)> {
    linux::read(std::path::Path::new("/"))
}

#[cfg(target_os = "macos")]
fn this_machine() -> Vec<(Component, String)> {
    macos::read()
}

#[cfg(target_os = "windows")]
fn this_machine() -> Vec<(Component, String)> {
    windows::read()
}

#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
fn this_machine() -> Vec<(Component, String)> {
    Vec::new()
}

/// Whether the address was set by the machine's administrator, not by its maker (IEEE 802, second lowest bit).
#[cfg(any(target_os = "linux", target_os = "windows"))]
fn is_local(address: &str) -> bool {
    let first = address.split(':').next().and_then(|octet| u8::from_str_radix(octet, 16).ok());
    first.is_none_or(|octet| octet & 2 != 0)
}

/// What a command of the system's prints; nothing where it cannot be run.
#[cfg(any(not(any(target_os = "linux", target_os = "windows")), test))]
fn printed(program: &str, arguments: &[&str]) -> String {
    let output = std::process::Command::new(program).args(arguments).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filler_is_left_out_and_a_machine_of_filler_has_no_fingerprint() {
        let vendor = KeyId([1; 16]);
        let filler = (Component::BoardSerial, "Default string".to_owned());
        assert_eq!(Machine::new([filler.clone()]).fingerprint(vendor), None);
        let machine = Machine::new([filler, (Component::MachineId, "4711".to_owned())]);
        let fingerprint = machine.fingerprint(vendor).unwrap();
        assert_eq!(fingerprint.iter().map(|(component, _)| component).collect::<Vec<_>>(), [Component::MachineId]);
    }

    #[test]
    fn what_root_and_an_ordinary_user_see_is_one_machine() {
        let vendor = KeyId([1; 16]);
        let all = Component::ALL.map(|component| (component, format!("{component:?} 1")));
        let unreadable = [Component::SystemUuid, Component::BoardSerial];
        let user = all.clone().into_iter().filter(|(component, _)| !unreadable.contains(component));
        let (root, user) = (Machine::new(all.clone()), Machine::new(user));
        let (root, user) = (root.fingerprint(vendor).unwrap(), user.fingerprint(vendor).unwrap());
        assert!(root.same_machine(&user, 0) && user.same_machine(&root, 0));
    }

    #[test]
    fn this_machine_is_the_same_when_read_again() {
        assert_eq!(Machine::read(), Machine::read());
    }
}
