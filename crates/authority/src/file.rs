//! Files that appear whole or not at all, for their owner alone.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

use crate::error::Error;

/// Writes a new file beside its place, syncs it, and moves it there unless something is there already.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write(path, bytes, |file| Ok(file.persist_noclobber(path).map(drop)?))
}

/// The same, in the place of whatever is there.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write(path, bytes, |file| Ok(file.persist(path).map(drop)?))
}

/// Moves a file into the place of another one of its folder.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    fs::rename(from, to).and_then(|()| sync(folder(to))).map_err(Error::at(from))
}

fn write(path: &Path, bytes: &[u8], place: impl FnOnce(NamedTempFile) -> io::Result<()>) -> Result<(), Error> {
    let write = || {
        // Made with mode 0600.
        let mut file = Builder::new().prefix(".new-").tempfile_in(folder(path))?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        place(file)?;
        sync(folder(path))
    };
    write().map_err(Error::at(path))
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

/// What the file holds; `None` where there is none.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::at(path)(error)),
    }
}

/// A new file is there after a power cut only once its folder is synced.
#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there is something to fail")]
fn sync(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_never_overwritten_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.pem");
        create(&path, b"first").unwrap();
        assert!(matches!(create(&path, b"second"), Err(Error::File { .. })));
        assert_eq!(read(&path).unwrap().unwrap(), b"first");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(read(&folder.path().join("other")).unwrap().is_none());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.pem");
        create(&path, b"first").unwrap();
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
