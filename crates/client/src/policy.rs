//! What administrators set for all users of a machine: group policy on Windows, nothing elsewhere. It comes before the environment.

use std::env;
use std::ffi::OsString;

/// A setting of group policy that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicySetting {
    /// Its name in the registry: `Hosts`.
    pub name: &'static str,
    /// What it says; entries of a list by commas.
    pub value: String,
}

/// The settings of group policy that are in force on this machine, in the order of [`POLICY_NAMES`].
pub fn policy() -> Vec<PolicySetting> {
    POLICY_NAMES.iter().filter_map(|name| Some(PolicySetting { name, value: set_by_policy(name)? })).collect()
}

/// What is set under the name of an environment variable: by group policy, else by the environment.
pub fn setting(variable: &str) -> Option<OsString> {
    chosen(variable, set_by_policy, |name| env::var_os(name))
}

/// Whether policy keeps this machine's name from hosts.
pub(crate) fn withholds_name() -> bool {
    set_by_policy(SEND_HOST_NAME).is_some_and(|value| value == "0")
}

fn chosen(
    variable: &str,
    policy: impl Fn(&str) -> Option<String>,
    environment: impl Fn(&str) -> Option<OsString>,
) -> Option<OsString> {
    let name = VARIABLES.iter().find(|(_, known)| *known == variable).map(|(name, _)| name);
    name.and_then(|name| policy(name)).map(OsString::from).or_else(|| environment(variable))
}

#[cfg(windows)]
fn set_by_policy(name: &str) -> Option<String> {
    use leasehold_windows::registry;

    const KEY: &str = r"SOFTWARE\Policies\Leasehold";
    let texts = registry::texts(KEY, name).join(",");
    if texts.trim().is_empty() { registry::number(KEY, name).map(|number| number.to_string()) } else { Some(texts) }
}

#[cfg(not(windows))]
const fn set_by_policy(_name: &str) -> Option<String> {
    None
}

/// All that group policy can set, by its names below `HKLM\SOFTWARE\Policies\Leasehold`.
pub const POLICY_NAMES: [&str; 10] = [
    "Hosts",
    "DnsSuffixes",
    "CaFile",
    "Directory",
    "DirectoryBase",
    "HttpProxy",
    "HttpsProxy",
    "NoProxy",
    "Agent",
    SEND_HOST_NAME,
];
const SEND_HOST_NAME: &str = "SendHostName";
/// The environment variables in whose place a policy stands. The suffixes are read by what looks names up.
const VARIABLES: [(&str, &str); 8] = [
    ("Hosts", "LEASEHOLD_HOST"),
    ("CaFile", "LEASEHOLD_CA_FILE"),
    ("Directory", "LEASEHOLD_DIRECTORY"),
    ("DirectoryBase", "LEASEHOLD_DIRECTORY_BASE"),
    ("HttpProxy", "http_proxy"),
    ("HttpsProxy", "https_proxy"),
    ("NoProxy", "no_proxy"),
    ("Agent", "LEASEHOLD_AGENT"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_comes_before_the_environment_and_sets_nothing_else() {
        let policy = |name: &str| (name == "Hosts").then(|| "a.example,b.example".to_owned());
        let environment = |name: &str| Some(OsString::from(format!("{name} of the environment")));
        let chosen = |variable| chosen(variable, policy, environment).unwrap();
        assert_eq!(chosen("LEASEHOLD_HOST"), "a.example,b.example");
        assert_eq!(chosen("LEASEHOLD_CA_FILE"), "LEASEHOLD_CA_FILE of the environment");
        assert_eq!(chosen("LEASEHOLD_STATE"), "LEASEHOLD_STATE of the environment");
        assert!(VARIABLES.iter().all(|(name, _)| POLICY_NAMES.contains(name)));
    }
}
