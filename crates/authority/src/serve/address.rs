//! Where the dashboard of a vendor's folder is, for commands that print links to it: a file that is there while it serves.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use leasehold_files::Readers;

/// The file, removed when this is dropped.
#[derive(Debug)]
pub(super) struct DashboardAddress(PathBuf);

impl DashboardAddress {
    pub(super) fn write(folder: &Path, address: SocketAddr, is_secure: bool) -> Self {
        let path = folder.join(FILE);
        let url = format!("{}://{address}", if is_secure { "https" } else { "http" });
        if let Err(error) = leasehold_files::replace(&path, url.as_bytes(), Readers::Owner) {
            tracing::warn!(%error, "commands on this machine do not know where the dashboard is");
        }
        Self(path)
    }
}

impl Drop for DashboardAddress {
    fn drop(&mut self) {
        if let Err(error) = leasehold_files::remove(&self.0) {
            tracing::warn!(%error, "the file with the dashboard's address is not removed");
        }
    }
}

/// Where the dashboard of this folder is, as far as it serves.
pub fn dashboard_of(folder: &Path) -> Option<String> {
    let bytes = leasehold_files::read_if_there(&folder.join(FILE), MAX_FILE).ok()??;
    String::from_utf8(bytes).ok().filter(|url| !url.is_empty())
}

const FILE: &str = "dashboard.url";
const MAX_FILE: u64 = 4_096;
