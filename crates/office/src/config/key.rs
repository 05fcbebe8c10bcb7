//! A product key on its way into a file.

use std::fmt;

use crate::facts::gvlk;

/// A product key. Unless it is a published one it is a secret, and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// The key that `text` holds; its form is judged with the file.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_ascii_uppercase())
    }

    /// Whether it is not a published one.
    pub fn is_secret(&self) -> bool {
        gvlk::find(&self.0).is_none()
    }

    /// The key itself.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
