#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod any;
pub mod armour;
mod cbor;
mod document;
pub mod envelope;
pub mod journal;
pub mod keypair;
mod limits;
pub mod parts;
mod place;
pub mod proof;
mod reason;
pub mod request;
pub mod seal;
pub mod signature;
pub mod trust;

pub use any::AnyDocument;
pub use document::{
    ActivationObject, Authority, Confirmation, DirectoryRequest, Document, HostCertificate, HostRequest, Lease,
    MachineRequest, Manifest, Method, RefusalReason, Release, ReportedTip, Request, Revocations, SealedRefusal, Typ,
    Usage,
};
pub use envelope::Envelope;
pub use keypair::Keypair;
pub use reason::{Malformed, Reason};
pub use seal::Seal;
pub use trust::{Opened, verify};
