//! The authority on SQLite.
