//! Documents as QR codes: on the terminal where there is room, or in a picture.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use leasehold_core::Code as Name;
use leasehold_picture::{Code, svg, terminal, to_png};
use leasehold_wire::parts;

use crate::failure::Failure;
use crate::terminal as screen;

/// A form in which codes are written to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Picture {
    Png,
    Svg,
}

impl Picture {
    /// The form that the end of a file's name asks for.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?;
        if extension.eq_ignore_ascii_case("png") {
            Some(Self::Png)
        } else if extension.eq_ignore_ascii_case("svg") {
            Some(Self::Svg)
        } else {
            None
        }
    }

    /// All documents in one picture.
    pub(crate) fn draw(self, documents: &[Vec<u8>]) -> Result<Vec<u8>, Failure> {
        let codes = codes(documents)?;
        if codes.len() > MAX_CODES {
            let message = format!("it takes {} QR codes, and a picture has {MAX_CODES} at most", codes.len());
            return Err(
                Failure::refused(Name::NoRoomForQr, message).hint("carry it as a file, or fewer documents at a time")
            );
        }
        Ok(match self {
            Self::Png => to_png(&codes),
            Self::Svg => svg(&codes).into_bytes(),
        })
    }
}

/// The texts of all codes of `documents`.
pub(crate) fn texts(documents: &[Vec<u8>]) -> Vec<String> {
    documents.iter().flat_map(|document| parts::texts(document)).collect()
}

/// Prints `documents` as codes on standard output, where that is a terminal with room for each of them.
pub(crate) fn print(documents: &[Vec<u8>]) -> Result<(), Failure> {
    let shown = Shown::of(documents)?;
    shown.fits(screen::size(io::stdout()))?;
    out!("{}", shown.text);
    Ok(())
}

/// The same beside a document that was printed already; where there is no room, says how to get a picture.
pub(crate) fn print_beside(document: &[u8]) {
    let documents = [document.to_vec()];
    let printed = Shown::of(&documents).and_then(|shown| {
        shown.fits(screen::size(io::stderr()))?;
        err!("{}", shown.text);
        Ok(())
    });
    if let Err(failure) = printed {
        errln!("{}; {}", failure.message(), failure.advice());
    }
}

/// Codes as a terminal shows them, one below the other.
struct Shown {
    text: String,
    /// Of the largest code.
    columns: usize,
    lines: usize,
}

impl Shown {
    fn of(documents: &[Vec<u8>]) -> Result<Self, Failure> {
        let codes = codes(documents)?;
        let mut shown = Self { text: String::new(), columns: 0, lines: 0 };
        for (n, code) in codes.iter().enumerate() {
            let (lines, columns) = terminal(code);
            (shown.columns, shown.lines) = (shown.columns.max(columns), shown.lines.max(lines.len()));
            for line in lines {
                writeln!(shown.text, "{line}").expect("a text grows");
            }
            if codes.len() > 1 {
                writeln!(shown.text, "code {} of {}", n + 1, codes.len()).expect("a text grows");
            }
        }
        Ok(shown)
    }

    /// Whether a terminal of this many columns and lines shows each code whole, with a line below it.
    fn fits(&self, size: Option<(usize, usize)>) -> Result<(), Failure> {
        let Self { columns, lines, .. } = self;
        let takes = format!("the QR code takes {columns} columns and {} lines", lines + 1);
        match size {
            Some((wide, high)) if *columns <= wide && *lines < high => Ok(()),
            Some((wide, high)) => {
                Err(Failure::refused(Name::NoRoomForQr, format!("{takes}, the terminal has {wide} and {high}")))
            }
            None => Err(Failure::refused(Name::NoRoomForQr, format!("{takes}, and the output is no terminal"))),
        }
    }
}

fn codes(documents: &[Vec<u8>]) -> Result<Vec<Code>, Failure> {
    let all = texts(documents);
    if all.len() > MAX_SHOWN {
        let message = format!("it takes {} QR codes: too many to be photographed", all.len());
        return Err(
            Failure::refused(Name::NoRoomForQr, message).hint("carry it as a file, or fewer documents at a time")
        );
    }
    let code = |text: &String| Code::new(text).map_err(|error| Failure::failed(Name::Internal, error.to_string()));
    all.iter().map(code).collect()
}

/// Codes in one picture: any document but a long revocation list.
const MAX_CODES: usize = 16;
/// Codes on a terminal, one below the other.
const MAX_SHOWN: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_shown_only_where_it_is_whole_with_a_line_below_it() {
        let shown = Shown::of(&[vec![7; 280]]).expect("a code");
        let (columns, lines) = (shown.columns, shown.lines);
        assert!(columns > 40 && lines == columns.div_ceil(2), "{columns} {lines}");
        assert!(shown.fits(Some((columns, lines + 1))).is_ok());
        for size in [Some((columns - 1, lines + 1)), Some((columns, lines)), Some((80, 24)), None] {
            let failure = shown.fits(size).expect_err("no room");
            assert_eq!(failure.code(), Name::NoRoomForQr);
            assert!(failure.message().contains(&format!("{columns} columns and {} lines", lines + 1)), "{failure}");
            assert!(failure.advice().contains("-o FILE.png"), "{}", failure.advice());
        }
    }

    #[test]
    fn a_document_in_parts_has_a_code_for_each_and_one_beyond_a_picture_is_refused() {
        let shown = Shown::of(&[vec![7; 2_500]]).expect("codes");
        assert!(shown.text.contains("code 3 of 3"), "{}", shown.text.len());
        assert!(Picture::Svg.draw(&[vec![7; 16 * 1_100]]).is_ok());
        assert_eq!(Picture::Png.draw(&[vec![7; 17 * 1_100]]).expect_err("too many").code(), Name::NoRoomForQr);
        assert_eq!(Shown::of(&[vec![7; 1 << 20]]).err().map(|failure| failure.code()), Some(Name::NoRoomForQr));
    }

    #[test]
    fn the_end_of_a_name_says_which_picture() {
        let of = |name: &str| Picture::of(Path::new(name));
        assert_eq!(
            [of("a.png"), of("a.SVG"), of("a.txt"), of("png")],
            [Some(Picture::Png), Some(Picture::Svg), None, None]
        );
    }
}
