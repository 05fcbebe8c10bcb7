//! What a host keeps.
