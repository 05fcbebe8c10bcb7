//! How many connections each address has open.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::rate_limit_key;

/// The addresses that have connections open; no more are remembered than there are connections.
#[derive(Debug, Default)]
pub(crate) struct Addresses {
    open: Mutex<HashMap<IpAddr, u32>>,
}

/// A connection that is counted for its address until this is dropped.
#[derive(Debug)]
pub(crate) struct AddressPermit {
    addresses: Arc<Addresses>,
    key: IpAddr,
}

impl Addresses {
    /// Counts a connection of `address`; `None` where it has `max` open already.
    pub(crate) fn take(self: &Arc<Self>, address: IpAddr, max: u32) -> Option<AddressPermit> {
        let key = rate_limit_key(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(key).or_default();
        if *count >= max {
            return None;
        }
        *count += 1;
        Some(AddressPermit { addresses: Arc::clone(self), key })
    }
}

impl Drop for AddressPermit {
    fn drop(&mut self) {
        let mut open = self.addresses.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_connections_and_a_network_of_ipv6_is_one() {
        let addresses = Arc::new(Addresses::default());
        let take = |text: &str| addresses.take(text.parse().unwrap(), 2);
        let first = take("192.0.2.1");
        let second = take("192.0.2.1");
        assert!(first.is_some() && second.is_some() && take("192.0.2.1").is_none());
        assert!(take("192.0.2.2").is_some(), "others are not affected");
        drop(first);
        assert!(take("192.0.2.1").is_some());
        let held = (take("2001:db8::1"), take("2001:db8::2"));
        assert!(take("2001:db8::3").is_none());
        drop(second);
        drop(held);
        assert!(addresses.open.lock().unwrap().is_empty(), "what is closed is forgotten");
    }
}
