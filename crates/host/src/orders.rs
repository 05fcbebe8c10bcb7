//! What those who run a host tell it to do with its store: files in its folder, which the serving host carries out within
//! a second, or when it serves again. A store has one writer.

use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;

use leasehold_core::{Cti, FamilyId, KeyId, ProductId, Span};
use leasehold_files::Readers;
use leasehold_store::StoreError;
use leasehold_store::host::{Batch, Family, HostStore, Seals, Subject};

use crate::Error;
use crate::activation::Home;
use crate::files::{MAX_STATE_FILE, ORDERS};
use crate::identity::Identity;
use crate::shared::Shared;

/// To end a lease, or to forget a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which client.
    pub client: KeyId,
    /// In which family.
    pub family: FamilyId,
    /// Its product: any of them where the client is forgotten.
    pub product: ProductId,
    /// The lease that ends; `None` where the client is forgotten.
    pub lease: Option<Cti>,
}

impl Order {
    /// Leases end before their client is forgotten: names are taken in their order.
    fn name(&self) -> String {
        match self.lease {
            Some(lease) => format!("end-{lease}"),
            None => format!("forget-{}-{}", self.client, self.family),
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client, family, product, .. } = self;
        match self.lease {
            Some(lease) => write!(f, "{client} {family} {product} {lease}"),
            None => write!(f, "{client} {family} {product} -"),
        }
    }
}

impl FromStr for Order {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [client, family, product, lease] = words[..] else { return Err(()) };
        let lease = if lease == "-" { None } else { Some(lease.parse().map_err(drop)?) };
        Ok(Self {
            client: client.parse().map_err(drop)?,
            family: family.parse().map_err(drop)?,
            product: product.parse().map_err(drop)?,
            lease,
        })
    }
}

impl Home {
    /// Tells the host to carry `order` out.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn order(&self, order: &Order) -> Result<(), Error> {
        let folder = self.folder().join(ORDERS);
        leasehold_files::make_folder(&folder, Readers::Owner).map_err(Error::at(&folder))?;
        let path = folder.join(order.name());
        leasehold_files::replace(&path, order.to_string().as_bytes(), Readers::Owner).map_err(Error::at(path))
    }

    /// Whether `order` is still to be carried out.
    pub fn is_ordered(&self, order: &Order) -> bool {
        self.folder().join(ORDERS).join(order.name()).exists()
    }

    /// The files of all orders, in the order of carrying them out.
    fn orders(&self) -> io::Result<Vec<PathBuf>> {
        let folder = match fs::read_dir(self.folder().join(ORDERS)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            folder => folder?,
        };
        let mut files = folder.map(|file| file.map(|file| file.path())).collect::<io::Result<Vec<_>>>()?;
        files.retain(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("end-") || name.starts_with("forget-")
        });
        files.sort();
        Ok(files)
    }
}

/// Carries out what was ordered. What the store does not take stays ordered.
pub(crate) fn carry_out(shared: &Shared, store: &mut dyn HostStore) {
    let (Some(home), Some(identity)) = (shared.home(), shared.identity()) else {
        return;
    };
    let files = home.orders().unwrap_or_else(|error| {
        tracing::warn!(%error, "orders cannot be read");
        Vec::new()
    });
    for file in files {
        let text = leasehold_files::read(&file, MAX_STATE_FILE).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        match text.and_then(|text| text.parse::<Order>().ok()) {
            None => tracing::warn!(file = %file.display(), "this is no order"),
            Some(order) => match execute(shared, store, &identity, &order) {
                Ok(done) => {
                    let Order { client, family, product, .. } = order;
                    let lease = order.lease.map(|lease| lease.to_string());
                    tracing::info!(%client, %family, %product, lease, done, "an order was carried out");
                }
                Err(error) => return tracing::warn!(%error, "an order waits for the store"),
            },
        }
        if let Err(error) = leasehold_files::remove(&file) {
            return tracing::warn!(%error, file = %file.display(), "an order that is done cannot be removed");
        }
    }
}

/// Carries `order` out in a batch of its own; whether it changed anything.
fn execute(shared: &Shared, store: &mut dyn HostStore, identity: &Identity, order: &Order) -> Result<bool, StoreError> {
    let Order { client, family, product, lease } = *order;
    let granted = identity.certificate().grants.iter().find(|grant| grant.family == family);
    let families = [Family { id: family, window: granted.map_or(Span::DAY, |grant| grant.policy.window) }];
    let subjects = [Subject { family: 0, client, product, fingerprint: None }];
    let batch = Batch { host: identity.id(), now: shared.clock.now(), families: &families, subjects: &subjects };
    let mut done = false;
    store.decide(&batch, &mut |ledger| {
        done = match lease {
            Some(lease) => ledger.end(0, lease),
            None => ledger.forget(0),
        };
        Seals::default()
    })?;
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_back_as_they_were_given_and_ends_come_first() {
        let data = tempfile::tempdir().unwrap();
        let home = Home::new(data.path());
        let (family, product) = ("acme".parse().unwrap(), "acme-cad".parse().unwrap());
        let forget = Order { client: KeyId([7; 16]), family, product, lease: None };
        let end = Order { lease: Some(Cti([9; 16])), ..forget };
        assert!(home.orders().unwrap().is_empty(), "no folder");
        for order in [forget, end] {
            home.order(&order).unwrap();
            assert!(home.is_ordered(&order));
        }
        let read: Vec<Order> =
            home.orders().unwrap().iter().map(|file| fs::read_to_string(file).unwrap().parse().unwrap()).collect();
        assert_eq!(read, [end, forget]);
        assert_eq!("a b".parse::<Order>(), Err(()));
    }
}
