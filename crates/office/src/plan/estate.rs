//! The estate as its administrator tells it: groups of machines, and what is true of each.

use serde::{Deserialize, Serialize};

use super::choice::choice;
use super::written::Written;
use crate::facts::products::Release as OfficeRelease;
use crate::read::masked;

/// An estate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Estate {
    /// Activations that are left on the Multiple Activation Key.
    #[serde(alias = "mak_left")]
    pub mak_left: Option<u32>,
    /// What is true of every group that does not say otherwise.
    #[serde(default)]
    pub defaults: Facts,
    /// The groups.
    #[serde(default, rename = "group")]
    pub groups: Vec<Group>,
}

/// Machines of which the same is true.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(from = "Written")]
pub struct Group {
    /// What they are called.
    pub name: String,
    /// What is true of them.
    #[serde(flatten)]
    pub facts: Facts,
}

/// What is true of a group; what is absent is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Facts {
    /// What they activate.
    pub product: Option<Product>,
    /// The one app that is licensed so, on machines whose Office is another group's.
    pub only: Option<OnlyApp>,
    /// Its release.
    pub release: Option<Release>,
    /// How many machines there are.
    pub machines: Option<u32>,
    /// What was bought.
    #[serde(alias = "license")]
    pub licence: Option<Licence>,
    /// What they are members of.
    pub domain: Option<Membership>,
    /// The longest time that one of them is away from the company's network, in days.
    #[serde(alias = "away_days")]
    pub away_days: Option<u32>,
    /// How often they reach the internet.
    pub internet: Option<Internet>,
    /// Who works at them.
    pub devices: Option<Devices>,
    /// Whether they are virtual desktops.
    pub vdi: Option<bool>,
    /// What network they are in; the company's own where nothing is said.
    pub network: Option<Network>,
    /// What their users do.
    pub users: Option<Users>,
    /// How long they live; for years where nothing is said.
    pub lifetime: Option<Lifetime>,
}

choice! {
    /// The product to activate.
    Product {
        /// Office, Project or Visio.
        Office = "office",
        /// Windows on clients.
        WindowsClient = "windows-client",
        /// Windows Server.
        WindowsServer = "windows-server",
    }
}

choice! {
    /// An app that is licensed by itself, beside an Office of another licence.
    OnlyApp {
        /// Visio.
        Visio = "visio",
        /// Project.
        Project = "project",
    }
}

choice! {
    /// A release of Office or Windows.
    Release {
        /// Microsoft 365 Apps.
        M365 = "m365",
        /// Office LTSC 2024.
        Office2024 = "2024",
        /// Office LTSC 2021.
        Office2021 = "2021",
        /// Office 2019.
        Office2019 = "2019",
        /// Office 2016.
        Office2016 = "2016",
        /// Office 2013.
        Office2013 = "2013",
        /// Office 2010.
        Office2010 = "2010",
        /// Windows 11.
        Windows11 = "windows-11",
        /// Windows 10.
        Windows10 = "windows-10",
        /// Windows 8.1.
        Windows81 = "windows-8.1",
        /// Windows 8.
        Windows8 = "windows-8",
        /// Windows 7.
        Windows7 = "windows-7",
        /// Windows Server 2025.
        Server2025 = "server-2025",
        /// Windows Server 2022.
        Server2022 = "server-2022",
        /// Windows Server 2019.
        Server2019 = "server-2019",
        /// Windows Server 2016.
        Server2016 = "server-2016",
        /// Windows Server 2012 R2.
        Server2012R2 = "server-2012-r2",
        /// Windows Server 2012.
        Server2012 = "server-2012",
        /// Windows Server 2008 R2.
        Server2008R2 = "server-2008-r2",
    }
}

choice! {
    /// What was bought.
    Licence {
        /// A subscription.
        Subscription = "subscription",
        /// A volume licence.
        Volume = "volume",
        /// A service provider's licence.
        Spla = "volume-spla",
        /// Single copies, or what came with the machine.
        Retail = "retail",
    }
}

choice! {
    /// What machines are members of.
    Membership {
        /// Active Directory.
        Ad = "ad",
        /// Active Directory and Entra.
        Hybrid = "hybrid",
        /// Entra alone.
        Entra = "entra",
        /// Nothing.
        None = "none",
    }
}

choice! {
    /// How often the internet is reached.
    Internet {
        /// Once in 30 days or oftener.
        Monthly = "monthly",
        /// Once in 180 days or oftener.
        HalfYearly = "half-yearly",
        /// Never, or after more than 180 days.
        Never = "never",
    }
}

choice! {
    /// Who works at a machine.
    Devices {
        /// One person.
        Personal = "personal",
        /// Several people, each with a licence; remote desktops.
        Shared = "shared",
        /// Several people without licences or accounts.
        SharedUnlicensed = "shared-unlicensed",
    }
}

choice! {
    /// What network machines are in.
    Network {
        /// The company's own, from which the host is reached.
        Company = "company",
        /// Behind a firewall in which port 1688 can be opened.
        SemiIsolated = "semi-isolated",
        /// One that nothing leads out of.
        Isolated = "isolated",
    }
}

choice! {
    /// What users do.
    Users {
        /// They write.
        Full = "full",
        /// They read and print.
        ReadOnly = "read-only",
    }
}

choice! {
    /// How long machines live.
    Lifetime {
        /// For years.
        Permanent = "permanent",
        /// Less than the grace period: a laboratory, a course, a test.
        ShortLived = "short-lived",
    }
}

/// Why a file is no estate.
#[derive(Debug, thiserror::Error)]
pub enum EstateError {
    /// It is not TOML, or has words that are not known.
    #[error("{0}")]
    Form(#[from] toml::de::Error),
    /// It is a list of machines.
    #[error(
        "a list of machines, and no groups: say how many machines of each kind there are, and what is true of them"
    )]
    List,
    /// There is nothing to plan.
    #[error("no group is named: begin one with [[group]]")]
    NoGroup,
    /// There are too many groups.
    #[error("more than {MAX_GROUPS} groups")]
    TooMany,
    /// Two groups have one name.
    #[error("group {0:?} stands twice")]
    Twice(String),
}

impl Estate {
    /// The estate in a file.
    ///
    /// # Errors
    /// Where it is none.
    pub fn parse(text: &str) -> Result<Self, EstateError> {
        if is_list(text) {
            return Err(EstateError::List);
        }
        let estate: Self = toml::from_str(&masked(text))?;
        if estate.groups.is_empty() {
            return Err(EstateError::NoGroup);
        }
        if estate.groups.len() > MAX_GROUPS {
            return Err(EstateError::TooMany);
        }
        for (at, group) in estate.groups.iter().enumerate() {
            if estate.groups[..at].iter().any(|other| other.name == group.name) {
                return Err(EstateError::Twice(group.name.clone()));
            }
        }
        Ok(estate)
    }

    /// The groups, each with all that is true of it.
    pub fn resolved_groups(&self) -> Vec<Group> {
        let told = |group: &Group| {
            let facts = group.facts.clone().or(&self.defaults);
            let only = facts.only.or_else(|| only_by_name(&group.name, &facts));
            Group { name: group.name.clone(), facts: Facts { product: facts.product(), only, ..facts } }
        };
        self.groups.iter().map(told).collect()
    }
}

/// Whether a text begins with the heading of a table, as inventories export them.
fn is_list(text: &str) -> bool {
    let heading = text.trim_start_matches('\u{feff}').lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let of_toml = heading.trim_start().starts_with(['[', '#']) || heading.contains('=');
    !of_toml && [',', ';', '\t', '|'].iter().any(|mark| heading.contains(*mark))
}

/// The app that a group's name says it is about: Visio and Project are sold by themselves, under volume licences.
fn only_by_name(name: &str, facts: &Facts) -> Option<OnlyApp> {
    let volume = matches!(facts.licence, Some(Licence::Volume));
    let of_office = facts.product().is_none_or(|product| product == Product::Office);
    let mut words = name.split(|c: char| !c.is_alphabetic());
    let named = words.find_map(|word| OnlyApp::ALL.iter().find(|app| app.name().eq_ignore_ascii_case(word)));
    named.copied().filter(|_| volume && of_office)
}

impl Facts {
    /// These, and those of `other` for what is not known.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        Self {
            product: self.product.or(other.product),
            only: self.only.or(other.only),
            release: self.release.or(other.release),
            machines: self.machines.or(other.machines),
            licence: self.licence.or(other.licence),
            domain: self.domain.or(other.domain),
            away_days: self.away_days.or(other.away_days),
            internet: self.internet.or(other.internet),
            devices: self.devices.or(other.devices),
            vdi: self.vdi.or(other.vdi),
            network: self.network.or(other.network),
            users: self.users.or(other.users),
            lifetime: self.lifetime.or(other.lifetime),
        }
    }

    /// The product to activate: what is said, or what the release is one of.
    pub fn product(&self) -> Option<Product> {
        self.product.or(self.release.map(Release::product))
    }

    /// Who works at them: what is said, or what virtual desktops are for.
    pub fn devices(&self) -> Option<Devices> {
        self.devices.or((self.vdi == Some(true)).then_some(Devices::Shared))
    }

    /// What network they are in.
    pub fn network(&self) -> Network {
        self.network.unwrap_or(Network::Company)
    }
}

impl OnlyApp {
    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Visio => "Visio",
            Self::Project => "Project",
        }
    }
}

impl Release {
    /// What it is a release of.
    pub fn product(self) -> Product {
        match self.name() {
            name if name.starts_with("windows-") => Product::WindowsClient,
            name if name.starts_with("server-") => Product::WindowsServer,
            _ => Product::Office,
        }
    }

    /// The release in the table of products, where it is there.
    pub fn of_office(self) -> Option<OfficeRelease> {
        match self {
            Self::M365 => Some(OfficeRelease::M365),
            Self::Office2024 => Some(OfficeRelease::Of2024),
            Self::Office2021 => Some(OfficeRelease::Of2021),
            Self::Office2019 => Some(OfficeRelease::Of2019),
            Self::Office2016 => Some(OfficeRelease::Of2016),
            _ => None,
        }
    }

    /// Whether it is one that Active Directory activates.
    pub fn knows_directory(self) -> bool {
        !matches!(self, Self::M365 | Self::Office2010 | Self::Windows7 | Self::Server2008R2)
    }
}

impl Product {
    /// Its name for people, of several machines.
    pub fn title(self) -> &'static str {
        match self {
            Self::Office => "Office",
            Self::WindowsClient => "Windows clients",
            Self::WindowsServer => "Windows Server",
        }
    }
}

/// The most groups of an estate.
pub const MAX_GROUPS: usize = 1_000;
