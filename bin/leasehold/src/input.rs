//! What commands read: documents in any form, secrets from a prompt, a file or standard input, the clock, random bytes.

use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use leasehold_core::{Code, ProductKey, Timestamp, repair, text_file};
use leasehold_wire::armour;

use crate::documents;
use crate::failure::Failure;
use crate::prompt;
use crate::system;

/// The bytes of a file, or of standard input where `path` is `-`; at most what the largest document takes.
pub(crate) fn file(path: &Path) -> Result<Vec<u8>, Failure> {
    let max = armour::MAX_TEXT as u64 + 1;
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().take(max).read_to_end(&mut bytes)
    } else {
        fs::File::open(path).and_then(|file| file.take(max).read_to_end(&mut bytes))
    };
    read.map_err(|error| Failure::file(path, &error))?;
    Ok(bytes)
}

/// The bytes of a document: raw, in armour, hexadecimal or in a picture; from a file, or standard input where `path` is `-`.
pub(crate) fn document(path: &Path) -> Result<Vec<u8>, Failure> {
    documents::read(path)
}

/// A text: a file's in whatever encoding, or that of standard input where `path` is `-`.
pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    let text = text_file::decode(&file(path)?).into_owned();
    checked_text(path, text)
}

/// The text, without the mark that `copy a+b c` of Windows ends it with. What is no text is refused: a message that shows a line
/// of it would write to the terminal whatever stands there.
pub(crate) fn checked_text(path: &Path, mut text: String) -> Result<String, Failure> {
    let is_text = |c: char| c != char::REPLACEMENT_CHARACTER && (!c.is_control() || "\t\n\r\u{c}".contains(c));
    if text.ends_with(END_OF_TEXT) {
        text.pop();
    }
    if text.chars().all(is_text) {
        return Ok(text);
    }
    Err(Failure::failed(Code::File, format!("{}: not a text", path.display()))
        .hint("name another file; `leasehold inspect FILE` says what this one is"))
}

/// A secret: the first line of `path` (`-` is standard input) where given, else asked for on the terminal.
pub(crate) fn secret(path: Option<&Path>, prompt: &str) -> Result<String, Failure> {
    Ok(secret_text(path, prompt)?.lines().next().unwrap_or_default().to_owned())
}

/// As [`secret`], all lines of it.
pub(crate) fn secret_text(path: Option<&Path>, prompt: &str) -> Result<String, Failure> {
    if let Some(path) = path {
        warn_if_readable_by_others(path);
    }
    match path {
        Some(path) => match text_file::decode(&file(path)?) {
            text if text.contains(char::REPLACEMENT_CHARACTER) => {
                Err(Failure::failed(Code::File, format!("{}: not a text", path.display()))
                    .hint("name the file with the secret; `leasehold inspect` says what this one is"))
            }
            text => Ok(text.into_owned()),
        },
        None if io::stdin().is_terminal() => prompt::secret(&format!("{prompt}: "))
            .map_err(|error| Failure::failed(Code::File, format!("terminal: {error}"))),
        None => Err(Failure::failed(Code::Usage, format!("{prompt}: no terminal to ask on"))
            .hint("name a file that holds it, or - for standard input: the option is in `--help` (`--key-file`, `--passphrase-file`)")),
    }
}

/// Says so where a file with a secret can be read by every user of the machine.
fn warn_if_readable_by_others(path: &Path) {
    if leasehold_files::everyone_reads(path).is_ok_and(|others| others) {
        errln!("warning: {}: others can read it; {} keeps it to its owner", path.display(), system::TO_OWNER);
    }
}

/// A product key: from a file where given, whatever else stands there, else asked for on the terminal. A slip of the hand is
/// named.
pub(crate) fn product_key(path: Option<&Path>, prompt: &str) -> Result<ProductKey, Failure> {
    let text = secret_text(path, prompt)?;
    let named = path.filter(|path| *path != Path::new("-")).map(|path| path.display().to_string());
    let name = named.unwrap_or_else(|| prompt.to_owned());
    if text.trim().is_empty() {
        return Err(Failure::refused(Code::NotAProductKey, format!("{name}: it is empty"))
            .hint(format!("name the file that holds the {prompt}")));
    }
    text.parse().map_err(|error| {
        let failure = Failure::refused(Code::NotAProductKey, format!("{name}: {error}"));
        match repair::repair(&text) {
            Some(repair) => failure.hint(format!("{}; nothing else fits", repair.slip)),
            None => failure,
        }
    })
}

/// The time now.
#[expect(clippy::disallowed_methods, reason = "the one place where commands read the clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// Random bytes of the operating system.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill_random(&mut bytes);
    bytes
}

/// Fills `bytes` with random ones of the operating system.
#[expect(clippy::disallowed_methods, reason = "the one place where commands read random bytes")]
pub(crate) fn fill_random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system gives random bytes");
}

const END_OF_TEXT: char = '\u{1a}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_may_end_with_the_mark_of_copy_on_windows_and_holds_no_other_control_characters() {
        let read = |text: &str| checked_text(Path::new("a.toml"), text.to_owned()).map_err(|failure| failure.code());
        for (text, plain) in [
            ("a = 1\r\n\u{1a}", "a = 1\r\n"),
            ("a = 1\u{1a}", "a = 1"),
            ("\u{1a}", ""),
            ("", ""),
            ("\ta = 1\n\u{c}", "\ta = 1\n\u{c}"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(plain), "{text:?}");
        }
        for text in ["a\u{1a}b", "\u{1a}\n", "a\u{1a}\u{1a}", "a\u{1b}[0m", "a\0", "a\u{fffd}", "a\u{9b}"] {
            assert_eq!(read(text), Err(Code::File), "{text:?}");
        }
    }
}
