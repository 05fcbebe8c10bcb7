//! `leasehold explain`: what a code means, its likely cause, what to do next.

use clap::Args;
use leasehold_core::Code;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::{self, Column, Output, Table};

/// What a code means and what to do about it.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The code; all of them where none is given.
    code: Option<String>,
}

impl Explain {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let Some(name) = self.code else {
            all(output);
            return Ok(());
        };
        let code: Code = name.parse().map_err(|_| unknown(&name))?;
        match output {
            Output::Json => output::json(&value(code)),
            Output::Human => {
                outln!("{code}: {}\n\nlikely cause: {}", code.meaning(), code.cause());
                outln!("next step:    {}", code.hint());
                if let Some(proof) = Proof::of(code) {
                    outln!("proof:        {}", proof.words());
                }
            }
        }
        Ok(())
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
        [] => "`leasehold explain` lists all codes".to_owned(),
        names => format!("did you mean {}? `leasehold explain` lists all codes", names.join(" or ")),
    };
    Failure::refused(Code::Usage, format!("code {name}: no such code")).hint(hint)
}

/// Up to three codes that resemble the one typed, the likeliest first.
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
    let mut found: Vec<_> = Code::ALL.iter().map(|code| (similarity(code.name()), code.name())).collect();
    found.retain(|(similarity, _)| *similarity >= SIMILAR);
    found.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    found.into_iter().map(|(_, name)| name).take(3).collect()
}

fn value(code: Code) -> Value {
    json!({ "code": code.name(), "meaning": code.meaning(), "cause": code.cause(), "next": code.hint(),
        "proven": Proof::of(code).map(|proof| proof == Proof::Signed) })
}
