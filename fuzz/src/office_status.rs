//! What the fuzz targets of `office status` do with an input. `crates/office/tests/corpus.rs` does the same with the
//! committed corpora.

use leasehold_office::fleet::{Fleet, Origin};
use leasehold_office::read::{Content, Item, MAX_VALUE, NamedBy, read, read_log};
use leasehold_office::report::{report, write_csv};

/// Any text: what is read is small, can be told in every form, and a machine's name stays a name.
pub fn office_status(input: &[u8]) {
    let origin = Origin { name: "input".into(), collected: "2026-11-22T00:00:00Z".parse().ok() };
    let mut fleet = Fleet::default();
    let mut items = 0;
    let each = |item: Item| {
        items += 1;
        check(&item);
        fleet.add(&item, &origin);
    };
    read(input, Some("<script>".to_owned()), NamedBy::File, each).expect("bytes can be read");
    assert!(items <= 2 * input.len() + 1, "{items} items of {} bytes", input.len());
    fleet.sort();
    let summary = fleet.summary("2026-11-23T00:00:00Z".parse().expect("a time"));
    // The page has a script of its own, and no other.
    assert_eq!(report(fleet.rows(), &summary).into_string().matches("<script").count(), 1);
    write_csv(fleet.rows(), std::io::sink()).expect("a sink takes all");
}

/// Any log file.
pub fn office_events(input: &[u8]) {
    let _ = read_log(std::io::Cursor::new(input), |event| check(&Item::of_log(event)));
}

fn check(item: &Item) {
    let json = serde_json::to_string(item).expect("an item is data");
    match &item.content {
        Content::Block(block) => {
            for value in block.fields.values() {
                assert!(value.text().is_none_or(|text| text.len() <= MAX_VALUE));
            }
            assert!(!block.is_localised() || block.state().is_none(), "a language that is not read tells no state");
        }
        Content::Event(event) => assert!(event.data.iter().all(|datum| datum.len() <= MAX_VALUE)),
        Content::Licences(_)
        | Content::Lookup(_)
        | Content::Connection(_)
        | Content::Failure(_)
        | Content::Unknown(_) => {}
    }
    assert!(!json.is_empty());
}
