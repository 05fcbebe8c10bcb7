//! A headless service: it has no window, so its log says how it stands, and it takes no new jobs when it is reduced.
//!
//! `cargo run --example service -- acme-cad.lh`, then jobs, a line each. As root its state is the machine's
//! (`/var/lib/leasehold`), so that every user's application is licensed with it.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a service logs")]

use std::error::Error;
use std::io;

use leasehold_client::{Client, Options, Standing};

fn main() -> Result<(), Box<dyn Error>> {
    let manifest = std::env::args_os().nth(1).ok_or("usage: service MANIFEST")?;
    let client = Client::open(&std::fs::read(manifest)?, Options::from_environment()?)?;
    let mut logged = None;
    for job in io::stdin().lines() {
        // A program with a loop of its own needs no thread: this returns at once unless it is time to ask.
        if let Err(error) = client.tick() {
            eprintln!("error: {error} [{}]", error.code());
        }
        let standing = client.standing();
        if logged != Some(standing) {
            eprintln!("standing: {standing:?}");
            logged = Some(standing);
        }
        match standing {
            Standing::Reduced { why } => println!("{}: refused, {why}", job?),
            Standing::Licensed { .. } | Standing::Unactivated { .. } | Standing::Grace { .. } => {
                println!("{}: done", job?);
            }
        }
    }
    Ok(())
}
