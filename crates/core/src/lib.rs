#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod activation;
pub mod admission;
pub mod attempt;
pub mod clock;
pub mod code;
mod count;
pub mod finding;
pub mod fingerprint;
pub mod glossary;
pub mod grant;
pub mod id;
pub mod key;
pub mod length;
mod pasted;
pub mod policy;
pub mod repair;
pub mod rng;
pub mod standing;
pub mod subscription;
pub mod text;
pub mod text_file;
pub mod time;

pub use admission::{Ask, Counting, Delivery, Equal, Held, LeaseEnd, Refusal, Tally, Verdict};
pub use clock::{Clock, Running};
pub use code::{Code, UnknownCode};
pub use count::count;
pub use finding::{CheckOutcome, Finding};
pub use fingerprint::{Component, Fingerprint};
pub use grant::{Grant, Policy};
pub use id::{Cti, DirectoryId, KeyId, PublicKey};
pub use key::{KeyKind, ProductKey};
pub use length::LeaseLength;
pub use policy::PolicyFault;
pub use rng::{Rng, random_bytes};
pub use standing::{Standing, Why};
pub use subscription::{SignIn, SignInFault, UserId};
pub use text::{AdminName, FamilyId, ProductId, ProductNumber, Text, TokenName};
pub use time::{Span, Timestamp};
