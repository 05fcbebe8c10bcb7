//! A host's folder: its key pair, its request, its certificate. Activation without a network happens here.
//!
//! `host.key` (only its owner reads it), `request.lh`, `renewal.lh` (the request that the certificate answers), `host.lh`,
//! `revocations.lh`, `root.pub` (the vendor's root, once an installation was checked against it); each replaced as a whole.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use leasehold_core::{Cti, Fingerprint, KeyKind, ProductKey, PublicKey, Text, Timestamp};
use leasehold_files::Readers;
use leasehold_wire::proof::Proof;
use leasehold_wire::trust::Verifiable;
use leasehold_wire::{
    Envelope, HostCertificate, HostRequest, Keypair, Opened, Reason, ReportedTip, Revocations, envelope, request, trust,
};

use crate::Error;
use crate::files::{ASKING, CERTIFICATE, KEY, MAX_STATE_FILE, RENEWAL, REQUEST, REVOCATIONS, ROOT};
use crate::identity::Identity;
use crate::report::Report;

/// The folder of one host.
#[derive(Clone, Debug)]
pub struct Home {
    folder: PathBuf,
}

/// When certificate and revocation list were last replaced, where there are any.
pub type Installed = [Option<std::time::SystemTime>; 2];

/// What a host asks its vendor with.
#[derive(Clone, Debug)]
pub struct Inquiry<'i> {
    /// The host key that was bought.
    pub key: &'i ProductKey,
    /// What the host is called.
    pub host_name: Text,
    /// The machine it runs on.
    pub fingerprint: Fingerprint,
    /// The request's name, used where the host has not asked with this key before: random.
    pub cti: Cti,
    /// The seed of a new key pair, used where the host has none yet: random.
    pub seed: [u8; 32],
}

impl Inquiry<'_> {
    /// Whether the key is for hosts.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.key.kind() {
            KeyKind::Host => Ok(()),
            other => Err(Error::WrongKind(other)),
        }
    }
}

impl Home {
    /// The host of `folder`; nothing is read or made yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes the folder for its owner alone, unless it is there.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn make(&self) -> Result<(), Error> {
        leasehold_files::make_folder(&self.folder, Readers::Owner).map_err(Error::at(&self.folder))
    }

    /// Makes a request for the vendor and keeps a copy of it; the host's key pair is made where there is none. A request
    /// made again with the same key has the same name; one that was not answered yet is given again as it is.
    ///
    /// # Errors
    /// [`Error::WrongKind`] for another product key than a host key; [`Error::File`], [`Error::Damaged`].
    pub fn request(&self, inquiry: &Inquiry<'_>, report: &Report, now: Timestamp) -> Result<Vec<u8>, Error> {
        inquiry.check()?;
        self.make()?;
        let keypair = match self.keypair() {
            Err(Error::NoRequest(_)) => self.make_keypair(&inquiry.seed)?,
            other => other?,
        };
        let asked_before = self
            .kept(REQUEST)?
            .filter(|kept| kept.key == keypair.public() && kept.proof.key == Keypair::of_product_key(inquiry.key).id());
        let same = |kept: &HostRequest| kept.host_name == inquiry.host_name && kept.fingerprint == inquiry.fingerprint;
        if asked_before.as_ref().is_some_and(same)
            && let Some(unanswered) =
                self.read(REQUEST)?.filter(|bytes| self.read(RENEWAL).ok().flatten().as_ref() != Some(bytes))
        {
            return Ok(unanswered);
        }
        let cti = asked_before.map_or(inquiry.cti, |kept| kept.cti);
        let tip = self.reported_tip(report, keypair.public())?;
        let request = HostRequest {
            issued: now,
            cti,
            key: keypair.public(),
            proof: Proof::new(inquiry.key, keypair.id(), cti),
            host_name: inquiry.host_name.clone(),
            fingerprint: inquiry.fingerprint,
            tip,
            usage: report.usage.clone(),
        };
        let bytes = envelope::sign(&request, &keypair, &[]);
        self.replace(REQUEST, &bytes)?;
        Ok(bytes)
    }

    /// The newest seal with the one that was named in the last answered request.
    pub(crate) fn reported_tip(&self, report: &Report, key: PublicKey) -> Result<Option<ReportedTip>, Error> {
        let answered = self.kept(RENEWAL)?.filter(|kept| kept.key == key);
        let former = answered.and_then(|kept| kept.tip).map(|tip| tip.newest);
        Ok(report.newest.map(|newest| ReportedTip { newest, former }))
    }

    /// Installs the vendor's answer: a host certificate with its chain, for this host's key. It is checked against `root`
    /// where given, which is remembered and checked from then on.
    ///
    /// # Errors
    /// [`Error::Certificate`], [`Error::AnotherHost`], [`Error::Older`]; nothing is changed then.
    pub fn install(
        &self,
        presented: &[u8],
        root: Option<&PublicKey>,
        now: Timestamp,
    ) -> Result<HostCertificate, Error> {
        let certificate = self.accept(presented, root, now)?;
        // From now on it is by this request that the authority knows the host again.
        if let Some(request) = self.read(REQUEST)? {
            self.keep_answered(&request)?;
        }
        Ok(certificate)
    }

    /// Keeps the request that the certificate answers.
    pub(crate) fn keep_answered(&self, request: &[u8]) -> Result<(), Error> {
        self.replace(RENEWAL, request)
    }

    /// Who the host is, as far as another certificate is concerned: one that is damaged counts for nothing.
    pub(crate) fn installed(&self) -> Result<Option<Identity>, Error> {
        match self.identity() {
            Err(Error::Damaged(path)) if path == self.folder.join(CERTIFICATE) => Ok(None),
            other => other,
        }
    }

    /// Takes on a certificate, whichever request it answers.
    pub(crate) fn accept(
        &self,
        presented: &[u8],
        root: Option<&PublicKey>,
        now: Timestamp,
    ) -> Result<HostCertificate, Error> {
        let certificate = self.believed::<HostCertificate>(presented, root, now)?.document;
        let keypair = self.keypair()?;
        let (certified, own) = (certificate.key.id(), keypair.id());
        if certified != own {
            return Err(Error::AnotherHost { certified, own });
        }
        if let Some(installed) = self.installed()?.map(|identity| identity.certificate().issued)
            && installed > certificate.issued
        {
            return Err(Error::Older { installed });
        }
        self.keep_for_journals(presented)?;
        self.replace(CERTIFICATE, presented)?;
        self.remember(root)?;
        Ok(certificate)
    }

    /// Installs the vendor's revocation list: of any authority below the root, where `root` is given or remembered, else of
    /// the one that certified this host. An authority that the list in hand revokes is not believed.
    ///
    /// # Errors
    /// [`Error::NotActivated`] where there is no certificate to compare it with; [`Error::Certificate`],
    /// [`Error::OlderList`]; nothing is changed then.
    pub fn install_revocations(
        &self,
        presented: &[u8],
        root: Option<&PublicKey>,
        now: Timestamp,
    ) -> Result<Revocations, Error> {
        let identity = self.identity()?.ok_or_else(|| Error::NotActivated(self.folder.clone()))?;
        let opened = self.believed::<Revocations>(presented, root, now)?;
        if root.is_none() && self.root()?.is_none() && opened.signer != identity.authority() {
            return Err(Error::Certificate(Reason::UnknownSigner));
        }
        let list = opened.document;
        match identity.revocation_number() {
            Some(_) if identity.revocations() == Some(presented) => {}
            Some(held) if held >= list.number => {
                return Err(Error::OlderList { held, offered: list.number });
            }
            Some(_) | None => self.replace(REVOCATIONS, presented)?,
        }
        self.remember(root)?;
        Ok(list)
    }

    /// What the vendor has signed, as far as the root can be asked and the list in hand does not speak against it.
    fn believed<D: Verifiable>(
        &self,
        presented: &[u8],
        root: Option<&PublicKey>,
        now: Timestamp,
    ) -> Result<Opened<D>, Error> {
        let list = self.revocations()?.map(|(_, list)| list);
        let opened = match root.copied().or(self.root()?) {
            Some(root) => trust::verify::<D>(presented, &root, now, list.as_ref()),
            None => trust::verify_presented::<D>(presented, now),
        };
        let opened = opened.map_err(Error::Certificate)?;
        match list {
            Some(list) if list.revokes_key(opened.signer) => Err(Error::Certificate(Reason::Revoked)),
            Some(_) | None => Ok(opened),
        }
    }

    /// The vendor's root, where it is known.
    pub(crate) fn root(&self) -> Result<Option<PublicKey>, Error> {
        let Some(bytes) = self.read(ROOT)? else {
            return Ok(None);
        };
        let root = std::str::from_utf8(&bytes).ok().and_then(|text| text.trim().parse().ok());
        root.map(Some).ok_or_else(|| Error::Damaged(self.folder.join(ROOT)))
    }

    fn remember(&self, root: Option<&PublicKey>) -> Result<(), Error> {
        match root {
            Some(root) if self.root()?.as_ref() != Some(root) => self.replace(ROOT, format!("{root}\n").as_bytes()),
            Some(_) | None => Ok(()),
        }
    }

    /// Who the host is; `None` where no certificate is installed.
    ///
    /// # Errors
    /// [`Error::NoRequest`] where there is not even a key pair; [`Error::File`], [`Error::Damaged`].
    pub fn identity(&self) -> Result<Option<Identity>, Error> {
        let keypair = self.keypair()?;
        let Some(presented) = self.read(CERTIFICATE)? else {
            return Ok(None);
        };
        let damaged = |_: Reason| Error::Damaged(self.folder.join(CERTIFICATE));
        let identity = Identity::new(keypair, presented).map_err(damaged)?;
        Ok(Some(match self.revocations()? {
            Some((presented, list)) => identity.with_revocations(presented, list),
            None => identity,
        }))
    }

    fn revocations(&self) -> Result<Option<(Vec<u8>, Revocations)>, Error> {
        let Some(presented) = self.read(REVOCATIONS)? else {
            return Ok(None);
        };
        let list = Envelope::parse(&presented).and_then(|envelope| envelope.document());
        list.map(|list| Some((presented, list))).map_err(|_| Error::Damaged(self.folder.join(REVOCATIONS)))
    }

    /// The request that the certificate answers; of a host that was activated before such were kept, the last one.
    pub(crate) fn answered_request(&self) -> Result<Option<HostRequest>, Error> {
        Ok(self.kept(RENEWAL)?.or(self.kept(REQUEST)?))
    }

    /// A request of this host's; one that cannot be read is as good as none, for another can be made.
    pub(crate) fn kept(&self, name: &str) -> Result<Option<HostRequest>, Error> {
        Ok(self.read(name)?.and_then(|bytes| request::open::<HostRequest>(&bytes).ok()))
    }

    /// The bytes of a file, where there is one.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let path = self.folder.join(name);
        leasehold_files::read_if_there(&path, MAX_STATE_FILE).map_err(Error::at(path))
    }

    /// The host's key pair.
    ///
    /// # Errors
    /// [`Error::NoRequest`] where there is none yet; [`Error::File`], [`Error::Damaged`].
    pub fn keypair(&self) -> Result<Keypair, Error> {
        let pem = self.read(KEY)?.ok_or_else(|| Error::NoRequest(self.folder.clone()))?;
        let keypair = std::str::from_utf8(&pem).ok().and_then(Keypair::from_pem);
        keypair.ok_or_else(|| Error::Damaged(self.folder.join(KEY)))
    }

    /// When certificate and revocation list were last replaced, to notice new ones while serving.
    pub fn changed(&self) -> Installed {
        [CERTIFICATE, REVOCATIONS]
            .map(|name| fs::metadata(self.folder.join(name)).and_then(|file| file.modified()).ok())
    }

    fn make_keypair(&self, seed: &[u8; 32]) -> Result<Keypair, Error> {
        let keypair = Keypair::from_seed(seed);
        self.replace(KEY, keypair.to_pem().as_bytes())?;
        Ok(keypair)
    }

    /// Puts a file in the place of the old one: a crash leaves the old or the new.
    pub(crate) fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.folder.join(name);
        leasehold_files::replace(&path, bytes, Readers::Owner).map_err(Error::at(path))
    }

    /// Removes a file; it is well where there is none.
    pub(crate) fn remove(&self, name: &str) -> Result<(), Error> {
        let path = self.folder.join(name);
        leasehold_files::remove(&path).map_err(Error::at(path))
    }

    /// Waits for its turn to speak with the authority: one process at a time, so that one sees what another has got.
    pub(crate) fn turn(&self) -> Result<File, Error> {
        let path = self.folder.join(ASKING);
        let file = leasehold_files::open_lock(&path).map_err(Error::at(&path))?;
        file.lock().map_err(Error::at(&path))?;
        Ok(file)
    }
}
