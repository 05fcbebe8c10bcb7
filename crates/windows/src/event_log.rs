//! Lines in the system's event log.

use std::io;
use std::ptr;

use windows_sys::Win32::System::EventLog::{
    DeregisterEventSource, EVENTLOG_ERROR_TYPE, EVENTLOG_INFORMATION_TYPE, EVENTLOG_WARNING_TYPE, RegisterEventSourceW,
    ReportEventW,
};

use crate::{registry, wide};

/// How much an event matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Something was done.
    Information,
    /// Something may need to be looked at.
    Warning,
    /// Something failed.
    Error,
}

/// Writes one event of `source` to the log `Application`. A source that was not registered is written too; the viewer then says so
/// above the text.
///
/// # Errors
/// As the system's.
pub fn report(source: &str, level: Level, event: u32, text: &str) -> io::Result<()> {
    let kind = match level {
        Level::Information => EVENTLOG_INFORMATION_TYPE,
        Level::Warning => EVENTLOG_WARNING_TYPE,
        Level::Error => EVENTLOG_ERROR_TYPE,
    };
    let (source, text) = (wide::of(source), wide::of(text));
    // SAFETY: the name ends with a zero; no name of a server means this machine.
    let log = unsafe { RegisterEventSourceW(ptr::null(), source.as_ptr()) };
    if log.is_null() {
        return Err(io::Error::last_os_error());
    }
    let texts = [text.as_ptr()];
    // SAFETY: the handle is open; there is one text, which ends with a zero, no data, and no account.
    let done = unsafe { ReportEventW(log, kind, 0, event, ptr::null_mut(), 1, 0, texts.as_ptr(), ptr::null()) };
    let failed = io::Error::last_os_error();
    // SAFETY: the handle is open, and not used again.
    unsafe { DeregisterEventSource(log) };
    if done == 0 { Err(failed) } else { Ok(()) }
}

/// What a log writes of one event; it goes to the system's log as a whole when it is dropped.
#[derive(Debug)]
pub struct Entry {
    source: &'static str,
    text: Vec<u8>,
}

impl Entry {
    /// Begins an entry of `source`.
    pub const fn new(source: &'static str) -> Self {
        Self { source, text: Vec::new() }
    }
}

impl io::Write for Entry {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let text = String::from_utf8_lossy(&self.text);
        let (level, event) = if text.trim_start().starts_with("ERROR") {
            (Level::Error, LOGGED_ERROR)
        } else {
            (Level::Warning, LOGGED)
        };
        // There is no other place to tell of it.
        if !text.trim().is_empty() {
            drop(report(self.source, level, event, text.trim()));
        }
    }
}

/// A service began to serve.
pub const STARTED: u32 = 1;
/// A service has stopped because it was asked to.
pub const STOPPED: u32 = 2;
/// A service could not serve: the text ends with the stable code.
pub const FAILED: u32 = 3;
/// A line of the log that is no error.
pub const LOGGED: u32 = 4;
/// A line of the log that is an error.
pub const LOGGED_ERROR: u32 = 5;

/// Makes `source` known to the log, so that its events are shown as they were written.
///
/// Messages are those of the system's own `EventCreate.exe`, which has the text of the event for each id from 1 to 1000.
///
/// # Errors
/// As the system's: administrators alone may.
pub fn register(source: &str) -> io::Result<()> {
    let messages = r"%SystemRoot%\System32\EventCreate.exe";
    registry::set(&key(source), &[("EventMessageFile", messages)], &[("TypesSupported", 7)])
}

/// Makes the log forget `source`. Its events stay.
///
/// # Errors
/// As the system's.
pub fn forget(source: &str) -> io::Result<()> {
    registry::remove(&key(source))
}

fn key(source: &str) -> String {
    format!(r"SYSTEM\CurrentControlSet\Services\EventLog\Application\{source}")
}
