//! Where the root key comes from that a document is checked against.

use std::path::Path;

use leasehold_core::{Code, PublicKey, Timestamp};
use leasehold_wire::{Envelope, Manifest, verify};

use crate::failure::Failure;
use crate::input;

/// The root key that `text` is or that the file of this name holds.
pub(crate) fn given(text: &str) -> Result<PublicKey, Failure> {
    let path = Path::new(text);
    if let Ok(key) = text.trim().parse() {
        return Ok(key);
    }
    if text != "-" && !path.exists() {
        return Err(Failure::failed(Code::Usage, format!("root {text}: neither 64 hexadecimal digits nor a file"))
            .hint("the vendor tells its root key; `--manifest FILE` takes it from a manifest"));
    }
    let bytes = input::file(path)?;
    read(&bytes).ok_or_else(|| match in_manifest(&bytes) {
        Some(_) => Failure::failed(Code::Usage, format!("root {text}: it is a manifest, and no public key"))
            .hint("`--manifest FILE` takes the root key from a manifest"),
        None => Failure::failed(Code::Usage, format!("root {text}: the file holds no public key"))
            .hint("64 hexadecimal digits, or an Ed25519 public key in PEM (-----BEGIN PUBLIC KEY-----)"),
    })
}

/// The root key in a manifest, which must verify against it.
pub(super) fn of_manifest(path: &Path, at: Timestamp) -> Result<PublicKey, Failure> {
    let bytes = super::beside("manifest", path)?;
    let root = in_manifest(&bytes).ok_or_else(|| {
        Failure::failed(Code::Usage, format!("manifest {}: not a manifest", path.display()))
            .hint("see what it is with `leasehold inspect FILE`")
    })?;
    match verify::<Manifest>(&bytes, &root, at, None) {
        Ok(_) => Ok(root),
        Err(reason) => Err(Failure::failed(reason.code(), format!("manifest {}: {reason}", path.display()))),
    }
}

/// The root key that `bytes` name, if they are a manifest; nothing is verified.
pub(super) fn in_manifest(bytes: &[u8]) -> Option<PublicKey> {
    let manifest: Manifest = Envelope::parse(bytes).ok()?.document().ok()?;
    Some(manifest.root)
}

fn read(file: &[u8]) -> Option<PublicKey> {
    let text = str::from_utf8(file).ok()?.trim();
    if let Ok(key) = text.parse() {
        return Some(key);
    }
    let (label, der) = pem_rfc7468::decode_vec(text.as_bytes()).ok()?;
    let key = der.strip_prefix(&ED25519)?.try_into().ok()?;
    (label == "PUBLIC KEY").then_some(PublicKey(key))
}

/// What stands before the 32 bytes of an Ed25519 key in a `SubjectPublicKeyInfo` (RFC 8410 section 4).
const ED25519: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
