//! Speaking with hosts and with the vendor's authority.

pub(crate) mod authority;
pub(crate) mod deadline;
#[cfg(feature = "directory")]
pub(crate) mod directory;
pub(crate) mod exchange;
pub(crate) mod host;
pub(crate) mod network;
pub(crate) mod proxy;
pub(crate) mod question;
pub(crate) mod reply;
pub(crate) mod sending;
pub(crate) mod trust;
