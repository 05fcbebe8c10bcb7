//! What an authority tells its administrators: the same for pages and for the admin API. Times are seconds since 1970, lengths of
//! time seconds.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whose authority this is.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Vendor {
    /// What people call the vendor.
    pub name: String,
    /// The root's public half in hexadecimal digits.
    pub root: String,
    /// The authority that signs here.
    pub authority: String,
    /// Until when it may sign, in seconds since 1970.
    pub expires: u64,
}

/// What is licensed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Product {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: u32,
    /// What people call it.
    pub title: String,
    /// The family that it is of.
    pub family: String,
    /// The public product key, the same in every copy.
    pub generic_key: String,
    /// How long it runs unactivated, in seconds.
    pub initial_grace: u64,
    /// Fingerprint components that may change before a machine counts as another one.
    pub drift: u64,
    /// The label of the SRV record where hosts are found.
    pub service: String,
    /// How the standing reaches the application.
    pub mode: Mode,
    /// Since when it is granted no more, in seconds since 1970.
    #[schema(required)]
    pub withdrawn: Option<u64>,
}

/// How the standing reaches the application.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The application is told, and acts by it.
    Enforce,
    /// It is told, and never that it is reduced.
    Advise,
    /// As that, and silent.
    Observe,
}

/// Products whose clients are counted together.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Family {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: u32,
    /// What product keys issued from now on grant unless they say otherwise.
    pub policy: Policy,
    /// How its hosts that have forked are treated.
    pub forked: Forked,
    /// Since when nothing of it is granted any more, in seconds since 1970.
    #[schema(required)]
    pub withdrawn: Option<u64>,
}

/// How hosts that have forked are treated: they are shown as such, and renewed or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Forked {
    /// They are renewed.
    Show,
    /// They are refused.
    Refuse,
}

/// What a product key grants.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Policy {
    /// Distinct clients within `window` before leases are granted.
    pub threshold: u64,
    /// How long a client counts after it last asked.
    pub window: u64,
    /// How long a lease lasts.
    pub validity: u64,
    /// A client asks again this long after its lease was issued.
    pub renewal: u64,
    /// A client that failed asks again after this.
    pub retry: u64,
    /// How long everything works after a lease has ended.
    pub grace: u64,
    /// Most live leases at once on one host's store; null is no limit.
    #[schema(required)]
    pub capacity: Option<u64>,
    /// Devices on which one signed-in user may hold a lease at once; null is no subscription.
    #[schema(required)]
    pub devices: Option<u64>,
    /// Fingerprint components that may change before a machine counts as another one.
    pub drift: u64,
    /// When the grant ends; null is never.
    #[schema(required)]
    pub end: Option<u64>,
    /// Names of options that leases carry.
    pub features: Vec<String>,
}

/// A product key without its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Key {
    /// The name of its public half.
    pub id: String,
    /// Its last five characters.
    pub last_five: String,
    /// What it activates.
    pub kind: Kind,
    /// The family that it is for.
    pub family: String,
    /// Who bought it.
    #[schema(required)]
    pub customer: Option<String>,
    /// When, in seconds since 1970.
    pub issued: u64,
    /// When it was withdrawn.
    #[schema(required)]
    pub withdrawn: Option<u64>,
    /// Hosts or machines that it activates at most.
    pub places: u64,
    /// Hosts or machines that it has activated.
    pub places_taken: u64,
    /// Key pairs that it activates at most on each of them.
    pub activations_each: u64,
    /// Key pairs that it has activated on all of them.
    pub activations_taken: u64,
    /// How long certificates of its hosts are valid, in seconds; null is the usual time.
    #[schema(required)]
    pub certificate_validity: Option<u64>,
    /// What it grants.
    pub policy: Policy,
}

/// What a product key activates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Hosts.
    Host,
    /// Machines directly with the authority.
    Multiple,
}

/// A host or machine, with one of its key pairs.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Place {
    /// The product key that has activated it.
    pub key: String,
    /// Which of the product key's hosts or machines it is, from 1.
    pub ordinal: u64,
    /// Which of its key pairs this is, from 1.
    pub activation: u64,
    /// The name of the key pair.
    pub subject: String,
    /// What a host is called.
    #[schema(required)]
    pub name: Option<String>,
    /// When this key pair was first activated, in seconds since 1970.
    pub first: u64,
    /// When it was last answered.
    pub last: u64,
    /// When that answer ends; null is never.
    #[schema(required)]
    pub expires: Option<u64>,
    /// Whether the revocation list names it.
    pub revoked: bool,
    /// The newest seal that a host has named; null where it has named none.
    #[schema(required)]
    pub tip: Option<Tip>,
    /// Where two copies of a host have renewed, or one restored from a backup; null where none have.
    #[schema(required)]
    pub forked: Option<Fork>,
}

/// A seal of a host.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Tip {
    /// Its number.
    pub number: u64,
    /// In hexadecimal digits.
    pub seal: String,
}

/// A fork of a host.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Fork {
    /// When it was noticed, in seconds since 1970.
    pub at: u64,
    /// The seal that the request before had named.
    pub expected: Tip,
    /// The seal that was named instead; null where none was.
    #[schema(required)]
    pub reported: Option<Tip>,
}

/// A directory that a product key has activated, with its latest key pair.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Directory {
    /// Its id: what its server keeps it by.
    pub directory: String,
    /// What it is called.
    #[schema(required)]
    pub name: Option<String>,
    /// The product key that has activated it.
    pub key: String,
    /// Which of the product key's places it is, from 1; hosts have places of the same key.
    pub ordinal: u64,
    /// Which of its key pairs this is, from 1.
    pub activation: u64,
    /// The name of the key pair.
    pub subject: String,
    /// When this key pair was first activated, in seconds since 1970.
    pub first: u64,
    /// When it was last answered.
    pub last: u64,
    /// When the latest activation object ends.
    #[schema(required)]
    pub expires: Option<u64>,
    /// Whether the revocation list names it.
    pub revoked: bool,
}

/// All that is revoked.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Revocations {
    /// The number of the newest list, which the public listener hands out; null where there is none yet.
    #[schema(required)]
    pub number: Option<u64>,
    /// Each entry, oldest first.
    pub entries: Vec<Entry>,
}

/// An entry of the revocation list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Entry {
    /// What it names.
    #[serde(flatten)]
    pub named: Named,
    /// When, in seconds since 1970.
    pub at: u64,
    /// The number of the first list that names it.
    pub list: u64,
}

/// A key or a document.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Named {
    /// What it is.
    pub what: EntryKind,
    /// Its name.
    pub id: String,
}

/// What an entry names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// A key, with all that it has signed or was given.
    Key,
    /// One document.
    Document,
}

/// How a family was used in a month, over all hosts of a customer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Usage {
    /// In UTC, as `2026-11`.
    pub month: String,
    /// The customer; null where the product keys name none.
    #[schema(required)]
    pub customer: Option<String>,
    /// The family.
    pub family: String,
    /// Hosts that have reported.
    pub hosts: u64,
    /// Distinct clients within the window, by the last report of each host.
    pub clients: u64,
    /// Live leases, by the last report of each host.
    pub live: u64,
    /// The sum of the hosts' highest numbers of live leases at once.
    pub peak: u64,
}

/// One change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditRow {
    /// Counted from 1.
    pub number: u64,
    /// When, in seconds since 1970.
    pub at: u64,
    /// By whom: `cli`, `service`, `admin:` or `token:` and a name.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// What was changed.
    pub subject: String,
    /// More of it.
    pub detail: String,
}

/// A page of the audit, newest first.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct AuditPage {
    /// The rows.
    pub items: Vec<AuditRow>,
    /// The value of `before` for the next page; null where this is the last.
    #[schema(required)]
    pub next: Option<u64>,
}
