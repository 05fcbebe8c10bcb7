//! `leasehold inspect`: any document or product key, decoded and verified.

mod document;
mod fact;
mod facts;
mod key;
pub(crate) mod other;
pub(crate) mod root;

use std::path::{Path, PathBuf};

use clap::Args;
use leasehold_core::{Code, Timestamp};

use crate::documents::Images;
use crate::failure::Failure;
use crate::input;
use crate::output::Output;
use crate::values;

/// Decode and verify any document or product key.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The document, raw, in armour, in hexadecimal digits or in a picture; `-` is standard input.
    #[arg(required_unless_present_any = ["key", "images"], conflicts_with = "images")]
    file: Option<PathBuf>,
    #[command(flatten)]
    images: Images,
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
    #[arg(long, conflicts_with_all = ["file", "images", "root", "manifest", "at", "revocations"])]
    key: Option<String>,
}

impl Inspect {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        if let Some(typed) = self.key {
            return key::inspect(&typed, output);
        }
        let file = self.file.or_else(|| self.images.images.first().cloned());
        let file = file.ok_or_else(|| Failure::failed(Code::Usage, "neither a document nor a product key given"))?;
        let at = self.at.map_or_else(input::now, Timestamp::from_unix);
        let root = match (self.root, self.manifest) {
            (Some(text), _) => Some(root::given(&text)?),
            (None, Some(manifest)) => Some(root::of_manifest(&manifest, at)?),
            (None, None) => None,
        };
        document::inspect(
            &document::Question { file, images: self.images, root, at, revocations: self.revocations },
            output,
        )
    }
}

/// The bytes of a document that the check needs, as opposed to the one it is about.
fn beside(what: &str, path: &Path) -> Result<Vec<u8>, Failure> {
    input::document(path).map_err(|failure| failure.about(what))
}
