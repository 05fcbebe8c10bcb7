//! What the server asks for its answers.

use std::pin::Pin;
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

/// A handler of any type. What serves connections is thereby compiled once, in this crate, for speed; not in each crate that starts a server
/// and with its optimisation.
pub(crate) trait AnyHandler: Send + Sync {
    fn handle(&self, request: Request) -> Pin<Box<dyn Future<Output = Response> + Send + '_>>;
}

impl<H: Handler> AnyHandler for H {
    fn handle(&self, request: Request) -> Pin<Box<dyn Future<Output = Response> + Send + '_>> {
        Box::pin(Handler::handle(self, request))
    }
}
