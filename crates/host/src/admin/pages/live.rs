//! Server-sent events: one that says that something has changed, then the connection ends and the browser asks again. So no connection
//! is held for longer than an answer may take.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use leasehold_service::admin::no_store;
use leasehold_service::{HeaderName, Request, Response, StatusCode};
use tokio::time::Instant;

use super::AdminState;

/// Waits until something was decided since the caller was last told, a while at most.
pub(in crate::admin) async fn live(state: &Arc<AdminState>, request: &Request) -> Response {
    if !matches!(state.sign_ins.caller(request, state.now()), Ok(Some(_))) {
        // A browser does not ask again then.
        return Response::empty(StatusCode::NO_CONTENT);
    }
    let told = request.header(&HeaderName::from_static("last-event-id")).and_then(|id| id.parse().ok());
    let known: u64 = told.unwrap_or_else(|| state.decided());
    let until = Instant::now() + WAIT;
    while state.decided() == known && Instant::now() < until {
        tokio::time::sleep(LOOK).await;
    }
    let now = state.decided();
    let event = if now == known { "event: same" } else { "event: changed" };
    let body = format!("retry: 1000\nid: {now}\n{event}\ndata: {now}\n\n");
    no_store(Response::new(StatusCode::OK, "text/event-stream", body))
}

impl AdminState {
    /// A number that is another one whenever something was decided.
    fn decided(&self) -> u64 {
        let counters = &self.shared.counters;
        let batches = self.shared.mark().map_or(0, |mark| mark.batch);
        counters.granted.load(Ordering::Relaxed) + counters.refused.load(Ordering::Relaxed) + batches
    }
}

const WAIT: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(500);
