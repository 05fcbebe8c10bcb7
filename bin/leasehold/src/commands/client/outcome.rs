//! How the SDK's answers and errors end a command.

use leasehold_client::directory::Failure as Unreadable;
use leasehold_client::{AgentFault, Answer, Client, DirectoryFault, Error, Failure as HostFailure, Outcome, Refused};
use leasehold_core::Code;

use super::report;
use crate::commands::authority;
use crate::failure::Failure;
use crate::output::{Output, time};

/// Prints what was granted, or ends with why not.
pub(crate) fn answer(client: &Client, answer: Result<Answer, Error>, output: Output) -> Result<(), Failure> {
    let outcome = answer.map(|answer| {
        report::warn_of_hosts(&answer.passed_over, output);
        answer.outcome
    });
    match outcome {
        Ok(Outcome::Granted(_) | Outcome::Held(_) | Outcome::Read(_)) => {
            report::print(client, &client.status(), output);
            Ok(())
        }
        Ok(Outcome::Refused(refused)) => {
            report::warn(&client.notes(), output);
            Err(refusal(client, &refused))
        }
        Err(error) => {
            report::warn(&client.notes(), output);
            Err(match error {
                Error::NoLease(_) => no_lease(client, &error),
                other => failure(&other),
            })
        }
    }
}

/// There is nothing to renew: with what came of the last attempt to get a lease.
fn no_lease(client: &Client, error: &Error) -> Failure {
    let status = client.status();
    match &status.last_failure {
        Some(last) => {
            let next = status.next_attempt.map_or_else(String::new, |at| format!("; or wait until {}", time(at)));
            let hint = last.known().map_or(Code::Refused.hint(), Code::hint);
            let message = format!("{error}; the last attempt to get one: {}", report::last_attempt(&status, last));
            Failure::refused(Code::NoLease, message)
                .hint(format!("{hint}; `leasehold client activate` asks again now{next}"))
        }
        None => failure(error),
    }
}

/// A refusal by a host, with the time of the next attempt.
pub(crate) fn refusal(client: &Client, refused: &Refused) -> Failure {
    let product = client.manifest().product;
    let next = client.status().next_attempt.map(|next| format!("; the next attempt is at {}", time(next)));
    let next = next.unwrap_or_default();
    let proof = if refused.proof.is_some() { "proven by the host" } else { "not proven" };
    let next = format!(" ({proof}){next}");
    match refused.known() {
        Some(code) => Failure::refused(code, format!("{product}: {refused}{next}")),
        None => Failure::refused(Code::Refused, format!("{product}: {refused} ({}){next}", refused.code))
            .hint(refused.detail.clone()),
    }
}

/// An error of the SDK's. That a document does not verify, or that there is no lease, is an answer; the rest is failure.
pub(crate) fn failure(error: &Error) -> Failure {
    let code = error.code();
    let is_an_answer = match error {
        Error::Armour(_)
        | Error::Document(_)
        | Error::Manifest(_)
        | Error::ForeignManifest { .. }
        | Error::TestClock(_)
        | Error::WrongKind(_)
        | Error::Lease(_)
        | Error::Revocations(_)
        | Error::SignInNeeded
        | Error::NoSignIn
        | Error::InsecureHost(_)
        | Error::SignInTimeout
        | Error::UserRefused(_)
        | Error::NotAmong { .. }
        | Error::NoLease(_) => true,
        Error::Provider(error) => error.code() == Code::SignInDeclined,
        Error::Authority(error) => return authority::failed(error),
        Error::Directory(fault) => is_an_answer_of_a_directory(fault),
        Error::NoAnswer { tried } => tried.iter().all(|tried| matches!(tried.failure, HostFailure::Foreign)),
        Error::Agent(fault) => matches!(fault, AgentFault::Says { .. }),
        Error::NoProduct { .. }
        | Error::NoSuchState { .. }
        | Error::SeveralProducts { .. }
        | Error::NoStateDirectory
        | Error::File { .. }
        | Error::State { .. }
        | Error::Authorities
        | Error::NoHost { .. }
        | Error::NoIdToken(_)
        | Error::Loopback(_)
        | Error::NoFingerprint => false,
    };
    let message = error.to_string();
    match error {
        _ if is_an_answer => Failure::refused(code, message),
        Error::Authorities => Failure::failed(code, message).hint(CERTIFICATES),
        _ => Failure::failed(code, message),
    }
}

/// Whether a directory has said no, or holds nothing that activates; else it could not be read.
fn is_an_answer_of_a_directory(fault: &DirectoryFault) -> bool {
    match fault {
        DirectoryFault::NoObject(_) | DirectoryFault::Object { .. } => true,
        DirectoryFault::Server(error) => matches!(error.failure, Unreadable::Denied(_) | Unreadable::Referred(_)),
        DirectoryFault::NoServer => false,
    }
}

const CERTIFICATES: &str = "name a PEM file (-----BEGIN CERTIFICATE-----) with `--ca FILE` or LEASEHOLD_CA_FILE, or leave it out: the platform has its own";
