//! Event log files (`.evtx`): their chunks and records, each record told as XML. Damaged ones are counted and passed over;
//! work and memory are bounded by the size of a chunk, whatever is in it.

mod binary;
mod values;

use std::io::{self, Read};

use self::binary::Fragment;

/// One record of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// Its number in the log.
    pub(crate) number: u64,
    /// The event, an element on each line.
    pub(crate) xml: String,
}

/// Why a log cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// It does not begin as event logs do.
    #[error("not an event log")]
    NotALog,
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] io::Error),
}

/// Passes on the records of a log, in its order, and returns how many were damaged.
///
/// # Errors
/// Where it is no log file, or cannot be read.
pub(crate) fn records(mut log: impl Read, mut each: impl FnMut(Record)) -> Result<u64, LogError> {
    let mut header = [0; HEADER];
    let read = fill(&mut log, &mut header)?;
    if read < header.len() || !header.starts_with(FILE_MAGIC) {
        return Err(LogError::NotALog);
    }
    let (mut chunk, mut damaged) = (vec![0; CHUNK], 0);
    loop {
        let length = fill(&mut log, &mut chunk)?;
        if length == 0 {
            return Ok(damaged);
        }
        damaged += of_chunk(&chunk[..length], &mut each);
    }
}

/// Fills `buffer` as far as the log goes.
fn fill(log: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match log.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// Passes on the records of a chunk, and returns how many were damaged.
fn of_chunk(chunk: &[u8], each: &mut impl FnMut(Record)) -> u64 {
    if !chunk.starts_with(CHUNK_MAGIC) {
        // A log grows by chunks that are empty at first.
        return u64::from(chunk.iter().any(|byte| *byte != 0));
    }
    let end = number::<4>(chunk, FREE).map_or(chunk.len(), |end| end.min(chunk.len()));
    let (mut at, mut damaged) = (RECORDS, 0);
    while at < end {
        let Some(record) = framed(chunk, at) else {
            damaged += 1;
            // What is behind a damaged record may be whole.
            match (at + 1..end).find(|at| framed(chunk, *at).is_some()) {
                Some(next) => at = next,
                None => return damaged,
            }
            continue;
        };
        at += record.len();
        let number = u64::from_le_bytes(record[8..16].try_into().expect("eight bytes"));
        match Fragment::xml(chunk, at - record.len() + RECORD_HEADER, at - 4) {
            Some(xml) => each(Record { number, xml }),
            None => damaged += 1,
        }
    }
    damaged
}

/// The record that begins at `at`: its length stands before and behind it.
fn framed(chunk: &[u8], at: usize) -> Option<&[u8]> {
    let rest = chunk.get(at..)?;
    let length = number::<4>(rest, 4)?;
    let record = rest.get(..length).filter(|record| record.len() > RECORD_HEADER + 4)?;
    (record.starts_with(RECORD_MAGIC) && number::<4>(record, length - 4) == Some(length)).then_some(record)
}

/// The number of `N` bytes at `at`, the low byte first.
fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(N)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

const FILE_MAGIC: &[u8] = b"ElfFile\0";
const CHUNK_MAGIC: &[u8] = b"ElfChnk\0";
const RECORD_MAGIC: &[u8] = b"**\0\0";
/// The length of a file's header with what fills it up, of a chunk, and where a chunk's records begin.
const HEADER: usize = 4096;
const CHUNK: usize = 0x1_0000;
const RECORDS: usize = 512;
/// Where a chunk says how far its records go.
const FREE: usize = 48;
/// Magic, length, number and time.
const RECORD_HEADER: usize = 24;
