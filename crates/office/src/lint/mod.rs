//! Checks a `configuration.xml` of the Office Deployment Tool against the rules of [`schema`](crate::facts::schema): each
//! finding with its place, the rule's source and, where a change is sure to be right, the change. Files, terminals and the
//! clock are left to the caller.

mod context;
mod file;
mod fix;
mod guard;
mod parse;
mod rules;
mod sarif;
mod source;
mod violation;

pub use context::{Context, Edition, HostFacts, Mode, Release, System};
pub use fix::{Fixed, fix};
pub use rules::implemented;
pub use sarif::{sarif, sarif_results};
pub use source::Encoding;
pub use violation::{Edit, Fix, Position, Violation};

use crate::facts::schema::Severity;
use file::File;
use parse::parse;
use source::Source;
use violation::Findings;

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 1 << 20;

/// What a file was found to be.
#[derive(Debug)]
pub struct Report {
    /// The file's text, without its byte order mark; spans count its bytes. Where the bytes are no text, what comes before.
    pub text: String,
    /// How the text was encoded, where it could be read.
    pub encoding: Option<Encoding>,
    /// What was found, in the order of the file.
    pub findings: Vec<Violation>,
    /// The architecture that the file installs, where it says one.
    pub edition: Option<Edition>,
    /// The channels that the file installs from, as they are called now.
    pub channels: Vec<String>,
    /// What kind of file it is.
    pub kind: Kind,
}

/// What kind of file was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A configuration file.
    Configuration,
    /// XML of another kind.
    OtherXml,
    /// No XML that could be read.
    Unreadable,
}

impl Report {
    /// How many findings are this bad.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// Checks the bytes of a file. Whatever they are, there is an answer, after bounded work.
pub fn lint(bytes: &[u8], context: &Context) -> Report {
    let source = match source::read(bytes) {
        Ok(source) => source,
        Err(mut problem) => return unreadable(std::mem::take(&mut problem.seen), None, problem),
    };
    let parsed = guard::check(&source.text).and_then(|()| parse(&source.text));
    let document = match parsed {
        Ok(document) => document,
        Err(problem) => return unreadable(source.text, Some(source.encoding), problem),
    };
    let mut findings = Findings::new(&source.text);
    declared(&source, &mut findings);
    let (mut edition, mut kind, mut channels) = (None, Kind::OtherXml, Vec::new());
    if let Some(file) = File::of(&document, &mut findings) {
        kind = Kind::Configuration;
        edition = file.adds.iter().find_map(file::Add::edition);
        channels = file.channels();
        if let Some(span) = file.of_windows_installer() {
            let message = "this is the config.xml of the Windows Installer editions (Office 2016 and before), not a file of \
                           the deployment tool, which would ignore it";
            findings.add(OF_WINDOWS_INSTALLER, span, message);
        } else {
            rules::apply(&file, context, &mut findings);
        }
    }
    let found = findings.sorted();
    drop(document);
    Report { text: source.text, encoding: Some(source.encoding), findings: found, edition, channels, kind }
}

/// A file of which nothing more can be said.
fn unreadable(text: String, encoding: Option<Encoding>, problem: Problem) -> Report {
    let mut findings = Findings::new(&text);
    findings.add(NOT_A_CONFIGURATION, problem.at..problem.at, problem.message);
    let found = findings.sorted();
    Report { text, encoding, findings: found, edition: None, channels: Vec::new(), kind: Kind::Unreadable }
}

/// An encoding declared that is not the file's.
fn declared(source: &Source, findings: &mut Findings<'_>) {
    let Some(disagreement) = &source.disagreement else { return };
    let (declared, encoding) = (&source.text[disagreement.clone()], source.encoding);
    let message = format!("the file says that it is {declared:?} and is {encoding}: parsers refuse it");
    let finding = findings.add(NOT_A_CONFIGURATION, disagreement.clone(), message);
    let edit = Edit { span: disagreement.clone(), text: encoding.label().to_owned() };
    finding.fix = Some(Fix { what: format!("declare {}", encoding.label()), edits: vec![edit] });
}

/// What stops a file from being read.
#[derive(Debug)]
struct Problem {
    /// Where in the text, in bytes.
    at: usize,
    /// The text as far as it could be read, where it could not be wholly.
    seen: String,
    message: String,
}

impl Problem {
    fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, seen: String::new(), message: message.into() }
    }

    fn seen(self, text: &str) -> Self {
        Self { seen: text.to_owned(), ..self }
    }
}

const NOT_A_CONFIGURATION: &str = "ODT001";
const OF_WINDOWS_INSTALLER: &str = "ODT008";
