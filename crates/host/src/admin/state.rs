//! What the admin side works on.

use std::fmt;
use std::sync::Arc;

use leasehold_core::{Code, Timestamp};
use leasehold_service::access::{AccessError, Caller, Event, SignIns};
use leasehold_service::admin::WrongTokens;
use leasehold_service::{Problem, Request, Response, StatusCode, Tls};
use leasehold_store::StoreError;
use leasehold_store::host::HostStore;

use super::history::History;
use super::local::LocalToken;
use super::{Operations, failed};
use crate::activation::Home;
use crate::controls::Controls;
use crate::identity::Identity;
use crate::metrics::Metrics;
use crate::settings::Settings;
use crate::shared::Shared;

/// What the admin side works on, on threads that may block.
pub(crate) struct AdminState {
    pub(super) shared: Arc<Shared>,
    pub(super) home: Home,
    pub(super) controls: Controls,
    pub(super) operations: Arc<dyn Operations>,
    pub(super) history: Arc<History>,
    pub(super) sign_ins: SignIns,
    pub(super) wrong_tokens: WrongTokens,
    pub(super) local: LocalToken,
    metrics: Metrics,
}

/// From what the admin side is made.
pub(crate) struct Parts {
    pub(crate) shared: Arc<Shared>,
    pub(crate) home: Home,
    pub(crate) controls: Controls,
    pub(crate) operations: Arc<dyn Operations>,
    pub(crate) history: Arc<History>,
    pub(crate) sign_ins: SignIns,
    pub(crate) wrong_tokens: WrongTokens,
    /// The TLS of the listeners for clients and for administrators.
    pub(crate) tls: [Option<Tls>; 2],
}

impl AdminState {
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts { shared, home, controls, operations, history, sign_ins, wrong_tokens, tls } = parts;
        let local = LocalToken::new(&*shared.rng);
        let metrics = Metrics::new(&shared, &home, tls);
        Self { shared, home, controls, operations, history, sign_ins, wrong_tokens, local, metrics }
    }

    pub(crate) fn local(&self) -> &LocalToken {
        &self.local
    }

    pub(super) fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    pub(super) fn identity(&self) -> Option<Arc<Identity>> {
        self.shared.identity()
    }

    pub(super) fn settings(&self) -> Settings {
        self.controls.subscribe().borrow().clone()
    }

    pub(super) fn metrics(&self, request: &Request) -> Response {
        self.metrics.answer(request)
    }

    /// Asks the thread that has the store.
    pub(super) fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut dyn HostStore) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        self.shared.ask(question).map_err(|error| not_answered(&error))
    }

    /// Writes down what is about to be done. What cannot be written down is not done.
    pub(super) fn note(
        &self,
        caller: &Caller,
        (action, subject): (&str, &str),
        from: std::net::IpAddr,
    ) -> Result<(), Problem> {
        let event = Event { actor: &caller.actor, action, subject, from: Some(from) };
        self.sign_ins.audit.note(event, self.now()).map_err(|error| unrecorded(&error))
    }
}

/// The problem of a store that does not answer.
pub(super) fn not_answered(error: &StoreError) -> Problem {
    tracing::warn!(code = %error.code(), %error, "not answered");
    let (code, status) = (Code::StoreUnavailable, StatusCode::SERVICE_UNAVAILABLE);
    failed(code, status, code.hint().to_owned())
}

/// The problem of what cannot be written down.
fn unrecorded(error: &AccessError) -> Problem {
    tracing::error!(code = %error.code(), %error, "not done");
    let code = error.code();
    failed(code, StatusCode::INTERNAL_SERVER_ERROR, "the audit cannot be written, so nothing was done".to_owned())
}

impl fmt::Debug for AdminState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdminState").finish_non_exhaustive()
    }
}
