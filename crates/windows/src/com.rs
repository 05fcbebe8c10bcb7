//! The few interfaces of COM through which WMI is read. `windows-sys` has no interfaces, so their tables stand here, up to the last function
//! that is called; functions that could change or start something are not declared.

use std::ffi::c_void;
use std::io;
use std::ptr::{self, NonNull};

use windows_sys::Win32::Foundation::{RPC_E_CHANGED_MODE, SysAllocString, SysFreeString, SysStringLen};
use windows_sys::Win32::System::Com::{COINIT_MULTITHREADED, CoInitializeEx, CoUninitialize};
use windows_sys::Win32::System::Variant::{
    VARIANT, VT_BOOL, VT_BSTR, VT_I1, VT_I2, VT_I4, VT_UI1, VT_UI2, VT_UI4, VariantClear,
};
use windows_sys::core::{BSTR, GUID, HRESULT};

use crate::wide;

/// `IUnknown`. The three functions that every interface begins with.
#[repr(C)]
pub(crate) struct Unknown {
    query_interface: unsafe extern "system" fn(*mut c_void, *const GUID, *mut *mut c_void) -> HRESULT,
    add_reference: unsafe extern "system" fn(*mut c_void) -> u32,
    release: unsafe extern "system" fn(*mut c_void) -> u32,
}

/// A function that is not called here, whatever its signature.
type NotCalled = *const c_void;

/// `IWbemLocator`.
#[repr(C)]
pub(crate) struct Locator {
    unknown: Unknown,
    pub(crate) connect_server: unsafe extern "system" fn(
        *mut c_void,
        BSTR,
        BSTR,
        BSTR,
        BSTR,
        i32,
        BSTR,
        *mut c_void,
        *mut *mut c_void,
    ) -> HRESULT,
}

/// `IWbemServices`.
#[repr(C)]
pub(crate) struct Services {
    unknown: Unknown,
    before_object: [NotCalled; 3],
    pub(crate) object:
        unsafe extern "system" fn(*mut c_void, BSTR, i32, *mut c_void, *mut *mut c_void, *mut *mut c_void) -> HRESULT,
    before_query: [NotCalled; 13],
    pub(crate) query: unsafe extern "system" fn(*mut c_void, BSTR, BSTR, i32, *mut c_void, *mut *mut c_void) -> HRESULT,
}

/// `IEnumWbemClassObject`.
#[repr(C)]
pub(crate) struct Instances {
    unknown: Unknown,
    reset: NotCalled,
    pub(crate) next: unsafe extern "system" fn(*mut c_void, i32, u32, *mut *mut c_void, *mut u32) -> HRESULT,
}

/// `IWbemClassObject`.
#[repr(C)]
pub(crate) struct Object {
    unknown: Unknown,
    qualifiers: NotCalled,
    pub(crate) value:
        unsafe extern "system" fn(*mut c_void, *const u16, i32, *mut VARIANT, *mut i32, *mut i32) -> HRESULT,
}

/// A counted reference to an object whose interface has the table `T`; released when it goes.
pub(crate) struct Com<T>(NonNull<*const T>);

impl<T> Com<T> {
    /// The object that a call gave out.
    ///
    /// # Safety
    /// `given` is null or an object with the interface `T`, and its reference is this one's own.
    pub(crate) unsafe fn given(given: *mut c_void) -> io::Result<Self> {
        NonNull::new(given.cast()).map(Self).ok_or_else(|| io::Error::other("an object is missing"))
    }

    /// What its functions take in the first place.
    pub(crate) fn this(&self) -> *mut c_void {
        self.0.as_ptr().cast()
    }

    /// Its functions.
    pub(crate) fn functions(&self) -> &T {
        // SAFETY: an object begins with a pointer to its table, which lives as long as the object's code.
        unsafe { &**self.0.as_ptr() }
    }
}

impl<T> Drop for Com<T> {
    fn drop(&mut self) {
        // SAFETY: every table begins with `Unknown`, and this reference is not used again.
        let unknown = unsafe { &*(*self.0.as_ptr()).cast::<Unknown>() };
        // SAFETY: as above.
        unsafe { (unknown.release)(self.this()) };
    }
}

/// This thread's right to use COM.
pub(crate) struct Apartment(bool);

impl Apartment {
    pub(crate) fn enter() -> io::Result<Self> {
        // SAFETY: it may be called on any thread; what succeeds is undone when this goes.
        match unsafe { CoInitializeEx(ptr::null(), COINIT_MULTITHREADED.cast_unsigned()) } {
            // Someone else has entered it in another way, which is good enough.
            RPC_E_CHANGED_MODE => Ok(Self(false)),
            code => done(code).map(|()| Self(true)),
        }
    }
}

impl Drop for Apartment {
    fn drop(&mut self) {
        if self.0 {
            // SAFETY: it undoes the one call that succeeded on this thread.
            unsafe { CoUninitialize() };
        }
    }
}

/// A text as COM passes it.
pub(crate) struct Text(pub(crate) BSTR);

impl Text {
    pub(crate) fn new(text: &str) -> Self {
        // SAFETY: the text ends with a zero, and is copied.
        Self(unsafe { SysAllocString(wide::of(text).as_ptr()) })
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        // SAFETY: it was allocated for this alone; freeing null does nothing.
        unsafe { SysFreeString(self.0) };
    }
}

/// A value of some kind, which is cleared when it goes.
pub(crate) struct Value(pub(crate) VARIANT);

impl Value {
    pub(crate) fn empty() -> Self {
        Self(VARIANT::default())
    }

    /// The value as text, as PowerShell writes it; `None` for nothing, lists and objects. A number of `unsigned` kind comes in a signed one.
    pub(crate) fn text(&self, unsigned: bool) -> Option<String> {
        // SAFETY: every kind of value has its kind in this place.
        let inner = unsafe { &self.0.Anonymous.Anonymous };
        let held = &inner.Anonymous;
        // SAFETY: in each case the kind says which of the union's fields was written.
        unsafe {
            match inner.vt {
                VT_BSTR => Some(of_text(held.bstrVal)),
                VT_BOOL => Some(if held.boolVal == 0 { "False" } else { "True" }.to_owned()),
                VT_I4 | VT_UI4 if unsigned => Some(held.lVal.cast_unsigned().to_string()),
                VT_I4 => Some(held.lVal.to_string()),
                VT_UI4 => Some(held.ulVal.to_string()),
                VT_I2 => Some(held.iVal.to_string()),
                VT_UI2 => Some(held.uiVal.to_string()),
                VT_I1 | VT_UI1 => Some(held.bVal.to_string()),
                _ => None,
            }
        }
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        // SAFETY: it is empty or was filled by the system, and is not used again.
        unsafe { VariantClear(&raw mut self.0) };
    }
}

/// # Safety
/// `text` is null or a text of COM.
unsafe fn of_text(text: BSTR) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: by the caller's promise.
    let length = unsafe { SysStringLen(text) };
    // SAFETY: the text has so many units.
    let units = unsafe { std::slice::from_raw_parts(text, usize::try_from(length).unwrap_or(0)) };
    String::from_utf16_lossy(units)
}

/// Whether a call succeeded. The system has no words for most of these codes.
pub(crate) fn done(code: HRESULT) -> io::Result<()> {
    if code < 0 { Err(io::Error::other(format!("it answers 0x{:08X}", code.cast_unsigned()))) } else { Ok(()) }
}
