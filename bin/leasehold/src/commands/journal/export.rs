//! `leasehold journal export`.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use leasehold_core::Code;
use leasehold_files::Readers;
use leasehold_host::journal::{Exported, after_seal, appendable, export};
use leasehold_store::host::SealHistory;
use leasehold_wire::journal::Tips;
use serde_json::json;

use super::failed;
use crate::commands::host::Data;
use crate::commands::host::config::Config;
use crate::failure::Failure;
use crate::out_file::OutFile;
use crate::output::{self, Output, count};

/// Write the journal of a host to a file: every seal with the leases and refusals that it covers, and the certificates by which
/// they are believed. No name and no address of a client is in it.
///
/// The host may serve meanwhile. With `--append` a former export is gone on with where it ended, also where it was broken off.
#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    data: Data,
    /// The host's configuration, for where it names a database; options given here win.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Leave out what is up to this seal, or what is in this former export.
    #[arg(long, value_name = "SEAL|FILE")]
    after: Option<String>,
    /// Go on with this file where it ends; it is made where it is missing.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["after", "path"])]
    append: Option<PathBuf>,
    #[command(flatten)]
    out: OutFile,
}

impl Export {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let config = Config::read(self.config.as_deref())?;
        let data = self.data.clone().configured(config.store);
        let mut journal = Source { data: &data, store: data.history()? };
        if let Some(path) = &self.append {
            let exported = journal.append(path)?;
            tell(Some(path), &exported, output);
            return Ok(());
        }
        let after = match &self.after {
            Some(text) => journal.after(text)?,
            None => Tips::new(),
        };
        let Some(path) = self.out.path() else {
            return journal.print(&after, output);
        };
        let exported = self.out.write(path, Readers::Umask, |out| journal.write(&after, out))?;
        tell(Some(path), &exported, output);
        Ok(())
    }
}

/// A host's journal where it is kept.
struct Source<'s> {
    data: &'s Data,
    store: Box<dyn SealHistory>,
}

impl Source<'_> {
    fn write(&mut self, after: &Tips, out: &mut dyn Write) -> Result<Exported, Failure> {
        export(&self.data.home(), self.store.as_mut(), after, out).map_err(|error| failed(&error))
    }

    /// After which seals an export is to begin.
    fn after(&mut self, text: &str) -> Result<Tips, Failure> {
        if let Ok(number) = text.parse() {
            return after_seal(&self.data.home(), self.store.as_mut(), number).map_err(|error| match error {
                // The number is typed, and says nothing of the store.
                leasehold_host::Error::StoreBehind { found, .. } => {
                    Failure::failed(Code::Usage, format!("seal {number}: there is none, the newest is {found}"))
                        .hint("name an earlier one, or a former export")
                }
                error => failed(&error),
            });
        }
        let path = Path::new(text);
        Ok(appendable(path).map_err(|error| failed(&error).of(path))?.tips)
    }

    fn append(&mut self, path: &Path) -> Result<Exported, Failure> {
        let at = |error: io::Error| Failure::file(path, &error);
        let file = File::options().read(true).write(true).create(true).truncate(false).open(path).map_err(at)?;
        // One at a time; what the other has written is seen then.
        file.lock().map_err(at)?;
        let found = if file.metadata().map_err(at)?.len() == 0 {
            leasehold_host::journal::Appendable { end: 0, tips: Tips::new() }
        } else {
            appendable(path).map_err(|error| failed(&error).of(path))?
        };
        let mut out = BufWriter::new(&file);
        out.seek(SeekFrom::Start(found.end)).map_err(at)?;
        // What an export left that was broken off is written over, and cut where it is longer.
        file.set_len(found.end).map_err(at)?;
        let written = self.write(&found.tips, &mut out);
        let flushed = out.flush().map_err(at);
        drop(out);
        let kept = match written {
            Ok(exported) if exported.seals > 0 || found.end == 0 => flushed.map(|()| exported),
            // Nothing has come since.
            Ok(exported) => file.set_len(found.end).map_err(at).map(|()| Exported { bytes: 0, ..exported }),
            Err(failure) => file.set_len(found.end).map_err(at).and(Err(failure)),
        };
        file.sync_all().map_err(at)?;
        kept
    }

    fn print(&mut self, after: &Tips, output: Output) -> Result<(), Failure> {
        let out = io::stdout().lock();
        if output == Output::Json || out.is_terminal() {
            return Err(Failure::failed(
                Code::Usage,
                "the journal itself goes to standard output: not with --json, nor to a terminal",
            )
            .hint("name a file: `-o FILE`, or `--append FILE`"));
        }
        let mut out = BufWriter::new(out);
        let exported = self.write(after, &mut out)?;
        out.flush().map_err(|error| Failure::failed(Code::File, format!("standard output: {error}")))?;
        tell(None, &exported, output);
        Ok(())
    }
}

fn tell(path: Option<&Path>, exported: &Exported, output: Output) {
    let Exported { bytes, seals, leases, refusals, pruned, tips } = exported;
    match output {
        Output::Json => output::json(&json!({
            "file": path, "bytes": bytes, "seals": seals, "leases": leases, "refusals": refusals, "pruned": pruned,
            "tips": tips.iter().map(|(host, tip)| json!({
                "host": host.to_string(), "seal": tip.number, "seal_hash": output::hex(&tip.seal),
            })).collect::<Vec<_>>(),
        })),
        Output::Human if *seals == 0 => errln!("nothing was sealed since"),
        Output::Human => {
            let pruned = if *pruned == 0 { String::new() } else { format!(", {pruned} pruned") };
            errln!(
                "{} with {} and {}{pruned}; {}",
                count(*seals, "seal", "seals"),
                count(*leases, "lease", "leases"),
                count(*refusals, "refusal", "refusals"),
                count(*bytes, "byte", "bytes"),
            );
            for (host, tip) in tips {
                errln!("host {host}: up to seal {}", tip.number);
            }
        }
    }
    if let (Some(path), Output::Human) = (path, output) {
        outln!("{}", path.display());
    }
}
