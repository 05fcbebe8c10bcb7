//! What the admin API and the pages tell, gathered from a serving host.

mod clients;
mod events;
mod forecast;
mod life;
mod seals;
mod settings;
mod status;
mod users;
mod warnings;

pub(super) use clients::ClientQuery;
pub(super) use events::EventQuery;

use crate::hex;

fn digits(hash: &[u8]) -> String {
    hex::encode(hash)
}
