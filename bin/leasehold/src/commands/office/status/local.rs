//! What this machine says of its own licences: Windows is asked, and nothing is changed or activated.

use leasehold_office::local::Answers;

/// What was answered, and what of it could not be had.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) answers: Answers,
    /// Sources that failed, with the reason.
    pub(super) failed: Vec<String>,
}

impl Asked {
    /// What there was of each source, for people.
    pub(super) fn describe(&self) -> String {
        let Answers { instances, subscriptions, events, records, .. } = &self.answers;
        let key = |instance: &&serde_json::Map<_, _>| instance.contains_key("PartialProductKey");
        let products = instances.iter().filter(key).count();
        let apps = if subscriptions.is_empty() { "nothing" } else { "found" };
        format!(
            "asked: products with a key {products}, Microsoft 365 Apps {apps}, events {}, KMS hosts in DNS {}",
            events.len(),
            records.len()
        )
    }
}

/// Asks this machine.
///
/// # Errors
/// Where it is no Windows.
#[cfg(not(windows))]
pub(super) fn ask() -> Result<Asked, crate::failure::Failure> {
    use crate::failure::Failure;

    let failure = Failure::failed(leasehold_core::Code::Usage, "--local: only Windows has these licences to tell");
    Err(failure.hint("collect from machines of Windows: docs/office/status.md has the command"))
}

#[cfg(windows)]
pub(super) use self::windows::ask;

#[cfg(windows)]
mod windows {
    use std::fs::File;
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    use leasehold_client::{SystemClock, SystemRng};
    use leasehold_discovery::Config;
    use leasehold_files::Walk;
    use leasehold_office::doctor;
    use leasehold_office::local::{CLASSES, EVENTS, LOGS, MAX_EVENTS, Subscriptions};
    use leasehold_windows::wmi::{self, Query};
    use leasehold_windows::{event_reader, folder, machine, registry};

    use super::Asked;
    use crate::failure::Failure;
    use crate::system;

    /// As [`super`]'s of other systems, which cannot.
    #[expect(clippy::unnecessary_wraps, reason = "other systems refuse")]
    pub(in super::super) fn ask() -> Result<Asked, Failure> {
        let mut asked = Asked::default();
        asked.answers.machine = machine::host_name();
        asked.instances();
        asked.subscriptions();
        asked.events();
        asked.records();
        Ok(asked)
    }

    impl Asked {
        fn failed(&mut self, source: &str, error: impl std::fmt::Display) {
            self.failed.push(system::translated(&format!("{source}: {error}")));
        }

        fn instances(&mut self) {
            let query = |class: &leasehold_office::local::Class| Query {
                class: class.name,
                properties: class.properties,
                having: class.having,
            };
            let queries: Vec<Query> = CLASSES.iter().map(query).collect();
            let answers = match wmi::ask(queries, WMI_TIMEOUT) {
                Ok(answers) => answers,
                Err(error) => return self.failed("WMI", error),
            };
            for (class, answer) in CLASSES.iter().zip(answers) {
                match answer {
                    Ok(instances) => {
                        let of = |instance: wmi::Instance| {
                            instance.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
                        };
                        self.answers.instances.extend(instances.into_iter().flatten().map(of));
                    }
                    Err(error) => self.failed(class.name, error),
                }
            }
        }

        fn subscriptions(&mut self) {
            let (user, machine) = (folder::local_app_data(), folder::program_data());
            let of = |folder: &Option<PathBuf>, below: &str| {
                folder.as_ref().map_or_else(Vec::new, |folder| files(&folder.join(below)))
            };
            let tokens = of(&user, Subscriptions::TOKENS).into_iter().filter(|path| is_token(path));
            let set = |path: &&str| {
                let text = || registry::text(path, Subscriptions::SHARED_VALUE).map(|text| text.trim() == "1");
                registry::number(path, Subscriptions::SHARED_VALUE).map(|number| number == 1).or_else(text)
            };
            let found = Subscriptions {
                modes: registry::numbers_of_user(Subscriptions::MODES),
                shared: Subscriptions::SHARED.iter().filter_map(set).collect(),
                tokens: self.contents(tokens.collect()),
                of_user: self.contents(of(&user, Subscriptions::LICENCES)),
                of_device: self.contents(of(&machine, Subscriptions::LICENCES)),
            };
            self.answers.subscriptions = found;
        }

        fn contents(&mut self, paths: Vec<PathBuf>) -> Vec<Vec<u8>> {
            let mut all = Vec::new();
            for path in paths {
                match File::open(&path).and_then(|file| leasehold_files::read_to_limit(file, MAX_LICENCE)) {
                    Ok(bytes) => all.push(bytes),
                    Err(error) => self.failed(&path.display().to_string(), error),
                }
            }
            all
        }

        fn events(&mut self) {
            for log in LOGS {
                match event_reader::newest(log, EVENTS, MAX_EVENTS) {
                    Ok(events) => self.answers.events.extend(events.into_iter().flatten()),
                    Err(error) => self.failed(&format!("event log {log}"), error),
                }
            }
        }

        /// A machine without a domain has no records to look for.
        fn records(&mut self) {
            let machine = match Config::of_this_machine() {
                Ok(machine) => machine,
                Err(error) => return self.failed("DNS", error),
            };
            let asked =
                doctor::Asked { domains: machine.suffixes, servers: machine.servers, timeout: Duration::default() };
            let found = doctor::look_up(&asked, &SystemClock, &SystemRng);
            self.answers.records = found.iter().flat_map(doctor::Domain::zone).collect();
        }
    }

    /// The files of a folder that may be missing.
    fn files(folder: &Path) -> Vec<PathBuf> {
        Walk::of(folder).into_iter().flatten().flatten().take(MAX_FILES).collect()
    }

    fn is_token(path: &Path) -> bool {
        let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        name.contains(&Subscriptions::TOKEN_NAME.to_ascii_lowercase())
    }

    const WMI_TIMEOUT: Duration = Duration::from_secs(60);
    /// More licences, and larger ones, no user has.
    const MAX_FILES: usize = 256;
    const MAX_LICENCE: u64 = 256 * 1024;
}
