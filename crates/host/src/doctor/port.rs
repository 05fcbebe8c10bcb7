//! Whether the host answers at its port, asked from its own machine.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use leasehold_core::{Code, Finding};

use super::DoctorInput;
use crate::health::{Answer, ask, reach};

pub(super) fn checks(input: &DoctorInput<'_>) -> Vec<Finding> {
    let address = match reach(input.address) {
        Ok(address) => address,
        Err((address, error)) => {
            let skipped = ["alive", "ready"].map(|name| Finding::skipped(name, "the port cannot be reached"));
            return [unreachable(address, &error)].into_iter().chain(skipped).collect();
        }
    };
    let port = Finding::ok("port", format!("{address}: something listens there"));
    let alive = match ask(address, "/healthz") {
        Ok(Answer { status: 200, body, version, .. }) if body == b"alive\n" => {
            Finding::ok("alive", format!("the host answers ({})", version.as_deref().unwrap_or("version not told")))
        }
        Ok(Answer { status, .. }) => Finding::failure("alive", Code::NotAHost, format!("{address}: answers {status}")),
        Err(error) => {
            Finding::failure("alive", Code::NotAHost, format!("{address}: what listens speaks no HTTP ({error})"))
        }
    };
    if alive.is_failure() {
        return vec![port, alive, Finding::skipped("ready", "no host answers")];
    }
    let ready = match ask(address, "/readyz") {
        Ok(Answer { status: 200, secure, .. }) => {
            Finding::ok("ready", if secure { "it can grant leases; TLS is on" } else { "it can grant leases" })
        }
        // Why it is not ready, in its own words.
        Ok(answer) => match answer.problem() {
            Some(known) => Finding::failure("ready", known, known.meaning()),
            None => Finding::failure("ready", Code::NotAHost, format!("it answers {}", answer.status)),
        },
        Err(error) => Finding::failure("ready", Code::NotAHost, format!("{address}: {error}")),
    };
    vec![port, alive, ready]
}

fn unreachable(address: SocketAddr, error: &io::Error) -> Finding {
    match error.kind() {
        ErrorKind::ConnectionRefused => {
            Finding::failure("port", Code::ConnectionRefused, format!("{address}: nothing listens there"))
                .with_hint("start it with `leasehold host serve`, or give the address with `--listen ADDRESS`")
        }
        ErrorKind::TimedOut | ErrorKind::WouldBlock => {
            let detail = format!("{address}: no answer; a firewall drops what is sent there");
            Finding::failure("port", Code::ConnectionTimeout, detail)
        }
        _ => Finding::failure("port", Code::HostUnreachable, format!("{address}: {error}")),
    }
}
