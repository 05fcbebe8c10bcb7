//! What the server asks for its answers.

use std::sync::Arc;

use crate::{Request, Response};

/// What answers requests.
///
/// A handler that panics answers 500 `internal`; one that takes longer than [`Limits::answer_timeout`](crate::Limits::answer_timeout) is dropped where
/// it waits, and its client is answered 503 `busy`. It is dropped as well when its client goes away, so what must be
/// done once it is begun belongs into a task of its own.
pub trait Handler: Send + Sync + 'static {
    /// Answers one request.
    fn handle(&self, request: Request) -> impl Future<Output = Response> + Send;
}

impl<H: Handler> Handler for Arc<H> {
    fn handle(&self, request: Request) -> impl Future<Output = Response> + Send {
        H::handle(self, request)
    }
}
