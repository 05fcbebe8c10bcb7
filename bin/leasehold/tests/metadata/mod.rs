//! The workspace as cargo sees it.

use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{Metadata, MetadataCommand};
use leasehold_testkit::need::{Need, is_missing};

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Packages and their dependencies, those of other platforms apart: they need not have been fetched. `None` where there is no cargo to ask.
pub(crate) fn read() -> Option<Metadata> {
    if is_missing(&[Need::Cargo]) {
        return None;
    }
    let rustc = Command::new("rustc").arg("-vV").output().expect("a compiler");
    let version = String::from_utf8(rustc.stdout).expect("text");
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a platform");
    let options = ["--locked", "--filter-platform", host].map(str::to_owned);
    let mut command = MetadataCommand::new();
    command.manifest_path(root().join("Cargo.toml")).other_options(options);
    Some(command.exec().unwrap_or_else(|error| panic!("cargo metadata: {error}")))
}
