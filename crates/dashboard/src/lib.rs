#![doc = include_str!("../README.md")]

pub mod assets;
pub mod chart;
mod frame;
pub mod host;
mod parts;

pub use frame::{Area, Frame, Notice, SignedIn, Tone, message_page, sign_in_page, welcome_page};
