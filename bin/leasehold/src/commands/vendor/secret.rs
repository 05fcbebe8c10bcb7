//! Secrets that are shown once: written where they will be kept before they are recorded.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use leasehold_core::Code;
use leasehold_files::Readers;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::output::{self, Output};

/// Where a secret goes.
#[derive(Debug, Args)]
pub(super) struct SecretOutput {
    /// Write the secret to a new file that only its owner can read; standard output where none is given.
    #[arg(short, long = "output", value_name = "FILE")]
    out: Option<PathBuf>,
}

impl SecretOutput {
    /// Writes `secret`, has `record` record it, and prints `about` in JSON. Where the secret cannot be written nothing is
    /// recorded; where it is not recorded a file that was made is removed.
    pub(super) fn write<T>(
        &self,
        secret: (&'static str, &str),
        about: Value,
        output: Output,
        record: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let (name, text) = secret;
        let mut about = about;
        let Some(path) = self.out.as_deref().filter(|path| *path != Path::new("-")) else {
            match output {
                Output::Json => {
                    about[name] = json!(text);
                    output::json(&about);
                }
                Output::Human => outln!("{text}"),
            }
            output::written()?;
            return record().map_err(|failure| failure.hint(format!("the {name} that was shown is good for nothing")));
        };
        write_file(path, text)?;
        let recorded = record().inspect_err(|_| {
            // A pipe or a device stays.
            let _ = if path.is_file() { fs::remove_file(path) } else { Ok(()) };
        })?;
        if output == Output::Json {
            about["file"] = json!(path);
            output::json(&about);
        }
        errln!("written to {}", path.display());
        Ok(recorded)
    }
}

/// Makes the file; into what is no regular file (a pipe, a device) it writes.
fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    let line = Zeroizing::new(format!("{text}\n"));
    let written = match fs::metadata(path) {
        Ok(present) if !present.is_file() => {
            let open = File::options().write(true).open(path);
            open.and_then(|mut file| file.write_all(line.as_bytes()).and_then(|()| file.flush()))
        }
        Ok(_) => {
            let message = format!("{}: there is a file already", path.display());
            return Err(
                Failure::refused(Code::AlreadyExists, message).hint("name a new file: it may hold another secret")
            );
        }
        Err(_) => leasehold_files::create(path, line.as_bytes(), Readers::Owner),
    };
    written.map_err(|error| Failure::file(path, &error))
}
