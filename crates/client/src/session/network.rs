//! How a client reaches hosts and the authority.

use std::sync::Arc;

#[cfg(feature = "directory")]
use leasehold_directory::Trust;

use crate::address::HostAddress;
use crate::courier::Courier;
use crate::exchange::Exchange;
#[cfg(feature = "directory")]
use crate::session::directories::Directories;
#[cfg(feature = "mdns")]
use crate::session::search::LocalLink;
use crate::session::search::Search;

/// How a client reaches hosts and the authority.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) exchange: Exchange,
    /// The agent of this machine; it carries for `exchange` too.
    pub(crate) courier: Arc<Courier>,
    /// The hosts that were set, in their order.
    pub(crate) hosts: Vec<HostAddress>,
    pub(crate) search: Search,
    #[cfg(feature = "directory")]
    pub(crate) directories: Directories,
    /// Whose certificates are trusted for the servers of directories.
    #[cfg(feature = "directory")]
    pub(crate) directories_trust: Trust,
    #[cfg(feature = "mdns")]
    pub(crate) local_link: LocalLink,
}
