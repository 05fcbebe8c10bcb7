//! PNG, read in shades of grey and written in black and white.

use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder, DecodingError, Encoder, Limits, Transformations};

use crate::error::{MAX_PIXELS, PictureError};
use crate::grey::Grey;

pub(crate) fn is_one(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG\r\n\x1a\n")
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Grey, PictureError> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: 4 * MAX_PIXELS });
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(damaged)?;
    let sides = (side(header.width), side(header.height));
    if sides.0.saturating_mul(sides.1) > MAX_PIXELS {
        return Err(PictureError::TooManyPixels);
    }
    let mut reader = decoder.read_info().map_err(damaged)?;
    let size = reader.output_buffer_size().ok_or(PictureError::TooManyPixels)?;
    let mut pixels = vec![0; size];
    reader.next_frame(&mut pixels).map_err(damaged)?;
    let shades = match reader.output_color_type().0 {
        ColorType::Grayscale => pixels,
        ColorType::GrayscaleAlpha => pixels.chunks_exact(2).map(|pixel| over_white(pixel[0], pixel[1])).collect(),
        ColorType::Rgb => pixels.chunks_exact(3).map(luma).collect(),
        ColorType::Rgba => pixels.chunks_exact(4).map(|pixel| over_white(luma(pixel), pixel[3])).collect(),
        ColorType::Indexed => return Err(PictureError::Damaged("its colours are not in it".to_owned())),
    };
    Grey::new(sides.0, sides.1, shades).ok_or_else(|| PictureError::Damaged("pixels are missing".to_owned()))
}

/// A picture of two shades: whether the pixel in a column and row is dark.
pub(crate) fn encode(width: usize, height: usize, dark: impl Fn(usize, usize) -> bool) -> Vec<u8> {
    let eight = |start: usize, y: usize| -> u8 {
        (0..8).map(|bit| u8::from(start + bit < width && !dark(start + bit, y)) << (7 - bit)).sum()
    };
    let starts = (0..height).flat_map(|y| (0..width).step_by(8).map(move |start| (start, y)));
    let pixels: Vec<u8> = starts.map(|(start, y)| eight(start, y)).collect();
    let side = |pixels: usize| u32::try_from(pixels).expect("a few thousand pixels");
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, side(width), side(height));
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    let mut writer = encoder.write_header().expect("memory takes a picture");
    writer.write_image_data(&pixels).expect("memory takes a picture");
    drop(writer);
    bytes
}

/// How light three colours are together.
fn luma(pixel: &[u8]) -> u8 {
    let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
    u8::try_from((299 * red + 587 * green + 114 * blue) / 1_000).unwrap_or(u8::MAX)
}

/// A shade that lets what is below it through: codes on transparent ground are meant for white paper.
fn over_white(shade: u8, alpha: u8) -> u8 {
    let (shade, alpha) = (u32::from(shade), u32::from(alpha));
    u8::try_from((shade * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
}

fn damaged(error: DecodingError) -> PictureError {
    match error {
        DecodingError::LimitsExceeded => PictureError::TooManyPixels,
        DecodingError::IoError(_) => PictureError::Damaged("it ends too early".to_owned()),
        other => PictureError::Damaged(other.to_string()),
    }
}

fn side(pixels: u32) -> usize {
    usize::try_from(pixels).unwrap_or(usize::MAX)
}
