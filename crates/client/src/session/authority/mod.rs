//! Speaking with the vendor's authority: what a machine with a multiple key does.

pub(crate) mod keyed;
pub(crate) mod link;
