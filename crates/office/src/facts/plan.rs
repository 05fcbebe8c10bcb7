//! The decision table of activation methods (`data/plan.toml`).

use std::sync::LazyLock;

use serde_json::Value;

use super::method::ActivationMethod;
use super::row::{Cell, rows};
use super::table;

rows! {
    /// The decision table.
    pub struct Decisions {
        /// The form of the table.
        pub schema: u32,
        /// The day its facts were collected.
        pub retrieved: jiff::civil::Date,
        /// The rows; the lowest order whose conditions hold is taken.
        pub rows: Vec<Decision> = "decision",
    }
}

rows! {
    /// One row: when it holds, and what then.
    pub struct Decision {
        /// Its name.
        pub id: String,
        /// Its place; the lowest first.
        pub order: u32,
        /// All of these must hold.
        pub when: When,
        /// The method.
        pub method: ActivationMethod,
        /// Why it is that one.
        pub why: String,
        /// What it needs.
        pub needs: Vec<String>,
        /// Where it was read.
        pub source: String,
    }
}

rows! {
    /// The conditions of a row; what is absent may be anything.
    #[derive(Default)]
    pub struct When {
        /// What was bought.
        pub licence: Option<LicenceIs>,
        /// Who works at the machines.
        pub devices: Option<DevicesAre>,
        /// How often the internet is reached.
        pub online: Option<OnlineIs>,
        /// What the users do.
        pub users: Option<UsersDo>,
        /// Whether the machines are in a domain.
        pub domain: Option<DomainIs>,
        /// How often a domain controller is reached.
        pub dc: Option<DcIs>,
        /// Which release is used.
        pub release: Option<ReleaseIs>,
        /// How the machines reach a host.
        pub network: Option<NetworkIs>,
        /// How many machines there are.
        pub count: Option<CountIs>,
        /// How long the machines live.
        pub r#use: Option<UseIs> = "use",
    }
}

/// One condition of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// On the licence.
    Licence(LicenceIs),
    /// On who works at the machines.
    Devices(DevicesAre),
    /// On how often the internet is reached.
    Online(OnlineIs),
    /// On what the users do.
    Users(UsersDo),
    /// On the domain.
    Domain(DomainIs),
    /// On reaching a domain controller.
    Dc(DcIs),
    /// On the release.
    Release(ReleaseIs),
    /// On the network.
    Network(NetworkIs),
    /// On the number of machines.
    Count(CountIs),
    /// On how long the machines live.
    Use(UseIs),
}

impl When {
    /// The conditions, in the order in which they are told.
    pub fn conditions(&self) -> Vec<Condition> {
        let all = [
            self.licence.map(Condition::Licence),
            self.devices.map(Condition::Devices),
            self.online.map(Condition::Online),
            self.users.map(Condition::Users),
            self.domain.map(Condition::Domain),
            self.dc.map(Condition::Dc),
            self.release.map(Condition::Release),
            self.network.map(Condition::Network),
            self.count.map(Condition::Count),
            self.r#use.map(Condition::Use),
        ];
        all.into_iter().flatten().collect()
    }
}

impl Condition {
    /// What it is about.
    pub fn name(self) -> &'static str {
        match self {
            Self::Licence(_) => "licence",
            Self::Devices(_) => "devices",
            Self::Online(_) => "online",
            Self::Users(_) => "users",
            Self::Domain(_) => "domain",
            Self::Dc(_) => "domain controller",
            Self::Release(_) => "release",
            Self::Network(_) => "network",
            Self::Count(_) => "count",
            Self::Use(_) => "use",
        }
    }

    /// The condition in the table's words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Licence(is) => is.words(),
            Self::Devices(are) => are.words(),
            Self::Online(is) => is.words(),
            Self::Users(these) => these.words(),
            Self::Domain(is) => is.words(),
            Self::Dc(is) => is.words(),
            Self::Release(is) => is.words(),
            Self::Network(is) => is.words(),
            Self::Count(is) => is.words(),
            Self::Use(is) => is.words(),
        }
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$of])* $variant),* }

        impl Cell for $name {
            fn read(value: Value) -> Self {
                match String::read(value).as_str() {
                    $($text => Self::$variant,)*
                    other => panic!("{other}: no such condition"),
                }
            }
        }

        impl $name {
            /// The condition in the table's words.
            pub fn words(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }
    };
}

words! {
    /// A condition on the licence.
    LicenceIs {
        /// A subscription.
        Subscription = "subscription",
        /// A volume licence.
        Volume = "volume",
        /// A service provider's licence.
        Spla = "volume-spla",
    }
}
words! {
    /// A condition on who works at a machine.
    DevicesAre {
        /// One person.
        Personal = "personal",
        /// Several people, each with a licence.
        SharedByLicensed = "shared by named users, RDS, VDI",
        /// Several people without licences.
        SharedByOthers = "shared by people without own licence or account",
    }
}
words! {
    /// A condition on how often the internet is reached.
    OnlineIs {
        /// Once in 30 days or oftener.
        Monthly = "every 30 days",
        /// Once in 180 days or oftener.
        HalfYearly = "offline up to six months",
        /// Never, or after more than 180 days.
        Never = "never",
    }
}
words! {
    /// A condition on what the users do.
    UsersDo {
        /// They look at documents and print them.
        ReadOnly = "read and print only",
    }
}
words! {
    /// A condition on the domain.
    DomainIs {
        /// A member of an Active Directory domain.
        Joined = "joined",
    }
}
words! {
    /// A condition on reaching a domain controller.
    DcIs {
        /// Once in 180 days or oftener.
        HalfYearly = "reached at least every 180 days",
    }
}
words! {
    /// A condition on the release.
    ReleaseIs {
        /// 2013 or later; 2013 itself is out of support.
        Recent = "2016 or later (2013 for completeness)",
    }
}
words! {
    /// A condition on the network.
    NetworkIs {
        /// The host is reached in time.
        Reached = "host reached at least every 180 days",
        /// A firewall is between, and its port can be opened.
        SemiIsolated = "semi-isolated, port 1688 can be opened",
        /// Nothing leads out.
        Isolated = "isolated",
        /// Away for too long, or too few without a domain.
        Away = "leaves the company network for more than 180 days, or below the threshold without a domain",
    }
}
words! {
    /// A condition on the number of machines.
    CountIs {
        /// As many as a host wants before it activates.
        Enough = "5 Office / 25 Windows clients / 5 servers or more",
        /// As many within the isolated network.
        EnoughInside = "threshold reached inside",
        /// Fewer than that.
        TooFew = "below threshold",
    }
}
words! {
    /// A condition on how long the machines live.
    UseIs {
        /// Less than the grace period.
        Lab = "short-lived lab",
    }
}

/// The table, its rows in their order.
pub static DECISIONS: LazyLock<Decisions> = LazyLock::new(|| {
    let mut decisions: Decisions = table(include_str!("../../data/plan.toml"));
    decisions.rows.sort_by_key(|row| row.order);
    decisions
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_stands_once_and_in_a_place_of_its_own() {
        for rows in DECISIONS.rows.windows(2) {
            assert!(rows[0].order < rows[1].order, "{} and {}", rows[0].id, rows[1].id);
        }
        for row in &DECISIONS.rows {
            assert_eq!(DECISIONS.rows.iter().filter(|other| other.id == row.id).count(), 1, "{}", row.id);
            assert!(!row.source.is_empty() && row.when.licence.is_some(), "{}", row.id);
        }
    }

    #[test]
    fn every_method_is_some_rows() {
        for method in ActivationMethod::PLANNED {
            assert!(DECISIONS.rows.iter().any(|row| row.method == method), "{}", method.name());
        }
    }
}
