//! `leasehold vendor authority rotate`.

use std::path::{Path, PathBuf};

use clap::Args;
use leasehold_authority::rotation::{self, Rotated, Rotation};
use leasehold_authority::{Authority, Error, Secret, Start};
use leasehold_client::SystemRng;
use leasehold_core::{Code, Span};
use serde_json::json;

use crate::commands::vendor::{Strength, VendorContext, failed};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Output};
use crate::values;

/// Make another authority key, certified by the root, in the place of the one there is.
///
/// What the former one has signed holds on. A run that was cut short is continued by the next.
#[derive(Debug, Args)]
pub(crate) struct Rotate {
    /// The root key, where it is not in the vendor's folder.
    #[arg(long, value_name = "FILE")]
    root_key: Option<PathBuf>,
    /// Read the root key's passphrase from a file instead of asking for it; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    root_passphrase_file: Option<PathBuf>,
    /// The passphrase of the new authority key, from a file; the root key's where none is given.
    #[arg(long, value_name = "FILE", env = "LEASEHOLD_PASSPHRASE_FILE")]
    passphrase_file: Option<PathBuf>,
    /// How many years the new authority may sign.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = values::whole::<u64>(1..=100))]
    years: u64,
    #[command(flatten)]
    strength: Strength,
}

impl Rotate {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        leasehold_authority::vendor(&*context.store).map_err(|error| failed(&error))?;
        let rotation = self.rotation(context)?;
        let rotated = rotation::rotate(&context.home, &context.store, &rotation, context.stamp(), &SystemRng);
        print(&rotated.map_err(|error| failed(&error))?, output);
        Ok(())
    }

    fn rotation(self, context: &VendorContext) -> Result<Rotation, Failure> {
        let standard = |file: &Option<PathBuf>| file.as_deref() == Some(Path::new("-"));
        if standard(&self.root_passphrase_file) && standard(&self.passphrase_file) {
            return Err(Failure::failed(Code::Usage, "both passphrases cannot come from standard input"));
        }
        let root_key = self.root_key.unwrap_or_else(|| context.home.root_key());
        if !leasehold_files::is_there(&root_key).map_err(|error| Failure::file(&root_key, &error))? {
            let message = format!("{}: no such file", root_key.display());
            return Err(
                Failure::failed(Code::File, message).hint("bring the root key here, or name it with --root-key")
            );
        }
        let root = input::secret(
            self.root_passphrase_file.as_deref(),
            &format!("passphrase of the root key, {}", root_key.display()),
        )
        .map(Secret::new)?;
        let passphrase = match &self.passphrase_file {
            Some(file) => {
                let chosen = Secret::new(input::secret(Some(file), "passphrase")?);
                self.strength.check(&chosen)?;
                chosen
            }
            None => same_as_before(context, root.clone())?,
        };
        Ok(Rotation { root_key, root_passphrase: root, passphrase, validity: Span::days(self.years * 365) })
    }
}

/// The root's passphrase, where the authority's key has had it so far: a service that reads another would not start again.
fn same_as_before(context: &VendorContext, root: Secret) -> Result<Secret, Failure> {
    match Authority::open(&context.home, context.store.clone(), &root, input::now()) {
        Err(Error::WrongPassphrase(path)) => {
            let message = format!("{}: it has another passphrase than the root key", path.display());
            Err(Failure::refused(Code::WrongPassphrase, message)
                .hint("name the new authority key's passphrase with --passphrase-file"))
        }
        // Whatever else is wrong with it, another is about to be made.
        Ok(_) | Err(_) => Ok(root),
    }
}

fn print(rotated: &Rotated, output: Output) {
    let Rotated { authority, expires, former, aside, list, start } = rotated;
    match output {
        Output::Json => output::json(&json!({
            "authority": authority.to_string(),
            "expires": expires.unix(),
            "former": former.map(|id| id.to_string()),
            "aside": aside,
            "list": list.as_ref().map(|list| list.number),
        })),
        Output::Human => {
            outln!("authority  {authority}, may sign until {}", output::time(*expires));
            if let Some(former) = former {
                outln!("former     {former}: what it has signed holds on");
            }
        }
    }
    match start {
        Start::Fresh => {}
        Start::Continued => errln!("an earlier run was cut short; its key was used"),
    }
    if let Some(aside) = aside {
        errln!("{}: the former key; nothing needs it any more, destroy it", aside.display());
    }
    if let Some(list) = list {
        errln!("revocation list {} is signed by the new authority", list.number);
    }
    errln!("next: restart `leasehold vendor serve`; hosts get new certificates when they renew");
}
