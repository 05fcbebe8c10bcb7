#![doc = include_str!("../README.md")]

mod activation;
mod client;
mod code;
mod documents;
mod fault;
mod handle;
mod input;
mod memory;
mod options;
mod output;
mod renewing;
mod renewing_thread;
mod sign_in;
mod standing;
mod version;

pub use activation::*;
pub use client::*;
pub use code::{NUMBERS, name_of};
pub use documents::*;
pub use fault::*;
pub use memory::*;
pub use options::*;
pub use renewing::*;
pub use renewing_thread::*;
pub use sign_in::*;
pub use standing::*;
pub use version::*;
