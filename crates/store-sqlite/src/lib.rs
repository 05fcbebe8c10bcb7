//! The embedded backend: SQLite in write-ahead mode, every commit synced to disk before it is answered.

pub mod authority;
pub mod host;
mod open;
