//! Files made to do harm, and files that are damaged: an answer, with its place, and never more.

use leasehold_office::facts::schema::Severity;
use leasehold_office::lint::{Context, MAX_BYTES, fix, lint};
use proptest::prelude::*;

use super::{broken, plain};

#[test]
fn what_is_no_configuration_is_one_finding_with_its_place() {
    let laugh = |n: u32| format!("<!ENTITY l{n} '{}'>", format!("&l{};", n - 1).repeat(10));
    let laughs = (1..10).map(laugh).collect::<Vec<_>>().concat();
    let deep = "<Configuration>".repeat(1_000);
    let wide = (0..100).map(|n| format!("a{n}=''")).collect::<Vec<_>>().join(" ");
    let wide = format!("<Configuration {wide}/>");
    for (text, line, column) in [
        (
            format!(
                "<?xml version='1.0'?>\n<!DOCTYPE x [<!ENTITY l0 'ha'>{laughs}]><Configuration>&l9;</Configuration>"
            ),
            2,
            1,
        ),
        ("<!DOCTYPE x SYSTEM 'file:///etc/passwd'><Configuration/>".to_owned(), 1, 1),
        (deep, 1, 15 * 32 + 1),
        (wide, 1, 1),
        ("<Configuration>&unknown;</Configuration>".to_owned(), 1, 16),
        ("<Configuration a='1'\n a='2'/>".to_owned(), 2, 2),
        ("<Configuration>\u{1}</Configuration>".to_owned(), 1, 16),
        ("<Configuration>\n</Add>".to_owned(), 2, 1),
        ("<Configuration><Add></Configuration>".to_owned(), 1, 21),
        ("<Configuration/><Configuration/>".to_owned(), 1, 17),
        ("plain text".to_owned(), 1, 1),
        (String::new(), 1, 1),
        (" ".repeat(MAX_BYTES + 1), 1, 1),
    ] {
        let report = plain(&text);
        assert_eq!(broken(&report), ["ODT001"], "{text:.60}");
        let [finding] = &report.findings[..] else { panic!("{:?}", report.findings) };
        assert_eq!((finding.start.line, finding.start.column), (line, column), "{text:.60}: {}", finding.message);
        assert_eq!(report.count(Severity::Error), 1);
    }
}

#[test]
fn a_file_of_the_largest_size_is_answered() {
    let long_value = format!("<Configuration><Add Channel='{}'/></Configuration>", "x".repeat(MAX_BYTES - 60));
    let products = "<Product ID='x'/>".repeat(4_900);
    let many = format!("<Configuration><Add>{products}</Add></Configuration>");
    let lines = format!("<Configuration>{}</Configuration>", "\n".repeat(MAX_BYTES - 40));
    let comment = format!("<Configuration><!--{}--></Configuration>", "<".repeat(MAX_BYTES - 50));
    for text in [long_value, many, lines, comment] {
        assert!(text.len() <= MAX_BYTES);
        assert!(plain(&text).encoding.is_some());
    }
}

/// Files as people write them, to be damaged.
const SEEDS: [&str; 3] = [
    include_str!("../../data/fixtures/odt/bad_two_suites.xml"),
    include_str!("../../data/fixtures/odt/bad_ltsc_channel.xml"),
    include_str!("../../data/fixtures/odt/bad_m365_with_key.xml"),
];

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        check(&bytes);
    }

    #[test]
    fn any_damage_is_answered(seed in 0..SEEDS.len(), cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3), 1..8)) {
        let mut bytes = SEEDS[seed].as_bytes().to_vec();
        for (at, byte, how) in cuts {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => { bytes.remove(at); }
            }
        }
        check(&bytes);
    }

    #[test]
    fn any_attributes_are_answered(
        element in "(Add|Updates|Display|Property|Remove|RemoveMSI|Logging|Info)",
        attributes in proptest::collection::btree_map("(Channel|Version|Name|Value|Level|All|Deadline|SourcePath|IgnoreProduct|[a-zA-Z]{1,6})", "[^<&\"]{0,40}", 0..4),
    ) {
        let attributes: Vec<_> = attributes.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        check(format!("<Configuration><{element} {}/></Configuration>", attributes.join(" ")).as_bytes());
    }
}

fn check(bytes: &[u8]) {
    let report = lint(bytes, &Context::default());
    for finding in &report.findings {
        assert!(finding.start <= finding.end && finding.start.line > 0 && finding.start.column > 0);
        assert!(report.text.get(finding.span.clone()).is_some(), "{finding:?}");
        for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
            assert!(report.text.get(edit.span.clone()).is_some(), "{edit:?}");
        }
    }
    if let Some(fixed) = fix(bytes, &Context::default()) {
        let (before, after) = (report.count(Severity::Error), fixed.report.count(Severity::Error));
        assert!(!broken(&fixed.report).contains(&"ODT001") || broken(&report).contains(&"ODT001"), "{before} {after}");
    }
}
