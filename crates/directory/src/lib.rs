#![doc = include_str!("../README.md")]

mod address;
mod connection;
mod directory;
mod error;
#[doc(hidden)]
pub mod fuzzing;
mod kerberos;
mod layout;
#[cfg(feature = "publish")]
mod ldif;
mod message;
#[cfg(feature = "publish")]
mod publish;
mod tls;

pub use address::{AddressError, DirectoryAddress, Scheme};
pub use directory::{Bind, Connector, Directory, Entry};
pub use error::{DirectoryError, Failure};
pub use layout::Layout;
#[cfg(feature = "publish")]
pub use ldif::ldif;
#[cfg(feature = "publish")]
pub use publish::{Published, Withdrawn};
pub use tls::{InvalidCertificates, Trust};
