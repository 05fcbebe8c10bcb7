//! Lists of files: what `dir`, `Get-ChildItem` and `tree` print. An entry's path is put together from the heading above it.

use std::sync::LazyLock;

use regex::Regex;

/// The folder whose entries are listed.
#[derive(Debug, Default)]
pub(super) struct Listing {
    folder: Option<String>,
}

/// What a line of a list is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A heading, or something that only belongs there.
    Frame,
    /// A file or folder, with its path as far as it is known.
    Path(String),
}

impl Listing {
    /// What the line is in a list of files; `None` where it is of none.
    pub(super) fn line(&mut self, text: &str) -> Option<Entry> {
        let text = text.trim_end();
        if let Some(heading) = HEADING.captures(text) {
            self.folder = heading.get(1).or(heading.get(2)).map(|path| path.as_str().trim_end_matches('\\').to_owned());
            return Some(Entry::Path(self.folder.clone().unwrap_or_default()));
        }
        if BARE.is_match(text) {
            return Some(Entry::Path(text.trim().to_owned()));
        }
        if let Some(branch) = BRANCH.captures(text) {
            return Some(Entry::Path(branch[1].to_owned()));
        }
        let folder = self.folder.as_ref()?;
        match ENTRY.captures(text).and_then(|entry| entry.get(1).or(entry.get(2)).or(entry.get(3))) {
            Some(name) if matches!(name.as_str(), "." | "..") => Some(Entry::Frame),
            Some(name) => Some(Entry::Path(format!("{folder}\\{}", name.as_str()))),
            None => None,
        }
    }
}

/// ` Directory of C:\Windows`, `    Directory: C:\Windows`, in any language.
static HEADING: LazyLock<Regex> = LazyLock::new(|| {
    compile(r"^\s?[\p{L}']+(?: [\p{L}']+){0,2} ([A-Za-z]:\\.*)$|^\s{2,}[\p{L}']+\s?: ([A-Za-z]:\\.*)$")
});
/// A path alone, as `dir /s /b` prints it.
static BARE: LazyLock<Regex> = LazyLock::new(|| compile(r#"^\s*[A-Za-z]:\\[^<>|?*":]*$"#));
/// `|   +---name`, `│   ├───name`
static BRANCH: LazyLock<Regex> = LazyLock::new(|| compile(r"^[\s|│]*(?:[+\\]---|[├└]───?)(.+)$"));
/// An entry of `dir` (a folder, a file), or of `Get-ChildItem`.
static ENTRY: LazyLock<Regex> = LazyLock::new(|| {
    compile(concat!(
        r"^\S*\d\S*\s+\d\S*(?:\s[APap]\.?[Mm]\.?)?\s+(?:<[A-Z]+>|[\d.,\u{a0}\u{202f}]+)\s+(\S.*)$",
        r"|^d[arhsl-]{3,6}\s+\d\S*\s+\d\S*(?:\s[APap][Mm])?\s+(\S.*)$",
        r"|^[-l][arhsl-]{3,6}\s+\d\S*\s+\d\S*(?:\s[APap][Mm])?\s+\d+\s(\S.*)$",
    ))
});

fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern that is tested")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        let mut listing = Listing::default();
        let entries = text.lines().filter_map(|line| listing.line(line));
        entries.filter_map(|entry| if let Entry::Path(path) = entry { Some(path) } else { None }).collect()
    }

    #[test]
    fn paths_are_put_together_from_headings() {
        let dir = " Volume in drive C has no label.\n\n Directory of C:\\Program Files\n\n\
                   11/22/2026  12:00 PM    <DIR>          .\n11/22/2026  12:00 PM    <DIR>          Two Words\n\
                   11/22/2026  12:00 PM             4,608 a file.dll\n               1 File(s)         13,824 bytes\n";
        assert_eq!(paths(dir), ["C:\\Program Files", "C:\\Program Files\\Two Words", "C:\\Program Files\\a file.dll"]);
        let german = " Verzeichnis von C:\\Windows\n\n22.11.2026  12:00    <DIR>          ..\n22.11.2026  12:00             4.608 x.exe\n";
        assert_eq!(paths(german), ["C:\\Windows", "C:\\Windows\\x.exe"]);
        let listed = "\n    Directory: C:\\Program Files\n\nMode                 LastWriteTime         Length Name\n----\n\
                      d-----        11/22/2026  12:00 PM                A folder\n-a----        11/22/2026  12:00 PM           1024 desktop.ini\n";
        assert_eq!(
            paths(listed),
            ["C:\\Program Files", "C:\\Program Files\\A folder", "C:\\Program Files\\desktop.ini"]
        );
    }

    #[test]
    fn trees_and_bare_paths_are_read() {
        assert_eq!(paths("C:\\Program Files\\x y\\z.exe\n"), ["C:\\Program Files\\x y\\z.exe"]);
        assert_eq!(
            paths("C:.\n├───Common Files\n│   └───cert\n+---Windows\n|   \\---x\n"),
            ["Common Files", "cert", "Windows", "x"]
        );
    }

    #[test]
    fn other_lists_are_none() {
        for text in [
            "        BINARY_PATH_NAME   : C:\\Windows\\system32\\sppsvc.exe",
            "PathName  : C:\\x.exe",
            "C:\\> nslookup -type=srv _vlmcs._tcp",
            "11/22/2026  12:00 PM             4,608 a.dll",
            "KMS machine name from DNS: kms01:1688",
            "",
        ] {
            assert!(paths(text).is_empty(), "{text}");
        }
    }
}
