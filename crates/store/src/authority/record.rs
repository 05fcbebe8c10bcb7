//! The rows as values.

use leasehold_core::activation::{Allowance, Ordinals, Placement};
use leasehold_core::standing::Mode;
use leasehold_core::{
    Cti, FamilyId, Fingerprint, KeyId, Policy, ProductId, ProductNumber, PublicKey, Span, Text, Timestamp,
};

/// Whose store it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vendor {
    /// What people call it.
    pub name: Text,
    /// The root key, on which all else rests.
    pub root: PublicKey,
    /// When it was made.
    pub made: Timestamp,
}

/// The root's certificate for an authority's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityCertificate {
    /// The authority.
    pub authority: KeyId,
    /// From when it may sign.
    pub not_before: Timestamp,
    /// Until when it may sign.
    pub expires: Timestamp,
    /// The document.
    pub document: Vec<u8>,
}

/// Products whose clients are counted together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// Its name.
    pub id: FamilyId,
    /// Its number, in host and multiple keys.
    pub number: ProductNumber,
    /// What product keys grant unless they say otherwise.
    pub policy: Policy,
    /// Since when nothing of it is granted any more.
    pub withdrawn: Option<Timestamp>,
}

/// What is licensed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its name.
    pub id: ProductId,
    /// Its number, in generic keys.
    pub number: ProductNumber,
    /// What it is counted with.
    pub family: FamilyId,
    /// What people call it.
    pub title: Text,
    /// How long it runs unactivated.
    pub initial_grace: Span,
    /// Fingerprint components that may change before a machine counts as another one.
    pub drift: u64,
    /// The label of the SRV record where hosts are found; `None` is `leasehold`.
    pub service: Option<Text>,
    /// How the standing reaches the application.
    pub mode: Mode,
    /// Since when it is not granted any more.
    pub withdrawn: Option<Timestamp>,
}

/// A secret product key that was issued, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedKey {
    /// The public half of its pair.
    pub public: PublicKey,
    /// The family it is for.
    pub family: FamilyId,
    /// Its last five characters.
    pub last_five: Text,
    /// Who bought it.
    pub customer: Option<Text>,
    /// What it grants.
    pub policy: Policy,
    /// How many hosts or machines it activates.
    pub allowance: Allowance,
    /// When it was issued.
    pub issued: Timestamp,
    /// When it was withdrawn.
    pub revoked: Option<Timestamp>,
}

/// One key pair that a product key has activated, with the latest answer given to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// The product key.
    pub key: KeyId,
    /// The public half of the host's or machine's pair.
    pub subject: PublicKey,
    /// Which host or machine of the product key it is, and why.
    pub placement: Placement,
    /// The machine, as last seen.
    pub fingerprint: Fingerprint,
    /// What the host is called.
    pub name: Option<Text>,
    /// The name of the document that answers it.
    pub cti: Cti,
    /// When that document ends.
    pub expires: Option<Timestamp>,
    /// The document: a host certificate or a lease.
    pub document: Vec<u8>,
}

/// What a revocation list names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Revoked {
    /// The key of a host, a machine, a client or an authority: it signs and holds nothing that counts any more.
    Key(KeyId),
    /// One document.
    Document(Cti),
}

/// An entry of the revocation list. It stays: what was revoked once is revoked for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// What is revoked.
    pub what: Revoked,
    /// When it was.
    pub at: Timestamp,
    /// The number of the first list that names it.
    pub list: u64,
}

/// A revocation list as it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationList {
    /// Its number.
    pub number: u64,
    /// When it was made.
    pub issued: Timestamp,
    /// The document.
    pub document: Vec<u8>,
}

/// A host or machine of a product key, with one of its activations: the latest where nothing else is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which it is, and which of its key pairs this one is.
    pub ordinals: Ordinals,
    /// The public half of the pair.
    pub subject: PublicKey,
    /// What the host is called.
    pub name: Option<Text>,
    /// When this pair was first activated.
    pub first: Timestamp,
    /// When it was last answered.
    pub last: Timestamp,
    /// When that answer ends.
    pub expires: Option<Timestamp>,
    /// That answer.
    pub document: Vec<u8>,
}
