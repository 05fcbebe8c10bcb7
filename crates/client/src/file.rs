//! Files that an application names.

use std::path::Path;

use crate::error::Error;

/// The bytes of a file that has at most `max` of them.
///
/// # Errors
/// [`Error::File`] where it cannot be read or is larger.
pub fn read_file(path: &Path, max: u64) -> Result<Vec<u8>, Error> {
    leasehold_files::read(path, max).map_err(|source| Error::File { path: path.to_owned(), source })
}
