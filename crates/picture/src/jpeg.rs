//! JPEG, read in shades of grey.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

use crate::error::{MAX_PIXELS, PictureError};
use crate::grey::Grey;

pub(crate) fn is_one(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xd8\xff")
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Grey, PictureError> {
    let options = DecoderOptions::default()
        .set_max_width(MAX_PIXELS)
        .set_max_height(MAX_PIXELS)
        .jpeg_set_max_scans(MAX_SCANS)
        .jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| damaged(&error))?;
    let sides = decoder.info().map_or((0, 0), |info| (usize::from(info.width), usize::from(info.height)));
    if sides.0.saturating_mul(sides.1) > MAX_PIXELS {
        return Err(PictureError::TooManyPixels);
    }
    let shades = decoder.decode().map_err(|error| damaged(&error))?;
    Grey::new(sides.0, sides.1, shades).ok_or_else(|| PictureError::Damaged("pixels are missing".to_owned()))
}

fn damaged(error: &DecodeErrors) -> PictureError {
    PictureError::Damaged(error.to_string().lines().next().unwrap_or_default().to_owned())
}

/// A progressive picture has about ten; each costs a walk over all pixels.
const MAX_SCANS: usize = 64;
