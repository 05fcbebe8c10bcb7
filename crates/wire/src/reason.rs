//! Why bytes are no document, and why a document cannot be believed.

use leasehold_core::Code;

/// Why bytes are no document: not the envelope, typ, claims or sizes of DESIGN section 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub(crate) &'static str);

/// Why a document cannot be believed: the first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Not the envelope, typ, claims or sizes of DESIGN section 3.
    #[error("malformed: {0}")]
    Malformed(#[from] Malformed),
    /// No certificate in the chain introduces the signer.
    #[error("unknown signer: the chain of certificates does not lead from the signer to the root key")]
    UnknownSigner,
    /// A signature does not verify.
    #[error("bad signature: the document or a certificate above it has been altered")]
    BadSignature,
    /// The signer may not sign this.
    #[error("not authorised: {0}")]
    NotAuthorised(&'static str),
    /// The document, its subject or a key in the chain is revoked.
    #[error("revoked: the vendor has withdrawn the document, its subject or a key above it")]
    Revoked,
    /// It begins more than 4 hours after the time of checking.
    #[error("not yet valid: it begins more than 4 hours after the time of checking")]
    NotYetValid,
    /// It has ended.
    #[error("expired: the document has ended")]
    Expired,
}

impl Reason {
    /// The stable code.
    pub const fn code(&self) -> Code {
        match self {
            Self::Malformed(_) => Code::Malformed,
            Self::UnknownSigner => Code::UnknownSigner,
            Self::BadSignature => Code::BadSignature,
            Self::NotAuthorised(_) => Code::NotAuthorised,
            Self::Revoked => Code::Revoked,
            Self::NotYetValid => Code::NotYetValid,
            Self::Expired => Code::Expired,
        }
    }
}

impl From<minicbor::decode::Error> for Malformed {
    fn from(_: minicbor::decode::Error) -> Self {
        Self("not the CBOR that its place in the document asks for")
    }
}
