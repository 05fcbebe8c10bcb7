//! `leasehold office config`.

mod ask;
mod choices;
mod list;

use std::convert::Infallible;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use jiff::civil::Date;
use leasehold_core::Code;
use leasehold_files::Readers;
use leasehold_office::config::{self, Comments, Install, Key, ProductChoice, Profile, Refused, Written};
use leasehold_office::facts::gvlk;
use leasehold_office::facts::method::ActivationMethod;
use leasehold_office::facts::products::{self, PidKey};
use leasehold_office::lint::{Context, Edition, Violation};
use serde_json::json;

use crate::failure::Failure;
use crate::input;
use crate::out_file::OutFile;
use crate::output::{self, Output};
use crate::values::{self, parsed};

/// Write a deployment file (configuration.xml) that the rules allow, with a reason for each line.
///
/// What is chosen comes from flags, from a profile (--profile FILE, TOML), or from questions on a terminal where neither
/// names a product. What the rules forbid is refused with the rule. A subscription takes no product key, and no KMS host
/// activates it; a volume product has its GVLK built in and needs no key for KMS and AD.
#[derive(Debug, Args)]
pub(crate) struct Config {
    /// A profile to start from; flags go before it.
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    #[command(flatten)]
    choices: choices::Choices,
    /// Where a product's key is read from (`-` is standard input); asked for where the plan is MAK and a terminal is there.
    #[arg(long = "key-file", value_name = "[PRODUCT=]FILE", value_parser = parsed::<KeyFile>)]
    key_files: Vec<KeyFile>,
    /// The architecture of the Office that is installed on the machines: 32 or 64.
    #[arg(long, value_name = "BITS", value_parser = parsed::<Edition>)]
    installed: Option<Edition>,
    /// The machines have Arm processors.
    #[arg(long)]
    arm: bool,
    /// The day as of which support is judged [default: today].
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    today: Option<Date>,
    /// Leave out why each line stands there.
    #[arg(long, conflicts_with = "sources")]
    no_comments: bool,
    /// Say where each fact was read.
    #[arg(long)]
    sources: bool,
    #[command(flatten)]
    out: OutFile,
    /// Show what can be chosen instead.
    #[arg(long, value_enum, value_name = "WHAT")]
    list: Option<list::List>,
}

impl Config {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        if let Some(list) = self.list {
            list.print(self.sources, output);
            return Ok(());
        }
        self.out.check()?;
        let mut profile = self.profile()?;
        if profile.products.is_empty() && profile.remove.is_none() {
            if output == Output::Json || !io::stdin().is_terminal() {
                return Err(Failure::failed(Code::Usage, "no product is named, to install or to remove")
                    .hint("name one with --product, or see --list products"));
            }
            ask::ask(&mut profile)?;
        }
        self.keys(&mut profile, output)?;
        let comments = match (self.no_comments, self.sources) {
            (true, _) => Comments::None,
            (false, true) => Comments::Sources,
            (false, false) => Comments::Why,
        };
        let today = Some(super::today(self.today));
        let context = Context { today, installed: self.installed, arm: self.arm, ..Context::default() };
        let written = config::write(&profile, comments, &context).map_err(|refused| failed(&refused))?;
        self.put(&written, output)?;
        describe(&written, profile.install);
        Ok(())
    }

    /// The profile with the flags in it.
    fn profile(&self) -> Result<Profile, Failure> {
        let mut profile = match &self.profile {
            None => Profile::default(),
            Some(path) => read(path)?,
        };
        self.choices.put_into(&mut profile)?;
        Ok(profile)
    }

    /// Reads the keys that files hold; asks for those that the plan needs on a terminal.
    fn keys(&self, profile: &mut Profile, output: Output) -> Result<(), Failure> {
        let folder = self.profile.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        let takes = |product: &ProductChoice| {
            products::find(&product.id).is_some_and(|facts| facts.pidkey != PidKey::Forbidden)
        };
        let several = profile.products.iter().filter(|product| takes(product)).count() > 1;
        for given in &self.key_files {
            let named = |product: &&mut ProductChoice| match &given.product {
                Some(id) => product.id == *id,
                None => takes(product),
            };
            if several && given.product.is_none() {
                return Err(Failure::failed(
                    Code::Usage,
                    "several products take a key, and the file is not said to be of one",
                )
                .hint("write --key-file PRODUCT=FILE"));
            }
            let product = profile.products.iter_mut().find(named);
            let product = product
                .ok_or_else(|| Failure::failed(Code::Usage, "a key is given for a product that is not installed"))?;
            product.key = Some(key(Some(&given.file), &product.id)?);
        }
        let asks = output == Output::Human && profile.plan == Some(ActivationMethod::Mak) && io::stdin().is_terminal();
        for product in profile.products.iter_mut().filter(|product| product.key.is_none()) {
            if let Some(file) = &product.key_file {
                product.key = Some(key(Some(&folder.join(file)), &product.id)?);
            } else if asks && takes(product) {
                product.key = Some(key(None, &product.id)?);
            }
        }
        Ok(())
    }

    fn put(&self, written: &Written, output: Output) -> Result<(), Failure> {
        if let Some(path) = self.out.path() {
            let readers = if written.secret { Readers::Owner } else { Readers::Umask };
            let all = |file: &mut dyn Write| {
                file.write_all(written.text.as_bytes()).map_err(|error| Failure::file(path, &error))
            };
            self.out.write(path, readers, all)?;
        }
        match output {
            Output::Json => output::json(&json!({
                "file": self.out.path().map(Path::to_string_lossy),
                "text": if self.out.path().is_none() { Some(&written.text) } else { None },
                "secret": written.secret,
                "findings": written.findings.iter().map(super::lint::finding).collect::<Vec<_>>(),
            })),
            Output::Human if self.out.path().is_none() => out!("{}", written.text),
            Output::Human => {}
        }
        Ok(())
    }
}

/// A file that holds a key.
#[derive(Clone, Debug)]
struct KeyFile {
    product: Option<String>,
    file: PathBuf,
}

impl FromStr for KeyFile {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let named = text.split_once('=').filter(|(id, _)| products::find(id).is_some());
        Ok(match named {
            Some((id, file)) => Self { product: Some(id.to_owned()), file: file.into() },
            None => Self { product: None, file: text.into() },
        })
    }
}

/// A product's key, from a file or the terminal.
fn key(file: Option<&Path>, product: &str) -> Result<Key, Failure> {
    let text = input::secret(file, &format!("key of {product}"))?;
    if gvlk::well_formed(text.trim()) {
        return Ok(Key::new(&text));
    }
    let message = format!("key of {product}: it is not five groups of five letters and digits");
    let hint = "write it as Microsoft does, divided by hyphens; a file holds the key alone, in its first line";
    Err(Failure::refused(Code::NotAProductKey, message).hint(hint))
}

/// Reads a profile; what is wrong in it is said with its line.
fn read(path: &Path) -> Result<Profile, Failure> {
    let text = super::written_text_of(path, MAX_PROFILE_BYTES)?;
    text.parse::<Profile>().map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        Failure::failed(Code::Usage, format!("{}: line {line}: {error}", path.display()))
            .hint("docs/office/config.md shows what a profile may hold")
    })
}

/// What there is to know about a file that was written, on standard error.
fn describe(written: &Written, install: Install) {
    for finding in &written.findings {
        errln!("{}: {} [{}]", finding.severity.name(), finding.message, finding.rule.id);
    }
    if written.secret {
        errln!("the file holds a product key: everyone who can read it has the key");
    }
    let word = if install == Install::Download { "download" } else { "configure" };
    errln!("next: setup.exe /{word} FILE, with the Office Deployment Tool");
}

fn failed(refused: &Refused) -> Failure {
    let message = refused.to_string();
    match refused {
        Refused::Rules(findings) => {
            let lines: Vec<String> = findings.iter().map(line).collect();
            let failure = Failure::refused(Code::ConfigRefused, format!("{message}\n{}", lines.join("\n")));
            match findings.first().map(|first| (first.rule.id.as_str(), &first.rule.fix)) {
                Some(("ODT031" | "ODT033", _)) => failure.hint("give the MAK with --key-file FILE"),
                Some((_, fix)) => failure.hint(fix.as_str()),
                None => failure,
            }
        }
        Refused::Channel { .. } => {
            Failure::refused(Code::ConfigRefused, message).hint("leave --channel out, and the right one is taken")
        }
        Refused::Plan { product, .. } => Failure::refused(Code::ConfigRefused, message)
            .hint(format!("`leasehold office config --list products` shows how {product} is activated")),
        Refused::Nothing => Failure::failed(Code::Usage, message).hint("name one with --product or --remove"),
        Refused::NoGeneric(_) => {
            Failure::refused(Code::ConfigRefused, message).hint("leave the key out, or give the MAK with --key-file")
        }
    }
}

fn line(finding: &Violation) -> String {
    format!("  {} [{}]", finding.message, finding.rule.id)
}

const MAX_PROFILE_BYTES: usize = 1 << 20;
