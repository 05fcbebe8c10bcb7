//! Domain names and service labels: what exists is a name that DNS and URLs both take.

use std::fmt;
use std::str::FromStr;

use leasehold_core::Code;
use simple_dns::Name;

/// A domain name below the root, in lower case and without the last dot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainName(Box<str>);

/// The name of a service in DNS, without the underscore: `leasehold`, unless a manifest says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServiceLabel(Box<str>);

/// Why a text is no domain name or service label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The name is longer than DNS carries.
    #[error("a domain name has at most 253 characters")]
    Length,
    /// There is none, or a part between dots is empty or longer than DNS carries.
    #[error("each part of a domain name has 1 to 63 characters")]
    Label,
    /// A character that names of hosts and services do not have.
    #[error("a domain name has letters, digits, hyphens and underscores, and none of its parts begins with a hyphen")]
    Character,
    /// A service label is at fault.
    #[error("a service label has 1 to 62 letters, digits and hyphens")]
    Service,
}

impl DomainName {
    /// The name, without the last dot.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is `zone` or a name below it.
    pub fn is_within(&self, zone: &Self) -> bool {
        self.0.strip_suffix(zone.as_str()).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    }

    /// The name that stands in a message; `None` for the root and for names that no host or service has.
    pub(crate) fn from_message(name: &Name<'_>) -> Option<Self> {
        let labels: Option<Vec<&str>> = name.as_bytes().map(|label| std::str::from_utf8(label).ok()).collect();
        let labels = labels?;
        // A dot inside a label would read as one between two.
        if labels.iter().any(|label| label.contains('.')) { None } else { labels.join(".").parse().ok() }
    }

    pub(crate) fn to_message(&self) -> Name<'_> {
        Name::new(&self.0).expect("a domain name is within the limits of DNS")
    }
}

impl FromStr for DomainName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let name = text.strip_suffix('.').unwrap_or(text);
        if name.len() > 253 {
            return Err(NameError::Length);
        }
        if name.split('.').any(|label| !(1..=63).contains(&label.len())) {
            return Err(NameError::Label);
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if !name.chars().all(allowed) || name.split('.').any(|label| label.starts_with('-')) {
            return Err(NameError::Character);
        }
        Ok(Self(name.to_ascii_lowercase().into()))
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ServiceLabel {
    /// The label without its underscore.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the service's SRV records in `suffix` are: `_leasehold._tcp.example.com`.
    ///
    /// # Errors
    /// Where that is longer than DNS carries.
    pub fn within(&self, suffix: &DomainName) -> Result<DomainName, NameError> {
        format!("_{}._tcp.{suffix}", self.0).parse()
    }
}

impl Default for ServiceLabel {
    fn default() -> Self {
        Self("leasehold".into())
    }
}

impl FromStr for ServiceLabel {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let usable = (1..=62).contains(&text.len()) && text.chars().all(allowed);
        if usable { Ok(Self(text.to_ascii_lowercase().into())) } else { Err(NameError::Service) }
    }
}

impl fmt::Display for ServiceLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl NameError {
    /// The stable code.
    pub fn code(&self) -> Code {
        Code::NotADomainName
    }
}

#[cfg(test)]
mod tests {
    use simple_dns::Label;

    use super::*;

    #[test]
    fn a_name_is_read_in_any_case_and_with_or_without_the_last_dot() {
        let name: DomainName = "_Leasehold._TCP.Example.com.".parse().unwrap();
        assert_eq!(name.as_str(), "_leasehold._tcp.example.com");
        assert_eq!(DomainName::from_message(&name.to_message()), Some(name));
    }

    #[test]
    fn what_is_no_name_says_what_is_wrong() {
        let long_label = "a".repeat(64);
        let long_name = ["a"; 128].join(".");
        for (text, error) in [
            ("", NameError::Label),
            (".", NameError::Label),
            ("a..b", NameError::Label),
            (long_label.as_str(), NameError::Label),
            (long_name.as_str(), NameError::Length),
            ("a b", NameError::Character),
            ("grüße.example", NameError::Character),
            ("a.-o", NameError::Character),
            (r"a\.b", NameError::Character),
        ] {
            assert_eq!(text.parse::<DomainName>(), Err(error), "{text}");
        }
        assert_eq!("_leasehold".parse::<ServiceLabel>(), Err(NameError::Service));
    }

    #[test]
    fn a_dot_inside_a_label_is_not_taken_for_one_between_labels() {
        let labels = [&b"a.b"[..], &b"example"[..]].map(|label| Label::new(label).unwrap());
        assert_eq!(DomainName::from_message(&Name::new_with_labels(&labels)), None);
    }

    #[test]
    fn a_name_is_within_its_zone_and_not_within_one_that_only_ends_alike() {
        let within = |name: &str, zone: &str| name.parse::<DomainName>().unwrap().is_within(&zone.parse().unwrap());
        assert!(within("example.com", "example.com") && within("a.b.example.com", "example.com"));
        assert!(!within("badexample.com", "example.com") && !within("com", "example.com"));
    }
}
