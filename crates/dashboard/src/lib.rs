#![doc = include_str!("../README.md")]

mod areas;
pub mod assets;
pub mod authority;
pub mod chart;
#[cfg(test)]
mod checks;
mod confirm;
mod fault;
mod frame;
pub mod host;
mod list;
mod parts;
mod report;
pub mod simulation;
pub mod usage;

pub use confirm::{Confirmation, confirm_page};
pub use fault::FieldFault;
pub use frame::{
    Area, Frame, Notice, REQUEST, SignInView, SignedIn, Tone, message_page, not_allowed_page, sign_in_page,
    signed_in_page, welcome_page,
};
