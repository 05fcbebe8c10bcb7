//! `vnextdiag.ps1`: the licences of Microsoft 365 Apps on a machine, for the user who ran it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::value::{State, shorten};
use crate::facts::outputs::OUTPUTS;

/// The most bytes of one licence, and the most licences, tokens, modes and settings of one output.
const MAX_JSON: usize = 16 * 1024;
const MAX_ENTRIES: usize = 256;

/// What one run of the script shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Licences {
    /// The line it begins in.
    pub line: u64,
    /// How each product is licensed: `vNext`, `Device`, `Legacy`.
    pub modes: BTreeMap<String, String>,
    /// Whether shared computer licensing is on.
    pub shared: Option<bool>,
    /// Tokens of shared computer licensing.
    pub tokens: Vec<Token>,
    /// Additional settings, as they stand there.
    pub settings: BTreeMap<String, String>,
    /// Licences of the user and of the device.
    pub licences: Vec<Licence>,
    /// How many objects could not be read.
    pub damaged: u64,
    /// What the script said of an error of its own: what follows may be missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A token of shared computer licensing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Token {
    /// Whose it is.
    pub user: Option<String>,
    /// From when it is valid.
    pub not_before: Option<String>,
    /// To when.
    pub not_after: Option<String>,
}

/// Whose licence it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// The user's.
    User,
    /// The device's.
    Device,
}

/// A licence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Licence {
    /// Whose it is.
    pub kind: Owner,
    /// The product's id: `O365ProPlusRetail`.
    pub product: Option<String>,
    /// The state that the script prints.
    pub state: Option<State>,
    /// The state as it is printed, where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub printed: Option<String>,
    /// The user's address.
    pub email: Option<String>,
    /// What the service says of the entitlement.
    pub entitlement: Option<String>,
    /// When the entitlement ends.
    pub entitlement_ends: Option<String>,
    /// A reason, where there is one.
    pub reason: Option<String>,
    /// To when the licence is valid without being renewed.
    pub not_after: Option<String>,
    /// When it is renewed next.
    pub next_renewal: Option<String>,
    /// The organisation.
    pub tenant: Option<String>,
}

impl Licence {
    /// The state at `now`, by the script's own rules: it tells the state of the day on which it was run.
    pub fn state_at(&self, now: Timestamp) -> Option<State> {
        let Some(not_after) = time(self.not_after.as_deref()) else { return self.state };
        if now > not_after {
            return Some(State::ReducedFunctionality);
        }
        match (self.entitlement_ends.as_deref(), time(self.entitlement_ends.as_deref())) {
            (Some(_), None) => self.state,
            (_, Some(ends)) if now >= ends => Some(State::Grace),
            _ => Some(State::Licensed),
        }
    }

    /// When it is no longer valid unless it is renewed.
    pub fn ends(&self) -> Option<Timestamp> {
        time(self.not_after.as_deref())
    }
}

fn time(text: Option<&str>) -> Option<Timestamp> {
    text?.parse().ok()
}

/// A licence or token as the script writes it; other copies call the end of the entitlement `ExpiresOn` or `Expiration`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    #[serde(rename = "Type")]
    kind: Option<String>,
    product: Option<String>,
    email: Option<String>,
    user: Option<String>,
    license_state: Option<String>,
    entitlement_status: Option<String>,
    entitlement_expiration: Option<String>,
    expires_on: Option<String>,
    expiration: Option<String>,
    reason_code: Option<serde_json::Value>,
    not_before: Option<String>,
    not_after: Option<String>,
    next_renewal: Option<String>,
    tenant_id: Option<String>,
}

/// The part of the output that a line is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Modes,
    Shared,
    Settings,
    Users,
    Devices,
}

/// Reads one output, line by line.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    read: Licences,
    section: Option<Section>,
    json: String,
    depth: u32,
    /// Whether a line has ended in the middle of a string: a console has wrapped it.
    quoted: bool,
    /// Whether an error of the script is being told: its words go on to the next object or heading.
    failing: bool,
}

impl Reading {
    pub(crate) fn new(line: u64) -> Self {
        Self { read: Licences { line, ..Licences::default() }, ..Self::default() }
    }

    /// What was read.
    pub(crate) fn finish(mut self) -> Licences {
        if self.depth > 0 {
            self.read.damaged += 1;
        }
        self.read
    }

    /// Takes one line; `false` where it is of something else, or begins another output.
    pub(crate) fn take(&mut self, line: &str) -> bool {
        let text = line.trim();
        if let Some(heading) = heading(text) {
            let again = heading == Section::Modes && self.section.is_some();
            self.depth = 0;
            self.quoted = false;
            self.json.clear();
            self.failing = false;
            self.section = Some(heading);
            return !again;
        }
        if self.depth > 0 || text.starts_with('{') {
            self.failing = false;
            self.object(line);
            return true;
        }
        if text.is_empty() || NOTHING.contains(&text) {
            return true;
        }
        if let Some((key, value)) = text.split_once(" = ") {
            self.entry(key, value.trim());
            return true;
        }
        let failed = self.section.is_some() && (self.failing || is_error(text));
        self.failing = failed;
        if failed && self.read.error.is_none() {
            self.read.error = Some(shorten(text).to_owned());
        }
        failed
    }

    fn entry(&mut self, key: &str, value: &str) {
        let entry = || (shorten(key).to_owned(), shorten(value).to_owned());
        match self.section {
            Some(Section::Shared) if key == "SharedComputerLicensing" => self.read.shared = Some(value == "Enabled"),
            Some(Section::Modes) if self.read.modes.len() < MAX_ENTRIES => self.read.modes.extend([entry()]),
            Some(Section::Settings) if self.read.settings.len() < MAX_ENTRIES => self.read.settings.extend([entry()]),
            _ => {}
        }
    }

    fn object(&mut self, line: &str) {
        let mut quoted = self.quoted;
        let mut escaped = false;
        for character in line.chars() {
            match character {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                '{' if !quoted => self.depth = self.depth.saturating_add(1),
                '}' if !quoted => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        self.quoted = quoted && self.depth > 0;
        if self.json.len() + line.len() <= MAX_JSON {
            // Without the line's end, which means nothing in JSON, but parts a word that a console has wrapped.
            self.json.push_str(line);
        }
        if self.depth == 0 {
            let json = std::mem::take(&mut self.json);
            match serde_json::from_str::<Written>(&json) {
                Ok(written) => self.keep(written),
                Err(_) => self.read.damaged += 1,
            }
        }
    }

    fn keep(&mut self, written: Written) {
        let short = |text: Option<String>| text.map(|text| shorten(&text).to_owned());
        if self.section == Some(Section::Shared) {
            if self.read.tokens.len() < MAX_ENTRIES {
                self.read.tokens.push(Token {
                    user: short(written.user),
                    not_before: short(written.not_before),
                    not_after: short(written.not_after),
                });
            }
            return;
        }
        let device = match &written.kind {
            Some(kind) => kind.starts_with("Device"),
            None => self.section == Some(Section::Devices),
        };
        let state = written.license_state.as_deref().and_then(State::from_vnext);
        if self.read.licences.len() < MAX_ENTRIES {
            self.read.licences.push(Licence {
                kind: if device { Owner::Device } else { Owner::User },
                product: short(written.product),
                printed: short(written.license_state).filter(|_| state.is_none()),
                state,
                email: short(written.email),
                entitlement: short(written.entitlement_status),
                entitlement_ends: short(written.entitlement_expiration.or(written.expires_on).or(written.expiration)),
                reason: written.reason_code.filter(|reason| !reason.is_null()).map(|reason| reason.to_string()),
                not_after: short(written.not_after),
                next_renewal: short(written.next_renewal),
                tenant: short(written.tenant_id),
            });
        }
    }
}

/// Whether PowerShell tells an error with this line: what failed and why, where, and its two last lines.
fn is_error(text: &str) -> bool {
    let named = text.split_once(" : ").is_some_and(|(name, _)| name.contains('-') && !name.contains(' '));
    named
        || text.starts_with("At ") && text.contains("char:")
        || text.starts_with('+')
        || text.contains("Exception")
        || ["Get-", "ConvertFrom-", "Import-", "Cannot ", "You cannot "].iter().any(|words| text.starts_with(words))
}

/// What the script prints where there is nothing.
const NOTHING: [&str; 3] = ["No registry keys found.", "No tokens found.", "No licenses found."];

/// The section that a line is the heading of.
fn heading(text: &str) -> Option<Section> {
    let name = text.strip_prefix("===")?.trim_matches(['=', ' ']);
    // The older copy calls the licences of users after the value in the registry.
    let name = name.strip_prefix("NUL ").map_or_else(|| name.to_owned(), |rest| format!("vNext {rest}"));
    // Ports of the script leave the last word out.
    let is = |heading: &str| heading.eq_ignore_ascii_case(&name);
    let known = OUTPUTS
        .vnext_sections
        .iter()
        .position(|section| is(&section.heading) || section.heading.strip_suffix(" found").is_some_and(is))?;
    [Section::Modes, Section::Shared, Section::Settings, Section::Users, Section::Devices].get(known).copied()
}

/// Whether a line begins an output of the script.
pub(crate) fn begins(text: &str) -> bool {
    heading(text.trim()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Licences {
        let mut reading = Reading::new(1);
        for line in text.lines() {
            assert!(reading.take(line), "{line}");
        }
        reading.finish()
    }

    #[test]
    fn the_older_copy_of_the_script_is_read_too() {
        let licences = read(
            "========== NUL licenses found ==========\n{\n \"Type\": \"User|Subscription\",\n \"Product\": \"O365ProPlusRetail\",\n \
             \"LicenseState\": \"Grace\",\n \"ExpiresOn\": \"2026-11-20T00:00:00.0000000Z\",\n \"NotAfter\": \"2027-01-30T08:00:00.0000000Z\"\n}",
        );
        let licence = &licences.licences[0];
        assert_eq!((licence.kind, licence.state), (Owner::User, Some(State::Grace)));
        let at = |text: &str| licence.state_at(text.parse().unwrap());
        assert_eq!(at("2026-11-19T00:00:00Z"), Some(State::Licensed));
        assert_eq!(at("2026-11-21T00:00:00Z"), Some(State::Grace));
        assert_eq!(at("2027-02-01T00:00:00Z"), Some(State::ReducedFunctionality));
    }

    #[test]
    fn objects_are_read_that_a_console_has_wrapped_within_words_and_strings() {
        let licences = read(
            "===== vNext licenses =====\n{\"Type\": \"User|Sub\nscription\", \"Product\": \"O365ProPlus\nRetail\", \"LicenseState\": \"Licensed\", \
             \"ExpiresOn\": n\null}",
        );
        assert_eq!((licences.licences.len(), licences.damaged), (1, 0));
        assert_eq!(licences.licences[0].product.as_deref(), Some("O365ProPlusRetail"));
    }

    #[test]
    fn sections_are_those_of_the_table() {
        let headings: Vec<_> = OUTPUTS.vnext_sections.iter().map(|section| section.heading.as_str()).collect();
        assert_eq!(
            headings,
            [
                "Mode per ProductReleaseId",
                "Shared Computer Licensing",
                "Additional Licensing Settings",
                "vNext licenses found",
                "Device licenses found",
            ]
        );
    }

    #[test]
    fn what_is_no_object_is_counted_and_does_no_harm() {
        assert_eq!(read("====== Device licenses found ======\n{ \"Type\": \n}").damaged, 1);
        assert_eq!(read("====== Device licenses found ======\n{ \"Type\": \"}\"").damaged, 1);
    }
}
