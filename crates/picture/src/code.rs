//! One QR code: its modules, without the margin around them.

use qrcode::{EcLevel, QrCode, Version};

/// A QR code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    width: usize,
    dark: Vec<bool>,
}

/// A text that no QR code holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no QR code holds a text of {length} bytes")]
pub struct TooLong {
    /// Bytes of the text.
    pub length: usize,
}

impl Code {
    /// The smallest code that holds `text`, with as much correction of errors as fits it.
    ///
    /// # Errors
    /// [`TooLong`].
    pub fn new(text: &str) -> Result<Self, TooLong> {
        let too_long = |_| TooLong { length: text.len() };
        let smallest = QrCode::with_error_correction_level(text, EcLevel::L).map_err(too_long)?;
        let code = stronger(text, smallest.version()).unwrap_or(smallest);
        let width = code.width();
        let dark = code.into_colors().into_iter().map(|color| color == qrcode::Color::Dark).collect();
        Ok(Self { width, dark })
    }

    /// Modules in a row and in a column.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Whether the module in this column and row is dark; all around the code is light.
    pub(crate) fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.width && self.dark.get(y * self.width + x).is_some_and(|dark| *dark)
    }
}

fn stronger(text: &str, version: Version) -> Option<QrCode> {
    let mut levels = [EcLevel::H, EcLevel::Q, EcLevel::M].into_iter();
    levels.find_map(|level| QrCode::with_version(text, version, level).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_as_small_as_its_text_allows() {
        assert_eq!(Code::new("LH1:A").unwrap().width(), 21);
        let longest = Code::new(&"A".repeat(4_296)).unwrap();
        assert_eq!(longest.width(), 177);
        assert_eq!(Code::new(&"A".repeat(4_297)), Err(TooLong { length: 4_297 }));
    }
}
