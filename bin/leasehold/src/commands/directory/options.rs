//! How the commands reach a directory.

use std::env;
use std::path::{Path, PathBuf};

use clap::Args;
use leasehold_client::SystemClock;
use leasehold_core::Code;
use leasehold_directory::{Bind, Connector, Directory, DirectoryAddress, Trust};

use super::failed;
use crate::failure::Failure;
use crate::input;

/// Which directory, and as whom.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Directory")]
pub(crate) struct DirectoryOptions {
    /// A server of the directory: `ldaps://NAME` or `ldap://NAME`, with `:PORT` where it is another than 636 or 389.
    #[arg(long, value_name = "URL", env = "LEASEHOLD_DIRECTORY")]
    url: Option<DirectoryAddress>,
    /// Bind as this user (a DN, or `user@corp.example`) with a password, under TLS alone: ldap:// starts TLS first
    /// [default: with the machine's keytab where this user may read it, else anonymously].
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Read the password from a file instead of asking for it; `-` is standard input.
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,
    /// Bind with Kerberos and the tickets at hand (`kinit`).
    #[arg(long, conflicts_with = "user")]
    kerberos: bool,
    /// Bind anonymously.
    #[arg(long, conflicts_with_all = ["user", "kerberos"])]
    anonymous: bool,
    /// Trust the server with a TLS certificate of the authorities in this PEM file, and no other [default: those of the
    /// platform, and those in `LEASEHOLD_CA_FILE`].
    #[arg(long, visible_alias = "ca", value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// The base of a directory that is not Active Directory [default: its first naming context].
    #[arg(long, value_name = "DN")]
    base: Option<String>,
}

impl DirectoryOptions {
    /// The base that was named.
    pub(super) fn base(&self) -> Option<&str> {
        self.base.as_deref()
    }

    /// Whether a server was named.
    pub(super) fn names_a_server(&self) -> bool {
        self.url.is_some()
    }

    /// Whether the password comes from standard input.
    pub(super) fn reads_standard_input(&self) -> bool {
        self.password_file.as_deref() == Some(Path::new("-"))
    }

    /// Connects and binds.
    pub(super) fn open(&self) -> Result<Directory<'static>, Failure> {
        let address = self.url.clone().ok_or_else(|| {
            Failure::failed(Code::NoDirectory, "directory: no server is named")
                .hint("name one with `--url ldaps://SERVER` or LEASEHOLD_DIRECTORY")
        })?;
        let connector = Connector { address, bind: self.bind()?, trust: self.trust()?, base: self.base.clone() };
        Directory::open(&connector, &SystemClock).map_err(|error| failed(&error))
    }

    fn bind(&self) -> Result<Bind, Failure> {
        match &self.user {
            Some(name) => {
                let password = input::secret(self.password_file.as_deref(), &format!("password of {name}"))?.into();
                Ok(Bind::Simple { name: name.clone(), password })
            }
            None if self.kerberos => Ok(Bind::Kerberos),
            None if self.anonymous => Ok(Bind::Anonymous),
            None => Ok(Bind::of_this_machine()),
        }
    }

    fn trust(&self) -> Result<Trust, Failure> {
        let further = env::var_os("LEASEHOLD_CA_FILE").filter(|file| !file.is_empty()).map(PathBuf::from);
        let trust = match (&self.ca_file, &further) {
            (Some(file), _) => Trust::only(&input::file(file)?),
            (None, Some(file)) => Trust::platform_and(&input::file(file)?),
            (None, None) => Ok(Trust::Platform),
        };
        trust.map_err(|error| Failure::failed(error.code(), error.to_string()))
    }
}
