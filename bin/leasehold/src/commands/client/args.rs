//! Options that the client's commands share: the product, its state directory, hosts.

use std::path::{Path, PathBuf};

use clap::Args;
use leasehold_client::{
    Client, Directories, DirectoryAccount, DirectorySource, HostAddress, HostName, Options, setting, state_directory,
};
use leasehold_core::{Code, PublicKey};
use leasehold_wire::Typ;

use super::made_up::made_up;
use super::names::Names;
use super::outcome;
use crate::commands::inspect::other;
use crate::documents::check_kind;
use crate::failure::Failure;
use crate::input;
use crate::values;

/// The product, and its state directory.
#[derive(Debug, Args)]
pub(crate) struct StateArgs {
    /// The product's manifest, `-` for standard input; not needed where the state directory knows one product.
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// The state directory [default: `LEASEHOLD_STATE`, else the machine's where it has state there (/var/lib/leasehold/client; on
    /// Windows %ProgramData%\Leasehold\Client, on macOS /Library/Application Support/leasehold/client), else the user's own, in
    /// it a folder named after the machine].
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Take a manifest of the vendor with this root key and no other.
    #[arg(long, value_name = "HEX")]
    root: Option<PublicKey>,
    /// Be made-up machine N instead of this one, with its state in `made-up/N` of the state directory: to try things out, where
    /// one computer has to be several machines.
    #[arg(long, value_name = "N", value_parser = values::whole::<u32>(1..=1_000))]
    made_up_machine: Option<u32>,
}

/// Hosts, and what they may know.
#[derive(Debug, Default, Args)]
pub(crate) struct NetworkArgs {
    /// A host: NAME, NAME:PORT, `[IPv6]:PORT`, http://… or https://…; several in their order [default: `LEASEHOLD_HOST`].
    #[arg(long = "host", value_name = "ADDRESS", value_delimiter = ',')]
    hosts: Vec<HostAddress>,
    /// Activate by a directory: its servers (`ldaps://NAME`, `ldap://NAME`) by commas, `domain` for the domain of this machine where DNS
    /// knows its controllers, or `off` [default: `LEASEHOLD_DIRECTORY`, else `domain` where no host is set].
    #[arg(long, value_name = "URL")]
    directory: Option<DirectorySource>,
    /// Read the directory as this user, with a password under TLS [default: with Kerberos where the machine has a keytab, else
    /// anonymously].
    #[arg(long, value_name = "NAME", requires = "directory_password_file")]
    directory_user: Option<String>,
    /// The password of that user; `-` is standard input.
    #[arg(long, value_name = "FILE", requires = "directory_user")]
    directory_password_file: Option<PathBuf>,
    /// The base of a directory that is not Active Directory [default: its first naming context].
    #[arg(long, value_name = "DN")]
    directory_base: Option<String>,
    /// Trust https hosts and directories with certificates of the authorities in this PEM file, and no others [default: those of the
    /// platform, and those in `LEASEHOLD_CA_FILE`].
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Do not send this machine's name to the host, whose administrator then sees no name (a name may name a person).
    #[arg(long)]
    no_host_name: bool,
    #[command(flatten)]
    names: Names,
}

impl StateArgs {
    /// Opens the client; the command that prints the outcome warns of problems with the state directory.
    pub(crate) fn open(&self, network: &NetworkArgs) -> Result<Client, Failure> {
        let manifest = self.manifest.as_deref().map(input::document).transpose()?;
        if let (Some(file), Some(bytes)) = (&self.manifest, &manifest) {
            check_kind(&file.display().to_string(), bytes, &[Typ::Manifest], "a product's manifest")?;
        }
        let options = network.options(self.options()?)?;
        let opened = match &manifest {
            Some(manifest) => Client::open(manifest, options),
            None => Client::open_known(options),
        };
        opened.map_err(|error| self.failure(&error))
    }

    /// Whether a product was named.
    pub(crate) fn names_a_product(&self) -> bool {
        self.manifest.is_some()
    }

    /// The state directory itself.
    pub(crate) fn base(&self) -> Result<PathBuf, Failure> {
        base(&self.options()?)
    }

    fn options(&self) -> Result<Options, Failure> {
        let environment = Options::from_environment()
            .map_err(|error| Failure::failed(error.code(), error.to_string()).because_of(&error))?;
        let state = self.state.clone().or(environment.state.clone());
        if let Some(state) = &state
            && let Some(message) = other::mistaken(state, "state-folder")
        {
            let code = if state.is_file() { Code::StateUnusable } else { Code::NotInitialised };
            return Err(Failure::failed(code, message)
                .hint("name the folder of the machine's state with `--state` or LEASEHOLD_STATE"));
        }
        let options = Options { state, root: self.root, ..environment };
        match self.made_up_machine {
            Some(number) => Ok(made_up(number, &base(&options)?.join("made-up"), options)),
            None => Ok(options),
        }
    }

    fn failure(&self, error: &leasehold_client::Error) -> Failure {
        let failure = outcome::failure(error);
        match (error, self.manifest.as_deref()) {
            (leasehold_client::Error::NoProduct { .. }, _) => failure.hint("name the product's manifest with `--manifest FILE`"),
            (leasehold_client::Error::SeveralProducts { .. }, _) => failure.hint("name one of them with `--manifest FILE`"),
            (leasehold_client::Error::ForeignManifest { .. }, Some(file)) if self.root.is_some() => failure.hint(
                format!("{} is not from the vendor that `--root` names: use that vendor's manifest", shown(file)),
            ),
            (leasehold_client::Error::NoSuchState { .. }, _) => failure.hint(
                "check `--state` or LEASEHOLD_STATE; to use the product here for the first time, name its manifest with `--manifest FILE`",
            ),
            _ => failure,
        }
    }
}

impl NetworkArgs {
    /// Of a command that reaches no host: whether the request may name this machine.
    pub(crate) fn naming(host_name: bool) -> Self {
        Self { no_host_name: !host_name, ..Self::default() }
    }

    pub(super) fn options(&self, options: Options) -> Result<Options, Failure> {
        let options = self.names.options(options)?;
        let directories = self.directories(options.directories.clone())?;
        Ok(Options {
            directories,
            hosts: if self.hosts.is_empty() { options.hosts } else { self.hosts.clone() },
            authorities: self.ca.as_deref().map(input::file).transpose()?,
            host_name: if self.no_host_name { HostName::Withheld } else { options.host_name },
            ..options
        })
    }

    /// The directory that is read: by option, by environment, or the machine's own domain.
    fn directories(&self, set: Directories) -> Result<Directories, Failure> {
        let unset = setting("LEASEHOLD_DIRECTORY").is_none_or(|value| value.is_empty());
        let source = match &self.directory {
            Some(source) => source.clone(),
            None if unset => DirectorySource::Domain,
            None => set.source,
        };
        let account = match (&self.directory_user, &self.directory_password_file) {
            (Some(name), Some(file)) => {
                let password = input::secret(Some(file), "password")?.into();
                Some(DirectoryAccount { name: name.clone(), password })
            }
            _ => set.account,
        };
        Ok(Directories { source, account, base: self.directory_base.clone().or(set.base) })
    }
}

/// The state directory that was set, or the one that is the default.
fn base(options: &Options) -> Result<PathBuf, Failure> {
    let named = options.state.clone().or_else(state_directory);
    named.ok_or_else(|| outcome::failure(&leasehold_client::Error::NoStateDirectory))
}

fn shown(file: &Path) -> String {
    if file == Path::new("-") { "the manifest on standard input".to_owned() } else { file.display().to_string() }
}
