//! Folders of Windows, as the system names them. The environment variables of these names are any user's to set, and are not read.

use std::path::PathBuf;
use std::ptr;

use windows_sys::Win32::Foundation::S_OK;
use windows_sys::Win32::System::Com::CoTaskMemFree;
use windows_sys::Win32::UI::Shell::{
    FOLDERID_LocalAppData, FOLDERID_ProgramData, FOLDERID_System, KF_FLAG_DONT_VERIFY, SHGetKnownFolderPath,
};
use windows_sys::core::GUID;

use crate::wide;

/// `%ProgramData%`: what programs keep for the machine.
pub fn program_data() -> Option<PathBuf> {
    known(&FOLDERID_ProgramData)
}

/// `%LOCALAPPDATA%`: what programs keep for the user of this process, on this machine alone.
pub fn local_app_data() -> Option<PathBuf> {
    known(&FOLDERID_LocalAppData)
}

/// `System32`: the system's own programs.
pub fn system() -> Option<PathBuf> {
    known(&FOLDERID_System)
}

/// The folder of this id, whether or not it is there.
fn known(id: &GUID) -> Option<PathBuf> {
    let mut path = ptr::null_mut();
    // SAFETY: the id lives until the call is over and the pointer may be written; no token stands for the user of this process.
    let result =
        unsafe { SHGetKnownFolderPath(id, KF_FLAG_DONT_VERIFY.cast_unsigned(), ptr::null_mut(), &raw mut path) };
    // SAFETY: the system has set the pointer to a text that ends with a zero, or to null.
    let found = PathBuf::from(unsafe { wide::os_text_at(path) });
    // SAFETY: the text was allocated by that call, it is copied, and null is taken too.
    unsafe { CoTaskMemFree(path.cast()) };
    (result == S_OK && found.is_absolute()).then_some(found)
}
