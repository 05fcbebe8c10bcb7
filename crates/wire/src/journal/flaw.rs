//! What is wrong with a journal, and where.

use leasehold_core::{Code, KeyId};

use crate::reason::{Malformed, Reason};
use crate::seal::Tip;

/// The first thing that is wrong with a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// What.
    pub wrong: Wrong,
    /// Where its item begins, in bytes from the beginning of the file.
    pub offset: u64,
    /// How many bytes the item has; 0 where the file ends before.
    pub length: u64,
    /// The seal that stands there, where one does.
    pub seal: Option<(KeyId, u64)>,
}

/// What is wrong with a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Bytes that no journal has.
    #[error("malformed: {0}")]
    Malformed(Malformed),
    /// The file ends within an item, or before the end of a part.
    #[error("the file ends here, before the end of its last part: it was cut")]
    Cut,
    /// A part does not begin where the chains stand.
    #[error("the part begins after seal {begins} of host {host}, and the journal stands at seal {stands}")]
    Begins {
        /// Whose chain.
        host: KeyId,
        /// Where the part says it begins.
        begins: u64,
        /// Where the chain stands.
        stands: u64,
    },
    /// A part begins after a seal that is not the one of this journal.
    #[error("the part begins after another seal {number} of host {host} than the journal has")]
    BeginsElsewhere {
        /// Whose chain.
        host: KeyId,
        /// The number of both.
        number: u64,
    },
    /// A certificate that cannot be believed.
    #[error("the host certificate is not to be believed: {0}")]
    Certificate(Reason),
    /// A certificate stands twice in a part.
    #[error("the same certificate stands twice in one part")]
    CertificateTwice,
    /// A certificate of another vendor than those before.
    #[error("the certificate leads to root key {found}, and those before it to {expected}")]
    AnotherRoot {
        /// The root key of those before.
        expected: KeyId,
        /// That of this one.
        found: KeyId,
    },
    /// A seal of a host without a certificate in its part.
    #[error("no certificate in this part introduces the host of this seal")]
    UnknownHost,
    /// Another seal than the next of its chain.
    #[error("seal {found} of host {host} stands where seal {expected} is to stand")]
    NotNext {
        /// Whose chain.
        host: KeyId,
        /// The number that comes next.
        expected: u64,
        /// The number that stands there.
        found: u64,
    },
    /// A signature does not hold, and the seal after it does: what it covers is as the host sealed it.
    #[error("the signature was changed; what it covers was not, as the next seal shows")]
    Signature,
    /// A signature does not hold over what stands there.
    #[error(
        "the host's signature does not hold over what stands here: a byte of the documents, of their terms or of the seal was changed"
    )]
    Altered,
    /// A document beyond what the host may give.
    #[error("the host has signed what it may not give: {0}")]
    Beyond(Reason),
    /// A seal that is more than four hours older than the one before.
    #[error("the seal is more than 4 hours older than the one before it")]
    Backwards,
    /// Terms that the seal after them does not use.
    #[error("terms stand here that the next seal does not use")]
    UnusedTerms,
    /// The end of a part names other seals than the part leads to.
    #[error("the part leads to another seal of host {host} than its end says: to seal {}", stands.number)]
    End {
        /// Whose chain.
        host: KeyId,
        /// Where the part leads to.
        stands: Tip,
    },
    /// The digest at the end of a part is not that of its bytes.
    #[error("the part's digest is not that of its bytes: an item was added, taken away or moved")]
    Digest,
}

impl Wrong {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Malformed(_) | Self::UnknownHost | Self::UnusedTerms | Self::CertificateTwice => Code::Malformed,
            Self::Cut => Code::JournalCut,
            Self::Begins { begins, stands, .. } if begins < stands => Code::SealOutOfOrder,
            Self::NotNext { expected, found, .. } if found < expected => Code::SealOutOfOrder,
            Self::Begins { .. } | Self::NotNext { .. } => Code::SealMissing,
            Self::BeginsElsewhere { .. } => Code::JournalForked,
            Self::Certificate(reason) | Self::Beyond(reason) => reason.code(),
            Self::AnotherRoot { .. } => Code::UnknownSigner,
            Self::Signature | Self::Altered | Self::End { .. } | Self::Digest => Code::JournalAltered,
            Self::Backwards => Code::NotAuthorised,
        }
    }
}

impl From<Malformed> for Wrong {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

/// What is wrong with the item at hand, and with which seal.
pub(super) struct Fault {
    pub(super) wrong: Wrong,
    pub(super) seal: Option<(KeyId, u64)>,
}

impl<W: Into<Wrong>> From<W> for Fault {
    fn from(wrong: W) -> Self {
        Self { wrong: wrong.into(), seal: None }
    }
}
