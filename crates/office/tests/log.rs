//! An event log as Windows writes it (a file of one chunk with binary XML), made here and read.

use std::io::Cursor;

use leasehold_office::read::{Event, HANDLED, REQUEST, read_log};

const ROW: &str = "0x0,5,pc1.example.com,930bd202-a335-4c7e-bd9d-7305361f0d37,2026/11/22 12:00,0,1,259200,\
                   fbdb3e18-a8ef-4fb3-9183-dffd60bd0984";
const ASKED: &str = "0xC004F074, 0x00000000, kms01.example.com:1688, 36f27b39-2fd5-440b-be67-a09996d27a38, \
                     2026/11/22 12:00, 0, 2, 41760, 68531fb9-5511-4989-97be-d11a0f55633f, 5";

fn read(log: &[u8]) -> Vec<Event> {
    let mut events = Vec::new();
    let damaged = read_log(Cursor::new(log), |event| events.push(event)).expect("a log");
    assert_eq!(damaged, 0);
    events
}

#[test]
fn events_of_a_log_file_are_read_and_others_passed_over() {
    let log = log(&[(4624, "a user logged on"), (HANDLED, ROW), (REQUEST, ASKED)]);
    let events = read(&log);
    assert_eq!(events.iter().map(|event| event.id).collect::<Vec<_>>(), [HANDLED, REQUEST]);
    assert_eq!((events[0].client(), events[0].minutes()), (Some("pc1.example.com"), Some(259_200)));
    assert_eq!((events[1].host(), events[1].min_count()), (Some("kms01.example.com:1688"), Some(5)));
    assert!(events.iter().all(|event| event.computer.as_deref() == Some("KMS01.example.com") && event.time.is_some()));
}

#[test]
fn the_log_in_the_corpus_is_one_of_these() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/office_events/log");
    assert_eq!(std::fs::read(corpus).unwrap(), log(&[(HANDLED, ROW), (REQUEST, ASKED)]));
}

#[test]
fn what_is_no_log_is_refused() {
    assert!(read_log(Cursor::new(b"ElfFile\0".as_slice()), |_| ()).is_err());
    assert!(read_log(Cursor::new(b"LICENSE STATUS".as_slice()), |_| ()).is_err());
}

#[test]
fn what_is_behind_a_damaged_record_is_read() {
    let mut log = log(&[(HANDLED, ROW), (REQUEST, ASKED), (HANDLED, ROW)]);
    put(&mut log, 4096 + 512 + 4, &0_u32.to_le_bytes());
    let mut events = Vec::new();
    let damaged = read_log(Cursor::new(log), |event| events.push(event.id)).expect("a log");
    assert_eq!((events, damaged), (vec![REQUEST, HANDLED], 1));
}

/// A log file of one chunk with these events, each with one datum.
fn log(events: &[(u32, &str)]) -> Vec<u8> {
    let mut chunk = Chunk { bytes: vec![0; 512], names: Vec::new() };
    for (at, (id, datum)) in events.iter().enumerate() {
        chunk.record(at as u64 + 1, *id, datum);
    }
    let count = events.len() as u64;
    let free = u32::try_from(chunk.bytes.len()).expect("64 KiB");
    put(&mut chunk.bytes, 0, b"ElfChnk\0");
    for (place, number) in [(8, 1), (16, count), (24, 1), (32, count)] {
        put(&mut chunk.bytes, place, &number.to_le_bytes());
    }
    put(&mut chunk.bytes, 40, &128_u32.to_le_bytes());
    put(&mut chunk.bytes, 48, &free.to_le_bytes());
    chunk.bytes.resize(0x1_0000, 0);

    let mut file = vec![0; 4096];
    put(&mut file, 0, b"ElfFile\0");
    put(&mut file, 24, &(count + 1).to_le_bytes());
    put(&mut file, 32, &128_u32.to_le_bytes());
    for (place, number) in [(36, 1_u16), (38, 3), (40, 4096), (42, 1)] {
        put(&mut file, place, &number.to_le_bytes());
    }
    file.extend(chunk.bytes);
    file
}

fn put(bytes: &mut [u8], at: usize, what: &[u8]) {
    bytes[at..at + what.len()].copy_from_slice(what);
}

/// 64 KiB of records; names are written where they are first used, and pointed at from then on.
struct Chunk {
    bytes: Vec<u8>,
    names: Vec<(&'static str, u32)>,
}

impl Chunk {
    fn record(&mut self, number: u64, id: u32, datum: &str) {
        let start = self.bytes.len();
        self.bytes.extend(b"**\0\0\0\0\0\0");
        self.bytes.extend(number.to_le_bytes());
        // 2026-11-22 in units of 100 ns since 1601.
        self.bytes.extend(134_081_568_000_000_000_u64.to_le_bytes());
        self.bytes.extend([0x0f, 1, 1, 0]);
        self.open("Event", None);
        self.open("System", None);
        self.element("EventID", &id.to_string());
        self.open("TimeCreated", Some(("SystemTime", "2026-11-22T12:00:00.000Z")));
        self.bytes.pop();
        self.bytes.push(0x03);
        self.element("Computer", "KMS01.example.com");
        self.bytes.push(0x04);
        self.open("EventData", None);
        self.element("Data", datum);
        self.bytes.extend([0x04, 0x04, 0x00]);
        let size = u32::try_from(self.bytes.len() - start + 4).expect("64 KiB").to_le_bytes();
        self.bytes.extend(size);
        put(&mut self.bytes, start + 4, &size);
    }

    fn element(&mut self, name: &'static str, text: &str) {
        self.open(name, None);
        self.bytes.extend([0x05, 0x01]);
        self.text(text);
        self.bytes.push(0x04);
    }

    /// The start of an element and the end of its start.
    fn open(&mut self, name: &'static str, attribute: Option<(&'static str, &str)>) {
        self.bytes.push(if attribute.is_some() { 0x41 } else { 0x01 });
        self.bytes.extend([0; 4]);
        self.name(name);
        if let Some((name, value)) = attribute {
            self.bytes.extend([0; 4]);
            self.bytes.push(0x06);
            self.name(name);
            self.bytes.extend([0x05, 0x01]);
            self.text(value);
        }
        self.bytes.push(0x02);
    }

    fn name(&mut self, name: &'static str) {
        if let Some((_, at)) = self.names.iter().find(|(known, _)| *known == name) {
            self.bytes.extend(at.to_le_bytes());
            return;
        }
        let at = u32::try_from(self.bytes.len() + 4).expect("64 KiB");
        self.names.push((name, at));
        self.bytes.extend(at.to_le_bytes());
        self.bytes.extend([0; 6]);
        self.text(name);
        self.bytes.extend([0, 0]);
    }

    fn text(&mut self, text: &str) {
        let units: Vec<u16> = text.encode_utf16().collect();
        self.bytes.extend(u16::try_from(units.len()).expect("short texts").to_le_bytes());
        self.bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    }
}
