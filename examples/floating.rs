//! A floating licence: a place is taken while the application runs, and given back when it ends.
//!
//! `cargo run --example floating -- acme-cad.lh`; it works until its input ends. The vendor's policy makes it floating: threshold 1,
//! validity 1 h, renewal 15 min, a capacity. A crash gives the place back when the hour is over.
#![expect(clippy::print_stdout, reason = "an application prints")]

use std::error::Error;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use leasehold_client::{Client, Options, Outcome, Released, Renewer};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let manifest = std::env::args_os().nth(1).ok_or("usage: floating MANIFEST")?;
    let client = Arc::new(Client::open(&std::fs::read(manifest)?, Options::from_environment()?)?);
    match client.activate()?.outcome {
        Outcome::Granted(granted) => println!("a place at {}", granted.host),
        Outcome::Held(_) => println!("licensed for good"),
        Outcome::Read(read) => println!("licensed by the directory {}", read.name),
        Outcome::Refused(refused) => {
            println!("no place: {refused}");
            return Ok(ExitCode::FAILURE);
        }
    }
    let renewer = Renewer::start(Arc::clone(&client), |_| ())?;
    io::copy(&mut io::stdin(), &mut io::sink())?;
    renewer.stop();
    match client.release()? {
        Released::Told { .. } => println!("given back"),
        Released::NothingHeld | Released::PlaceKept | Released::Forgotten => println!("nothing to give back"),
        Released::Refused(refused) => println!("still held: {refused}"),
    }
    Ok(ExitCode::SUCCESS)
}
