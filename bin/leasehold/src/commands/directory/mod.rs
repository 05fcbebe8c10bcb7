//! `leasehold directory`: what an administrator does so that the machines of a directory activate by reading it.

mod options;
mod publish;
mod request;
mod show;
mod withdraw;

use clap::Subcommand;
use leasehold_core::{Code, KeyId, PublicKey};
use leasehold_directory::{DirectoryError, Failure as Why};
use leasehold_wire::{ActivationObject, Envelope, Reason, trust};

use crate::failure::Failure;
use crate::input;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Directory {
    /// Make a request for the vendor, who answers it with an activation object; or ask the vendor's authority for it at once.
    Request(request::Request),
    /// Write an activation object into the directory, or print LDIF to import.
    Publish(publish::Publish),
    /// Take a vendor's activation objects out of the directory; other vendors' stay.
    Withdraw(withdraw::Withdraw),
    /// Show the directory's id and the activation objects in it.
    Show(show::Show),
}

impl Directory {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Self::Request(command) => command.run(output),
            Self::Publish(command) => command.run(output),
            Self::Withdraw(command) => command.run(output),
            Self::Show(command) => command.run(output),
        }
    }
}

/// What a directory's failure ends a command with.
fn failed(error: &DirectoryError) -> Failure {
    let (code, message) = (error.failure.code(), error.to_string());
    match error.failure {
        Why::Denied(_) | Why::NoRight(_) | Why::Referred(_) => Failure::refused(code, message),
        Why::Unreachable(_)
        | Why::NameNotFound
        | Why::Silent
        | Why::Untrusted(_)
        | Why::NoTls(_)
        | Why::Malformed(_)
        | Why::TooLarge(_)
        | Why::Refused(_)
        | Why::NoId(_)
        | Why::Kerberos(_) => Failure::failed(code, message),
    }
}

/// An activation object that is verified as far as `root` allows, and its vendor. Without a root key its name is the vendor's.
fn verified(bytes: &[u8], root: Option<&PublicKey>) -> Result<(ActivationObject, KeyId), Reason> {
    let now = input::now();
    let object: ActivationObject = Envelope::parse(bytes)?.document()?;
    match root {
        Some(root) => trust::verify::<ActivationObject>(bytes, root, now, None).map(|_| (object, root.id())),
        None => match trust::verify_below_root::<ActivationObject>(bytes, now, None)? {
            Some(vendor) => Ok((object, vendor)),
            None => Err(Reason::UnknownSigner),
        },
    }
}

/// The end of a command that was given an object for another directory.
fn another_directory(object: &ActivationObject, here: impl std::fmt::Display) -> Failure {
    let message = format!("activation object: it is for the directory {}, this one is {here}", object.directory);
    Failure::refused(Code::AnotherDirectory, message)
}
