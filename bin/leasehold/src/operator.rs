//! Who runs a command, for what is remembered of it.

use std::env;

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
        let set = |variable| env::var(variable).ok().filter(|name| !name.is_empty());
        let signed_in = || set("SUDO_USER").unwrap_or_else(user);
        let named = self.name.clone().or_else(|| signed_in().parse().ok());
        named.unwrap_or_else(|| "unknown".parse().expect("a text"))
    }
}

/// The user of this process: by name, else by number.
#[cfg(unix)]
fn user() -> String {
    let number = rustix::process::getuid().as_raw().to_string();
    let known = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = known.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == number).then(|| name.to_owned())
    });
    named.unwrap_or(format!("user {number}"))
}

#[cfg(not(unix))]
fn user() -> String {
    env::var("USERNAME").unwrap_or_default()
}
