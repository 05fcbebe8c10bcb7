//! What tests command: JSON over HTTP, on this machine alone.

use std::time::Duration;

use leasehold_client::{Clock, SystemClock};
use leasehold_core::{Code, KeyId, Span};
use leasehold_service::{Handler, Method, Problem, Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::clock::ClockFile;
use super::faults::Fault;
use super::vendor::TestVendor;
use crate::failure::Failure;
use crate::values;

/// What tests command.
pub(super) struct Control {
    pub(super) clock: ClockFile,
    pub(super) fault: watch::Sender<Fault>,
    pub(super) vendor: TestVendor,
}

/// How the clock is moved: exactly one member.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
enum Move {
    /// Forward by a length of time: `"31d"`.
    Advance(String),
    /// Back by a length of time.
    Back(String),
    /// To this time, in seconds since 1970.
    Set(u64),
    /// To this many seconds from the machine's clock.
    Offset(i64),
}

/// What the host does wrong.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFault {
    /// `none`, `slow`, `silent`, `dead`, or the code of a refusal.
    fault: String,
    /// How late `slow` is.
    milliseconds: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Revoke {
    /// The device key, as `client status` says it.
    client: String,
}

impl Handler for Control {
    async fn handle(&self, request: Request) -> Response {
        let answered = match (request.method.clone(), request.path()) {
            (Method::GET, "/test") => Ok(()),
            (Method::POST, "/test/clock") => read(&request).and_then(|to| self.move_clock(&to)),
            (Method::POST, "/test/fault") => read(&request).and_then(|fault| self.set_fault(&fault)),
            (Method::POST, "/test/revoke") => read(&request).and_then(|revoke| self.revoke(&revoke)),
            (Method::POST, "/test/rotate") => blocking(|| self.vendor.rotate()).map_err(|error| of_failure(&error)),
            (_, "/test" | "/test/clock" | "/test/fault" | "/test/revoke" | "/test/rotate") => Err(problem(
                StatusCode::METHOD_NOT_ALLOWED,
                Code::MethodNotAllowed,
                "GET /test, POST the others".to_owned(),
            )),
            (_, path) => Err(Problem::not_found(path)),
        };
        match answered {
            Ok(()) => Response::new(StatusCode::OK, "application/json", self.state().to_string()),
            Err(problem) => problem.into(),
        }
    }
}

impl Control {
    fn state(&self) -> Value {
        let moved = self.clock.moved();
        let fault = match *self.fault.borrow() {
            Fault::None => "none",
            Fault::Slow(_) => "slow",
            Fault::Silent => "silent",
            Fault::Dead => "dead",
            Fault::Refuse(code) => code.name(),
        };
        json!({ "time": SystemClock.now().unix().saturating_add_signed(moved), "moved": moved, "fault": fault })
    }

    fn move_clock(&self, to: &Move) -> Result<(), Problem> {
        let change = |moved: i64| -> Option<i64> {
            let next = match to {
                Move::Advance(time) => moved.checked_add(seconds(time)?)?,
                Move::Back(time) => moved.checked_sub(seconds(time)?)?,
                Move::Set(time) => {
                    i64::try_from(*time).ok()?.checked_sub(i64::try_from(SystemClock.now().unix()).ok()?)?
                }
                Move::Offset(offset) => *offset,
            };
            (next.unsigned_abs() <= MAX_MOVE).then_some(next)
        };
        let mut understood = false;
        let changed = self.clock.change(|moved| {
            let next = change(moved);
            understood = next.is_some();
            next
        });
        changed
            .map_err(|error| problem(StatusCode::INTERNAL_SERVER_ERROR, Code::File, crate::system::words(&error)))?;
        if understood { Ok(()) } else { Err(usage("a time like 31d is wanted, at most two hundred years away")) }
    }

    fn revoke(&self, revoke: &Revoke) -> Result<(), Problem> {
        let client: KeyId = revoke.client.parse().map_err(|_| usage("client: the id of a device is wanted"))?;
        blocking(|| self.vendor.revoke(client)).map_err(|error| of_failure(&error))
    }

    fn set_fault(&self, new: &NewFault) -> Result<(), Problem> {
        let fault = match (new.fault.as_str(), new.milliseconds) {
            ("slow", time) => Fault::Slow(Duration::from_millis(time.unwrap_or(2_000))),
            (_, Some(_)) => return Err(usage("milliseconds are for the fault slow alone")),
            ("none", None) => Fault::None,
            ("silent", None) => Fault::Silent,
            ("dead", None) => Fault::Dead,
            (code, None) => Fault::Refuse(
                code.parse().map_err(|_| usage("none, slow, silent, dead or the code of a refusal is wanted"))?,
            ),
        };
        self.fault.send_replace(fault);
        Ok(())
    }
}

fn seconds(time: &str) -> Option<i64> {
    let span: Span = values::span(time).ok()?;
    i64::try_from(span.as_seconds()).ok()
}

fn read<T: for<'de> Deserialize<'de>>(request: &Request) -> Result<T, Problem> {
    serde_json::from_slice(&request.body).map_err(|error| usage(&format!("the body: {error}")))
}

/// Keys and files take their time.
fn blocking<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}

fn usage(words: &str) -> Problem {
    problem(StatusCode::BAD_REQUEST, Code::Usage, words.to_owned())
}

fn of_failure(failure: &Failure) -> Problem {
    problem(StatusCode::CONFLICT, failure.code(), failure.message().to_owned())
}

fn problem(status: StatusCode, code: Code, detail: String) -> Problem {
    Problem::new(code.name(), status, code.meaning(), detail)
}

/// Further away than any test looks.
const MAX_MOVE: u64 = 200 * 366 * 86_400;
