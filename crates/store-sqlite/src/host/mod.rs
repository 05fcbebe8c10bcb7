//! The host on SQLite.
