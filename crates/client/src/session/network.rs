//! How a client reaches hosts and the authority.

use crate::address::HostAddress;
use crate::session::exchange::Exchange;
#[cfg(feature = "mdns")]
use crate::session::host::lookup::LocalLink;
use crate::session::host::lookup::Search;

/// How a client reaches hosts and the authority.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) exchange: Exchange,
    /// The hosts that were set, in their order.
    pub(crate) hosts: Vec<HostAddress>,
    pub(crate) search: Search,
    #[cfg(feature = "mdns")]
    pub(crate) local_link: LocalLink,
}
