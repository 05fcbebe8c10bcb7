//! What fuzzing feeds: everything that is read from a directory.

use crate::kerberos;
use crate::layout::Layout;
use crate::message::{self, Answer};

/// Reads `bytes` as messages of a server, and as what a program prints: neither panics, whatever they are.
pub fn read(bytes: &[u8]) {
    let mut rest = bytes;
    while let Ok(Some(length)) = message::length(rest) {
        let Some((first, after)) = rest.split_at_checked(length) else { break };
        if let Ok((_, Answer::Entry(entry))) = message::decode(first) {
            drop(Layout::ActiveDirectory.read(&entry));
            drop(Layout::Ldap.read(&entry));
        }
        rest = after;
    }
    if let Some(entries) = str::from_utf8(bytes).ok().and_then(kerberos::entries) {
        for entry in entries {
            drop(Layout::ActiveDirectory.read(&entry));
        }
    }
}
