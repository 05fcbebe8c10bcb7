//! `leasehold office lint`.

mod change;
mod files;
mod known;
mod print;

pub(super) use known::plan;
pub(super) use print::finding;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use leasehold_core::Code;
use leasehold_office::facts::schema::Severity;
use leasehold_office::lint::{self, Context, Fixed, Kind, Report, Violation};

use crate::failure::Failure;
use crate::output::{self, Output};
use crate::wildcards;

/// Check deployment files (configuration.xml) against rules that have sources.
///
/// Folders are searched for files named *.xml; those of another kind are passed over. What is not known besides (plan,
/// architecture, host) is not judged. Exit status 1 where a file has errors.
#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// Files and folders; `-` is standard input.
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    known: known::Known,
    /// Make the changes that are sure to be right; everything else in a file stays as it is.
    #[arg(long)]
    fix: bool,
    /// Show what `--fix` would change, and change nothing.
    #[arg(long)]
    diff: bool,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// What ends with exit status 1 besides errors.
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
    /// Show where each rule comes from.
    #[arg(long)]
    sources: bool,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// SARIF 2.1.0, for code hosts and editors.
    Sarif,
}

/// What is not tolerated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Warnings.
    Warnings,
    /// Warnings and infos.
    Infos,
}

/// A file that was checked.
struct Checked {
    path: PathBuf,
    /// What is found, after the changes that were made.
    report: Report,
    /// What was changed, or would be.
    applied: Vec<Violation>,
    /// The text after the changes, where they were only asked about.
    proposed: Option<String>,
}

/// What has been found so far.
#[derive(Default)]
struct Tally {
    files: usize,
    /// Files and folders that could not be read or written.
    failed: usize,
    passed_over: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
}

impl Lint {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let format = if output == Output::Json { Format::Json } else { self.format };
        if self.fix && self.paths.iter().any(|path| path == Path::new("-")) {
            return Err(Failure::failed(Code::Usage, "standard input cannot be changed")
                .hint("name the file, or look at the changes with --diff"));
        }
        let context = self.known.context()?;
        let (files, mut failures) = files::find(&wildcards::expanded(self.paths.clone()));
        for failure in &failures {
            failure.report(output);
        }
        let context = if self.known.together { files::together(&files, context) } else { context };
        let mut tally = Tally::default();
        let mut kept = Vec::new();
        let progress = files::progress(files.len(), format == Format::Text);
        for file in files {
            progress.inc(1);
            // A file that cannot be read or written does not keep the others from being checked.
            let checked = match self.check(file, &context, &mut tally) {
                Ok(Some(checked)) => checked,
                Ok(None) => continue,
                Err(failure) => {
                    progress.suspend(|| failure.report(output));
                    failures.push(failure);
                    continue;
                }
            };
            match format {
                Format::Text => progress.suspend(|| print::text(&checked, self.diff, self.sources)),
                Format::Json => kept.push(print::value(&checked)),
                Format::Sarif => kept.extend(lint::sarif_results(&checked.path.to_string_lossy(), &checked.report)),
            }
        }
        progress.finish_and_clear();
        tally.failed = failures.len();
        self.end(format, kept, &tally)?;
        failures.into_iter().next().map_or(Ok(()), |failure| Err(failure.reported()))
    }

    /// Prints what comes after the files; an error where they are denied and all could be read.
    fn end(&self, format: Format, kept: Vec<serde_json::Value>, tally: &Tally) -> Result<(), Failure> {
        match format {
            Format::Text => print::sum(tally),
            Format::Json => output::json(&print::all(&kept, tally)),
            Format::Sarif => output::json(&lint::sarif(kept)),
        }
        match tally.failed {
            0 if tally.files == 0 => {
                let message = "no deployment file was found: in folders, files named *.xml are looked for";
                Err(Failure::refused(Code::NothingRead, message).hint("name the file, or the folder that it is in"))
            }
            0 if self.denied(tally) => Err(Failure::unhealthy(Code::LintFindings)),
            _ => Ok(()),
        }
    }

    /// Checks one file, and changes it where that is asked for; nothing where it is of another kind and was only found.
    fn check(&self, file: files::Found, context: &Context, tally: &mut Tally) -> Result<Option<Checked>, Failure> {
        let bytes = files::read(&file.path)?;
        let report = lint::lint(&bytes, context);
        if report.kind == Kind::OtherXml && file.by_search {
            tally.passed_over += 1;
            return Ok(None);
        }
        let fixed = if self.fix || self.diff { lint::fix(&bytes, context) } else { None };
        let mut checked = Checked { path: file.path, report, applied: Vec::new(), proposed: None };
        if let Some(Fixed { bytes, applied, report }) = fixed {
            checked.applied = applied;
            if self.diff {
                checked.proposed = Some(report.text);
            } else {
                change::replace(&checked.path, &bytes).map_err(|error| Failure::file(&checked.path, &error))?;
                checked.report = report;
            }
        }
        tally.files += 1;
        tally.errors += checked.report.count(Severity::Error);
        tally.warnings += checked.report.count(Severity::Warning);
        tally.infos += checked.report.count(Severity::Info);
        Ok(Some(checked))
    }

    fn denied(&self, tally: &Tally) -> bool {
        let tolerated = match self.deny {
            None => 0,
            Some(Deny::Warnings) => tally.warnings,
            Some(Deny::Infos) => tally.warnings + tally.infos,
        };
        tally.errors + tolerated > 0
    }
}
