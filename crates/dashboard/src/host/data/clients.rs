//! Clients, their leases, and what was decided for them.

use serde::Serialize;
use utoipa::ToSchema;

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
