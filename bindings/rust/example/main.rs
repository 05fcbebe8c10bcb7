//! A drawing program with a licence: `app acme-cad.lh`, then `draw` or `simulate`, a line each.

use std::error::Error;
use std::io;

use leasehold_client::{Client, Options, Outcome, Standing};

fn main() -> Result<(), Box<dyn Error>> {
    // A real application compiles its manifest in: include_bytes!("acme-cad.lh")
    let manifest = std::env::args_os().nth(1).ok_or("usage: app MANIFEST")?;
    let client = Client::open(&std::fs::read(manifest)?, Options::from_environment()?)?;
    println!("{}", describe(&client));
    for line in io::stdin().lines() {
        match line?.as_str() {
            "activate" => {
                match client.activate().map(|answer| answer.outcome) {
                    Ok(Outcome::Refused(refused)) => eprintln!("error: {refused}"),
                    Ok(Outcome::Granted(_) | Outcome::Held(_) | Outcome::Read(_)) => {}
                    Err(error) => eprintln!("error: {error}"),
                }
                println!("{}", describe(&client));
            }
            "draw" if may_change(&client) => println!("drawn"),
            "simulate" if client.feature("simulation") => println!("simulated"),
            command => println!("{command}: not possible; {}", describe(&client)),
        }
    }
    Ok(())
}

fn describe(client: &Client) -> String {
    match client.standing() {
        Standing::Licensed { .. } => "licensed".to_owned(),
        Standing::Reduced { why } => format!("read-only ({why})"),
        standing @ (Standing::Unactivated { .. } | Standing::Grace { .. }) => standing.to_string(),
    }
}

/// Everything works until the standing is reduced.
fn may_change(client: &Client) -> bool {
    !matches!(client.standing(), Standing::Reduced { .. })
}
