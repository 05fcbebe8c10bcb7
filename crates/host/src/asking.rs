//! A host that asks its authority over the network: to be activated, to be renewed, for the revocation list.
//!
//! The request is kept before it is sent and the answer before it counts. The authority answers a host that it knows again,
//! so whatever is lost on the way is asked for once more and uses up nothing.

use leasehold_client::{AuthorityError, AuthorityLink, AuthorityReply, Failure, Machine, Refused};
use leasehold_core::{PublicKey, Text, Timestamp};
use leasehold_wire::{Envelope, HostCertificate, HostRequest, Reason, Revocations, envelope, trust};

use crate::Error;
use crate::activation::{Home, Inquiry};
use crate::authority::LastFailure;
use crate::files::PENDING;
use crate::identity::Identity;
use crate::report::Report;

/// What an authority answers to a host.
#[derive(Clone, Debug)]
pub enum Answered {
    /// A certificate; it is installed.
    Certified(Box<Certified>),
    /// A refusal with its reason; the certificate in hand, if any, stays.
    Refused(Refused),
}

/// A host with a new certificate.
#[derive(Clone, Debug)]
pub struct Certified {
    /// The certificate.
    pub certificate: HostCertificate,
    /// The one in whose place it is.
    pub before: Option<HostCertificate>,
}

/// The authority that a host speaks with, and what its answers have to be signed under.
#[derive(Clone, Debug)]
pub struct AuthorityTrust<'v> {
    /// The way to its authority.
    pub link: &'v AuthorityLink,
    /// Its root key, where it is given; else the one that the host's folder remembers counts.
    pub root: Option<&'v PublicKey>,
}

/// What a host reports of itself when it is renewed.
#[derive(Clone, Debug)]
pub struct HostInfo<'i> {
    /// The machine it runs on.
    pub machine: &'i Machine,
    /// What it is called, where that has changed.
    pub name: Option<Text>,
    /// What it reports.
    pub report: Report,
}

impl Home {
    /// Asks to be activated with a host key, and installs the answer.
    ///
    /// # Errors
    /// As [`Self::request`] and [`Self::install`]; [`Error::Authority`] where there is no answer, or none to be believed.
    /// Nothing is changed then but the request that is kept.
    pub fn activate(
        &self,
        inquiry: &Inquiry<'_>,
        report: &Report,
        trust: &AuthorityTrust<'_>,
        now: Timestamp,
    ) -> Result<Answered, Error> {
        inquiry.check()?;
        self.make()?;
        let _turn = self.turn()?;
        let request = self.request(inquiry, report, now)?;
        let before = self.installed()?.map(|identity| identity.certificate().clone());
        match trust.link.host(&request).map_err(failed)? {
            // Of another key, perhaps: that says nothing about the next renewal.
            AuthorityReply::Refused(refused) => Ok(Answered::Refused(refused)),
            AuthorityReply::Document(presented) => {
                let installed = self.install(&presented, trust.root, now);
                let certificate = installed.map_err(|error| not_ours(error, trust.link))?;
                self.note_certified(now)?;
                Ok(Answered::Certified(Box::new(Certified { certificate, before })))
            }
        }
    }

    /// Asks for a certificate in the place of the one in hand, without the host key: the proof in the request that was
    /// answered holds for this host for ever.
    ///
    /// # Errors
    /// [`Error::NotActivated`], [`Error::NotRenewable`]; otherwise as [`Self::activate`].
    pub fn renew(&self, info: &HostInfo<'_>, trust: &AuthorityTrust<'_>, now: Timestamp) -> Result<Answered, Error> {
        let _turn = self.turn()?;
        let identity = self.identity()?.ok_or_else(|| Error::NotActivated(self.folder().to_owned()))?;
        let answered = self.renewed(&identity, info, trust, now);
        match &answered {
            Ok(Answered::Certified(_)) => {
                self.note_certified(now)?;
                self.keep_peaks(&info.report.peaks())?;
            }
            Ok(Answered::Refused(refused)) => {
                let retry = refused.retry.map_or(0, leasehold_core::Span::as_seconds);
                self.note_last_failure((refused.code.clone(), refused.to_string()), now, retry)?;
            }
            Err(error) => self.note_failure(error, now)?,
        }
        answered
    }

    fn renewed(
        &self,
        identity: &Identity,
        info: &HostInfo<'_>,
        trust: &AuthorityTrust<'_>,
        now: Timestamp,
    ) -> Result<Answered, Error> {
        let request = self.next_renewal_request(identity, info, now)?;
        // Kept before it is sent: whatever is lost on the way, the vendor sees one request and not two.
        self.replace(PENDING, &request)?;
        let presented = match trust.link.host(&request).map_err(failed)? {
            AuthorityReply::Refused(refused) => {
                self.remove(PENDING)?;
                return Ok(Answered::Refused(refused));
            }
            AuthorityReply::Document(presented) => presented,
        };
        let believed = || {
            if trust.root.is_none() && self.root()?.is_none() {
                by_the_same_vendor(identity, &presented, trust, now)?;
            }
            let certificate = self.accept(&presented, trust.root, now)?;
            self.keep_answered(&request)?;
            self.remove(PENDING)?;
            Ok(certificate)
        };
        let certificate = believed().map_err(|error| not_ours(error, trust.link))?;
        let before = Some(identity.certificate().clone());
        Ok(Answered::Certified(Box::new(Certified { certificate, before })))
    }

    /// What a renewal would send now: the request that was not answered yet as it is, else a new one.
    ///
    /// # Errors
    /// [`Error::NotRenewable`]; [`Error::File`].
    pub fn next_renewal_request(
        &self,
        identity: &Identity,
        info: &HostInfo<'_>,
        now: Timestamp,
    ) -> Result<Vec<u8>, Error> {
        let pending = self.kept(PENDING)?.filter(|kept| kept.key == identity.keypair().public());
        match self.read(PENDING)?.filter(|_| pending.is_some()) {
            Some(request) => Ok(request),
            None => self.renewal_request(identity, info, now),
        }
    }

    /// The request that was answered, with what the host is now.
    fn renewal_request(&self, identity: &Identity, info: &HostInfo<'_>, now: Timestamp) -> Result<Vec<u8>, Error> {
        let own = identity.keypair();
        let kept = self.answered_request()?.filter(|kept| kept.key == own.public());
        let HostRequest { cti, key, proof, host_name, fingerprint, .. } =
            kept.ok_or_else(|| Error::NotRenewable(self.folder().to_owned()))?;
        let request = HostRequest {
            issued: now,
            cti,
            key,
            proof,
            host_name: info.name.clone().unwrap_or(host_name),
            // Salted as in the first request: by the name of the host key's public half.
            fingerprint: info.machine.fingerprint(proof.key).unwrap_or(fingerprint),
            tip: self.reported_tip(&info.report, own.public())?,
            usage: info.report.usage.clone(),
        };
        Ok(envelope::sign(&request, own, &[]))
    }

    /// Fetches the vendor's revocation list, and installs it where it has another number than the one in hand.
    ///
    /// # Errors
    /// As [`Self::install_revocations`]; [`Error::Authority`] where there is no answer.
    pub fn fetch_revocations(&self, trust: &AuthorityTrust<'_>, now: Timestamp) -> Result<Option<Revocations>, Error> {
        let identity = self.identity()?.ok_or_else(|| Error::NotActivated(self.folder().to_owned()))?;
        let held = identity.revocation_number();
        let Some(presented) = trust.link.revocations(held).map_err(failed)? else {
            return Ok(None);
        };
        // An authority that ignores the number in the question sends the same list again.
        let number = Envelope::parse(&presented).and_then(|envelope| envelope.document::<Revocations>());
        if held.is_some() && number.is_ok_and(|list| Some(list.number) == held) {
            return Ok(None);
        }
        self.install_revocations(&presented, trust.root, now).map(Some)
    }

    fn note_certified(&self, now: Timestamp) -> Result<(), Error> {
        let mut record = self.renewals()?;
        (record.certified, record.last_failure) = (Some(now.unix()), None);
        self.keep_renewals(&record)
    }

    /// Remembers that the authority could not be asked, or has not answered.
    pub(crate) fn note_failure(&self, error: &Error, now: Timestamp) -> Result<(), Error> {
        self.note_last_failure((error.code().to_string(), error.to_string()), now, 0)
    }

    fn note_last_failure(&self, failure: (String, String), now: Timestamp, retry: u64) -> Result<(), Error> {
        let mut record = self.renewals()?;
        record.last_failure = Some(LastFailure::after(record.last_failure.as_ref(), failure, now, retry));
        self.keep_renewals(&record)
    }
}

/// An unattended renewal must not put another vendor's certificate in the place of the one in hand. Where the root is
/// not known, it is signed by the same authority; or, after an authority was replaced, it comes from a server whose TLS
/// certificate holds, and names the same root.
fn by_the_same_vendor(
    identity: &Identity,
    presented: &[u8],
    trust: &AuthorityTrust<'_>,
    now: Timestamp,
) -> Result<(), Error> {
    let opened = trust::verify_presented::<HostCertificate>(presented, now).map_err(Error::Certificate)?;
    let same_root =
        || matches!((root_of(presented), root_of(identity.presented())), (Some(new), Some(old)) if new == old);
    if opened.signer == identity.authority() || trust.link.address().is_secure() && same_root() {
        Ok(())
    } else {
        Err(Error::Certificate(Reason::UnknownSigner))
    }
}

/// Who is said to have certified the authority above a certificate.
fn root_of(presented: &[u8]) -> Option<leasehold_core::KeyId> {
    let envelope = Envelope::parse(presented).ok()?;
    Some(Envelope::parse(envelope.chain.first()?).ok()?.kid)
}

fn failed(error: AuthorityError) -> Error {
    Error::Authority(Box::new(error))
}

/// What was answered is no certificate at all: that is the authority's failure, and says where it came from.
fn not_ours(error: Error, link: &AuthorityLink) -> Error {
    match error {
        Error::Certificate(reason) => failed(link.error(Failure::Certificate(reason))),
        other => other,
    }
}
