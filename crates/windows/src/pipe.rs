//! Named pipes: whom they let in, how a program asks at one, and from where it asks.
//!
//! A pipe is served by `tokio`, which makes it; what `tokio` does not say to the system is said here.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::{AsRawHandle, BorrowedHandle};
use std::path::{Path, PathBuf};
use std::time::Duration;

use windows_sys::Win32::Foundation::{ERROR_PIPE_BUSY, ERROR_SEM_TIMEOUT};
use windows_sys::Win32::Storage::FileSystem::SECURITY_ANONYMOUS;
use windows_sys::Win32::System::Pipes::{GetNamedPipeClientSessionId, WaitNamedPipeW};

use crate::access::{self, Target};
use crate::{access_list, wide};

/// Gives a pipe the access list `sddl`, such as [`access_list::of_shared_pipe`]: it counts for all instances of the pipe. The handle must have
/// been made with the right to do so (`WRITE_DAC`, and `WRITE_OWNER` for a label).
///
/// # Errors
/// As the system's.
pub fn protect(pipe: BorrowedHandle<'_>, sddl: &str) -> io::Result<()> {
    access::set_list(&Target::Open(pipe), sddl)
}

/// Opens the pipe for one conversation, and waits up to `timeout` where all its instances are taken. The program at its other end learns nothing
/// by which it could act in this one's name.
///
/// # Errors
/// As the system's: [`io::ErrorKind::NotFound`] where there is no such pipe; [`io::ErrorKind::TimedOut`].
pub fn connect(pipe: &Path, timeout: Duration) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.access_mode(access_list::PIPE_ACCESS).security_qos_flags(SECURITY_ANONYMOUS);
    let name = wide::of(pipe);
    // Another program may be faster after each wait.
    for _ in 0..=timeout.as_millis() / WAIT.as_millis() {
        match options.open(pipe) {
            Err(error) if is(&error, ERROR_PIPE_BUSY) => wait(&name)?,
            other => return other,
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}

/// Waits a moment for an instance that is free.
fn wait(name: &[u16]) -> io::Result<()> {
    let milliseconds = u32::try_from(WAIT.as_millis()).expect("a moment");
    // SAFETY: the name ends with a zero.
    if unsafe { WaitNamedPipeW(name.as_ptr(), milliseconds) } != 0 {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    if is(&error, ERROR_SEM_TIMEOUT) { Ok(()) } else { Err(error) }
}

/// The session of the program that asks at this instance: each user who works at the machine has one, services share the first.
///
/// # Errors
/// As the system's.
pub fn client_session(pipe: BorrowedHandle<'_>) -> io::Result<u32> {
    let mut session = 0;
    // SAFETY: the handle is open, and the answer may be written.
    let told = unsafe { GetNamedPipeClientSessionId(pipe.as_raw_handle(), &raw mut session) };
    if told == 0 { Err(io::Error::last_os_error()) } else { Ok(session) }
}

/// The name of this machine's pipe `name`.
pub fn path(name: impl AsRef<OsStr>) -> PathBuf {
    Path::new(r"\\.\pipe").join(name.as_ref())
}

fn is(error: &io::Error, code: u32) -> bool {
    error.raw_os_error() == Some(code.cast_signed())
}

const WAIT: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::windows::io::{AsHandle, FromRawHandle, OwnedHandle};
    use std::ptr;

    use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
    use windows_sys::Win32::Storage::FileSystem::{PIPE_ACCESS_DUPLEX, WRITE_DAC, WRITE_OWNER};
    use windows_sys::Win32::System::Pipes::{CreateNamedPipeW, PIPE_REJECT_REMOTE_CLIENTS};

    use super::*;

    /// A pipe with one instance.
    fn served(path: &Path) -> OwnedHandle {
        let (name, mode) = (wide::of(path), PIPE_ACCESS_DUPLEX | WRITE_DAC | WRITE_OWNER);
        // SAFETY: the name ends with a zero; there are no attributes.
        let pipe = unsafe {
            CreateNamedPipeW(name.as_ptr(), mode, PIPE_REJECT_REMOTE_CLIENTS, 1, 1_024, 1_024, 0, ptr::null())
        };
        assert_ne!(pipe, INVALID_HANDLE_VALUE, "{}", io::Error::last_os_error());
        // SAFETY: the handle was opened just now, and no one else closes it.
        unsafe { OwnedHandle::from_raw_handle(pipe) }
    }

    #[test]
    fn a_program_asks_at_a_pipe_that_lets_it_in_and_waits_no_longer_than_it_said_for_one_that_is_taken() {
        let user = access::user().unwrap();
        for (name, list) in [("shared", access_list::of_shared_pipe(&user)), ("own", access_list::of_own_pipe(&user))] {
            let path = path(format!("leasehold-test-{name}-{}", std::process::id()));
            assert_eq!(connect(&path, WAIT).unwrap_err().kind(), io::ErrorKind::NotFound, "{name}");
            let pipe = served(&path);
            protect(pipe.as_handle(), &list).unwrap_or_else(|error| panic!("{name}: {error}"));
            let mut asking = connect(&path, WAIT).unwrap_or_else(|error| panic!("{name}: {error}"));
            let mut serving = File::from(pipe.try_clone().unwrap());
            asking.write_all(b"call").unwrap();
            let mut call = [0; 4];
            serving.read_exact(&mut call).unwrap();
            assert_eq!(&call, b"call");
            assert_eq!(connect(&path, WAIT).unwrap_err().kind(), io::ErrorKind::TimedOut, "{name}");
        }
    }

    #[test]
    fn a_pipe_has_a_name_of_this_machine() {
        assert_eq!(path("a"), Path::new(r"\\.\pipe\a"));
    }
}
