//! What a serving host cannot do by itself, because it does not know how it was started: given by the program around it.

use std::fmt::Debug;
use std::path::PathBuf;

use leasehold_core::{Code, Finding};
use leasehold_dashboard::host::data::SettingGroup;
use leasehold_service::admin::RoleName;

/// What the program around a host does for its administrators.
pub trait Operations: Debug + Send + Sync {
    /// Examines the host. May take seconds.
    fn examine(&self) -> Vec<Finding>;

    /// Writes a backup into the folder that is set for them; where it lies.
    ///
    /// # Errors
    /// A code, and what went wrong in words.
    fn back_up(&self) -> Result<PathBuf, (Code, String)>;

    /// How the host was started: what is not among its settings.
    fn started(&self) -> SettingGroup;
}

/// The roles of a host's administrators and programs.
#[derive(Clone, Copy, Debug)]
pub struct RoleSet;

impl RoleSet {
    /// To see everything.
    pub const READ: RoleName = RoleName("read");
    /// To end leases, forget clients, renew, publish, back up.
    pub const OPERATE: RoleName = RoleName("operate");
    /// All of them.
    pub const ALL: [RoleName; 2] = [Self::READ, Self::OPERATE];
}
