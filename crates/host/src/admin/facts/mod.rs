//! What the admin API and the pages tell, gathered from a serving host.

mod clients;
mod ends;
mod events;
mod forecast;
mod life;
mod seals;
mod settings;
mod status;
mod users;
mod warnings;

pub(super) use clients::ClientQuery;
pub(super) use ends::KeptEnds;
pub(super) use events::EventQuery;

use std::time::Duration;

use tokio::time::Instant;

use crate::hex;

/// For how long an answer goes on looking before it says that there may be more.
#[derive(Clone, Copy, Debug)]
struct Budget(Instant);

impl Budget {
    fn begin() -> Self {
        Self(Instant::now())
    }

    fn is_spent(self) -> bool {
        self.0.elapsed() >= BUDGET
    }
}

/// An answer is made in less than 100 ms, whatever the store holds: the page of forks and twins looks twice.
const BUDGET: Duration = Duration::from_millis(30);

/// Clients that one question looks at: a few milliseconds.
const STRETCH: usize = 4_000;

fn digits(hash: &[u8]) -> String {
    hex::encode(hash)
}
