//! Paths longer than the 260 characters of old, for system calls that the standard library does not make.

/// The path in the form that has no limit, where it is long: `\\?\C:\…`, `\\?\UNC\server\share\…`. It must be absolute.
pub fn verbatim(absolute: &str) -> String {
    if absolute.encode_utf16().count() < LONGEST || absolute.starts_with(r"\\?\") || absolute.starts_with(r"\\.\") {
        return absolute.to_owned();
    }
    match absolute.strip_prefix(r"\\") {
        Some(share) => format!(r"\\?\UNC\{share}"),
        None => format!(r"\\?\{absolute}"),
    }
}

/// What folders may have, so that a short name fits into them.
const LONGEST: usize = 248;

/// Whether the last part of a path is the name of a device, such as `nul`, that is there in every folder.
pub fn is_device(path: &str) -> bool {
    let name = path.rsplit(['\\', '/']).next().unwrap_or(path).trim_end_matches([' ', ':']).to_ascii_lowercase();
    let port = |text: &str| name.strip_prefix(text).is_some_and(|number| matches!(number.as_bytes(), [b'1'..=b'9']));
    ["con", "prn", "aux", "nul", "conin$", "conout$"].contains(&name.as_str()) || port("com") || port("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_paths_get_the_form_without_a_limit_and_short_ones_stay() {
        let long = "a".repeat(LONGEST);
        assert_eq!(verbatim(r"C:\short"), r"C:\short");
        assert_eq!(verbatim(&format!(r"C:\{long}")), format!(r"\\?\C:\{long}"));
        assert_eq!(verbatim(&format!(r"\\server\share\{long}")), format!(r"\\?\UNC\server\share\{long}"));
        for kept in [format!(r"\\?\C:\{long}"), format!(r"\\.\pipe\{long}")] {
            assert_eq!(verbatim(&kept), kept);
        }
    }

    #[test]
    fn devices_are_known_in_any_folder_and_names_like_them_are_files() {
        for device in ["nul", "NUL", "C:\\x\\nul", "sub/con", "com1", "LPT9", "CONOUT$", r"\\.\NUL", "nul:"] {
            assert!(is_device(device), "{device}");
        }
        for file in ["nul.txt", "com0", "com10", "console", "a/nul/b", "", "auxiliary"] {
            assert!(!is_device(file), "{file}");
        }
    }
}
