//! Files that appear whole or not at all.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::Readers;
use crate::folder::{parent, sync_folder};

/// Puts a file with these bytes in the place of `path`. A crash leaves the old file or the new one, and the new one is
/// there after a power cut.
///
/// # Errors
/// As the system's. Where only the last sync failed, the new file is in place.
pub fn replace(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let mut new = Replacement::of(path, readers)?;
    new.write_all(bytes)?;
    new.replace()
}

/// The same without a sync, for what can be made again: after a power cut the file may be missing, empty or the former one.
///
/// # Errors
/// As the system's.
pub fn replace_unsynced(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let mut new = Replacement::of(path, readers)?;
    new.write_all(bytes)?;
    put(new.file, &new.place)
}

/// As [`replace`] where nothing is there yet.
///
/// # Errors
/// As [`replace`]; [`io::ErrorKind::AlreadyExists`] where something is there, which then stays as it is.
pub fn create(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let mut new = Replacement::of(path, readers)?;
    new.write_all(bytes)?;
    new.create()
}

/// A file that is being written beside the place it is for. Nothing is left of it where it is dropped before it is put
/// there.
#[derive(Debug)]
pub struct Replacement {
    file: NamedTempFile,
    place: PathBuf,
}

impl Replacement {
    /// Begins a file for the place `path`.
    ///
    /// # Errors
    /// As the system's.
    pub fn of(path: &Path, readers: Readers) -> io::Result<Self> {
        let mut builder = Builder::new();
        builder.prefix(".new-");
        let file = new_file(&mut builder, parent(path), readers)?;
        Ok(Self { file, place: path.to_owned() })
    }

    /// The file, for what [`Write`] does not offer.
    pub fn as_file(&self) -> &File {
        self.file.as_file()
    }

    /// Where it lies until then: what copies to a name of its own writes there.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Syncs the file and puts it in the place of what is there.
    ///
    /// # Errors
    /// As the system's.
    pub fn replace(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        put(self.file, &self.place)?;
        sync_folder(parent(&self.place))
    }

    /// Syncs the file and puts it in its place, unless something is there.
    ///
    /// # Errors
    /// As the system's; [`io::ErrorKind::AlreadyExists`].
    pub fn create(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        put_new(self.file, &self.place)?;
        sync_folder(parent(&self.place))
    }
}

impl Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(unix)]
fn new_file(builder: &mut Builder<'_, '_>, folder: &Path, readers: Readers) -> io::Result<NamedTempFile> {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    let mode = readers.file_mode();
    let file = builder.permissions(Permissions::from_mode(mode.unwrap_or(0o666))).tempfile_in(folder)?;
    if let Some(mode) = mode {
        // The umask may have taken bits away.
        file.as_file().set_permissions(Permissions::from_mode(mode))?;
    }
    Ok(file)
}

/// A file that is not private inherits the access list of its folder.
#[cfg(windows)]
fn new_file(builder: &mut Builder<'_, '_>, folder: &Path, readers: Readers) -> io::Result<NamedTempFile> {
    builder.make_in(folder, |path| match readers {
        Readers::Owner => crate::create_private(path),
        Readers::Everyone | Readers::Umask => File::options().read(true).write(true).create_new(true).open(path),
    })
}

#[cfg(unix)]
fn put(file: NamedTempFile, place: &Path) -> io::Result<()> {
    file.persist(place)?;
    Ok(())
}

/// Closed first: a program that looks into each file when it is closed is waited for like any other reader.
#[cfg(windows)]
fn put(file: NamedTempFile, place: &Path) -> io::Result<()> {
    let path = file.into_temp_path();
    crate::folder::moved(&path, place)
}

#[cfg(unix)]
fn put_new(file: NamedTempFile, place: &Path) -> io::Result<()> {
    file.persist_noclobber(place)?;
    Ok(())
}

#[cfg(windows)]
fn put_new(file: NamedTempFile, place: &Path) -> io::Result<()> {
    let mut waiting = Some(file.into_temp_path());
    crate::retry::while_in_use(|| {
        let path = waiting.take().expect("it comes back where it was not moved");
        path.persist_noclobber(place).map_err(|failed| {
            waiting = Some(failed.path);
            failed.error
        })
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::ErrorKind;

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        replace(&path, b"first", Readers::Owner).unwrap();
        replace(&path, b"second", Readers::Owner).unwrap();
        let mut third = Replacement::of(&path, Readers::Owner).unwrap();
        third.write_all(b"third").unwrap();
        drop(third);
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_is_created_replaces_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        create(&path, b"first", Readers::Owner).unwrap();
        assert_eq!(create(&path, b"second", Readers::Owner).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_missing_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing/file");
        assert_eq!(replace(&path, b"", Readers::Owner).unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn a_file_that_is_being_read_is_replaced_and_its_reader_keeps_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        replace(&path, b"first", Readers::Owner).unwrap();
        let mut reader = crate::open(&path).unwrap();
        let late = std::thread::spawn({
            let path = path.clone();
            move || replace(&path, b"second", Readers::Owner)
        });
        // Where readers stand in the way they are waited for: this one ends soon.
        let mut old = String::new();
        io::Read::read_to_string(&mut reader, &mut old).unwrap();
        drop(reader);
        late.join().unwrap().unwrap();
        assert_eq!((old.as_str(), fs::read(&path).unwrap().as_slice()), ("first", b"second".as_slice()));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_has_the_mode_that_was_asked_for_also_in_the_place_of_another() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        for (readers, expected) in [(Readers::Owner, 0o600), (Readers::Everyone, 0o644), (Readers::Owner, 0o600)] {
            replace(&path, b"", readers).unwrap();
            assert_eq!(mode(), expected, "{readers:?}");
        }
        let beside = folder.path().join("beside");
        File::create(&beside).unwrap();
        replace(&path, b"", Readers::Umask).unwrap();
        assert_eq!(mode(), fs::metadata(&beside).unwrap().permissions().mode() & 0o777);
    }
}
