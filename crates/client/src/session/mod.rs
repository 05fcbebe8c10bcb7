//! Speaking with hosts and with the vendor's authority.

pub(crate) mod authority;
pub(crate) mod carried;
pub(crate) mod deadline;
#[cfg(feature = "directory")]
pub(crate) mod directories;
#[cfg(feature = "directory")]
pub(crate) mod directory;
pub(crate) mod host;
pub(crate) mod network;
pub(crate) mod search;
