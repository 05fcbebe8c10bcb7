//! What to install, remove and set: from flags, a profile in TOML, or a dialogue.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use serde::Deserialize;

use super::Key;
use crate::facts::method::ActivationMethod;
use crate::lint::Edition;

/// What to install, remove and set. Keys that are not known are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Profile {
    /// Whether files are installed or only downloaded.
    pub install: Install,
    /// How the machines are to be activated.
    #[serde(deserialize_with = "word")]
    pub plan: Option<ActivationMethod>,
    /// The channel; the products' own where none is named.
    pub channel: Option<String>,
    /// The architecture; 64-bit where none is named.
    #[serde(deserialize_with = "word")]
    pub edition: Option<Edition>,
    /// The build; the newest where none is named.
    pub version: Option<String>,
    /// Where files are read from, or saved to.
    pub source_path: Option<String>,
    /// Where files are downloaded from.
    pub download_path: Option<String>,
    /// Whether what the source lacks is taken from the internet.
    pub allow_cdn_fallback: Option<bool>,
    /// Whether another architecture that is installed is changed.
    pub migrate_arch: Option<bool>,
    /// Whether Configuration Manager keeps the installation up to date.
    pub office_mgmt_com: Option<bool>,
    /// Languages of all products that name none.
    pub languages: Vec<String>,
    /// The language instead of one that `MatchOS` does not find.
    pub fallback: Option<String>,
    /// Apps that all suites leave out.
    pub exclude: Vec<String>,
    /// What is installed, in this order.
    #[serde(rename = "product")]
    pub products: Vec<ProductChoice>,
    /// What is removed.
    pub remove: Option<Remove>,
    /// Whether Windows Installer editions are removed first.
    pub remove_msi: Msi,
    /// How the installation is updated later.
    pub updates: Updates,
    /// What users see.
    pub display: Display,
    /// Named switches, by name.
    pub properties: BTreeMap<String, String>,
    /// The company's name in documents.
    pub company: Option<String>,
    /// Preferences of users.
    #[serde(rename = "setting")]
    pub settings: Vec<Setting>,
}

impl FromStr for Profile {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, ProfileError> {
        Ok(toml::from_str(text)?)
    }
}

/// A profile that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.message())]
pub struct ProfileError(#[from] toml::de::Error);

impl ProfileError {
    /// Where in the text, in bytes.
    pub fn span(&self) -> Option<std::ops::Range<usize>> {
        self.0.span()
    }
}

/// Whether files are installed or only downloaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Install {
    /// For `setup.exe /configure`.
    #[default]
    Configure,
    /// For `setup.exe /download`.
    Download,
}

/// A product to install.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProductChoice {
    /// Its id.
    pub id: String,
    /// Its languages, where they are not those of all.
    pub languages: Vec<String>,
    /// Apps that it leaves out besides those that all do.
    pub exclude: Vec<String>,
    /// Windows Installer products of which one has to be there.
    pub msi_condition: Vec<String>,
    /// The file that holds its key.
    pub key_file: Option<PathBuf>,
    /// Whether its published key is written, though it is built in.
    pub gvlk: bool,
    /// Its key, read from where it is.
    #[serde(skip)]
    pub key: Option<Key>,
}

/// What is removed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Remove {
    /// Everything (`true`), or nothing.
    All(bool),
    /// These products.
    These(Vec<Listed>),
}

/// A product to remove.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// The languages to remove; all where none is named.
    #[serde(default)]
    pub languages: Vec<String>,
}

/// Whether Windows Installer editions are removed first.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Msi {
    /// Whether at all.
    Whether(bool),
    /// All but these.
    But {
        /// Setup ids of what stays.
        keep: Vec<String>,
    },
}

impl Default for Msi {
    fn default() -> Self {
        Self::Whether(true)
    }
}

/// How the installation is updated later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Updates {
    /// Whether it is.
    pub enabled: Option<bool>,
    /// From which channel.
    pub channel: Option<String>,
    /// From where.
    pub path: Option<String>,
    /// To which build.
    pub target_version: Option<String>,
    /// By when, as `MM/DD/YYYY HH:MM` in UTC.
    pub deadline: Option<String>,
}

/// What users see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Display {
    /// How much of setup.
    pub level: Option<Level>,
    /// Whether the licence terms are accepted for them.
    pub accept_eula: Option<bool>,
}

/// How much users see of setup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// All of it.
    Full,
    /// Nothing.
    None,
}

/// A named switch as it is typed: `NAME=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch(pub String, pub String);

impl FromStr for Switch {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text.split_once('=').ok_or("a property is written like NAME=VALUE")?;
        Ok(Self(name.to_owned(), value.to_owned()))
    }
}

/// A preference of users.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// The registry key.
    pub key: String,
    /// Its value's name.
    pub name: String,
    /// The value.
    pub value: String,
    /// What kind of value: `REG_DWORD` or `REG_SZ`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The app.
    pub app: Option<String>,
    /// The preference's id.
    pub id: Option<String>,
}

/// A word that its type reads.
fn word<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: FromStr<Err: std::fmt::Display>,
{
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(serde::de::Error::custom)
}
