#![doc = include_str!("../README.md")]
//!
//! - [`smbios`], [`access_list`], [`descriptor`]: what the system's bytes and texts say; on every platform.
//! - `machine`, `network`, `registry`: what the system is asked.
//! - `folder`: where the system's folders are.
//! - `access`: files and folders for their owner and the system alone.
//! - `service`: programs that the system starts and stops.
//! - `pipe`: whom a named pipe lets in, and who asks at it.
//! - `event_log`, `event_reader`: events written to the system's logs, and read.
//! - `wmi`: instances of classes of Windows Management Instrumentation, read.

pub mod access_list;
pub mod descriptor;
pub mod long_path;
pub mod smbios;

#[cfg(windows)]
pub mod access;
#[cfg(windows)]
mod com;
#[cfg(windows)]
pub mod event_log;
#[cfg(windows)]
pub mod event_reader;
#[cfg(windows)]
pub mod folder;
#[cfg(windows)]
pub mod machine;
#[cfg(windows)]
pub mod network;
#[cfg(windows)]
pub mod pipe;
#[cfg(windows)]
pub mod registry;
#[cfg(windows)]
pub mod service;
#[cfg(windows)]
mod wide;
#[cfg(windows)]
pub mod wmi;
