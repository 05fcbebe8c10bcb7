//! Speaking with hosts. [`asking`] is the way of a lease from the request to the state directory; below it [`request`]
//! prepares what is sent, [`round`] asks one host after the other, [`answer`] checks what they answer, [`outcome`] stores
//! it.

pub(crate) mod answer;
pub(crate) mod asking;
pub(crate) mod lookup;
pub(crate) mod outcome;
pub(crate) mod probe;
pub(crate) mod race;
pub(crate) mod release;
pub(crate) mod request;
pub(crate) mod revocations;
pub(crate) mod round;
pub(crate) mod user;
