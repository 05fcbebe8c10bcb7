//! Users who sign in: by what they are known, and what a request shows of its user (DESIGN section 6, *Subscriptions*).

use core::fmt;

use sha2::{Digest, Sha256};

/// A user: SHA-256 of the issuer, a zero byte and the subject. No name is kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub [u8; 32]);

/// What a request shows of the user who has signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// No user: there is no token, or none that counts.
    Needed(SignInFault),
    /// A user whose groups give no right to the product.
    NotSubscribed,
    /// A user who may use the product.
    User(UserId),
}

/// Why a request shows no user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignInFault {
    /// There is no token.
    Missing,
    /// The host knows no identity provider.
    NoProvider,
    /// It is no signed ID token in the compact form, or it is too long.
    Malformed,
    /// It is for something else than to tell who the user is.
    OtherPurpose,
    /// Its algorithm is none that is taken here and that the provider says it uses.
    Algorithm,
    /// The provider has no such key.
    UnknownKey,
    /// Its signature does not verify.
    BadSignature,
    /// Another provider has issued it.
    OtherIssuer,
    /// It is for another application.
    OtherAudience,
    /// It has ended.
    Expired,
    /// It is not valid yet.
    NotYetValid,
}

impl UserId {
    /// The user whom `issuer` calls `subject`.
    pub fn of(issuer: &str, subject: &str) -> Self {
        Self(Sha256::new().chain_update(issuer).chain_update([0]).chain_update(subject).finalize().into())
    }
}

impl fmt::Display for UserId {
    /// 64 lower-case hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserId({self})")
    }
}

impl Default for SignIn {
    fn default() -> Self {
        Self::Needed(SignInFault::Missing)
    }
}

impl SignIn {
    /// The user, where one may use the product.
    pub const fn user(self) -> Option<UserId> {
        match self {
            Self::User(user) => Some(user),
            Self::Needed(_) | Self::NotSubscribed => None,
        }
    }
}

impl SignInFault {
    /// What is wrong with the token, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Missing => "the request came without a token",
            Self::NoProvider => "this host has no identity provider",
            Self::Malformed => "the token is no signed ID token",
            Self::OtherPurpose => "the token is none that tells who the user is",
            Self::Algorithm => "the token is not signed by an algorithm of the provider's that is taken here",
            Self::UnknownKey => "the token is signed with a key that the provider does not have",
            Self::BadSignature => "the token's signature does not verify",
            Self::OtherIssuer => "another provider has issued the token",
            Self::OtherAudience => "the token is for another application",
            Self::Expired => "the token has ended",
            Self::NotYetValid => "the token is not valid yet",
        }
    }
}

impl fmt::Display for SignInFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_user_is_another_one_with_another_issuer_or_subject_wherever_the_two_are_divided() {
        let user = UserId::of("https://login.example", "ann");
        assert_eq!(user, UserId::of("https://login.example", "ann"));
        assert!(
            [("https://login.example", "bob"), ("https://other.example", "ann"), ("https://login.examplea", "nn")]
                .iter()
                .all(|(issuer, subject)| UserId::of(issuer, subject) != user)
        );
        assert_eq!(user.to_string().len(), 64);
    }
}
