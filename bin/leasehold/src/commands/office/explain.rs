//! `leasehold office explain`.

use std::path::Path;

use clap::Args;
use leasehold_core::Code;
use leasehold_office::explain::{self, Bits, Explanation, Found, MAX_TEXT, Unknown};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::{self, Column, Output, Table};

/// What a code, state, event, rule or key of Microsoft's activation means, why it comes about, what to do.
///
/// Codes are taken in any form: 0xC004F074, c004f074, 3221549172, -1073418124. States in the spelling of any tool:
/// `OOB_GRACE`, "Initial grace period", 2. Messages as they were pasted, in any language, by the codes in them. Events by
/// number, rules by name (ACT005), product keys whole or by their last five characters: only the published generic keys
/// (GVLK) are known, and no other is shown. Exit status 1 where something is in none of the tables.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// What to explain; `-` looks through the text on standard input. Without it, everything is listed.
    #[arg(value_name = "CODE|STATE|EVENT|RULE|KEY", allow_negative_numbers = true)]
    asked: Vec<String>,
    /// Show where each fact was read.
    #[arg(long)]
    sources: bool,
}

impl Explain {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        match self.asked.as_slice() {
            [] => list(output),
            [dash] if dash == "-" => return self.text(output),
            _ => return self.words(output),
        }
        Ok(())
    }

    fn words(&self, output: Output) -> Result<(), Failure> {
        let answers = explain::words(&self.asked);
        match output {
            Output::Json => output::json(&answers.iter().map(value).collect()),
            Output::Human => {
                for (at, answer) in answers.iter().enumerate() {
                    if at > 0 {
                        outln!();
                    }
                    self.print(answer.as_ref().map_err(AsRef::as_ref));
                }
            }
        }
        if answers.iter().any(Result::is_err) { Err(Failure::unhealthy(Code::UnknownCode)) } else { Ok(()) }
    }

    fn text(&self, output: Output) -> Result<(), Failure> {
        let text = super::text_of(Path::new("-"), MAX_TEXT)?;
        let found = explain::in_text(&text);
        if output == Output::Json {
            output::json(&json!(found));
        } else if found.is_empty() {
            outln!("nothing is named in it that the tables know");
        }
        for Found { line, times, explanations, unknown } in found.iter().filter(|_| output == Output::Human) {
            let often = if *times > 1 { format!(", {times} times") } else { String::new() };
            outln!("line {line}{often}");
            self.print(unknown.as_ref().map_or(Ok(explanations), Err));
            outln!();
        }
        if found.iter().any(|one| one.unknown.is_some()) { Err(Failure::unhealthy(Code::UnknownCode)) } else { Ok(()) }
    }

    fn print(&self, answer: Result<&Vec<Explanation>, &Unknown>) {
        match answer {
            Ok(known) => {
                for (at, explanation) in known.iter().enumerate() {
                    if at > 0 {
                        outln!();
                    }
                    self.known(explanation);
                }
            }
            Err(unknown) => not_known(unknown),
        }
    }

    fn known(&self, explanation: &Explanation) {
        let Explanation { subject, kind, title, meaning, severity, details, causes, remedy, confidence, source } =
            explanation;
        let grave = severity.as_ref().map_or_else(String::new, |severity| format!(", {severity}"));
        output::paragraph(0, &format!("{subject}: {title} ({}{grave})", kind.name()));
        if meaning != title {
            output::paragraph(2, meaning);
        }
        for detail in details {
            output::paragraph(2, &format!("{}: {}", detail.name, detail.value));
        }
        list_of("likely causes, the likeliest first:", causes);
        list_of("what to do:", remedy);
        if self.sources {
            let known = confidence.map_or_else(String::new, |confidence| format!(" ({})", words(&json!(confidence))));
            output::paragraph(2, &format!("source: {source}{known}"));
        }
    }
}

fn list(output: Output) {
    let all = explain::all();
    match output {
        Output::Json => output::json(&json!(all)),
        Output::Human => {
            let mut table = Table::new([Column::new("WHAT"), Column::new("KIND").rank(1), Column::prose("MEANING")]);
            for explanation in &all {
                table.row([explanation.subject.clone(), explanation.kind.name().to_owned(), explanation.title.clone()]);
            }
            table.print();
        }
    }
}

fn list_of(head: &str, items: &[String]) {
    if !items.is_empty() {
        output::paragraph(2, head);
        for (at, item) in items.iter().enumerate() {
            output::paragraph(4, &format!("{}. {item}", at + 1));
        }
    }
}

fn not_known(unknown: &Unknown) {
    let Unknown { asked, why, bits, near } = unknown;
    output::paragraph(0, &format!("{asked}: unknown"));
    output::paragraph(2, why);
    if let Some(Bits { code, decimal, signed, severity, facility, facility_name, number }) = bits {
        let named = facility_name.map_or_else(String::new, |name| format!(" ({name})"));
        let parts = format!("severity: {severity}; facility {facility}{named}; number {number} (0x{number:X})");
        output::paragraph(2, &format!("{code} = {decimal} = {signed}: what its bits say, and no more: {parts}"));
    }
    if !near.is_empty() {
        output::paragraph(2, &format!("did you mean {}?", near.join(" or ")));
    }
}

fn value(answer: &Result<Vec<Explanation>, Box<Unknown>>) -> Value {
    match answer {
        Ok(known) => json!({ "explanations": known, "unknown": null }),
        Err(unknown) => json!({ "explanations": [], "unknown": unknown }),
    }
}

fn words(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
