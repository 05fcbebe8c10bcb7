#![doc = include_str!("../README.md")]
//!
//! - [`replace`] and [`Replacement`]: a file that appears whole or not at all, and is there after a power cut.
//! - [`read`] and [`open`]: regular files only, so that a FIFO under a file's name blocks no one; [`read`] has a limit.
//! - [`make_folder`], [`create_private`], [`close_to_others`], [`everyone_reads`], [`open_lock`], [`sync_folder`], [`rename`], [`remove`], [`is_there`]: the rest of what a folder of state needs.
//! - [`native`]: paths as the system shows them.
//! - [`Walk`]: the files below a folder, in order, without following links.
//!
//! What the files hold is left to others.

mod folder;
mod private;
mod read;
mod replace;
#[cfg(windows)]
mod retry;
mod walk;

#[cfg(windows)]
pub use folder::{Part, machine_folder, user_folder};
pub use folder::{is_there, make_folder, native, remove, remove_unsynced, rename, sync_folder};
pub use private::{close_to_others, create_private, everyone_reads};
pub use read::{open, open_lock, read, read_if_there, read_to_limit};
pub use replace::{Replacement, create, replace, replace_unsynced};
pub use walk::{Walk, WalkError};

/// Who may read a file or enter a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Readers {
    /// Its owner alone, whatever the umask: 0600, folders 0700; on Windows owner and system.
    Owner,
    /// Everyone, whatever the umask: 0644, folders 0755; on Windows whom the folder lets in.
    Everyone,
    /// As the umask says, on Windows the folder: what a person asked to be written.
    Umask,
}

#[cfg(unix)]
impl Readers {
    /// The mode of a file; `None` as the umask says.
    const fn file_mode(self) -> Option<u32> {
        match self {
            Self::Owner => Some(0o600),
            Self::Everyone => Some(0o644),
            Self::Umask => None,
        }
    }

    /// The mode of a folder; `None` as the umask says.
    const fn folder_mode(self) -> Option<u32> {
        match self {
            Self::Owner => Some(0o700),
            Self::Everyone => Some(0o755),
            Self::Umask => None,
        }
    }

    /// The mode of folders that are made above it.
    const fn above_mode(self) -> Option<u32> {
        match self {
            Self::Owner => Some(0o711),
            Self::Everyone => Some(0o755),
            Self::Umask => None,
        }
    }
}

#[cfg(windows)]
impl Readers {
    /// Whom a folder lets in.
    const fn folder_mode(self) -> Self {
        self
    }

    /// Whom folders let in that are made above it: as those above them do.
    #[expect(clippy::unused_self, reason = "on Unix it depends on it")]
    const fn above_mode(self) -> Self {
        Self::Umask
    }
}
