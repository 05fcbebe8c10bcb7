//! `leasehold directory request`.

use std::path::{Path, PathBuf};

use clap::Args;
use leasehold_client::{AuthorityAddress, AuthorityLink, AuthorityReply};
use leasehold_core::{Code, Cti, DirectoryId, KeyKind, ProductKey, PublicKey, Text, Timestamp};
use leasehold_directory::Directory;
use leasehold_wire::proof::Proof;
use leasehold_wire::{DirectoryRequest, Keypair, envelope};
use serde_json::json;

use super::options::DirectoryOptions;
use super::{another_directory, verified};
use crate::commands::authority;
use crate::failure::Failure;
use crate::input;
use crate::out_file::DocumentOut;
use crate::output::{self, Output};

/// Make a request for the vendor, who answers it with an activation object; or ask the vendor's authority for it at once.
///
/// The host key is asked for; it is neither stored nor sent: the request proves that you hold it. The directory takes one of the
/// key's places, as a host does. Asking again, from any machine, takes nothing more.
#[derive(Debug, Args)]
pub(crate) struct Request {
    #[command(flatten)]
    directory: DirectoryOptions,
    /// Read the host key from a file instead of asking for it; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// What the vendor is to call the directory [default: as it is called].
    #[arg(long, value_name = "NAME")]
    name: Option<Text>,
    /// Ask the vendor's authority at once, and write its answer: NAME, NAME:PORT, https://… or http://…
    #[arg(long, value_name = "URL")]
    authority: Option<AuthorityAddress>,
    /// Trust the authority with a TLS certificate of the authorities in this PEM file, and no other.
    #[arg(long, value_name = "FILE", requires = "authority")]
    authority_ca: Option<PathBuf>,
    /// Also check the answer against the vendor's root key (64 hexadecimal digits).
    #[arg(long, value_name = "HEX", requires = "authority")]
    root: Option<PublicKey>,
    #[command(flatten)]
    out: DocumentOut,
}

impl Request {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        self.out.check()?;
        if self.directory.reads_standard_input() && self.key_file.as_deref() == Some(Path::new("-")) {
            return Err(Failure::failed(Code::Usage, "password and host key cannot both come from standard input"));
        }
        let key = input::product_key(self.key_file.as_deref(), "host key")?;
        if key.kind() != KeyKind::Host {
            let message = format!("product key: it is a {} key, a directory needs a host key", key.kind().name());
            return Err(Failure::refused(Code::WrongKindOfKey, message));
        }
        let directory = self.directory.open()?;
        let name = self.name.clone().unwrap_or_else(|| named(&directory));
        let request = request(&key, directory.id(), name.clone());
        let about = json!({ "directory": directory.id().to_string(), "name": name.as_str() });
        if let Some(address) = &self.authority {
            return self.ask(address, &directory, &request, output);
        }
        self.out.document(&request, about, output)?;
        errln!("directory {name} ({}): give the request to the vendor", directory.id());
        errln!("next: leasehold directory publish ANSWER --url {}", directory.server());
        Ok(())
    }

    fn ask(
        &self,
        address: &AuthorityAddress,
        directory: &Directory<'_>,
        request: &[u8],
        output: Output,
    ) -> Result<(), Failure> {
        let trusted = self.authority_ca.as_deref().map(input::file).transpose()?;
        let link = AuthorityLink::new(address.clone(), trusted.as_deref());
        let link = link.map_err(|error| Failure::failed(error.code(), error.to_string()))?;
        let bytes = match link.directory(request).map_err(|error| authority::failed(&error))? {
            AuthorityReply::Document(bytes) => bytes,
            AuthorityReply::Refused(refused) => return Err(authority::refused(address, &refused)),
        };
        let (object, vendor) = verified(&bytes, self.root.as_ref())
            .map_err(|reason| Failure::refused(reason.code(), format!("authority {address}: its answer: {reason}")))?;
        if object.directory != directory.id() {
            return Err(another_directory(&object, directory.id()));
        }
        let about = json!({
            "directory": directory.id().to_string(),
            "name": directory.name(),
            "vendor": vendor.to_string(),
            "expires": Timestamp::unix(object.expires),
        });
        self.out.document(&bytes, about, output)?;
        errln!("activation object for {} until {}", directory.name(), output::time(object.expires));
        errln!("next: leasehold directory publish ANSWER --url {}", directory.server());
        Ok(())
    }
}

fn request(key: &ProductKey, directory: DirectoryId, name: Text) -> Vec<u8> {
    let (pair, cti) = (Keypair::of_directory(key, directory), Cti(input::random()));
    let proof = Proof::new(key, pair.id(), cti);
    let request = DirectoryRequest { issued: input::now(), cti, key: pair.public(), proof, name, directory };
    envelope::sign(&request, &pair, &[])
}

/// The directory's own name; its id where that is no name for a document.
fn named(directory: &Directory<'_>) -> Text {
    let id = || directory.id().to_string().parse().expect("digits are a text");
    directory.name().parse().unwrap_or_else(|_| id())
}
