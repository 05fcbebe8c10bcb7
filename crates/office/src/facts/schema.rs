//! What a `configuration.xml` of the Office Deployment Tool may hold, and the rules it is checked by.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::row::{rows, words_of_tables};

/// The table of elements, attributes, values and rules.
pub fn table() -> &'static Schema {
    &TABLE
}

/// The element with this name.
pub fn element(name: &str) -> Option<&'static Element> {
    TABLE.elements.iter().find(|element| element.name == name)
}

/// An attribute of an element.
pub fn attribute(element: &str, name: &str) -> Option<&'static Attribute> {
    ATTRIBUTES.get(&(element, name)).copied()
}

/// The property with this name.
pub fn property(name: &str) -> Option<&'static Property> {
    TABLE.properties.iter().find(|property| property.name == name)
}

/// The channel with this name, as it is written now.
pub fn channel(name: &str) -> Option<&'static Channel> {
    TABLE.channels.iter().find(|channel| channel.name == name)
}

/// The channel that once had this name.
pub fn channel_once(name: &str) -> Option<&'static Channel> {
    TABLE.channels.iter().find(|channel| channel.old_name.as_deref() == Some(name))
}

/// The channel that had this name until 2017.
pub fn channel_before_2017(name: &str) -> Option<&'static Channel> {
    TABLE.channels.iter().find(|channel| channel.before_2017.iter().any(|old| old.eq_ignore_ascii_case(name)))
}

/// The channel whose folder in Microsoft's content delivery network a path is.
pub fn channel_of_cdn(path: &str) -> Option<&'static Channel> {
    let path = path.to_ascii_lowercase();
    let ours = path.contains("officecdn.microsoft.com") || path.contains("officecdn.microsoft.com.edgesuite.net");
    TABLE.channels.iter().find(|channel| ours && channel.cdn.as_deref().is_some_and(|folder| path.contains(folder)))
}

/// The language with this code, in whatever case.
pub fn language(code: &str) -> Option<&'static Language> {
    TABLE.languages.iter().find(|language| language.code.eq_ignore_ascii_case(code))
}

/// The channel that has or had this name, written with other capital letters.
pub fn channel_in_any_case(name: &str) -> Option<&'static Channel> {
    let same = |other: &str| other.eq_ignore_ascii_case(name);
    TABLE.channels.iter().find(|channel| same(&channel.name) || channel.old_name.as_deref().is_some_and(same))
}

/// The app with this id.
pub fn exclude_app(id: &str) -> Option<&'static ExcludeApp> {
    TABLE.exclude_apps.iter().find(|app| app.id == id)
}

/// Whether earlier versions of the tool knew an app with this id, which its suites no longer have.
pub fn was_exclude_app(id: &str) -> bool {
    TABLE.former_exclude_apps.iter().any(|app| app.id.eq_ignore_ascii_case(id))
}

/// The rule with this id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.get(id).copied()
}

rows! {
    /// What `odt-schema.toml` holds.
    pub struct Schema {
        /// Version of the table's form.
        pub schema: u32,
        /// The day on which the facts were collected.
        pub retrieved: Date,
        /// The oldest version of the tool that knows all of it.
        pub min_tool_version: String,
        /// Elements.
        pub elements: Vec<Element> = "element",
        /// Attributes.
        pub attributes: Vec<Attribute> = "attribute",
        /// Named switches.
        pub properties: Vec<Property> = "property",
        /// Update channels.
        pub channels: Vec<Channel> = "channel",
        /// Apps that can be left out.
        pub exclude_apps: Vec<ExcludeApp> = "exclude_app",
        /// Apps that could be left out until 2016, and are in no suite of today.
        pub former_exclude_apps: Vec<ExcludeApp> = "former_exclude_app",
        /// Languages.
        pub languages: Vec<Language> = "language",
        /// Rules.
        pub rules: Vec<Rule> = "rule",
    }
}

rows! {
    /// An element.
    pub struct Element {
        /// Its name.
        pub name: String,
        /// The elements it stands in, divided by ` | `; the root has none.
        pub parent: Option<String>,
        /// Whether it may stand more than once.
        pub repeat: bool,
        /// Whether it has to be there.
        pub required: bool,
        /// What may stand in it.
        pub children: Vec<String>,
        /// What it is for.
        pub description: String,
        /// Whether the tool no longer knows it.
        pub deprecated: bool,
        /// How sure the fact is.
        pub confidence: Option<String>,
        /// Where the fact comes from.
        pub source: String,
    }
}

rows! {
    /// An attribute.
    pub struct Attribute {
        /// The element it belongs to.
        pub element: String,
        /// Its name.
        pub name: String,
        /// Whether it has to be there.
        pub required: bool,
        /// What kind of value it takes.
        pub kind: Kind = "type",
        /// The values it takes, or in words which.
        pub values: Vec<String>,
        /// What holds without it.
        pub default: Option<String>,
        /// What it is for.
        pub description: String,
        /// Whether the tool no longer knows it.
        pub deprecated: bool,
        /// How sure the fact is.
        pub confidence: Option<String>,
        /// Where the fact comes from.
        pub source: String,
    }
}

/// What kind of value an attribute takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A GUID.
    Guid,
    /// Any text.
    String,
    /// A path.
    Path,
    /// A version.
    Version,
    /// One of its values.
    Enum,
    /// TRUE or FALSE.
    Bool,
    /// A product key.
    ProductKey,
    /// Several, divided by commas.
    List,
    /// A date with a time.
    Datetime,
}

rows! {
    /// A named switch.
    pub struct Property {
        /// Its name.
        pub name: String,
        /// The values it takes, or in words which.
        pub values: Vec<String>,
        /// What holds without it.
        pub default: Option<String>,
        /// What it applies to.
        pub applies_to: Vec<String>,
        /// What it is for.
        pub description: String,
        /// Where the fact comes from.
        pub source: String,
    }
}

rows! {
    /// An update channel.
    pub struct Channel {
        /// Its name in configuration files.
        pub name: String,
        /// What people call it.
        pub title: String,
        /// What it updates: `m365`, or `volume-` and a year.
        pub family: String,
        /// Its name until 2020.
        pub old_name: Option<String>,
        /// Its names until 2017.
        pub before_2017: Vec<String>,
        /// Its folder in Microsoft's content delivery network.
        pub cdn: Option<String>,
        /// What else there is to know.
        pub note: Option<String>,
        /// Where the fact comes from.
        pub source: String,
    }
}

impl Channel {
    /// The year of the volume release it updates.
    pub fn perpetual_year(&self) -> Option<u16> {
        self.family.strip_prefix("volume-")?.parse().ok()
    }
}

rows! {
    /// An app that can be left out of a suite.
    pub struct ExcludeApp {
        /// Its id.
        pub id: String,
        /// What else there is to know.
        pub note: Option<String>,
        /// How sure the fact is.
        pub confidence: String,
        /// Where the fact comes from.
        pub source: String,
    }
}

rows! {
    /// A language.
    pub struct Language {
        /// The culture code, lower-case.
        pub code: String,
        /// The culture code as it is shown.
        pub display: String,
        /// What people call it.
        pub name: String,
        /// Whether Microsoft lists proofing languages that come with it.
        pub companion_proofing_listed: bool,
        /// The first version that has it.
        pub min_version: Option<String>,
        /// Whether Project and Visio have it.
        pub project_visio: bool,
        /// Where the fact comes from.
        pub source: String,
    }
}

rows! {
    /// A rule.
    pub struct Rule {
        /// Its id.
        pub id: String,
        /// How bad it is to break it.
        pub severity: Severity,
        /// What it is about.
        pub title: String,
        /// When it is broken.
        pub check: String,
        /// What to do.
        pub fix: String,
        /// How sure the rule is.
        pub confidence: String,
        /// Where it comes from.
        pub source: String,
    }
}

/// How bad a finding is, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It will not work.
    Error,
    /// It may not do what is meant.
    Warning,
    /// Worth knowing.
    Info,
}

impl Severity {
    /// As it is printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

static TABLE: LazyLock<Schema> = LazyLock::new(|| super::table(include_str!("../../data/odt-schema.toml")));
static ATTRIBUTES: LazyLock<HashMap<(&'static str, &'static str), &'static Attribute>> = LazyLock::new(|| {
    let attributes = table().attributes.iter();
    attributes.map(|attribute| ((attribute.element.as_str(), attribute.name.as_str()), attribute)).collect()
});
static RULES: LazyLock<HashMap<&'static str, &'static Rule>> =
    LazyLock::new(|| table().rules.iter().map(|rule| (rule.id.as_str(), rule)).collect());

words_of_tables!(Kind, Severity);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_name_each_other_from_both_sides() {
        for named in &table().elements {
            for child in &named.children {
                let parent = element(child).and_then(|child| child.parent.as_deref()).unwrap_or_default();
                assert!(parent.split(" | ").any(|parent| parent == named.name), "{child} in {}", named.name);
            }
            for parent in named.parent.iter().flat_map(|parents| parents.split(" | ")) {
                let parent = element(parent).expect("a parent");
                assert!(parent.children.contains(&named.name), "{} in {}", named.name, parent.name);
            }
        }
        assert_eq!(ATTRIBUTES.len(), table().attributes.len());
        assert!(table().attributes.iter().all(|attribute| element(&attribute.element).is_some()));
    }

    #[test]
    fn names_stand_once_and_have_sources() {
        assert_eq!(RULES.len(), table().rules.len());
        for rule in &table().rules {
            let digits = rule.id.strip_prefix("ODT").unwrap_or_default();
            assert!(digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()), "{}", rule.id);
            assert!(!rule.source.is_empty(), "{}", rule.id);
        }
        for (at, language) in table().languages.iter().enumerate() {
            assert_eq!(language.code, language.display.to_lowercase());
            assert!(table().languages[at + 1..].iter().all(|other| other.code != language.code), "{}", language.code);
        }
        for channel in &table().channels {
            let known = channel.family == "m365" || channel.perpetual_year().is_some();
            assert!(known, "{}", channel.name);
        }
    }
}
