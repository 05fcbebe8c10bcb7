//! A picture in shades of grey, and what is done to it so that its codes can be read.

/// A picture in shades of grey, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grey {
    width: usize,
    height: usize,
    shades: Vec<u8>,
}

impl Grey {
    /// `None` where the shades are not as many as the sides say, or there are none.
    pub(crate) fn new(width: usize, height: usize, shades: Vec<u8>) -> Option<Self> {
        let fits = width.checked_mul(height) == Some(shades.len()) && !shades.is_empty();
        fits.then_some(Self { width, height, shades })
    }

    pub(crate) const fn width(&self) -> usize {
        self.width
    }

    pub(crate) const fn height(&self) -> usize {
        self.height
    }

    pub(crate) fn longer_side(&self) -> usize {
        self.width.max(self.height)
    }

    /// The shade at this place; beyond an edge that of the edge.
    pub(crate) fn at(&self, x: usize, y: usize) -> u8 {
        self.shades[y.min(self.height - 1) * self.width + x.min(self.width - 1)]
    }

    /// With its shades spread from black to white, the darkest and the lightest hundredth aside.
    pub(crate) fn spread(mut self) -> Self {
        let mut counts = [0_usize; 256];
        self.shades.iter().for_each(|shade| counts[usize::from(*shade)] += 1);
        let aside = self.shades.len() / 100;
        let low = nth(counts.iter().enumerate(), aside);
        let high = nth(counts.iter().enumerate().rev(), aside);
        if high > low {
            let new = |shade: usize| (shade.clamp(low, high) - low) * 255 / (high - low);
            let table: Vec<u8> = (0..256).map(|shade| byte(new(shade))).collect();
            self.shades.iter_mut().for_each(|shade| *shade = table[usize::from(*shade)]);
        }
        self
    }

    /// With a longer side of `side` pixels: each pixel the mean of those in its place, or what lies between two.
    pub(crate) fn resized(&self, side: usize) -> Self {
        let from = self.longer_side();
        let scaled = |length: usize| (length * side / from).max(1);
        let (width, height) = (scaled(self.width), scaled(self.height));
        let shade = if side < from { Self::mean } else { Self::between };
        let shades = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let shades = shades.map(|(x, y)| shade(self, (x, y), (width, height))).collect();
        Self { width, height, shades }
    }

    /// The mean of the pixels that this one of a smaller picture stands for.
    fn mean(&self, (x, y): (usize, usize), (width, height): (usize, usize)) -> u8 {
        let range = |at: usize, sides: usize, own: usize| {
            let start = at * own / sides;
            start..((at + 1) * own / sides).max(start + 1)
        };
        let (columns, rows) = (range(x, width, self.width), range(y, height, self.height));
        let pixels = columns.len() * rows.len();
        let row = |y: usize| -> usize { columns.clone().map(|x| usize::from(self.at(x, y))).sum() };
        byte(rows.map(row).sum::<usize>() / pixels)
    }

    /// The shade at this pixel of a larger picture, between the four next to its place here.
    fn between(&self, (x, y): (usize, usize), (width, height): (usize, usize)) -> u8 {
        // The place of the pixel's middle, in parts of a pixel.
        let place = |at: usize, sides: usize, own: usize| {
            ((2 * at + 1) * own * PARTS / (2 * sides)).saturating_sub(PARTS / 2).min((own - 1) * PARTS)
        };
        let (x, y) = (place(x, width, self.width), place(y, height, self.height));
        let (left, top, right, low) = (x / PARTS, y / PARTS, x % PARTS, y % PARTS);
        let mix = |a: usize, b: usize, of_b: usize| a * (PARTS - of_b) + b * of_b;
        let shade = |x, y| usize::from(self.at(x, y));
        let row = |y| mix(shade(left, y), shade(left + 1, y), right);
        byte(mix(row(top), row(top + 1), low) / (PARTS * PARTS))
    }

    /// Each pixel as the mean of those up to `radius` around it: noise goes, and so do details.
    pub(crate) fn smoothed(&self, radius: usize) -> Self {
        self.means_of_rows(radius).turned().means_of_rows(radius).turned()
    }

    /// Each pixel lighter or darker than the mean of those up to `radius` around it, three times as much as it is: what was
    /// blurred gets edges.
    pub(crate) fn sharpened(&self, radius: usize) -> Self {
        let means = self.smoothed(radius);
        let pairs = self.shades.iter().zip(&means.shades);
        let shades = pairs.map(|(own, mean)| {
            let (own, mean) = (i32::from(*own), i32::from(*mean));
            u8::try_from((mean + 4 * (own - mean)).clamp(0, 255)).unwrap_or(u8::MAX)
        });
        Self { shades: shades.collect(), ..*self }
    }

    /// Whether each pixel is darker than those around it, up to `radius` away: light may fall from one side.
    pub(crate) fn darker_than_around(&self, radius: usize) -> Vec<bool> {
        let means = self.smoothed(radius);
        let pairs = self.shades.iter().zip(&means.shades);
        pairs.map(|(own, mean)| u16::from(*own) + DIFFERENCE < u16::from(*mean)).collect()
    }

    /// Left for right: what a front camera takes.
    pub(crate) fn mirrored(&self) -> Self {
        let rows = self.shades.chunks_exact(self.width);
        let shades = rows.flat_map(|row| row.iter().rev().copied()).collect();
        Self { width: self.width, height: self.height, shades }
    }

    /// Dark for light: codes on dark screens.
    pub(crate) fn inverted(mut self) -> Self {
        self.shades.iter_mut().for_each(|shade| *shade = u8::MAX - *shade);
        self
    }

    fn means_of_rows(&self, radius: usize) -> Self {
        let mut shades = Vec::with_capacity(self.shades.len());
        for row in self.shades.chunks(self.width) {
            let at = |x: usize| usize::from(row[x.saturating_sub(radius).min(row.len() - 1)]);
            let mut sum: usize = (0..=2 * radius).map(at).sum();
            for x in 0..row.len() {
                shades.push(byte(sum / (2 * radius + 1)));
                sum = sum + at(x + 2 * radius + 1) - at(x);
            }
        }
        Self { width: self.width, height: self.height, shades }
    }

    /// Rows as columns.
    fn turned(&self) -> Self {
        let places = (0..self.width).flat_map(|x| (0..self.height).map(move |y| (x, y)));
        let shades = places.map(|(x, y)| self.at(x, y)).collect();
        Self { width: self.height, height: self.width, shades }
    }
}

/// The first shade at which more than `aside` pixels were counted.
fn nth<'c>(counts: impl Iterator<Item = (usize, &'c usize)>, aside: usize) -> usize {
    let mut seen = 0;
    let mut counted = counts.map(|(shade, count)| {
        seen += count;
        (shade, seen)
    });
    counted.find(|(_, seen)| *seen > aside).map_or(0, |(shade, _)| shade)
}

fn byte(shade: usize) -> u8 {
    u8::try_from(shade).unwrap_or(u8::MAX)
}

/// How much darker a dark pixel is than the mean around it.
const DIFFERENCE: u16 = 6;
/// Parts of a pixel, for places between pixels.
const PARTS: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(width: usize, shades: &[u8]) -> Grey {
        Grey::new(width, shades.len() / width, shades.to_vec()).unwrap()
    }

    #[test]
    fn a_picture_has_as_many_shades_as_its_sides_say() {
        assert_eq!(
            [Grey::new(2, 2, vec![0; 3]), Grey::new(0, 0, vec![]), Grey::new(usize::MAX, 2, vec![0])],
            [const { None }; 3]
        );
    }

    #[test]
    fn shades_are_spread_and_a_picture_of_one_shade_stays() {
        assert_eq!(grey(2, &[50, 60, 70, 90]).spread(), grey(2, &[0, 63, 127, 255]));
        assert_eq!(grey(2, &[9, 9]).spread(), grey(2, &[9, 9]));
    }

    #[test]
    fn a_picture_is_made_smaller_by_means_and_larger_by_what_lies_between() {
        assert_eq!(grey(4, &[0, 10, 20, 30, 2, 12, 22, 32]).resized(2), grey(2, &[6, 26]));
        assert_eq!(grey(2, &[0, 100]).resized(4).shades[..4], [0, 25, 75, 100]);
        assert_eq!(grey(1, &[7]).resized(3), grey(3, &[7; 9]));
    }

    #[test]
    fn smoothing_spreads_a_spot_and_sharpening_raises_it() {
        let spot = grey(3, &[0, 0, 0, 0, 90, 0, 0, 0, 0]);
        assert_eq!(spot.smoothed(1), grey(3, &[10; 9]));
        assert_eq!(spot.sharpened(1).at(1, 1), 255);
        assert_eq!(spot.inverted().darker_than_around(1).iter().filter(|dark| **dark).count(), 1);
        let spot = grey(3, &[0, 0, 0, 0, 90, 0, 0, 0, 0]);
        assert_eq!(spot.clone().inverted().inverted(), spot);
    }
}
