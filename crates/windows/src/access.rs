//! Files and folders for their owner and the system alone.
//!
//! The owner is whom the system makes owner of what the process creates: a user; for administrators and services of the system
//! the group of administrators. So what one administrator made, another and the system's services can read, as root's on Unix.

use std::ffi::c_void;
use std::fs::File;
use std::io;
use std::os::windows::io::{AsRawHandle, BorrowedHandle, FromRawHandle, OwnedHandle};
use std::path::Path;
use std::ptr;

use windows_sys::Win32::Foundation::{ERROR_SUCCESS, GENERIC_READ, GENERIC_WRITE, INVALID_HANDLE_VALUE, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertSecurityDescriptorToStringSecurityDescriptorW, ConvertSidToStringSidW,
    ConvertStringSecurityDescriptorToSecurityDescriptorW, GetNamedSecurityInfoW, SDDL_REVISION_1, SE_FILE_OBJECT,
    SE_KERNEL_OBJECT, SetNamedSecurityInfoW, SetSecurityInfo,
};
use windows_sys::Win32::Security::{
    ACL, DACL_SECURITY_INFORMATION, GetSecurityDescriptorDacl, GetSecurityDescriptorSacl, GetTokenInformation,
    LABEL_SECURITY_INFORMATION, LookupAccountNameW, LookupAccountSidW, OWNER_SECURITY_INFORMATION,
    PROTECTED_DACL_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, PSID, SECURITY_ATTRIBUTES, TOKEN_INFORMATION_CLASS,
    TOKEN_OWNER, TOKEN_QUERY, TOKEN_USER, TokenElevation, TokenOwner, TokenUser,
};
use windows_sys::Win32::Storage::FileSystem::{
    CREATE_NEW, CreateDirectoryW, CreateFileW, FILE_ATTRIBUTE_NORMAL, FILE_SHARE_DELETE, FILE_SHARE_READ,
    FILE_SHARE_WRITE,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use crate::{access_list, wide};

/// Makes a file that its owner and the system alone can open, and opens it for reading and writing. In a folder that is private
/// already it inherits that folder's list, so that a service's folder lets the service in.
///
/// # Errors
/// As the system's; [`io::ErrorKind::AlreadyExists`] where something is there.
pub fn create_file(path: &Path) -> io::Result<File> {
    let list = List::for_new(path, access_list::of_file)?;
    let name = wide::of_path(path)?;
    let share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    let attributes = list.attributes();
    let attributes = attributes.as_ref().map_or(ptr::null(), ptr::from_ref);
    let access = GENERIC_READ | GENERIC_WRITE;
    // SAFETY: the name ends with a zero; the attributes and the list that they point to live until the call is over.
    let handle = unsafe {
        CreateFileW(name.as_ptr(), access, share, attributes, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, ptr::null_mut())
    };
    if handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle was opened just now, and no one else closes it.
    Ok(File::from(unsafe { OwnedHandle::from_raw_handle(handle) }))
}

/// Makes a folder that its owner and the system alone can enter; what is made in it inherits that.
///
/// # Errors
/// As the system's; [`io::ErrorKind::AlreadyExists`] where something is there.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let list = List::for_new(path, access_list::of_folder)?;
    let name = wide::of_path(path)?;
    let attributes = list.attributes();
    let attributes = attributes.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: as for files.
    let done = unsafe { CreateDirectoryW(name.as_ptr(), attributes) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Makes a folder for a service, where there is none, and gives it to the service's account, as `list_for` says of it: with all that inherits
/// from it, and with what the folder kept for its owner before.
///
/// # Errors
/// As the system's; also where there is no such account.
pub fn give_folder(path: &Path, account: &str, list_for: fn(&str) -> String) -> io::Result<()> {
    let account = if account.eq_ignore_ascii_case("LocalSystem") { "SY".to_owned() } else { account_id(account)? };
    std::fs::create_dir_all(path)?;
    set_list(&Target::At(path), &list_for(&account))?;
    hand_over(path, &account)
}

/// What keeps others out by a list of its own inherits nothing: it is given to `account` one by one. Links lead elsewhere and are left.
fn hand_over(folder: &Path, account: &str) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let (path, kind) = entry.and_then(|entry| Ok((entry.path(), entry.file_type()?)))?;
        if kind.is_symlink() {
            continue;
        }
        let list_for = if kind.is_dir() { access_list::of_service_folder } else { access_list::of_service_file };
        let own = list(&path)?;
        if access_list::is_protected(&own) && !access_list::lets_everyone_in(&own) {
            set_list(&Target::At(&path), &list_for(account))?;
        }
        if kind.is_dir() {
            hand_over(&path, account)?;
        }
    }
    Ok(())
}

/// What has an access list.
pub(crate) enum Target<'a> {
    /// A file or folder.
    At(&'a Path),
    /// A pipe that is open.
    Open(BorrowedHandle<'a>),
}

/// Replaces the list of what is there by `sddl`, and its label where `sddl` has one.
pub(crate) fn set_list(target: &Target<'_>, sddl: &str) -> io::Result<()> {
    let list = List::parse(sddl)?;
    let (entries, label) = list.parts()?;
    let with_label = if label.is_null() { 0 } else { LABEL_SECURITY_INFORMATION };
    let what = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION | with_label;
    let none: PSID = ptr::null_mut();
    let status = match target {
        Target::At(path) => {
            let name = wide::of_path(path)?;
            // SAFETY: the name ends with a zero; entries and label are the descriptor's, which lives until the call is over.
            unsafe { SetNamedSecurityInfoW(name.as_ptr(), SE_FILE_OBJECT, what, none, none, entries, label) }
        }
        // SAFETY: the handle is open; entries and label as above.
        Target::Open(pipe) => unsafe {
            SetSecurityInfo(pipe.as_raw_handle(), SE_KERNEL_OBJECT, what, none, none, entries, label)
        },
    };
    if status == ERROR_SUCCESS { Ok(()) } else { Err(io::Error::from_raw_os_error(status.cast_signed())) }
}

/// The id of the account of this name: `NT SERVICE\LeaseholdHost`.
fn account_id(name: &str) -> io::Result<String> {
    let name = wide::of(name);
    let (mut id, mut domain, mut kind) = ([0_u64; 16], [0_u16; 256], 0);
    let (mut id_room, mut domain_room) = (u32::try_from(size_of_val(&id)).expect("a few bytes"), 256);
    let place = id.as_mut_ptr().cast::<c_void>();
    // SAFETY: the name ends with a zero; each answer has as much room as is said.
    let found = unsafe {
        LookupAccountNameW(
            ptr::null(),
            name.as_ptr(),
            place,
            &raw mut id_room,
            domain.as_mut_ptr(),
            &raw mut domain_room,
            &raw mut kind,
        )
    };
    if found == 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the system has written the id at `place`, which lives on.
    unsafe { id_text(place) }
}

/// The access list of a file or folder, in the text form.
///
/// # Errors
/// As the system's.
pub fn list(path: &Path) -> io::Result<String> {
    describe(path, DACL_SECURITY_INFORMATION)
}

/// The parts `what` of the descriptor of a file or folder, in the text form.
fn describe(path: &Path, what: u32) -> io::Result<String> {
    let name = wide::of_path(path)?;
    let mut descriptor: PSECURITY_DESCRIPTOR = ptr::null_mut();
    let none = ptr::null_mut();
    // SAFETY: the name ends with a zero; of the answers the descriptor alone is asked for, which `List` frees.
    let status = unsafe {
        GetNamedSecurityInfoW(
            name.as_ptr(),
            SE_FILE_OBJECT,
            what,
            none,
            none,
            ptr::null_mut(),
            ptr::null_mut(),
            &raw mut descriptor,
        )
    };
    if status != ERROR_SUCCESS {
        return Err(io::Error::from_raw_os_error(status.cast_signed()));
    }
    let descriptor = List(descriptor);
    let mut text = ptr::null_mut();
    // SAFETY: the descriptor is the system's own; the text is freed by `take_text`.
    let done = unsafe {
        ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor.0,
            SDDL_REVISION_1,
            what,
            &raw mut text,
            ptr::null_mut(),
        )
    };
    // SAFETY: where it succeeded the text is the system's, ends with a zero, and is used here alone.
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(unsafe { take_text(text) }) }
}

/// Whom the system makes owner of what this process creates.
///
/// # Errors
/// As the system's.
pub fn owner() -> io::Result<String> {
    let answer = token(TokenOwner)?;
    // SAFETY: the system has written this structure at the start; what it points to lies behind it.
    let id = unsafe { (*answer.as_ptr().cast::<TOKEN_OWNER>()).Owner };
    // SAFETY: the account's id is the system's own, and `answer` holds it still.
    unsafe { id_text(id) }
}

/// The user whose process this is, whether started as administrator or not.
///
/// # Errors
/// As the system's.
pub fn user() -> io::Result<String> {
    let answer = token(TokenUser)?;
    // SAFETY: the system has written this structure at the start; what it points to lies behind it.
    let id = unsafe { (*answer.as_ptr().cast::<TOKEN_USER>()).User.Sid };
    // SAFETY: the account's id is the system's own, and `answer` holds it still.
    unsafe { id_text(id) }
}

/// The name of the user whose process this is, behind that of the domain or machine that knows the user: `CORP\ann`.
///
/// # Errors
/// As the system's; also where a domain does not answer.
pub fn user_name() -> io::Result<String> {
    let answer = token(TokenUser)?;
    // SAFETY: as for `user`.
    let id = unsafe { (*answer.as_ptr().cast::<TOKEN_USER>()).User.Sid };
    let (mut name, mut domain, mut kind) = ([0_u16; 257], [0_u16; 257], 0);
    let (mut name_room, mut domain_room) = (257, 257);
    // SAFETY: the account's id is the system's own, and `answer` holds it still; each answer has as much room as is said.
    let found = unsafe {
        LookupAccountSidW(
            ptr::null(),
            id,
            name.as_mut_ptr(),
            &raw mut name_room,
            domain.as_mut_ptr(),
            &raw mut domain_room,
            &raw mut kind,
        )
    };
    if found == 0 {
        return Err(io::Error::last_os_error());
    }
    let (name, domain) = (wide::text(&name), wide::text(&domain));
    Ok(if domain.is_empty() { name } else { format!(r"{domain}\{name}") })
}

/// The id of an account as a text.
///
/// # Safety
/// `id` is the system's own and lives until the call is over.
unsafe fn id_text(id: PSID) -> io::Result<String> {
    let mut text = ptr::null_mut();
    // SAFETY: by the caller's promise.
    let done = unsafe { ConvertSidToStringSidW(id, &raw mut text) };
    // SAFETY: where it succeeded the text is the system's, ends with a zero, and is used here alone.
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(unsafe { take_text(text) }) }
}

/// Whether this process may act for the whole machine: an administrator's that was started as such, or a service's.
pub fn is_administrator() -> bool {
    let elevated = token(TokenElevation).is_ok_and(|answer| answer[0] & u64::from(u32::MAX) != 0);
    elevated || owner().is_ok_and(|owner| is_of_machine(&owner))
}

/// Whether the machine's administrators, the system or a service own this file or folder: no ordinary user has put it there.
pub fn is_administrators(path: &Path) -> bool {
    let Ok(text) = describe(path, OWNER_SECURITY_INFORMATION) else { return false };
    let found = text.trim_start_matches("O:");
    let own = || is_administrator() && owner().is_ok_and(|own| own == found);
    is_of_machine(found) || own()
}

/// Administrators, the system, its local and its network service, and single services.
fn is_of_machine(account: &str) -> bool {
    ["BA", "SY", "LS", "NS", "S-1-5-32-544", "S-1-5-18", "S-1-5-19", "S-1-5-20"].contains(&account)
        || account.starts_with("S-1-5-80-")
}

/// What the system says of this process's account; aligned for each of its structures, and in one place on the heap: what it points to lies
/// within.
fn token(what: TOKEN_INFORMATION_CLASS) -> io::Result<Box<[u64; 32]>> {
    let mut token = ptr::null_mut();
    // SAFETY: the number stands for this process and is not closed.
    let process = unsafe { GetCurrentProcess() };
    // SAFETY: the process is this one, and the token's handle may be written.
    let opened = unsafe { OpenProcessToken(process, TOKEN_QUERY, &raw mut token) };
    if opened == 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle was opened just now, and no one else closes it.
    let _closed_at_the_end = unsafe { OwnedHandle::from_raw_handle(token) };
    let (mut answer, mut filled) = (Box::new([0_u64; 32]), 0);
    let room = u32::try_from(size_of_val(&*answer)).expect("a few bytes");
    // SAFETY: the pointer is to `room` bytes that may be written.
    let told = unsafe { GetTokenInformation(token, what, answer.as_mut_ptr().cast(), room, &raw mut filled) };
    if told == 0 { Err(io::Error::last_os_error()) } else { Ok(answer) }
}

/// A security descriptor that the system has allocated; null where what is made inherits its folder's list.
struct List(PSECURITY_DESCRIPTOR);

impl List {
    /// The list of what is made at `path`.
    fn for_new(path: &Path, list_for: fn(&str) -> String) -> io::Result<Self> {
        let owner = owner()?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let kept = list(folder).is_ok_and(|list| access_list::is_private(&list, &owner));
        if kept { Ok(Self(ptr::null_mut())) } else { Self::parse(&list_for(&owner)) }
    }

    fn parse(sddl: &str) -> io::Result<Self> {
        let (text, mut list) = (wide::of(sddl), ptr::null_mut());
        // SAFETY: the text ends with a zero; the list is freed when `List` goes.
        let done = unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                text.as_ptr(),
                SDDL_REVISION_1,
                &raw mut list,
                ptr::null_mut(),
            )
        };
        if done == 0 { Err(io::Error::last_os_error()) } else { Ok(Self(list)) }
    }

    /// Its entries, and its label where it has one; the list must outlive them.
    fn parts(&self) -> io::Result<(*const ACL, *const ACL)> {
        let (mut present, mut entries, mut label, mut default) = (0, ptr::null_mut(), ptr::null_mut(), 0);
        // SAFETY: the descriptor is the system's own, and all three answers may be written.
        let read = unsafe { GetSecurityDescriptorDacl(self.0, &raw mut present, &raw mut entries, &raw mut default) };
        if read == 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: as before.
        let read = unsafe { GetSecurityDescriptorSacl(self.0, &raw mut present, &raw mut label, &raw mut default) };
        if read == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok((entries, if present == 0 { ptr::null() } else { label }))
    }

    /// What calls that create take; the list must outlive it.
    fn attributes(&self) -> Option<SECURITY_ATTRIBUTES> {
        let length = u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).expect("a few bytes");
        let list = self.0;
        (!list.is_null()).then_some(SECURITY_ATTRIBUTES {
            nLength: length,
            lpSecurityDescriptor: list,
            bInheritHandle: 0,
        })
    }
}

impl Drop for List {
    fn drop(&mut self) {
        // SAFETY: the system allocated it for this alone; freeing null does nothing.
        unsafe { LocalFree(self.0) };
    }
}

/// The text, which is freed.
///
/// # Safety
/// `text` was allocated by the system, ends with a zero, and is not used afterwards.
unsafe fn take_text(text: *mut u16) -> String {
    // SAFETY: by the caller's promise.
    let taken = unsafe { wide::text_at(text) };
    // SAFETY: by the caller's promise.
    unsafe { LocalFree(text.cast::<c_void>()) };
    taken
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek, Write};

    use super::*;

    #[test]
    fn a_secret_file_and_folder_let_in_no_one_but_owner_and_system() {
        let base = tempfile::tempdir().unwrap();
        let (file, folder) = (base.path().join("key"), base.path().join("state"));
        let mut made = create_file(&file).unwrap();
        made.write_all(b"secret").unwrap();
        made.rewind().unwrap();
        let mut read = String::new();
        made.read_to_string(&mut read).unwrap();
        assert_eq!(read, "secret");
        create_folder(&folder).unwrap();
        for path in [&file, &folder] {
            let list = list(path).unwrap();
            assert!(!list.contains(";;;WD)") && !list.contains(";;;BU)") && !list.contains(";;;AU)"), "{list}");
        }
        assert_eq!(create_file(&file).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(create_folder(&folder).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }

    #[test]
    fn a_long_path_is_as_good_as_a_short_one() {
        let base = tempfile::tempdir().unwrap();
        let mut folder = base.path().to_owned();
        for _ in 0..6 {
            folder = folder.join("a".repeat(60));
            create_folder(&folder).unwrap();
        }
        create_file(&folder.join("key")).unwrap();
    }

    #[test]
    fn a_folder_is_given_to_an_account_that_there_is() {
        let base = tempfile::tempdir().unwrap();
        let folder = base.path().join("host");
        std::fs::create_dir_all(folder.join("below")).unwrap();
        create_file(&folder.join("below/kept")).unwrap();
        for list in [access_list::of_service_folder, access_list::of_shared_folder] {
            for account in ["SYSTEM", "LocalSystem"] {
                give_folder(&folder, account, list).unwrap();
            }
        }
        // Wine knows no group of administrators, so that what the list says can be read on Windows alone.
        create_file(&folder.join("key")).unwrap();
        File::options().read(true).write(true).open(folder.join("below/kept")).unwrap();
        let other = base.path().join("other");
        assert!(give_folder(&other, "no such account", access_list::of_service_folder).is_err());
        assert!(!other.exists(), "what is given to no one is not made");
    }

    #[test]
    fn the_user_has_a_name_that_no_variable_changes() {
        let name = user_name().unwrap();
        let (_, own) = name.rsplit_once('\\').unwrap_or(("", &name));
        assert!(!own.is_empty(), "{name}");
        // The name leads to the account again.
        assert_eq!(account_id(&name).unwrap(), user().unwrap(), "{name}");
    }

    #[test]
    fn the_owner_is_an_account() {
        for account in [owner(), user()] {
            assert!(account.as_ref().unwrap().starts_with("S-1-5-"), "{account:?}");
        }
    }
}
