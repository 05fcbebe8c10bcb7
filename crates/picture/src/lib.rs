#![doc = include_str!("../README.md")]

mod code;
mod grey;
mod jpeg;
mod photograph;
mod png;
mod write;

pub use code::{Code, TooLong};
pub use photograph::{MAX_BYTES, MAX_PIXELS, PictureError, is_picture, read};
pub use write::{svg, terminal, to_png};
