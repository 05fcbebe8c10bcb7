//! The texts of the QR codes in a photograph. The picture is a stranger's: its size is looked at before it is decoded, and the
//! number of tries is fixed.

use std::collections::BTreeSet;

use rqrr::PreparedImage;

use crate::error::{MAX_BYTES, PictureError};
use crate::grey::Grey;
use crate::{jpeg, png};

/// Whether `bytes` begin as a picture that [`read`] may read.
pub fn is_picture(bytes: &[u8]) -> bool {
    png::is_one(bytes) || jpeg::is_one(bytes)
}

/// The texts of all QR codes that can be read in a picture, in the order of their letters, each once.
///
/// # Errors
/// [`PictureError`]. A picture that shows no code is no error.
pub fn read(bytes: &[u8]) -> Result<Vec<String>, PictureError> {
    if bytes.len() > MAX_BYTES {
        return Err(PictureError::TooManyBytes);
    }
    let picture = if png::is_one(bytes) {
        png::decode(bytes)?
    } else if jpeg::is_one(bytes) {
        jpeg::decode(bytes)?
    } else {
        return Err(PictureError::Format);
    };
    Ok(codes(&picture.spread()))
}

/// Tries the picture in several sizes, smoothed and sharpened, until all codes that are seen are read.
fn codes(picture: &Grey) -> Vec<String> {
    let mut found = Found::default();
    let side = picture.longer_side();
    let mut sizes: Vec<usize> = SIDES.iter().copied().filter(|wanted| *wanted < side).collect();
    sizes.push(side.min(LARGEST));
    sizes.extend((side < SMALL).then_some(2 * side));
    for size in sizes {
        let sized = if size == side { picture.clone() } else { picture.resized(size) };
        found.scan_shades(&sized);
        for change in CHANGES {
            if found.is_all() {
                return found.texts();
            }
            found.scan(&change(&sized));
        }
    }
    if found.texts.is_empty() {
        let small = picture.resized(side.min(SIDES[0]));
        // As a front camera takes it, or glass shows it.
        found.scan(&small.mirrored());
        found.scan(&small.inverted());
    }
    found.texts()
}

/// The codes of a picture, over all tries.
#[derive(Default)]
struct Found {
    texts: BTreeSet<String>,
    /// The most that were seen in one try.
    seen: usize,
}

impl Found {
    /// Leaves it to the reader what is dark.
    fn scan_shades(&mut self, picture: &Grey) {
        let (width, height) = (picture.width(), picture.height());
        let mut prepared = PreparedImage::prepare_from_greyscale(width, height, |x, y| picture.at(x, y));
        let grids = prepared.detect_grids();
        self.keep(grids.iter().map(|grid| grid.decode().ok().map(|(_, text)| text)).collect());
    }

    /// Dark is what is darker than what is around it.
    fn scan(&mut self, picture: &Grey) {
        let dark = picture.darker_than_around(picture.longer_side() / AROUND + 4);
        let width = picture.width();
        let mut prepared = PreparedImage::prepare_from_bitmap(width, picture.height(), |x, y| dark[y * width + x]);
        let grids = prepared.detect_grids();
        self.keep(grids.iter().map(|grid| grid.decode().ok().map(|(_, text)| text)).collect());
    }

    /// Keeps the texts of the codes that were seen, as far as they were read.
    fn keep(&mut self, seen: Vec<Option<String>>) {
        self.seen = self.seen.max(seen.len());
        self.texts.extend(seen.into_iter().flatten());
    }

    /// Whether as many were read as were seen.
    fn is_all(&self) -> bool {
        self.seen > 0 && self.texts.len() >= self.seen
    }

    fn texts(self) -> Vec<String> {
        self.texts.into_iter().collect()
    }
}

/// Longer sides at which a picture is looked at, if it is larger.
const SIDES: [usize; 3] = [1_200, 2_000, 800];
/// A smaller one is looked at in twice its size too.
const SMALL: usize = 1_600;
/// A larger one is made smaller.
const LARGEST: usize = 4_000;
/// A part of the longer side: what is around a pixel.
const AROUND: usize = 40;
/// What is done to a picture before its codes are looked for.
const CHANGES: [fn(&Grey) -> Grey; 4] =
    [Grey::clone, |picture| picture.smoothed(1), |picture| picture.sharpened(3), |picture| picture.smoothed(2)];

#[cfg(test)]
mod tests;
