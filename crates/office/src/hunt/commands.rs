//! Commands that set a KMS host by hand, and what the scripts answer to them: in transcripts, histories and batch files.

use std::sync::LazyLock;

use regex::Regex;

use super::evidence::{Evidence, Spot};
use super::place::{self, HostSource};
use crate::facts::indicators::Strength;
use crate::read::own::Own;

/// What is said about the host that a line sets; `None` where it sets none.
pub(super) fn line(text: &str, own: &Own, spot: &Spot) -> Option<Vec<Evidence>> {
    let found = SETS.captures(text)?;
    let host = found.iter().skip(1).flatten().next()?.as_str();
    let mut found = place::judge(host, HostSource::Hand, own, spot);
    // An administrator who sets the host of the house types the same: without a list nothing tells them apart.
    if own.is_empty() {
        let strange = found.iter_mut().filter(|finding| finding.rule == "ACT003");
        strange.for_each(|finding| finding.strength = finding.strength.min(Strength::Medium));
    }
    Some(found)
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
}
