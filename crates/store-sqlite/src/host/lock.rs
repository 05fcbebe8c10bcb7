//! The file by which one process writes at a time: its memory knows what the tables do not.

use std::fs::{File, TryLockError};
use std::path::Path;

use leasehold_store::StoreError;

use super::SqliteHost;

impl SqliteHost {
    /// Whether a process has the store in the folder `data` open for writing now.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where that cannot be read.
    pub fn is_open_for_writing(data: &Path) -> Result<bool, StoreError> {
        let file = match File::open(data.join(LOCK)) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(StoreError::Unavailable(Box::new(error))),
        };
        // Shared, so that those who look do not keep each other out.
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(StoreError::Unavailable(Box::new(error))),
        }
    }
}

/// Keeps others from writing to the store in the folder `data` until the answer is dropped.
pub(super) fn lock(data: &Path) -> Result<File, StoreError> {
    let file = leasehold_files::open_lock(&data.join(LOCK)).map_err(|error| match error.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::ReadOnly(Box::new(error))
        }
        std::io::ErrorKind::StorageFull => StoreError::Full(Box::new(error)),
        _ => StoreError::Unavailable(Box::new(error)),
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
        Err(TryLockError::Error(error)) => Err(StoreError::Unavailable(Box::new(error))),
    }
}

/// The file that the writing process has locked.
const LOCK: &str = "leasehold.lock";
