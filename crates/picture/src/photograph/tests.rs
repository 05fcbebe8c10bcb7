//! Codes as photographs show them: turned, seen from the side, blurred, noisy, small, dark; and pictures that are none.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "places in pictures of some hundred pixels"
)]

use ::png::{BitDepth, ColorType, Encoder};

use super::*;
use crate::{Code, to_png};

/// What a document of this size makes.
fn text(length: usize) -> String {
    const DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let mut state = 7_usize;
    let digits = (0..length).map(|_| {
        state = (state * 1_103_515_245 + 12_345) % (1 << 31);
        char::from(DIGITS[state / 65_536 % DIGITS.len()])
    });
    format!("LH1:{}", digits.collect::<String>())
}

/// A request of a machine, and a lease with its chain.
fn texts() -> [String; 2] {
    [text(424), text(1_600)]
}

fn shown(text: &str) -> Grey {
    crate::png::decode(&to_png(&[Code::new(text).unwrap()])).unwrap()
}

fn png_of(picture: &Grey) -> Vec<u8> {
    let side = |pixels: usize| u32::try_from(pixels).unwrap();
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, side(picture.width()), side(picture.height()));
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header().unwrap();
    let places = (0..picture.height()).flat_map(|y| (0..picture.width()).map(move |x| (x, y)));
    writer.write_image_data(&places.map(|(x, y)| picture.at(x, y)).collect::<Vec<_>>()).unwrap();
    drop(writer);
    bytes
}

/// A picture of `side` pixels whose every pixel is that of `picture` at the place that `seen` says, in parts of its sides; grey
/// where that is outside.
fn photographed(picture: &Grey, side: usize, seen: impl Fn(f64, f64) -> (f64, f64)) -> Grey {
    let (width, height) = (picture.width() as f64, picture.height() as f64);
    let shade = |at: usize| {
        let (x, y) = seen((at % side) as f64 / side as f64, (at / side) as f64 / side as f64);
        let inside = (0.0..1.0).contains(&x) && (0.0..1.0).contains(&y);
        if inside { picture.at((x * width) as usize, (y * height) as usize) } else { 150 }
    };
    Grey::new(side, side, (0..side * side).map(shade).collect()).unwrap()
}

fn turned(picture: &Grey, degrees: f64) -> Grey {
    let (sin, cos) = degrees.to_radians().sin_cos();
    photographed(picture, picture.width() * 3 / 2, |x, y| {
        let (x, y) = ((x - 0.5) * 1.5, (y - 0.5) * 1.5);
        (x * cos + y * sin + 0.5, y * cos - x * sin + 0.5)
    })
}

fn changed(picture: &Grey, change: impl Fn(usize, u8) -> u8) -> Grey {
    let places = (0..picture.height()).flat_map(|y| (0..picture.width()).map(move |x| (x, y)));
    let shades = places.enumerate().map(|(at, (x, y))| change(at, picture.at(x, y))).collect();
    Grey::new(picture.width(), picture.height(), shades).unwrap()
}

fn noisy(picture: &Grey, strength: i32) -> Grey {
    changed(picture, |at, shade| {
        let noise = i32::try_from((at * 2_654_435_761) >> 7 & 0xff).unwrap() - 128;
        u8::try_from((i32::from(shade) + noise * strength / 128).clamp(0, 255)).unwrap()
    })
}

fn reads(picture: &Grey, text: &str, what: &str) {
    let read = read(&png_of(picture)).unwrap();
    assert!(read == [text], "{what}: {} of {} letters", read.first().map_or(0, String::len), text.len());
}

#[test]
fn a_code_is_read_whichever_way_it_is_turned() {
    for text in texts() {
        for degrees in [0.0, 7.0, 33.0, 45.0, 90.0, 135.0, 180.0, 271.0] {
            reads(&turned(&shown(&text), degrees), &text, &format!("{degrees} degrees"));
        }
    }
}

#[test]
fn a_code_is_read_from_the_side() {
    for text in texts() {
        let skewed = photographed(&shown(&text), 1_400, |x, y| {
            let (x, y) = (x * 1.3 - 0.15, y * 1.3 - 0.15);
            (x + 0.12 * y, y + 0.06 * x)
        });
        reads(&skewed, &text, "skewed");
        let leaning = photographed(&shown(&text), 1_400, |x, y| {
            let depth = 1.0 - 0.15 * (y - 0.5);
            ((x - 0.5) * 1.3 / depth + 0.5, (y - 0.5) * 1.3 / depth + 0.5)
        });
        reads(&leaning, &text, "from below");
    }
}

#[test]
fn a_code_is_read_though_blurred_noisy_small_dark_or_on_a_dark_screen() {
    for text in texts() {
        let shown = shown(&text);
        let modules = Code::new(&text).unwrap().width() + 8;
        reads(&shown.smoothed(3), &text, "blurred");
        reads(&turned(&shown, 12.0).smoothed(2), &text, "turned and blurred");
        reads(&noisy(&shown, 120), &text, "noisy");
        reads(&noisy(&shown.smoothed(2), 25), &text, "blurred and noisy");
        reads(&shown.resized(modules * 3), &text, "small");
        reads(&turned(&shown, 5.0).resized(modules * 6), &text, "small and turned");
        reads(&changed(&shown, |_, shade| 20 + shade / 12), &text, "dark");
        reads(&noisy(&changed(&shown, |_, shade| 30 + shade / 6), 12), &text, "dark and noisy");
        reads(&changed(&shown, |_, shade| 200 + shade / 6), &text, "pale");
        reads(&shown.mirrored(), &text, "front camera");
        reads(&shown.inverted(), &text, "dark screen");
    }
}

#[test]
fn light_that_falls_from_one_side_is_no_harm() {
    let text = text(424);
    let lit = shown(&text);
    let width = lit.width();
    reads(
        &changed(&lit, |at, shade| u8::try_from(usize::from(shade) * (60 + at % width * 195 / width) / 255).unwrap()),
        &text,
        "lit",
    );
}

#[test]
fn all_codes_of_one_picture_are_read() {
    let texts: Vec<String> = (0..4).map(|n| text(1_600).replacen("LH1:", &format!("LH1:{}/4:", n + 1), 1)).collect();
    let codes: Vec<Code> = texts.iter().map(|text| Code::new(text).unwrap()).collect();
    assert!(read(&to_png(&codes)).unwrap() == texts);
    let picture = crate::png::decode(&to_png(&codes)).unwrap();
    assert!(read(&png_of(&turned(&picture, 4.0).resized(3_000))).unwrap() == texts, "photographed");
}

#[test]
fn a_jpeg_of_a_telephone_is_read() {
    let photograph = include_bytes!("photograph.jpg");
    assert_eq!(read(photograph).unwrap(), [text(424)]);
    let cut = read(&photograph[..photograph.len() / 3]);
    assert!(matches!(&cut, Ok(texts) if texts.is_empty()) || matches!(cut, Err(PictureError::Damaged(_))), "{cut:?}");
}

#[test]
fn what_is_no_picture_or_shows_no_code_says_so() {
    assert_eq!(read(b"not a picture"), Err(PictureError::Format));
    assert_eq!(read(b""), Err(PictureError::Format));
    assert!(matches!(read(b"\x89PNG\r\n\x1a\n"), Err(PictureError::Damaged(_))));
    assert!(matches!(read(b"\xff\xd8\xff\xe0"), Err(PictureError::Damaged(_))));
    let blank = Grey::new(64, 64, vec![255; 64 * 64]).unwrap();
    assert_eq!(read(&png_of(&blank)), Ok(Vec::new()));
    let half = shown(&text(424));
    let half = Grey::new(
        half.width(),
        half.height() / 2,
        (0..half.width() * (half.height() / 2)).map(|at| half.at(at % half.width(), at / half.width())).collect(),
    )
    .unwrap();
    assert_eq!(read(&png_of(&half)), Ok(Vec::new()));
}

#[test]
fn a_picture_that_is_too_large_is_refused_before_it_is_decoded() {
    assert_eq!(read(&vec![0; MAX_BYTES + 1]), Err(PictureError::TooManyBytes));
    let mut header = Vec::new();
    let encoder = Encoder::new(&mut header, 60_000, 60_000);
    drop(encoder.write_header().unwrap());
    assert_eq!(read(&header), Err(PictureError::TooManyPixels));
    // A frame of 65,500 times 65,500 pixels (SOF0), and nothing of it.
    let jpeg = [
        &b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"[..],
        b"\xff\xc0\x00\x0b\x08\xff\xdc\xff\xdc\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00\xff\xd9",
    ];
    let refused = read(&jpeg.concat());
    assert!(matches!(refused, Err(PictureError::TooManyPixels | PictureError::Damaged(_))), "{refused:?}");
}
