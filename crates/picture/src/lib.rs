#![doc = include_str!("../README.md")]

mod code;
mod error;
mod grey;
mod jpeg;
mod photograph;
mod png;
mod write;

pub use code::{Code, TooLong};
pub use error::{MAX_BYTES, MAX_PIXELS, PictureError};
pub use photograph::{is_picture, read};
pub use write::{svg, terminal, to_png};
