//! The Rust of the README and of the pages in `docs/` compiles: each block stands in this file, word by word.
#![expect(clippy::redundant_closure, clippy::let_and_return, reason = "as it stands on the pages")]

use std::error::Error;
use std::fmt::Debug;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use leasehold_client::{Client, Lookup, Machine, Options, Prompt, Renewer, SignInWay};
use leasehold_core::{Component, Span, Standing, Timestamp, Why};
use leasehold_testkit::clock::VirtualClock;

#[test]
fn every_block_of_rust_on_every_page_is_compiled_here() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let pages = fs::read_dir(root.join("docs")).expect("the pages").map(|page| page.expect("an entry").path());
    // What a page of it looks like is shown there of code that is made up.
    let pages = pages.filter(|page| page.extension().is_some_and(|end| end == "md") && !page.ends_with("style.md"));
    let here: Vec<&str> = include_str!("snippets.rs").lines().map(str::trim).collect();
    let mut found = 0;
    for page in pages.chain([root.join("README.md")]) {
        let text = fs::read_to_string(&page).expect("text");
        for block in text.split("```rust\n").skip(1).filter_map(|rest| Some(rest.split_once("\n```")?.0)) {
            let block: Vec<&str> = block.lines().map(str::trim).collect();
            assert!(here.windows(block.len()).any(|lines| lines == block), "{}: {block:#?}", page.display());
            found += 1;
        }
    }
    assert_eq!(found, 5);
}

/// A vendor compiles the manifest in; here it is none.
macro_rules! include_bytes {
    ($file:literal) => {
        b"no manifest"
    };
}

#[test]
fn what_is_no_manifest_is_refused() {
    let _ = (button, borrow);
    assert!(readme(|| (), |_| (), |_| ()).is_err() && guide().is_err());
}

#[rustfmt::skip]
fn readme(run: impl Fn(), warn_and_run: impl Fn(Timestamp), read_only: impl Fn(Why)) -> Result<(), Box<dyn Error>> {
    let client = Arc::new(Client::open(include_bytes!("acme-cad.lh"), Options::from_environment()?)?);
    let renewer = Renewer::start(Arc::clone(&client), |attempt| log(attempt))?; // asks in a thread of its own
    match client.standing() {
        Standing::Licensed { .. } => run(),
        Standing::Unactivated { until } | Standing::Grace { until, .. } => warn_and_run(until),
        Standing::Reduced { why } => read_only(why),
    }
    renewer.stop();
    Ok(())
}

#[rustfmt::skip]
fn guide() -> Result<(), Box<dyn Error>> {
    let manifest = include_bytes!("acme-cad.lh");
    let client = Arc::new(Client::open(manifest, Options::from_environment()?)?);
    let renewer = Renewer::start(Arc::clone(&client), |attempt| log(attempt))?; // a thread of its own
    renewer.stop();
    Ok(())
}

/// What an application shows.
trait Dialog {
    fn show(&self, address: &str, code: &str);
    fn open_browser(&self, address: &str);
    fn say(&self, message: &str);
}

#[rustfmt::skip]
fn borrow(client: &Client, dialog: &dyn Dialog) -> Result<(), leasehold_client::Error> {
    let borrowed = client.borrow(Span::days(3))?;
    if let Some(shortfall) = borrowed.shortfall {
        dialog.say(&shortfall.to_string());             // activated until …, for 7 d and not for the 30 d asked for: …
    }
    Ok(())
}

#[rustfmt::skip]
fn button(client: &Client, dialog: &dyn Dialog) -> Result<impl Debug, leasehold_client::Error> {
    let answer = client.sign_in(SignInWay::Code, &mut |prompt: &Prompt| match prompt {
        Prompt::Code { address, code, .. } => dialog.show(address, code),
        Prompt::Browser { address, .. } => dialog.open_browser(address),
    })?;
    Ok(answer)
}

#[test]
fn the_options_of_the_guide_are_a_machine_of_ones_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Arc::new(VirtualClock::new(Timestamp::from_unix(1_800_000_000)));
    let options = machine_of_a_test(&folder, &clock);
    assert!(options.hosts.is_empty() && options.state.is_some());
}

#[rustfmt::skip]
fn machine_of_a_test(folder: &tempfile::TempDir, clock: &Arc<VirtualClock>) -> Options {
    let options = Options {
        state: Some(folder.path().to_owned()),          // nothing of the machine's own
        machine: Some(Machine::new([(Component::MachineId, "test".to_owned())])),
        clock: clock.clone(),                           // an `Arc` of any `leasehold_core::Clock`: a time that the test moves
        lookup: Lookup::Off,                            // no DNS
        hosts: vec![],
        ..Options::default()
    };
    options
}

fn log(_attempt: impl Debug) {}
