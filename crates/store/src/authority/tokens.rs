//! Tokens for the admin API, and what they allow.

pub(super) mod suite;

use leasehold_core::{Timestamp, TokenName};

use super::Stamp;
use crate::StoreError;

/// A token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is called; no other token ever is.
    pub name: TokenName,
    /// SHA-256 of its text.
    pub hash: [u8; 32],
    /// What it allows.
    pub roles: Roles,
    /// When it was made.
    pub made: Timestamp,
    /// When it ends; `None` is never.
    pub expires: Option<Timestamp>,
    /// When it was last used, to the minute or so.
    pub used: Option<Timestamp>,
    /// When it was withdrawn.
    pub revoked: Option<Timestamp>,
}

/// One thing that a token may allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// To see everything.
    Read,
    /// To add and change products, families and product keys.
    Issue,
    /// To revoke product keys, hosts, machines and documents.
    Revoke,
}

/// What a token allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles(u8);

/// The tokens in one transaction.
pub trait TokenRows {
    /// Adds a token, whose name and hash are new.
    ///
    /// # Errors
    /// Where the store fails.
    fn add_token(&mut self, token: &Token, by: Stamp) -> Result<(), StoreError>;

    /// The token with this hash, whether or not it may still be used.
    ///
    /// # Errors
    /// Where the store fails.
    fn token(&mut self, hash: &[u8; 32]) -> Result<Option<Token>, StoreError>;

    /// The tokens, oldest first.
    ///
    /// # Errors
    /// Where the store fails.
    fn tokens(&mut self) -> Result<Vec<Token>, StoreError>;

    /// Notes when a token was last used; this is no change, and leaves no row in the audit.
    ///
    /// # Errors
    /// Where the store fails.
    fn token_used(&mut self, name: &TokenName, at: Timestamp) -> Result<(), StoreError>;

    /// Revokes a token; one that is revoked already stays so from its first time.
    ///
    /// # Errors
    /// Where the store fails.
    fn revoke_token(&mut self, name: &TokenName, by: Stamp) -> Result<(), StoreError>;
}

impl Token {
    /// Whether it may be used at `now`.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|end| now < end)
    }
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Read, Self::Issue, Self::Revoke];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Issue => "issue",
            Self::Revoke => "revoke",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Read => 1,
            Self::Issue => 2,
            Self::Revoke => 4,
        }
    }
}

impl Roles {
    /// Whether `role` is among them.
    pub const fn has(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    /// Each of them.
    pub fn each(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.has(*role))
    }

    /// As a number: 1 for read, 2 for issue, 4 for revoke, added up.
    pub fn number(self) -> u64 {
        self.0.into()
    }

    /// The roles of a number; `None` where it stands for others too.
    pub fn from_number(number: u64) -> Option<Self> {
        u8::try_from(number).ok().filter(|bits| *bits < 8).map(Self)
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |bits, role| bits | role.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_those_they_were_made_of() {
        for number in 0..8 {
            let roles = Roles::from_number(number).unwrap();
            assert_eq!(roles.each().collect::<Roles>(), roles);
            assert_eq!(roles.number(), number);
        }
        assert_eq!(Roles::from_number(8), None);
        let roles = Roles::from_iter([Role::Revoke, Role::Read, Role::Read]);
        assert_eq!(roles.each().map(Role::name).collect::<Vec<_>>(), ["read", "revoke"]);
    }
}
