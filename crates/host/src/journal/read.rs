//! A journal's file item by item, and where it can be gone on with.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use leasehold_wire::Malformed;
use leasehold_wire::journal::{Glimpse, NOT_A_JOURNAL, Tips, glimpse, head};

use crate::Error;

/// The items of a file.
pub(super) struct Items {
    input: BufReader<File>,
    item: Vec<u8>,
}

/// What stands next in a file.
pub(super) enum Next<'i> {
    /// An item, with the head before it.
    Item(&'i [u8], &'i [u8]),
    /// Nothing: the file has ended.
    End,
    /// The beginning of an item that ends with the file.
    Cut,
    /// Bytes that begin no item.
    Malformed(Malformed),
}

impl Items {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(Error::at(path))?;
        Ok(Self { input: BufReader::with_capacity(BUFFER, file), item: Vec::new() })
    }

    pub(super) fn next(&mut self) -> io::Result<Next<'_>> {
        self.item.clear();
        let (length, size) = loop {
            match head(&self.item) {
                Ok(Some(found)) => break found,
                Err(malformed) => return Ok(Next::Malformed(malformed)),
                Ok(None) if self.more(1)? => {}
                Ok(None) if self.item.is_empty() => return Ok(Next::End),
                Ok(None) => return Ok(Next::Cut),
            }
        };
        if !self.more(size)? {
            return Ok(Next::Cut);
        }
        let (head, item) = self.item.split_at(length);
        Ok(Next::Item(head, item))
    }

    /// Reads so many bytes more; whether there are so many.
    fn more(&mut self, size: usize) -> io::Result<bool> {
        let read = self.input.by_ref().take(size as u64).read_to_end(&mut self.item)?;
        Ok(read == size)
    }
}

/// A journal that can be gone on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appendable {
    /// Where its last whole part ends; what follows was left by an export that was broken off.
    pub end: u64,
    /// Where its chains stand there.
    pub tips: Tips,
}

/// Where the journal in the file can be gone on with. Nothing of it is verified: what is appended is checked against the store.
///
/// # Errors
/// [`Error::NotAJournal`] where it is none or was altered; [`Error::File`].
pub fn appendable(path: &Path) -> Result<Appendable, Error> {
    let (mut items, mut offset) = (Items::open(path)?, 0);
    let mut found = Appendable { end: 0, tips: Tips::new() };
    loop {
        match items.next().map_err(Error::at(path))? {
            Next::Item(head, item) => {
                let glimpsed = glimpse(item).map_err(Error::NotAJournal)?;
                if offset == 0 && glimpsed != Glimpse::Begin {
                    return Err(Error::NotAJournal(NOT_A_JOURNAL));
                }
                offset += (head.len() + item.len()) as u64;
                if let Glimpse::End(tips) = glimpsed {
                    found = Appendable { end: offset, tips };
                }
            }
            Next::Malformed(malformed) => return Err(Error::NotAJournal(malformed)),
            Next::Cut if offset == 0 => return Err(Error::NotAJournal(NOT_A_JOURNAL)),
            Next::End | Next::Cut => return Ok(found),
        }
    }
}

const BUFFER: usize = 256 * 1_024;
