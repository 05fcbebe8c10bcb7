//! `leasehold man`: the manual, one page for each command, from the same definition as the help.

use std::path::PathBuf;

use clap::Args;
use clap_mangen::Man;

use leasehold_core::Code;

use crate::commands::cli;
use crate::failure::Failure;

/// Print the manual page of a command, or write all pages into a folder.
#[derive(Debug, Args)]
pub(crate) struct Manual {
    /// The command, `host serve`; the program itself where none is given.
    command: Vec<String>,
    /// Write the pages of all commands into this folder.
    #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
    dir: Option<PathBuf>,
}

impl Manual {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut program = cli::command();
        program.build();
        if let Some(folder) = self.dir {
            return clap_mangen::generate_to(program, &folder).map_err(|error| Failure::file(&folder, &error));
        }
        let mut command = &program;
        for word in &self.command {
            command = command.find_subcommand(word).ok_or_else(|| {
                Failure::failed(Code::Usage, format!("command {word}: no such command")).hint("see `leasehold --help`")
            })?;
        }
        let mut page = Vec::new();
        Man::new(command.clone()).render(&mut page).expect("memory can be written");
        out!("{}", String::from_utf8_lossy(&page));
        Ok(())
    }
}
