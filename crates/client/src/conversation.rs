//! Speaking with hosts: the addresses in their order, and what each says.

use leasehold_core::Cti;
use leasehold_wire::envelope::{MOST_REVOCATION_BYTES, sign};
use leasehold_wire::{HostCertificate, Keypair, Reason, Release, Revocations, verify};

use crate::address::HostAddress;
use crate::answer::{Accepted, Expected, Rejected, Sent};
use crate::chance::draw;
use crate::client::{Client, Released};
use crate::error::{Error, Failure, HostSource, Tried};
use crate::exchange::{NotAHost, Reply};
use crate::files::Turn;
use crate::record::Wish;
use crate::refused::Refused;

/// What a host says to a request.
#[derive(Debug)]
pub(crate) enum Heard {
    Granted(Accepted),
    Refused(Refused),
}

/// The first answer of a host.
#[derive(Debug)]
pub(crate) struct First<T> {
    /// What it says.
    pub(crate) answer: T,
    /// Which host.
    pub(crate) host: HostAddress,
    /// Those tried before, which have not answered.
    pub(crate) passed_over: Vec<Tried>,
}

impl Client {
    /// Asks one host after the other for a lease.
    pub(crate) fn ask_for_lease(&self, sent: &Sent) -> Result<First<Heard>, Error> {
        let revocations = self.state.revocations(None).ok().flatten();
        let expected = Expected { manifest: &self.manifest, revocations: revocations.as_ref(), now: self.now() };
        self.first_answer(|host| match self.lease_from(host, sent, &expected) {
            Ok(heard) => Ok(heard),
            Err(Rejected::For(failure)) => Err(failure),
            Err(Rejected::NeedsChain) => match self.lease_from(host, &sent.asking_for_chain(), &expected) {
                Ok(heard) => Ok(heard),
                Err(Rejected::For(failure)) => Err(failure),
                Err(Rejected::NeedsChain) => Err(Failure::Lease(Reason::UnknownSigner)),
            },
        })
    }

    /// Gives the lease in hand back to the host, or the one that a lost reply may have brought.
    pub(crate) fn give_back(&self, _turn: &Turn) -> Result<Released, Error> {
        let product = &self.manifest.product;
        let lock = self.state.lock()?;
        let held = self.state.held(Some(&lock), product)?;
        let open = self.record(Some(&lock))?.request;
        let key = self.state.device(Some(&lock))?.key;
        drop(lock);
        if held.is_none() && open.is_none() {
            self.forget_lease()?;
            return Ok(Released::NothingHeld);
        }
        let key = key.ok_or(Error::NoLease(*product))?;
        let release = self.release_of(&key);
        let first = self.first_answer(|host| match self.exchange.post(host, "/v1/releases", &release)? {
            Reply::Done => Ok(None),
            Reply::Refused(refused) if refused.is_the_hosts_own_trouble() => {
                Err(Failure::Unavailable(Box::new(refused)))
            }
            Reply::Refused(refused) => Ok(Some(refused)),
            Reply::Document(_) => Err(Failure::NotAHost(NotAHost::Unasked)),
        })?;
        if let Some(refused) = first.answer {
            return Ok(Released::Refused(refused));
        }
        self.forget_lease()?;
        Ok(Released::GivenBack { passed_over: first.passed_over })
    }

    /// The host's revocation list, where it has another than `held`.
    pub(crate) fn other_revocations(&self, host: &HostAddress, held: Option<u64>) -> Option<(Vec<u8>, Revocations)> {
        let most = MOST_REVOCATION_BYTES as u64;
        let Ok(Reply::Document(bytes)) = self.exchange.fetch(host, "/v1/revocations", held, most) else {
            return None;
        };
        let list = verify::<Revocations>(&bytes, &self.manifest.root, self.now(), None).ok()?.document;
        Some((bytes, list))
    }

    fn lease_from(&self, host: &HostAddress, sent: &Sent, expected: &Expected<'_>) -> Result<Heard, Rejected> {
        match self.exchange.post(host, "/v1/leases", &sent.bytes()).map_err(Rejected::For)? {
            Reply::Document(bytes) => expected.accept(sent, &bytes).map(Heard::Granted),
            Reply::Done => Err(Rejected::For(Failure::NotAHost(NotAHost::Unasked))),
            Reply::Refused(refused) if refused.is_the_hosts_own_trouble() => {
                Err(Rejected::For(Failure::Unavailable(Box::new(refused))))
            }
            Reply::Refused(refused) if self.is_of_another_vendor(host, &refused) => {
                Err(Rejected::For(Failure::Foreign))
            }
            Reply::Refused(refused) => Ok(Heard::Refused(refused)),
        }
    }

    /// A host that does not know the product may be another vendor's: that has another remedy than a missing grant.
    fn is_of_another_vendor(&self, host: &HostAddress, refused: &Refused) -> bool {
        if !matches!(refused.code.as_str(), "product-not-granted" | "key-mismatch") {
            return false;
        }
        let Ok(Reply::Document(certificate)) = self.exchange.fetch(host, "/v1/host", None, 64 * 1_024) else {
            return false;
        };
        let verified = verify::<HostCertificate>(&certificate, &self.manifest.root, self.now(), None);
        matches!(verified, Err(Reason::UnknownSigner | Reason::BadSignature))
    }

    /// The first answer of a host; where none answers, all failures.
    fn first_answer<T>(&self, ask: impl Fn(&HostAddress) -> Result<T, Failure>) -> Result<First<T>, Error> {
        let mut tried = Vec::new();
        for (address, found) in self.known_hosts() {
            match ask(&address) {
                Ok(answer) => return Ok(First { answer, host: address, passed_over: tried }),
                Err(failure) => tried.push(Tried { address, found, failure }),
            }
        }
        if tried.is_empty() { Err(Error::NoHost) } else { Err(Error::NoAnswer { tried }) }
    }

    /// Where hosts are, in the order of DESIGN section 6.
    fn known_hosts(&self) -> Vec<(HostAddress, HostSource)> {
        let mut hosts: Vec<_> = self.hosts.iter().map(|host| (host.clone(), HostSource::Setting)).collect();
        let last = self.record(None).ok().and_then(|record| record.host);
        hosts.extend(last.filter(|last| !self.hosts.contains(last)).map(|last| (last, HostSource::LastGrant)));
        hosts
    }

    fn release_of(&self, key: &Keypair) -> Vec<u8> {
        let (issued, cti) = (self.now(), Cti(draw(self.chance.as_ref())));
        sign(&Release { issued, cti, key: key.public(), product: self.manifest.product }, key, &[])
    }

    /// The lease first: a crash between must not leave one that the host has taken back.
    fn forget_lease(&self) -> Result<(), Error> {
        let product = &self.manifest.product;
        let lock = self.state.lock()?;
        self.state.remove_lease(&lock, product)?;
        let mut record = self.record(Some(&lock))?;
        (record.request, record.attempt, record.wish) = (None, None, Wish::Released);
        self.state.keep_record(&lock, product, &record)
    }
}
