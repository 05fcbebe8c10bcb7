//! An application with the SDK: it opens its client, says how it stands, gates a feature, and renews in the background.
//!
//! `cargo run --example application -- acme-cad.lh`, then `draw` or `simulate`, a line each. `LEASEHOLD_HOST` names the host where
//! no DNS record does. A real application compiles its manifest in: `include_bytes!("acme-cad.lh")`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an application prints")]

use std::error::Error;
use std::io;
use std::sync::Arc;

use leasehold_client::{Client, Options, Renewer, Standing};

fn main() -> Result<(), Box<dyn Error>> {
    let manifest = std::env::args_os().nth(1).ok_or("usage: application MANIFEST")?;
    let client = Arc::new(Client::open(&std::fs::read(manifest)?, Options::from_environment()?)?);
    println!("{}", describe(&client));

    // A thread asks when it is time. The application itself never waits for the network.
    let renewed = Arc::clone(&client);
    let renewer = Renewer::start(Arc::clone(&client), move |attempt| match attempt {
        Ok(_) => println!("{}", describe(&renewed)),
        Err(error) => eprintln!("{error}"),
    })?;
    for line in io::stdin().lines() {
        match line?.as_str() {
            "draw" if may_change(&client) => println!("drawn"),
            "simulate" if client.feature("simulation") => println!("simulated"),
            command => println!("{command}: not possible; {}", describe(&client)),
        }
    }
    renewer.stop();
    Ok(())
}

fn describe(client: &Client) -> String {
    match client.standing() {
        Standing::Licensed { .. } => "licensed".to_owned(),
        Standing::Unactivated { until } => format!("not activated yet; everything works until {until}"),
        Standing::Grace { until, why } => format!("please renew the licence ({why}); everything works until {until}"),
        Standing::Reduced { why } => format!("read-only ({why})"),
    }
}

/// Everything works until the standing is reduced.
fn may_change(client: &Client) -> bool {
    !matches!(client.standing(), Standing::Reduced { .. })
}
