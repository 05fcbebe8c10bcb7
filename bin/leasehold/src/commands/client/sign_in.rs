//! `leasehold client sign-in`: a user signs in with the provider that the host names, and gets a lease.

use std::process::{Command, Stdio};

use clap::Args;
use leasehold_client::{Prompt, SignInWay};

use super::args::{NetworkArgs, StateArgs};
use super::outcome;
use crate::failure::Failure;
use crate::output::Output;

/// Sign in for a product that is for users, and ask the host for a lease.
///
/// The host names the identity provider. An address and a code are shown: open the address on any device and enter the code there.
/// The tokens are kept in the state directory, readable by its owner alone; renewals need no further sign-in. The host is named with
/// `--host https://…`: a token travels over TLS, or on this machine.
#[derive(Debug, Args)]
pub(crate) struct SignIn {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    network: NetworkArgs,
    /// Sign in with a browser on this machine, without a code.
    #[arg(long)]
    browser: bool,
}

impl SignIn {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let client = self.state.open(&self.network)?;
        let way = if self.browser { SignInWay::Browser } else { SignInWay::Code };
        outcome::answer(&client, client.sign_in(way, &mut show), output)
    }
}

fn show(prompt: &Prompt) {
    match prompt {
        Prompt::Code { address, code, time, .. } => {
            errln!("to sign in, open   {address}");
            errln!("and enter the code {code}");
            errln!("the code holds for {} min; stop with Ctrl-C", time.as_secs().div_ceil(60));
        }
        Prompt::Browser { address, .. } => {
            errln!("to sign in, open this address in a browser on this machine:\n{address}");
            open(address);
        }
    }
}

/// Opens a browser, where the desktop has one; the address has been shown.
fn open(address: &str) {
    let Some(mut command) = browser() else { return };
    command.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    drop(command.spawn());
}

/// By its whole path: a name alone is looked for beside this program first.
#[cfg(windows)]
fn browser() -> Option<Command> {
    let mut command = Command::new(leasehold_windows::folder::system()?.join("rundll32.exe"));
    command.arg("url.dll,FileProtocolHandler");
    Some(command)
}

#[cfg(not(windows))]
fn browser() -> Option<Command> {
    if cfg!(target_os = "macos") {
        return Some(Command::new("open"));
    }
    let desktop = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    desktop.then(|| Command::new("xdg-open"))
}
