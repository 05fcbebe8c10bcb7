//! Clients and leases as the pruned part of a journal leaves them: with them the rest of it leads to the rows still.

use super::{ClientRow, Entry};

/// Changes a client's base as `entry` says. One that was never seen stays without.
pub fn fold_into_base(base: &mut Option<ClientRow>, entry: &Entry) {
    let (mut sighting, mut leases) = base.take().map_or((None, Vec::new()), |row| (Some(row.sighting), row.leases));
    let at = leases.binary_search_by_key(&entry.product, |(product, _)| *product);
    let mut lease = at.ok().map(|at| leases[at].1);
    entry.apply(&mut sighting, &mut lease);
    if let Some(lease) = lease {
        match at {
            Ok(at) => leases[at].1 = lease,
            Err(at) => leases.insert(at, (entry.product, lease)),
        }
    }
    let (client, family) = (entry.client, entry.family);
    *base = sighting.map(|sighting| ClientRow { client, family, sighting, leases });
}
