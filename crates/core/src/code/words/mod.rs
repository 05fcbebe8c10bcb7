//! The words of every code: what it means, the likeliest cause, what to do next. A code without words does not compile.

/// A section of the table: a code, its meaning, the likeliest cause, what to do next.
macro_rules! words {
    ($($code:ident: $meaning:literal, $cause:literal, $hint:literal;)*) => {
        pub(super) const WORDS: &[(Code, Words)] =
            &[$((Code::$code, Words { meaning: $meaning, cause: $cause, hint: $hint }),)*];
    };
}

mod command;
mod directory;
mod dns;
mod doctor;
mod documents;
mod journal;
mod office;
mod servers;
mod subscription;
mod vendor;

use super::Code;

/// The words of one code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    pub(super) meaning: &'static str,
    pub(super) cause: &'static str,
    pub(super) hint: &'static str,
}

/// The words of `code`.
pub(super) const fn of(code: Code) -> Words {
    TABLE[code as usize]
}

const SECTIONS: [&[(Code, Words)]; 10] = [
    documents::WORDS,
    servers::WORDS,
    journal::WORDS,
    subscription::WORDS,
    vendor::WORDS,
    dns::WORDS,
    directory::WORDS,
    command::WORDS,
    doctor::WORDS,
    office::WORDS,
];

/// All words, in the order of the codes.
const TABLE: [Words; Code::ALL.len()] = {
    let mut table = [Words { meaning: "", cause: "", hint: "" }; Code::ALL.len()];
    let mut section = 0;
    while section < SECTIONS.len() {
        let mut at = 0;
        while at < SECTIONS[section].len() {
            let (code, words) = SECTIONS[section][at];
            assert!(table[code as usize].meaning.is_empty(), "a code has its words twice");
            table[code as usize] = words;
            at += 1;
        }
        section += 1;
    }
    let mut at = 0;
    while at < table.len() {
        assert!(!table[at].meaning.is_empty(), "{}", Code::ALL[at].name());
        at += 1;
    }
    table
};
