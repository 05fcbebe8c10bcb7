//! Why a picture cannot be looked at, and how large one may be.

/// Why a picture cannot be looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// More bytes than [`MAX_BYTES`].
    #[error("the file of a picture has at most {} MiB, this one is larger", MAX_BYTES >> 20)]
    TooManyBytes,
    /// More pixels than [`MAX_PIXELS`].
    #[error("a picture has at most {} million pixels, this one has more", MAX_PIXELS / 1_000_000)]
    TooManyPixels,
    /// Neither PNG nor JPEG.
    #[error("it is neither a PNG nor a JPEG picture")]
    Format,
    /// It is cut or garbled.
    #[error("the picture is damaged: {0}")]
    Damaged(String),
}

/// Bytes of a picture's file.
pub const MAX_BYTES: usize = 32 << 20;
/// Pixels of a picture: the largest that telephones take by themselves.
pub const MAX_PIXELS: usize = 64_000_000;
