//! The HTTP plumbing that the activation host and the vendor's authority share.
//!
//! It takes connections, TLS, limits, problem replies and shutdown off a [`Handler`]'s hands: a handler gets a
//! [`Request`] whose body is read and within bounds, and answers with a [`Response`]. What a path means, and every
//! rule of the business, is the handler's. For handlers there are also the [`client_address`] of a request behind proxies,
//! a [`RateLimiter`], and a [`WorkQueue`] for what blocks.
//!
//! ```no_run
//! use leasehold_service::{Handler, Limits, Listener, Problem, Request, Response, Server, shutdown_signal};
//!
//! struct Hello;
//!
//! impl Handler for Hello {
//!     async fn handle(&self, request: Request) -> Response {
//!         match request.path() {
//!             "/healthz" => Response::text("alive\n"),
//!             path => Problem::not_found(path).into(),
//!         }
//!     }
//! }
//!
//! # async fn run() -> Result<(), leasehold_service::Error> {
//! let listener = Listener::bind("127.0.0.1:0".parse().expect("an address"))?;
//! let server = Server::new(Hello, Limits::default());
//! let drained = server.serve(listener, shutdown_signal()).await;
//! # let _ = drained;
//! # Ok(())
//! # }
//! ```

mod activity;
mod answer;
mod body;
mod client_address;
mod connection;
mod counters;
mod error;
mod idle;
mod limits;
mod listener;
mod problem;
mod rate_limit;
mod request;
mod response;
mod server;
mod shared;
mod shutdown;
#[cfg(test)]
mod tests;
mod tls;
mod tracked_stream;
mod work_queue;

pub use bytes::Bytes;
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};

pub use client_address::{InvalidNetwork, Network, client_address};
pub use counters::{Counters, Snapshot};
pub use error::Error;
pub use limits::Limits;
pub use listener::Listener;
pub use problem::Problem;
pub use rate_limit::{Rate, RateLimiter, rate_limit_key};
pub use request::Request;
pub use response::Response;
pub use server::{Drained, Handler, Server};
pub use shutdown::shutdown_signal;
pub use tls::Tls;
pub use work_queue::{WorkError, WorkQueue};
