//! Renewing in the background, with a callback into the program.

use std::ffi::c_void;

use crate::client::{ClientHandle, find};
use crate::fault::guard;
use crate::renewing_thread::{Callback, Target};

/// Renews in the background from now on. `callback` may be null; `context` is handed to it as it is.
///
/// # Safety
/// `callback` may be called on another thread with `context`, until renewing is stopped.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lh_client_start_renewing(
    client: ClientHandle,
    callback: Callback,
    context: *mut c_void,
) -> i32 {
    guard(|| {
        let open = find(client)?;
        // SAFETY: as the caller promises.
        let target = unsafe { Target::new(callback, context) };
        open.renewing.start(&open.client, target)
    })
}

/// Renews in the background no more. Waits for a callback that runs, not for the network; called inside a callback, it does not wait.
#[unsafe(no_mangle)]
pub extern "C" fn lh_client_stop_renewing(client: ClientHandle) -> i32 {
    guard(|| {
        find(client)?.renewing.stop();
        Ok(())
    })
}
