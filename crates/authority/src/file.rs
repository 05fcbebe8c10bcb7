//! The files of the vendor's folder, for their owner alone.

use std::path::Path;

use leasehold_files::Readers;

use crate::error::Error;

/// Writes a new file; what is there already stays and is an error.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    leasehold_files::create(path, bytes, Readers::Owner).map_err(Error::at(path))
}

/// Writes a file, in the place of what is there.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    leasehold_files::replace(path, bytes, Readers::Owner).map_err(Error::at(path))
}

/// Moves a file into the place of another one of its folder.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    leasehold_files::rename(from, to).map_err(Error::at(from))
}

/// The bytes of a file; `None` where there is none.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    leasehold_files::read_if_there(path, MAX_BYTES).map_err(Error::at(path))
}

/// Keys and certificates are far smaller.
const MAX_BYTES: u64 = 64 * 1024;
