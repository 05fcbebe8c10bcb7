//! Types and decisions of Leasehold: product keys, policy, admission, standing, fingerprints.
//!
//! Everything here is a function of its arguments. There is no clock, no chance, no file and no socket:
//! the crate is `no_std`, so none of them can be reached. Bytes and signatures are `leasehold-wire`'s.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod activation;
pub mod admission;
pub mod attempt;
pub mod clock;
pub mod codes;
pub mod fingerprint;
pub mod grant;
pub mod id;
pub mod key;
pub mod policy;
pub mod repair;
pub mod standing;
pub mod text;
pub mod time;

pub use admission::{Ask, Held, Refusal, Tally, Verdict};
pub use fingerprint::{Component, Fingerprint};
pub use grant::{Grant, Policy};
pub use id::{Cti, KeyId, PublicKey};
pub use key::{KeyKind, ProductKey};
pub use policy::PolicyFault;
pub use standing::{Standing, Why};
pub use text::{FamilyId, ProductId, ProductNumber, Text, TokenName};
pub use time::{Span, Timestamp};
