//! The store of a host that serves, as the machine's own commands read it: the host is asked at the socket in its folder, a small question
//! at a time, instead of opening its store beside it. Rows travel as records do in backups.

use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use leasehold_core::{KeyId, PublicKey, Span, Text, Timestamp, UserId};
use leasehold_service::pages::{fields, query_of};
use leasehold_service::{Problem, Request, Response, StatusCode};
use leasehold_store::StoreError;
use leasehold_store::host::{
    Batch, ClientRow, ClientSearch, Counts, DecidedBatch, Entry, Family, HostStore, Ledger, SealRow, Seals, Stretch,
    decode_entries, encode_entries,
};
use leasehold_store::host::{BatchRow, Record};
use serde_json::{Value, json};

use super::AdminState;
use super::local::{LocalAccess, SOCKET};

/// A host that serves on this machine, as its own commands ask it.
#[derive(Clone, Debug)]
pub struct LocalHost {
    #[cfg_attr(not(unix), expect(dead_code, reason = "it is a socket of Unix"))]
    socket: PathBuf,
}

/// Its store, for reading.
#[derive(Clone, Debug)]
pub struct ServedStore(LocalHost);

impl LocalHost {
    /// The host that serves from `folder`; `None` where none does, or this user is not let in.
    pub fn of(folder: &Path) -> Option<Self> {
        let host = Self { socket: folder.join(SOCKET) };
        let is_alive = host.ask("GET /healthz", None, None).is_ok_and(|(status, _)| status == 200);
        is_alive.then_some(host)
    }

    /// Sends a call of the admin API in the name of `by`; the status and the body.
    ///
    /// # Errors
    /// Where the host is gone, or does not answer.
    pub fn ask(&self, what: &str, by: Option<&Text>, body: Option<&Value>) -> io::Result<(u16, Vec<u8>)> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let head = format!(
            "{what} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n{}: {}\r\ncontent-length: {}\r\n\r\n",
            LocalAccess::OPERATOR,
            by.map_or("unknown", Text::as_str),
            body.len()
        );
        let mut stream = self.connect()?;
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        let mut answer = Vec::new();
        stream.take(MAX_ANSWER).read_to_end(&mut answer)?;
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").ok_or(ErrorKind::UnexpectedEof)?;
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(ErrorKind::InvalidData)?;
        let length = head.lines().filter_map(|line| line.split_once(':'));
        let mut length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length = length.find_map(|(_, value)| value.trim().parse::<usize>().ok());
        let body = answer.split_off(end + 4);
        if length.is_some_and(|length| length != body.len()) {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok((status, body))
    }

    #[cfg(unix)]
    fn connect(&self) -> io::Result<std::os::unix::net::UnixStream> {
        let stream = std::os::unix::net::UnixStream::connect(&self.socket)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        Ok(stream)
    }

    /// Elsewhere commands use the file with the token.
    #[cfg(not(unix))]
    #[expect(clippy::unused_self, reason = "as on Unix")]
    fn connect(&self) -> io::Result<std::net::TcpStream> {
        let _ = TIMEOUT;
        Err(ErrorKind::Unsupported.into())
    }
}

/// Answers a question of a [`ServedStore`]; `what` follows [`PREFIX`].
#[cfg_attr(not(unix), expect(dead_code, reason = "it is asked through a socket of Unix"))]
pub(super) fn answer(state: &AdminState, what: &str, request: &Request) -> Result<Response, Problem> {
    let names = ["family", "window", "now", "after", "before", "max", "host", "user"];
    let [family, window, now, after, before, max, host, user] =
        fields(request.query().unwrap_or_default().as_bytes(), names);
    let number = |text: Option<String>| text.and_then(|text| text.parse::<u64>().ok());
    let missing = || Problem::malformed("query: not what is asked here".to_owned());
    let at = Timestamp::from_unix(number(now).unwrap_or_default());
    let max = usize::try_from(number(max).unwrap_or_default()).unwrap_or(MAX_ROWS).min(MAX_ROWS);
    let records = match what {
        "counts" => {
            let (Some(id), Some(window)) = (family.and_then(|family| family.parse().ok()), number(window)) else {
                return Err(missing());
            };
            let family = Family { id, window: Span::seconds(window) };
            let Counts { clients, live } = state.ask(move |store| store.counts(&family, at))?;
            return Ok(json_answer(&json!({ "clients": clients, "live": live })));
        }
        "devices" => {
            let user = user.and_then(|user| user_of(&user)).ok_or_else(missing)?;
            let devices = state.ask(move |store| store.devices(user, at))?;
            return Ok(json_answer(&devices.iter().map(ToString::to_string).collect::<Vec<_>>().into()));
        }
        "clients" => {
            let after = after.map(|after| after.parse::<KeyId>().map_err(|_| missing())).transpose()?;
            state.ask(move |store| store.clients(after, max))?.into_iter().map(Record::Client).collect::<Vec<_>>()
        }
        "batches" => {
            let before = number(before);
            let batches = state.ask(move |store| store.batches_before(before, max.min(MAX_BATCHES)))?;
            let row = |batch: DecidedBatch| {
                let entries = encode_entries(&batch.entries);
                Record::Batch(BatchRow { number: batch.number, at: batch.at, entries, seals: Vec::new() })
            };
            batches.into_iter().map(row).collect()
        }
        "seals" | "seal" => {
            let host: KeyId = host.and_then(|host| host.parse().ok()).ok_or_else(missing)?;
            let seals = if what == "seals" {
                state.ask(move |store| store.seals(host, max.min(MAX_SEALS)))?
            } else {
                let number = number(before).ok_or_else(missing)?;
                state.ask(move |store| store.seal_at(host, number))?.into_iter().collect()
            };
            let row =
                |seal: SealRow| BatchRow { number: 0, at: seal.at, entries: Vec::new(), seals: vec![(host, seal)] };
            seals.into_iter().map(row).map(Record::Batch).collect()
        }
        _ => return Err(Problem::not_found(request.path())),
    };
    let mut body = Vec::new();
    for record in records {
        let bytes = record.encode();
        body.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        body.extend(bytes);
    }
    Ok(Response::new(StatusCode::OK, "application/octet-stream", body))
}

impl ServedStore {
    /// The store of `host`.
    pub fn of(host: LocalHost) -> Self {
        Self(host)
    }

    fn ask(&self, what: &str, query: &[(&str, &str)]) -> Result<Vec<u8>, StoreError> {
        let path = format!("GET {PREFIX}{what}?{}", query_of(query));
        match self.0.ask(&path, None, None) {
            Ok((200, body)) => Ok(body),
            Ok((status, body)) => {
                let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
                let detail = problem["detail"].as_str().unwrap_or_default();
                Err(unavailable(format!("the host that serves answers {status}: {detail}")))
            }
            Err(error) => Err(unavailable(format!("the host that serves does not answer: {error}"))),
        }
    }

    fn value(&self, what: &str, query: &[(&str, &str)]) -> Result<Value, StoreError> {
        serde_json::from_slice(&self.ask(what, query)?).map_err(|error| unavailable(error.to_string()))
    }

    fn records(&self, what: &str, query: &[(&str, &str)]) -> Result<Vec<Record>, StoreError> {
        let body = self.ask(what, query)?;
        let (mut rest, mut records) = (body.as_slice(), Vec::new());
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let length = u32::from_be_bytes(*length) as usize;
            let (bytes, next) = after.split_at_checked(length).ok_or_else(strange)?;
            records.push(Record::decode(bytes).map_err(|_| strange())?);
            rest = next;
        }
        Ok(records)
    }

    fn seals_of(&self, what: &str, query: &[(&str, &str)]) -> Result<Vec<SealRow>, StoreError> {
        let rows = self.records(what, query)?.into_iter().map(|record| match record {
            Record::Batch(row) => Ok(row.seals.into_iter().map(|(_, seal)| seal)),
            Record::Signer(_) | Record::Base(_) | Record::Client(_) => Err(strange()),
        });
        Ok(rows.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }
}

impl HostStore for ServedStore {
    fn decide(&mut self, _: &Batch<'_>, _: &mut dyn FnMut(&mut Ledger) -> Seals) -> Result<Option<u64>, StoreError> {
        Err(read_only())
    }

    fn introduce(&mut self, _: &PublicKey) -> Result<(), StoreError> {
        Err(read_only())
    }

    fn prune(&mut self, _: Timestamp) -> Result<bool, StoreError> {
        Err(read_only())
    }

    fn tidy(&mut self) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn probe(&mut self) -> Result<(), StoreError> {
        Err(read_only())
    }

    fn check_in_place(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    fn newest_batch(&mut self) -> Result<u64, StoreError> {
        Ok(self.batches_before(None, 1)?.first().map_or(0, |batch| batch.number))
    }

    fn counts(&mut self, family: &Family, now: Timestamp) -> Result<Counts, StoreError> {
        let (window, now) = (family.window.as_seconds().to_string(), now.unix().to_string());
        let counts = self.value("counts", &[("family", family.id.as_str()), ("window", &window), ("now", &now)])?;
        let number = |name: &str| counts[name].as_u64().ok_or_else(strange);
        Ok(Counts { clients: number("clients")?, live: number("live")? })
    }

    fn clients(&mut self, after: Option<KeyId>, max: usize) -> Result<Vec<ClientRow>, StoreError> {
        let (after, max) = (after.map(|after| after.to_string()), max.to_string());
        let query: Vec<_> =
            after.iter().map(|after| ("after", after.as_str())).chain([("max", max.as_str())]).collect();
        let rows = self.records("clients", &query)?.into_iter().map(|record| match record {
            Record::Client(row) => Ok(row),
            Record::Signer(_) | Record::Base(_) | Record::Batch(_) => Err(strange()),
        });
        rows.collect()
    }

    fn devices(&mut self, user: UserId, now: Timestamp) -> Result<Vec<KeyId>, StoreError> {
        let (user, now) = (user.to_string(), now.unix().to_string());
        let devices = self.value("devices", &[("user", &user), ("now", &now)])?;
        let devices = devices.as_array().ok_or_else(strange)?.iter();
        devices.map(|id| id.as_str().and_then(|id| id.parse().ok()).ok_or_else(strange)).collect()
    }

    fn find_clients(&mut self, search: &ClientSearch, after: Option<KeyId>, max: usize) -> Result<Stretch, StoreError> {
        let mut rows = self.clients(after, max)?;
        let end = rows.last().map(|row| row.client);
        rows.retain(|row| search.takes(row));
        Ok(Stretch { rows, end })
    }

    fn batches_before(&mut self, before: Option<u64>, max: usize) -> Result<Vec<DecidedBatch>, StoreError> {
        let (before, max) = (before.map(|before| before.to_string()), max.to_string());
        let query: Vec<_> = before.iter().map(|at| ("before", at.as_str())).chain([("max", max.as_str())]).collect();
        let batches = self.records("batches", &query)?.into_iter().map(|record| match record {
            Record::Batch(BatchRow { number, at, entries, .. }) => {
                let entries = decode_entries(&entries, at).map_err(|_| strange())?;
                Ok(DecidedBatch { number, at, entries })
            }
            Record::Signer(_) | Record::Base(_) | Record::Client(_) => Err(strange()),
        });
        batches.collect()
    }

    fn events(&mut self, max: usize) -> Result<Vec<Entry>, StoreError> {
        let (mut entries, mut before) = (Vec::new(), None);
        while entries.len() < max {
            let batches = self.batches_before(before, MAX_BATCHES)?;
            let Some(oldest) = batches.last() else { break };
            before = Some(oldest.number);
            entries.extend(batches.into_iter().flat_map(|batch| batch.entries.into_iter().rev()));
        }
        entries.truncate(max);
        Ok(entries)
    }

    fn seals(&mut self, host: KeyId, max: usize) -> Result<Vec<SealRow>, StoreError> {
        self.seals_of("seals", &[("host", &host.to_string()), ("max", &max.to_string())])
    }

    fn seal_at(&mut self, host: KeyId, number: u64) -> Result<Option<SealRow>, StoreError> {
        Ok(self.seals_of("seal", &[("host", &host.to_string()), ("before", &number.to_string())])?.pop())
    }
}

/// A user by 64 hexadecimal digits.
fn user_of(text: &str) -> Option<UserId> {
    let mut bytes = [0; 32];
    let digits = text.as_bytes();
    if digits.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(UserId(bytes))
}

fn json_answer(value: &Value) -> Response {
    Response::new(StatusCode::OK, "application/json", value.to_string())
}

fn unavailable(words: String) -> StoreError {
    StoreError::Unavailable(words.into())
}

fn strange() -> StoreError {
    unavailable("the host that serves answers strangely: it is another version of this program".to_owned())
}

fn read_only() -> StoreError {
    StoreError::ReadOnly("it is the store of a host that serves".into())
}

/// Where questions of commands are asked.
pub(super) const PREFIX: &str = "/local/";
/// Rows of one answer: the thread that has the store is asked between two batches.
const MAX_ROWS: usize = 1_000;
const MAX_BATCHES: usize = 16;
const MAX_SEALS: usize = 100;
/// More than any answer has.
const MAX_ANSWER: u64 = 64 * 1_024 * 1_024;
const TIMEOUT: Duration = Duration::from_secs(150);
