//! What the pages and the admin API of a host tell: one set of types, so that both say the same. Times are seconds since 1970,
//! lengths of time seconds.

mod clients;

use serde::Serialize;
use utoipa::ToSchema;

pub use clients::{Client, ClientPage, Event, EventPage, Lease, Life};

/// How a host stands.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Status {
    /// When it was looked at.
    pub now: u64,
    /// The program's version.
    pub version: String,
    /// The host's key; null before it has one.
    #[schema(required)]
    pub host: Option<String>,
    /// Null before it is activated.
    #[schema(required)]
    pub certificate: Option<Certificate>,
    /// Whom it is renewed by.
    pub renewal: Renewal,
    /// Whether what is decided can be recorded.
    pub store_works: bool,
    /// Null where the system does not tell.
    #[schema(required)]
    pub disk: Option<Disk>,
    /// The records that the host publishes.
    pub dns: Dns,
    /// The newest seal; null before the first.
    #[schema(required)]
    pub seal: Option<Seal>,
    /// Each family that the certificate grants.
    pub families: Vec<Family>,
    /// What needs an administrator, the most urgent first.
    pub warnings: Vec<Warning>,
}

/// What the vendor has certified.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Certificate {
    /// Who has sold it.
    pub vendor: String,
    /// The authority that signed it.
    pub authority: String,
    /// Since when it holds.
    pub issued: u64,
    /// Until when.
    pub expires: u64,
    /// Which of the product key's hosts this is.
    pub host_ordinal: u64,
    /// Which of its activations.
    pub activation_ordinal: u64,
    /// Whether it holds now.
    pub holds: bool,
    /// Whether it, the host or the authority is revoked.
    pub revoked: bool,
}

/// How certificate and revocation list are kept up to date.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Renewal {
    /// Null where it is renewed by hand.
    #[schema(required)]
    pub authority: Option<String>,
    /// When it is asked next; null where it is not.
    #[schema(required)]
    pub next: Option<u64>,
    /// Why the last attempt has failed.
    #[schema(required)]
    pub failure: Option<Failure>,
    /// The number of the revocation list that is held.
    #[schema(required)]
    pub list: Option<u64>,
    /// Why the last attempt to fetch it has failed.
    #[schema(required)]
    pub list_failure: Option<Failure>,
}

/// An attempt that failed.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Failure {
    /// The code that `leasehold explain` knows.
    pub code: String,
    /// The same in words.
    pub message: String,
    /// When.
    pub at: u64,
}

/// The disk of the host's folder, in bytes.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct Disk {
    /// What is free.
    pub free: u64,
    /// All of it.
    pub size: u64,
    /// How much the folder grows in a day; null where it was not watched for long enough.
    #[schema(required)]
    pub daily_growth: Option<u64>,
}

/// The records by which machines find the host.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Dns {
    /// As lines of a zone's file; none where nothing is published.
    pub records: Vec<String>,
    /// Records published since the host was started.
    pub published: u64,
    /// Attempts that failed.
    pub failed: u64,
}

/// How a family stands.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Family {
    /// Its id.
    pub family: String,
    /// Its products.
    pub products: Vec<String>,
    /// Clients within the window that count.
    pub clients: u64,
    /// How many are needed.
    pub threshold: u64,
    /// Live leases.
    pub live: u64,
    /// Most live leases; null is without limit.
    #[schema(required)]
    pub capacity: Option<u64>,
    /// How long a client counts.
    pub window: u64,
    /// How long a lease holds.
    pub validity: u64,
    /// When a client asks again.
    pub renewal: u64,
    /// When it asks again after a refusal.
    pub retry: u64,
    /// How long all works after a lease has ended.
    pub grace: u64,
    /// When the grant ends; null is never.
    #[schema(required)]
    pub end: Option<u64>,
    /// When live leases end, if none is renewed: stretches of time in their order; empty while a host with 20,000 leases
    /// or more has not counted them yet, which it does at its start and every five minutes.
    pub ends: Vec<Ends>,
    /// What was decided in the last hours, oldest first.
    pub hours: Vec<Hour>,
    /// What comes next if all goes on as it did.
    pub forecast: String,
}

/// Leases that end within a stretch of time.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct Ends {
    /// Where the stretch begins.
    pub from: u64,
    /// Where it ends.
    pub to: u64,
    /// How many end in it.
    pub leases: u64,
}

/// An hour of a family.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct Hour {
    /// When it began.
    pub at: u64,
    /// Leases granted and renewed.
    pub granted: u64,
    /// Requests refused.
    pub refused: u64,
    /// Clients that counted at its end.
    pub clients: u64,
    /// Live leases at its end.
    pub live: u64,
}

/// What needs an administrator.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Warning {
    /// The code that `leasehold explain` knows.
    pub code: String,
    /// What is the matter.
    pub text: String,
    /// What to do.
    pub hint: String,
    /// Whether machines are refused because of it, now or soon.
    pub urgent: bool,
}

/// A page of the host's chain of seals, newest first.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct SealPage {
    /// The seals.
    pub items: Vec<Seal>,
    /// The value of `before` for the next page; null where this is the last.
    #[schema(required)]
    pub next: Option<u64>,
}

/// A seal.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Seal {
    /// Its number, from 1.
    pub number: u64,
    /// When it was made.
    pub at: u64,
    /// `leases` or `refusals`.
    pub covers: &'static str,
    /// How many.
    pub size: u64,
    /// The seal, in hexadecimal digits.
    pub seal: String,
    /// The one before.
    pub previous: String,
    /// The root of its tree.
    pub root: String,
    /// Whether the host's signature over it holds, and it follows on what it names.
    pub holds: bool,
}

/// Settings that belong together.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct SettingGroup {
    /// What they are about.
    pub title: String,
    /// Each of them.
    pub settings: Vec<Setting>,
}

/// A setting, as it is in force.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Setting {
    /// What it is called in a configuration file.
    pub name: String,
    /// What it is set to, in words.
    pub value: String,
}

/// The newest lines of the audit, newest first.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct AuditPage {
    /// The lines.
    pub items: Vec<AuditRow>,
}

/// Something that someone did.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct AuditRow {
    /// When.
    pub at: u64,
    /// By whom: `admin:ann`, `token:desk`, `cli:ann`, or `nobody` where sign-in was refused.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// Where from.
    #[schema(required)]
    pub from: Option<String>,
}

/// What a check has found.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Check {
    /// What was checked.
    pub name: String,
    /// `ok`, `warning`, `failure` or `skipped`.
    pub outcome: &'static str,
    /// What was found.
    pub detail: String,
    /// The code that `leasehold explain` knows.
    #[schema(required)]
    pub code: Option<&'static str>,
    /// What to do.
    #[schema(required)]
    pub hint: Option<String>,
}
