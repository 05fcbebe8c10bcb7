//! What an error of the operating system means, in words that are the same on every system, and what to do about it.

use std::io::{Error, ErrorKind};

/// What went wrong.
pub(crate) fn words(error: &Error) -> String {
    let known = match error.kind() {
        ErrorKind::NotFound => "no such file or folder",
        ErrorKind::PermissionDenied => "permission denied",
        ErrorKind::AlreadyExists => "there is a file or folder of that name already",
        ErrorKind::IsADirectory => "it is a folder",
        ErrorKind::NotADirectory => "a part of its path is no folder",
        ErrorKind::DirectoryNotEmpty => "the folder is not empty",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "the disk is full",
        ErrorKind::ReadOnlyFilesystem => "the disk is read-only",
        ErrorKind::FileTooLarge => "the file is too large",
        ErrorKind::InvalidFilename => "the name is not one that a file can have",
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy => "another program has it open",
        ErrorKind::BrokenPipe => "what should read it has ended",
        ErrorKind::UnexpectedEof => "it ends too soon",
        ErrorKind::InvalidData => "it is no text in UTF-8",
        ErrorKind::ConnectionRefused => "the connection was refused",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => "the connection was cut",
        ErrorKind::TimedOut => "no answer came in time",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => "no way leads there",
        ErrorKind::OutOfMemory => "memory is full",
        _ => return unknown(error),
    };
    known.to_owned()
}

/// Whether what should read a pipe has ended: it may have read enough. Windows has a second number for that.
pub(crate) fn is_closed_pipe(error: &Error) -> bool {
    const PIPE_NOT_CONNECTED: i32 = 233;
    error.kind() == ErrorKind::BrokenPipe || cfg!(windows) && error.raw_os_error() == Some(PIPE_NOT_CONNECTED)
}

/// What to do next.
pub(crate) fn hint(error: &Error) -> Option<&'static str> {
    Some(match error.kind() {
        ErrorKind::NotFound => "check the path: relative ones begin in the folder that the command was started in",
        ErrorKind::PermissionDenied => {
            if cfg!(windows) {
                "`icacls` shows who may: run the command as that user, or from a prompt that was started as administrator"
            } else {
                "`ls -l` shows its owner and rights: run the command as that user, or let this one in"
            }
        }
        ErrorKind::AlreadyExists => "name another, or move what is there away",
        ErrorKind::IsADirectory => "name a file in it",
        ErrorKind::InvalidData => "it may be another file than was meant: `leasehold inspect FILE` says what it is",
        ErrorKind::NotADirectory => "check the path: something in its middle is a file",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded if cfg!(windows) => "make room, then run the command again",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make room (`df` shows where), then run the command again",
        ErrorKind::ReadOnlyFilesystem => "name a place on another disk, or mount this one for writing",
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy => "end the other program, then run the command again",
        _ => return None,
    })
}

/// What keeps a file to its owner.
pub(crate) const TO_OWNER: &str =
    if cfg!(windows) { "`icacls FILE /inheritance:r /grant:r %USERNAME%:F`" } else { "`chmod 600`" };

/// `text` with our words in the place of the system's own, wherever a library has put those: `File exists (os error 17)`.
pub(crate) fn translated(text: &str) -> String {
    let mut rest = text.to_owned();
    let mut done = String::new();
    while let Some(at) = rest.find(MARK) {
        let after = &rest[at + MARK.len()..];
        let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
        let end = at + MARK.len() + digits.len() + 1;
        let error =
            digits.parse().ok().filter(|_| after[digits.len()..].starts_with(')')).map(Error::from_raw_os_error);
        let Some(error) = error else {
            done.push_str(&rest[..at + MARK.len()]);
            rest = rest.split_off(at + MARK.len());
            continue;
        };
        let whole = error.to_string();
        let start = rest[..end].strip_suffix(&whole).map_or(at, str::len);
        done.push_str(&rest[..start]);
        let words = words(&error);
        done.push_str(&if start == at { [" (", &words, ")"].concat() } else { words });
        rest = rest.split_off(end);
    }
    done + &rest
}

/// The system's own sentence, without its number, which says nothing to people.
fn unknown(error: &Error) -> String {
    let text = error.to_string();
    let sentence = text.split(MARK).next().unwrap_or(&text);
    let mut letters = sentence.chars();
    let first = letters.next().map(|letter| letter.to_lowercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

/// What the standard library puts before the number of a system's error.
const MARK: &str = " (os error ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_error_of_the_system_shows_its_number() {
        for number in 1..135 {
            let error = Error::from_raw_os_error(number);
            let said = words(&error);
            assert!(!said.contains("os error") && !said.is_empty(), "{said}");
            assert!(!said.starts_with(char::is_uppercase), "{said}");
            let in_a_library = format!("file x: {error}; nothing was changed");
            assert_eq!(translated(&in_a_library), format!("file x: {said}; nothing was changed"));
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_a_library_says_around_it_stays() {
        assert_eq!(translated("/a: File exists (os error 17)"), "/a: there is a file or folder of that name already");
        assert_eq!(translated("cut (os error 17)"), "cut (there is a file or folder of that name already)");
        assert_eq!(translated("no number (os error x) here"), "no number (os error x) here");
        assert_eq!(translated("ends (os error "), "ends (os error ");
        assert_eq!(translated("plain"), "plain");
    }
}
