//! `leasehold explain`: what a code means, why it comes about, what to do next.

use clap::Args;
use leasehold_core::codes::{self, CODES, Code};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::{self, Output};

/// What a code means and what to do about it.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The code; all of them where none is given.
    code: Option<String>,
}

impl Explain {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let Some(name) = self.code else {
            return {
                all(output);
                Ok(())
            };
        };
        let code = codes::find(&name).ok_or_else(|| {
            Failure::refused("usage", format!("code {name}: no such code")).hint("`leasehold explain` lists all codes")
        })?;
        match output {
            Output::Json => output::json(&value(code)),
            Output::Human => anstream::println!(
                "{}: {}\n\nlikely cause: {}\nnext step:    {}",
                code.name,
                code.meaning,
                code.cause,
                code.next
            ),
        }
        Ok(())
    }
}

fn all(output: Output) {
    match output {
        Output::Json => output::json(&CODES.iter().map(value).collect()),
        Output::Human => {
            let mut table = output::table(["CODE", "MEANING"]);
            CODES.iter().for_each(|code| {
                table.add_row([code.name, code.meaning]);
            });
            anstream::println!("{table}");
        }
    }
}

fn value(code: &Code) -> Value {
    json!({ "code": code.name, "meaning": code.meaning, "cause": code.cause, "next": code.next })
}
