//! `leasehold journal`: the sealed history of a host, as a file that needs nobody's word.

mod explain;
mod export;
mod verify;

use std::path::Path;

use clap::Subcommand;
use leasehold_core::{Code, KeyId, PublicKey};
use leasehold_host::journal::{Misplaced, Replay};
use leasehold_wire::journal::{Flaw, Wrong};
use serde_json::{Value, json};

use super::host::{failed, seconds};
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Journal {
    /// Write the journal of a host to a file: every seal with the leases and refusals that it covers.
    Export(export::Export),
    /// Verify a journal: every seal, every signature, every lease and refusal.
    Verify(verify::Verify),
    /// Tell one machine's life from a journal alone, each line with its proof.
    Explain(explain::Explain),
}

impl Journal {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Self::Export(command) => command.run(output),
            Self::Verify(command) => command.run(output),
            Self::Explain(command) => command.run(output),
        }
    }
}

/// The vendor's root key, as it is typed: 64 hexadecimal digits, or a file.
pub(crate) fn root(text: Option<&str>) -> Result<Option<PublicKey>, Failure> {
    text.map(super::inspect::root::given).transpose()
}

/// What a journal that is not whole ends a command with.
pub(crate) fn flawed(path: &Path, replay: &Replay) -> Option<Failure> {
    let (flaw, code) = (replay.flaw.as_ref()?, replay.code()?);
    let (path, words) = (path.display(), words(flaw, replay.misplaced));
    if code == Code::Malformed && flaw.offset == 0 {
        let hint = "`leasehold inspect FILE` says what the file is; `leasehold journal export` makes a journal";
        return Some(Failure::refused(code, format!("journal {path}: it is no journal: {words}")).hint(hint));
    }
    Some(Failure::refused(code, format!("journal {path}: {words}")))
}

/// Where something is wrong, and what.
fn words(flaw: &Flaw, misplaced: Option<Misplaced>) -> String {
    let place = match flaw.length {
        0 => format!("at byte {}", flaw.offset),
        length => format!("bytes {} to {}", flaw.offset, flaw.offset + length - 1),
    };
    let seal = match flaw.wrong {
        // The words name it themselves.
        Wrong::NotNext { .. } => String::new(),
        _ => flaw.seal.map_or(String::new(), |(host, number)| format!("seal {number} of host {host}, ")),
    };
    let more = match misplaced {
        Some(Misplaced::Missing) => "; it is missing".to_owned(),
        Some(Misplaced::Later(offset)) => format!("; it stands later, at byte {offset}"),
        Some(Misplaced::Renumbered) => "; the number was changed, those after it go on as they should".to_owned(),
        None => String::new(),
    };
    format!("{seal}{place}: {}{more}", flaw.wrong)
}

/// The same for programs.
fn flaw_value(replay: &Replay) -> Option<Value> {
    let (flaw, code) = (replay.flaw.as_ref()?, replay.code()?);
    Some(json!({
        "code": code.name(),
        "message": words(flaw, replay.misplaced),
        "offset": flaw.offset,
        "length": flaw.length,
        "host": flaw.seal.map(|(host, _)| host.to_string()),
        "seal": flaw.seal.map(|(_, number)| number),
    }))
}

/// What a journal is verified with: the root key, or nothing above the certificates.
fn tell_root(root: Option<PublicKey>, leads_to: Option<KeyId>) {
    if let (None, Some(leads_to)) = (root, leads_to) {
        errln!("its certificates name root key {leads_to}; whether that is the vendor's is proven with `--root HEX`");
    }
}

/// A document that is no lease or refusal of a host.
fn not_sealed(path: &Path) -> Failure {
    Failure::refused(
        Code::Malformed,
        format!("{}: neither a lease nor a refusal that a host has sealed", path.display()),
    )
    .hint("see what it is with `leasehold inspect FILE`")
}

/// A row of what is told.
fn row(name: &str, words: impl Into<String>) -> (String, String) {
    (name.to_owned(), words.into())
}
