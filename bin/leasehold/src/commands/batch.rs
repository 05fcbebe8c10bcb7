//! Requests that are answered together: what came of each, and all answers in one place.

use leasehold_core::Code;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::out_file::DocumentOut;
use crate::output::{self, Output};

/// The answer to one request.
pub(crate) struct Answered {
    /// It in words.
    pub(crate) words: String,
    /// It for programs.
    pub(crate) about: Value,
    /// The document to be carried back; a sealed refusal is one too.
    pub(crate) document: Option<Vec<u8>>,
    /// Why not what was asked for.
    pub(crate) refusal: Option<Failure>,
}

/// The answers so far.
#[derive(Default)]
pub(crate) struct Batch {
    documents: Vec<Vec<u8>>,
    about: Vec<Value>,
    failed: usize,
    /// Of a single request, whose failure is the command's.
    single: Option<Failure>,
    is_single: bool,
}

impl Batch {
    /// Of one request where `is_single` says so, else of any number.
    pub(crate) fn new(is_single: bool) -> Self {
        Self { is_single, ..Self::default() }
    }

    /// Tells what came of the request of this name.
    pub(crate) fn add(&mut self, name: &str, answered: Result<Answered, Failure>, output: Output) {
        let (failure, mut about) = match answered {
            Ok(Answered { words, about, document, refusal }) => {
                self.documents.extend(document);
                if output == Output::Human && refusal.is_none() {
                    errln!("{name}: {words}");
                }
                (refusal, about)
            }
            Err(failure) => (Some(failure), json!({})),
        };
        about["request"] = json!(name);
        let error = failure.as_ref().map(
            |failure| json!({ "code": failure.code().name(), "message": failure.message(), "hint": failure.advice() }),
        );
        about["error"] = json!(error);
        self.about.push(about);
        if let Some(failure) = failure {
            self.failed += 1;
            let failure = if failure.message().starts_with(name) { failure } else { failure.of(name.as_ref()) };
            if self.is_single {
                self.single = Some(failure);
            } else if output == Output::Human {
                errln!("error: {failure}");
                errln!("hint: {}", failure.advice());
            }
        }
    }

    /// Writes all answers, and ends the command as they are.
    pub(crate) fn write(self, out: &DocumentOut, output: Output) -> Result<(), Failure> {
        let count = self.about.len();
        if count == 0 {
            return Err(Failure::refused(Code::NothingRead, "there is no request among these files"));
        }
        let about = json!({ "answers": self.about });
        if !self.documents.is_empty() {
            out.documents(&self.documents, about, output)?;
        } else if output == Output::Json {
            output::json(&about);
        }
        if let Some(failure) = self.single {
            return Err(failure);
        }
        if self.failed == 0 {
            return Ok(());
        }
        let requests = output::count(count, "request", "requests");
        let message = format!("{} of {requests} had another answer than was asked for", self.failed);
        Err(Failure::refused(Code::NotAllAnswered, message))
    }
}
