//! `leasehold explain`: what a code or a word means; of a code its likely cause and what to do next.

use clap::Args;
use leasehold_core::Code;
use leasehold_core::glossary::{self, TERMS, Term};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::{self, Column, Output, Table};

/// What a code means and what to do about it; or what a word means that Leasehold uses (seal, drift, fork).
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The code or word; all codes where none is given.
    #[arg(value_name = "CODE|WORD")]
    asked: Vec<String>,
    /// List the words instead of the codes.
    #[arg(long, conflicts_with = "asked")]
    words: bool,
}

impl Explain {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let asked = self.asked.join(" ");
        match (asked.parse::<Code>(), glossary::find(&asked)) {
            _ if self.words => all_terms(output),
            _ if asked.is_empty() => all(output),
            (Ok(code), term) => explain(code, term, output),
            (Err(_), Some(term)) => explain_term(term, output),
            (Err(_), None) => return Err(unknown(&asked)),
        }
        Ok(())
    }
}

/// A code, and the word that is the same.
fn explain(code: Code, term: Option<&Term>, output: Output) {
    if output == Output::Json {
        return output::json(&value(code));
    }
    outln!("{code}: {}\n\nlikely cause: {}", code.meaning(), code.cause());
    outln!("next step:    {}", code.hint());
    if let Some(proof) = Proof::of(code) {
        outln!("proof:        {}", proof.words());
    }
    if let Some(term) = term {
        outln!();
        explain_term(term, output);
    }
}

fn explain_term(term: &Term, output: Output) {
    if output == Output::Json {
        return output::json(&term_value(term));
    }
    let Term { name, meaning, in_kms, also, see } = term;
    output::paragraph(0, &format!("{name}: {meaning}"));
    let rows = [("in KMS", in_kms.unwrap_or_default().to_owned()), ("also", also.join(", ")), ("see", see.join(", "))];
    let rows = rows.into_iter().filter(|(_, words)| !words.is_empty());
    let rows: Vec<_> = rows.map(|(head, words)| (head.to_owned(), words)).collect();
    if !rows.is_empty() {
        outln!();
        output::rows(&rows);
    }
}

/// Whether a host that refuses with a code can be held to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    /// It signs the refusal.
    Signed,
    /// It does not.
    Unsigned,
}

impl Proof {
    /// `None` where no host refuses with this code.
    fn of(code: Code) -> Option<Self> {
        match code {
            Code::CloneSuspected | Code::ThresholdNotMet | Code::CapacityReached | Code::DevicesReached => {
                Some(Self::Signed)
            }
            Code::HostNotActivated
            | Code::ClockBehind
            | Code::ProductNotGranted
            | Code::KeyMismatch
            | Code::GrantEnded
            | Code::ClockSkew
            | Code::Revoked
            | Code::Replayed
            | Code::TooManyRequests => Some(Self::Unsigned),
            _ => None,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Signed => {
                "proven by the host: it signs this refusal, and `leasehold client status` says whether it did"
            }
            Self::Unsigned => "not proven: a message without a signature, which changes neither keys nor leases",
        }
    }
}

fn all_terms(output: Output) {
    match output {
        Output::Json => output::json(&TERMS.iter().map(term_value).collect()),
        Output::Human => {
            let mut table = Table::new([Column::new("WORD"), Column::prose("MEANING")]);
            TERMS.iter().for_each(|term| table.row([term.name, term.meaning].map(str::to_owned)));
            table.print();
        }
    }
}

fn term_value(term: &Term) -> Value {
    let Term { name, meaning, in_kms, also, see } = term;
    json!({ "word": name, "meaning": meaning, "in_kms": in_kms, "also": also, "see": see })
}

fn all(output: Output) {
    match output {
        Output::Json => output::json(&Code::ALL.iter().copied().map(value).collect()),
        Output::Human => {
            let mut table = Table::new([Column::new("CODE"), Column::prose("MEANING")]);
            for code in Code::ALL {
                table.row([code.name(), code.meaning()].map(str::to_owned));
            }
            table.print();
        }
    }
}

fn unknown(name: &str) -> Failure {
    let nearest = nearest(name);
    let hint = match nearest.as_slice() {
        [] => "`leasehold explain` lists all codes, `leasehold explain --words` all words".to_owned(),
        names => format!("did you mean {}? `leasehold explain` lists all codes", names.join(" or ")),
    };
    Failure::refused(Code::Usage, format!("{name}: no such code or word")).hint(hint)
}

/// Up to three codes and words that resemble the one typed, the likeliest first.
fn nearest(name: &str) -> Vec<&'static str> {
    const SIMILAR: f64 = 0.7;
    let typed = name.to_lowercase().replace([' ', '_'], "-");
    let similarity = |code: &str| {
        if typed.len() > 2 && code.contains(&typed) {
            return 1.0;
        }
        let starts = code.match_indices('-').map(|(end, _)| &code[..end]).chain([code]);
        starts.map(|start| strsim::normalized_damerau_levenshtein(&typed, start)).fold(0.0, f64::max)
    };
    let names = Code::ALL.iter().map(|code| code.name()).chain(TERMS.iter().map(|term| term.name));
    let mut found: Vec<_> = names.map(|name| (similarity(name), name)).collect();
    found.retain(|(similarity, _)| *similarity >= SIMILAR);
    found.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    found.into_iter().map(|(_, name)| name).take(3).collect()
}

fn value(code: Code) -> Value {
    json!({ "code": code.name(), "meaning": code.meaning(), "cause": code.cause(), "next": code.hint(),
        "proven": Proof::of(code).map(|proof| proof == Proof::Signed) })
}
