//! Values of the machine's registry, as programs of 64 bits see it.

use std::io;

use windows_registry::{CURRENT_USER, Key, LOCAL_MACHINE};

/// The text `name` below the key `path` of the machine; `None` where there is none, or another kind of value.
pub fn text(path: &str, name: &str) -> Option<String> {
    open(path)?.get_string(name).ok()
}

/// The texts of a list; a single text is a list of one.
pub fn texts(path: &str, name: &str) -> Vec<String> {
    let Some(key) = open(path) else { return Vec::new() };
    key.get_multi_string(name).or_else(|_| key.get_string(name).map(|text| vec![text])).unwrap_or_default()
}

/// The number `name` below the key `path`.
pub fn number(path: &str, name: &str) -> Option<u32> {
    open(path)?.get_u32(name).ok()
}

/// All numbers of the key `path` of the user who asks, by name.
pub fn numbers_of_user(path: &str) -> Vec<(String, u32)> {
    let Ok(key) = CURRENT_USER.open(path) else { return Vec::new() };
    let Ok(values) = key.values() else { return Vec::new() };
    values.filter_map(|(name, value)| Some((name, u32::try_from(value).ok()?))).collect()
}

/// Makes the key `path` of the machine and sets these texts and numbers.
///
/// # Errors
/// As the system's.
pub fn set(path: &str, texts: &[(&str, &str)], numbers: &[(&str, u32)]) -> io::Result<()> {
    let key =
        LOCAL_MACHINE.options().read().write().create().access(WOW64_64KEY).open(path).map_err(io::Error::from)?;
    for (name, value) in texts {
        key.set_expand_string(name, value).map_err(io::Error::from)?;
    }
    for (name, value) in numbers {
        key.set_u32(name, *value).map_err(io::Error::from)?;
    }
    Ok(())
}

/// Removes the key `path` and what is below it.
///
/// # Errors
/// As the system's.
pub fn remove(path: &str) -> io::Result<()> {
    LOCAL_MACHINE.remove_tree(path).map_err(io::Error::from)
}

fn open(path: &str) -> Option<Key> {
    LOCAL_MACHINE.options().read().access(WOW64_64KEY).open(path).ok()
}

/// The 64-bit registry, also for programs of 32 bits.
const WOW64_64KEY: u32 = 0x100;
