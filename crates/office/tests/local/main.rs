//! Recorded answers of a machine, read as `leasehold office status --local` reads them.

use jiff::Timestamp;
use leasehold_office::fleet::{Fleet, Health, Origin, Row};
use leasehold_office::local::Answers;
use leasehold_office::read::{Content, State};

const RECORDED: &str = include_str!("pc.json");
const NOW: &str = "2026-11-30T12:00:00Z";

fn now() -> Timestamp {
    NOW.parse().expect("a time")
}

fn fleet(answers: &Answers) -> Fleet {
    let mut fleet = Fleet::default();
    answers.read(now(), |source, item| {
        assert!(!matches!(item.content, Content::Unknown(_) | Content::Failure(_)), "{source}: {item:?}");
        fleet.add(item, &Origin { name: source.into(), collected: Some(now()) });
    });
    fleet.sort();
    fleet
}

fn of<'f>(fleet: &'f Fleet, source: &str) -> Vec<&'f Row> {
    fleet.rows().iter().filter(|row| &*row.file == source).collect()
}

#[test]
fn every_source_of_a_recorded_machine_is_told_and_is_of_that_machine() {
    let fleet = fleet(&serde_json::from_str(RECORDED).unwrap());
    let products = of(&fleet, "WMI");
    let kms = products.iter().find(|row| row.last5.as_deref() == Some("YMKRB")).unwrap();
    assert_eq!((kms.state, kms.health), (Some(State::Notification), Health::Attention));
    assert_eq!(kms.code.map(|code| code.to_string()).as_deref(), Some("0xC004F074"));
    assert_eq!(kms.host.as_deref(), Some("kms01.contoso.com:1688"));
    let windows = products.iter().find(|row| row.last5.as_deref() == Some("XXXXX")).unwrap();
    assert_eq!((windows.state, windows.health, windows.minutes), (Some(State::Licensed), Health::Well, None));
    assert!(!of(&fleet, "Microsoft 365 Apps").is_empty());
    assert!(!of(&fleet, "DNS").is_empty());
    let summary = fleet.summary(now());
    assert_eq!((summary.events, summary.machines), (1, 1), "{:#?}", fleet.rows());
}

#[test]
fn a_machine_that_has_nothing_tells_nothing() {
    let nothing = Answers { machine: Some("PC-002".into()), ..Answers::default() };
    assert!(nothing.told(now()).iter().all(|told| told.text.is_empty()));
    assert!(fleet(&nothing).rows().is_empty());
}
