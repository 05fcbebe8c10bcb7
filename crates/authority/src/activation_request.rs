//! Requests of hosts, machines and directories whose own signature is valid.

use leasehold_core::activation::{PlaceId, Refusal};
use leasehold_core::{Cti, DirectoryId, Fingerprint, KeyId, KeyKind, ProductId, PublicKey, Text, Timestamp};
use leasehold_store::authority::IssuedKey;
use leasehold_wire::proof::Proof;
use leasehold_wire::{
    DirectoryRequest, Envelope, HostRequest, MachineRequest, Reason, ReportedTip, Typ, Usage, request,
};

use crate::error::Error;

/// A request whose own signature is valid.
#[derive(Clone, Debug)]
pub struct ActivationRequest {
    pub(crate) proof: Proof,
    pub(crate) subject: PublicKey,
    pub(crate) cti: Cti,
    pub(crate) name: Option<Text>,
    pub(crate) kind: RequestKind,
    /// The end of a host's chain of seals.
    pub(crate) tip: Option<ReportedTip>,
    /// How a host's families are used.
    pub(crate) usage: Vec<Usage>,
}

/// Who asks, and for what.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RequestKind {
    Host(Fingerprint),
    Machine(Fingerprint, ProductId),
    Directory(DirectoryId),
}

impl ActivationRequest {
    /// Reads the request of a host, of a machine or for a directory.
    ///
    /// # Errors
    /// [`Error::NotARequest`], [`Error::Request`].
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let typ = Envelope::parse(bytes).map_err(|malformed| Error::Request(Reason::Malformed(malformed)))?.typ;
        match typ {
            Typ::HostRequest => Self::host(bytes),
            Typ::MachineRequest => Self::machine(bytes),
            Typ::DirectoryRequest => Self::directory(bytes),
            Typ::Authority
            | Typ::Manifest
            | Typ::Host
            | Typ::Request
            | Typ::Lease
            | Typ::Refusal
            | Typ::Release
            | Typ::Object
            | Typ::Revocations => Err(Error::NotARequest(typ)),
        }
    }

    /// Reads the request of a host.
    ///
    /// # Errors
    /// [`Error::Request`], also for any other document.
    pub fn host(bytes: &[u8]) -> Result<Self, Error> {
        request::open::<HostRequest>(bytes).map(Self::from).map_err(Error::Request)
    }

    /// Reads the request of a machine.
    ///
    /// # Errors
    /// [`Error::Request`], also for any other document.
    pub fn machine(bytes: &[u8]) -> Result<Self, Error> {
        request::open::<MachineRequest>(bytes).map(Self::from).map_err(Error::Request)
    }

    /// Reads the request for a directory.
    ///
    /// # Errors
    /// [`Error::Request`], also for any other document.
    pub fn directory(bytes: &[u8]) -> Result<Self, Error> {
        request::open::<DirectoryRequest>(bytes).map(Self::from).map_err(Error::Request)
    }

    /// The product key that it names.
    pub fn key(&self) -> KeyId {
        self.proof.key
    }

    /// The key pair of the host, machine or directory.
    pub fn subject(&self) -> KeyId {
        self.subject.id()
    }

    /// Whether the product key is one that may be used for this, before anything is counted.
    pub(crate) fn screen(&self, key: Option<IssuedKey>, now: Timestamp) -> Result<IssuedKey, Refusal> {
        let key = key.ok_or(Refusal::UnknownKey)?;
        if !self.proven_by(&key.public) {
            return Err(Refusal::BadSignature);
        }
        if key.withdrawn.is_some() {
            return Err(Refusal::Revoked);
        }
        let (found, needed) = (key.allowance.kind(), self.kind.key_kind());
        if found != needed {
            return Err(Refusal::WrongKindOfKey { found, needed });
        }
        match key.policy.end {
            Some(end) if end <= now => Err(Refusal::GrantEnded { end }),
            Some(_) | None => Ok(key),
        }
    }

    /// Whether the product key with this public half has made the proof.
    pub(crate) fn proven_by(&self, key: &PublicKey) -> bool {
        self.proof.holds(key, self.subject.id(), self.cti)
    }
}

impl From<HostRequest> for ActivationRequest {
    fn from(request: HostRequest) -> Self {
        let HostRequest { cti, key: subject, proof, host_name, fingerprint, tip, usage, .. } = request;
        Self { proof, subject, cti, name: Some(host_name), kind: RequestKind::Host(fingerprint), tip, usage }
    }
}

impl From<MachineRequest> for ActivationRequest {
    fn from(request: MachineRequest) -> Self {
        let MachineRequest { cti, key: subject, proof, product, fingerprint, .. } = request;
        Self {
            proof,
            subject,
            cti,
            name: None,
            kind: RequestKind::Machine(fingerprint, product),
            tip: None,
            usage: Vec::new(),
        }
    }
}

impl From<DirectoryRequest> for ActivationRequest {
    fn from(request: DirectoryRequest) -> Self {
        let DirectoryRequest { cti, key: subject, proof, name, directory, .. } = request;
        let kind = RequestKind::Directory(directory);
        Self { proof, subject, cti, name: Some(name), kind, tip: None, usage: Vec::new() }
    }
}

impl RequestKind {
    /// What its place is recognised by.
    pub(crate) const fn place_id(self) -> PlaceId {
        match self {
            Self::Host(fingerprint) | Self::Machine(fingerprint, _) => PlaceId::Machine(fingerprint),
            Self::Directory(id) => PlaceId::Directory(id),
        }
    }

    const fn key_kind(self) -> KeyKind {
        match self {
            Self::Host(_) | Self::Directory(_) => KeyKind::Host,
            Self::Machine(..) => KeyKind::Multiple,
        }
    }
}
