//! Whether the files of an open store are still the ones that were opened.

use std::io;
use std::path::{Path, PathBuf};

use leasehold_store::StoreError;

/// The database and its write-ahead log, by name and by identity.
#[derive(Debug)]
pub(super) struct InPlace {
    files: [(PathBuf, Option<FileId>); 2],
}

impl InPlace {
    /// Notes the files of the store whose database is `path`.
    pub(super) fn new(path: &Path) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Self { files: [path.to_owned(), PathBuf::from(log)].map(|path| (path, None)) }
    }

    /// Looks at the files. The log may appear after the database was opened.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] where one was removed or another is there.
    pub(super) fn check(&mut self) -> Result<(), StoreError> {
        for (path, known) in &mut self.files {
            let found = file_id(path).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
            match (*known, found) {
                (None, found) => *known = found,
                (Some(known), Some(found)) if known == found => {}
                (Some(_), _) => return Err(StoreError::Replaced),
            }
        }
        Ok(())
    }
}

/// Device and inode.
#[cfg(unix)]
type FileId = (u64, u64);

#[cfg(unix)]
fn file_id(path: &Path) -> io::Result<Option<FileId>> {
    use std::os::unix::fs::MetadataExt;

    match std::fs::metadata(path) {
        Ok(file) => Ok(Some((file.dev(), file.ino()))),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Elsewhere an open file cannot be removed.
#[cfg(not(unix))]
type FileId = ();

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn file_id(_path: &Path) -> io::Result<Option<FileId>> {
    Ok(None)
}
