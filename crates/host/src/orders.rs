//! What those who run a host tell it to do with its store: files in its folder, which the serving host carries out within
//! a second, or when it serves again. A store has one writer.

use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;

use leasehold_core::{Cti, FamilyId, KeyId, ProductId, Text};
use leasehold_files::Readers;
use leasehold_store::StoreError;
use leasehold_store::host::{EndCause, HostStore};

use crate::Error;
use crate::activation::Home;
use crate::ending::Ending;
use crate::files::{MAX_STATE_FILE, ORDERS};
use crate::shared::Shared;

/// What a host is told to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The client concerned.
    pub client: KeyId,
    /// In which family.
    pub family: FamilyId,
    /// The order.
    pub task: Task,
    /// Who orders it.
    pub by: Text,
}

/// To end a lease, or to forget a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Ends this lease.
    End {
        /// Its product.
        product: ProductId,
        /// Its name.
        lease: Cti,
    },
    /// Ends all leases of the client in the family, and forgets it.
    Forget,
}

impl Task {
    /// The lease that is to end by itself.
    pub const fn lease(&self) -> Option<Cti> {
        match self {
            Self::End { lease, .. } => Some(*lease),
            Self::Forget => None,
        }
    }
}

impl Order {
    fn name(&self) -> String {
        match self.task {
            Task::End { lease, .. } => format!("end-{lease}"),
            Task::Forget => format!("forget-{}-{}", self.client, self.family),
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self { client, family, task, .. }, by) = (self, self.by.as_str());
        match task {
            Task::End { product, lease } => write!(f, "{client} {family} {product} {lease} {by}"),
            Task::Forget => write!(f, "{client} {family} - - {by}"),
        }
    }
}

impl FromStr for Order {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let words: Vec<&str> = text.splitn(5, ' ').collect();
        let [client, family, product, lease, by] = words[..] else { return Err(()) };
        let task = match (product, lease) {
            ("-", "-") => Task::Forget,
            (product, lease) => {
                Task::End { product: product.parse().map_err(drop)?, lease: lease.parse().map_err(drop)? }
            }
        };
        let (client, family) = (client.parse().map_err(drop)?, family.parse().map_err(drop)?);
        Ok(Self { client, family, task, by: by.parse().map_err(drop)? })
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

/// Carries out what was ordered; the clients concerned. What the store does not take stays ordered.
pub(crate) fn carry_out(shared: &Shared, store: &mut dyn HostStore) -> Vec<KeyId> {
    let mut concerned = Vec::new();
    let (Some(home), Some(identity)) = (shared.home(), shared.identity()) else {
        return concerned;
    };
    let ending = Ending { identity: &identity, shared, now: shared.clock.now() };
    let files = home.orders().unwrap_or_else(|error| {
        tracing::warn!(%error, "orders cannot be read");
        Vec::new()
    });
    for file in files {
        let text = leasehold_files::read(&file, MAX_STATE_FILE).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        match text.and_then(|text| text.parse::<Order>().ok()) {
            None => tracing::warn!(file = %file.display(), "this is no order"),
            Some(order) => match execute(&ending, store, &order) {
                Ok(done) => {
                    let Order { client, family, task, by } = order;
                    tracing::info!(%client, %family, ?task, %by, done, "an order was carried out");
                    concerned.push(client);
                }
                Err(error) => {
                    tracing::warn!(%error, "an order waits for the store");
                    return concerned;
                }
            },
        }
        if let Err(error) = leasehold_files::remove(&file) {
            tracing::warn!(%error, file = %file.display(), "an order that is done cannot be removed");
            return concerned;
        }
    }
    concerned
}

/// Carries `order` out in a batch of its own; whether it changed anything.
fn execute(ending: &Ending<'_>, store: &mut dyn HostStore, order: &Order) -> Result<bool, StoreError> {
    let Order { client, family, task, by } = order;
    match task {
        Task::End { product, lease } => {
            let cause = EndCause::Ordered { by: by.clone() };
            ending.end(store, (*client, *family), &[(*product, *lease)], &cause)
        }
        Task::Forget => {
            let rows = store.rows_of(*client)?;
            let row = rows.iter().find(|row| row.family == *family);
            row.map_or(Ok(false), |row| ending.forget(store, row, by))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_back_as_they_were_given_and_ends_come_first() {
        let data = tempfile::tempdir().unwrap();
        let home = Home::new(data.path());
        let (product, by) = ("acme-cad".parse().unwrap(), "Ann of the help desk".parse().unwrap());
        let forget = Order { client: KeyId([7; 16]), family: "acme".parse().unwrap(), task: Task::Forget, by };
        let end = Order { task: Task::End { product, lease: Cti([9; 16]) }, ..forget.clone() };
        assert!(home.orders().unwrap().is_empty(), "no folder");
        for order in [&forget, &end] {
            home.order(order).unwrap();
            assert!(home.is_ordered(order));
        }
        let read: Vec<Order> =
            home.orders().unwrap().iter().map(|file| fs::read_to_string(file).unwrap().parse().unwrap()).collect();
        assert_eq!(read, [end, forget]);
        assert_eq!("a b".parse::<Order>(), Err(()));
    }
}
