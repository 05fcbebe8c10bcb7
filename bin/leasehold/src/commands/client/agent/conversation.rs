//! Applications at the agent's socket: a bounded number of them, of calls, of bytes and of time.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use leasehold_client::{Agent, AgentOwner, MAX_CALL_BYTES};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::{sleep, timeout};

#[cfg(unix)]
pub(super) use unix::Socket;
#[cfg(windows)]
pub(super) use windows::Socket;

/// Answers applications. It never ends.
pub(super) async fn serve(agent: &Arc<Agent>, socket: &Socket) {
    let visits = Arc::new(Visits::default());
    loop {
        match socket.accept().await {
            Ok((stream, user)) => match Visit::begin(&visits, &user) {
                Some(visit) => drop(tokio::spawn(converse(Arc::clone(agent), stream, visit))),
                None => drop(tokio::spawn(turn_away(stream))),
            },
            Err(error) => {
                tracing::warn!(%error, "an application was not let in");
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Answers line after line.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(agent: Arc<Agent>, stream: S, _visit: Visit) {
    let mut stream = BufReader::new(stream);
    for _ in 0..MAX_CALLS {
        let mut line = Vec::new();
        let mut limited = (&mut stream).take(MAX_CALL_BYTES as u64 + 1);
        match timeout(IDLE, limited.read_until(b'\n', &mut line)).await {
            Ok(Ok(read)) if read > 0 => {}
            Ok(Ok(_) | Err(_)) | Err(_) => return,
        }
        let is_whole = line.last() == Some(&b'\n');
        if !is_whole && line.len() <= MAX_CALL_BYTES {
            return;
        }
        let agent = Arc::clone(&agent);
        let Ok(answer) = tokio::task::spawn_blocking(move || agent.answer(&line)).await else { return };
        if !matches!(timeout(IDLE, stream.write_all(&answer)).await, Ok(Ok(()))) || !is_whole {
            return;
        }
    }
}

async fn turn_away<S: AsyncWrite + Unpin>(mut stream: S) {
    drop(timeout(IDLE, stream.write_all(&Agent::busy())).await);
}

/// How many applications of each user are being answered.
#[derive(Debug, Default)]
struct Visits(Mutex<HashMap<String, usize>>);

/// One of them.
#[derive(Debug)]
struct Visit {
    visits: Arc<Visits>,
    user: String,
}

impl Visit {
    /// `None` where there are too many, of this user or in all.
    fn begin(visits: &Arc<Visits>, user: &str) -> Option<Self> {
        let mut counts = visits.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = counts.get(user).copied().unwrap_or(0);
        if own >= MAX_OF_USER || counts.values().sum::<usize>() >= MAX_VISITS {
            return None;
        }
        counts.insert(user.to_owned(), own + 1);
        drop(counts);
        Some(Self { visits: Arc::clone(visits), user: user.to_owned() })
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut counts = self.visits.0.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.get_mut(&self.user) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => drop(counts.remove(&self.user)),
        }
    }
}

#[cfg(unix)]
mod unix {
    use leasehold_files::Readers;
    use leasehold_service::{LocalSocket, Visitors};
    use tokio::net::UnixStream;

    use super::{AgentOwner, Path, io};

    /// A socket in a folder.
    #[derive(Debug)]
    pub(in super::super) struct Socket(LocalSocket);

    impl Socket {
        /// The machine's takes every user's applications, a user's that user's alone and those of root.
        pub(in super::super) fn bind(path: &Path, owner: AgentOwner) -> io::Result<Self> {
            let (readers, visitors) = match owner {
                AgentOwner::Machine => (Readers::Everyone, Visitors::Everyone),
                AgentOwner::User => (Readers::Owner, Visitors::Owner),
            };
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
                leasehold_files::make_folder(folder, readers)?;
            }
            LocalSocket::bind_for(path, visitors).map(Self)
        }

        /// The next application, and whose it is.
        pub(super) async fn accept(&self) -> io::Result<(UnixStream, String)> {
            let (stream, user) = self.0.accept().await?;
            Ok((stream, user.to_string()))
        }
    }
}

#[cfg(windows)]
mod windows {
    use std::os::windows::io::AsHandle;
    use std::path::PathBuf;

    use leasehold_windows::{access, access_list, pipe};
    use tokio::net::windows::named_pipe::{NamedPipeServer, ServerOptions};
    use tokio::sync::Mutex;

    use super::{AgentOwner, Path, io};

    /// A named pipe of this machine: programs of other machines are not let in.
    #[derive(Debug)]
    pub(in super::super) struct Socket {
        path: PathBuf,
        next: Mutex<NamedPipeServer>,
    }

    impl Socket {
        /// The machine's takes every user's applications, a user's that user's alone and those of administrators.
        pub(in super::super) fn bind(path: &Path, owner: AgentOwner) -> io::Result<Self> {
            let list = match owner {
                AgentOwner::Machine => access_list::of_shared_pipe(&access::owner()?),
                AgentOwner::User => access_list::of_own_pipe(&access::user()?),
            };
            // Until it has its list, the system's own lets in the owner and administrators.
            let first = ServerOptions::new().first_pipe_instance(true).write_dac(true).write_owner(true).create(path);
            let first = first.map_err(|error| match error.kind() {
                io::ErrorKind::PermissionDenied => io::ErrorKind::AddrInUse.into(),
                _ => error,
            })?;
            pipe::protect(first.as_handle(), &list)?;
            Ok(Self { path: path.to_owned(), next: Mutex::new(first) })
        }

        /// The next application, and its user's session.
        pub(super) async fn accept(&self) -> io::Result<(NamedPipeServer, String)> {
            let mut next = self.next.lock().await;
            while let Err(error) = next.connect().await {
                // The instance is used again. An application that has gone already is no trouble.
                next.disconnect()?;
                if error.kind() != io::ErrorKind::BrokenPipe {
                    return Err(error);
                }
            }
            let following = ServerOptions::new().create(&self.path)?;
            let stream = std::mem::replace(&mut *next, following);
            // A system that does not say it has all of them count as one user's.
            let session = pipe::client_session(stream.as_handle()).map_or_else(|_| String::new(), |id| id.to_string());
            Ok((stream, session))
        }
    }
}

/// How long an application may take to ask, and to take the answer.
const IDLE: Duration = Duration::from_secs(10);
/// The most calls of one connection.
const MAX_CALLS: usize = 32;
/// The most applications that are answered at once.
const MAX_VISITS: usize = 64;
/// The most of one user.
const MAX_OF_USER: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_user_cannot_take_the_places_of_all() {
        let visits = Arc::new(Visits::default());
        let of_one: Vec<Visit> = (0..MAX_OF_USER).filter_map(|_| Visit::begin(&visits, "1000")).collect();
        assert_eq!(of_one.len(), MAX_OF_USER);
        assert!(Visit::begin(&visits, "1000").is_none());
        assert!(Visit::begin(&visits, "1001").is_some());
        drop(of_one);
        assert!(Visit::begin(&visits, "1000").is_some());
    }
}
