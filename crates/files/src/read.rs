//! Reading without waiting: only regular files are opened, and no more is read than is expected.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::private::create_private;

/// Opens a regular file for reading; links are followed. A FIFO, a device or a folder is an error, at once.
///
/// # Errors
/// As the system's; [`ErrorKind::InvalidInput`] where it is no regular file.
pub fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    without_waiting(&mut options, Links::Followed);
    regular(options.open(path)?)
}

/// The bytes of a regular file of at most `max` bytes.
///
/// # Errors
/// As [`open`]; [`ErrorKind::FileTooLarge`].
pub fn read(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    read_to_limit(open(path)?, max)
}

/// The same; `None` where there is no such file.
///
/// # Errors
/// As [`read`], but for a file that is missing.
pub fn read_if_there(path: &Path, max: u64) -> io::Result<Option<Vec<u8>>> {
    match read(path, max) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// All that `source` gives, at most `max` bytes.
///
/// # Errors
/// As the source's; [`ErrorKind::FileTooLarge`].
pub fn read_to_limit(source: impl Read, max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max {
        return Err(io::Error::new(ErrorKind::FileTooLarge, format!("larger than {max} bytes")));
    }
    Ok(bytes)
}

/// Opens a file whose lock is to be taken. Where there is none it is made, for its owner alone: no other user can hold
/// the lock. The lock itself is left to the caller.
///
/// # Errors
/// As the system's; [`ErrorKind::InvalidInput`] where it is no regular file.
pub fn open_lock(path: &Path) -> io::Result<File> {
    let mut present = File::options();
    present.write(true);
    without_waiting(&mut present, Links::Refused);
    match present.open(path) {
        Ok(file) => regular(file),
        Err(error) if error.kind() == ErrorKind::NotFound => match create_private(path) {
            // Another process has made it meanwhile.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => regular(present.open(path)?),
            made => made,
        },
        Err(error) => Err(error),
    }
}

fn regular(file: File) -> io::Result<File> {
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(ErrorKind::InvalidInput, "not a regular file"))
    }
}

/// Whether a link in the file's place is opened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Links {
    Followed,
    Refused,
}

/// Opening does not wait for the other end of a FIFO, and takes no terminal.
#[cfg(unix)]
fn without_waiting(options: &mut OpenOptions, links: Links) {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;

    let refused = if links == Links::Refused { OFlags::NOFOLLOW } else { OFlags::empty() };
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY | refused;
    options.custom_flags(flags.bits().cast_signed());
}

/// On Windows a pipe has no name among files, and links are made by administrators alone.
#[cfg(not(unix))]
fn without_waiting(_options: &mut OpenOptions, _links: Links) {}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_read_up_to_the_limit_and_refused_beyond_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, [7; 100]).unwrap();
        assert_eq!(read(&path, 100).unwrap(), [7; 100]);
        assert_eq!(read(&path, 99).unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert_eq!(read_to_limit(io::repeat(1), 10).unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert_eq!(read(&path, u64::MAX).unwrap().len(), 100);
    }

    #[test]
    fn a_file_that_is_missing_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        assert!(read_if_there(&path, 1).unwrap().is_none());
        fs::write(&path, "").unwrap();
        assert_eq!(read_if_there(&path, 1).unwrap(), Some(Vec::new()));
        assert!(read_if_there(&path.join("below"), 1).unwrap().is_none());
        assert!(read_if_there(folder.path(), 1).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_refused_without_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("fifo");
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        for path in [fifo.as_path(), Path::new("/dev/zero"), folder.path()] {
            assert_eq!(read(path, 10).unwrap_err().kind(), ErrorKind::InvalidInput, "{}", path.display());
        }
        assert!(open_lock(&fifo).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_is_its_owners_alone_and_is_not_looked_for_behind_a_link() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("lock"), folder.path().join("link"));
        let first = open_lock(&path).unwrap();
        first.lock().unwrap();
        assert!(open_lock(&path).unwrap().try_lock().is_err());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        symlink(&path, &link).unwrap();
        assert!(open_lock(&link).is_err());
        assert!(open(&link).is_ok());
    }
}
