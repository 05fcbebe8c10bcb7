//! A socket in a folder (Unix), for programs of this machine: the system says who connects, so no token is needed.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

/// A bound and listening socket, removed when it is dropped.
#[derive(Debug)]
pub struct LocalSocket {
    socket: UnixListener,
    path: PathBuf,
    owner: u32,
    visitors: Visitors,
}

/// Whose programs a socket takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visitors {
    /// Its owner's and those of root.
    Owner,
    /// Those of every user of this machine.
    Everyone,
}

impl LocalSocket {
    /// Listens at `path` for its owner's programs. A socket that a process has left behind is replaced, one at which another listens is not.
    ///
    /// # Errors
    /// Where something else is at the path, or it cannot be made: paths of sockets are short, some 100 bytes.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn bind(path: &Path) -> io::Result<Self> {
        Self::bind_for(path, Visitors::Owner)
    }

    /// The same for the programs of `visitors`.
    ///
    /// # Errors
    /// As [`Self::bind`].
    ///
    /// # Panics
    /// As [`Self::bind`].
    pub fn bind_for(path: &Path, visitors: Visitors) -> io::Result<Self> {
        match fs::symlink_metadata(path) {
            Ok(found) if !found.file_type().is_socket() => return Err(ErrorKind::AlreadyExists.into()),
            Ok(_) if std::os::unix::net::UnixStream::connect(path).is_ok() => return Err(ErrorKind::AddrInUse.into()),
            Ok(_) => fs::remove_file(path)?,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let socket = UnixListener::bind(path)?;
        let bound = Self { socket, path: path.to_owned(), owner: fs::symlink_metadata(path)?.uid(), visitors };
        let mode = match visitors {
            Visitors::Owner => 0o600,
            Visitors::Everyone => 0o666,
        };
        // Others may have connected before: each of those who do is looked at.
        fs::set_permissions(path, Permissions::from_mode(mode))?;
        Ok(bound)
    }

    /// The next connection of a program that may, and its user; others are closed.
    ///
    /// # Errors
    /// Where the system has no descriptor left, or does not say who connects.
    pub async fn accept(&self) -> io::Result<(UnixStream, u32)> {
        loop {
            let (stream, _) = self.socket.accept().await?;
            let user = stream.peer_cred()?.uid();
            if self.visitors == Visitors::Everyone || is_let_in(user, self.owner) {
                return Ok((stream, user));
            }
            tracing::warn!(user, "a program of another user was not let in");
        }
    }
}

/// Whether a program of `user` may use the socket of `owner`: its own programs and root's.
const fn is_let_in(user: u32, owner: u32) -> bool {
    user == owner || user == 0
}

impl Drop for LocalSocket {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path)
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(%error, "the socket for commands is not removed");
        }
    }
}

/// The other end, for limits and logs: this machine.
pub(crate) const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_socket_that_was_left_behind_is_replaced_and_one_that_is_in_use_or_something_else_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let socket = LocalSocket::bind(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(LocalSocket::bind(&path).unwrap_err().kind(), ErrorKind::AddrInUse);
        let connecting = UnixStream::connect(&path);
        let (own, other) = tokio::join!(socket.accept(), connecting);
        assert!(own.is_ok() && other.is_ok());
        drop(socket);
        assert!(!path.exists(), "it is removed");
        fs::write(&path, "a file").unwrap();
        assert_eq!(LocalSocket::bind(&path).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert!(LocalSocket::bind(&folder.path().join("x".repeat(200))).is_err());
    }

    #[tokio::test]
    async fn a_socket_for_everyone_says_who_connects() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let socket = LocalSocket::bind_for(&path, Visitors::Everyone).unwrap();
        let about = fs::metadata(&path).unwrap();
        assert_eq!(about.permissions().mode() & 0o777, 0o666);
        let connecting = UnixStream::connect(&path);
        let (own, other) = tokio::join!(socket.accept(), connecting);
        assert!(other.is_ok());
        assert_eq!(own.unwrap().1, about.uid());
    }

    #[test]
    fn programs_of_the_owner_and_of_root_are_let_in_and_no_others() {
        assert!(is_let_in(1_000, 1_000) && is_let_in(0, 1_000) && is_let_in(0, 0));
        assert!(!is_let_in(1_001, 1_000) && !is_let_in(1_000, 0));
    }
}
