//! What the authority keeps.
