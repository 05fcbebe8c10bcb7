//! Secrets that are asked for at a terminal are never shown, and the terminal is as it was afterwards.
#![cfg(target_os = "linux")]

#[path = "support/terminal.rs"]
mod terminal;

use std::fs;
use std::os::unix::process::ExitStatusExt;

use leasehold_testkit::process::{contained, folder};
use terminal::Terminal;

const SECRET: &str = "correct horse battery staple";

/// `vendor init`, which asks for a passphrase twice, at a terminal.
fn asked() -> Terminal {
    // What runs the tests may ignore interrupts, as a shell has its background jobs do.
    let mut command = contained("env");
    // The child leads no group, so that it runs in the place of `setsid`.
    command.args([
        "--default-signal=INT",
        "setsid",
        "--ctty",
        env!("CARGO_BIN_EXE_leasehold"),
        "vendor",
        "init",
        "--name",
        "Acme",
        "--dir",
        "v",
    ]);
    Terminal::start(command)
}

#[test]
fn what_is_typed_is_hidden_before_the_question_is_on_the_screen() {
    // It looks that nothing is shown before it types.
    let (screen, ended) = asked().follow(|_| Some(SECRET));
    assert!(ended && screen.matches("passphrase").count() >= 2 && !screen.contains("correct"), "{screen}");
    assert!(folder().join("v/root.pub").is_file(), "{screen}");
}

#[test]
fn slips_are_mended_before_the_line_ends() {
    let mut terminal = asked();
    terminal.until(": ");
    terminal.press(b"wrong\x15correct horsx\x7fe battery staple\n");
    terminal.until("again");
    terminal.press(SECRET.as_bytes());
    terminal.press(b"\n");
    let (status, screen, shows) = terminal.end();
    assert!(status.success() && shows && !screen.contains("hors"), "{screen}");
}

#[test]
fn an_interrupt_ends_the_command_as_a_signal_and_leaves_the_terminal_as_it_was() {
    let mut terminal = asked();
    terminal.until(": ");
    terminal.press(b"half\x03");
    let (status, screen, shows) = terminal.end();
    assert_eq!((status.signal(), shows), (Some(2), true), "{screen}");
    assert!(!screen.contains("half") && fs::exists(folder().join("v/root.pub")).is_ok_and(|there| !there), "{screen}");
}
