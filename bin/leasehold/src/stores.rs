//! Where stores are and how they are opened: in a folder (SQLite), or in a database (`postgres://…`). The one place that
//! knows which backends there are.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;
use leasehold_authority::Home;
use leasehold_core::Code;
use leasehold_store::StoreError;
use leasehold_store::authority::AuthorityStore;
use leasehold_store::copy::{self, CopyError};
use leasehold_store::host::{HostStore, Records, SealHistory};
use leasehold_store_postgres::authority::PostgresAuthority;
use leasehold_store_postgres::host::PostgresHost;
use leasehold_store_postgres::{Address, AddressError};
use leasehold_store_sqlite::authority::SqliteAuthority;
use leasehold_store_sqlite::host::{FILE, SqliteHost};

use crate::failure::Failure;

/// Where a store is.
#[derive(Clone, Debug)]
pub(crate) enum StoreLocation {
    /// In a folder, with SQLite.
    Folder(PathBuf),
    /// In a database.
    Database(Box<Address>),
}

/// Whose store it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StoreKind {
    /// That of hosts: clients, leases, seals.
    Host,
    /// That of a vendor's authority: products, keys, activations.
    Authority,
}

/// Whether there was a store to copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Copied {
    /// All of it was copied.
    All,
    /// There is none yet.
    Nothing,
}

impl StoreLocation {
    /// Where a store is to be found: as the command line says, else `variable` of the environment, else the
    /// configuration, else in `folder`.
    pub(crate) fn choose(
        typed: Option<&str>,
        variable: &str,
        configured: Option<&str>,
        folder: &Path,
    ) -> Result<Self, Failure> {
        if let Some(typed) = typed {
            return Self::database(typed);
        }
        let set = env::var(variable).ok().filter(|value| !value.is_empty());
        match set.as_deref().or(configured) {
            Some(address) => database(address),
            None => Ok(Self::Folder(folder.to_owned())),
        }
    }

    /// A folder, or a database, as it stands on the command line.
    pub(crate) fn named(text: &str) -> Result<Self, Failure> {
        if text.contains("://") { Self::database(text) } else { Ok(Self::Folder(PathBuf::from(text))) }
    }

    /// A database named on the command line, where no password may stand.
    pub(crate) fn database(address: &str) -> Result<Self, Failure> {
        if Address::names_password(address) {
            let message = "the address of the database has a password, and others can read a command line";
            return Err(Failure::failed(Code::Usage, message)
                .hint("leave it out, and set PGPASSWORD or write it into ~/.pgpass (mode 0600)"));
        }
        database(address)
    }

    /// The folder of the host whose store is in a folder.
    pub(crate) fn home(&self) -> Option<leasehold_host::activation::Home> {
        match self {
            Self::Folder(folder) => Some(leasehold_host::activation::Home::new(folder)),
            Self::Database(_) => None,
        }
    }

    /// The host's store, for serving from it; made where it is missing.
    pub(crate) fn host(&self) -> Result<Box<dyn HostStore>, Failure> {
        self.open_host().map_err(|error| self.failed(&error))
    }

    /// The same, with the store's own word for why not.
    pub(crate) fn open_host(&self) -> Result<Box<dyn HostStore>, StoreError> {
        match self {
            Self::Folder(folder) => SqliteHost::open(folder).map(|store| Box::new(store) as _),
            Self::Database(address) => PostgresHost::open((**address).clone()).map(|store| Box::new(store) as _),
        }
    }

    /// Whether several processes may have it open for writing at once.
    pub(crate) const fn is_shared(&self) -> bool {
        matches!(self, Self::Database(_))
    }

    /// The host's store as it is now, for reading, also while hosts serve from it; `None` where there is none yet.
    pub(crate) fn host_reader(&self) -> Result<Option<Box<dyn HostStore>>, StoreError> {
        Ok(match self {
            Self::Folder(folder) => sqlite_reader(folder)?.map(|store| Box::new(store) as _),
            Self::Database(address) => {
                PostgresHost::open_reader((**address).clone())?.map(|store| Box::new(store) as _)
            }
        })
    }

    /// Copies the host's store, as it is at one moment, into the empty `folder` (SQLite), also while hosts serve from it.
    pub(crate) fn copy_host(&self, folder: &Path) -> Result<Copied, StoreError> {
        match self {
            Self::Folder(from) if !has_a_store(from)? => Ok(Copied::Nothing),
            Self::Folder(from) => SqliteHost::copy(from, &folder.join(FILE)).map(|()| Copied::All),
            Self::Database(address) => match PostgresHost::open_reader((**address).clone())? {
                Some(mut from) => {
                    let copied = copy::host(&mut from, &mut SqliteHost::open(folder)?, &mut || ());
                    copied.map(|_| Copied::All).map_err(|(CopyError::Reading(error) | CopyError::Writing(error))| error)
                }
                None => Ok(Copied::Nothing),
            },
        }
    }

    /// The authority's store; made where it is missing.
    pub(crate) fn authority(&self) -> Result<Arc<dyn AuthorityStore>, Failure> {
        let opened: Result<Arc<dyn AuthorityStore>, StoreError> = match self {
            Self::Folder(folder) => SqliteAuthority::open(&Home::new(folder).store()).map(|store| Arc::new(store) as _),
            Self::Database(address) => PostgresAuthority::open(address).map(|store| Arc::new(store) as _),
        };
        opened.map_err(|error| self.failed(&error))
    }

    /// The version of the hosts' schema there, and the one this program knows; `None` where there is no such store.
    pub(crate) fn host_versions(&self) -> Result<Option<(u64, u64)>, Failure> {
        let versions = match self {
            Self::Folder(folder) => SqliteHost::versions(folder),
            Self::Database(address) => PostgresHost::versions(address),
        };
        versions.map_err(|error| self.failed(&error))
    }

    /// The version of the authority's schema there, and the one this program knows; `None` where there is no such store.
    pub(crate) fn authority_versions(&self) -> Result<Option<(u64, u64)>, Failure> {
        let versions = match self {
            Self::Folder(folder) => SqliteAuthority::versions(&Home::new(folder).store()),
            Self::Database(address) => PostgresAuthority::versions(address),
        };
        versions.map_err(|error| self.failed(&error))
    }

    /// The version of this schema there, and the one this program knows; `None` where there is no such store.
    pub(crate) fn versions(&self, kind: StoreKind) -> Result<Option<(u64, u64)>, Failure> {
        match kind {
            StoreKind::Host => self.host_versions(),
            StoreKind::Authority => self.authority_versions(),
        }
    }

    /// What each migration of this schema does there, in order; the `n`th leads to version `n`.
    pub(crate) fn migrations(&self, kind: StoreKind) -> Vec<String> {
        match (self, kind) {
            (Self::Folder(_), StoreKind::Host) => SqliteHost::migrations(),
            (Self::Folder(_), StoreKind::Authority) => SqliteAuthority::migrations(),
            (Self::Database(_), StoreKind::Host) => PostgresHost::migrations(),
            (Self::Database(_), StoreKind::Authority) => PostgresAuthority::migrations(),
        }
    }

    /// Makes the folder for its owner alone, unless it is there; a database is made by its administrator.
    pub(crate) fn make(&self) -> Result<(), Failure> {
        match self {
            Self::Folder(folder) => {
                Home::new(folder).make().map_err(|error| Failure::failed(error.code(), error.to_string()))
            }
            Self::Database(_) => Ok(()),
        }
    }

    /// The host's store, to be filled from records; made where it is missing.
    pub(crate) fn to_fill(&self) -> Result<Box<dyn Records>, Failure> {
        let opened: Result<Box<dyn Records>, StoreError> = match self {
            Self::Folder(folder) => SqliteHost::open(folder).map(|store| Box::new(store) as _),
            Self::Database(address) => PostgresHost::open((**address).clone()).map(|store| Box::new(store) as _),
        };
        opened.map_err(|error| self.failed(&error))
    }

    /// The host's store, to be read record by record, also while hosts serve from it; `None` where there is none.
    pub(crate) fn to_read(&self) -> Result<Option<Box<dyn Records>>, Failure> {
        let opened: Result<Option<Box<dyn Records>>, StoreError> = match self {
            Self::Folder(folder) => sqlite_reader(folder).map(|store| store.map(|store| Box::new(store) as _)),
            Self::Database(address) => {
                PostgresHost::open_reader((**address).clone()).map(|store| store.map(|store| Box::new(store) as _))
            }
        };
        opened.map_err(|error| self.failed(&error))
    }

    /// The host's store, whose seals are to be exported, also while hosts serve from it; `None` where there is none.
    pub(crate) fn to_export(&self) -> Result<Option<Box<dyn SealHistory>>, Failure> {
        let opened: Result<Option<Box<dyn SealHistory>>, StoreError> = match self {
            Self::Folder(folder) => sqlite_reader(folder).map(|store| store.map(|store| Box::new(store) as _)),
            Self::Database(address) => {
                PostgresHost::open_reader((**address).clone()).map(|store| store.map(|store| Box::new(store) as _))
            }
        };
        opened.map_err(|error| self.failed(&error))
    }

    /// What a failure of the store there means, with what the store itself says.
    pub(crate) fn failed(&self, error: &StoreError) -> Failure {
        let failure = Failure::failed(error.code(), format!("{self}: {}", error.with_cause()));
        match (self, error) {
            (Self::Folder(_), StoreError::Unavailable(_) | StoreError::ReadOnly(_)) => {
                failure.hint(MAY_IT_BE_READ).because_of(error)
            }
            (Self::Folder(_) | Self::Database(_), _) => failure,
        }
    }
}

impl fmt::Display for StoreLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::Database(address) => write!(f, "{address}"),
        }
    }
}

/// The host's store in `folder`, for reading; `None` where there is none.
fn sqlite_reader(folder: &Path) -> Result<Option<SqliteHost>, StoreError> {
    if has_a_store(folder)? { SqliteHost::open_reader(folder).map(Some) } else { Ok(None) }
}

/// Whether a host's store lies in `folder`. That this user may not look into it is an error.
fn has_a_store(folder: &Path) -> Result<bool, StoreError> {
    leasehold_files::is_there(&folder.join(FILE)).map_err(|error| StoreError::Unavailable(error.into()))
}

fn database(address: &str) -> Result<StoreLocation, Failure> {
    if !Address::is_meant_by(address) {
        let message = format!("store {address}: not the address of a database");
        return Err(Failure::failed(Code::Usage, message)
            .hint("it begins with postgres://; a folder is given with --data or --dir"));
    }
    let address = Address::parse(address, &|name| env::var(name).ok());
    address.map(|address| StoreLocation::Database(Box::new(address))).map_err(|error| unreadable(&error))
}

fn unreadable(error: &AddressError) -> Failure {
    Failure::failed(error.code(), error.to_string())
}

/// What to look at where SQLite says no more than that it cannot open or write a file.
const MAY_IT_BE_READ: &str = "see whether this user may read and write the files there, and whether the disk has room";
