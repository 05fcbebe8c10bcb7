//! Prints what this machine says of itself, and how long each part took: `cargo run --release -p leasehold-windows --example facts`.

#[cfg(windows)]
fn main() {
    use leasehold_windows::{machine, network};

    for _ in 0..5 {
        let parts = [
            timed("id", machine::machine_guid),
            timed("firmware", machine::smbios),
            timed("disk", machine::system_disk_serial),
            timed("processor", machine::processor),
            timed("interfaces", || network::interfaces().map(|found| found.len())),
            timed("suffixes", network::machine_suffixes),
            timed("name", machine::host_name),
        ];
        println!("all: {} µs", parts.iter().sum::<u128>());
    }
}

/// How many microseconds it took.
#[cfg(windows)]
#[expect(clippy::disallowed_methods, reason = "it measures")]
fn timed<T: std::fmt::Debug>(name: &str, read: impl FnOnce() -> T) -> u128 {
    let start = std::time::Instant::now();
    let answer = read();
    let took = start.elapsed().as_micros();
    println!("{name}: {answer:?}, {took} µs");
    took
}

#[cfg(not(windows))]
fn main() {
    println!("this is no Windows");
}
