//! Files for their owner alone.

use std::fs::File;
use std::io;
use std::path::Path;

/// Makes a file that its owner alone can open (0600; on Windows owner and system), and opens it for reading and writing.
///
/// # Errors
/// As the system's; [`io::ErrorKind::AlreadyExists`] where something is there.
#[cfg(unix)]
pub fn create_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};

    let file = File::options().read(true).write(true).create_new(true).mode(0o600).open(path)?;
    // The umask may have taken bits away.
    file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    Ok(file)
}

/// Makes a file that its owner alone can open (0600; on Windows owner and system), and opens it for reading and writing.
///
/// # Errors
/// As the system's; [`io::ErrorKind::AlreadyExists`] where something is there.
#[cfg(windows)]
pub fn create_private(path: &Path) -> io::Result<File> {
    leasehold_windows::access::create_file(path)
}

/// Takes a regular file that every user of the machine can read or write from all but its owner (0600). One that is open to a group alone
/// stays as it is: an administrator has done that. So does whatever is no file.
///
/// # Errors
/// As the system's; also where there is none.
#[cfg(unix)]
pub fn close_to_others(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let found = std::fs::metadata(path)?;
    let is_open = found.is_file() && found.permissions().mode() & 0o007 != 0;
    if is_open { std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)) } else { Ok(()) }
}

/// Nothing: on Windows a file has the access list of its folder.
///
/// # Errors
/// Where there is none.
#[cfg(windows)]
pub fn close_to_others(path: &Path) -> io::Result<()> {
    std::fs::metadata(path).map(drop)
}

/// Whether every user of the machine can read this file.
///
/// # Errors
/// As the system's.
#[cfg(unix)]
pub fn everyone_reads(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;

    let found = std::fs::metadata(path)?;
    Ok(found.is_file() && found.permissions().mode() & 0o004 != 0)
}

/// Whether every user of the machine can read this file.
///
/// # Errors
/// As the system's.
#[cfg(windows)]
pub fn everyone_reads(path: &Path) -> io::Result<bool> {
    Ok(path.is_file() && leasehold_windows::access_list::lets_everyone_in(&leasehold_windows::access::list(path)?))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_private_file_is_new_and_others_cannot_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        create_private(&path).unwrap().write_all(b"secret").unwrap();
        assert!(!everyone_reads(&path).unwrap());
        assert_eq!(create_private(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert!(everyone_reads(&folder.path().join("missing")).is_err() || cfg!(windows));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_all_can_read_is_closed_and_one_of_a_group_stays() {
        use std::fs::{Permissions, metadata, set_permissions, write};
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        assert_eq!(close_to_others(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
        write(&path, "kept").unwrap();
        for (before, after) in [(0o644, 0o600), (0o666, 0o600), (0o602, 0o600), (0o640, 0o640), (0o600, 0o600)] {
            set_permissions(&path, Permissions::from_mode(before)).unwrap();
            close_to_others(&path).unwrap();
            assert_eq!(metadata(&path).unwrap().permissions().mode() & 0o777, after, "{before:o}");
        }
        set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        close_to_others(folder.path()).unwrap();
        assert_eq!(
            metadata(folder.path()).unwrap().permissions().mode() & 0o777,
            0o755,
            "a folder under the file's name"
        );
    }
}
