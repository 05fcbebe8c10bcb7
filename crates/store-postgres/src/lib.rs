//! The shared backend: host and authority on PostgreSQL.
