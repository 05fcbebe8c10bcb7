//! Users who sign in.

use std::ffi::{c_char, c_void};
use std::mem::size_of;
use std::ops::ControlFlow;
use std::ptr;
use std::time::Duration;

use leasehold_client::{KeyId, Prompt, Released, SignInUser, SignInWay, json};

use crate::client::{ClientHandle, find};
use crate::fault::{Fault, c_string, guard};
use crate::input::text;
use crate::memory::give_text;
use crate::output::{writable, write};

/// What the user has to be shown. Its texts live as long as the callback runs; those that there are none of are null.
#[repr(C)]
#[derive(Debug)]
pub struct SignInPrompt {
    /// The size of this struct in this library: later ones may have more members at the end.
    pub size: usize,
    /// The address to open.
    pub address: *const c_char,
    /// The code to enter there; null where a browser on this machine is to be opened.
    pub code: *const c_char,
    /// An address that has the code in it, for a picture to scan; may be null.
    pub address_with_code: *const c_char,
    /// How long the client waits, in seconds.
    pub seconds: u64,
}

/// Called first with a prompt to show, then without one (null) each time before the provider is asked again. Zero goes on; anything else
/// gives the sign-in up. It is called on the thread that called `lh_client_sign_in`, and must not throw.
pub type SignInCallback = Option<unsafe extern "C" fn(context: *mut c_void, prompt: *const SignInPrompt) -> i32>;

/// On any device, with a code.
pub const SIGN_IN_CODE: i32 = 0;
/// With a browser on this machine.
pub const SIGN_IN_BROWSER: i32 = 1;

/// Has the user sign in, and asks for a lease. Waits for the user: call it on a thread of its own.
///
/// # Safety
/// `callback` may be called with `context` until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lh_client_sign_in(
    client: ClientHandle,
    way: i32,
    callback: SignInCallback,
    context: *mut c_void,
) -> i32 {
    guard(|| {
        let open = find(client)?;
        let way = match way {
            SIGN_IN_CODE => SignInWay::Code,
            SIGN_IN_BROWSER => SignInWay::Browser,
            other => {
                return Err(Fault::argument(format!(
                    "way is {other}: LH_SIGN_IN_CODE or LH_SIGN_IN_BROWSER is wanted"
                )));
            }
        };
        let Some(callback) = callback else { return Err(Fault::argument("callback is null")) };
        let mut user = User { callback, context, given_up: false };
        Fault::of_outcome(&open.client.sign_in(way, &mut user)?.outcome)
    })
}

/// Gives the user's lease back and forgets the tokens.
#[unsafe(no_mangle)]
pub extern "C" fn lh_client_sign_out(client: ClientHandle) -> i32 {
    guard(|| match find(client)?.client.sign_out()?.released {
        Some(Released::Refused(refused)) => Err(Fault::refused(&refused)),
        Some(Released::Told { .. } | Released::NothingHeld | Released::PlaceKept | Released::Forgotten) | None => {
            Ok(())
        }
    })
}

/// The devices on which the user holds leases, as JSON. Waits for the network. Free it with `lh_free`.
///
/// # Safety
/// `out` points to a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lh_client_devices(client: ClientHandle, out: *mut *mut c_char) -> i32 {
    guard(|| {
        let open = find(client)?;
        writable(out, "out")?;
        let devices = json::devices(&open.client.devices()?);
        // SAFETY: as the caller promises.
        unsafe { give_text(&devices.to_string(), out) }
    })
}

/// Ends the user's leases on a device; writes 1 where there were any, else 0.
///
/// # Safety
/// `device` ends with a zero, `out` points to an `int32_t`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lh_client_free_device(client: ClientHandle, device: *const c_char, out: *mut i32) -> i32 {
    guard(|| {
        let open = find(client)?;
        writable(out, "out")?;
        // SAFETY: as the caller promises.
        let device = unsafe { text(device, "device") }?;
        let device: KeyId = device.parse().map_err(|_| Fault::argument("device is no id of a device"))?;
        let freed = open.client.free_device(device)?;
        // SAFETY: as the caller promises.
        unsafe { write(out, i32::from(freed), "out") }
    })
}

/// The program's callback, as the one who shows the user what to do.
struct User {
    callback: unsafe extern "C" fn(*mut c_void, *const SignInPrompt) -> i32,
    context: *mut c_void,
    given_up: bool,
}

impl User {
    fn call(&mut self, prompt: *const SignInPrompt) {
        // SAFETY: who called `lh_client_sign_in` promised that it may be called so until that returns.
        self.given_up |= unsafe { (self.callback)(self.context, prompt) } != 0;
    }
}

impl SignInUser for User {
    fn show(&mut self, prompt: &Prompt) {
        let (address, code, with_code, time) = match prompt {
            Prompt::Code { address, code, with_code, time } => (address, Some(code), with_code.as_ref(), time),
            Prompt::Browser { address, time } => (address, None, None, time),
        };
        let address = c_string(address);
        let [code, with_code] = [code, with_code].map(|text| text.map(|text| c_string(text)));
        let pointer = |text: &Option<std::ffi::CString>| text.as_ref().map_or(ptr::null(), |text| text.as_ptr());
        let shown = SignInPrompt {
            size: size_of::<SignInPrompt>(),
            address: address.as_ptr(),
            code: pointer(&code),
            address_with_code: pointer(&with_code),
            seconds: time.as_secs(),
        };
        self.call(ptr::from_ref(&shown));
    }

    fn wait(&mut self, time: Duration) -> ControlFlow<()> {
        // In short steps, so that a user who gives up is not waited for.
        let end = time.as_millis().div_ceil(STEP.as_millis());
        for _ in 0..end {
            if !self.given_up {
                self.call(ptr::null());
            }
            if self.given_up {
                return ControlFlow::Break(());
            }
            std::thread::sleep(STEP.min(time));
        }
        ControlFlow::Continue(())
    }
}

const STEP: Duration = Duration::from_millis(250);
