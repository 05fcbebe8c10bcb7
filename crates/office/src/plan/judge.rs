//! Whether the conditions of the decision table hold for a group: yes, no and why, or a fact is missing.

use super::estate::{Devices, Facts, Internet, Licence, Lifetime, Membership, Network, Users};
use super::fact::Fact;
use crate::facts::kms::KMS;
use crate::facts::plan::{Condition, CountIs, DcIs, DevicesAre, DomainIs, LicenceIs, NetworkIs, OnlineIs, ReleaseIs};

/// What is judged: what is known of a group, and of the host that it would ask.
#[derive(Clone, Copy, Debug)]
pub(super) struct Situation<'g> {
    pub(super) facts: &'g Facts,
    /// Machines that would ask the same host for the same product; `None` where a number is missing.
    pub(super) count: Option<u32>,
    /// As many as the host wants; `None` where the product is not known.
    pub(super) threshold: Option<u32>,
}

/// Whether a condition holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Yes,
    No(String),
    Ask(Fact),
}

impl Situation<'_> {
    pub(super) fn holds(&self, condition: Condition) -> Holds {
        let facts = self.facts;
        match condition {
            Condition::Licence(is) => licence(facts, is),
            Condition::Devices(are) => devices(facts, are),
            Condition::Online(is) => online(facts, is),
            Condition::Users(_) => match facts.users {
                Some(Users::ReadOnly) => Holds::Yes,
                Some(Users::Full) => Holds::No("their users write, and do not only read and print".to_owned()),
                None => Holds::Ask(Fact::Users),
            },
            Condition::Domain(_) => match facts.domain {
                Some(Membership::Ad | Membership::Hybrid) => Holds::Yes,
                Some(Membership::Entra) => {
                    Holds::No("they are joined to Entra alone, not to Active Directory".to_owned())
                }
                Some(Membership::None) => Holds::No("they are in no domain".to_owned()),
                None => Holds::Ask(Fact::Domain),
            },
            Condition::Dc(_) => self.near("a domain controller"),
            Condition::Release(_) => match facts.release {
                Some(release) if release.knows_directory() => Holds::Yes,
                Some(release) => Holds::No(format!("release {} does not know it", release.name())),
                None => Holds::Ask(Fact::Release),
            },
            Condition::Network(is) => self.network(is),
            Condition::Count(is) => self.count(is),
            Condition::Use(_) => match facts.lifetime {
                Some(Lifetime::ShortLived) => Holds::Yes,
                Some(Lifetime::Permanent) | None => Holds::No("the machines live for years".to_owned()),
            },
        }
    }

    /// Whether as many machines ask the host as it wants.
    pub(super) fn enough(&self) -> Holds {
        let Some(threshold) = self.threshold else { return Holds::Ask(Fact::Product) };
        match self.count {
            Some(count) if count >= threshold => Holds::Yes,
            Some(count) => Holds::No(format!("{count} of at least {threshold} machines would ask the host")),
            None => Holds::Ask(Fact::Machines),
        }
    }

    /// Whether what is in the company's network is reached in time.
    fn near(&self, what: &str) -> Holds {
        let max = KMS.number("validity.days");
        match self.facts.away_days {
            Some(days) if days <= max => Holds::Yes,
            Some(days) => Holds::No(format!("{what} is not reached for {days} days, and an activation lasts {max}")),
            None => Holds::Ask(Fact::AwayDays),
        }
    }

    fn network(&self, is: NetworkIs) -> Holds {
        let network = self.facts.network();
        let within = |wanted: Network, otherwise: &str| {
            if network == wanted { Holds::Yes } else { Holds::No(otherwise.to_owned()) }
        };
        match is {
            NetworkIs::Reached => {
                within(Network::Company, "they are not in the company's network").and(|| self.near("the host"))
            }
            NetworkIs::SemiIsolated => within(Network::SemiIsolated, "no firewall stands between them and the host")
                .and(|| self.near("the host")),
            NetworkIs::Isolated => within(Network::Isolated, "their network is not isolated"),
            NetworkIs::Away => self.away(),
        }
    }

    /// Away for too long, or too few where no directory activates them.
    fn away(&self) -> Holds {
        if self.facts.network() == Network::Isolated {
            return Holds::No("their network is isolated: they never leave it".to_owned());
        }
        let (near, enough, directory) = (self.near("the host"), self.enough(), self.directory());
        match (near, enough, directory) {
            (Holds::No(_), _, _) | (_, Holds::No(_), Holds::No(_)) => Holds::Yes,
            (Holds::Yes, Holds::Yes, _) => {
                Holds::No("the host is reached in time, and enough machines ask it".to_owned())
            }
            (Holds::Yes, _, Holds::Yes) => Holds::No("Active Directory activates them".to_owned()),
            (Holds::Ask(fact), _, _) | (Holds::Yes, Holds::Ask(fact), _) | (Holds::Yes, _, Holds::Ask(fact)) => {
                Holds::Ask(fact)
            }
        }
    }

    /// Whether Active Directory can activate them.
    fn directory(&self) -> Holds {
        let wanted = [
            Condition::Domain(DomainIs::Joined),
            Condition::Dc(DcIs::HalfYearly),
            Condition::Release(ReleaseIs::Recent),
        ];
        wanted.into_iter().fold(Holds::Yes, |so_far, condition| so_far.and(|| self.holds(condition)))
    }

    fn count(&self, is: CountIs) -> Holds {
        match is {
            CountIs::Enough | CountIs::EnoughInside => self.enough(),
            CountIs::TooFew => match self.enough() {
                Holds::Yes => Holds::No("as many machines as a host wants ask it".to_owned()),
                Holds::No(_) => Holds::Yes,
                Holds::Ask(fact) => Holds::Ask(fact),
            },
        }
    }
}

impl Holds {
    /// This, and the next where this holds. What fails for certain fails, whatever else is not known.
    pub(super) fn and(self, next: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Yes => next(),
            Self::No(why) => Self::No(why),
            Self::Ask(fact) => match next() {
                Self::No(why) => Self::No(why),
                Self::Yes | Self::Ask(_) => Self::Ask(fact),
            },
        }
    }
}

fn licence(facts: &Facts, is: LicenceIs) -> Holds {
    let wanted = match is {
        LicenceIs::Subscription => Licence::Subscription,
        LicenceIs::Volume => Licence::Volume,
        LicenceIs::Spla => Licence::Spla,
    };
    match facts.licence {
        Some(licence) if licence == wanted => Holds::Yes,
        Some(Licence::Subscription) => Holds::No(
            "a subscription is activated by sign-in or by the device: no KMS host, MAK or directory ever activates it"
                .to_owned(),
        ),
        Some(licence) => Holds::No(format!("the licence is {}, not {}", licence.name(), wanted.name())),
        None => Holds::Ask(Fact::Licence),
    }
}

fn devices(facts: &Facts, are: DevicesAre) -> Holds {
    let wanted = match are {
        DevicesAre::Personal => Devices::Personal,
        DevicesAre::SharedByLicensed => Devices::Shared,
        DevicesAre::SharedByOthers => Devices::SharedUnlicensed,
    };
    match facts.devices() {
        Some(devices) if devices == wanted => Holds::Yes,
        Some(devices) => Holds::No(match devices {
            Devices::Personal => "one person works at each machine".to_owned(),
            Devices::Shared => "several people with licences of their own work at each machine".to_owned(),
            Devices::SharedUnlicensed => "people without licences or accounts work at the machines".to_owned(),
        }),
        None => Holds::Ask(Fact::Devices),
    }
}

fn online(facts: &Facts, is: OnlineIs) -> Holds {
    let wanted = match is {
        OnlineIs::Monthly => Internet::Monthly,
        OnlineIs::HalfYearly => Internet::HalfYearly,
        OnlineIs::Never => Internet::Never,
    };
    match facts.internet {
        Some(internet) if internet == wanted => Holds::Yes,
        Some(internet) => Holds::No(internet.describe().to_owned()),
        None => Holds::Ask(Fact::Internet),
    }
}

impl Internet {
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Monthly => "the internet is reached every 30 days",
            Self::HalfYearly => "the internet is reached only within 180 days",
            Self::Never => "the internet is never reached",
        }
    }
}
