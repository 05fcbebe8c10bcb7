//! Files that lie beside collected outputs and are none: they are named, and not read.

/// What a file is that is none of an estate's outputs, from how it begins; `None` where it may be one.
pub fn foreign(start: &[u8]) -> Option<&'static str> {
    let known = SIGNATURES.iter().find(|(signature, _)| start.starts_with(signature));
    if let Some((_, what)) = known {
        return Some(what);
    }
    // UTF-16 has zeros between its letters.
    let text: Vec<u8> = start.iter().copied().filter(|byte| *byte != 0).collect();
    let text = String::from_utf8_lossy(&text);
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{fffd}');
    if text.starts_with("Windows Registry Editor") || text.starts_with("REGEDIT4") {
        return Some("an export of the registry: `leasehold office hunt`");
    }
    let xml = text.starts_with("<?xml") || text.starts_with("<!--") || text.starts_with("<Configuration");
    (xml && text.contains("<Configuration")).then_some("a deployment file: `leasehold office lint`")
}

/// How files of other kinds begin.
const SIGNATURES: [(&[u8], &str); 16] = [
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture or sound"),
    (b"PK\x03\x04", "an archive or document: unpack it"),
    (b"7z\xbc\xaf", "an archive: unpack it"),
    (b"Rar!", "an archive: unpack it"),
    (b"\x1f\x8b", "an archive: unpack it"),
    (b"BZh", "an archive: unpack it"),
    (b"MSCF", "an archive: unpack it"),
    (b"%PDF", "a document"),
    (b"{\\rtf", "a document"),
    (b"\xd0\xcf\x11\xe0", "a document of old Office"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_archives_and_deployment_files_are_told_and_outputs_are_not() {
        assert_eq!(foreign(b"\x89PNG\r\n\x1a\n"), Some("a picture"));
        assert!(foreign(b"PK\x03\x04\x14").is_some() && foreign(b"\x1f\x8b\x08").is_some());
        let file = "<?xml version=\"1.0\"?>\n<!-- x -->\n<Configuration>\n  <Add/>";
        assert!(foreign(file.as_bytes()).is_some());
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(file.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert!(foreign(&wide).is_some());
        assert!(foreign(b"Windows Registry Editor Version 5.00\r\n").is_some());
        for text in [
            "LICENSE NAME: x",
            "",
            "<?xml version=\"1.0\"?><Events>",
            "ElfFile\0",
            "{\"Name\":1}",
            "<Objs Version=\"1.1\">",
        ] {
            assert_eq!(foreign(text.as_bytes()), None, "{text}");
        }
    }
}
