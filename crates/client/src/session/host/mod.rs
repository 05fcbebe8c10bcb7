//! Speaking with hosts: finding them, asking them one after the other, checking what they answer.

pub(crate) mod answer;
pub(crate) mod asking;
mod conversation;
pub(crate) mod examine;
pub(crate) mod lookup;
pub(crate) mod route;
