//! Where state lies unless it is set: the machine's own directory, and the user's.

#[cfg(unix)]
use std::env;
#[cfg(unix)]
use std::ffi::OsString;
#[cfg(unix)]
use std::path::Path;
use std::path::PathBuf;

use leasehold_core::{Component, KeyId};

use crate::machine::{self, Machine};

/// Where a user's state may lie, by what the system says of the user.
#[derive(Debug)]
struct Places {
    /// The machine's own directory, which all users share.
    machine: Option<PathBuf>,
    /// Whether the user may make state there.
    owns_machine: bool,
    /// The user's directory, which may be seen from several machines.
    user: Option<PathBuf>,
}

/// The state directories in the order in which they are looked at; the last is where a new vendor's state is made. Empty
/// where there is no place for state.
pub(crate) fn directories(machine: &Machine) -> Vec<PathBuf> {
    Places::of_this_process().directories(machine)
}

/// The directory for the state of `vendor`: the machine's own where it has one for this vendor, else the user's.
pub(crate) fn directory_of(vendor: KeyId, machine: &Machine) -> Option<PathBuf> {
    let mut directories = directories(machine);
    let last = directories.pop()?;
    let shared = directories.into_iter().find(|directory| directory.join(vendor.to_string()).is_dir());
    Some(shared.unwrap_or(last))
}

/// Where a new vendor's state is made unless [`crate::Options::state`] is set: `/var/lib/leasehold/client` for root (on Windows
/// `%ProgramData%\Leasehold\Client` for administrators and services, `%LOCALAPPDATA%\Leasehold` for others), and for the user whom an administrator has given that folder or the one above it, such as a service's; for other users their own state directory, in it a folder named after the machine, since homes and profiles travel. `None`
/// where a user has no home.
pub fn state_directory() -> Option<PathBuf> {
    directories(&Machine::read()).pop()
}

impl Places {
    fn directories(self, machine: &Machine) -> Vec<PathBuf> {
        if self.owns_machine {
            return self.machine.into_iter().collect();
        }
        let Some(user) = self.user else {
            return self.machine.filter(|machine| machine.is_dir()).into_iter().collect();
        };
        self.machine.into_iter().chain([user.join(folder_of(machine))]).collect()
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    fn of_this_process() -> Self {
        let machine = PathBuf::from("/var/lib/leasehold/client");
        Self {
            owns_machine: rustix::process::geteuid().is_root() || may_make(&machine),
            machine: Some(machine),
            user: user_of_unix(|name| env::var_os(name)),
        }
    }

    #[cfg(target_os = "macos")]
    fn of_this_process() -> Self {
        let home = absolute(env::var_os("HOME"));
        let machine = PathBuf::from("/Library/Application Support/leasehold/client");
        Self {
            owns_machine: rustix::process::geteuid().is_root() || may_make(&machine),
            machine: Some(machine),
            user: home.map(|home| home.join("Library/Application Support/leasehold")),
        }
    }

    /// Every user may make folders in `ProgramData`: one that an administrator has not made is not the machine's.
    #[cfg(windows)]
    fn of_this_process() -> Self {
        use leasehold_windows::access;

        let machine = leasehold_files::Part::Client.of_machine();
        Self {
            owns_machine: access::is_administrator(),
            machine: machine.filter(|folder| !folder.exists() || access::is_administrators(folder)),
            user: leasehold_files::user_folder(),
        }
    }
}

/// Whether this process may write in `folder`; where there is none, in the one above it, to make it.
#[cfg(unix)]
fn may_make(folder: &Path) -> bool {
    use rustix::fs::{Access, access};

    let there = [Some(folder), folder.parent()].into_iter().flatten().find(|folder| folder.is_dir());
    there.is_some_and(|folder| access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok())
}

#[cfg(all(unix, any(test, not(target_os = "macos"))))]
fn user_of_unix(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let home = || absolute(variable("HOME")).map(|home| home.join(".local/state"));
    absolute(variable("XDG_STATE_HOME")).or_else(home).map(|state| state.join("leasehold"))
}

/// The name of the machine's folder: its machine id, hashed since that is meant to stay on the machine; else its name.
fn folder_of(machine: &Machine) -> String {
    let id = machine.part(Component::MachineId).and_then(|id| Component::MachineId.hash(KeyId([0; 16]), id));
    match id {
        Some(hash) => format!("{:016x}", u64::from_be_bytes(hash)),
        None => machine::host_name().map_or_else(|| "machine".to_owned(), |name| safe(name.as_str())),
    }
}

fn safe(name: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c.to_ascii_lowercase() } else { '-' };
    name.chars().map(kept).collect()
}

#[cfg(unix)]
fn absolute(value: Option<OsString>) -> Option<PathBuf> {
    value.map(PathBuf::from).filter(|path| path.is_absolute())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(id: &str) -> Machine {
        Machine::new([(Component::MachineId, id.to_owned())])
    }

    #[test]
    fn one_home_on_two_machines_has_a_folder_for_each() {
        let directories = |id| {
            let places = Places { machine: None, owns_machine: false, user: Some("ann".into()) };
            places.directories(&machine(id)).pop().unwrap()
        };
        let (one, other) = (directories("1f3a"), directories("77aa"));
        assert!(one.starts_with("ann"), "{}", one.display());
        assert_ne!(one, other);
        assert_eq!(one, directories("1f3a"));
        assert!(!one.display().to_string().contains("1f3a"), "the id itself stays on the machine");
    }

    #[test]
    fn root_has_the_machines_directory_and_a_user_without_home_has_none() {
        let places = |owns_machine| Places { machine: Some("no/such/folder".into()), owns_machine, user: None };
        assert_eq!(places(true).directories(&machine("1")), [PathBuf::from("no/such/folder")]);
        assert!(places(false).directories(&machine("1")).is_empty());
    }

    #[test]
    #[cfg(unix)]
    fn a_users_state_is_where_the_environment_says_and_else_in_the_home() {
        let user = |variables: &[(&str, &str)]| {
            user_of_unix(|name| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
            })
        };
        assert_eq!(user(&[("HOME", "/home/ann")]), Some("/home/ann/.local/state/leasehold".into()));
        assert_eq!(user(&[("XDG_STATE_HOME", "relative"), ("HOME", "relative")]), None);
        assert_eq!(user(&[("XDG_STATE_HOME", "/state")]), Some("/state/leasehold".into()));
        assert_eq!(user(&[]), None);
    }

    #[test]
    #[cfg(unix)]
    fn a_service_whose_folder_it_is_makes_the_machines_state() {
        let given = tempfile::tempdir().unwrap();
        let below = given.path().join("client");
        assert!(may_make(given.path()) && may_make(&below), "the folder, or the one above it");
        assert!(!may_make(&below.join("client")), "no further up: those folders are for others too");
    }

    #[test]
    fn a_machine_without_an_id_is_named_in_letters_that_every_file_system_takes() {
        assert_eq!(safe("PC 7/.."), "pc-7---");
    }
}
