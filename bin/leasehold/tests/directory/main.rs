//! Activation by directory, with real directories: Active Directory by Samba, and OpenLDAP.
#![cfg(target_os = "linux")]

mod findings;
mod openldap;
mod samba;
mod scene;
#[path = "../schema/mod.rs"]
mod schema;
#[path = "../vendor_folder/mod.rs"]
mod vendor_folder;
