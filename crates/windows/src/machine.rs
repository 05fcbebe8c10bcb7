//! The parts of this machine. Nothing here waits: the system answers from what it holds in memory.

use std::ffi::c_void;
use std::fs::File;
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::AsRawHandle;
use std::path::Path;
use std::ptr;

use windows_sys::Win32::Storage::FileSystem::GetDiskFreeSpaceExW;
use windows_sys::Win32::System::IO::DeviceIoControl;
use windows_sys::Win32::System::Ioctl::IOCTL_STORAGE_QUERY_PROPERTY;
use windows_sys::Win32::System::SystemInformation::{
    ComputerNamePhysicalDnsHostname, GetComputerNameExW, GetSystemFirmwareTable, GetSystemWindowsDirectoryW, RSMB,
};

use crate::smbios::Smbios;
use crate::{descriptor, registry, wide};

/// The id that the system was given when it was installed.
pub fn machine_guid() -> Option<String> {
    registry::text(r"SOFTWARE\Microsoft\Cryptography", "MachineGuid")
}

/// What the firmware says.
pub fn smbios() -> Smbios {
    let mut table = Vec::new();
    // Asked without room, the system says how much it takes; the table does not change while the system runs.
    for _ in 0..2 {
        let room = u32::try_from(table.len()).unwrap_or(u32::MAX);
        // SAFETY: the pointer is to `room` bytes that may be written; where there are none it is not used.
        let length = unsafe { GetSystemFirmwareTable(RSMB, 0, table.as_mut_ptr(), room) };
        let length = usize::try_from(length).unwrap_or(0);
        if length > 0 && length <= table.len() {
            return Smbios::parse(&table[..length]);
        }
        table = vec![0; length.min(MAX_TABLE)];
    }
    Smbios::default()
}

/// The serial number of the disk that the system was started from.
pub fn system_disk_serial() -> Option<String> {
    let mut folder = [0_u16; 260];
    // SAFETY: the pointer is to 260 units that may be written.
    let length = unsafe { GetSystemWindowsDirectoryW(folder.as_mut_ptr(), 260) };
    let drive: String = wide::text(&folder).chars().take(2).collect();
    if length == 0 || !drive.ends_with(':') {
        return None;
    }
    let mut extents = [0; 256];
    let volume = device(&drive).ok()?;
    let length = control(&volume, IOCTL_VOLUME_GET_VOLUME_DISK_EXTENTS, &[], &mut extents).ok()?;
    let disk = device(&format!("PhysicalDrive{}", descriptor::first_disk(&extents[..length])?)).ok()?;
    let mut answer = [0; 1024];
    // A query of all zeros asks for the device's own descriptor.
    let length = control(&disk, IOCTL_STORAGE_QUERY_PROPERTY, &[0; 12], &mut answer).ok()?;
    descriptor::disk_serial(&answer[..length])
}

/// Maker, family and model of the processor: what does not change with clock or microcode.
#[cfg(target_arch = "x86_64")]
pub fn processor() -> Option<String> {
    use std::arch::x86_64::__cpuid;

    let maker = __cpuid(0);
    let maker: Vec<u8> = [maker.ebx, maker.edx, maker.ecx].into_iter().flat_map(u32::to_le_bytes).collect();
    let version = __cpuid(1).eax;
    let (family, model) = ((version >> 8) & 0xf, (version >> 4) & 0xf);
    let whole_family = if family == 0xf { family + ((version >> 20) & 0xff) } else { family };
    let whole_model = if family == 6 || family == 0xf { model + ((version >> 12) & 0xf0) } else { model };
    Some(format!("{}-{whole_family}-{whole_model}", String::from_utf8_lossy(&maker).trim()))
}

/// What the system says of the processor: users cannot set it.
#[cfg(not(target_arch = "x86_64"))]
pub fn processor() -> Option<String> {
    registry::text(r"HARDWARE\DESCRIPTION\System\CentralProcessor\0", "Identifier")
}

/// Bytes that are free for this user on the volume of `folder`, and all of them.
pub fn room(folder: &Path) -> Option<(u64, u64)> {
    let name = wide::of_path(folder).ok()?;
    let (mut free, mut all) = (0, 0);
    // SAFETY: the name ends with a zero, and both numbers may be written.
    let done = unsafe { GetDiskFreeSpaceExW(name.as_ptr(), &raw mut free, &raw mut all, ptr::null_mut()) };
    (done != 0).then_some((free, all))
}

/// What this machine is called in DNS, without its domain.
pub fn host_name() -> Option<String> {
    let mut name = [0_u16; 256];
    let mut length = 256;
    // SAFETY: the pointer is to `length` units that may be written.
    let done = unsafe { GetComputerNameExW(ComputerNamePhysicalDnsHostname, name.as_mut_ptr(), &raw mut length) };
    (done != 0).then(|| wide::text(&name)).filter(|name| !name.is_empty())
}

/// Opens a device to ask about it, which every user may.
fn device(name: &str) -> io::Result<File> {
    File::options().access_mode(0).open(format!(r"\\.\{name}"))
}

/// Asks a device; how many bytes of `output` it filled.
fn control(device: &File, code: u32, input: &[u8], output: &mut [u8]) -> io::Result<usize> {
    let (room, mut filled) = (u32::try_from(output.len()).unwrap_or(u32::MAX), 0);
    let asked = u32::try_from(input.len()).unwrap_or(u32::MAX);
    let (input, output): (*const c_void, *mut c_void) = (input.as_ptr().cast(), output.as_mut_ptr().cast());
    // SAFETY: the handle is open, and both pointers are to as many bytes as are said; the call ends before they go.
    let done = unsafe {
        DeviceIoControl(device.as_raw_handle(), code, input, asked, output, room, &raw mut filled, ptr::null_mut())
    };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(usize::try_from(filled.min(room)).unwrap_or(0)) }
}

/// More than any firmware's table.
const MAX_TABLE: usize = 1 << 20;
/// From `ntddvol.h`.
const IOCTL_VOLUME_GET_VOLUME_DISK_EXTENTS: u32 = 0x0056_0000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_has_an_id_a_name_and_a_processor() {
        assert!(machine_guid().is_some_and(|guid| guid.len() == 36), "{:?}", machine_guid());
        assert!(host_name().is_some());
        assert!(processor().is_some_and(|processor| processor.split('-').count() >= 3), "{:?}", processor());
    }

    #[test]
    fn a_folder_is_on_a_volume_with_room() {
        let (free, all) = room(&std::env::temp_dir()).unwrap();
        assert!(free <= all && all > 0);
    }

    #[test]
    fn what_the_machine_is_made_of_is_the_same_when_read_again() {
        assert_eq!((smbios(), system_disk_serial()), (smbios(), system_disk_serial()));
    }
}
