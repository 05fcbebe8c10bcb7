//! Key files for updates of DNS, as an administrator has copied or edited them.

use leasehold_discovery::publish::TsigKey;

/// A key file in BIND's form.
pub fn tsig(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let Ok(key) = text.parse::<TsigKey>() else { return };
    let shown = format!("{key:?}");
    let secrets = text.split('"').filter(|part| part.len() >= 16);
    for secret in secrets.filter(|part| part.ends_with('=')) {
        assert!(!shown.contains(secret), "a secret is not shown");
    }
}
