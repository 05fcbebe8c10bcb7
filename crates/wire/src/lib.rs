//! Bytes and signatures of every document: one envelope, strict and bounded, down to `leasehold-core`'s values.
//!
//! A document is `COSE_Sign1` (RFC 9052) over CWT claims (RFC 8392) in deterministic CBOR (RFC 8949 section 4.2.1).
//! [`trust::verify`] checks a document and its chain against a root key; [`request::open`] checks what clients
//! sign for themselves; [`seal`] lets one signature stand for a batch of leases. No clock, chance, file or socket
//! can be reached from here: the crate is `no_std`.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod any;
pub mod armour;
mod cbor;
mod document;
pub mod envelope;
pub mod keypair;
pub mod proof;
pub mod request;
pub mod seal;
pub mod signature;
pub mod trust;

pub use any::AnyDocument;
pub use document::{
    ActivationObject, Authority, Confirmation, Document, HostCertificate, HostRequest, Lease, MachineRequest, Manifest,
    Method, Release, Request, Revocations, Typ,
};
pub use envelope::{Envelope, Malformed};
pub use keypair::Keypair;
pub use seal::Seal;
pub use trust::{Opened, Reason, verify};
