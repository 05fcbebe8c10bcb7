//! Why a call failed: a result code from every function, the words for the calling thread; panics end here.

use std::any::Any;
use std::cell::RefCell;
use std::ffi::{CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use leasehold_client::{Error, Outcome, Refused};
use leasehold_core::Code;

use crate::code::{self, name_of};

/// Why the last call on this thread failed. The texts live until the next call of this library on the same thread.
#[repr(C)]
#[derive(Debug)]
pub struct LastError {
    /// The result code; `LH_OK` where the last call did not fail.
    pub code: i32,
    /// The code's stable name, such as `threshold-not-met`; empty where nothing failed.
    pub name: *const c_char,
    /// What went wrong, in one line.
    pub message: *const c_char,
    /// What to do about it, in one line; may be empty.
    pub hint: *const c_char,
}

/// Why the last call on this thread failed. Null only while the thread ends; do not free it. `lh_free`, `lh_result_name` and the
/// functions that say a version leave it as it is.
#[unsafe(no_mangle)]
pub extern "C" fn lh_last_error() -> *const LastError {
    let shown = LAST.try_with(|last| last.try_borrow().map_or(ptr::null(), |last| &raw const last.shown));
    shown.unwrap_or(ptr::null())
}

/// The stable name of a result code; `unknown` where this release does not know the number. Do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn lh_result_name(code: i32) -> *const c_char {
    // Names are short and few, and live as long as the library.
    static NAMES: std::sync::LazyLock<std::collections::HashMap<i32, CString>> = std::sync::LazyLock::new(|| {
        let named = code::NUMBERS.lines().filter_map(|line| line.split_once(' ')?.0.parse().ok());
        named.map(|number| (number, c_string(name_of(number).unwrap_or_default()))).collect()
    });
    NAMES.get(&code).map_or(c"unknown".as_ptr(), |name| name.as_ptr())
}

/// Why a call failed.
#[derive(Debug)]
pub(crate) struct Fault {
    code: i32,
    message: String,
    hint: String,
}

impl Fault {
    /// A failure with one of Leasehold's codes.
    pub(crate) fn of(code: Code, message: impl Into<String>) -> Self {
        Self { code: code::number(code), message: message.into(), hint: code.hint().to_owned() }
    }

    /// The same with a hint of its own.
    pub(crate) fn with_hint(code: Code, message: impl Into<String>, hint: String) -> Self {
        Self { hint, ..Self::of(code, message) }
    }

    /// An argument that cannot be used.
    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self {
            code: code::INVALID_ARGUMENT,
            message: message.into(),
            hint: "leasehold.h says what each argument has to be".to_owned(),
        }
    }

    /// A failure that only callers of this interface can bring about.
    pub(crate) fn of_interface(code: i32, message: impl Into<String>, hint: &str) -> Self {
        Self { code, message: message.into(), hint: hint.to_owned() }
    }

    /// A refusal by a host or an authority.
    pub(crate) fn refused(refused: &Refused) -> Self {
        let hint = refused.known().map_or_else(|| refused.detail.clone(), |code| code.hint().to_owned());
        Self { code: code::number(refused.known().unwrap_or(Code::Refused)), message: refused.to_string(), hint }
    }

    /// Whether there is a lease; a refusal is a fault with its code.
    pub(crate) fn of_outcome(outcome: &Outcome) -> Result<(), Self> {
        match outcome {
            Outcome::Granted(_) | Outcome::Held(_) | Outcome::Read(_) => Ok(()),
            Outcome::Refused(refused) => Err(Self::refused(refused)),
        }
    }

    fn panicked(payload: &(dyn Any + Send)) -> Self {
        let words = payload.downcast_ref::<&str>().copied();
        let words = words.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Self::of(Code::Internal, format!("the library has failed: {}", words.unwrap_or("no words")))
    }

    pub(crate) const fn code(&self) -> i32 {
        self.code
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match &error {
            Error::UserRefused(refused) => Self::refused(refused),
            error => Self::of(error.code(), error.to_string()),
        }
    }
}

/// Runs the body of a function that C calls: its result becomes a code, and a panic becomes one too.
pub(crate) fn guard(body: impl FnOnce() -> Result<(), Fault>) -> i32 {
    let fault = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => None,
        Ok(Err(fault)) => Some(fault),
        Err(payload) => {
            let fault = Fault::panicked(payload.as_ref());
            // What is thrown may panic again where it is dropped.
            std::mem::forget(payload);
            Some(fault)
        }
    };
    let code = fault.as_ref().map_or(code::OK, |fault| fault.code);
    // A thread that ends has no last error any more.
    let _ = LAST.try_with(|last| {
        if let Ok(mut last) = last.try_borrow_mut() {
            *last = Last::new(fault);
        }
    });
    code
}

/// The last error with the texts that it points to.
struct Last {
    shown: LastError,
    _texts: Option<[CString; 2]>,
}

impl Last {
    fn new(fault: Option<Fault>) -> Self {
        let Some(Fault { code, message, hint }) = fault else {
            let none = c"".as_ptr();
            return Self { shown: LastError { code: code::OK, name: none, message: none, hint: none }, _texts: None };
        };
        let texts = [c_string(&message), c_string(&hint)];
        let [message, hint] = [texts[0].as_ptr(), texts[1].as_ptr()];
        Self { shown: LastError { code, name: lh_result_name(code), message, hint }, _texts: Some(texts) }
    }
}

/// A text for C, which ends at its first zero.
pub(crate) fn c_string(text: &str) -> CString {
    let end = text.find('\0').unwrap_or(text.len());
    CString::new(&text[..end]).unwrap_or_default()
}

thread_local! {
    static LAST: RefCell<Last> = RefCell::new(Last::new(None));
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;

    fn last() -> (i32, String, String) {
        // SAFETY: the pointer is to this thread's last error, and no call of the library comes between.
        let last = unsafe { &*lh_last_error() };
        // SAFETY: its texts end with a zero and live as long.
        let text = |text| unsafe { CStr::from_ptr(text) }.to_str().expect("UTF-8").to_owned();
        (last.code, text(last.name), text(last.message))
    }

    #[test]
    fn a_panic_is_a_result_code_with_its_words() {
        let code = guard(|| panic!("a {}", "bug"));
        assert_eq!(code, code::number(Code::Internal));
        assert_eq!(last(), (code, "internal".to_owned(), "the library has failed: a bug".to_owned()));
        assert_eq!(guard(|| Ok(())), code::OK);
        assert_eq!(last(), (code::OK, String::new(), String::new()));
    }

    #[test]
    fn a_message_with_a_zero_in_it_ends_there() {
        guard(|| Err(Fault::argument("a\0b")));
        assert_eq!(last(), (code::INVALID_ARGUMENT, "invalid-argument".to_owned(), "a".to_owned()));
    }

    #[test]
    fn each_thread_has_its_own_last_error() {
        guard(|| Err(Fault::argument("mine")));
        std::thread::spawn(|| assert_eq!(last().0, code::OK)).join().expect("it holds");
        assert_eq!(last().2, "mine");
    }
}
