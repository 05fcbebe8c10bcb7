//! Signing in: what a host says of it, the user at the provider, and what an application shows meanwhile.

use std::ops::ControlFlow;
use std::time::Duration;

/// Which way a user signs in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignInWay {
    /// On any device, with a code (RFC 8628).
    #[default]
    Code,
    /// With a browser on this machine (RFC 8252).
    Browser,
}

/// What the user has to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// An address to open on any device, and the code to enter there.
    Code {
        /// The address.
        address: String,
        /// The code.
        code: String,
        /// An address that has the code in it, for a picture to scan.
        with_code: Option<String>,
        /// How long the code holds.
        time: Duration,
    },
    /// An address to open in a browser on this machine.
    Browser {
        /// The address.
        address: String,
        /// How long the client waits.
        time: Duration,
    },
}

/// Who shows the user what to do. A closure that takes the prompt is one.
pub trait SignInUser {
    /// Shows the prompt; returns at once.
    fn show(&mut self, prompt: &Prompt);

    /// Waits before the provider is asked again; [`ControlFlow::Break`] gives the sign-in up.
    fn wait(&mut self, time: Duration) -> ControlFlow<()> {
        std::thread::sleep(time);
        ControlFlow::Continue(())
    }
}

impl<F: FnMut(&Prompt)> SignInUser for F {
    fn show(&mut self, prompt: &Prompt) {
        self(prompt);
    }
}
