//! Opening a client and asking it how it stands.

use std::ffi::c_char;
use std::path::Path;
use std::sync::Arc;

use leasehold_client::{Client, json, read_file};

use crate::fault::{Fault, guard};
use crate::handle::Table;
use crate::input::{bytes, text};
use crate::memory::give_text;
use crate::options::{Options, client_options};
use crate::output::{writable, write};
use crate::renewing_thread::Renewing;
use crate::standing::Standing;

/// An open client. Zero is none.
pub type ClientHandle = u64;

/// What lies behind a handle.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) client: Arc<Client>,
    pub(crate) renewing: Renewing,
}

static CLIENTS: Table<Open> = Table::new();

/// The client of `handle`, for as long as it is used.
pub(crate) fn find(handle: ClientHandle) -> Result<Arc<Open>, Fault> {
    CLIENTS.find(handle)
}

/// Opens the client of the product that `manifest` describes, raw or armoured. Waits for nothing. `options` may be null.
///
/// # Safety
/// `manifest` points to `len` bytes, `options` is null or points to an `lh_options` that is filled in, `out` to a handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lh_client_open(
    manifest: *const u8,
    len: usize,
    options: *const Options,
    out: *mut ClientHandle,
) -> i32 {
    guard(|| {
        writable(out, "out")?;
        // SAFETY: as the caller promises.
        let manifest = unsafe { bytes(manifest, len, "manifest") }?;
        // SAFETY: as the caller promises.
        unsafe { open(manifest, options, out) }
    })
}

/// As `lh_client_open`, of a manifest in a file.
///
/// # Safety
/// `path` ends with a zero; the rest as for `lh_client_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lh_client_open_file(
    path: *const c_char,
    options: *const Options,
    out: *mut ClientHandle,
) -> i32 {
    guard(|| {
        writable(out, "out")?;
        // SAFETY: as the caller promises.
        let path = unsafe { text(path, "path") }?;
        let manifest = read_file(Path::new(path), MAX_MANIFEST_BYTES)?;
        // SAFETY: as the caller promises.
        unsafe { open(&manifest, options, out) }
    })
}

/// # Safety
/// As [`lh_client_open`].
unsafe fn open(manifest: &[u8], options: *const Options, out: *mut ClientHandle) -> Result<(), Fault> {
    // SAFETY: as the caller promises.
    let options = unsafe { client_options(options) }?;
    let client = Arc::new(Client::open(manifest, options)?);
    let handle = CLIENTS.add(Arc::new(Open { client, renewing: Renewing::default() }))?;
    // SAFETY: as the caller promises.
    unsafe { write(out, handle, "out") }
}

/// Closes a client: it renews no more, its callback is not called again, and the handle is good for nothing from now on. Calls of
/// other threads that are under way end as they would have. Does not wait for the network.
#[unsafe(no_mangle)]
pub extern "C" fn lh_client_close(client: ClientHandle) -> i32 {
    guard(|| {
        CLIENTS.take(client)?.renewing.close();
        Ok(())
    })
}

/// What the product may do now. Waits for nothing and asks nobody.
///
/// # Safety
/// `out` points to an `lh_standing` whose `size` is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lh_client_standing(client: ClientHandle, out: *mut Standing) -> i32 {
    guard(|| {
        let open = find(client)?;
        // SAFETY: as the caller promises.
        unsafe { Standing::of(&open.client.status()).write(out) }
    })
}

/// Whether the application may offer the feature of this name now: writes 1 or 0.
///
/// # Safety
/// `name` ends with a zero, `out` points to an `int32_t`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lh_client_feature(client: ClientHandle, name: *const c_char, out: *mut i32) -> i32 {
    guard(|| {
        let open = find(client)?;
        writable(out, "out")?;
        // SAFETY: as the caller promises.
        let name = unsafe { text(name, "name") }?;
        // SAFETY: as the caller promises.
        unsafe { write(out, i32::from(open.client.feature(name)), "out") }
    })
}

/// The standing in words for the user, such as `activated until 2027-05-28 14:34 UTC`. Free it with `lh_free`.
///
/// # Safety
/// `out` points to a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lh_client_message(client: ClientHandle, out: *mut *mut c_char) -> i32 {
    guard(|| {
        let open = find(client)?;
        // SAFETY: as the caller promises.
        unsafe { give_text(&open.client.standing().to_string(), out) }
    })
}

/// All that the standing rests on, as JSON: what `leasehold client status --json` prints. Free it with `lh_free`.
///
/// # Safety
/// `out` points to a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lh_client_status(client: ClientHandle, out: *mut *mut c_char) -> i32 {
    guard(|| {
        let open = find(client)?;
        let status = json::status(&open.client, &open.client.status());
        // SAFETY: as the caller promises.
        unsafe { give_text(&status.to_string(), out) }
    })
}

/// What `leasehold doctor --json` prints: each check, its code and what to do. Waits for the network. Free it with `lh_free`.
///
/// # Safety
/// `out` points to a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lh_client_doctor(client: ClientHandle, out: *mut *mut c_char) -> i32 {
    guard(|| {
        let open = find(client)?;
        writable(out, "out")?;
        let diagnosis = json::diagnosis(&open.client.diagnose());
        // SAFETY: as the caller promises.
        unsafe { give_text(&diagnosis.to_string(), out) }
    })
}

/// More than a manifest has.
const MAX_MANIFEST_BYTES: u64 = 64 * 1_024;
