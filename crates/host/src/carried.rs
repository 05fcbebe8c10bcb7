//! Requests that were carried here as files, for machines that reach no host. They wait in the host's folder, where the process that
//! has the store decides them like any other, whether it serves or not; each answer lies there until it is taken.
//!
//! `carried/waiting` has the requests, `carried/answers` the answers, and `carried/kept` the last lease that each client got for each
//! product, by which the same request is answered with the same lease. Each file appears whole or not at all; none is synced, since what
//! a power cut takes is given to the host again, and a folder of a thousand requests would wait for the disk thousands of times.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use base64ct::{Base64UrlUnpadded, Encoding};
use leasehold_core::{Clock, Code, FamilyId, KeyId, ProductId, Refusal, Rng, SignIn};
use leasehold_files::Readers;
use leasehold_store::host::HostStore;
use leasehold_wire::request::{Unverified, open};
use leasehold_wire::{Envelope, Lease, Reason, Request};
use serde::{Deserialize, Serialize};

use crate::activation::Home;
use crate::answers::Answers;
use crate::decide::{NewestSeal, decide};
use crate::files::{CARRIED, MAX_STATE_FILE};
use crate::job::{ClientDocument, Follow, Job, KeptLease, Origin, Reply, Verified};
use crate::mark::{self, UnknownStore};
use crate::mark_writer;
use crate::rates::RateLimits;
use crate::shared::Shared;
use crate::verify::verify;
use crate::{Error, reply_to};

/// The request of a machine whose own signature holds.
#[derive(Clone, Debug)]
pub struct CarriedRequest {
    bytes: Vec<u8>,
    ticket: Ticket,
    /// What it says.
    pub request: Request,
}

/// A request that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(String);

impl CarriedRequest {
    /// Reads the request of a machine.
    ///
    /// # Errors
    /// The first [`Reason`] that applies.
    pub fn read(bytes: &[u8]) -> Result<Self, Reason> {
        let request: Request = open(bytes)?;
        let ticket = Ticket(format!("{:012}-{}-{}", request.issued.unix(), request.key.id(), request.cti));
        Ok(Self { bytes: bytes.to_vec(), ticket, request })
    }

    /// By which its answer is taken; the same for the same request.
    pub fn ticket(&self) -> &Ticket {
        &self.ticket
    }
}

/// What a host has answered to a request that was carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarriedAnswer {
    /// The lease, or the sealed refusal, to be carried back; `None` for a refusal that is only a message.
    pub document: Option<Vec<u8>>,
    /// Why there is no lease, in words too.
    pub refusal: Option<(Code, String)>,
}

impl Home {
    /// Puts requests among those that wait, all of them at once; answers to them that were not taken are forgotten.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn submit(&self, requests: &[CarriedRequest]) -> Result<(), Error> {
        self.make()?;
        for part in [WAITING, ANSWERS, KEPT] {
            let folder = self.carried(part);
            leasehold_files::make_folder(&folder, Readers::Owner).map_err(Error::at(&folder))?;
        }
        let lock = self.carried(LOCK);
        let turn = leasehold_files::open_lock(&lock).map_err(Error::at(&lock))?;
        turn.lock().map_err(Error::at(&lock))?;
        for CarriedRequest { bytes, ticket, .. } in requests {
            let answer = self.answer_path(ticket);
            leasehold_files::remove_unsynced(&answer).map_err(Error::at(&answer))?;
            let path = self.waiting_path(ticket);
            leasehold_files::replace_unsynced(&path, bytes, Readers::Owner).map_err(Error::at(&path))?;
        }
        Ok(())
    }

    /// Takes the answer to a request; `None` while there is none.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Damaged`].
    pub fn take_answer(&self, ticket: &Ticket) -> Result<Option<CarriedAnswer>, Error> {
        let path = self.answer_path(ticket);
        let Some(bytes) = leasehold_files::read_if_there(&path, MAX_STATE_FILE).map_err(Error::at(&path))? else {
            return Ok(None);
        };
        let stored: Option<Stored> = serde_json::from_slice(&bytes).ok();
        let answer = stored.and_then(Stored::read).ok_or_else(|| Error::Damaged(path.clone()))?;
        leasehold_files::remove_unsynced(&path).map_err(Error::at(&path))?;
        Ok(Some(answer))
    }

    /// Whether a request still waits for its answer.
    pub fn is_waiting(&self, ticket: &Ticket) -> bool {
        self.waiting_path(ticket).exists()
    }

    /// The requests that wait, the oldest first.
    fn waiting(&self) -> Vec<Ticket> {
        let files = fs::read_dir(self.carried(WAITING)).into_iter().flatten().flatten();
        let name = |file: fs::DirEntry| Some(Ticket(file.file_name().to_str()?.strip_suffix(".lh")?.to_owned()));
        let mut tickets: Vec<Ticket> = files.filter_map(name).filter(|ticket| !ticket.0.starts_with('.')).collect();
        tickets.sort_unstable();
        tickets.truncate(MAX_WAITING);
        tickets
    }

    /// Whose turn it is to answer: two processes may have one store on a database. `None` where it is another's.
    fn turn_to_answer(&self) -> io::Result<Option<File>> {
        let file = leasehold_files::open_lock(&self.carried(LOCK))?;
        Ok(file.try_lock().is_ok().then_some(file))
    }

    fn kept_lease(&self, client: KeyId, product: ProductId) -> Option<KeptLease> {
        let bytes = leasehold_files::read(&self.kept_path(client, product), MAX_STATE_FILE).ok()?;
        let lease: Lease = Envelope::parse(&bytes).ok()?.document().ok()?;
        Some(KeptLease { lease: lease.cti, bytes: bytes.into() })
    }

    fn carried(&self, part: &str) -> PathBuf {
        self.folder().join(CARRIED).join(part)
    }

    fn waiting_path(&self, ticket: &Ticket) -> PathBuf {
        self.carried(WAITING).join(format!("{}.lh", ticket.0))
    }

    fn answer_path(&self, ticket: &Ticket) -> PathBuf {
        self.carried(ANSWERS).join(format!("{}.json", ticket.0))
    }

    fn kept_path(&self, client: KeyId, product: ProductId) -> PathBuf {
        self.carried(KEPT).join(format!("{client}-{product}.lh"))
    }
}

/// Answers all requests that wait, on a store that no host serves from.
///
/// # Errors
/// [`Error::NotActivated`]; [`Error`] where the folder is damaged or the store is not the one that this host served from.
pub fn answer(
    home: &Home,
    mut store: Box<dyn HostStore>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
) -> Result<(), Error> {
    let identity = home.identity()?.ok_or_else(|| Error::NotActivated(home.folder().to_owned()))?;
    let mark = mark::check(home, &identity, store.as_mut(), UnknownStore::Refused)?;
    let shared = Shared::new((clock, rng), Some(identity), RateLimits::NONE);
    *shared.peaks() = home.peaks();
    shared.set_home(home);
    shared.set_mark(mark);
    let (mut newest, mut answers) = (NewestSeal::default(), Answers::default());
    let mut some =
        || answer_waiting(&shared, |batch| decide(&shared, store.as_mut(), batch, (&mut newest, &mut answers)));
    while some() == MAX_WAITING {}
    mark_writer::write(home, &shared);
    Ok(())
}

/// Answers requests that wait, by what `decide` says of them; how many there were.
pub(crate) fn answer_waiting(shared: &Shared, mut decide: impl FnMut(Vec<Verified>)) -> usize {
    let Some(home) = shared.home() else { return 0 };
    let waiting = home.waiting();
    if waiting.is_empty() {
        return 0;
    }
    let turn = home.turn_to_answer().unwrap_or_else(|error| {
        tracing::warn!(%error, "carried requests cannot be answered");
        None
    });
    let Some(_turn) = turn else { return 0 };
    let mut asked = ask(home, waiting, &mut decide);
    // All of them have been seen by now: those that came before the threshold was met are asked once more.
    let family = |asked: &Asked| family_of(shared, asked.product);
    let met: Vec<_> = asked.iter().filter(|asked| matches!(asked.reply, Reply::Lease(_))).filter_map(family).collect();
    let again = |asked: &Asked| asked.is_below_threshold() && family(asked).is_some_and(|own| met.contains(&own));
    let tickets = asked.extract_if(.., |asked| again(asked)).map(|asked| asked.ticket).collect();
    asked.extend(ask(home, tickets, &mut decide));
    let count = asked.iter().filter(|asked| Stored::of(&asked.reply).is_some()).count();
    if let Err(error) = asked.iter().try_for_each(|asked| asked.keep(home)) {
        tracing::warn!(%error, "answers to carried requests cannot be written");
    }
    count
}

/// A request with what was decided.
struct Asked {
    ticket: Ticket,
    client: KeyId,
    product: ProductId,
    reply: Reply,
}

impl Asked {
    fn is_below_threshold(&self) -> bool {
        matches!(self.reply, Reply::Refused { refusal: Refusal::ThresholdNotMet { .. }, .. })
    }

    /// Writes the answer; what the store has not taken waits on.
    fn keep(&self, home: &Home) -> Result<(), Error> {
        let Some(stored) = Stored::of(&self.reply) else { return Ok(()) };
        let write = |path: PathBuf, bytes: &[u8]| {
            leasehold_files::replace_unsynced(&path, bytes, Readers::Owner).map_err(Error::at(path))
        };
        if let Reply::Lease(bytes) = &self.reply {
            write(home.kept_path(self.client, self.product), bytes)?;
        }
        write(home.answer_path(&self.ticket), &serde_json::to_vec(&stored).expect("texts are JSON"))?;
        let path = home.waiting_path(&self.ticket);
        leasehold_files::remove_unsynced(&path).map(drop).map_err(Error::at(path))
    }
}

/// Has the requests decided, in their order.
fn ask(home: &Home, tickets: Vec<Ticket>, decide: &mut impl FnMut(Vec<Verified>)) -> Vec<Asked> {
    let (mut jobs, mut waits) = (Vec::new(), Vec::new());
    for ticket in tickets {
        let path = home.waiting_path(&ticket);
        let bytes = leasehold_files::read(&path, MAX_STATE_FILE).unwrap_or_default();
        let product =
            Envelope::parse(&bytes).and_then(|envelope| envelope.document::<Request>()).map(|read| read.product);
        let unpacked = Unverified::<Request>::parse(&bytes).and_then(Unverified::unpack);
        let (Ok(product), Ok(request)) = (product, unpacked) else {
            tracing::warn!(file = %path.display(), "this is no request: it is removed");
            let _ = leasehold_files::remove_unsynced(&path);
            continue;
        };
        let client = request.signer();
        let (reply, answer) = reply_to::channel();
        let origin = Origin::File(home.kept_lease(client, product));
        let document = ClientDocument::Request(Box::new(request));
        // No user signs in by file.
        jobs.push(Job { document, origin, sign_in: SignIn::default(), until: None, follow: Follow::none(), reply });
        waits.push((ticket, client, product, answer));
    }
    decide(verify(jobs, thread::available_parallelism().map_or(1, usize::from)));
    let asked = waits.into_iter().map(|(ticket, client, product, mut answer)| {
        let reply = answer.try_recv().map_or(Reply::StoreUnavailable, |(reply, _)| reply);
        Asked { ticket, client, product, reply }
    });
    asked.collect()
}

/// The family in which the host grants a product.
fn family_of(shared: &Shared, product: ProductId) -> Option<FamilyId> {
    let identity = shared.identity()?;
    let grants = identity.certificate().grants.iter();
    grants.filter(|grant| grant.number_of(&product).is_some()).map(|grant| grant.family).next()
}

/// An answer in its file.
#[derive(Serialize, Deserialize)]
struct Stored {
    document: Option<String>,
    code: Option<String>,
    message: Option<String>,
}

impl Stored {
    /// `None` where nothing was decided.
    fn of(reply: &Reply) -> Option<Self> {
        let encoded = |bytes: &[u8]| Base64UrlUnpadded::encode_string(bytes);
        let no = |code: Code, message: String, document: Option<String>| Self {
            document,
            code: Some(code.name().to_owned()),
            message: Some(message),
        };
        match reply {
            Reply::Lease(bytes) => Some(Self { document: Some(encoded(bytes)), code: None, message: None }),
            Reply::Refused { refusal, document, .. } => {
                Some(no(refusal.code(), words(refusal), document.as_deref().map(encoded)))
            }
            Reply::BadSignature => Some(no(Code::BadSignature, Reason::BadSignature.to_string(), None)),
            Reply::Released | Reply::TooManyRequests(_) | Reply::StoreUnavailable => None,
        }
    }

    fn read(self) -> Option<CarriedAnswer> {
        let document = self.document.map(|text| Base64UrlUnpadded::decode_vec(&text)).transpose().ok()?;
        let refusal = match self.code {
            Some(code) => Some((code.parse().ok()?, self.message.unwrap_or_default())),
            None => None,
        };
        (document.is_some() || refusal.is_some()).then_some(CarriedAnswer { document, refusal })
    }
}

/// A refusal in words, for those who carry requests.
fn words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::ThresholdNotMet { count, required, .. } => format!("{count} of {required} machines have asked"),
        Refusal::CapacityReached { capacity, .. } => {
            format!("all leases are in use: the host may grant {capacity} at once")
        }
        Refusal::ClockSkew { client, host } if client > host => {
            format!("by its date it was made {} from now", client.since(*host))
        }
        Refusal::ClockSkew { client, host } => {
            format!("it was made {} ago, and one may be carried for 30 d at most", host.since(*client))
        }
        Refusal::Replayed { .. } => {
            "the host has answered a later request of this machine, or its lease is over".to_owned()
        }
        other => other.code().meaning().to_owned(),
    }
}

const WAITING: &str = "waiting";
const ANSWERS: &str = "answers";
const KEPT: &str = "kept";
const LOCK: &str = "lock";
/// Requests that are answered at once.
const MAX_WAITING: usize = 512;
