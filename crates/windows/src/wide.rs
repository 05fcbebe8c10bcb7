//! Texts as system calls take and give them.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use crate::long_path;

/// A text with the zero at its end.
pub(crate) fn of(text: impl AsRef<OsStr>) -> Vec<u16> {
    text.as_ref().encode_wide().chain([0]).collect()
}

/// A path with the zero at its end, whatever its length.
pub(crate) fn of_path(path: &Path) -> io::Result<Vec<u16>> {
    let absolute = std::path::absolute(path)?;
    Ok(match absolute.to_str() {
        Some(text) => of(long_path::verbatim(text)),
        // Names that are no Unicode are left as they are.
        None => of(absolute),
    })
}

/// The text up to its zero.
pub(crate) fn text(wide: &[u16]) -> String {
    let end = wide.iter().position(|unit| *unit == 0).unwrap_or(wide.len());
    OsString::from_wide(&wide[..end]).to_string_lossy().into_owned()
}

/// The text at `start`, up to its zero; empty where there is none.
///
/// # Safety
/// `start` is null or points to units that end with a zero.
pub(crate) unsafe fn text_at(start: *const u16) -> String {
    // SAFETY: by the caller's promise.
    unsafe { os_text_at(start) }.to_string_lossy().into_owned()
}

/// As [`text_at`], whatever units it has.
///
/// # Safety
/// As [`text_at`].
pub(crate) unsafe fn os_text_at(start: *const u16) -> OsString {
    if start.is_null() {
        return OsString::new();
    }
    let mut length = 0;
    // SAFETY: by the caller's promise every unit up to the zero may be read.
    while unsafe { *start.add(length) } != 0 {
        length += 1;
    }
    // SAFETY: these units were read just now, and no one writes to them.
    OsString::from_wide(unsafe { std::slice::from_raw_parts(start, length) })
}
