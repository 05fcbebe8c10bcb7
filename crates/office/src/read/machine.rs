//! Which machine a text is of: from lines that say so, and else from the names of file and folder.

use std::path::Path;

use serde::Serialize;

/// The longest name of a machine, in bytes.
const MAX_NAME: usize = 253;

/// Where a machine's name was taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NamedBy {
    /// A line of the text.
    Text,
    /// The file's name.
    File,
    /// The folder's name.
    Folder,
    /// Nothing: it is unknown.
    Nothing,
}

/// What collecting scripts call their files besides the machine.
const COMMON: [&str; 37] = [
    "ospp",
    "vbs",
    "dstatus",
    "dstatusall",
    "act",
    "ato",
    "slmgr",
    "dlv",
    "dli",
    "xpr",
    "status",
    "office",
    "windows",
    "vnextdiag",
    "vnext",
    "events",
    "event",
    "kms",
    "output",
    "out",
    "result",
    "results",
    "log",
    "txt",
    "list",
    "all",
    "nslookup",
    "dns",
    "net",
    "license",
    "licence",
    "activation",
    "machine",
    "export",
    "application",
    "csv",
    "xml",
];

/// Those of them that machines are called after too.
const ROLES: [&str; 8] = ["kms", "office", "windows", "dns", "net", "machine", "license", "licence"];

/// The machine that a line names, if that is what the line is for.
pub(crate) fn marker(line: &str) -> Option<&str> {
    let text = line.trim();
    keyed(text).or_else(|| heading(text)).or_else(|| prompt(text)).or_else(|| answer(line)).or_else(|| asked(text))
}

/// `Computer: PC-001`, `PSComputerName : PC-001`, `… on machine: PC-001`
fn keyed(text: &str) -> Option<&str> {
    const KEYS: [&str; 11] = [
        "computer",
        "computer name",
        "computername",
        "pscomputername",
        "machine",
        "machine name",
        "machinename",
        "host name",
        "hostname",
        "systemname",
        "system name",
    ];
    let (key, value) = text.split_once([':', '='])?;
    let key = key.trim();
    let known = KEYS.iter().any(|known| known.eq_ignore_ascii_case(key)) || key.ends_with(" on machine");
    // A transcript has the system's version behind the name.
    if known { name(value.split_once(" (").map_or(value, |(name, _)| name)) } else { None }
}

/// `==> PC-001.txt <==`, `===== PC-001 =====`, `### Computer: PC-001 ###`, `\\PC-001:`
fn heading(text: &str) -> Option<&str> {
    if let Some(file) = text.strip_prefix("==> ").and_then(|rest| rest.strip_suffix(" <==")) {
        let stem = file.rsplit(['/', '\\']).next().unwrap_or(file);
        return stem.rsplit_once('.').map_or(Some(stem), |(stem, _)| Some(stem)).and_then(name);
    }
    if let Some(host) = text.strip_prefix("\\\\").and_then(|rest| rest.strip_suffix(':')) {
        return name(host);
    }
    // A heading of Markdown, or a remark.
    let marked = text.strip_prefix('#').map(|rest| rest.trim_start_matches('#'));
    if let Some(inner) = marked.and_then(|rest| rest.strip_prefix(' ')) {
        let inner = inner.trim_end_matches(['#', ' ']);
        return keyed(inner).or_else(|| likely(inner));
    }
    let marks = ['=', '#', '*', '-', '+', '~'];
    let first = text.chars().next().filter(|first| marks.contains(first))?;
    let inner = text.trim_matches(first);
    if text.len() - inner.len() < 3 {
        return None;
    }
    let inner = inner.trim();
    // A single word may be any heading: a machine's name has a digit, a hyphen or a dot in it.
    let likely = |word: &&str| word.contains(|c: char| c.is_ascii_digit() || c == '-' || c == '.');
    keyed(inner).or_else(|| name(inner).filter(likely))
}

/// The machine that a command asks: `cscript ospp.vbs /dstatus PC-001`, `slmgr.vbs PC-001 /dlv`.
fn asked(text: &str) -> Option<&str> {
    let behind = |script: &str| {
        let at = text.as_bytes().windows(script.len()).position(|some| some.eq_ignore_ascii_case(script.as_bytes()))?;
        let words = text.get(at + script.len()..)?.trim_start_matches(['"', '\'']);
        // What is written into a file names the file.
        Some(words.split(['>', '|', '&']).next().unwrap_or_default().split_whitespace())
    };
    if let Some(mut words) = behind("ospp.vbs") {
        return words.next().filter(|option| option.starts_with('/')).and_then(|_| likely(words.next()?));
    }
    let mut words = behind("slmgr.vbs").or_else(|| behind("slmgr"))?;
    let machine = likely(words.next()?)?;
    words.any(|word| word.starts_with(['/', '-'])).then_some(machine)
}

/// How tools that ask many machines head each answer: `pc-001:` (salt), `pc-001 | CHANGED | rc=0 >>`, `ok: [pc-001] =>`
/// (ansible).
fn answer(line: &str) -> Option<&str> {
    let line = line.trim_end();
    let outcome = ["ok: [", "changed: [", "fatal: [", "failed: ["].iter().find_map(|words| line.strip_prefix(words));
    if let Some((host, _)) = outcome.and_then(|rest| rest.split_once(']')) {
        return name(host);
    }
    if let Some(host) = line.strip_suffix(':') {
        return likely(host);
    }
    let (host, rest) = line.split_once(" | ")?;
    ["SUCCESS", "CHANGED", "FAILED"].iter().any(|word| rest.starts_with(word)).then(|| name(host)).flatten()
}

/// `[PC-001]: PS C:\>`
fn prompt(text: &str) -> Option<&str> {
    let (host, rest) = text.strip_prefix('[')?.split_once("]:")?;
    if rest.trim_start().starts_with("PS") { name(host) } else { None }
}

/// A machine's name, if `text` is more likely one than any other word: it has a digit, a hyphen or a dot, and is no time,
/// id or version.
pub(crate) fn likely(text: &str) -> Option<&str> {
    let fits = text.contains(|c: char| c.is_ascii_digit() || c == '-' || c == '.')
        && text.contains(char::is_alphabetic)
        && !text.starts_with(['-', '.'])
        && !text.ends_with(['-', '.'])
        && !super::event::is_guid(text)
        && !text.starts_with("0x")
        && !is_variable(text)
        && !is_time(text);
    name(text).filter(|_| fits)
}

/// Whether a name is that of a variable with what a command printed, as ansible shows it: `ospp.stdout_lines`.
fn is_variable(name: &str) -> bool {
    const VARIABLES: [&str; 6] = ["stdout", "stdout_lines", "stderr", "stderr_lines", "msg", "results"];
    name.rsplit_once('.').is_some_and(|(_, last)| VARIABLES.contains(&last))
}

/// `2026-11-28T10:00:01Z` without its colons, `28-Nov-2026`
fn is_time(text: &str) -> bool {
    let numbers = text.split(['-', '.', 'T', 'Z', '_']).filter(|part| !part.is_empty());
    numbers.clone().count() > 1
        && numbers.clone().filter(|part| part.bytes().all(|byte| byte.is_ascii_digit())).count() * 2 > numbers.count()
}

/// A machine's name, if `text` can be one.
pub(crate) fn name(text: &str) -> Option<&str> {
    let text = text.trim().trim_matches('"');
    // Services and records begin so, and no machine.
    let fits = (1..=MAX_NAME).contains(&text.len())
        && !text.starts_with('_')
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && text.contains(char::is_alphanumeric);
    fits.then_some(text)
}

/// The file's own line, where `findstr` or `grep` has put the file's name before it: `PC-001.txt:LICENSE NAME: …`
pub(crate) fn prefixed(line: &str) -> Option<(&str, &str)> {
    let (file, rest) = line.split_once(':')?;
    // A drive's letter has a colon of its own.
    let (file, rest) = if file.len() == 1 && rest.starts_with('\\') { rest.split_once(':')? } else { (file, rest) };
    let stem = [".txt", ".log", ".out", ".TXT", ".LOG"].iter().find_map(|end| file.strip_suffix(end))?;
    let stem = stem.rsplit(['/', '\\']).next()?;
    Some((from_stem(stem).or_else(|| name(stem))?, rest))
}

/// The machine that a file is of, from its name, else from that of its folder.
pub fn from_path(path: &Path) -> (Option<String>, NamedBy) {
    let text = |part: Option<&std::ffi::OsStr>| part.and_then(|part| part.to_str()).map(str::to_owned);
    if let Some(stem) = text(path.file_stem())
        && let Some(machine) = from_stem(&stem)
    {
        return (Some(machine.to_owned()), NamedBy::File);
    }
    match text(path.parent().and_then(Path::file_name)) {
        Some(folder) => (Some(folder), NamedBy::Folder),
        None => (None, NamedBy::Nothing),
    }
}

/// The part of a file's name that is no common word and no number, if any is left; the whole where several are.
fn from_stem(stem: &str) -> Option<&str> {
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let common = |word: &str| COMMON.iter().any(|common| common.eq_ignore_ascii_case(word)) || is_number(word);
    // Machines are called after what they do, and a number: `KMS-01`.
    let numbered = |word: &str| {
        let role = |role: &str| ROLES.iter().any(|known| known.eq_ignore_ascii_case(role));
        word.rsplit_once('-').is_some_and(|(name, number)| {
            name.split(['-', '.']).any(role) && is_number(number) && (1..=3).contains(&number.len())
        })
    };
    let words = || stem.split(['_', ' ', '@', '(', ')']).filter(|word| !word.is_empty());
    let mut own = words().filter(|word| numbered(word) || !word.split(['-', '.']).all(common));
    let first = own.next()?;
    let mut machine = if own.next().is_none() { first } else { stem };
    // `PC-001-dstatus`, `PC-001.ospp`: joined by what names have too. A number at the end is the machine's own.
    while let Some((before, last)) = machine.rsplit_once(['-', '.'])
        && !before.is_empty()
        && common(last)
        && last.contains(char::is_alphabetic)
    {
        machine = before;
    }
    name(machine).or(Some(machine))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_name_a_machine() {
        for line in [
            "Computer: PC-001",
            "Machine: PC-001 (Microsoft Windows NT 10.0.26100.0)",
            "PSComputerName : PC-001",
            "Searching for KMS activation events on machine: PC-001",
            "===== PC-001 =====",
            "### Computer: PC-001 ###",
            "==> out/PC-001.txt <==",
            "\\\\PC-001:",
            "[PC-001]: PS C:\\Users\\admin> cscript ospp.vbs /dstatus",
            "PC-001:",
            "PC-001 | CHANGED | rc=0 >>",
            "ok: [PC-001] =>",
            "fatal: [PC-001]: FAILED! =>",
            "# PC-001",
            "### Computer: PC-001",
            "C:\\> cscript //nologo ospp.vbs /dstatus PC-001",
            "cscript \"C:\\Program Files\\Microsoft Office\\Office16\\OSPP.VBS\" /dstatusall PC-001 admin",
            "cscript slmgr.vbs PC-001 admin secret /dlv",
        ] {
            assert_eq!(marker(line), Some("PC-001"), "{line}");
        }
        for line in [
            "---------------------------------------",
            "---Processing--------------------------",
            "---Exiting-----------------------------",
            "========== vNext licenses found ==========",
            "===== Results =====",
            "Name: Windows(R), Professional edition",
            "KMS machine name from DNS: kms01.contoso.com:1688",
            "Computer: two words",
            "result.stdout_lines:",
            "# 2026-11-28",
            "# status",
            "cscript ospp.vbs /dstatus > PC-001.txt",
            "cscript ospp.vbs /sethst:kms01.corp.example",
            "slmgr.vbs /skms kms01.corp.example",
            "slmgr.vbs /dlv 85dd8b5f-eaa4-4af3-a628-cce9e77c9a03",
            "run ospp.vbs on PC-001",
            "",
        ] {
            assert_eq!(marker(line), None, "{line}");
        }
    }

    #[test]
    fn names_of_files_and_folders() {
        let cases = [
            ("out/PC-001.txt", Some("PC-001"), NamedBy::File),
            ("out/PC-001_dstatus.txt", Some("PC-001"), NamedBy::File),
            ("out/ospp_dstatus_PC-001_20261122.log", Some("PC-001"), NamedBy::File),
            ("out/PC-001-dstatus.txt", Some("PC-001"), NamedBy::File),
            ("out/PC-001.contoso.com.txt", Some("PC-001.contoso.com"), NamedBy::File),
            ("out/kms01.contoso.com_12290.txt", Some("kms01.contoso.com"), NamedBy::File),
            ("out/PC-001.ospp.vbs.txt", Some("PC-001"), NamedBy::File),
            ("out/old PC_1 of Anna.txt", Some("old PC_1 of Anna"), NamedBy::File),
            ("PC-001/ospp_dstatus.txt", Some("PC-001"), NamedBy::Folder),
            ("out/KMS-01_dlv.txt", Some("KMS-01"), NamedBy::File),
            ("out/kms-02.txt", Some("kms-02"), NamedBy::File),
            ("PC-001/dstatus-1.txt", Some("PC-001"), NamedBy::Folder),
            ("status.txt", None, NamedBy::Nothing),
        ];
        for (path, machine, by) in cases {
            assert_eq!(from_path(Path::new(path)), (machine.map(str::to_owned), by), "{path}");
        }
        assert_eq!(prefixed("C:\\out\\pc1_ospp.txt:LICENSE NAME: x"), Some(("pc1", "LICENSE NAME: x")));
        assert_eq!(prefixed("LICENSE NAME: x.txt:y"), None);
    }
}
