//! Names the shared library as programs load it, and keeps it loaded: its threads may outlive the last handle by an attempt.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let system = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if system == "linux" {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libleasehold.so.1");
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    } else if system == "macos" {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libleasehold.1.dylib");
    }
}
