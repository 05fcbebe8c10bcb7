//! The documents, one file each. What they have in common is the envelope and the registered claims.

mod authority;
mod directory_request;
mod host;
mod host_request;
mod lease;
mod machine_request;
mod manifest;
mod object;
mod refusal;
mod release;
mod request;
mod revocations;

pub use authority::Authority;
pub use directory_request::DirectoryRequest;
pub use host::HostCertificate;
pub use host_request::{HostRequest, ReportedTip, Usage};
pub use lease::{Lease, Method};
pub use machine_request::MachineRequest;
pub use manifest::Manifest;
pub use object::ActivationObject;
pub use refusal::{RefusalReason, SealedRefusal};
pub use release::Release;
pub use request::Request;
pub use revocations::Revocations;

use leasehold_core::{Cti, KeyId, PublicKey, Timestamp};

use crate::cbor::{Decoder, Encoder, Wrote, need};
use crate::reason::Malformed;

/// A kind of document: its claims as a value.
pub trait Document: Sized {
    /// The typ of its envelope.
    const TYP: Typ;

    /// Its registered claims.
    fn head(&self) -> Head;

    /// Writes its body (claim -70000).
    ///
    /// # Errors
    /// None: memory takes everything.
    fn write_body(&self, e: &mut Encoder) -> Wrote;

    /// Reads it; claims and members that it does not have are found by comparison afterwards.
    ///
    /// # Errors
    /// [`Malformed`] where something is missing or of the wrong kind.
    fn read(head: &Head, d: &mut Decoder<'_>) -> Result<Self, Malformed>;
}

/// The registered claims of a document; each kind of document has some of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Head {
    /// When it ends (CWT claim 4).
    pub expires: Option<Timestamp>,
    /// When it begins (claim 5).
    pub not_before: Option<Timestamp>,
    /// When it was made (claim 6).
    pub issued: Option<Timestamp>,
    /// Its random name (claim 7).
    pub cti: Option<Cti>,
    /// The key it introduces or means (claim 8).
    pub confirmation: Option<Confirmation>,
}

/// A key that a document introduces or means (RFC 8747 section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// The key itself.
    Key(PublicKey),
    /// A known key, by its name.
    Known(KeyId),
}

macro_rules! typs {
    ($($variant:ident $name:literal $label:literal $words:literal),*) => {
        /// What kind of document an envelope holds; part of what is signed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the names say it")]
        pub enum Typ {
            $($variant),*
        }

        impl Typ {
            /// All kinds.
            pub const ALL: [Self; 12] = [$(Self::$variant),*];

            /// The name on the wire.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),*
                }
            }

            /// The label of its armour.
            pub const fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!("LEASEHOLD ", $label)),*
                }
            }

            /// What is wrong with a document of another kind, where one of this kind is wanted.
            pub(crate) const fn other_kind(self) -> Malformed {
                match self {
                    $(Self::$variant => Malformed(concat!("another kind of document, where ", $words, " is wanted"))),*
                }
            }
        }
    };
}
typs!(
    Authority "lh-authority" "AUTHORITY" "an authority's certificate",
    Manifest "lh-manifest" "MANIFEST" "a manifest",
    HostRequest "lh-host-request" "HOST REQUEST" "a host's request",
    Host "lh-host" "HOST" "a host's certificate",
    Request "lh-request" "REQUEST" "a client's request",
    Lease "lh-lease" "LEASE" "a lease",
    Refusal "lh-refusal" "REFUSAL" "a refusal",
    Release "lh-release" "RELEASE" "the release of a lease",
    MachineRequest "lh-machine-request" "MACHINE REQUEST" "a machine's request to its vendor",
    DirectoryRequest "lh-directory-request" "DIRECTORY REQUEST" "a directory's request",
    Object "lh-object" "OBJECT" "an activation object",
    Revocations "lh-revocations" "REVOCATIONS" "a revocation list"
);

impl Typ {
    /// The kind with this name on the wire.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|typ| typ.name() == name)
    }

    /// Whether it is signed by the key in its own `cnf`.
    pub const fn is_self_signed(self) -> bool {
        matches!(
            self,
            Self::HostRequest | Self::Request | Self::Release | Self::MachineRequest | Self::DirectoryRequest
        )
    }

    pub(crate) const fn max_bytes(self) -> usize {
        match self {
            Self::HostRequest | Self::Request | Self::Release | Self::MachineRequest | Self::DirectoryRequest => {
                MAX_REQUEST_BYTES
            }
            Self::Revocations => MAX_REVOCATION_BYTES,
            Self::Authority | Self::Manifest | Self::Host | Self::Lease | Self::Refusal | Self::Object => MAX_BYTES,
        }
    }
}

impl Head {
    fn expires(&self) -> Result<Timestamp, Malformed> {
        need(self.expires)
    }

    fn issued(&self) -> Result<Timestamp, Malformed> {
        need(self.issued)
    }

    fn cti(&self) -> Result<Cti, Malformed> {
        need(self.cti)
    }

    fn key(&self) -> Result<PublicKey, Malformed> {
        match need(self.confirmation)? {
            Confirmation::Key(key) => Ok(key),
            Confirmation::Known(_) => Err(Malformed("a key id where the key itself belongs")),
        }
    }

    fn known(&self) -> Result<KeyId, Malformed> {
        match need(self.confirmation)? {
            Confirmation::Known(id) => Ok(id),
            Confirmation::Key(_) => Err(Malformed("a key where its id belongs")),
        }
    }

    /// Of a document that a key signs for itself.
    fn introducing(issued: Timestamp, cti: Cti, key: PublicKey) -> Self {
        Self { issued: Some(issued), cti: Some(cti), confirmation: Some(Confirmation::Key(key)), ..Self::default() }
    }
}

/// No document is larger, but for revocation lists.
pub const MAX_BYTES: usize = 16 * 1_024;
/// No document that is signed by the key in its own `cnf` is larger.
pub const MAX_REQUEST_BYTES: usize = 4 * 1_024;
/// No revocation list is larger.
pub const MAX_REVOCATION_BYTES: usize = 1_024 * 1_024;
