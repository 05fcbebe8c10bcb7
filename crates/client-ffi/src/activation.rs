//! Getting a lease, and giving it back. A refusal is the result code that it has, with its words in `lh_last_error`.

use std::ffi::c_char;

use leasehold_client::{AuthorityAddress, Installed, Keyed, ProductKey, Released};
use leasehold_core::{Code, Span};

use crate::client::{ClientHandle, find};
use crate::fault::{Fault, guard};
use crate::input::{bytes, text};
use crate::memory::give_bytes;
use crate::output::writable;

/// Asks for a lease now: a directory where one is to be read, else the hosts that are set or found. `LH_OK` where there is one.
/// Waits for the network, 90 seconds at most.
#[unsafe(no_mangle)]
pub extern "C" fn lh_client_activate(client: ClientHandle) -> i32 {
    guard(|| Fault::of_outcome(&find(client)?.client.activate()?.outcome))
}

/// Renews the lease now. Waits for the network, 90 seconds at most.
#[unsafe(no_mangle)]
pub extern "C" fn lh_client_renew(client: ClientHandle) -> i32 {
    guard(|| Fault::of_outcome(&find(client)?.client.renew()?.outcome))
}

/// Borrows: asks a host for a lease that lasts for `seconds` from now on, to be used without a network. Renewals keep it until then;
/// `lh_client_release` gives it back earlier. `LH_BORROWED_LESS` where the lease that was given ends before: it holds until then, and
/// `lh_last_error` says why. Waits for the network, 90 seconds at most.
#[unsafe(no_mangle)]
pub extern "C" fn lh_client_borrow(client: ClientHandle, seconds: u64) -> i32 {
    guard(|| {
        let borrowed = find(client)?.client.borrow(Span::seconds(seconds))?;
        Fault::of_outcome(&borrowed.answer.outcome)?;
        borrowed.shortfall.map_or(Ok(()), |shortfall| Err(Fault::of(shortfall.code(), shortfall.to_string())))
    })
}

/// Asks for a lease if it is time to; for programs with a loop of their own. `LH_OK` also where it was not time.
#[unsafe(no_mangle)]
pub extern "C" fn lh_client_tick(client: ClientHandle) -> i32 {
    guard(|| match find(client)?.client.tick()? {
        leasehold_client::Tick::Asked(answer) => Fault::of_outcome(&answer.outcome),
        leasehold_client::Tick::Waits(_) | leasehold_client::Tick::Busy => Ok(()),
    })
}

/// Gives the lease back. `LH_OK` also where there was none.
#[unsafe(no_mangle)]
pub extern "C" fn lh_client_release(client: ClientHandle) -> i32 {
    guard(|| match find(client)?.client.release()? {
        Released::Refused(refused) => Err(Fault::refused(&refused)),
        Released::Told { .. } | Released::NothingHeld | Released::PlaceKept | Released::Forgotten => Ok(()),
    })
}

/// Activates the product with a multiple key, at the vendor's authority.
///
/// # Safety
/// `key` and `authority` end with a zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lh_client_activate_with_key(
    client: ClientHandle,
    key: *const c_char,
    authority: *const c_char,
) -> i32 {
    guard(|| {
        let open = find(client)?;
        // SAFETY: as the caller promises.
        let key = product_key(unsafe { text(key, "key") }?)?;
        // SAFETY: as the caller promises.
        let address = unsafe { text(authority, "authority") }?;
        let address: AuthorityAddress =
            address.parse().map_err(|error| Fault::argument(format!("authority: {error}")))?;
        match open.client.activate_with_key(&key, &address)? {
            Keyed::Granted(_) => Ok(()),
            Keyed::Refused(refused) => Err(Fault::refused(&refused)),
        }
    })
}

/// The request for a host, to be carried there as a file where no network leads. Free it with `lh_free`.
///
/// # Safety
/// `out` points to a pointer, `len` to a length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lh_client_request_for_host(client: ClientHandle, out: *mut *mut u8, len: *mut usize) -> i32 {
    guard(|| {
        let open = find(client)?;
        writable(out, "out")?;
        let request = open.client.request_for_host()?;
        // SAFETY: as the caller promises.
        unsafe { give_bytes(request, out, len) }
    })
}

/// The request of a machine with a multiple key, to be carried to the vendor. Free it with `lh_free`.
///
/// # Safety
/// `key` ends with a zero, `out` points to a pointer, `len` to a length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lh_client_request_for_vendor(
    client: ClientHandle,
    key: *const c_char,
    out: *mut *mut u8,
    len: *mut usize,
) -> i32 {
    guard(|| {
        let open = find(client)?;
        writable(out, "out")?;
        // SAFETY: as the caller promises.
        let key = product_key(unsafe { text(key, "key") }?)?;
        let request = open.client.machine_request(&key)?;
        // SAFETY: as the caller promises.
        unsafe { give_bytes(request, out, len) }
    })
}

/// Stores the answer to a request that was carried: in any form that a document has, also one of many in one file.
/// The vendor's revocation list is taken too.
///
/// # Safety
/// `answer` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lh_client_install(client: ClientHandle, answer: *const u8, len: usize) -> i32 {
    guard(|| {
        let open = find(client)?;
        // SAFETY: as the caller promises.
        match open.client.install(unsafe { bytes(answer, len, "answer") }?)? {
            Installed::Granted(_) | Installed::Revocations { .. } => Ok(()),
            Installed::Refused(refused) => Err(Fault::refused(&refused)),
        }
    })
}

fn product_key(text: &str) -> Result<ProductKey, Fault> {
    text.parse().map_err(|error| Fault::of(Code::NotAProductKey, format!("key: {error}")))
}
