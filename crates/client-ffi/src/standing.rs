//! What a client may do now, as numbers.

use std::mem::{offset_of, size_of};

use leasehold_client::{Mode, Standing as ClientStanding, Status, Timestamp};

use crate::code;
use crate::fault::Fault;
use crate::input::size_of_struct;

/// What a client may do now. Set `size` before the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// The size of this struct: `sizeof(lh_standing)`.
    pub size: usize,
    /// `LH_UNACTIVATED`, `LH_LICENSED`, `LH_GRACE` or `LH_REDUCED`, as the manifest wants the application to go by it.
    pub standing: i32,
    /// The same without regard to the manifest's mode, for diagnosis.
    pub actual: i32,
    /// Why the client is not licensed, where it is in grace or reduced: a result code such as `LH_EXPIRED`; else `LH_OK`.
    pub why: i32,
    /// The manifest's mode: `LH_ENFORCE`, `LH_ADVISE` or `LH_OBSERVE`.
    pub mode: i32,
    /// When the standing ends by itself, in seconds since 1970; `LH_NEVER` where it does not.
    pub until: i64,
    /// When the client renews next, in seconds since 1970; `LH_NEVER` where there is nothing to renew.
    pub renew_at: i64,
    /// Whole days until the standing ends by itself; `LH_NEVER` where it does not.
    pub days_left: i64,
    /// The time that this was decided for, in seconds since 1970.
    pub now: i64,
    /// 1 where the clock of this machine is set back: `now` is then the time that is proven.
    pub clock_set_back: i32,
    /// Zero.
    pub reserved: i32,
}

/// No lease yet, within the manifest's initial grace: run, remind.
pub const UNACTIVATED: i32 = 1;
/// A valid lease: run.
pub const LICENSED: i32 = 2;
/// The lease has ended a short while ago, or the machine has become another one: run, warn.
pub const GRACE: i32 = 3;
/// Read-only, or as the vendor decides.
pub const REDUCED: i32 = 4;

/// The standing reaches the application as it is.
pub const ENFORCE: i32 = 0;
/// The application is never told that it is reduced.
pub const ADVISE: i32 = 1;
/// As `LH_ADVISE`, and all that is not licensed passes for licensed.
pub const OBSERVE: i32 = 2;

/// In the place of a time or a number of days: there is none.
pub const NEVER: i64 = -1;

impl Standing {
    pub(crate) fn of(status: &Status) -> Self {
        let standing = status.effective_standing();
        let renew_at = match standing {
            ClientStanding::Licensed { renew_at, .. } => renew_at,
            ClientStanding::Unactivated { .. } | ClientStanding::Grace { .. } | ClientStanding::Reduced { .. } => None,
        };
        Self {
            size: size_of::<Self>(),
            standing: number(&standing),
            actual: number(&status.standing),
            why: standing.why().map_or(code::OK, |why| code::number(why.code())),
            mode: match status.mode {
                Mode::Enforce => ENFORCE,
                Mode::Advise => ADVISE,
                Mode::Observe => OBSERVE,
            },
            until: time(standing.until().filter(|until| until.unix() != u64::MAX)),
            renew_at: time(renew_at),
            days_left: status.days_left().and_then(|days| i64::try_from(days).ok()).unwrap_or(NEVER),
            now: time(Some(status.clock.now)),
            clock_set_back: i32::from(status.clock.set_back),
            reserved: 0,
        }
    }

    /// Writes as much of it as the caller's struct has room for.
    ///
    /// # Safety
    /// `out` is null or points to a struct that may be written, of the size that it says.
    pub(crate) unsafe fn write(self, out: *mut Self) -> Result<(), Fault> {
        if out.is_null() {
            return Err(Fault::argument("out is null"));
        }
        // SAFETY: it is not null, and begins with its size, as the caller promises.
        let theirs = unsafe { size_of_struct(out, offset_of!(Self, reserved), "out") }?;
        let size = theirs.min(size_of::<Self>());
        let written = Self { size: theirs, ..self };
        // SAFETY: both are at least so large.
        unsafe { std::ptr::copy_nonoverlapping((&raw const written).cast::<u8>(), out.cast::<u8>(), size) };
        Ok(())
    }
}

fn number(standing: &ClientStanding) -> i32 {
    match standing {
        ClientStanding::Unactivated { .. } => UNACTIVATED,
        ClientStanding::Licensed { .. } => LICENSED,
        ClientStanding::Grace { .. } => GRACE,
        ClientStanding::Reduced { .. } => REDUCED,
    }
}

fn time(time: Option<Timestamp>) -> i64 {
    time.and_then(|time| i64::try_from(time.unix()).ok()).unwrap_or(NEVER)
}
