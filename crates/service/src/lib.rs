#![doc = include_str!("../README.md")]

pub mod access;
mod activity;
mod addresses;
pub mod admin;
mod answer;
mod body;
mod certificate;
mod client_address;
mod connection;
mod counters;
mod date;
mod error;
mod handler;
pub mod id_token;
mod idle;
mod limits;
mod listener;
#[cfg(unix)]
mod local;
pub mod pages;
mod pem;
mod prefixed_stream;
mod problem;
mod proxy_protocol;
mod rate_limit;
mod recording;
mod request;
mod response;
mod server;
mod shared;
mod signals;
pub mod supervisor;
#[cfg(test)]
mod tests;
mod tls;
pub mod trace;
mod tracked_stream;
mod work_queue;
mod workers;

pub use bytes::Bytes;
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};

pub use certificate::{CertificateEnd, SiteCertificate};
pub use client_address::{InvalidNetwork, Network, TrustedProxies};
pub use counters::{Counters, Snapshot};
pub use error::Error;
pub use handler::Handler;
pub use limits::Limits;
pub use listener::Listener;
#[cfg(unix)]
pub use local::{LocalSocket, Visitors};
pub use problem::Problem;
pub use rate_limit::{Rate, RateLimiter, rate_limit_key};
pub use request::Request;
pub use response::Response;
pub use server::{Drained, Server, Shutdown};
pub use signals::{ReloadSignal, ask_to_stop, shutdown_signal};
pub use tls::Tls;
pub use work_queue::{WorkError, WorkQueue};
