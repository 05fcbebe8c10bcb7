//! Folders, and changes to their entries that outlive a power cut.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::Readers;

/// Makes the folder and those above it, unless they are there. Only folders that were missing get the mode of `readers`; those
/// above one for its owner alone can be passed and not listed by others (0711), whose folders may lie there too.
///
/// # Errors
/// As the system's; also where something else than a folder is there.
pub fn make_folder(path: &Path, readers: Readers) -> io::Result<()> {
    let missing: Vec<&Path> = path
        .ancestors()
        .filter(|folder| !folder.as_os_str().is_empty())
        .take_while(|folder| !folder.is_dir())
        .collect();
    for folder in missing.into_iter().rev() {
        match make_one(folder, if folder == path { readers.folder_mode() } else { readers.above_mode() }) {
            // Another process may have made it meanwhile.
            Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => {}
            other => other?,
        }
        sync_folder(parent(folder))?;
    }
    Ok(())
}

/// Whether there is a file or folder of this name. A folder that may not be looked into is an error, and none that lacks it.
///
/// # Errors
/// As the system's.
pub fn is_there(path: &Path) -> io::Result<bool> {
    match path.try_exists() {
        Err(error) if error.kind() == ErrorKind::NotADirectory => Ok(false),
        other => other,
    }
}

/// Moves a file or folder, in the place of a file that is there.
///
/// # Errors
/// As the system's; what was moved may still be lost in a power cut then.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    moved(from, to)?;
    let (old, new) = (parent(from), parent(to));
    sync_folder(new)?;
    if old == new { Ok(()) } else { sync_folder(old) }
}

/// Removes a file; where there is none, that is well.
///
/// # Errors
/// As the system's.
pub fn remove(path: &Path) -> io::Result<()> {
    if remove_unsynced(path)? { sync_folder(parent(path)) } else { Ok(()) }
}

/// The same without a sync: after a power cut the file may be there again. Whether there was one.
///
/// # Errors
/// As the system's.
pub fn remove_unsynced(path: &Path) -> io::Result<bool> {
    match removed(path) {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes the entries of `folder` outlive a power cut: a new, renamed or removed file is so only after this.
///
/// # Errors
/// As the system's.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

/// Nothing to do: folders cannot be opened here, and the file system keeps a journal of their entries.
///
/// # Errors
/// None here.
#[cfg(windows)]
pub fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// What lies in a folder of its own where Leasehold keeps its files.
#[cfg(windows)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A host.
    Host,
    /// The state of a machine's clients.
    Client,
    /// The manifests for an agent.
    Products,
}

#[cfg(windows)]
impl Part {
    /// The folder's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Host => "Host",
            Self::Client => "Client",
            Self::Products => "Products",
        }
    }

    /// The machine's own, below [`machine_folder`].
    pub fn of_machine(self) -> Option<PathBuf> {
        Some(machine_folder()?.join(self.name()))
    }
}

/// `%ProgramData%\Leasehold`: where the machine's programs keep their state. The system is asked, not the environment. `None` where it says nothing.
#[cfg(windows)]
pub fn machine_folder() -> Option<PathBuf> {
    Some(leasehold_windows::folder::program_data()?.join("Leasehold"))
}

/// `%LOCALAPPDATA%\Leasehold`: the user's.
#[cfg(windows)]
pub fn user_folder() -> Option<PathBuf> {
    Some(leasehold_windows::folder::local_app_data()?.join("Leasehold"))
}

/// The path with the system's own separators alone: `C:/a\b` and `a/b` are what Windows takes, and not what it shows. On Unix as it is.
pub fn native(path: PathBuf) -> PathBuf {
    match path.to_str() {
        // In paths that begin with `\\?\` a slash is part of a name; one that begins with a slash is Wine's for a file of Unix.
        Some(text) if cfg!(windows) && !text.starts_with(r"\\?\") && !text.starts_with('/') => {
            text.replace('/', r"\").into()
        }
        Some(_) | None => path,
    }
}

/// The folder that holds `path`.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    }
}

/// The entries of a folder, by name.
pub(crate) fn entries(folder: &Path, max: usize) -> io::Result<Vec<PathBuf>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        if entries.len() == max {
            return Err(io::Error::other("too many files"));
        }
        entries.push(entry?.path());
    }
    entries.sort_unstable();
    Ok(entries)
}

#[cfg(unix)]
fn make_one(folder: &Path, mode: Option<u32>) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};

    let Some(mode) = mode else { return fs::create_dir(folder) };
    fs::DirBuilder::new().mode(mode).create(folder)?;
    // The umask may have taken bits away.
    fs::set_permissions(folder, fs::Permissions::from_mode(mode))
}

/// A folder that is not private inherits the access list of the one above it.
#[cfg(windows)]
fn make_one(folder: &Path, readers: Readers) -> io::Result<()> {
    match readers {
        Readers::Owner => leasehold_windows::access::create_folder(folder),
        Readers::Everyone | Readers::Umask => fs::create_dir(folder),
    }
}

#[cfg(unix)]
pub(crate) fn moved(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// Readers and scanners that hold either file open are waited for; a folder in the place is not.
#[cfg(windows)]
pub(crate) fn moved(from: &Path, to: &Path) -> io::Result<()> {
    if to.is_dir() && !from.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    crate::retry::while_in_use(|| fs::rename(from, to))
}

#[cfg(unix)]
fn removed(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

#[cfg(windows)]
fn removed(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    crate::retry::while_in_use(|| fs::remove_file(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_new_folder_has_its_mode_and_one_that_is_there_keeps_its_own() {
        use std::os::unix::fs::PermissionsExt;

        let base = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (private, public) = (base.path().join("a/private"), base.path().join("a/public"));
        make_folder(&private, Readers::Owner).unwrap();
        make_folder(&public, Readers::Everyone).unwrap();
        make_folder(&public, Readers::Owner).unwrap();
        assert_eq!((mode(&private), mode(&public), mode(&base.path().join("a"))), (0o700, 0o755, 0o711));
    }

    #[test]
    fn a_file_where_the_folder_should_be_is_an_error() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("file");
        fs::write(&path, "").unwrap();
        assert!(make_folder(&path, Readers::Owner).is_err());
        assert!(make_folder(&path.join("below"), Readers::Owner).is_err());
    }

    #[test]
    fn what_is_there_is_told_from_what_is_not_and_what_cannot_be_seen_is_an_error() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("file");
        assert!(!is_there(&path).unwrap());
        fs::write(&path, "").unwrap();
        assert!(is_there(&path).unwrap() && is_there(base.path()).unwrap());
        assert!(!is_there(&path.join("below")).unwrap(), "below a file");
        let too_long = "x".repeat(5_000);
        // Windows says of such a name that nothing has it.
        assert!(cfg!(windows) || is_there(&base.path().join(too_long)).is_err());
    }

    #[test]
    fn removing_what_is_not_there_is_well() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("file");
        fs::write(&path, "").unwrap();
        assert!(remove(&path.join("below")).is_ok());
        for _ in 0..2 {
            remove(&path).unwrap();
            assert!(!path.exists());
        }
        assert!(remove(base.path()).is_err(), "a folder is no file");
    }

    #[test]
    fn a_file_moves_into_the_place_of_another_also_across_folders() {
        let base = tempfile::tempdir().unwrap();
        let (from, to) = (base.path().join("from"), base.path().join("below/to"));
        make_folder(parent(&to), Readers::Owner).unwrap();
        fs::write(&from, "new").unwrap();
        fs::write(&to, "old").unwrap();
        rename(&from, &to).unwrap();
        assert_eq!((fs::read_to_string(&to).unwrap().as_str(), from.exists()), ("new", false));
    }

    #[test]
    fn a_path_is_shown_with_the_separators_of_its_system() {
        let shown = |path: &str| native(path.into()).into_os_string().into_string().unwrap();
        let expected = if cfg!(windows) { r"C:\a\b\" } else { r"C:/a\b/" };
        assert_eq!(shown(r"C:/a\b/"), expected);
        for path in [r"\\?\C:\a/b", "/a/b", "-", ""] {
            assert_eq!(shown(path), path);
        }
    }

    #[test]
    fn a_name_without_a_folder_is_in_the_current_one() {
        assert_eq!(parent(Path::new("file")), Path::new("."));
        assert_eq!(parent(Path::new("a/file")), Path::new("a"));
        assert_eq!(parent(Path::new("/")), Path::new("."));
    }
}
