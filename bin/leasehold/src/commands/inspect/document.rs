//! A document: what it says, and whether it can be believed.

use std::path::{Path, PathBuf};

use leasehold_core::{Code, PublicKey, Timestamp};
use leasehold_wire::{AnyDocument, Envelope, Reason, Revocations, armour, verify};
use serde_json::json;

use super::fact::{self, Fact, Facts};
use super::facts;
use super::root;
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Output};

/// What is asked about which file.
pub(super) struct Question {
    /// The document.
    pub(super) file: PathBuf,
    /// The root key given.
    pub(super) root: Option<PublicKey>,
    /// The time to check for.
    pub(super) at: Timestamp,
    /// The revocation list.
    pub(super) revocations: Option<PathBuf>,
}

/// The root key that a document is checked against.
#[derive(Clone, Copy)]
enum Root {
    /// The one that was given.
    Given(PublicKey),
    /// The one that a manifest names, as none was given.
    Assumed(PublicKey),
    /// None: nothing but what signs itself can be believed.
    Unknown,
}

/// What came to light.
struct Findings {
    facts: Facts,
    root: Root,
    /// Code and words of why it cannot be believed.
    wrong: Option<(Code, String)>,
}

/// Prints what the document says and whether it can be believed.
pub(super) fn inspect(question: &Question, output: Output) -> Result<(), Failure> {
    let bytes = input::file(&question.file)?;
    let findings = match armour::read(&bytes) {
        Ok(document) => find(&document, question)?,
        Err(error) => {
            Findings { facts: Vec::new(), root: Root::Unknown, wrong: Some((Code::Malformed, error.to_string())) }
        }
    };
    match output {
        Output::Json => findings.print_json(question.at),
        Output::Human => findings.print(),
    }
    findings.verdict(&question.file)
}

fn find(bytes: &[u8], question: &Question) -> Result<Findings, Failure> {
    let root = match (question.root, root::in_manifest(bytes)) {
        (Some(root), _) => Root::Given(root),
        (None, Some(root)) => Root::Assumed(root),
        (None, None) => Root::Unknown,
    };
    let revocations = match &question.revocations {
        Some(path) => Some(revocations(path, root, question.at)?),
        None => None,
    };
    let result = AnyDocument::verify(bytes, &root.key(), question.at, revocations.as_ref());
    let wrong = result.err().map(|reason| (reason.code(), root.words(reason)));
    Ok(Findings { facts: read(bytes), root, wrong })
}

/// The list, which must itself be the vendor's.
fn revocations(path: &Path, root: Root, at: Timestamp) -> Result<Revocations, Failure> {
    let bytes = super::beside("revocations", path)?;
    let message = |why: &str| format!("revocations {}: {why}", path.display());
    if let Root::Unknown = root {
        return Err(Failure::failed(Code::Usage, message("cannot be checked without the vendor's root key"))
            .hint("give it with --root or --manifest"));
    }
    match verify(&bytes, &root.key(), at, None) {
        Ok(opened) => Ok(opened.document),
        Err(reason) => Err(Failure::failed(reason.code(), message(&reason.to_string()))
            .hint("fetch the vendor's list again; a list that does not verify says nothing")),
    }
}

/// As much as can be read, whether it can be believed or not.
fn read(bytes: &[u8]) -> Facts {
    let Ok(envelope) = Envelope::parse(bytes) else {
        return Vec::new();
    };
    let mut facts = match AnyDocument::read(&envelope) {
        Ok(document) => facts::of_document(&envelope, &document),
        Err(_) => facts::of_envelope(&envelope),
    };
    if !envelope.chain.is_empty() {
        facts.push(("chain", Fact::Several(envelope.chain.iter().map(|bytes| read(bytes)).collect())));
    }
    facts
}

impl Root {
    fn key(self) -> PublicKey {
        /// Of small order: nothing verifies under it.
        const NO_ROOT: PublicKey = PublicKey([0; 32]);
        match self {
            Self::Given(key) | Self::Assumed(key) => key,
            Self::Unknown => NO_ROOT,
        }
    }

    fn words(self, reason: Reason) -> String {
        match (self, reason) {
            (Self::Unknown, Reason::UnknownSigner) => "no root key was given to check it against".to_owned(),
            _ => reason.to_string(),
        }
    }
}

impl Findings {
    fn print_json(&self, at: Timestamp) {
        let mut object = fact::members(&self.facts);
        object.insert("valid".to_owned(), json!(self.wrong.is_none()));
        object.insert("reason".to_owned(), json!(self.wrong.as_ref().map(|(code, _)| code.name())));
        object.insert("detail".to_owned(), json!(self.wrong.as_ref().map(|(_, words)| words)));
        object.insert("root_assumed".to_owned(), json!(matches!(self.root, Root::Assumed(_))));
        object.insert("checked_at".to_owned(), json!(at.unix()));
        output::json(&object.into());
    }

    fn print(&self) {
        let valid = match (&self.wrong, self.root) {
            (Some((code, _)), _) => format!("no: {code}"),
            (None, Root::Assumed(_)) => "yes, if the root key below is the vendor's".to_owned(),
            (None, Root::Given(_) | Root::Unknown) => "yes".to_owned(),
        };
        let mut rows = vec![("valid".to_owned(), valid)];
        rows.extend(fact::rows(&self.facts));
        output::rows(&rows);
    }

    fn verdict(self, path: &Path) -> Result<(), Failure> {
        let Some((code, words)) = self.wrong else {
            return Ok(());
        };
        let failure = Failure::refused(code, format!("{}: {words}", path.display()));
        Err(match (code, self.root) {
            (Code::UnknownSigner, Root::Unknown) => {
                failure.hint("give the vendor's root key with --root, or a manifest of the vendor's with --manifest")
            }
            _ => failure,
        })
    }
}
