//! The thread of the library that renews in the background, and its way to the program's callback.

use std::ffi::{c_char, c_void};
use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use leasehold_client::{Client, Error, Renewer, Status, Tick};
use leasehold_core::Code;

use crate::code;
use crate::fault::{Fault, c_string};
use crate::standing::Standing;

/// What a callback is told.
#[repr(C)]
#[derive(Debug)]
pub struct Event {
    /// The size of this struct in this library: later ones may have more members at the end.
    pub size: usize,
    /// `LH_EVENT_ATTEMPT` or `LH_EVENT_CHANGED`.
    pub kind: i32,
    /// Of an attempt: its result code. Of a change: `LH_OK`.
    pub result: i32,
    /// What went wrong, in one line; empty where nothing did. It lives as long as the callback runs.
    pub message: *const c_char,
    /// How the client stands now.
    pub standing: Standing,
}

/// The client has asked for a lease.
pub const EVENT_ATTEMPT: i32 = 1;
/// The standing, or the features, are others than before: by a lease or by the time.
pub const EVENT_CHANGED: i32 = 2;

/// Called on a thread of the library, one call at a time, and never after `lh_client_stop_renewing` or `lh_client_close` has
/// returned. It may call this library.
pub type Callback = Option<unsafe extern "C" fn(context: *mut c_void, event: *const Event)>;

/// The thread that renews, where one does.
#[derive(Debug, Default)]
pub(crate) struct Renewing {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Stopped,
    Running(Renewer, Arc<Gate>),
    /// The handle is closed.
    Closed,
}

impl Renewing {
    pub(crate) fn start(&self, client: &Arc<Client>, target: Target) -> Result<(), Fault> {
        let mut state = self.state();
        match *state {
            State::Stopped => {}
            State::Running(..) => {
                return Err(Fault::of_interface(
                    code::ALREADY_RENEWING,
                    "this client renews in the background already",
                    "call lh_client_stop_renewing first, to set another callback",
                ));
            }
            State::Closed => return Err(crate::handle::unknown()),
        }
        let gate =
            Arc::new(Gate { target: Mutex::new(target), closed: AtomicBool::new(false), inside: Mutex::default() });
        let [of_attempts, of_changes] = [Arc::clone(&gate), Arc::clone(&gate)];
        let asked = Arc::clone(client);
        let report = move |tick: Result<Tick, Error>| of_attempts.attempt(&asked, tick);
        let changed = move |_, status: &Status| of_changes.call(EVENT_CHANGED, code::OK, "", status);
        let renewer = Renewer::start_watching(Arc::clone(client), report, changed);
        let renewer =
            renewer.map_err(|error| Fault::of(Code::Internal, format!("no thread can be started: {error}")))?;
        *state = State::Running(renewer, gate);
        Ok(())
    }

    /// The callback is not called again once this returns. The thread ends by itself, after an attempt that is under way.
    pub(crate) fn stop(&self) {
        let mut state = self.state();
        if let State::Running(..) = *state {
            end(mem::take(&mut *state));
        }
    }

    /// As [`Self::stop`], for good.
    pub(crate) fn close(&self) {
        let former = mem::replace(&mut *self.state(), State::Closed);
        end(former);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn end(state: State) {
    if let State::Running(renewer, gate) = state {
        gate.close();
        drop(renewer);
    }
}

/// The way to the callback: one call at a time, none once it is closed.
#[derive(Debug)]
struct Gate {
    /// Held while the callback runs.
    target: Mutex<Target>,
    closed: AtomicBool,
    /// The thread that runs the callback now.
    inside: Mutex<Option<ThreadId>>,
}

impl Gate {
    fn attempt(&self, client: &Client, tick: Result<Tick, Error>) {
        let result = match tick {
            Ok(Tick::Asked(answer)) => Fault::of_outcome(&answer.outcome),
            Ok(Tick::Waits(_) | Tick::Busy) => Ok(()),
            Err(error) => Err(Fault::from(error)),
        };
        let (code, message) = result.as_ref().map_or_else(|fault| (fault.code(), fault.message()), |()| (code::OK, ""));
        self.call(EVENT_ATTEMPT, code, message, &client.status());
    }

    fn call(&self, kind: i32, result: i32, message: &str, status: &Status) {
        let target = self.target.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(callback) = target.callback.filter(|_| !self.closed.load(Ordering::SeqCst)) else { return };
        let message = c_string(message);
        let standing = Standing::of(status);
        let event = Event { size: mem::size_of::<Event>(), kind, result, message: message.as_ptr(), standing };
        *self.inside() = Some(thread::current().id());
        // SAFETY: who started renewing promised that it may be called so until it is stopped, which waits for this call.
        unsafe { callback(target.context, ptr::from_ref(&event)) };
        *self.inside() = None;
    }

    /// Waits for a callback that runs, unless this is called by it.
    fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        if *self.inside() != Some(thread::current().id()) {
            drop(self.target.lock());
        }
    }

    fn inside(&self) -> MutexGuard<'_, Option<ThreadId>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whom to call, with what.
#[derive(Debug)]
pub(crate) struct Target {
    callback: Callback,
    context: *mut c_void,
}

// SAFETY: the context is only handed back to the callback, which may be called on any thread, as who set it has promised.
unsafe impl Send for Target {}

impl Target {
    /// # Safety
    /// `callback` may be called with `context` on any thread.
    pub(crate) unsafe fn new(callback: Callback, context: *mut c_void) -> Self {
        Self { callback, context }
    }
}
