#![doc = include_str!("../README.md")]

pub mod activation;
mod api;
pub mod asking;
pub mod authority;
pub mod backup;
mod batch_queue;
pub mod change;
pub mod check;
mod decide;
pub mod dns;
pub mod doctor;
mod error;
mod files;
mod hex;
mod identity;
mod job;
pub mod mark;
mod pipeline;
mod problems;
mod publishing;
mod rates;
mod remembered;
pub mod renewing;
pub mod report;
pub mod restore;
mod server;
mod shared;
pub mod stages;
mod verify;

pub use error::Error;
pub use identity::Identity;
pub use problems::problem;
pub use publishing::{Announced, Publications};
pub use rates::RateLimits;
pub use server::{Gauges, Options, Server};
