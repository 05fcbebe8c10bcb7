//! No output of the workbench shows more of a product key than its last five characters, wherever a key stands in what it
//! reads.

use std::io::Cursor;

use jiff::civil::Date;
use leasehold_office::explain::{explain, in_text};
use leasehold_office::fleet::{Fleet, Origin};
use leasehold_office::hunt::{Hunt, Options, VolumeLicence};
use leasehold_office::lint::{Context, lint, sarif_results};
use leasehold_office::plan::{Estate, plan};
use leasehold_office::read::own::Own;
use leasehold_office::read::{NamedBy, masked, read};
use leasehold_office::report::{report, write_csv};
use proptest::prelude::*;

const TEXTS: [&str; 8] = [
    include_str!("../data/fixtures/ospp/dstatus_kms_licensed_override.txt"),
    include_str!("../data/fixtures/slmgr/dlv_win11_notification.txt"),
    include_str!("../data/fixtures/vnextdiag/synthetic/user_licensed.txt"),
    include_str!("../data/fixtures/events/12288_client_request.txt"),
    include_str!("field/status/cim_export.csv"),
    include_str!("field/status/cim_convertto.json"),
    include_str!("field/status/log_with_prefix.log"),
    include_str!("field/lint/cdn_beta.xml"),
];

/// What may stand around a group of a key: nothing, colours, marks of Markdown, blanks, what is not seen.
const DRESSES: [(&str, &str); 12] = [
    ("", ""),
    ("", ""),
    ("\u{1b}[01;31m\u{1b}[K", "\u{1b}[m\u{1b}[K"),
    ("\u{1b}[31m", "\u{1b}(B"),
    ("\u{1b}]8;;http://x\u{7}", "\u{1b}]8;;\u{1b}\\"),
    ("**", "**"),
    ("*", "*"),
    ("__", "__"),
    ("`", "`"),
    (" ", " "),
    ("\u{200b}", "\u{ad}"),
    ("\u{1}", "\u{7f}"),
];

fn day() -> Date {
    "2026-11-29".parse().expect("a date")
}

/// All that the commands say of a text.
fn outputs(text: &str) -> Vec<(&'static str, String)> {
    let mut fleet = Fleet::default();
    let origin = Origin { name: "input".into(), collected: None };
    read(Cursor::new(text), None, NamedBy::Nothing, |item| fleet.add(&item, &origin)).expect("bytes can be read");
    let summary = fleet.summary(jiff::Timestamp::UNIX_EPOCH);
    let mut table = Vec::new();
    write_csv(fleet.rows(), &mut table).expect("memory can be written to");
    let options = Options {
        own: Own::default(),
        activation_interval: None,
        renewal_interval: None,
        volume_licence: VolumeLicence::None,
        today: day(),
    };
    let mut hunt = Hunt::new(options);
    hunt.text("input", None, Cursor::new(text)).expect("bytes can be read");
    let checked = lint(text.as_bytes(), &Context::default());
    let found = checked.findings.iter().map(|finding| finding.message.clone()).collect::<Vec<_>>().join("\n");
    let planned = match Estate::parse(text) {
        Ok(estate) => serde_json::to_string(&plan(&estate, day())).expect("plain data"),
        Err(error) => error.to_string(),
    };
    let json = |value: &dyn erased::Json| value.text();
    vec![
        ("status --json", fleet.rows().iter().map(|row| json(row)).collect::<Vec<_>>().join("\n")),
        ("status summary", json(&summary)),
        ("status --csv", String::from_utf8(table).expect("text")),
        ("status --html", report(fleet.rows(), &summary).into_string()),
        ("hunt", json(&hunt.finish())),
        ("lint", found),
        ("lint lines", masked(&checked.text).into_owned()),
        ("lint --format sarif", serde_json::to_string(&sarif_results("input", &checked)).expect("plain data")),
        ("explain -", json(&in_text(text))),
        ("explain", text.lines().take(40).map(|line| format!("{:?}", explain(line))).collect::<Vec<_>>().join("\n")),
        ("plan", planned),
    ]
}

mod erased {
    /// What can be told as JSON.
    pub(super) trait Json {
        fn text(&self) -> String;
    }

    impl<T: serde::Serialize> Json for T {
        fn text(&self) -> String {
            serde_json::to_string(self).expect("plain data")
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_more_than_five_characters_of_a_key_are_told(
        which in 0..TEXTS.len(), place in any::<prop::sample::Index>(), key in "[BCDFGHJKMNPQRTVWXY2346789]{25}",
        grouped in any::<bool>(), dress in 0..DRESSES.len(), group in 0..5_usize, padding in prop::sample::select(vec![0_usize, 60, 230, 1_010, 65_500]),
    ) {
        let mut groups: Vec<String> = (0..5).map(|at| key[at * 5..at * 5 + 5].to_owned()).collect();
        let (before, after) = DRESSES[dress];
        groups[group] = format!("{before}{}{after}", groups[group]);
        let typed = groups.join(if grouped { "-" } else { "" });
        let text = TEXTS[which];
        let at = (0..=place.index(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let padded = "é ".repeat(padding / 2);
        let bent = format!("{}{padded}{typed}{}", &text[..at], &text[at..]);
        for (command, output) in outputs(&bent) {
            // `K` is a letter of keys, and ends the sequence by which `grep` clears the rest of a line: before the five characters
            // that are shown it looks like a sixth.
            let output = if before.ends_with("[K") { output.replace("[K", "[") } else { output };
            for window in 0..=key.len() - 6 {
                let part = &key[window..window + 6];
                let hyphened = if window % 5 == 0 { format!("{}-{}", &part[..5], &part[5..]) } else { part.to_owned() };
                prop_assert!(!output.contains(part), "{command}: {part} of {typed} at {at}");
                prop_assert!(!grouped || !output.contains(&hyphened), "{command}: {hyphened} of {typed} at {at}");
            }
        }
    }

    #[test]
    fn neither_half_of_a_broken_key_is_told(
        which in 0..TEXTS.len(), line in any::<prop::sample::Index>(), at in 1_usize..29,
        key in "[BCDFGHJKMNPQRTVWXY][BCDFGHJKMNPQRTVWXY2346789]{24}", begin in prop::sample::select(vec!["", "  ", "> "]),
        words in prop::sample::select(vec!["", "irm https://get.activated.win | iex # ", "slmgr /ipk "]),
    ) {
        let groups: Vec<&str> = (0..5).map(|at| &key[at * 5..at * 5 + 5]).collect();
        let typed = groups.join("-");
        let mut lines: Vec<String> = TEXTS[which].lines().map(str::to_owned).collect();
        let place = line.index(lines.len());
        lines.insert(place, format!("{words}{}\n{begin}{}", &typed[..at], &typed[at..]));
        let bent = lines.join("\n");
        // A line that is explained alone has no other half.
        for (command, output) in outputs(&bent).into_iter().filter(|(command, _)| *command != "explain") {
            for window in (0..=typed.len() - 7).filter(|window| window + 7 <= at || *window >= at) {
                let part = &typed[window..window + 7];
                prop_assert!(!output.contains(part), "{command}: {part} of {typed}, broken at {at}");
            }
        }
    }
}
