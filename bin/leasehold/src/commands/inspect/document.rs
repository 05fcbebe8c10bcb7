//! A document: what it says, and whether it can be believed.

use std::path::{Path, PathBuf};

use leasehold_core::{Code, KeyId, PublicKey, Timestamp};
use leasehold_wire::{AnyDocument, Envelope, Revocations, armour, verify};
use serde_json::json;

use super::fact::{self, Fact, Facts};
use super::facts;
use super::other::{self, Other};
use super::root;
use crate::documents::{self, Images};
use crate::failure::Failure;
use crate::output::{self, Output};

/// What is asked about which file.
pub(super) struct Question {
    /// The document, or the first photograph of it.
    pub(super) file: PathBuf,
    /// All photographs, where it is read from such.
    pub(super) images: Images,
    /// The root key given.
    pub(super) root: Option<PublicKey>,
    /// The time to check for.
    pub(super) at: Timestamp,
    /// The revocation list.
    pub(super) revocations: Option<PathBuf>,
}

impl Question {
    /// The file, or the document that its pictures show.
    fn bytes(&self) -> Result<Vec<u8>, Failure> {
        if !self.images.images.is_empty() {
            return self.images.read();
        }
        let bytes = documents::bytes(&self.file)?;
        if leasehold_picture::is_picture(&bytes) { documents::in_one_picture(&self.file, &bytes) } else { Ok(bytes) }
    }
}

/// The root key that a document is checked against.
#[derive(Clone, Copy)]
enum Root {
    /// The one that was given.
    Given(PublicKey),
    /// The one that a manifest names, as none was given.
    Assumed(PublicKey),
    /// None: the chain is checked up to the root with this name, and nothing says whether that is the vendor's.
    Unchecked(KeyId),
    /// None, and none is needed or known.
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
    if question.file.is_dir() {
        return Err(no_document(&question.file, other::folder(&question.file), output));
    }
    let bytes = question.bytes()?;
    let findings = match armour::read(&bytes) {
        Ok(document) => find(&document, question)?,
        Err(error) => {
            let name = question.file.file_name().unwrap_or_default().to_string_lossy();
            if let Some(other) = other::file(&bytes, &name) {
                return Err(no_document(&question.file, other, output));
            }
            Findings { facts: Vec::new(), root: Root::Unknown, wrong: Some((Code::Malformed, error.to_string())) }
        }
    };
    match output {
        Output::Json => findings.print_json(question.at),
        Output::Human => findings.print(),
    }
    findings.verdict(&question.file).map_err(|failure| match failure.code() {
        // The code's own hint is to look at the file with this command.
        Code::Malformed => {
            failure.hint("compare it with what was sent: it may be cut, or another file; ask for it again")
        }
        _ => failure,
    })
}

/// Says what a file or folder is that is no document.
fn no_document(path: &Path, other: Other, output: Output) -> Failure {
    let Other { kind, words, hint } = other;
    match output {
        Output::Json => output::json(&json!({
            "valid": false, "reason": Code::Malformed.name(), "detail": format!("it is no document, but {words}"), "what": kind,
        })),
        Output::Human => output::rows(
            &[("valid", format!("no: {}", Code::Malformed)), ("what", words.to_owned())]
                .map(|(name, words)| (name.to_owned(), words)),
        ),
    }
    Failure::refused(Code::Malformed, format!("{}: it is no document, but {words}", path.display())).hint(hint)
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
    let result = match root {
        Root::Given(key) | Root::Assumed(key) => {
            AnyDocument::verify(bytes, &key, question.at, revocations.as_ref()).map(|_| root)
        }
        Root::Unchecked(_) | Root::Unknown => AnyDocument::verify_below_root(bytes, question.at, None)
            .map(|top| top.map_or(Root::Unknown, Root::Unchecked)),
    };
    let (root, wrong) = match result {
        Ok(root) => (root, None),
        Err(reason) => (root, Some((reason.code(), reason.to_string()))),
    };
    Ok(Findings { facts: read(bytes), root, wrong })
}

/// The list, which must itself be the vendor's.
fn revocations(path: &Path, root: Root, at: Timestamp) -> Result<Revocations, Failure> {
    let bytes = super::beside("revocations", path)?;
    let message = |why: &str| format!("revocations {}: {why}", path.display());
    let (Root::Given(key) | Root::Assumed(key)) = root else {
        return Err(Failure::failed(Code::Usage, message("cannot be checked without the vendor's root key"))
            .hint("give it with --root or --manifest"));
    };
    match verify(&bytes, &key, at, None) {
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

/// What is known of a document that comes without the root key.
const UNCHECKED: &str = "signature chain complete, root not checked";

impl Findings {
    fn print_json(&self, at: Timestamp) {
        let mut object = fact::members(&self.facts);
        object.insert("valid".to_owned(), json!(self.valid()));
        object.insert("reason".to_owned(), json!(self.wrong.as_ref().map(|(code, _)| code.name())));
        let detail = match (&self.wrong, self.root) {
            (Some((_, words)), _) => Some(words.as_str()),
            (None, Root::Unchecked(_)) => Some(UNCHECKED),
            (None, Root::Given(_) | Root::Assumed(_) | Root::Unknown) => None,
        };
        object.insert("detail".to_owned(), json!(detail));
        object.insert("root_id".to_owned(), json!(self.root_id().map(|id| id.to_string())));
        object.insert("root_assumed".to_owned(), json!(matches!(self.root, Root::Assumed(_))));
        object.insert("checked_at".to_owned(), json!(at.unix()));
        output::json(&object.into());
    }

    fn print(&self) {
        let valid = match (&self.wrong, self.root) {
            (Some((code, _)), _) => format!("no: {code}"),
            (None, Root::Assumed(_)) => "yes, if the root key below is the vendor's".to_owned(),
            (None, Root::Unchecked(_)) => UNCHECKED.to_owned(),
            (None, Root::Given(_) | Root::Unknown) => "yes".to_owned(),
        };
        let mut rows = vec![("valid".to_owned(), valid)];
        rows.extend(self.root_id().map(|id| ("root id".to_owned(), id.to_string())));
        rows.extend(fact::rows(&self.facts));
        output::rows(&rows);
    }

    /// Whether it can be believed; nothing says so without the root key.
    fn valid(&self) -> Option<bool> {
        match (&self.wrong, self.root) {
            (Some(_), _) => Some(false),
            (None, Root::Unchecked(_)) => None,
            (None, Root::Given(_) | Root::Assumed(_) | Root::Unknown) => Some(true),
        }
    }

    /// The name of the root key that the chain leads to, where it does.
    fn root_id(&self) -> Option<KeyId> {
        match self.root {
            Root::Given(key) | Root::Assumed(key) if self.wrong.is_none() => Some(key.id()),
            Root::Unchecked(id) => Some(id),
            Root::Given(_) | Root::Assumed(_) | Root::Unknown => None,
        }
    }

    fn verdict(self, path: &Path) -> Result<(), Failure> {
        let Some((code, words)) = self.wrong else {
            if let Root::Unchecked(id) = self.root {
                errln!(
                    "warning: {UNCHECKED}: compare its id {id} with the vendor's, or give the key with --root or --manifest"
                );
            }
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
