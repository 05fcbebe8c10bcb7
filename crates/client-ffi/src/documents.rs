//! Product keys and documents, looked at without a client: for dialogs that check what a user types, and for support.

use std::borrow::Cow;
use std::ffi::c_char;

use leasehold_core::repair::repair;
use leasehold_core::{Code, ProductKey, PublicKey, Timestamp};
use leasehold_wire::{AnyDocument, Envelope, Reason, Revocations, armour, verify};
use serde_json::json;

use crate::fault::{Fault, guard};
use crate::input::{bytes, text};
use crate::memory::give_text;
use crate::output::writable;

/// Reads a product key as a user types it, and gives it in its usual form, as JSON: `key`, `kind` (`generic`, `host`, `multiple`),
/// `number`. A key with a slip is refused with what is wrong (`LH_CHECKSUM`, `LH_LENGTH` …); the hint of `lh_last_error` then has
/// the key that was meant, where only one can be. Free the text with `lh_free`.
///
/// # Safety
/// `typed` ends with a zero, `out` points to a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lh_read_key(typed: *const c_char, out: *mut *mut c_char) -> i32 {
    guard(|| {
        writable(out, "out")?;
        // SAFETY: as the caller promises.
        let typed = unsafe { text(typed, "typed") }?;
        let key: ProductKey = typed.parse().map_err(|error: leasehold_core::key::KeyError| {
            let code = error.code().parse().unwrap_or(Code::NotAProductKey);
            match repair(typed) {
                Some(repair) => Fault::with_hint(code, error.to_string(), format!("did you mean {}?", repair.key)),
                None => Fault::of(code, error.to_string()),
            }
        })?;
        let shown = json!({ "key": key.to_string(), "kind": key.kind().name(), "number": key.number().value() });
        // SAFETY: as the caller promises.
        unsafe { give_text(&shown.to_string(), out) }
    })
}

/// Verifies a document, raw or armoured, below a root key at a time in seconds since 1970, and says what it is, as JSON: `type`,
/// `signer`, `issued`, `expires`. A document that does not verify is refused with the reason (`LH_EXPIRED`, `LH_REVOKED` …).
/// `revocations` may be null. Free the text with `lh_free`.
///
/// # Safety
/// `document` points to `len` bytes, `root` ends with a zero, `revocations` is null or points to `revocations_len` bytes, `out` to a
/// pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lh_verify(
    document: *const u8,
    len: usize,
    root: *const c_char,
    at: u64,
    revocations: *const u8,
    revocations_len: usize,
    out: *mut *mut c_char,
) -> i32 {
    guard(|| {
        writable(out, "out")?;
        // SAFETY: as the caller promises.
        let document = unsafe { bytes(document, len, "document") }?;
        let document = unarmoured(document)?;
        // SAFETY: as the caller promises.
        let root = unsafe { text(root, "root") }?;
        let root: PublicKey =
            root.parse().map_err(|_| Fault::argument("root is no key: 64 hexadecimal digits are wanted"))?;
        let at = Timestamp::from_unix(at);
        let list = if revocations.is_null() {
            None
        } else {
            // SAFETY: as the caller promises.
            let list = unsafe { bytes(revocations, revocations_len, "revocations") }?;
            Some(
                verify::<Revocations>(&unarmoured(list)?, &root, at, None)
                    .map_err(|reason| unverified(&reason))?
                    .document,
            )
        };
        let opened = AnyDocument::verify(&document, &root, at, list.as_ref()).map_err(|reason| unverified(&reason))?;
        let head = opened.document.head();
        let shown = json!({
            "type": opened.document.typ().name(),
            "signer": opened.signer.to_string(),
            "issued": head.issued.map(Timestamp::unix),
            "expires": head.expires.map(Timestamp::unix),
        });
        // SAFETY: as the caller promises.
        unsafe { give_text(&shown.to_string(), out) }
    })
}

/// A document as bytes; what is one already is taken as it is.
fn unarmoured(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    if Envelope::parse(bytes).is_ok() {
        return Ok(bytes.to_vec());
    }
    armour::read(bytes).map(Cow::into_owned).map_err(|error| Fault::of(Code::Malformed, error.to_string()))
}

fn unverified(reason: &Reason) -> Fault {
    Fault::of(reason.code(), reason.to_string())
}
