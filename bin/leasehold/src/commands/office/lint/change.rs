//! Putting a changed file in the place of the old one.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use leasehold_files::{Readers, Replacement};

/// Replaces a file as a whole, with the rights it had; a link stays one, and what it leads to is replaced.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let rights = fs::metadata(&path)?.permissions();
    if rights.readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
    }
    let mut file = Replacement::of(&path, Readers::Owner)?;
    file.write_all(content)?;
    file.as_file().set_permissions(rights)?;
    file.replace()
}
