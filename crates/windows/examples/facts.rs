//! Prints what this machine says of itself, and how long all of it took: `cargo run --release -p leasehold-windows --example facts`.

#[cfg(windows)]
#[expect(clippy::disallowed_methods, reason = "it measures")]
fn main() {
    use std::time::Instant;

    use leasehold_windows::{machine, network};

    for _ in 0..5 {
        let start = Instant::now();
        let parts = (machine::machine_guid(), machine::smbios(), machine::system_disk_serial(), machine::processor());
        let net =
            (network::interfaces().map(|found| found.len()).ok(), network::machine_suffixes(), machine::host_name());
        println!("{parts:?} {net:?}: {} µs", start.elapsed().as_micros());
    }
}

#[cfg(not(windows))]
fn main() {
    println!("this is no Windows");
}
