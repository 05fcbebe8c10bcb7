//! Codes as pictures: PNG, SVG, half blocks for a terminal.

use std::fmt::Write as _;

use crate::code::Code;
use crate::png;

/// All codes in one PNG, in rows, each with its margin.
pub fn to_png(codes: &[Code]) -> Vec<u8> {
    let sheet = Sheet::of(codes);
    let scale = if sheet.side() * LARGE > MAX_SIDE { SMALL } else { LARGE };
    let (width, height) = (sheet.columns * sheet.cell, sheet.rows * sheet.cell);
    let mut dark = vec![false; width * height];
    sheet.dark(codes).for_each(|(x, y)| dark[y * width + x] = true);
    png::encode(width * scale, height * scale, |x, y| dark[y / scale * width + x / scale])
}

/// The same as SVG.
pub fn svg(codes: &[Code]) -> String {
    let sheet = Sheet::of(codes);
    let (width, height) = (sheet.columns * sheet.cell, sheet.rows * sheet.cell);
    let mut path = String::new();
    for (x, y) in sheet.dark(codes) {
        write!(path, "M{x} {y}h1v1h-1z").expect("a text grows");
    }
    let (wide, high) = (width * LARGE, height * LARGE);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" viewBox=\"0 0 {width} {height}\" \
         shape-rendering=\"crispEdges\"><path d=\"M0 0h{width}v{height}H0z\" fill=\"#fff\"/><path d=\"{path}\"/></svg>\n"
    )
}

/// The lines of one code for a terminal: two modules a character, dark on light whatever the terminal's own colours are. The
/// second value is how many columns a line takes.
pub fn terminal(code: &Code) -> (Vec<String>, usize) {
    let columns = code.width() + 2 * MARGIN_SHOWN;
    let dark = |x: usize, y: usize| {
        let (x, y) = (x.checked_sub(MARGIN_SHOWN), y.checked_sub(MARGIN_SHOWN));
        x.zip(y).is_some_and(|(x, y)| code.is_dark(x, y))
    };
    let half_blocks = |y: usize| {
        let blocks = (0..columns).map(|x| match (dark(x, y), dark(x, y + 1)) {
            (false, false) => ' ',
            (true, false) => '\u{2580}',
            (false, true) => '\u{2584}',
            (true, true) => '\u{2588}',
        });
        format!("\u{1b}[30;107m{}\u{1b}[0m", blocks.collect::<String>())
    };
    ((0..columns).step_by(2).map(half_blocks).collect(), columns)
}

/// Where codes stand in a picture: in cells of one size.
struct Sheet {
    columns: usize,
    rows: usize,
    /// Modules of a cell's side, margin included.
    cell: usize,
}

impl Sheet {
    fn of(codes: &[Code]) -> Self {
        let columns = codes.len().saturating_sub(1).isqrt() + 1;
        let widest = codes.iter().map(Code::width).max().unwrap_or_default();
        Self { columns, rows: codes.len().div_ceil(columns).max(1), cell: widest + 2 * MARGIN }
    }

    /// Modules of the longer side.
    fn side(&self) -> usize {
        self.columns.max(self.rows) * self.cell
    }

    /// The dark modules of all codes.
    fn dark<'c>(&self, codes: &'c [Code]) -> impl Iterator<Item = (usize, usize)> + 'c {
        let (columns, cell) = (self.columns, self.cell);
        codes.iter().enumerate().flat_map(move |(n, code)| {
            let (left, top) = (n % columns * cell + MARGIN, n / columns * cell + MARGIN);
            let width = code.width();
            let modules = (0..width * width).map(move |at| (at % width, at / width));
            modules.filter(|(x, y)| code.is_dark(*x, *y)).map(move |(x, y)| (left + x, top + y))
        })
    }
}

/// What the standard asks for around a code, in modules.
const MARGIN: usize = 4;
/// What readers need of it: a terminal has little room.
const MARGIN_SHOWN: usize = 2;
/// Pixels of a module's side, where the picture gets no larger than a screen.
const LARGE: usize = 8;
const SMALL: usize = 4;
const MAX_SIDE: usize = 2_048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_codes_stand_in_rows_and_a_margin_is_around_each() {
        let codes: Vec<Code> = (0..5).map(|n| Code::new(&format!("LH1:{n}")).unwrap()).collect();
        let sheet = Sheet::of(&codes);
        assert_eq!((sheet.columns, sheet.rows, sheet.cell), (3, 2, 29));
        let picture = png::decode(&to_png(&codes)).unwrap();
        assert_eq!((picture.width(), picture.height()), (3 * 29 * 8, 2 * 29 * 8));
        let margins = (0..picture.width()).all(|x| picture.at(x, 29 * 8) == 255);
        assert!(margins && picture.at(4 * 8, 4 * 8) == 0);
        assert!(svg(&codes).contains("viewBox=\"0 0 87 58\""));
    }

    #[test]
    fn a_terminal_shows_a_code_whole_with_its_colours() {
        let code = Code::new("LH1:A").unwrap();
        let (lines, columns) = terminal(&code);
        assert_eq!((lines.len(), columns), (13, 25));
        let shown = |line: &String| line.chars().filter(|c| matches!(c, ' ' | '\u{2580}'..='\u{2588}')).count();
        assert!(lines.iter().all(|line| shown(line) == columns && line.starts_with("\u{1b}[30;107m")));
    }
}
