//! The files of a vendor's state: replaced whole or not at all, locked between processes; damaged ones are set aside.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use leasehold_core::Code;
use leasehold_files::Readers;

use crate::error::{Error, code_of_state, describe_io};

/// A problem with the state directory that an administrator should know of and that stops nothing.
#[derive(Clone, Debug)]
pub enum Note {
    /// A file was damaged; it was set aside where that was possible.
    Damaged {
        /// Its name.
        file: PathBuf,
        /// Its name now.
        aside: Option<PathBuf>,
    },
    /// A file or folder could not be read or written: its content is not known, or will not be remembered.
    Unusable {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: Arc<io::Error>,
    },
    /// There is no place for state: nothing will be remembered, and no host can be asked.
    NoDirectory,
}

/// A folder of files, and the problems with them.
pub(crate) struct Files {
    /// `None` where there is no place for state: nothing is read, and nothing can be written.
    folder: Option<PathBuf>,
    notes: Mutex<Vec<Note>>,
    /// What was read last of each file, and of which state of it and of those that its meaning rests on.
    known: Mutex<KnownFiles>,
}

/// What was made of files, by their names.
type KnownFiles = HashMap<String, (Vec<Stamp>, Arc<dyn Any + Send + Sync>)>;
/// A state of a file: one that was replaced has another. `None` where there is no file.
type Stamp = Option<(u64, Option<SystemTime>, u64)>;

/// Held while files are changed: milliseconds, never across a conversation.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Held while a host is asked, so that one process asks at a time.
#[derive(Debug)]
pub(crate) struct RequestLock {
    _file: File,
}

impl Files {
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder: folder.map(leasehold_files::native), notes: Mutex::default(), known: Mutex::default() }
    }

    pub(crate) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    pub(crate) fn has_folder(&self, name: &str) -> bool {
        self.folder.as_ref().is_some_and(|folder| folder.join(name).is_dir())
    }

    fn path(&self, name: &str) -> Result<PathBuf, Error> {
        let path = self.folder.as_ref().ok_or(Error::NoStateDirectory)?.join(name);
        Ok(leasehold_files::native(path))
    }

    /// Waits for the lock on the files; makes the folder where there is none.
    pub(crate) fn lock(&self) -> Result<Lock, Error> {
        self.wait_for(LOCK, LOCK_TIMEOUT).map(|file| Lock { _file: file })
    }

    /// The lock on the files where no other process holds it.
    pub(crate) fn try_lock(&self) -> Result<Option<Lock>, Error> {
        Ok(self.take(LOCK)?.map(|file| Lock { _file: file }))
    }

    /// Waits for the lock on asking a host.
    pub(crate) fn request_lock(&self) -> Result<RequestLock, Error> {
        self.wait_for(REQUEST_LOCK, REQUEST_TIMEOUT).map(|file| RequestLock { _file: file })
    }

    /// The lock on asking a host; `None` where another process is asking.
    pub(crate) fn try_request_lock(&self) -> Result<Option<RequestLock>, Error> {
        Ok(self.take(REQUEST_LOCK)?.map(|file| RequestLock { _file: file }))
    }

    /// A file, read with `parse`; `None` where there is none, or it was damaged and has been set aside.
    pub(crate) fn read<T>(
        &self,
        lock: Option<&Lock>,
        name: &str,
        parse: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let Some(bytes) = self.bytes(name)? else { return Ok(None) };
        if let Some(value) = parse(&bytes) {
            return Ok(Some(value));
        }
        // Another process may have replaced it since: look again under the lock. A reader does not wait for it.
        let own = if lock.is_none() { self.try_lock().ok().flatten() } else { None };
        if lock.or(own.as_ref()).is_none() {
            self.note(Note::Damaged { file: self.path(name)?, aside: None });
            return Ok(None);
        }
        match self.bytes(name)?.map(|bytes| parse(&bytes)) {
            Some(None) => self.set_aside(&self.path(name)?),
            Some(replaced) => return Ok(replaced),
            None => {}
        }
        Ok(None)
    }

    /// As [`Self::read`]; a file that has not changed since is not read again where no lock is held. What `parse` makes of it rests on the
    /// file alone, and on those in `rests_on`.
    pub(crate) fn read_once<T: Clone + Send + Sync + 'static>(
        &self,
        lock: Option<&Lock>,
        name: &str,
        rests_on: &[&str],
        parse: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        if lock.is_some() || self.folder.is_none() {
            return self.read(lock, name, parse);
        }
        // Before it is read: what is replaced meanwhile is read again next time.
        let stamps: Vec<Stamp> = std::iter::once(&name).chain(rests_on).map(|name| self.stamp(name)).collect();
        if stamps.first().is_some_and(Option::is_none) {
            return self.read(lock, name, parse);
        }
        if let Some((of, value)) = self.known().get(name)
            && *of == stamps
            && let Some(value) = value.downcast_ref::<T>()
        {
            return Ok(Some(value.clone()));
        }
        let value = self.read(lock, name, parse)?;
        if let Some(value) = &value {
            self.known().insert(name.to_owned(), (stamps, Arc::new(value.clone())));
        }
        Ok(value)
    }

    fn stamp(&self, name: &str) -> Stamp {
        let about = fs::metadata(self.folder.as_ref()?.join(name)).ok()?;
        Some((about.len(), about.modified().ok(), inode(&about)))
    }

    fn known(&self) -> MutexGuard<'_, KnownFiles> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces a file as one step that outlives a power cut.
    pub(crate) fn replace(&self, _lock: &Lock, name: &str, bytes: &[u8], readers: Readers) -> Result<(), Error> {
        let path = self.path(name)?;
        let made = path.parent().map_or(Ok(()), |folder| leasehold_files::make_folder(folder, Readers::Everyone));
        let replaced = made.and_then(|()| leasehold_files::replace(&path, bytes, readers));
        replaced.map_err(|source| Error::State { path, source })
    }

    /// Gives a file another name in the same folder, if there is one; what had that name is gone.
    pub(crate) fn rename(&self, _lock: &Lock, name: &str, to: &str) -> Result<(), Error> {
        let (path, to) = (self.path(name)?, self.path(to)?);
        let renamed = match fs::rename(&path, to) {
            Ok(()) => path.parent().map_or(Ok(()), leasehold_files::sync_folder),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        };
        renamed.map_err(|source| Error::State { path, source })
    }

    /// Removes a file, if there is one.
    pub(crate) fn remove(&self, _lock: &Lock, name: &str) -> Result<(), Error> {
        let path = self.path(name)?;
        leasehold_files::remove(&path).map_err(|source| Error::State { path, source })
    }

    /// Removes all files of `folder` (the files' own where it is empty) but those named in `keep`.
    pub(crate) fn clear(&self, _lock: &Lock, folder: &str, keep: &[&str]) -> Result<(), Error> {
        let path = self.path(folder)?;
        let clear = || {
            for entry in fs::read_dir(&path)? {
                let entry = entry?;
                let kept = keep.iter().any(|name| entry.file_name() == *name);
                if !kept && !entry.file_type()?.is_dir() {
                    fs::remove_file(entry.path())?;
                }
            }
            leasehold_files::sync_folder(&path)
        };
        clear().map_err(|source| Error::State { path: path.clone(), source })
    }

    /// The names of the folders in it.
    pub(crate) fn folders(&self) -> Vec<String> {
        self.folder.as_deref().map(folders).unwrap_or_default()
    }

    /// Remembers `note`, once.
    pub(crate) fn note(&self, note: Note) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if !notes.iter().any(|known| known.to_string() == note.to_string()) {
            notes.push(note);
        }
    }

    pub(crate) fn notes(&self) -> Vec<Note> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let Ok(path) = self.path(name) else { return Ok(None) };
        leasehold_files::read_if_there(&path, MAX_BYTES).map_err(|source| Error::State { path, source })
    }

    fn set_aside(&self, file: &Path) {
        let named = |n| PathBuf::from(format!("{}.damaged-{n}", file.display()));
        let free = (1..=u32::MAX).map(named).find(|path| !path.exists());
        let aside = free.filter(|aside| fs::rename(file, aside).is_ok());
        self.note(Note::Damaged { file: file.to_owned(), aside });
    }

    /// The lock file `name`, locked; an error where another process has held it for `timeout`.
    fn wait_for(&self, name: &str, timeout: Duration) -> Result<File, Error> {
        let mut waited = Duration::ZERO;
        loop {
            if let Some(file) = self.take(name)? {
                return Ok(file);
            }
            if waited >= timeout {
                let source = io::Error::new(ErrorKind::ResourceBusy, "another process holds the lock");
                return Err(Error::State { path: self.path(name)?, source });
            }
            thread::sleep(LOCK_INTERVAL);
            waited += LOCK_INTERVAL;
        }
    }

    /// The lock file `name`, locked; `None` where another process has locked it. Makes the folder where there is none.
    fn take(&self, name: &str) -> Result<Option<File>, Error> {
        let path = self.path(name)?;
        let made = path.parent().map_or(Ok(()), |folder| leasehold_files::make_folder(folder, Readers::Everyone));
        let open = made.and_then(|()| leasehold_files::open_lock(&path));
        let locked = open.and_then(|file| match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        });
        locked.map_err(|source| Error::State { path, source })
    }
}

impl fmt::Debug for Files {
    /// Without what was read: keys are among it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files").field("folder", &self.folder).finish_non_exhaustive()
    }
}

#[cfg(unix)]
fn inode(about: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(about)
}

/// The time of its making: a file that replaces another is made anew.
#[cfg(not(unix))]
fn inode(about: &fs::Metadata) -> u64 {
    let made = about.created().ok().and_then(|made| made.duration_since(SystemTime::UNIX_EPOCH).ok());
    made.and_then(|since| u64::try_from(since.as_nanos()).ok()).unwrap_or(0)
}

impl Note {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Damaged { .. } => Code::StateDamaged,
            Self::Unusable { source, .. } => code_of_state(source),
            Self::NoDirectory => Code::StateUnusable,
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { file, aside: Some(aside) } => {
                write!(f, "state file {}: damaged, set aside as {}", file.display(), aside.display())
            }
            Self::Damaged { file, aside: None } => write!(f, "state file {}: damaged", file.display()),
            Self::NoDirectory => Error::NoStateDirectory.fmt(f),
            Self::Unusable { path, source } => write!(f, "state {}: {}", path.display(), describe_io(source)),
        }
    }
}

/// The names of the folders in `folder`, in order; none where it cannot be read.
pub(crate) fn folders(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter(|entry| entry.path().is_dir()).filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    names
}

/// The lock file of [`Lock`].
pub(crate) const LOCK: &str = "lock";
/// The lock file of [`RequestLock`].
pub(crate) const REQUEST_LOCK: &str = "asking.lock";
/// More than any state file has: a revocation list is the largest.
const MAX_BYTES: u64 = 2 * 1_024 * 1_024;
/// Files are changed within milliseconds: a process that holds the lock for longer hangs.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);
/// As long as an attempt of another process lasts at most.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(90);
const LOCK_INTERVAL: Duration = Duration::from_millis(10);
