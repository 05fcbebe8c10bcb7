//! Exports of the registry: files of `regedit` in both versions, and what `reg query` prints.

use std::sync::LazyLock;

use regex::Regex;

use super::evidence::{Evidence, Sign, Spot};
use super::place::{self, HostSource};
use super::signs;
use crate::facts::indicators::{ByRule, INDICATORS, Registry, Strength};
use crate::read::own::Own;

/// Reads one export, line by line.
#[derive(Debug, Default)]
pub(super) struct Exports {
    /// The key that the values are of, in small letters and without what redirects it.
    key: Option<String>,
    /// The value that goes on in the next line.
    open: Option<(String, String, Spot)>,
    /// A host whose port comes in a value of its own.
    host: Option<(String, String, Spot)>,
}

impl Exports {
    /// Takes one line; `None` where it is of no export.
    pub(super) fn line(&mut self, text: &str, own: &Own, spot: &Spot) -> Option<Vec<Evidence>> {
        if let Some((name, mut data, begun)) = self.open.take() {
            let part = text.trim();
            data.push_str(part.trim_end_matches('\\'));
            if part.ends_with('\\') && data.len() < MAX_DATA {
                self.open = Some((name, data, begun));
                return Some(Vec::new());
            }
            return Some(self.value(&name, &data, &begun));
        }
        let trimmed = text.trim();
        if trimmed.starts_with("Windows Registry Editor Version") || trimmed == "REGEDIT4" {
            return Some(Vec::new());
        }
        let bracketed =
            trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).map(|key| key.trim_start_matches('-'));
        if let Some(key) = bracketed.or(Some(trimmed)).and_then(normal) {
            let left = self.finish(own);
            self.key = Some(key);
            return Some(left);
        }
        self.key.as_ref()?;
        if let Some(found) = EXPORTED.captures(trimmed) {
            let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
            let (name, data) = (unescaped(part(1)), part(2).to_owned());
            if let Some(begun) = data.strip_suffix('\\').filter(|_| data.starts_with("hex")) {
                self.open = Some((name, begun.to_owned(), spot.clone()));
                return Some(Vec::new());
            }
            return Some(self.value(&name, &data, spot));
        }
        if let Some(found) = QUERIED.captures(text) {
            let part = |at: usize| found.get(at).map_or("", |part| part.as_str()).trim().to_owned();
            let (name, data) = (part(1), part(2));
            return Some(self.value(&name, &data, spot));
        }
        (trimmed.is_empty() || trimmed.starts_with(';') || trimmed.starts_with('@')).then(Vec::new)
    }

    /// What is left when the export, or the key, has ended.
    pub(super) fn finish(&mut self, own: &Own) -> Vec<Evidence> {
        let host = self.host.take();
        host.map(|(host, port, spot)| place::judge(&joined(&host, &port), HostSource::Hand, own, &spot))
            .unwrap_or_default()
    }

    fn value(&mut self, name: &str, data: &str, spot: &Spot) -> Vec<Evidence> {
        let Some(key) = self.key.clone() else { return Vec::new() };
        if is_service(&key) && name.eq_ignore_ascii_case("Start") && number(data) == Some(DISABLED) {
            return vec![Evidence::of_rule("ACT014", format!("the service {} is disabled", last(&key)), spot.clone())];
        }
        let Some(entry) = INDICATORS.registry.iter().find(|entry| is_at(entry, &key, name)) else { return Vec::new() };
        match strength(entry) {
            // A legitimate setting: its value is judged.
            None => {
                let (host, port, of) = self.host.take().unwrap_or_else(|| (String::new(), String::new(), spot.clone()));
                self.host = Some(if name.eq_ignore_ascii_case("KeyManagementServicePort") {
                    (host, words(data), of)
                } else {
                    (words(data), port, spot.clone())
                });
                Vec::new()
            }
            Some(_) if key.contains("image file execution options") => {
                let detail = format!("{} is started with {name}: {}", last(&key), entry.note);
                vec![Evidence::of_rule("ACT014", detail, spot.clone())]
            }
            Some(strength) => {
                // The exclusion itself is no sign, what it shields is.
                let shields = signs::files(&name.replace("\\\\", "\\"));
                let of = |file: Sign<'_>| {
                    let note = format!("{}: {}", entry.note, file.entry);
                    let sign = Sign {
                        entry: &entry.key,
                        strength: strength.min(file.strength),
                        note: &note,
                        source: &entry.source,
                    };
                    Evidence::of_sign("registry", &sign, spot.clone())
                };
                shields.into_iter().map(of).collect()
            }
        }
    }
}

/// A key in one form, however it is written; `None` where it is none.
fn normal(key: &str) -> Option<String> {
    let key = key.to_ascii_lowercase();
    let (root, rest) = key.split_once('\\')?;
    let root = match root {
        "hkey_local_machine" | "hklm" => "hklm",
        "hkey_current_user" | "hkcu" => "hkcu",
        "hkey_users" | "hku" => "hku",
        "hkey_classes_root" | "hkcr" | "hkey_current_config" | "hkcc" => "other",
        _ => return None,
    };
    Some(format!("{root}\\{rest}").replace("\\wow6432node\\", "\\"))
}

/// Whether a value of this name under this key is what the entry is about.
fn is_at(entry: &Registry, key: &str, name: &str) -> bool {
    let wanted = entry.key.to_ascii_lowercase();
    let below = key.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'));
    // Keys of applications and their ids stand below the entry's.
    let here = key == wanted || (below && entry.value.contains("below"));
    let listed = entry.value.split(['(', ')']).next().unwrap_or_default();
    let mut names = listed.split(',').map(str::trim);
    here && (entry.value.starts_with("any ") || names.any(|wanted| wanted.eq_ignore_ascii_case(name)))
}

fn strength(entry: &Registry) -> Option<Strength> {
    match entry.confidence {
        ByRule::Low => Some(Strength::Low),
        ByRule::Medium => Some(Strength::Medium),
        ByRule::High => Some(Strength::High),
        ByRule::Rule => None,
    }
}

fn is_service(key: &str) -> bool {
    let parts: Vec<&str> = key.split('\\').collect();
    matches!(parts.as_slice(), [_, "system", _, "services", "sppsvc" | "osppsvc"])
}

fn last(key: &str) -> &str {
    key.rsplit('\\').next().unwrap_or_default()
}

fn joined(host: &str, port: &str) -> String {
    if port.is_empty() { host.to_owned() } else { format!("{host}:{port}") }
}

/// The number that `dword:00000004`, `0x4` or `4` is.
fn number(data: &str) -> Option<u32> {
    let hex = data.strip_prefix("dword:").or_else(|| data.strip_prefix("0x"));
    hex.map_or_else(|| data.parse().ok(), |digits| u32::from_str_radix(digits, 16).ok())
}

/// The words that `"kms01"` or `hex(2):6b,00,…` is.
fn words(data: &str) -> String {
    if let Some((_, digits)) = data.strip_prefix("hex").and_then(|rest| rest.split_once(':')) {
        let bytes: Vec<u8> = digits.split(',').filter_map(|byte| u8::from_str_radix(byte.trim(), 16).ok()).collect();
        let wide = bytes.len() > 1 && bytes.iter().skip(1).step_by(2).all(|byte| *byte == 0);
        let text = if wide { bytes.iter().step_by(2).copied().collect() } else { bytes };
        return String::from_utf8_lossy(&text).trim_matches('\0').to_owned();
    }
    if let Some(number) = data.strip_prefix("dword:").and_then(|_| number(data)) {
        return number.to_string();
    }
    unescaped(data.trim_matches('"'))
}

fn unescaped(text: &str) -> String {
    text.replace("\\\\", "\\").replace("\\\"", "\"")
}

/// `"Debugger"="x"`
static EXPORTED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"^"((?:[^"\\]|\\.)*)"=(.*)$"#).expect("a pattern that is tested"));
/// `    Debugger    REG_SZ    x`
static QUERIED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s+(\S.*?)\s+REG_[A-Z_]+(?:\s+(.*))?$").expect("a pattern that is tested"));

/// The start type of a service that never starts.
const DISABLED: u32 = 4;
/// As much of one value as is put together.
const MAX_DATA: usize = 64 * 1_024;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, own: &str) -> Vec<String> {
        let mut list = Own::default();
        list.add_lines(own).unwrap();
        let (mut exports, mut all) = (Exports::default(), Vec::new());
        for line in text.lines() {
            all.extend(exports.line(line, &list, &Spot::default()).unwrap_or_default());
        }
        all.extend(exports.finish(&list));
        all.into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn a_debugger_of_a_licensing_process_is_found_in_every_form() {
        for key in INDICATORS.registry.iter().filter(|entry| entry.key.contains("Image File")) {
            let full = key.key.replace("HKLM", "HKEY_LOCAL_MACHINE");
            for value in key.value.split(", ") {
                let file = format!("Windows Registry Editor Version 5.00\n\n[{full}]\n\"{value}\"=\"x\"\n");
                assert_eq!(found(&file, ""), ["ACT014"], "{file}");
                let old = format!("REGEDIT4\n\n[{full}]\n\"{value}\"=dword:00000100\n");
                assert_eq!(found(&old, ""), ["ACT014"], "{old}");
                assert_eq!(found(&format!("\n{full}\n    {value}    REG_SZ    x\n"), ""), ["ACT014"]);
            }
        }
        let other = "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Image File Execution Options\\notepad.exe]\n\"Debugger\"=\"x\"\n";
        assert_eq!(found(other, ""), Vec::<String>::new());
    }

    #[test]
    fn a_host_set_by_hand_is_judged_with_its_port() {
        let spp = "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform";
        let host = "\"KeyManagementServiceName\"=\"203.0.113.7\"\n\"KeyManagementServicePort\"=\"1689\"\n";
        assert_eq!(found(&format!("{spp}]\n{host}"), ""), ["ACT002", "ACT005"]);
        let below = format!("{spp}\\55c92734-d682-4d71-983e-d6ec3f16059f]\n{host}");
        assert_eq!(found(&below, ""), ["ACT002", "ACT005"], "below an application's id");
        let office = "HKEY_LOCAL_MACHINE\\SOFTWARE\\WOW6432Node\\Microsoft\\OfficeSoftwareProtectionPlatform\n    \
                      KeyManagementServiceName    REG_SZ    kms.example.net\n";
        assert_eq!(found(office, ""), ["ACT003"]);
        assert_eq!(found(&office.replace("kms.example.net", ""), ""), Vec::<String>::new(), "an empty value");
        assert_eq!(found(office, "kms.example.net"), Vec::<String>::new());
        let wide = format!(
            "{spp}]\n\"KeyManagementServiceName\"=hex(2):31,00,32,00,37,00,2e,00,30,00,2e,00,\\\n  30,00,2e,00,31,00,00,00\n"
        );
        assert_eq!(found(&wide, ""), ["ACT001"]);
    }

    #[test]
    fn an_exclusion_that_shields_an_activator_and_a_disabled_service_are_found() {
        let exclusions = "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Paths]\n";
        assert_eq!(
            found(&format!("{exclusions}\"C:\\\\Program Files\\\\KMSpico\"=dword:00000000\n"), ""),
            ["registry"]
        );
        assert_eq!(found(&format!("{exclusions}\"C:\\\\Backup\"=dword:00000000\n"), ""), Vec::<String>::new());
        let service = "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\sppsvc]\n";
        assert_eq!(found(&format!("{service}\"Start\"=dword:00000004\n"), ""), ["ACT014"]);
        assert_eq!(found(&format!("{service}\"Start\"=dword:00000002\n"), ""), Vec::<String>::new());
        let other = service.replace("sppsvc", "spooler");
        assert_eq!(found(&format!("{other}\"Start\"=dword:00000004\n"), ""), Vec::<String>::new());
    }
}
