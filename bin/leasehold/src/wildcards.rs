//! `*.xml` on a command line: shells of Unix put the files there, those of Windows leave it to the program.

use std::path::{Path, PathBuf};

/// The paths with the files that they stand for. On Unix the shell has seen to that, and a star is part of a name.
pub(crate) fn expanded(paths: Vec<PathBuf>) -> Vec<PathBuf> {
    if cfg!(windows) { paths.into_iter().flat_map(files_of).collect() } else { paths }
}

/// The files that `path` stands for, by name; itself where it is a name, or stands for none, so that it is named in the error.
fn files_of(path: PathBuf) -> Vec<PathBuf> {
    let Some(pattern) = path.file_name().and_then(|name| name.to_str()).filter(|name| name.contains(['*', '?'])) else {
        return vec![path];
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let entries = std::fs::read_dir(folder.unwrap_or(Path::new("."))).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut found: Vec<PathBuf> = names
        .filter(|name| fits(pattern, name))
        .map(|name| folder.map_or_else(|| PathBuf::from(&name), |folder| folder.join(&name)))
        .collect();
    found.sort_unstable();
    if found.is_empty() { vec![path] } else { found }
}

/// Whether a name fits a pattern, in any case: `*` stands for any letters, `?` for one. As in Windows, `*.*` fits every name.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.to_lowercase().chars().collect(), name.to_lowercase().chars().collect());
    if pattern == ['*', '.', '*'] {
        return true;
    }
    // How far the name may go so that the pattern before it fits.
    let mut ends = vec![false; name.len() + 1];
    ends[0] = true;
    for letter in pattern {
        let before = ends.clone();
        for at in 0..ends.len() {
            ends[at] = match letter {
                '*' => before[at] || at > 0 && ends[at - 1],
                '?' => at > 0 && before[at - 1],
                letter => at > 0 && before[at - 1] && name[at - 1] == letter,
            };
        }
    }
    ends[name.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_fit_as_on_windows() {
        for (pattern, name) in
            [("*.xml", "a.XML"), ("*.xml", ".xml"), ("a?c", "abc"), ("*", "a.b"), ("*.*", "none"), ("a*b*c", "axxbc")]
        {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("*.xml", "a.xml.bak"), ("a?c", "ac"), ("a*b", "ba"), ("", "a"), ("*.xml", "axml")] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
        assert!(!fits(&"*a".repeat(60), &"a".repeat(59)), "and no pattern takes long");
    }

    #[test]
    fn a_pattern_stands_for_files_in_the_order_of_their_names_and_for_itself_where_there_is_none() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.xml", "A.xml", "c.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let of = |pattern: &str| files_of(folder.path().join(pattern));
        assert_eq!(of("*.xml"), ["A.xml", "b.xml"].map(|name| folder.path().join(name)));
        assert_eq!(of("*.csv"), [folder.path().join("*.csv")]);
        assert_eq!(of("c.txt"), [folder.path().join("c.txt")]);
        assert_eq!(expanded(vec!["-".into()]), [PathBuf::from("-")]);
    }
}
