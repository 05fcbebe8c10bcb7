//! Writing to where the caller says.

use crate::fault::Fault;

/// Writes `value` to `out`.
///
/// # Safety
/// `out` is null or points to where a `T` may be written.
pub(crate) unsafe fn write<T>(out: *mut T, value: T, name: &str) -> Result<(), Fault> {
    if out.is_null() {
        return Err(Fault::argument(format!("{name} is null")));
    }
    if !out.is_aligned() {
        return Err(Fault::argument(format!("{name} is not aligned as its type has to be")));
    }
    // SAFETY: it is neither null nor misaligned, and points to such a place, as the caller promises.
    unsafe { out.write(value) };
    Ok(())
}

/// That something can be written to `out`, before work is done for it.
pub(crate) fn writable<T>(out: *const T, name: &str) -> Result<(), Fault> {
    if out.is_null() || !out.is_aligned() {
        return Err(Fault::argument(format!("{name} is null or not aligned")));
    }
    Ok(())
}
