//! The code pages of consoles and of Windows, told from each other by what words look like in them. A text says nothing of its code
//! page: where two fit, the likelier is taken.

use std::sync::LazyLock;

use encoding_rs::{BIG5, EUC_KR, GBK, IBM866, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};
use regex::bytes::Regex;

use super::encoding::Encoding;
use crate::facts::outputs::OUTPUTS;

/// The upper half of code page 850, in which Western European consoles write to files.
const OEM_850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";
/// The upper half of code page 437, that of American consoles.
const OEM_437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// Decodes a text that is no Unicode. Nothing is refused: every byte means something.
pub(super) fn decode(bytes: &[u8]) -> (String, Encoding) {
    let phrase = ANY_PHRASE.find(bytes).map(|found| found.as_bytes());
    if let Some(known) = PHRASES.iter().find(|known| Some(known.bytes.as_slice()) == phrase) {
        return (known.page.decode_without_bom_handling(bytes).0.into_owned(), known.encoding);
    }
    if let Some(text) = japanese(bytes) {
        return (text, Encoding::ShiftJis);
    }
    // These five bytes are letters on a console and nothing in windows-1252.
    let only_console = bytes.iter().any(|byte| matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d));
    let windows = (!only_console).then(|| WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned());
    // Where several look alike the first stays: most letters are the same on both consoles.
    let pages = [
        windows.map(|text| (text, Encoding::Windows1252)),
        Some((oem(bytes, OEM_850), Encoding::Oem850)),
        Some((oem(bytes, OEM_437), Encoding::Oem437)),
    ];
    let likeliest = pages.into_iter().flatten().rev().max_by_key(|(text, _)| score(text));
    likeliest.expect("code pages of consoles take every byte")
}

/// A state or sentence of a script, as it is in a code page.
struct Phrase {
    bytes: Vec<u8>,
    page: &'static encoding_rs::Encoding,
    encoding: Encoding,
}

/// Words that say of their line which code page it is in: those of the scripts, in the pages of consoles that have them.
static PHRASES: LazyLock<Vec<Phrase>> = LazyLock::new(|| {
    let pages = [
        (GBK, Encoding::Gbk),
        (BIG5, Encoding::Big5),
        (EUC_KR, Encoding::EucKr),
        (IBM866, Encoding::Ibm866),
        (WINDOWS_1251, Encoding::Windows1251),
        (SHIFT_JIS, Encoding::ShiftJis),
    ];
    let states = OUTPUTS.state_words.iter().map(|known| known.word.as_str());
    let words = states.chain(OUTPUTS.labels.iter().map(|label| label.label.as_str()));
    // Accented letters are in the Western pages, which are told by what words look like.
    let foreign = words.filter(|word| word.chars().any(|letter| letter > '\u{24f}' && letter.is_alphabetic()));
    let in_page = |word: &str| {
        pages
            .into_iter()
            .filter_map(move |(page, encoding)| {
                let (bytes, _, lost) = page.encode(word);
                let bytes = bytes.into_owned();
                (!lost && bytes.len() >= FEW).then_some(Phrase { bytes, page, encoding })
            })
            .collect::<Vec<_>>()
    };
    let mut all: Vec<Phrase> = foreign.flat_map(in_page).collect();
    // Two Chinese letters may be chance within a longer word of another page.
    all.sort_by_key(|phrase| std::cmp::Reverse(phrase.bytes.len()));
    all
});

/// Any of them: one search for all, since every line that is no Unicode is looked at.
static ANY_PHRASE: LazyLock<Regex> = LazyLock::new(|| {
    let byte = |byte: &u8| format!(r"\x{byte:02x}");
    let literal = |phrase: &Phrase| phrase.bytes.iter().map(byte).collect::<Vec<_>>().concat();
    let any: Vec<String> = PHRASES.iter().map(literal).collect();
    Regex::new(&format!("(?-u){}", any.join("|"))).expect("bytes are an expression")
});

/// Fewer bytes say nothing.
const FEW: usize = 6;

fn oem(bytes: &[u8], upper: &str) -> String {
    let upper: Vec<char> = upper.chars().collect();
    bytes.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { upper[usize::from(*byte - 128)] }).collect()
}

/// The text in code page 932, where it is Japanese: most of its wide letters stand beside each other. In Western words two bytes that could be
/// one wide letter stand alone, between Latin ones. A byte that fits nothing, as where a line was cut or a program wrote in another page, is
/// shown as such, and counts against it.
fn japanese(bytes: &[u8]) -> Option<String> {
    let (text, _) = SHIFT_JIS.decode_without_bom_handling(bytes);
    let wide =
        |letter: char| matches!(letter, '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff5e}');
    let (mut together, mut others) = (0_usize, 0_usize);
    for run in text.split(|letter| !wide(letter)).filter(|run| !run.is_empty()) {
        let letters = run.chars().count();
        if letters > 1 && !is_accents(run) {
            together += letters;
        } else {
            others += letters;
        }
    }
    // What wide letters of other alphabets, and those of private use, would be.
    others += text.chars().filter(|letter| !letter.is_ascii() && !wide(*letter)).count();
    (together > others * 2).then(|| text.into_owned())
}

/// Whether wide letters may be Western ones: an accented letter before a plain one, and so on, as in "générée".
fn is_accents(run: &str) -> bool {
    SHIFT_JIS.encode(run).0.iter().skip(1).step_by(2).all(u8::is_ascii_alphabetic)
}

/// How much a text looks like words in some Western language.
fn score(text: &str) -> i32 {
    let letters: Vec<char> = text.chars().collect();
    let around = |at: usize| (at.checked_sub(1).map(|before| letters[before]), letters.get(at + 1).copied());
    let each = letters.iter().enumerate().filter(|(_, letter)| !letter.is_ascii());
    each.map(|(at, letter)| value(*letter, around(at))).sum::<i32>() + if is_quoting(&letters) { 3 } else { 0 }
}

/// Whether quotation marks open before a word and close after one.
fn is_quoting(letters: &[char]) -> bool {
    let is_word = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(|letter| letter.is_alphabetic());
    let mark = |at: usize, marks: [char; 2], is_open: bool| {
        let (before, after) = (is_word(at.checked_sub(1)), is_word(at.checked_add(1)));
        marks.contains(&letters[at]) && before != is_open && after == is_open
    };
    let open = (0..letters.len()).find(|at| mark(*at, ['„', '“'], true));
    open.is_some_and(|open| (open + 1..letters.len()).any(|at| mark(at, ['“', '”'], false)))
}

/// What one letter says, between those around it.
fn value(letter: char, (before, after): (Option<char>, Option<char>)) -> i32 {
    let is_word = |near: Option<char>| near.is_some_and(char::is_alphabetic);
    let is_frame = |near: Option<char>| near.is_some_and(|near| matches!(near, '\u{2500}'..='\u{259f}'));
    let is_accented = |near: Option<char>| near.is_some_and(|near| !near.is_ascii());
    let is_small = before.is_some_and(char::is_lowercase);
    match (letter, is_word(before), is_word(after)) {
        ('ª' | 'º', _, _) => 0,
        // Greek and signs of mathematics stand in no words, and frames beside none.
        ('\u{370}'..='\u{3ff}' | 'ⁿ' | 'ƒ' | 'ˆ', _, _)
        | ('\u{2500}'..='\u{259f}', true, _)
        | ('\u{2500}'..='\u{259f}', _, true) => -2,
        ('\u{2500}'..='\u{259f}', ..) => 1,
        // A letter in a frame is none.
        _ if is_frame(before) || is_frame(after) => -1,
        // Accents follow each other in no language that these pages are for.
        (letter, true, true) if letter.is_alphabetic() && is_accented(before) && is_accented(after) => -1,
        // No word goes on in capitals after a small letter.
        (letter, _, _) if letter.is_uppercase() && is_small => -1,
        (letter, true, _) | (letter, _, true) if letter.is_alphabetic() => 2,
        // Signs where writers put them; words of one letter, in French, Italian and Portuguese.
        ('’', true, true) | ('–' | '—' | '•', false, false) | ('”' | '“' | '’' | '™' | '®' | '›', true, false) => {
            2
        }
        ('à' | 'À' | 'è' | 'È' | 'é' | 'É' | 'ó', false, false)
        | ('…', true, false)
        | ('“' | '‘' | '„' | '‹' | '€' | '«' | '¿' | '¡', false, true) => 1,
        (_, true, true) => -2,
        (_, true, false) => -1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of a text in a code page.
    fn bytes(text: &str, encoding: Encoding) -> Vec<u8> {
        let upper = match encoding {
            Encoding::Windows1252 => return WINDOWS_1252.encode(text).0.into_owned(),
            Encoding::ShiftJis => return SHIFT_JIS.encode(text).0.into_owned(),
            Encoding::Oem437 => OEM_437,
            _ => OEM_850,
        };
        let byte = |letter: char| match upper.chars().position(|other| other == letter) {
            Some(at) => u8::try_from(at + 128).unwrap(),
            None => u8::try_from(letter).expect("a letter of the page"),
        };
        text.chars().map(byte).collect()
    }

    /// What consoles in several languages print, as slmgr, ospp.vbs and dsregcmd do.
    const WESTERN: &[&str] = &[
        "Lizenzstatus: Lizenziert, gültig für 179 Tage",
        "Verbleibende Zeit für Größe: Änderung übernommen",
        "Clé générée et régénérée, déjà élevée",
        "Licence activée : à renouveler avant l'échéance",
        "État de la licence : avec licence, clé partielle du produit",
        "Activación: versión del período de evaluación, ¿continuar?",
        "Descripción: Año",
        "Estado da licença: não ativada",
        "Licensstatus: Återstående tid för förnyelse är på väg",
        "Fejl: nøglen blev ikke fundet på maskinen",
        "Stato: attività già completata, è scaduta",
    ];

    #[test]
    fn western_texts_are_read_in_either_code_page() {
        assert_eq!((OEM_850.chars().count(), OEM_437.chars().count()), (128, 128));
        for text in WESTERN {
            for encoding in [Encoding::Windows1252, Encoding::Oem850] {
                assert_eq!(decode(&bytes(text, encoding)), ((*text).to_owned(), encoding));
            }
        }
    }

    #[test]
    fn typographic_signs_are_those_of_windows() {
        for text in ["l’activation d’Office", "„gültig“ bis morgen", "Office™ – Standard", "a “quoted” name", "€ 10"]
        {
            assert_eq!(decode(&bytes(text, Encoding::Windows1252)), (text.to_owned(), Encoding::Windows1252));
        }
    }

    #[test]
    fn frames_of_american_consoles_are_told_from_letters() {
        for text in ["╒════╤═══╕", "╘═╧══╛ Größe", "╓──╥─╖"] {
            assert_eq!(decode(&bytes(text, Encoding::Oem437)), (text.to_owned(), Encoding::Oem437));
        }
        // The same bytes in both: it does not matter which is named.
        for text in ["Müller: José", "señal ½"] {
            assert_eq!(decode(&bytes(text, Encoding::Oem437)).0, text);
        }
    }

    #[test]
    fn japanese_consoles_are_read_and_western_words_are_not_taken_for_japanese() {
        for text in [
            "ライセンスの状態: ライセンスされています",
            "名前: Office 24, 説明: ボリューム ライセンス",
            "エラー コード: 0xC004F074",
            "製品キーの最後の 5 文字",
        ] {
            assert_eq!(decode(&bytes(text, Encoding::ShiftJis)), (text.to_owned(), Encoding::ShiftJis));
        }
        for text in ["bâtiment, tâche", "générée", "Müller", "éà ùè", "ÄÖÜ"] {
            assert_ne!(decode(&bytes(text, Encoding::Oem850)).1, Encoding::ShiftJis, "{text}");
            assert_ne!(decode(&bytes(text, Encoding::Windows1252)).1, Encoding::ShiftJis, "{text}");
        }
    }

    #[test]
    fn a_line_with_words_of_a_script_is_read_in_the_page_that_has_them() {
        for (text, page, encoding) in [
            ("许可证状态: 已授权", GBK, Encoding::Gbk),
            ("授權狀態: 已授權", BIG5, Encoding::Big5),
            ("라이선스 상태: 사용 허가됨", EUC_KR, Encoding::EucKr),
            ("Состояние лицензии: имеет лицензию", IBM866, Encoding::Ibm866),
            ("Состояние лицензии: имеет лицензию", WINDOWS_1251, Encoding::Windows1251),
        ] {
            assert_eq!(decode(&page.encode(text).0), (text.to_owned(), encoding));
        }
    }

    #[test]
    fn one_ill_formed_byte_takes_a_japanese_line_into_no_other_page() {
        let text = "ライセンスの状態: ライセンスされています";
        let good = bytes(text, Encoding::ShiftJis);
        // No letter, a letter's first half alone, and the end of one.
        for ill_formed in [0xff_u8, 0xa0, 0x80, 0x85] {
            for at in 0..=good.len() {
                let mut bad = good.clone();
                bad.insert(at, ill_formed);
                let (read, encoding) = decode(&bad);
                assert_eq!(encoding, Encoding::ShiftJis, "{ill_formed:#x} at {at}: {read}");
                assert!(read.contains("ンス"), "{read}");
            }
        }
        // A line that was cut, once there is enough of it to tell.
        for end in 6..=good.len() {
            assert_eq!(decode(&good[..end]).1, Encoding::ShiftJis, "cut after {end}: {}", decode(&good[..end]).0);
        }
    }
}
