//! The facts that a plan may be short of: what to ask for each, and how the answer is taken.

use std::str::FromStr;

use serde::Serialize;

use super::estate::{Devices, Facts, Internet, Licence, Membership, Product, Release, Users};

/// A fact that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// What was bought.
    Licence,
    /// The product to activate.
    Product,
    /// Its release.
    Release,
    /// How many machines there are.
    Machines,
    /// What they are members of.
    Domain,
    /// How long they are away.
    AwayDays,
    /// How often they reach the internet.
    Internet,
    /// Who works at them.
    Devices,
    /// What their users do.
    Users,
}

impl Fact {
    /// Every fact.
    pub const ALL: &'static [Self] = &[
        Self::Licence,
        Self::Product,
        Self::Release,
        Self::Machines,
        Self::Domain,
        Self::AwayDays,
        Self::Internet,
        Self::Devices,
        Self::Users,
    ];

    /// What to ask for it.
    pub fn question(self) -> &'static str {
        match self {
            Self::Licence => "what was bought for these machines?",
            Self::Product => "which product do they activate?",
            Self::Release => "which release is it?",
            Self::Machines => "how many machines are there?",
            Self::Domain => "what are they members of?",
            Self::AwayDays => "how many days is a machine away from the company's network at most?",
            Self::Internet => "how often do they reach the internet (monthly: every 30 days; half-yearly: every 180)?",
            Self::Devices => "who works at each machine (shared: several people, each with a licence)?",
            Self::Users => "what do their users do?",
        }
    }

    /// Its key in a file, and its flag.
    pub fn key(self) -> &'static str {
        match self {
            Self::Licence => "licence",
            Self::Product => "product",
            Self::Release => "release",
            Self::Machines => "machines",
            Self::Domain => "domain",
            Self::AwayDays => "away-days",
            Self::Internet => "internet",
            Self::Devices => "devices",
            Self::Users => "users",
        }
    }

    /// The words to choose from; none where a number is asked for.
    pub fn choices(self) -> Vec<&'static str> {
        match self {
            Self::Licence => Licence::ALL.iter().map(|choice| choice.name()).collect(),
            Self::Product => Product::ALL.iter().map(|choice| choice.name()).collect(),
            Self::Release => Release::ALL.iter().map(|choice| choice.name()).collect(),
            Self::Domain => Membership::ALL.iter().map(|choice| choice.name()).collect(),
            Self::Internet => Internet::ALL.iter().map(|choice| choice.name()).collect(),
            Self::Devices => Devices::ALL.iter().map(|choice| choice.name()).collect(),
            Self::Users => Users::ALL.iter().map(|choice| choice.name()).collect(),
            Self::Machines | Self::AwayDays => Vec::new(),
        }
    }
}

impl Facts {
    /// Takes `answer` for `fact`.
    ///
    /// # Errors
    /// Where it is none of the choices, or no number: the text says what would be.
    pub fn set(&mut self, fact: Fact, answer: &str) -> Result<(), String> {
        match fact {
            Fact::Licence => self.licence = Some(answer.parse()?),
            Fact::Product => self.product = Some(answer.parse()?),
            Fact::Release => self.release = Some(answer.parse()?),
            Fact::Machines => self.machines = Some(number(answer)?),
            Fact::Domain => self.domain = Some(answer.parse()?),
            Fact::AwayDays => self.away_days = Some(number(answer)?),
            Fact::Internet => self.internet = Some(answer.parse()?),
            Fact::Devices => self.devices = Some(answer.parse()?),
            Fact::Users => self.users = Some(answer.parse()?),
        }
        Ok(())
    }
}

fn number(answer: &str) -> Result<u32, String> {
    u32::from_str(answer.trim()).map_err(|_| "a whole number, 0 or more".to_owned())
}
