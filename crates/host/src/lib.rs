//! The activation host: takes requests off the network, decides them in batches, seals, stores, answers.
//!
//! `core` decides, the store records; here are the threads, the files and the HTTP answers between them.

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
mod identity;
mod job;
mod pipeline;
mod problems;
mod publishing;
mod remembered;
pub mod renewing;
pub mod restore;
mod server;
mod shared;
pub mod stages;
mod verify;

use std::fmt;
use std::sync::Arc;

use leasehold_core::Timestamp;

pub use error::Error;
pub use identity::Identity;
pub use problems::problem;
pub use publishing::{Announced, Publications};
pub use server::{Gauges, Options, Server};

/// Where the host gets the time and chance from; the real ones in the program, others in tests.
#[derive(Clone)]
pub struct Surroundings {
    /// The time now.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Fills bytes with chance that nobody can guess.
    pub random: Arc<Chance>,
}

/// Fills bytes with chance.
pub type Chance = dyn Fn(&mut [u8]) + Send + Sync;

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Surroundings")
    }
}
