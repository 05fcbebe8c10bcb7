//! Reading what the caller hands over: texts, bytes, structs that may be older or newer than this library.

use std::ffi::{CStr, c_char};
use std::mem::{MaybeUninit, size_of};
use std::ptr;
use std::slice;

use crate::code;
use crate::fault::Fault;

/// The text at `text`; `None` where that is null.
///
/// # Safety
/// `text` is null or points to bytes that end with a zero and are not changed while `'a` lasts.
pub(crate) unsafe fn optional_text<'a>(text: *const c_char, name: &str) -> Result<Option<&'a str>, Fault> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: as the caller promises.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map(Some).map_err(|_| Fault::argument(format!("{name} is not UTF-8")))
}

/// The text at `text`, which has to be there.
///
/// # Safety
/// As [`optional_text`].
pub(crate) unsafe fn text<'a>(text: *const c_char, name: &str) -> Result<&'a str, Fault> {
    // SAFETY: as the caller promises.
    let text = unsafe { optional_text(text, name) }?;
    text.ok_or_else(|| Fault::argument(format!("{name} is null")))
}

/// The bytes at `bytes`.
///
/// # Safety
/// `bytes` is null or points to `len` bytes that are not changed while `'a` lasts.
pub(crate) unsafe fn bytes<'a>(bytes: *const u8, len: usize, name: &str) -> Result<&'a [u8], Fault> {
    if bytes.is_null() {
        return Err(Fault::argument(format!("{name} is null")));
    }
    if len > MAX_BYTES {
        return Err(Fault::argument(format!("{name} is said to have {len} bytes: more than any document")));
    }
    // SAFETY: it is not null and not larger than memory can be; the rest is as the caller promises.
    Ok(unsafe { slice::from_raw_parts(bytes, len) })
}

/// A copy of the struct at `from`, whose first member says how large it is: what an older caller does not know is zero; what
/// a newer one knows and this library does not has to be zero.
///
/// # Safety
/// `from` points to a struct whose first member is a `usize` that says its size; all zeros are a `T`.
pub(crate) unsafe fn sized<T: Copy>(from: *const T, smallest: usize, name: &str) -> Result<T, Fault> {
    // SAFETY: as the caller promises.
    let size = unsafe { size_of_struct(from, smallest, name) }?;
    let known = size.min(size_of::<T>());
    let mut copy = MaybeUninit::<T>::zeroed();
    // SAFETY: both are at least that large, and the copy is a variable of this function.
    unsafe { ptr::copy_nonoverlapping(from.cast::<u8>(), copy.as_mut_ptr().cast::<u8>(), known) };
    if size > known {
        // SAFETY: the struct is as large as it says.
        let start = unsafe { from.cast::<u8>().add(known) };
        // SAFETY: as before.
        let rest = unsafe { slice::from_raw_parts(start, size - known) };
        if rest.iter().any(|byte| *byte != 0) {
            let told = format!("{name} sets what this library does not know yet");
            return Err(Fault::of_interface(code::ABI_MISMATCH, told, ABI_HINT));
        }
    }
    // SAFETY: zeros with the caller's bytes over them are a `T`.
    Ok(unsafe { copy.assume_init() })
}

/// The size that the struct at `from` says it has.
///
/// # Safety
/// `from` points to a struct whose first member is a `usize` that says its size.
pub(crate) unsafe fn size_of_struct<T>(from: *const T, smallest: usize, name: &str) -> Result<usize, Fault> {
    if !from.is_aligned() {
        return Err(Fault::argument(format!("{name} is not aligned as a struct has to be")));
    }
    // SAFETY: it is aligned, and begins with a size, as the caller promises.
    let size = unsafe { from.cast::<usize>().read() };
    if !(smallest..=MAX_STRUCT).contains(&size) {
        let told = format!("{name}.size is {size}: set it to the size of the struct");
        return Err(Fault::of_interface(code::ABI_MISMATCH, told, ABI_HINT));
    }
    Ok(size)
}

const ABI_HINT: &str =
    "build the program with the leasehold.h of the library that it loads, or load the library of its header";
/// More than any document, armoured and with many others in one file, has.
const MAX_BYTES: usize = 64 * 1_024 * 1_024;
/// More than any struct of this interface will ever have.
const MAX_STRUCT: usize = 4_096;
