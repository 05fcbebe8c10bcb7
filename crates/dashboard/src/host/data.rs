//! What the pages and the admin API of a host tell: one set of types, so that both say the same. Times are seconds since 1970,
//! lengths of time seconds.

use serde::Serialize;
use utoipa::ToSchema;

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
    /// When live leases end, if none is renewed: stretches of time in their order.
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

/// A page of clients, in the order of their keys.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct ClientPage {
    /// A row for each client and family.
    pub items: Vec<Client>,
    /// The value of `after` for the next page; null where this is the last. A page may be short and have a next one: a search looks
    /// at so many clients at a time.
    #[schema(required)]
    pub next: Option<String>,
}

/// A client of a family.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and JSON tells them so")]
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Client {
    /// Its device key.
    pub client: String,
    /// The family.
    pub family: String,
    /// What the machine calls itself.
    #[schema(required)]
    pub name: Option<String>,
    /// Where it last asked from.
    #[schema(required)]
    pub address: Option<String>,
    /// When it first asked.
    pub first_seen: u64,
    /// When it last asked.
    pub last_seen: u64,
    /// Whether it was forgotten by an administrator.
    pub forgotten: bool,
    /// Whether its hardware equals that of a client that counts, so that it does not.
    pub twin: bool,
    /// Whether it counts for the threshold now.
    pub counts: bool,
    /// How often two machines were seen with its device key.
    pub forks: u64,
    /// Its last lease for each product.
    pub leases: Vec<Lease>,
    /// Why it is activated or not, in a sentence.
    pub why: String,
    /// Whether it holds a live lease.
    pub licensed: bool,
}

/// A lease.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Lease {
    /// The product.
    pub product: String,
    /// Its name.
    pub lease: String,
    /// When it was granted.
    pub issued: u64,
    /// When it ends.
    pub expires: u64,
    /// Whether it runs now.
    pub live: bool,
    /// The seal that covers it.
    pub seal: u64,
    /// Whether it was ended before its time.
    pub ended_early: bool,
    /// Whether its client gave it back.
    pub released: bool,
}

/// What is known of one client.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Life {
    /// When it was looked at.
    pub now: u64,
    /// A row for each of its families.
    pub rows: Vec<Client>,
    /// What was decided for it, newest first, as far back as was looked.
    pub events: Vec<Event>,
    /// The value of `before` with which earlier events are looked for; null where there are none.
    #[schema(required)]
    pub earlier: Option<u64>,
}

/// A page of what was decided, newest first.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct EventPage {
    /// The events.
    pub items: Vec<Event>,
    /// The value of `before` for the next page; null where this is the last. A page may be short and have a next one.
    #[schema(required)]
    pub next: Option<u64>,
}

/// What was decided for one client.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Event {
    /// Its place in the journal.
    pub number: u64,
    /// When.
    pub at: u64,
    /// For which client.
    pub client: String,
    /// Of which family.
    pub family: String,
    /// For which product.
    pub product: String,
    /// `granted`, `refused`, `released`, `ended` or `forgotten`.
    pub decision: &'static str,
    /// Why, in words.
    pub text: String,
    /// The code of a refusal.
    #[schema(required)]
    pub code: Option<&'static str>,
    /// The lease concerned.
    #[schema(required)]
    pub lease: Option<String>,
    /// Until when it was granted.
    #[schema(required)]
    pub expires: Option<u64>,
    /// The seal that covers a lease.
    #[schema(required)]
    pub seal: Option<u64>,
    /// The name of the request.
    #[schema(required)]
    pub request: Option<String>,
    /// The name of the sealed refusal.
    #[schema(required)]
    pub answer: Option<String>,
    /// What the machine calls itself.
    #[schema(required)]
    pub name: Option<String>,
    /// Where it asked from.
    #[schema(required)]
    pub address: Option<String>,
    /// Whether two machines were seen with the device key.
    pub forked: bool,
    /// Whether the client is a twin from then on.
    pub twin: bool,
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
