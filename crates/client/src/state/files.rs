//! Files that are replaced whole or not at all, locks between processes, and what becomes of damaged ones.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, why};

/// Something about the state directory that people should know and that stops nothing.
#[derive(Clone, Debug)]
pub enum Note {
    /// A file was damaged; it was set aside where that could be done.
    Damaged {
        /// What it was called.
        file: PathBuf,
        /// What it is called now.
        aside: Option<PathBuf>,
    },
    /// Something could not be read or written; what it would have said is not known, or will not be remembered.
    Unusable {
        /// What.
        path: PathBuf,
        /// Why.
        source: Arc<io::Error>,
    },
}

/// A folder of files, and what was noticed about them.
#[derive(Debug)]
pub(crate) struct Files {
    folder: PathBuf,
    notes: Mutex<Vec<Note>>,
}

/// Held while files are changed: milliseconds, never across a conversation.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Held while a host is asked, so that one process asks at a time.
#[derive(Debug)]
pub(crate) struct Turn {
    _file: File,
}

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Whoever may read the folder.
    All,
    /// Its owner.
    Owner,
}

impl Files {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, notes: Mutex::default() }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Waits for its turn to change files; makes the folder where there is none.
    pub(crate) fn lock(&self) -> Result<Lock, Error> {
        let (path, file) = self.lock_file(LOCK)?;
        file.lock().map_err(|source| Error::State { path, source })?;
        Ok(Lock { _file: file })
    }

    /// Waits for its turn to ask a host.
    pub(crate) fn turn(&self) -> Result<Turn, Error> {
        let (path, file) = self.lock_file(ASKING)?;
        file.lock().map_err(|source| Error::State { path, source })?;
        Ok(Turn { _file: file })
    }

    /// Takes its turn to ask a host; `None` where another process is asking.
    pub(crate) fn turn_if_free(&self) -> Result<Option<Turn>, Error> {
        let (path, file) = self.lock_file(ASKING)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Turn { _file: file })),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(source)) => Err(Error::State { path, source }),
        }
    }

    /// What `parse` makes of a file; `None` where there is none, or it was damaged and has been set aside.
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
        // Another process may have mended it since: look again where nobody else writes.
        let own = if lock.is_none() { self.lock().ok() } else { None };
        if lock.or(own.as_ref()).is_none() {
            self.note(Note::Damaged { file: self.path(name), aside: None });
            return Ok(None);
        }
        match self.bytes(name)?.map(|bytes| parse(&bytes)) {
            Some(None) => self.set_aside(name),
            Some(mended) => return Ok(mended),
            None => {}
        }
        Ok(None)
    }

    /// Replaces a file as one step that outlives a power cut.
    pub(crate) fn replace(&self, _lock: &Lock, name: &str, bytes: &[u8], readers: Readers) -> Result<(), Error> {
        let path = self.path(name);
        let replace = || {
            let folder = path.parent().unwrap_or(&self.folder);
            fs::create_dir_all(folder)?;
            let new = path.with_file_name(format!("{}.new", path.file_name().unwrap_or_default().display()));
            // What a crash has left over may have other readers.
            match fs::remove_file(&new) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
            let mut file = create(&new, readers)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&new, &path)?;
            sync_folder(folder)
        };
        replace().map_err(|source| Error::State { path: path.clone(), source })
    }

    /// Removes a file, if there is one.
    pub(crate) fn remove(&self, _lock: &Lock, name: &str) -> Result<(), Error> {
        let path = self.path(name);
        match fs::remove_file(&path).and_then(|()| sync_folder(path.parent().unwrap_or(&self.folder))) {
            Err(source) if source.kind() != ErrorKind::NotFound => Err(Error::State { path, source }),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Removes all files of `folder` (the files' own where it is empty) but those named in `keep`.
    pub(crate) fn clear(&self, _lock: &Lock, folder: &str, keep: &[&str]) -> Result<(), Error> {
        let path = self.path(folder);
        let clear = || {
            for entry in fs::read_dir(&path)? {
                let entry = entry?;
                let kept = keep.iter().any(|name| entry.file_name() == *name);
                if !kept && entry.file_type()?.is_file() {
                    fs::remove_file(entry.path())?;
                }
            }
            sync_folder(&path)
        };
        clear().map_err(|source| Error::State { path: path.clone(), source })
    }

    /// The names of the folders in it.
    pub(crate) fn folders(&self) -> Vec<String> {
        folders(&self.folder)
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
        let path = self.path(name);
        let mut bytes = Vec::new();
        match File::open(&path).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes)) {
            Ok(_) => Ok(Some(bytes)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(source) => Err(Error::State { path, source }),
        }
    }

    fn set_aside(&self, name: &str) {
        let file = self.path(name);
        let free = (1..=u32::MAX).map(|n| self.path(&format!("{name}.damaged-{n}"))).find(|path| !path.exists());
        let aside = free.filter(|aside| fs::rename(&file, aside).is_ok());
        self.note(Note::Damaged { file, aside });
    }

    fn lock_file(&self, name: &str) -> Result<(PathBuf, File), Error> {
        let path = self.path(name);
        let open = || {
            fs::create_dir_all(&self.folder)?;
            File::options().create(true).truncate(false).write(true).open(&path)
        };
        match open() {
            Ok(file) => Ok((path, file)),
            Err(source) => Err(Error::State { path, source }),
        }
    }
}

impl Note {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Damaged { .. } => "state-damaged",
            Self::Unusable { .. } => "state-unusable",
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
            Self::Unusable { path, source } => write!(f, "state {}: {}", path.display(), why(source)),
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

#[cfg(unix)]
fn create(path: &Path, readers: Readers) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let mode = match readers {
        Readers::All => 0o644,
        Readers::Owner => 0o600,
    };
    File::options().write(true).create_new(true).mode(mode).open(path)
}

/// On Windows the folder's access list holds: a user's own folder is his alone.
#[cfg(not(unix))]
fn create(path: &Path, _readers: Readers) -> io::Result<File> {
    File::options().write(true).create_new(true).open(path)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// The lock file of [`Lock`].
pub(crate) const LOCK: &str = "lock";
/// The lock file of [`Turn`].
pub(crate) const ASKING: &str = "asking.lock";
/// More than any state file has: a revocation list is the largest.
const MOST_BYTES: u64 = 2 * 1_024 * 1_024;
