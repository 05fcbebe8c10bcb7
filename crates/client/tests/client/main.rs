//! The SDK against a host on a real socket, with virtual time and seeded random bytes.
#![expect(clippy::unwrap_used, reason = "where nothing is, the test has failed")]

mod asking;
mod borrowing;
mod hosts;
mod interleavings;
mod keyed;
mod machines;
mod names;
mod scene;
mod standing;
mod state;
mod tls;
