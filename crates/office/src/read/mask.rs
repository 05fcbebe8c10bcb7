//! Product keys that are secrets, hidden wherever a text is shown. Text is masked before it is shortened: half a key is
//! not recognised any more, and is most of a secret.

use std::borrow::Cow;
use std::ops::Range;

use super::dress;
use super::halves::halves;
use super::key::{GROUP, LENGTH, is_of_a_key, secret};

/// `text` with every key that is not a published one hidden but for its last five characters, wherever it stands, with
/// hyphens or without: byte for byte as long as before, so that places stay.
pub fn masked(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut hide = if may_hold_a_key(bytes) { hidden(bytes) } else { Vec::new() };
    hide.extend(halves(bytes));
    if let Some((undressed, places)) = undressed(text) {
        let whole = if may_hold_a_key(&undressed) { hidden(&undressed) } else { Vec::new() };
        hide.extend(whole.into_iter().chain(halves(&undressed)).map(|at| places[at]));
    }
    if hide.is_empty() {
        return Cow::Borrowed(text);
    }
    hide.sort_unstable();
    let shown = |(at, character)| if hide.binary_search(&at).is_ok() { '*' } else { character };
    Cow::Owned(text.char_indices().map(shown).collect())
}

/// The first key in `text` whose groups are parted by blanks, and where it stands.
pub(crate) fn parted(text: &str) -> Option<(Range<usize>, String)> {
    let hidden = Hidden { bytes: text.as_bytes(), hide: Vec::new() };
    (0..text.len()).find_map(|at| {
        let places = hidden.groups(at, Between::Anything, is_of_a_key)?;
        let place = at..places[LENGTH - 1] + 1;
        let whole = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric())
            && !text[place.end..].starts_with(|c: char| c.is_ascii_alphanumeric());
        let blank = text[place.clone()].contains(char::is_whitespace);
        let groups: Vec<String> =
            places.chunks(GROUP).map(|group| group.iter().map(|at| char::from(hidden.bytes[*at])).collect()).collect();
        (whole && blank).then(|| (place, groups.join("-")))
    })
}

/// The places that are to be hidden.
fn hidden(bytes: &[u8]) -> Vec<usize> {
    let mut hidden = Hidden { bytes, hide: Vec::new() };
    for (at, byte) in bytes.iter().enumerate() {
        if byte.is_ascii_alphanumeric() {
            hidden.key_at(at);
        }
    }
    hidden.attributes();
    hidden.hide
}

/// The text without what dresses it (colours, marks of Markdown, characters that are not seen), and where each byte of it
/// stands; `None` where it has no dress that a key may be in.
fn undressed(text: &str) -> Option<(Vec<u8>, Vec<usize>)> {
    let bytes = text.as_bytes();
    if !text.contains(dress::ESCAPE) && !has_run(bytes, OF_A_KEY | BETWEEN | DRESS) {
        return None;
    }
    let (mut plain, mut places) = (Vec::with_capacity(bytes.len()), Vec::with_capacity(bytes.len()));
    let mut at = 0;
    while at < bytes.len() {
        let length = dress_at(&bytes[at..]);
        if length == 0 {
            plain.push(bytes[at]);
            places.push(at);
        }
        at += length.max(1);
    }
    (plain.len() < bytes.len()).then_some((plain, places))
}

/// How long the dress at the beginning of `bytes` is.
fn dress_at(bytes: &[u8]) -> usize {
    match bytes {
        [0x1b, ..] => dress::sequence(bytes),
        // Controls but line ends and tabulators, which are blanks.
        [b'*' | b'`' | 0..=8 | 0x0b | 0x0c | 0x0e..=0x1f | 0x7f, ..] => 1,
        // A hyphen that shows at line ends alone, further controls.
        [0xc2, 0x80..=0x9f | 0xad, ..] => 2,
        // Characters without width.
        [0xe2, 0x80, 0x8b..=0x8f | 0xaa..=0xae, ..] | [0xe2, 0x81, 0xa0..=0xaf, ..] | [0xef, 0xbb, 0xbf, ..] => 3,
        _ => 0,
    }
}

/// What to hide in a text.
struct Hidden<'t> {
    bytes: &'t [u8],
    hide: Vec<usize>,
}

impl Hidden<'_> {
    /// Hides the key that begins at `at`, if one does. A longer run of a key's characters is several keys, one inside the
    /// other: all of it is hidden but its end.
    fn key_at(&mut self, at: usize) {
        let groups = self.groups(at, Between::Anything, is_of_a_key).or_else(|| {
            self.groups(at, Between::Hyphen, |byte| byte.is_ascii_alphanumeric()).or_else(|| self.token(at))
        });
        if let Some(places) = groups {
            self.hide_key(&places);
        }
    }

    /// The places of the 25 characters in five groups that begin at `at`.
    fn groups(&self, at: usize, between: Between, fits: fn(u8) -> bool) -> Option<[usize; LENGTH]> {
        // Most places end here.
        if !self.bytes.get(at..at + GROUP)?.iter().all(|byte| fits(*byte)) {
            return None;
        }
        let mut places = [0; LENGTH];
        let mut next = at;
        for (count, place) in places.iter_mut().enumerate() {
            if count > 0 && count.is_multiple_of(GROUP) {
                next += between.length(&self.bytes[next..])?;
            }
            if !fits(*self.bytes.get(next)?) {
                return None;
            }
            *place = next;
            next += 1;
        }
        Some(places)
    }

    /// A word of 25 letters and digits, both of them, in one case.
    fn token(&self, at: usize) -> Option<[usize; LENGTH]> {
        let word = self.bytes.get(at..at + LENGTH)?;
        let alone = |byte: Option<&u8>| !byte.is_some_and(u8::is_ascii_alphanumeric);
        let has = |is: fn(&u8) -> bool| word.iter().any(is);
        let fits = word.iter().all(u8::is_ascii_alphanumeric)
            && has(u8::is_ascii_digit)
            && has(u8::is_ascii_alphabetic)
            && !(has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase))
            && alone(at.checked_sub(1).and_then(|before| self.bytes.get(before)))
            && alone(self.bytes.get(at + LENGTH));
        fits.then(|| std::array::from_fn(|place| at + place))
    }

    fn hide_key(&mut self, places: &[usize]) {
        self.hide.extend(secret(self.bytes, places));
    }

    /// Hides what a `PIDKEY` holds, whatever it is.
    fn attributes(&mut self) {
        let mut at = 0;
        while let Some(found) = find_name(&self.bytes[at..]) {
            at += found + NAME.len();
            let Some(value) = self.quoted(at) else { continue };
            at = value.end;
            let places: Vec<usize> = value.filter(|at| self.bytes[*at].is_ascii_alphanumeric()).collect();
            self.hide_key(&places);
        }
    }

    /// The value behind an attribute's name: ` = "…"`.
    fn quoted(&self, from: usize) -> Option<Range<usize>> {
        let blanks = |at: usize| at + self.bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let equals = blanks(from);
        let open = blanks(equals + usize::from(*self.bytes.get(equals)? == b'='));
        let quote = *self.bytes.get(open).filter(|byte| open > equals && matches!(byte, b'"' | b'\''))?;
        let length = self.bytes[open + 1..].iter().position(|byte| *byte == quote || *byte == b'<')?;
        Some(open + 1..open + 1 + length)
    }
}

/// What may stand between the groups of a key.
#[derive(Clone, Copy)]
enum Between {
    /// A hyphen.
    Hyphen,
    /// Hyphens or dashes of any kind, blanks, a few of them or nothing.
    Anything,
}

impl Between {
    /// How long it is at the beginning of `bytes`; `None` where it is missing.
    fn length(self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Hyphen => (bytes.first() == Some(&b'-')).then_some(1),
            Self::Anything => {
                let mut length = 0;
                for _ in 0..MAX_BETWEEN {
                    length += separator(&bytes[length..]);
                }
                Some(length)
            }
        }
    }
}

/// How long the hyphen, dash or blank at the beginning of `bytes` is.
fn separator(bytes: &[u8]) -> usize {
    match bytes {
        [b'-' | b' ' | b'_' | b'.' | b'\t' | b'\r' | b'\n', ..] => 1,
        // A no-break space; hyphens and dashes from U+2010 to U+2015, and the minus sign.
        [0xc2, 0xa0, ..] => 2,
        [0xe2, 0x80, 0x90..=0x95, ..] | [0xe2, 0x88, 0x92, ..] => 3,
        _ => 0,
    }
}

/// Whether a look at every place is worth its time: most lines have no run of bytes that is as long as a key.
fn may_hold_a_key(bytes: &[u8]) -> bool {
    let run = has_run(bytes, OF_A_KEY | BETWEEN) || has_run(bytes, ALPHANUMERIC | HYPHEN);
    run && has_letters_of_a_key(bytes) || find_name(bytes).is_some()
}

/// Whether so many bytes as a key has stand in a row that are all of these classes. Each window is looked at from its end,
/// so that most bytes are not looked at.
fn has_run(bytes: &[u8], classes: u8) -> bool {
    let mut end = LENGTH;
    while let Some(window) = bytes.get(end - LENGTH..end) {
        match window.iter().rposition(|byte| CLASSES[usize::from(*byte)] & classes == 0) {
            Some(other) => end += other + 1,
            None => return true,
        }
    }
    false
}

/// Whether there are so many letters of keys, or the groups of one: ids have runs that are as long, and other groups.
fn has_letters_of_a_key(bytes: &[u8]) -> bool {
    let (mut run, mut word, mut groups) = (0_usize, 0_usize, 0_usize);
    for byte in bytes {
        let class = CLASSES[usize::from(*byte)];
        if class & ALPHANUMERIC != 0 {
            word += 1;
        } else {
            groups = match (*byte, word, groups) {
                (b'-', GROUP, 1..) => groups + 1,
                (b'-', GROUP.., _) => 1,
                _ => 0,
            };
            word = 0;
        }
        run = if class & OF_A_KEY != 0 {
            run + 1
        } else if class & BETWEEN != 0 {
            run
        } else {
            0
        };
        if run >= LENGTH || word >= LENGTH || groups >= LENGTH / GROUP - 1 && word >= GROUP {
            return true;
        }
    }
    false
}

/// What each byte is in a text with keys.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    loop {
        classes[byte as usize] = class_of(byte);
        if byte == u8::MAX {
            break classes;
        }
        byte += 1;
    }
};

const ALPHANUMERIC: u8 = 1;
const OF_A_KEY: u8 = 2;
const BETWEEN: u8 = 4;
const HYPHEN: u8 = 8;
/// Of what dresses a key: sequences that set colours, marks of Markdown, controls.
const DRESS: u8 = 16;

const fn class_of(byte: u8) -> u8 {
    let mut class = 0;
    if byte.is_ascii_alphanumeric() {
        class |= ALPHANUMERIC;
    }
    if is_of_a_key(byte) {
        class |= OF_A_KEY;
    }
    if matches!(byte, b'-' | b' ' | b'_' | b'.' | b'\t' | b'\r' | b'\n' | 0x80..) {
        class |= BETWEEN;
    }
    if byte.is_ascii_control() || matches!(byte, b'*' | b'`') {
        class |= DRESS;
    }
    if byte == b'-' {
        class |= HYPHEN;
    }
    class
}

fn find_name(bytes: &[u8]) -> Option<usize> {
    // Its value stands behind an equals sign, which few lines have.
    if !bytes.contains(&b'=') {
        return None;
    }
    bytes.windows(NAME.len()).position(|some| some.eq_ignore_ascii_case(NAME))
}

/// The attribute of deployment files that holds a key.
const NAME: &[u8] = b"PIDKEY";
/// The most characters between two groups: a hyphen with blanks or marks around it.
const MAX_BETWEEN: usize = 6;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::facts::gvlk;

    #[test]
    fn a_secret_key_is_hidden_wherever_it_stands() {
        for (text, shown) in [
            ("PIDKEY=\"BBBBB-CCCCC-DDDDD-FFFFF-GGGGG\"", "PIDKEY=\"*****-*****-*****-*****-GGGGG\""),
            ("pidkey = 'BBBBBCCCCCDDDDDFFFFFGGGG'", "pidkey = '*******************FGGGG'"),
            ("<!-- bbbbb-ccccc-ddddd-fffff-ggggg -->", "<!-- *****-*****-*****-*****-ggggg -->"),
            ("PIDKEY=\"ü BBBBB-CCC\"", "PIDKEY=\"ü ***BB-CCC\""),
            ("SCLCacheOverrideDirectory PIDKEY=\"\"", "SCLCacheOverrideDirectory PIDKEY=\"\""),
            ("PIDKEY=\"#####-#####-#####-#####-#####\"", "PIDKEY=\"#####-#####-#####-#####-#####\""),
            ("/ipk BBBBBCCCCCDDDDDFFFFFGGGGG.", "/ipk ********************GGGGG."),
            ("BBBBB CCCCC DDDDD FFFFF GGGGG", "***** ***** ***** ***** GGGGG"),
            ("BBBBB–CCCCC–DDDDD–FFFFF–GGGGG", "*****–*****–*****–*****–GGGGG"),
            ("AAAAA-11111-EEEEE-00000-IIIII", "*****-*****-*****-*****-IIIII"),
            ("A1B2C3D4E5F6G7H8I9J0K1L2M", "********************K1L2M"),
            ("BBBBB - CCCCC -\n  DDDDD\tFFFFF - GGGGG", "***** - ***** -\n  *****\t***** - GGGGG"),
            ("__BBBBB__-__CCCCC__-DDDDD-FFFFF-GGGGG", "__*****__-__*****__-*****-*****-GGGGG"),
            ("BB**BBB-CCCCC**-`DDDDD`-FFFFF-GGGGG", "*******-*******-`*****`-*****-GGGGG"),
            (
                "\u{1b}[31mBBBBB\u{1b}[m\u{1b}[K-CCCCC-DDDDD-FFFFF-GGGGG",
                "\u{1b}[31m*****\u{1b}[m\u{1b}[K-*****-*****-*****-GGGGG",
            ),
            (
                "BBBBB\u{1b}(B-CC\u{1b}]8;;http://x\u{7}CCC-DDDDD-FFFFF-GGGGG",
                "*****\u{1b}(B-**\u{1b}]8;;http://x\u{7}***-*****-*****-GGGGG",
            ),
            ("BB\u{200b}BBB\u{ad}-CC\u{1}CCC-DDDDD-FFFFF-GGGGG", "**\u{200b}***\u{ad}-**\u{1}***-*****-*****-GGGGG"),
            ("**Office**, 12,345 * 67,890 `x`", "**Office**, 12,345 * 67,890 `x`"),
            ("68531fb9-5511-4989-97be-d11a0f55633f", "68531fb9-5511-4989-97be-d11a0f55633f"),
            ("00202-50177-10000-AA841", "00202-50177-10000-AA841"),
        ] {
            assert_eq!(masked(text), shown);
            assert_eq!(masked(text).len(), text.len());
        }
        let published = format!("PIDKEY=\"{0}\" <!-- {0} -->", gvlk::table().keys[0].key);
        assert_eq!(masked(&published), published);
    }

    proptest! {
        #[test]
        fn no_more_than_five_characters_of_a_key_are_left(
            before in "[ -~ü–]{0,90}", after in "[ -~ü]{0,40}", key in "[BCDFGHJKMNPQRTVWXY2346789]{25}",
            grouped in any::<bool>(),
        ) {
            let groups: Vec<&str> = (0..5).map(|at| &key[at * 5..at * 5 + 5]).collect();
            let typed = if grouped { groups.join("-") } else { key.clone() };
            let text = format!("{before}{typed}{after}");
            let shown: String = masked(&text)[before.len()..before.len() + typed.len()].replace('-', "");
            prop_assert!(shown.bytes().take(20).all(|byte| byte == b'*'), "{shown}");
            prop_assert_eq!(masked(&text).len(), text.len());
        }
    }
}
