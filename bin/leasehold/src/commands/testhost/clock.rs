//! The clock of a test: a file with the seconds by which host and clients are moved.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use leasehold_files::Readers;

use crate::failure::Failure;

/// The file, and how far the clock is moved.
#[derive(Debug)]
pub(super) struct ClockFile {
    path: PathBuf,
    moved: Mutex<i64>,
}

impl ClockFile {
    /// The clock as the machine's is, whatever a former run has left.
    pub(super) fn new(path: PathBuf) -> Result<Self, Failure> {
        let clock = Self { path, moved: Mutex::new(0) };
        clock.change(|_| Some(0)).map_err(|error| Failure::file(&clock.path, &error))?;
        Ok(clock)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// By how many seconds it is moved.
    pub(super) fn moved(&self) -> i64 {
        *self.moved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves it to what `change` makes of how far it is moved; `None` leaves it.
    pub(super) fn change(&self, change: impl FnOnce(i64) -> Option<i64>) -> std::io::Result<i64> {
        let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(next) = change(*moved) {
            leasehold_files::replace(&self.path, format!("{next:+}\n").as_bytes(), Readers::Everyone)?;
            *moved = next;
        }
        Ok(*moved)
    }
}
