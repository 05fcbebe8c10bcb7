# Everyday commands: `just` lists them (https://just.systems). Each is a line that you can type yourself.

# List these commands.
default:
    @just --list

# Install what tests and checks need.
setup:
    scripts/setup

# Compile everything, without building.
check:
    cargo check --workspace --all-targets --all-features --locked

# Test one crate, `just test leasehold-host`, or all of them; what needs missing programs is skipped.
test *arguments:
    cargo test {{ if arguments == "" { "--workspace" } else { "-p " + arguments } }} --all-features --locked

# Everything that CI checks.
all *steps:
    scripts/test {{ steps }}

# Write all sources in the workspace's format.
format:
    cargo fmt --all
    cargo fmt --manifest-path fuzz/Cargo.toml

# Lint as CI does.
lint:
    cargo clippy --workspace --all-targets --all-features --locked -- -D warnings

# Open the documentation of all crates.
docs:
    cargo doc --workspace --no-deps --all-features --locked --open

# Build the book into target/book/html.
book:
    scripts/book

# A vendor, a host and six machines here.
quickstart *options:
    cargo run --release -- quickstart {{ options }}

# Fuzz one decoder for a minute: `just fuzz document` (nightly, cargo-fuzz).
fuzz target seconds="60":
    scripts/fuzz {{ target }} {{ seconds }}

# Kills, full disks, bit flips and clocks, for this long.
campaign seconds="60":
    scripts/campaign {{ seconds }}

# The binary as packages ship it: optimised as a whole, minutes longer.
dist:
    cargo build --profile dist --locked
