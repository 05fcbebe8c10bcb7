//! Secrets that are shown once: written where they will be kept before they are recorded.

use std::fs;
use std::io::Write;

use clap::Args;
use leasehold_files::Readers;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::out_file::OutFile;
use crate::output::{self, Output};

/// Where a secret goes: a file can be read by its owner alone.
#[derive(Debug, Args)]
pub(crate) struct SecretOutput {
    #[command(flatten)]
    out: OutFile,
}

impl SecretOutput {
    /// Writes `secret`, has `record` record it, and prints `about` in JSON. Where the secret cannot be written nothing is
    /// recorded; where it is not recorded a file that was made is removed.
    pub(crate) fn write<T>(
        &self,
        secret: (&'static str, &str),
        about: Value,
        output: Output,
        record: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let (name, text) = secret;
        let mut about = about;
        let Some(path) = self.out.path() else {
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
        let line = Zeroizing::new(format!("{text}\n"));
        let all = |file: &mut dyn Write| file.write_all(line.as_bytes()).map_err(|error| Failure::file(path, &error));
        self.out.write(path, Readers::Owner, all)?;
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
