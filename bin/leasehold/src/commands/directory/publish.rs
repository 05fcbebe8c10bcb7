//! `leasehold directory publish`.

use clap::Args;
use leasehold_core::{Code, KeyId, PublicKey};
use leasehold_directory::ldif;
use leasehold_files::Readers;
use leasehold_wire::{ActivationObject, Typ};
use serde_json::json;

use super::options::DirectoryOptions;
use super::{another_directory, failed, verified};
use crate::documents::{DocumentFile, check_kind};
use crate::failure::Failure;
use crate::out_file::OutFile;
use crate::output::{self, Output};

/// Write an activation object into the directory, or print LDIF to import.
///
/// It takes the place of the vendor's objects for the same families; other vendors' objects stay. In Active Directory it takes an
/// enterprise administrator, elsewhere a user who may write below the base.
#[derive(Debug, Args)]
pub(crate) struct Publish {
    #[command(flatten)]
    object: DocumentFile,
    #[command(flatten)]
    directory: DirectoryOptions,
    /// Print LDIF instead, for the directory's own tools (`ldapadd -c`, `ldifde -i -k`). Without `--url` it is made for `--base`: in
    /// Active Directory the configuration, such as CN=Configuration,DC=corp,DC=example.
    #[arg(long)]
    ldif: bool,
    /// Check the object against the vendor's root key (64 hexadecimal digits).
    #[arg(long, value_name = "HEX")]
    root: Option<PublicKey>,
    #[command(flatten)]
    out: OutFile,
}

impl Publish {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        if self.directory.reads_standard_input() && self.object.is_standard_input() {
            return Err(Failure::failed(Code::Usage, "password and object cannot both come from standard input"));
        }
        if self.out.is_given() && !self.ldif {
            return Err(Failure::failed(Code::Usage, "-o is for LDIF: add --ldif"));
        }
        self.out.check()?;
        let bytes = self.object.read()?;
        check_kind(&self.object.name(), &bytes, &[Typ::Object], "an activation object")?;
        let (object, vendor) = verified(&bytes, self.root.as_ref()).map_err(|reason| {
            let message = format!("{}: activation object: {reason}", self.object.name());
            Failure::refused(reason.code(), message)
        })?;
        if self.ldif && !self.directory.names_a_server() {
            let base = self.directory.base().ok_or_else(|| {
                Failure::failed(Code::Usage, "LDIF needs the base of the directory: --base DN, or a server: --url URL")
            })?;
            return self.print(base, vendor, &object, &bytes, output);
        }
        let mut directory = self.directory.open()?;
        if object.directory != directory.id() {
            return Err(another_directory(&object, directory.id()));
        }
        if self.ldif {
            return self.print(directory.base(), vendor, &object, &bytes, output);
        }
        let published = directory.publish(vendor, &object, &bytes).map_err(|error| failed(&error))?;
        match output {
            Output::Json => output::json(&json!({
                "directory": directory.id().to_string(),
                "name": directory.name(),
                "vendor": vendor.to_string(),
                "dn": published.dn,
                "expires": published.expires.unix(),
                "replaced": published.replaced,
            })),
            Output::Human => {
                outln!("published {}", published.dn);
                published.replaced.iter().for_each(|dn| outln!("replaces  {dn}"));
                errln!("machines of {} activate by it until {}", directory.name(), output::time(published.expires));
            }
        }
        Ok(())
    }

    fn print(
        &self,
        base: &str,
        vendor: KeyId,
        object: &ActivationObject,
        bytes: &[u8],
        output: Output,
    ) -> Result<(), Failure> {
        let text = ldif(base, vendor, object, bytes);
        match (self.out.path(), output) {
            (Some(path), _) => self.out.write(path, Readers::Umask, |out| {
                out.write_all(text.as_bytes()).map_err(|error| Failure::file(path, &error))
            })?,
            (None, Output::Json) => output::json(&json!({ "ldif": text })),
            (None, Output::Human) => out!("{text}"),
        }
        errln!("import it as an administrator: ldapadd -c -f FILE, or on Windows ldifde -i -k -f FILE");
        Ok(())
    }
}
