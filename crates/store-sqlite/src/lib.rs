#![doc = include_str!("../README.md")]

pub mod authority;
pub mod host;
mod open;
