//! The licences of Microsoft 365 Apps, as their files and the registry hold them, told as `vnextdiag.ps1` tells them.

use std::fmt::Write as _;

use base64ct::{Base64, Encoding};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::read::text;

/// What a machine holds about subscriptions of Microsoft 365 Apps. Licences and tokens are those of the user who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscriptions {
    /// How each product is licensed: the numbers below [`MODES`](Self::MODES).
    pub modes: Vec<(String, u32)>,
    /// Whether shared computer licensing is set, at each of [`SHARED`](Self::SHARED) where it is.
    pub shared: Vec<bool>,
    /// The tokens of shared computers, file by file.
    pub tokens: Vec<Vec<u8>>,
    /// The user's licences, file by file.
    pub of_user: Vec<Vec<u8>>,
    /// The device's licences, file by file.
    pub of_device: Vec<Vec<u8>>,
}

impl Subscriptions {
    /// The key of the user's registry that has the modes.
    pub const MODES: &str = r"SOFTWARE\Microsoft\Office\16.0\Common\Licensing\LicensingNext";
    /// The keys of the machine's registry that may have [`SHARED_VALUE`](Self::SHARED_VALUE).
    pub const SHARED: [&str; 3] = [
        r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration",
        r"SOFTWARE\Microsoft\Office\16.0\Common\Licensing",
        r"SOFTWARE\Policies\Microsoft\Office\16.0\Common\Licensing",
    ];
    /// A number, or a text of one.
    pub const SHARED_VALUE: &str = "SharedComputerLicensing";
    /// Where licences lie: below `%LOCALAPPDATA%` those of the user, below `%ProgramData%` those of the device.
    pub const LICENCES: &str = r"Microsoft\Office\Licenses";
    /// Where tokens lie, below `%LOCALAPPDATA%`, in files whose names contain [`TOKEN_NAME`](Self::TOKEN_NAME).
    pub const TOKENS: &str = r"Microsoft\Office\16.0\Licensing";
    /// Part of a token file's name.
    pub const TOKEN_NAME: &str = "authString";

    /// Whether the machine holds nothing at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The text, with the states at `now`.
    pub fn as_text(&self, now: Timestamp) -> String {
        let mut text = String::from("========== Mode per ProductReleaseId ==========\n");
        let products = |name: &str| ["retail", "volume"].iter().any(|end| name.to_ascii_lowercase().ends_with(end));
        for (product, mode) in self.modes.iter().filter(|(name, _)| products(name)) {
            let mode = match mode {
                2 => "vNext",
                3 => "Device",
                _ => "Legacy",
            };
            let _ = writeln!(text, "{product} = {mode}");
        }
        text.push_str("========== Shared Computer Licensing ==========\n");
        if !self.shared.is_empty() {
            let on = self.shared.contains(&true);
            let _ = writeln!(text, "SharedComputerLicensing = {}", if on { "Enabled" } else { "Disabled" });
        }
        for file in &self.tokens {
            let _ = writeln!(text, "{}", token(file));
        }
        for (heading, files, kind) in [("vNext", &self.of_user, "User"), ("Device", &self.of_device, "Device")] {
            let _ = writeln!(text, "========== {heading} licenses found ==========");
            for file in files {
                // What cannot be read is counted as damaged.
                let licence = licence(file, kind, now).map_or_else(|| "{ damaged }".to_owned(), |one| one.to_string());
                let _ = writeln!(text, "{licence}");
            }
        }
        text
    }
}

/// A licence as the script prints it; `None` where the file holds none.
fn licence(file: &[u8], kind: &str, now: Timestamp) -> Option<Value> {
    let outer: Value = serde_json::from_str(&text::decode(file).0).ok()?;
    let inner = Base64::decode_vec(outer.get("License")?.as_str()?).ok()?;
    let inner: Value = serde_json::from_slice(inner.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&inner)).ok()?;
    let of = |value: &Value, name: &str| value.get(name).cloned().unwrap_or(Value::Null);
    let (data, ends) = (of(&inner, "Metadata"), of(&inner, "ExpiresOn"));
    let time = |value: &Value| value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let state = match (time(&of(&data, "NotAfter")), time(&ends)) {
        (Some(last), _) if now > last => "RFM",
        (_, Some(ends)) if now >= ends => "Grace",
        _ => "Licensed",
    };
    Some(json!({
        "Type": format!("{kind}|{}", of(&inner, "LicenseType").as_str().unwrap_or_default()),
        "Product": of(&inner, "ProductReleaseId"),
        "LicenseState": state,
        "EntitlementStatus": of(&inner, "Status"),
        "EntitlementExpiration": ends,
        "ReasonCode": of(&inner, "ReasonCode"),
        "NotBefore": of(&data, "NotBefore"),
        "NotAfter": of(&data, "NotAfter"),
        "NextRenewal": of(&data, "RenewAfter"),
        "TenantId": of(&data, "TenantId"),
    }))
}

/// A token as the script prints it: its parts stand between underscores.
fn token(file: &[u8]) -> Value {
    let text = text::decode(file).0;
    let parts: Vec<&str> = text.trim().split('_').collect();
    let part = |at: usize| parts.get(at).copied();
    json!({ "ACID": part(0), "User": part(3), "NotBefore": part(4), "NotAfter": part(5) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{Content, NamedBy, State, read};

    /// A file as Office writes it: UTF-16, and in it the licence in base64.
    fn file(licence: &Value) -> Vec<u8> {
        let text = json!({ "License": Base64::encode_string(licence.to_string().as_bytes()), "Signature": "x" });
        text.to_string().encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn subscription(ends: &str, last: &str) -> Value {
        json!({
            "LicenseType": "Subscription", "ProductReleaseId": "O365ProPlusRetail", "Status": "Provisioned",
            "ExpiresOn": ends, "Metadata": { "NotBefore": "2026-11-01T08:00:00Z", "NotAfter": last },
        })
    }

    fn read_back(subscriptions: &Subscriptions) -> crate::read::Licences {
        let now = "2026-11-30T12:00:00Z".parse().unwrap();
        let mut found = Vec::new();
        let text = subscriptions.as_text(now);
        read(text.as_bytes(), None, NamedBy::Nothing, |item| found.push(item.content)).unwrap();
        match found.pop() {
            Some(Content::Licences(licences)) if found.is_empty() => licences,
            other => panic!("{other:?} {found:?}\n{text}"),
        }
    }

    #[test]
    fn licences_of_user_and_device_are_told_with_their_states() {
        let (later, past) = ("2027-01-30T08:00:00Z", "2026-11-29T08:00:00Z");
        let found = read_back(&Subscriptions {
            modes: vec![("o365proplusretail".into(), 2), ("MigrationAttempted".into(), 1)],
            shared: vec![false, true],
            tokens: vec![
                "acid_b_c_user@contoso.com_2026-11-20T08:00:00Z_2026-12-20T08:00:00Z"
                    .encode_utf16()
                    .flat_map(u16::to_le_bytes)
                    .collect(),
            ],
            of_user: vec![file(&subscription(later, later)), file(&subscription(past, later)), b"no licence".to_vec()],
            of_device: vec![file(&subscription(later, past))],
        });
        let states: Vec<_> = found.licences.iter().map(|licence| licence.state).collect();
        assert_eq!(states, [Some(State::Licensed), Some(State::Grace), Some(State::ReducedFunctionality)]);
        assert_eq!((found.damaged, found.shared, found.modes.len()), (1, Some(true), 1));
        assert_eq!(found.tokens[0].user.as_deref(), Some("user@contoso.com"));
    }

    #[test]
    fn a_perpetual_licence_that_has_no_end_is_licensed() {
        let perpetual = json!({ "LicenseType": "Perpetual", "ProductReleaseId": "HomeStudent2021Retail" });
        let found = read_back(&Subscriptions { of_user: vec![file(&perpetual)], ..Subscriptions::default() });
        assert_eq!(found.licences[0].state, Some(State::Licensed));
        assert_eq!(found.damaged, 0);
    }
}
