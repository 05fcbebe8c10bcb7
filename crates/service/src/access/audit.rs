//! Who signed in, who was refused, and what each has done: a line of JSON each, appended and synced.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use leasehold_core::Timestamp;
use leasehold_files::Readers;
use serde::{Deserialize, Serialize};

use super::AccessError;

/// The audit of one folder.
#[derive(Debug)]
pub struct Audit {
    path: PathBuf,
    turn: Mutex<()>,
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub struct Event<'e> {
    /// By whom: `admin:ann`, `token:web-shop`, `cli:ann`.
    pub actor: &'e str,
    /// What was done.
    pub action: &'e str,
    /// What it was done to.
    pub subject: &'e str,
    /// Where from.
    pub from: Option<IpAddr>,
}

/// A line of the audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When, in seconds since 1970.
    pub at: u64,
    /// By whom.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// Where from.
    pub from: Option<String>,
}

impl Audit {
    /// That of `folder`.
    pub fn of(folder: &Path) -> Self {
        Self { path: folder.join(AUDIT), turn: Mutex::new(()) }
    }

    /// Writes down what happened. What cannot be written down must not be done.
    ///
    /// # Errors
    /// [`AccessError::File`].
    pub fn note(&self, event: Event<'_>, now: Timestamp) -> Result<(), AccessError> {
        let Event { actor, action, subject, from } = event;
        let own = str::to_owned;
        let from = from.map(|from| from.to_string());
        let entry = AuditEntry { at: now.unix(), actor: own(actor), action: own(action), subject: own(subject), from };
        let mut line = serde_json::to_vec(&entry).map_err(|error| AccessError::at(&self.path)(error.into()))?;
        line.push(b'\n');
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let made = leasehold_files::create(&self.path, b"", Readers::Owner);
        match made {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
            _ => File::options().append(true).open(&self.path),
        }
        .and_then(|mut file| file.write_all(&line).and_then(|()| file.sync_data()))
        .map_err(AccessError::at(&self.path))
    }

    /// The newest lines, newest first.
    ///
    /// # Errors
    /// [`AccessError::File`].
    pub fn newest(&self, max: usize) -> Result<Vec<AuditEntry>, AccessError> {
        let text = self.tail().map_err(AccessError::at(&self.path))?;
        let entries = text.lines().rev().filter_map(|line| serde_json::from_str(line).ok());
        Ok(entries.take(max).collect())
    }

    /// The end of the file, as much as one page could show.
    fn tail(&self) -> std::io::Result<String> {
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(String::new()),
            other => other?,
        };
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(MAX_TAIL)))?;
        let mut bytes = Vec::new();
        file.take(MAX_TAIL).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

const AUDIT: &str = "audit.jsonl";
const MAX_TAIL: u64 = 512 * 1_024;
