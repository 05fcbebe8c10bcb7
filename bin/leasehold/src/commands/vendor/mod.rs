//! `leasehold vendor`: a vendor's keys, products and approvals, and its authority on the network.

mod access;
mod activation;
mod approve;
mod audit;
mod authority;
mod before_after;
mod directory;
mod export;
mod family;
mod init;
mod journals;
mod key;
mod manifest;
pub(crate) mod policy;
mod product;
mod revocations;
mod revoke;
mod serve;
mod service;
mod token;
mod usage;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use leasehold_authority::{Authority, Error, ErrorKind, Home, Secret};
use leasehold_core::{Code, KeyKind, Text};
use leasehold_store::authority::{Actor, AuthorityStore, Person, Stamp};

use crate::commands::access::admin::Admin;
use crate::commands::inspect::other;
use crate::commands::upgrade;
use crate::failure::Failure;
use crate::input;
use crate::operator::Operator;
use crate::output::Output;
use crate::stores::{StoreKind, StoreLocation};
use crate::system_service::ServiceCommand;

/// A vendor's keys, products and approvals.
///
/// What signs asks for the passphrase of the authority key: `manifest`, `approve`, `serve` and whatever revokes hosts, machines, keys or
/// documents. `init` and `authority rotate` ask for the root key's. `LEASEHOLD_PASSPHRASE_FILE` names a file that holds it, for a
/// session or a service; all other commands need none.
#[derive(Debug, Args)]
pub(crate) struct Vendor {
    /// The vendor's folder.
    #[arg(long, value_name = "DIR", env = "LEASEHOLD_VENDOR_DIR", default_value = "vendor", global = true)]
    dir: PathBuf,
    /// The database that holds the store, instead of the vendor's folder: `postgres://USER@HOST/NAME`; or set
    /// `LEASEHOLD_VENDOR_STORE`.
    #[arg(long, value_name = "URL", global = true)]
    store: Option<String>,
    /// Who gives the command, for the audit [default: the user of the operating system].
    #[arg(long = "as", value_name = "NAME", global = true)]
    operator: Option<Text>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a vendor: its root key, its authority's key and its store.
    Init(init::Init),
    /// What is licensed.
    #[command(subcommand)]
    Product(product::Product),
    /// Products whose machines are counted together, and what their keys grant.
    #[command(subcommand)]
    Family(family::Family),
    /// A product's manifest, to be shipped inside its application.
    Manifest(manifest::Manifest),
    /// The secret product keys that customers buy.
    #[command(subcommand)]
    Key(key::Key),
    /// The hosts that host keys have activated.
    #[command(subcommand)]
    Host(activation::ActivationCommand),
    /// The machines that multiple keys have activated.
    #[command(subcommand)]
    Machine(activation::ActivationCommand),
    /// The directories that host keys have activated.
    #[command(subcommand)]
    Directory(directory::DirectoryCommand),
    /// Answer the request of a host, of a machine with a multiple key, or for a directory.
    Approve(approve::Approve),
    /// Answer hosts, and machines with multiple keys, over the network.
    Serve(serve::Serve),
    /// Run its authority as a service of Windows.
    #[command(subcommand)]
    Service(ServiceCommand),
    /// Revoke a machine's device key or one document, by its name.
    Revoke(revoke::Revoke),
    /// The newest revocation list: what is on it, or the list itself, for hosts to install.
    Revocations(revocations::Revocations),
    /// The authority's key: those that the root has certified, and another in its place.
    #[command(subcommand)]
    Authority(authority::Authority),
    /// The audit: every change with its author and time, newest first.
    Audit(audit::Audit),
    /// How customers use what they have bought, by month, as their hosts report it.
    Usage(usage::Usage),
    /// What was sold and what is used of it, for a spreadsheet or another program.
    Export(export::Export),
    /// Who may sign in to the authority's dashboard.
    #[command(subcommand)]
    Admin(Admin),
    /// Tokens for the authority's admin API.
    #[command(subcommand)]
    Token(token::Token),
}

impl Vendor {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let home = Home::new(self.dir);
        let place = StoreLocation::choose(self.store.as_deref(), "LEASEHOLD_VENDOR_STORE", None, home.folder())?;
        let actor = Actor::Person(Person::new(&Operator::new(self.operator).name()));
        let paths = VendorPaths { home, place, actor };
        match self.command {
            Command::Init(command) => command.run(&paths, output),
            Command::Product(command) => command.run(&VendorContext::open(paths)?, output),
            Command::Manifest(command) => command.run(&VendorContext::open(paths)?, output),
            Command::Key(command) => command.run(&VendorContext::open(paths)?, output),
            Command::Family(command) => command.run(&VendorContext::open(paths)?, output),
            Command::Host(command) => command.run(&VendorContext::open(paths)?, KeyKind::Host, output),
            Command::Machine(command) => command.run(&VendorContext::open(paths)?, KeyKind::Multiple, output),
            Command::Directory(command) => command.run(&VendorContext::open(paths)?, output),
            Command::Approve(command) => command.run(&VendorContext::open(paths)?, output),
            // An open store is up to date already.
            Command::Serve(command) if command.check_upgrade => {
                upgrade::check(StoreKind::Authority, &paths.place, output)
            }
            Command::Serve(command) => command.run(VendorContext::open(paths)?, output),
            Command::Service(command) => service::run(command, paths.home.folder(), output),
            Command::Revoke(command) => command.run(&VendorContext::open(paths)?, output),
            Command::Revocations(command) => command.run(&VendorContext::open(paths)?, output),
            Command::Authority(command) => command.run(&VendorContext::open(paths)?, output),
            Command::Audit(command) => command.run(&VendorContext::open(paths)?, output),
            Command::Export(command) => command.run(&VendorContext::open(paths)?, output),
            Command::Usage(command) => command.run(&VendorContext::open(paths)?, output),
            Command::Admin(command) => access::run(command, &VendorContext::open(paths)?, output),
            Command::Token(command) => command.run(&VendorContext::open(paths)?, output),
        }
    }
}

/// A vendor's folder and the location of its store.
struct VendorPaths {
    home: Home,
    place: StoreLocation,
    actor: Actor,
}

impl VendorPaths {
    /// A change made now by this command.
    fn stamp(&self) -> Stamp {
        Stamp { at: input::now(), actor: self.actor }
    }
}

/// A vendor's folder with its open store.
struct VendorContext {
    home: Home,
    store: Arc<dyn AuthorityStore>,
    actor: Actor,
}

impl VendorContext {
    /// Opens an existing vendor; creates nothing.
    fn open(VendorPaths { home, place, actor }: VendorPaths) -> Result<Self, Failure> {
        if place.authority_versions()?.is_none() {
            let mistaken = if let StoreLocation::Folder(folder) = &place {
                other::mistaken(folder, "vendor-folder")
            } else {
                None
            };
            let message = mistaken.unwrap_or_else(|| format!("{place}: there is no vendor here yet"));
            return Err(Failure::failed(Code::NotInitialised, message).hint(MAKE_ONE));
        }
        let store = place.authority()?;
        Ok(Self { home, store, actor })
    }

    /// A change made now by this command.
    fn stamp(&self) -> Stamp {
        Stamp { at: input::now(), actor: self.actor }
    }

    fn authority(&self, passphrase: &Passphrase) -> Result<Authority, Failure> {
        // Before the passphrase is asked for: a folder without a vendor has none.
        leasehold_authority::vendor(&*self.store).map_err(|error| failed(&error))?;
        let of = format!("the authority key, {}", self.home.authority_key().display());
        let (store, passphrase) = (Arc::clone(&self.store), passphrase.ask(&of)?);
        Authority::open(&self.home, store, &passphrase, input::now()).map_err(|error| failed(&error))
    }
}

/// Where the passphrase of the vendor's keys comes from.
#[derive(Debug, Args)]
struct Passphrase {
    /// Read the passphrase of the vendor's keys from a file instead of asking for it; `-` is standard input.
    #[arg(long, value_name = "FILE", env = "LEASEHOLD_PASSPHRASE_FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Passphrase {
    /// The passphrase `of` a key or keys.
    fn ask(&self, of: &str) -> Result<Secret, Failure> {
        let asked = input::secret(self.passphrase_file.as_deref(), &format!("passphrase of {of}"));
        let hint = "name its file with --passphrase-file FILE or LEASEHOLD_PASSPHRASE_FILE; `-` is standard input";
        asked
            .map(Secret::new)
            .map_err(|failure| if failure.code() == Code::Usage { failure.hint(hint) } else { failure })
    }

    /// The passphrase of keys to be made: on a terminal, asked for twice.
    fn choose(&self, strength: Strength) -> Result<Secret, Failure> {
        let chosen = self.ask("the new root and authority keys")?;
        strength.check(&chosen)?;
        if self.passphrase_file.is_none() && Secret::new(input::secret(None, "the same passphrase again")?) != chosen {
            return Err(Failure::failed(Code::Usage, "passphrase: the two differ").hint("run the command again"));
        }
        Ok(chosen)
    }

    fn is_standard_input(&self) -> bool {
        self.passphrase_file.as_deref() == Some(Path::new("-"))
    }
}

/// How strong a new passphrase has to be.
#[derive(Clone, Copy, Debug, Args)]
struct Strength {
    /// Take a passphrase of less than 12 characters.
    #[arg(long)]
    weak_passphrase: bool,
}

impl Strength {
    fn check(self, passphrase: &Secret) -> Result<(), Failure> {
        if passphrase.is_empty() {
            return Err(failed(&Error::EmptyPassphrase));
        }
        if self.weak_passphrase || passphrase.length() >= MIN_PASSPHRASE {
            return Ok(());
        }
        let message = format!("passphrase: it has less than {MIN_PASSPHRASE} characters");
        Err(Failure::failed(Code::Usage, message).hint("choose a longer one, or take it with --weak-passphrase"))
    }
}

/// Characters of a passphrase that is not weak.
const MIN_PASSPHRASE: usize = 12;

/// An error of the authority's library as the end of a command.
pub(crate) fn failed(error: &Error) -> Failure {
    let (code, message) = (error.code(), error.to_string());
    let failure = match error.kind() {
        ErrorKind::Missing
        | ErrorKind::Conflict
        | ErrorKind::TooLarge
        | ErrorKind::Request
        | ErrorKind::Certificate
        | ErrorKind::Passphrase => Failure::refused(code, message),
        ErrorKind::Invalid => Failure::failed(code, message),
        ErrorKind::Store => {
            let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
            Failure::failed(code, message + &cause)
        }
        ErrorKind::Local => match error {
            Error::File { path, source } => Failure::file(path, source),
            _ => Failure::failed(code, message),
        },
    };
    match hint(error) {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// What to do where the hint of the error's code is too general.
fn hint(error: &Error) -> Option<&'static str> {
    match error {
        Error::Leftover(_) => Some("give the name of the first try, or move the file away"),
        Error::NotInitialised => Some(MAKE_ONE),
        Error::FamilyExists(_) => {
            Some("leave its number and policy out here; `leasehold vendor key issue` takes a policy for each key")
        }
        Error::Request(_) => Some("ask the customer to send the request again"),
        Error::Certificate(_) => Some(
            "an authority whose certificate has ended or been revoked signs nothing any more: \
             make another with `leasehold vendor authority rotate`; where it should hold, check this machine's clock",
        ),
        _ => None,
    }
}

const MAKE_ONE: &str = "make one with `leasehold vendor init --name NAME`, or name its folder with --dir";
