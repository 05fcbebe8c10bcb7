//! Where the stores that are measured are: in a folder (SQLite), or in a database (PostgreSQL).

use std::fs;
use std::path::PathBuf;

use leasehold_store::host::HostStore;
use leasehold_store_postgres::Address;
use leasehold_store_postgres::host::PostgresHost;
use leasehold_store_sqlite::host::SqliteHost;

use crate::Failure;

/// Where a store is.
#[derive(Clone, Debug)]
pub(crate) enum StoreLocation {
    /// In a folder, with SQLite.
    Folder(PathBuf),
    /// In a database.
    Database { url: String, address: Box<Address> },
}

impl StoreLocation {
    /// The database at `url`; its password comes from the environment or a file.
    pub(crate) fn database(url: &str) -> Result<Self, Failure> {
        let address = Box::new(Address::parse(url, &|name| std::env::var(name).ok())?);
        Ok(Self::Database { url: url.to_owned(), address })
    }

    /// The database at `url`, which must hold no store of hosts: no records are added to existing ones.
    pub(crate) fn empty_database(url: &str) -> Result<Self, Failure> {
        let location = Self::database(url)?;
        match &location {
            Self::Database { address, .. } if PostgresHost::versions(address)?.is_some() => {
                Err(format!("{address}: there is a store of hosts; make a database for the benchmark alone").into())
            }
            Self::Database { .. } | Self::Folder(_) => Ok(location),
        }
    }

    /// The store, open for deciding; made where it is missing.
    pub(crate) fn open(&self) -> Result<Box<dyn HostStore>, Failure> {
        Ok(match self {
            Self::Folder(folder) => Box::new(SqliteHost::open(folder)?),
            Self::Database { address, .. } => Box::new(PostgresHost::open((**address).clone())?),
        })
    }

    /// The size of the store on the disk, where it is in a folder.
    pub(crate) fn bytes(&self) -> Result<Option<u64>, Failure> {
        let Self::Folder(folder) = self else { return Ok(None) };
        let sizes = fs::read_dir(folder)?.map(|entry| Ok(entry?.metadata()?.len()));
        sizes.sum::<std::io::Result<u64>>().map(Some).map_err(Failure::from)
    }
}
