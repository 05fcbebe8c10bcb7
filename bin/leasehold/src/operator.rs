//! Who runs a command, for what is remembered of it.

use clap::Args;
use leasehold_core::Text;

/// Who orders a change.
#[derive(Args, Clone, Debug)]
pub(crate) struct Operator {
    /// Who orders it, for what is remembered of it [default: the user of the operating system].
    #[arg(id = "operator", long = "as", value_name = "NAME")]
    name: Option<Text>,
}

impl Operator {
    /// One who was named, or not.
    pub(crate) const fn new(name: Option<Text>) -> Self {
        Self { name }
    }

    /// As it was given, else the user who is signed in: with `sudo` the one who called it.
    pub(crate) fn name(&self) -> Text {
        let named = self.name.clone().or_else(|| user().parse().ok());
        named.unwrap_or_else(|| "unknown".parse().expect("a text"))
    }
}

/// Who signed in: by name, else by number. The kernel remembers it, whatever `su` and `sudo -u` make of the user.
#[cfg(unix)]
fn user() -> String {
    let number = rustix::process::getuid();
    let caller = caller_of_sudo(number, std::env::var("SUDO_USER").ok());
    caller.unwrap_or_else(|| name_of(signed_in().unwrap_or(number.as_raw())))
}

/// What `sudo` says of its caller. Root alone is believed, who may do all: other users can set the variable themselves.
#[cfg(unix)]
fn caller_of_sudo(user: rustix::process::Uid, variable: Option<String>) -> Option<String> {
    variable.filter(|name| user.is_root() && !name.is_empty())
}

/// The user who signed in and began this session; `None` where no one did, as for services, and where the system does not keep it.
#[cfg(unix)]
fn signed_in() -> Option<u32> {
    let number = std::fs::read_to_string("/proc/self/loginuid").ok()?.trim().parse().ok()?;
    (number != u32::MAX).then_some(number)
}

#[cfg(unix)]
fn name_of(number: u32) -> String {
    let number = number.to_string();
    let known = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = known.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == number).then(|| name.to_owned())
    });
    named.unwrap_or(format!("user {number}"))
}

/// The user of this process, as the system says: variables of the environment are the user's own.
#[cfg(windows)]
fn user() -> String {
    use leasehold_windows::access;

    let by_id = |_| access::user().map(|id| format!("user {id}"));
    access::user_name().or_else(by_id).unwrap_or_else(|_| "unknown".to_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use rustix::process::Uid;

    use super::*;

    #[test]
    fn a_variable_that_users_can_set_names_no_one_but_to_root() {
        let of = |user, variable: &str| caller_of_sudo(user, Some(variable.to_owned()));
        assert_eq!(of(Uid::ROOT, "ann"), Some("ann".to_owned()));
        assert_eq!((of(Uid::from_raw(1_000), "ann"), of(Uid::ROOT, "")), (None, None));
    }

    #[test]
    fn a_user_without_a_name_is_named_by_number() {
        assert_eq!((name_of(0), name_of(4_000_000_001)), ("root".to_owned(), "user 4000000001".to_owned()));
    }
}
