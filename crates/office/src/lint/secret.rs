//! Keys that are secrets, hidden wherever a text is shown.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::data::gvlk;

/// `text` with every key that is not a published one hidden but for its last five characters, wherever it stands: byte for
/// byte as long as before, so that places stay.
pub fn masked(text: &str) -> Cow<'_, str> {
    KEYS.replace_all(text, |found: &Captures<'_>| {
        let whole = &found[0];
        match found.iter().skip(1).flatten().next() {
            Some(key) => whole.replace(key.as_str(), &hidden(key.as_str())),
            None => whole.to_owned(),
        }
    })
}

fn hidden(key: &str) -> String {
    if key.is_empty() || gvlk::find(key.trim()).is_some() {
        return key.to_owned();
    }
    let letters = key.chars().filter(char::is_ascii_alphanumeric).count();
    let mut left = letters.saturating_sub(SHOWN);
    let hide = |character: char| {
        let hides = left > 0 && character.is_ascii_alphanumeric();
        left -= usize::from(hides);
        if hides { '*' } else { character }
    };
    key.chars().map(hide).collect()
}

/// What the activation scripts show too.
const SHOWN: usize = 5;
/// What a `PIDKEY` holds, whatever it is, and what looks like a key anywhere.
static KEYS: LazyLock<Regex> = LazyLock::new(|| {
    let form = r#"(?i)\bPIDKEY\s*=\s*"([^"<]+)"|\bPIDKEY\s*=\s*'([^'<]+)'|\b([0-9A-Z]{5}(?:-[0-9A-Z]{5}){4})\b"#;
    Regex::new(form).expect("a regular expression")
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_key_is_hidden_wherever_it_stands() {
        for (text, shown) in [
            ("PIDKEY=\"BBBBB-CCCCC-DDDDD-FFFFF-GGGGG\"", "PIDKEY=\"*****-*****-*****-*****-GGGGG\""),
            ("pidkey = 'BBBBBCCCCCDDDDDFFFFFGGGG'", "pidkey = '*******************FGGGG'"),
            ("<!-- bbbbb-ccccc-ddddd-fffff-ggggg -->", "<!-- *****-*****-*****-*****-ggggg -->"),
            ("PIDKEY=\"ü BBBBB-CCC\"", "PIDKEY=\"ü ***BB-CCC\""),
            ("SCLCacheOverrideDirectory PIDKEY=\"\"", "SCLCacheOverrideDirectory PIDKEY=\"\""),
            ("PIDKEY=\"#####-#####-#####-#####-#####\"", "PIDKEY=\"#####-#####-#####-#####-#####\""),
        ] {
            assert_eq!(masked(text), shown);
            assert_eq!(masked(text).len(), text.len());
        }
        let published = format!("PIDKEY=\"{0}\" <!-- {0} -->", gvlk::table().keys[0].key);
        assert_eq!(masked(&published), published);
    }
}
