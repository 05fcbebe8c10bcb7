//! What is read from a directory.

use leasehold_directory::fuzzing;

/// Messages of an LDAP server, entries with activation objects, and LDIF: nothing panics, whatever is sent.
pub fn directory_answer(input: &[u8]) {
    fuzzing::read(input);
}
