//! The ways in which a product is activated, or does without.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::row::words_of_tables;

/// A way to activate, or to do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActivationMethod {
    /// A KMS host of the organisation.
    Kms,
    /// An activation object in Active Directory.
    Adba,
    /// A Multiple Activation Key.
    Mak,
    /// Sign-in of a licensed user.
    User,
    /// A user's licence on a shared computer.
    Shared,
    /// A licence of the device.
    Device,
    /// A user's licence that holds for up to 180 days without the internet.
    ExtendedOffline,
    /// Reading and printing without a licence.
    ViewerMode,
    /// None of the product's methods fits: another product.
    ChangeProduct,
    /// Nothing needs to be activated.
    None,
    /// A retail key or account.
    Retail,
    /// A personal account.
    Account,
}

/// A method that no deployment file can be written for, or no method at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a plan is kms, adba, mak, user, shared or device")]
pub struct NotDeployable;

impl ActivationMethod {
    /// The methods that a plan chooses from, in the order in which they are listed.
    pub const PLANNED: [Self; 10] = [
        Self::Kms,
        Self::Adba,
        Self::Mak,
        Self::User,
        Self::Shared,
        Self::Device,
        Self::ExtendedOffline,
        Self::ViewerMode,
        Self::ChangeProduct,
        Self::None,
    ];

    /// The methods that a deployment file is written for.
    pub const DEPLOYABLE: [Self; 6] = [Self::Kms, Self::Adba, Self::Mak, Self::User, Self::Shared, Self::Device];

    /// Its stable name, as in JSON and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kms => "kms",
            Self::Adba => "adba",
            Self::Mak => "mak",
            Self::User => "user",
            Self::Shared => "shared",
            Self::Device => "device",
            Self::ExtendedOffline => "extended-offline",
            Self::ViewerMode => "viewer-mode",
            Self::ChangeProduct => "change-product",
            Self::None => "none",
            Self::Retail => "retail",
            Self::Account => "account",
        }
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Kms => "KMS (a host of your own)",
            Self::Adba => "Active Directory-based activation",
            Self::Mak => "MAK (Multiple Activation Key)",
            Self::User => "user-based (sign-in)",
            Self::Shared => "shared computer activation",
            Self::Device => "device-based licence",
            Self::ExtendedOffline => "extended offline access",
            Self::ViewerMode => "viewer mode",
            Self::ChangeProduct => "another product",
            Self::None => "no activation",
            Self::Retail => "retail key or account",
            Self::Account => "personal account",
        }
    }

    /// Whether it is for volume licences.
    pub fn is_volume(self) -> bool {
        matches!(self, Self::Kms | Self::Adba | Self::Mak)
    }
}

impl FromStr for ActivationMethod {
    type Err = NotDeployable;

    fn from_str(text: &str) -> Result<Self, NotDeployable> {
        Self::DEPLOYABLE.into_iter().find(|method| method.name() == text).ok_or(NotDeployable)
    }
}

words_of_tables!(ActivationMethod);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_named_as_in_the_tables() {
        for method in ActivationMethod::PLANNED {
            assert_eq!(serde_json::to_value(method).unwrap(), method.name());
        }
        assert!("none".parse::<ActivationMethod>().is_err() && "mak".parse() == Ok(ActivationMethod::Mak));
    }
}
