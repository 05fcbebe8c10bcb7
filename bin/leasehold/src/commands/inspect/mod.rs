//! `leasehold inspect`: any document or product key, decoded and verified.

mod document;
mod fact;
mod facts;
mod key;
mod other;
mod root;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use clap::Args;
use leasehold_core::{Code, Timestamp};
use leasehold_wire::armour;

use crate::failure::Failure;
use crate::input;
use crate::output::Output;
use crate::values;

/// Decode and verify any document or product key.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The document, raw, in armour or in hexadecimal digits; `-` is standard input.
    #[arg(required_unless_present = "key")]
    file: Option<PathBuf>,
    /// The vendor's root key: 64 hexadecimal digits, or a file that holds them or the public key in PEM.
    #[arg(long, value_name = "HEX|FILE", conflicts_with = "manifest")]
    root: Option<String>,
    /// A manifest of the vendor's, to take the root key from.
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// The time to check for, in seconds since 1970; now where none is given.
    #[arg(long, value_name = "UNIX", value_parser = values::whole::<u64>(values::ANY))]
    at: Option<u64>,
    /// A revocation list of the vendor's.
    #[arg(long, value_name = "FILE")]
    revocations: Option<PathBuf>,
    /// A product key instead of a document; `-` is standard input, the place for secret keys.
    #[arg(long, conflicts_with_all = ["file", "root", "manifest", "at", "revocations"])]
    key: Option<String>,
}

impl Inspect {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        if let Some(typed) = self.key {
            return key::inspect(&typed, output);
        }
        let file =
            self.file.ok_or_else(|| Failure::failed(Code::Usage, "neither a document nor a product key given"))?;
        let at = self.at.map_or_else(input::now, Timestamp::from_unix);
        let root = match (self.root, self.manifest) {
            (Some(text), _) => Some(root::given(&text)?),
            (None, Some(manifest)) => Some(root::of_manifest(&manifest, at)?),
            (None, None) => None,
        };
        document::inspect(&document::Question { file, root, at, revocations: self.revocations }, output)
    }
}

/// The bytes of a document that the check needs, as opposed to the one it is about.
fn beside(what: &str, path: &Path) -> Result<Vec<u8>, Failure> {
    let file = input::file(path)?;
    let document = armour::read(&file);
    let failed = |error| Failure::failed(Code::Malformed, format!("{what} {}: {error}", path.display()));
    document.map(Cow::into_owned).map_err(failed)
}
