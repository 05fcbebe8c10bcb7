//! What callers are given to keep until they free it: texts and bytes. The library owns all of it and knows each by its address, so
//! that freeing twice, or what is not the library's, does nothing.

use std::collections::HashMap;
use std::ffi::{c_char, c_void};
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::fault::{Fault, c_string};
use crate::output::write;

/// Frees a text or bytes that a function of this library has returned. Null, and what has been freed before, is left alone.
#[unsafe(no_mangle)]
pub extern "C" fn lh_free(memory: *mut c_void) {
    let freed = given().remove(&memory.addr());
    drop(freed);
}

/// Gives the caller a text.
///
/// # Safety
/// `out` is null or points to where a pointer may be written.
pub(crate) unsafe fn give_text(text: &str, out: *mut *mut c_char) -> Result<(), Fault> {
    let mut bytes = c_string(text).into_bytes_with_nul().into_boxed_slice();
    let address = bytes.as_mut_ptr();
    // SAFETY: as the caller promises.
    unsafe { write(out, address.cast::<c_char>(), "out") }?;
    keep(address.addr(), bytes);
    Ok(())
}

/// Gives the caller bytes.
///
/// # Safety
/// `out` and `len` are null or point to where a pointer and a length may be written.
pub(crate) unsafe fn give_bytes(bytes: Vec<u8>, out: *mut *mut u8, len: *mut usize) -> Result<(), Fault> {
    let mut bytes = bytes.into_boxed_slice();
    // SAFETY: as the caller promises.
    unsafe { write(len, bytes.len(), "len") }?;
    let address = bytes.as_mut_ptr();
    // SAFETY: as before.
    unsafe { write(out, address, "out") }?;
    keep(address.addr(), bytes);
    Ok(())
}

fn keep(address: usize, bytes: Box<[u8]>) {
    given().insert(address, bytes);
}

fn given() -> std::sync::MutexGuard<'static, HashMap<usize, Box<[u8]>>> {
    static GIVEN: LazyLock<Mutex<HashMap<usize, Box<[u8]>>>> = LazyLock::new(Mutex::default);
    GIVEN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;

    #[test]
    fn what_is_freed_twice_or_is_foreign_is_left_alone() {
        let mut text: *mut c_char = ptr::null_mut();
        // SAFETY: `text` is a variable of this test.
        unsafe { give_text("a text", &raw mut text) }.expect("a place to write to");
        let address = text.addr();
        assert!(given().contains_key(&address));
        lh_free(text.cast());
        assert!(!given().contains_key(&address));
        lh_free(text.cast());
        lh_free(ptr::null_mut());
        lh_free(ptr::from_ref(&address).cast_mut().cast());
    }

    #[test]
    fn nothing_is_kept_where_there_is_no_place_for_the_pointer() {
        // SAFETY: null is allowed.
        let given = unsafe { give_text("lost", ptr::null_mut()) };
        assert!(given.is_err());
    }
}
