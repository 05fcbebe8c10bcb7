//! What a host published last, kept in its folder: a host that moves to another name or port takes its old record along.

use std::io;
use std::path::{Path, PathBuf};

use leasehold_core::Span;
use leasehold_discovery::{DomainName, ServiceRecord};
use leasehold_files::Readers;

use crate::files::{MAX_STATE_FILE, PUBLISHED};

/// The records published last: a file of zone lines, one for each name.
#[derive(Clone, Debug)]
pub(crate) struct Remembered {
    path: PathBuf,
}

impl Remembered {
    pub(crate) fn new(folder: &Path) -> Self {
        Self { path: folder.join(PUBLISHED) }
    }

    /// What was published under `name`; nothing where the file is missing or unreadable, since it only helps to tidy up.
    pub(crate) fn of(&self, name: &DomainName) -> Option<ServiceRecord> {
        self.lines().iter().find_map(|line| read(line).filter(|(of, _)| of == name)).map(|(_, record)| record)
    }

    /// All that was published, with the name of each record.
    pub(crate) fn all(&self) -> Vec<(DomainName, ServiceRecord)> {
        self.lines().iter().filter_map(|line| read(line)).collect()
    }

    /// Remembers `record` as the one published under `name`, or that there is none.
    pub(crate) fn put(&self, name: &DomainName, record: Option<&ServiceRecord>) -> io::Result<()> {
        let mut lines = self.lines();
        lines.retain(|line| read(line).is_some_and(|(of, _)| of != *name));
        lines.extend(record.map(|record| record.line(name)));
        let text: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
        leasehold_files::replace(&self.path, text.as_bytes(), Readers::Owner)
    }

    fn lines(&self) -> Vec<String> {
        let bytes = leasehold_files::read(&self.path, MAX_STATE_FILE).unwrap_or_default();
        String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
    }
}

/// A line as [`ServiceRecord::line`] writes it.
fn read(line: &str) -> Option<(DomainName, ServiceRecord)> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let [name, ttl, "IN", "SRV", priority, weight, port, target] = words[..] else { return None };
    let record = ServiceRecord {
        priority: priority.parse().ok()?,
        weight: weight.parse().ok()?,
        port: port.parse().ok()?,
        target: target.parse().ok()?,
        ttl: Span::seconds(ttl.parse().ok()?),
    };
    Some((name.parse().ok()?, record))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_published_is_remembered_for_each_name_until_it_is_withdrawn() {
        let folder = tempfile::TempDir::new().unwrap();
        let remembered = Remembered::new(folder.path());
        let name = |text: &str| text.parse::<DomainName>().unwrap();
        let (a, b) = (name("_leasehold._tcp.a.example"), name("_leasehold._tcp.b.example"));
        let record = |port| ServiceRecord { priority: 1, weight: 2, port, target: name("h.example"), ttl: Span::HOUR };
        assert_eq!(remembered.of(&a), None);
        for (name, port) in [(&a, 1), (&b, 2), (&a, 3)] {
            remembered.put(name, Some(&record(port))).unwrap();
        }
        assert_eq!((remembered.of(&a), remembered.of(&b)), (Some(record(3)), Some(record(2))));
        assert_eq!(remembered.all(), [(b.clone(), record(2)), (a.clone(), record(3))]);
        remembered.put(&a, None).unwrap();
        assert_eq!((remembered.of(&a), remembered.of(&b)), (None, Some(record(2))));
        std::fs::write(folder.path().join(PUBLISHED), "nonsense").unwrap();
        assert_eq!(remembered.of(&b), None);
    }
}
