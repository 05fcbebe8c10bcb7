//! The generic volume licence keys that Microsoft publishes. A key that is not here is unknown: which kind is not guessed.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;
use serde::Deserialize;

use super::products::Release;
use super::row::{rows, words_of_tables};

/// The table of keys.
pub fn table() -> &'static Gvlks {
    &TABLE
}

/// The published key that `text` is, whatever its case, with or without hyphens.
pub fn find(text: &str) -> Option<&'static Gvlk> {
    (text.len() <= MAX_KEY_BYTES).then(|| BY_KEY.get(&bare(text)).copied()).flatten()
}

/// The key of a preview that `text` is.
pub fn preview(text: &str) -> Option<&'static Preview> {
    (text.len() <= MAX_KEY_BYTES)
        .then(|| TABLE.previews.iter().find(|preview| bare(&preview.key) == bare(text)))
        .flatten()
}

/// The published keys that end in these five characters.
pub fn ending_in(last5: &str) -> impl Iterator<Item = &'static Gvlk> + use<> {
    BY_END.get(last5.to_ascii_uppercase().as_str()).into_iter().flatten().copied()
}

/// The key of the product with this deployment id.
pub fn of_product(id: &str) -> Option<&'static Gvlk> {
    TABLE.keys.iter().find(|key| key.odt_id.as_deref() == Some(id))
}

/// Whether `text` has the form of a product key: five groups of five allowed characters.
pub fn well_formed(text: &str) -> bool {
    text.len() <= MAX_KEY_BYTES && PATTERN.is_match(&text.to_ascii_uppercase())
}

rows! {
    /// What `gvlk.toml` holds.
    pub struct Gvlks {
        /// Version of the table's form.
        pub schema: u32,
        /// The day on which the keys were collected.
        pub retrieved: Date,
        /// The form of a product key, as a regular expression.
        pub key_pattern: String,
        /// The keys.
        pub keys: Vec<Gvlk> = "gvlk",
        /// Keys of previews.
        pub previews: Vec<Preview> = "preview",
        /// What Microsoft lists no key for.
        pub not_listed: Vec<NotListed>,
    }
}

rows! {
    /// A key that was published for a preview. It activates nothing that was released.
    pub struct Preview {
        /// The preview.
        pub product: String,
        /// The deployment id, which the released product has too.
        pub odt_id: String,
        /// By what it activated.
        pub method: super::method::ActivationMethod,
        /// The key.
        pub key: String,
        /// Where it was published.
        pub source: String,
    }
}

rows! {
    /// A published key.
    pub struct Gvlk {
        /// What it is for.
        pub product: String,
        /// Office or Windows.
        pub family: KeyFamily,
        /// The release, as its page writes it.
        pub release: String,
        /// The deployment id of the product, where the tool installs it.
        pub odt_id: Option<String>,
        /// How the product is installed.
        pub install: Option<Install>,
        /// The key.
        pub key: String,
        /// Its last five characters, as scripts print them.
        pub last5: String,
        /// Whether no other published key ends so.
        pub last5_unique: bool,
        /// What else there is to know.
        pub note: Option<String>,
        /// Where the key is published.
        pub source: String,
    }
}

impl Gvlk {
    /// Whether it is for Windows, of whatever kind.
    pub fn windows(&self) -> bool {
        matches!(self.family, KeyFamily::Windows | KeyFamily::WindowsServer)
    }

    /// Whether it is of this release of Office.
    pub fn of_release(&self, release: Release) -> bool {
        self.family == KeyFamily::Office && self.release == release.name()
    }
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyFamily {
    /// Office.
    Office,
    /// Windows.
    Windows,
    /// Windows Server.
    WindowsServer,
}

/// How a product is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
pub enum Install {
    /// By the Office Deployment Tool.
    #[serde(rename = "Click-to-Run")]
    ClickToRun,
    /// By Windows Installer.
    #[serde(rename = "MSI")]
    Msi,
}

rows! {
    /// What Microsoft lists no key for.
    pub struct NotListed {
        /// Which products.
        pub what: String,
        /// Why.
        pub note: String,
        /// Where the fact comes from.
        pub source: String,
    }
}

fn bare(key: &str) -> String {
    key.chars().filter(|character| *character != '-').map(|character| character.to_ascii_uppercase()).collect()
}

/// Longer is no key, however it is written.
const MAX_KEY_BYTES: usize = 64;
static TABLE: LazyLock<Gvlks> = LazyLock::new(|| super::table(include_str!("../../data/gvlk.toml")));
static BY_KEY: LazyLock<HashMap<String, &'static Gvlk>> =
    LazyLock::new(|| table().keys.iter().map(|key| (bare(&key.key), key)).collect());
static BY_END: LazyLock<HashMap<&str, Vec<&'static Gvlk>>> = LazyLock::new(|| {
    let mut ends: HashMap<&str, Vec<&Gvlk>> = HashMap::new();
    for key in &table().keys {
        ends.entry(&key.last5).or_default().push(key);
    }
    ends
});
static PATTERN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&table().key_pattern).expect("the pattern of the table: its test reads it"));

words_of_tables!(KeyFamily, Install);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::products;

    #[test]
    fn every_key_has_the_form_of_one_and_stands_once() {
        assert_eq!(BY_KEY.len(), table().keys.len());
        for key in &table().keys {
            assert!(well_formed(&key.key), "{}", key.product);
            assert!(key.key.ends_with(&key.last5), "{}", key.product);
            assert_eq!(ending_in(&key.last5).count() == 1, key.last5_unique, "{}", key.product);
        }
        assert!(!well_formed("12345-67890-12345-67890-12345") && !well_formed(""));
    }

    #[test]
    fn a_key_is_found_however_it_is_typed() {
        let key = &table().keys[0];
        for text in [key.key.clone(), key.key.to_lowercase(), key.key.replace('-', "")] {
            assert_eq!(find(&text).map(|found| &found.product), Some(&key.product), "{text}");
        }
        assert!(find("").is_none() && find(&"X".repeat(1_000)).is_none());
    }

    #[test]
    fn every_deployment_id_is_a_product_of_the_same_release() {
        for key in &table().keys {
            let Some(id) = &key.odt_id else { continue };
            let product = products::find(id).unwrap_or_else(|| panic!("{id} is no product"));
            assert!(key.of_release(product.release), "{id}");
        }
    }
}
