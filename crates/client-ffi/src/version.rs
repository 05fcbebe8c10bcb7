//! Which interface this library has, and which release it is.

use std::ffi::c_char;

use crate::code;
use crate::fault::{Fault, guard};

/// The version of this interface: the first number in the upper 16 bits, the second in the lower. Programs built with a header of
/// the same first number and a second one no higher than the library's work with it.
pub const ABI_VERSION: u32 = 1 << 16;

/// The version of the library's interface, as `LH_ABI_VERSION` is that of the header.
#[unsafe(no_mangle)]
pub extern "C" fn lh_abi_version() -> u32 {
    ABI_VERSION
}

/// The release of the library, such as `0.1.0`. Do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn lh_version() -> *const c_char {
    const VERSION: &std::ffi::CStr =
        match std::ffi::CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
            Ok(version) => version,
            Err(_) => c"",
        };
    VERSION.as_ptr()
}

/// Whether a program built with a header of version `header` works with this library: call it with `LH_ABI_VERSION` before anything
/// else, where the library is loaded at run time.
#[unsafe(no_mangle)]
pub extern "C" fn lh_check_abi(header: u32) -> i32 {
    guard(|| {
        let [ours, theirs] = [ABI_VERSION, header].map(|version| (version >> 16, version & 0xffff));
        if ours.0 == theirs.0 && theirs.1 <= ours.1 {
            return Ok(());
        }
        let message = format!(
            "the library has interface {}.{}, the program was built for {}.{}",
            ours.0, ours.1, theirs.0, theirs.1
        );
        Err(Fault::of_interface(code::ABI_MISMATCH, message, "install the library that the program was built for"))
    })
}
