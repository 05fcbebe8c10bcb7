//! How the vendor's side fails to do what it is asked.

use std::io;
use std::path::PathBuf;

use leasehold_core::{
    Code, DirectoryId, FamilyId, KeyId, PolicyFault, ProductId, ProductNumber, Span, Text, TokenName,
};
use leasehold_store::StoreError;
use leasehold_wire::{Reason, Typ};

use crate::key_name::KeyName;

/// What was asked for has not been done, and nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The passphrase does not open the key file.
    #[error("{}: the passphrase does not open it", .0.display())]
    WrongPassphrase(PathBuf),
    /// The file is no encrypted Ed25519 key.
    #[error("{}: not an encrypted Ed25519 key in PEM", .0.display())]
    NotAKeyFile(PathBuf),
    /// The key file holds a key that the vendor's certificates do not name.
    #[error("{}: it holds another key than this vendor's", .0.display())]
    AnotherKey(PathBuf),
    /// A vendor without a passphrase.
    #[error("passphrase: it is empty")]
    EmptyPassphrase,
    /// The folder has a vendor.
    #[error("there is a vendor already, {0}")]
    VendorExists(Text),
    /// A file left by a first run that was cut short does not fit what is asked now.
    #[error("{}: left from an earlier try with another name or key", .0.display())]
    Leftover(PathBuf),
    /// The store has no vendor yet.
    #[error("no vendor has been made here yet")]
    NotInitialised,
    /// A product of this id is there.
    #[error("product {0}: it is there already")]
    ProductExists(ProductId),
    /// A product of this number is there.
    #[error("product number {0}: another product has it")]
    ProductNumberTaken(ProductNumber),
    /// The label by which manifests are marked for tests.
    #[error(
        "service {}: it marks manifests for tests, whose clock anyone may move",
        leasehold_wire::Manifest::TEST_SERVICE
    )]
    TestService,
    /// A family's number or policy is set when it begins.
    #[error("family {0}: it is there already, with a number and defaults of its own")]
    FamilyExists(FamilyId),
    /// A family of this number is there.
    #[error("family number {0}: another family has it")]
    FamilyNumberTaken(ProductNumber),
    /// There are no numbers left.
    #[error("all numbers are taken")]
    NumbersUsedUp,
    /// No such product.
    #[error("product {0}: there is none of this id")]
    UnknownProduct(ProductId),
    /// No such family.
    #[error("family {0}: there is none of this id")]
    UnknownFamily(FamilyId),
    /// The product is withdrawn.
    #[error("product {0}: it has been withdrawn")]
    ProductWithdrawn(ProductId),
    /// The family is withdrawn.
    #[error("family {0}: it has been withdrawn")]
    FamilyWithdrawn(FamilyId),
    /// No such product key.
    #[error("product key {0}: not issued here")]
    UnknownKey(KeyName),
    /// Several product keys have the same last five characters.
    #[error("product key …{0}: {count} keys end so: {ids}", count = .1.len(), ids = listed(.1))]
    AmbiguousKey(Text, Vec<KeyId>),
    /// No such host or machine.
    #[error("{0}: no product key has activated such a host or machine")]
    UnknownHost(KeyId),
    /// No such directory.
    #[error("{0}: no product key has activated such a directory")]
    UnknownDirectory(DirectoryId),
    /// No such authority.
    #[error("{0}: the root has certified no such authority")]
    UnknownAuthority(KeyId),
    /// An authority cannot revoke itself: no client would believe its list.
    #[error("authority {0}: it would sign the list that revokes it")]
    OwnAuthority(KeyId),
    /// A newer authority has been certified since.
    #[error("authority {0}: another one has superseded it")]
    Superseded(KeyId),
    /// The list would be larger than any client takes.
    #[error("the revocation list has no room for {entries} entries: it may have at most {max} bytes")]
    ListFull {
        /// How many entries it would have.
        entries: usize,
        /// How many bytes it may have.
        max: usize,
    },
    /// What is exported cannot be written.
    #[error("the export cannot be written: {0}")]
    Output(#[source] io::Error),
    /// No such token.
    #[error("token {0}: there is none of this name")]
    UnknownToken(TokenName),
    /// A token of this name is or was there.
    #[error("token {0}: there was one of this name already")]
    TokenExists(TokenName),
    /// A token that has ended before it begins.
    #[error("token {0}: its end must lie in the future")]
    TokenEnded(TokenName),
    /// A policy that no client or host could follow.
    #[error(transparent)]
    Policy(#[from] PolicyFault),
    /// A certificate that would end at once, or never.
    #[error("certificate validity {0}: must be from 1 d to 36500 d")]
    CertificateValidity(Span),
    /// A grant that no certificate can carry.
    #[error("family {0}: its products and features do not fit into a host certificate")]
    GrantTooLarge(FamilyId),
    /// What was given to be approved is another document.
    #[error("a document of type {}, not a request of a host or machine", .0.name())]
    NotARequest(Typ),
    /// The request is malformed or not signed by the key that it introduces.
    #[error("the request cannot be believed: {0}")]
    Request(#[source] Reason),
    /// The authority's certificate does not hold now.
    #[error("the authority's certificate cannot be used: {0}")]
    Certificate(#[source] Reason),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a caller can do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// What was named does not exist.
    Missing,
    /// It conflicts with what exists.
    Conflict,
    /// A value breaks a rule.
    Invalid,
    /// A grant does not fit into a host certificate.
    TooLarge,
    /// The document is not a valid request.
    Request,
    /// The authority's certificate is not valid now.
    Certificate,
    /// The store failed.
    Store,
    /// The passphrase is wrong.
    Passphrase,
    /// The vendor's folder, a file or the output cannot be used.
    Local,
}

impl Error {
    /// Its kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownProduct(_)
            | Self::UnknownFamily(_)
            | Self::UnknownKey(_)
            | Self::UnknownHost(_)
            | Self::UnknownDirectory(_)
            | Self::UnknownToken(_)
            | Self::UnknownAuthority(_) => ErrorKind::Missing,
            Self::VendorExists(_)
            | Self::ProductExists(_)
            | Self::ProductNumberTaken(_)
            | Self::FamilyExists(_)
            | Self::FamilyNumberTaken(_)
            | Self::NumbersUsedUp
            | Self::ProductWithdrawn(_)
            | Self::FamilyWithdrawn(_)
            | Self::AmbiguousKey(..)
            | Self::OwnAuthority(_)
            | Self::Superseded(_)
            | Self::TokenExists(_)
            | Self::ListFull { .. } => ErrorKind::Conflict,
            Self::Policy(_)
            | Self::TestService
            | Self::CertificateValidity(_)
            | Self::TokenEnded(_)
            | Self::EmptyPassphrase => ErrorKind::Invalid,
            Self::GrantTooLarge(_) => ErrorKind::TooLarge,
            Self::NotARequest(_) | Self::Request(_) => ErrorKind::Request,
            Self::Certificate(_) => ErrorKind::Certificate,
            Self::Store(_) => ErrorKind::Store,
            Self::WrongPassphrase(_) => ErrorKind::Passphrase,
            Self::File { .. }
            | Self::NotAKeyFile(_)
            | Self::AnotherKey(_)
            | Self::Leftover(_)
            | Self::NotInitialised
            | Self::Output(_) => ErrorKind::Local,
        }
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::File { .. } | Self::Output(_) => Code::File,
            Self::WrongPassphrase(_) => Code::WrongPassphrase,
            Self::NotAKeyFile(_) | Self::AnotherKey(_) => Code::NotAKeyFile,
            Self::EmptyPassphrase | Self::TokenEnded(_) => Code::Usage,
            Self::VendorExists(_)
            | Self::Leftover(_)
            | Self::ProductExists(_)
            | Self::ProductNumberTaken(_)
            | Self::FamilyExists(_)
            | Self::FamilyNumberTaken(_)
            | Self::NumbersUsedUp
            | Self::TokenExists(_) => Code::AlreadyExists,
            Self::NotInitialised => Code::NotInitialised,
            Self::UnknownProduct(_) => Code::UnknownProduct,
            Self::UnknownFamily(_) => Code::UnknownFamily,
            Self::ProductWithdrawn(_) | Self::FamilyWithdrawn(_) => Code::Withdrawn,
            Self::UnknownKey(_) => Code::UnknownKey,
            Self::AmbiguousKey(..) => Code::AmbiguousKey,
            Self::UnknownHost(_) => Code::UnknownHost,
            Self::UnknownDirectory(_) => Code::UnknownDirectory,
            Self::UnknownToken(_) => Code::UnknownToken,
            Self::UnknownAuthority(_) => Code::UnknownAuthority,
            Self::OwnAuthority(_) => Code::OwnAuthority,
            Self::Superseded(_) => Code::AuthorityFollowed,
            Self::ListFull { .. } => Code::RevocationListFull,
            Self::Policy(_) | Self::TestService | Self::CertificateValidity(_) => Code::BadPolicy,
            Self::GrantTooLarge(_) => Code::GrantTooLarge,
            Self::NotARequest(_) => Code::Malformed,
            Self::Request(reason) | Self::Certificate(reason) => reason.code(),
            Self::Store(error) => error.code(),
        }
    }

    /// An input or output error at `path`.
    pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |source| Self::File { path, source }
    }
}

fn listed(ids: &[KeyId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
