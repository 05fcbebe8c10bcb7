//! Commands that set a KMS host by hand, and what the scripts answer to them: in transcripts, histories and batch files.

use std::sync::LazyLock;

use regex::Regex;

use super::evidence::{Evidence, Spot};
use super::place::{self, HostSource};
use crate::facts::indicators::Strength;
use crate::read::own::Own;

/// What is said about the host that a line sets; `None` where it sets none, or is a remark.
pub(super) fn line(text: &str, own: &Own, spot: &Spot) -> Option<Vec<Evidence>> {
    let found = SETS.captures(text).filter(|_| !is_remark(text))?;
    let host = found.iter().skip(1).flatten().next()?.as_str();
    let mut found = place::judge(host, HostSource::Hand, own, spot);
    // An administrator who sets, tries or takes back a host types the same, and so does the author of a guide. Only a
    // host on the machine itself is what no one else sets up.
    if !place::is_loopback(host) {
        found.iter_mut().for_each(|finding| finding.strength = finding.strength.min(Strength::Medium));
    }
    Some(found)
}

/// Whether a line is what `slmgr.vbs` answers, and not what was typed.
pub(super) fn is_answer(text: &str) -> bool {
    text.trim_start().get(..ANSWER.len()).is_some_and(|start| start.eq_ignore_ascii_case(ANSWER))
}

/// Whether a line of a script is a remark: in batch files, and in the languages of PowerShell and `cscript`.
pub(super) fn is_remark(text: &str) -> bool {
    let text = text.trim_start().trim_start_matches('@');
    let rem = |rest: &str| rest.chars().next().is_none_or(char::is_whitespace);
    text.starts_with(['#', '\'']) || text.starts_with("::") || {
        text.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("rem")) && rem(&text[3..])
    }
}

/// `slmgr /skms HOST`, `ospp.vbs /sethst:HOST`, and the answer of `slmgr.vbs`. Names that a script fills in are none.
static SETS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"(?i)\bslmgr(?:\.vbs)?["']?\s(?:.*\s)?["']?[/-]skms:?\s*["']?([a-z0-9\[][a-z0-9.:\]_-]+)"#,
        r#"|(?i)\bospp\.vbs["']?\s(?:.*\s)?["']?/sethst:["']?([a-z0-9\[][a-z0-9.:\]_-]+)"#,
        r"|(?i)^\s*Key Management Service machine name set to (\S+) successfully",
    ))
    .expect("a pattern that is tested")
});

/// How the answer to `slmgr /skms` begins.
const ANSWER: &str = "Key Management Service machine name set to";

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str) -> Option<Vec<String>> {
        line(text, &Own::default(), &Spot::default()).map(|found| found.into_iter().map(|one| one.rule).collect())
    }

    #[test]
    fn a_host_that_is_set_by_hand_is_judged_where_it_is_set() {
        for text in [
            "slmgr /skms kms.example.net",
            "C:\\> cscript //nologo C:\\Windows\\System32\\slmgr.vbs /skms kms.example.net:1688",
            "cscript \"C:\\Program Files\\Microsoft Office\\Office16\\OSPP.VBS\" /sethst:kms.example.net",
            "Key Management Service machine name set to kms.example.net successfully.",
        ] {
            assert_eq!(rules(text), Some(vec!["ACT003".to_owned()]), "{text}");
        }
        assert_eq!(rules("slmgr.vbs -skms 127.0.0.2:1688"), Some(vec!["ACT001".to_owned()]));
        assert_eq!(rules("slmgr.vbs /skms 198.51.100.7"), Some(vec!["ACT002".to_owned()]));
        for text in ["slmgr /skms kms01", "ospp.vbs /sethst:kms01.corp.local", "slmgr /skms kms.core.windows.net:1688"]
        {
            assert_eq!(rules(text), Some(vec![]), "{text}");
        }
        for text in [
            "slmgr /ato",
            "slmgr /skms %host%",
            "slmgr.vbs /skms <name>",
            "ospp.vbs /sethst:$server",
            "manual host name wrong (slmgr /skms or ospp /sethst)",
        ] {
            assert!(rules(text).is_none_or(|rules| rules.is_empty()), "{text}");
        }
    }

    #[test]
    fn a_typed_host_is_weak_unless_it_is_the_machine_itself() {
        let strengths = |host: &str, own: &str| -> Vec<Strength> {
            let mut list = Own::default();
            list.add_lines(own).unwrap();
            let spot = Spot { machine: Some("kms01".to_owned()), ..Spot::default() };
            let found = line(&format!("slmgr /skms {host}"), &list, &spot).unwrap();
            found.into_iter().map(|finding| finding.strength).collect()
        };
        for own in ["", "kms01.corp.example", "*.corp.example"] {
            for host in ["198.51.100.7", "198.51.100.7:1700", "kms01", "kms.example.net", "169.254.1.1"] {
                assert!(strengths(host, own).iter().all(|strength| *strength <= Strength::Medium), "{host}, {own}");
            }
            for host in ["127.0.0.1", "127.0.0.2:1688", "[::1]:1688", "localhost"] {
                assert_eq!(strengths(host, own), [Strength::High], "{host}, {own}");
            }
            // One word has no domain; `value` stands in a guide.
            for host in ["kms02", "value", "kms02:1688"] {
                assert_eq!(strengths(host, own), [], "{host}, {own}");
            }
        }
        assert_eq!(strengths("kms.example.net", "*.corp.example"), [Strength::Medium]);
    }

    #[test]
    fn remarks_of_scripts_set_nothing() {
        for remark in ["REM ", "rem\t", "  @rem ", ":: ", "::", "# ", "#", "' ", "'"] {
            assert_eq!(rules(&format!("{remark}slmgr /skms kms.example.net")), None, "{remark}");
        }
        for no_remark in ["remote> ", "C:\\> ", "\"", "& ", "é: "] {
            assert!(rules(&format!("{no_remark}slmgr /skms kms.example.net")).is_some(), "{no_remark}");
        }
    }
}
