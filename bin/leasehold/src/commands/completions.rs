//! `leasehold completions`: what a shell needs to complete commands and options.

use clap::Args;
use clap_complete::Shell;

use crate::commands::cli;

/// Print completions for a shell: what to complete is taken from the same definition as the help.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self) {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut cli::command(), "leasehold", &mut script);
        out!("{}", String::from_utf8_lossy(&script));
    }
}
