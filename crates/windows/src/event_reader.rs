//! Events of the system's logs, read.

use std::io;

use windows_sys::Win32::Foundation::{
    ERROR_EVT_CHANNEL_NOT_FOUND, ERROR_INSUFFICIENT_BUFFER, ERROR_NO_MORE_ITEMS, ERROR_TIMEOUT,
};
use windows_sys::Win32::System::EventLog::{
    EVT_HANDLE, EvtClose, EvtNext, EvtQuery, EvtQueryChannelPath, EvtQueryReverseDirection, EvtRender,
    EvtRenderEventXml,
};

use crate::wide;

/// The newest events of the log `channel` that `filter` (`XPath`) lets through, each as XML, the newest first; `None` where there is no such
/// log.
///
/// # Errors
/// As the system's.
pub fn newest(channel: &str, filter: &str, max: usize) -> io::Result<Option<Vec<String>>> {
    let (channel, filter) = (wide::of(channel), wide::of(filter));
    let flags = EvtQueryChannelPath | EvtQueryReverseDirection;
    // SAFETY: both texts end with a zero; no session means this machine.
    let Some(found) = Handle::new(unsafe { EvtQuery(0, channel.as_ptr(), filter.as_ptr(), flags) }) else {
        let error = io::Error::last_os_error();
        return if is(&error, ERROR_EVT_CHANNEL_NOT_FOUND) { Ok(None) } else { Err(error) };
    };
    let mut events = Vec::new();
    while events.len() < max {
        let (mut event, mut count) = (0, 0);
        // SAFETY: there is room for one event, and the count may be written.
        let done = unsafe { EvtNext(found.0, 1, &raw mut event, WAIT, 0, &raw mut count) };
        let Some(event) = Handle::new(event).filter(|_| done != 0) else {
            let error = io::Error::last_os_error();
            let ended = [ERROR_NO_MORE_ITEMS, ERROR_TIMEOUT].into_iter().any(|code| is(&error, code));
            return if ended { Ok(Some(events)) } else { Err(error) };
        };
        events.push(xml(&event)?);
    }
    Ok(Some(events))
}

/// An event as XML.
fn xml(event: &Handle) -> io::Result<String> {
    let mut units = vec![0_u16; 4 * 1024];
    loop {
        let room = u32::try_from(units.len() * 2).unwrap_or(u32::MAX);
        let (mut used, mut properties) = (0, 0);
        let place = units.as_mut_ptr().cast();
        // SAFETY: the pointer is to `room` bytes that may be written, and so may both numbers.
        let done = unsafe { EvtRender(0, event.0, EvtRenderEventXml, room, place, &raw mut used, &raw mut properties) };
        if done != 0 {
            return Ok(wide::text(&units));
        }
        let error = io::Error::last_os_error();
        if !is(&error, ERROR_INSUFFICIENT_BUFFER) || used <= room || used > MAX_BYTES {
            return Err(error);
        }
        units = vec![0; usize::try_from(used).unwrap_or(0).div_ceil(2)];
    }
}

fn is(error: &io::Error, code: u32) -> bool {
    error.raw_os_error() == Some(code.cast_signed())
}

/// A handle of the log, which is closed when it goes.
struct Handle(EVT_HANDLE);

impl Handle {
    fn new(handle: EVT_HANDLE) -> Option<Self> {
        (handle != 0).then_some(Self(handle))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the handle is open, and not used again.
        unsafe { EvtClose(self.0) };
    }
}

/// Milliseconds that one event may take.
const WAIT: u32 = 5_000;
/// More than any event.
const MAX_BYTES: u32 = 1 << 20;
