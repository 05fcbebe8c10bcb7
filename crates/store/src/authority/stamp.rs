//! Who changes something, and when.

use std::fmt;

use leasehold_core::{Text, Timestamp, TokenName};

/// When something is changed and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Actor,
}

/// Who changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A command of the vendor, by whom it is not known.
    Cli,
    /// A command of the vendor that this person has given.
    Person(Person),
    /// A host or machine that asks the authority's service.
    Service,
    /// A call of the admin API with this token.
    Token(TokenName),
    /// One who has signed in to the dashboard, as it names them: `admin:ann`.
    SignedIn(Person),
}

/// The name of a person, kept in place: its first 64 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Person {
    length: u8,
    bytes: [u8; Self::MAX],
}

impl Person {
    const MAX: usize = 64;

    /// The person of this name; of a longer one the beginning.
    pub fn new(name: &Text) -> Self {
        let name = name.as_str();
        let end = (0..=name.len().min(Self::MAX)).rev().find(|end| name.is_char_boundary(*end)).unwrap_or_default();
        let mut bytes = [0; Self::MAX];
        bytes[..end].copy_from_slice(&name.as_bytes()[..end]);
        Self { length: u8::try_from(end).unwrap_or_default(), bytes }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

impl Actor {
    /// The word for it: `cli`, `cli:` and who gave the command, `service`, `token:` and its name, or who has signed in.
    pub fn name(self) -> String {
        match self {
            Self::Cli => "cli".to_owned(),
            Self::Person(person) => format!("cli:{person}"),
            Self::Service => "service".to_owned(),
            Self::Token(name) => format!("token:{name}"),
            Self::SignedIn(caller) => caller.to_string(),
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_named_after_the_command_line_and_a_long_name_is_cut_between_characters() {
        let name = |text: &str| Actor::Person(Person::new(&text.parse().unwrap())).name();
        assert_eq!(name("alice"), "cli:alice");
        assert_eq!(name(&"ü".repeat(40)), format!("cli:{}", "ü".repeat(32)));
        assert_eq!(name(&format!("a{}", "ü".repeat(40))), format!("cli:a{}", "ü".repeat(31)));
    }
}
