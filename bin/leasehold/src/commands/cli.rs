//! The command line: help, completions and manual come from this one definition.

use std::any::TypeId;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser};
use leasehold_core::Code;

use crate::commands::Command;
use crate::failure::Failure;
use crate::hardening;
use crate::logging;
use crate::terminal::{Display, Ids, Output, Zone};

/// Volume activation on your own network: hosts, leases, keys.
#[derive(Debug, Parser)]
#[command(name = "leasehold", version, propagate_version = true, arg_required_else_help = true, after_help = logging::HELP)]
pub(crate) struct Cli {
    /// Print data as JSON.
    #[arg(long, global = true)]
    json: bool,
    /// Show ids with all their digits, also where the terminal is too narrow for them.
    #[arg(long, global = true)]
    full_ids: bool,
    /// Show times in this machine's zone instead of UTC; JSON has seconds since 1970 always.
    #[arg(long, global = true)]
    local: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// What was typed.
    ///
    /// # Errors
    /// A command line that cannot be understood; help and version, which are printed instead of running a command.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        Self::from_arg_matches(&command().try_get_matches()?)
    }

    /// What is to be typed later, by a service.
    ///
    /// # Errors
    /// A command line that cannot be understood, or asks for help.
    pub(crate) fn of_service(command: &[&str], given: Vec<OsString>) -> Result<Self, Failure> {
        let name = ["leasehold"].iter().chain(command).map(OsString::from);
        let words: Vec<OsString> = name.chain(given).collect();
        Self::try_parse_from(&words).map_err(|error| failure(&error, &words))
    }

    /// For whom the command prints.
    pub(crate) const fn output(&self) -> Output {
        if self.json { Output::Json } else { Output::Human }
    }

    /// How it shows ids and times.
    pub(crate) const fn display(&self) -> Display {
        Display {
            ids: if self.full_ids { Ids::Full } else { Ids::Short },
            zone: if self.local { Zone::Local } else { Zone::Utc },
        }
    }
}

/// Whether a command line that cannot be understood asks for JSON all the same.
pub(crate) fn asks_for_json(arguments: impl Iterator<Item = OsString>) -> bool {
    arguments.take_while(|argument| argument != "--").any(|argument| argument == "--json")
}

/// What is wrong with the command line `words`, from what the library says: the message, then a tip or the usage, divided by empty lines.
pub(crate) fn failure(error: &clap::Error, words: &[OsString]) -> Failure {
    // Before blanks are changed: a key is known by how it was typed.
    let shown = hardening::without_product_keys(&error.render().to_string());
    let on_one_line = |part: &str| part.split_whitespace().collect::<Vec<_>>().join(" ");
    let part = |start: &str| shown.split("\n\n").find_map(|part| part.trim_start().strip_prefix(start));
    let path = path(words);
    let wrong = |message: &str| Failure::failed(Code::Usage, message);
    match error.kind() {
        // Where an option of the group is set by a variable, the library calls it an error and not a wish for help.
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return wrong("a command is missing").hint(format!("`{path} --help` lists them"));
        }
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            return wrong("help is no option of what is to be run later")
                .hint(format!("`{path} --help` lists its options"));
        }
        _ => {}
    }
    let message = on_one_line(shown.split("\n\n").next().unwrap_or_default());
    let failure = wrong(&plain(message.strip_prefix("error: ").unwrap_or(&message)));
    match (part("tip: ").map(|tip| plain(&on_one_line(tip))), part("Usage: ")) {
        (Some(tip), _) => {
            let end = if tip.ends_with('?') { "" } else { ";" };
            failure.hint(format!("{tip}{end} `{path} --help` lists all"))
        }
        // Of several usages each has a line, below each other.
        (None, Some(usage)) => {
            let usage = on_one_line(&usage.replace("\n       leasehold ", " or leasehold "));
            failure.hint(format!("usage: {usage}; `{path} --help` says more"))
        }
        (None, None) => failure.hint(format!("`{path} --help` says more")),
    }
}

/// The command that `words` name, as far as it is one.
fn path(words: &[OsString]) -> String {
    let root = Cli::command();
    let (mut command, mut path) = (&root, root.get_name().to_owned());
    for word in words.iter().skip(1).take_while(|word| *word != "--") {
        if let Some(below) = command.find_subcommand(word) {
            path = format!("{path} {}", below.get_name());
            command = below;
        }
    }
    path
}

/// The words of the library for what is wrong, in those of this program.
fn plain(message: &str) -> String {
    for (theirs, ours) in [
        ("unrecognized subcommand ", "there is no command "),
        ("the following required arguments were not provided: ", "missing: "),
        ("a similar subcommand exists: ", "did you mean "),
        ("a similar argument exists: ", "did you mean "),
        ("a similar value exists: ", "did you mean "),
        ("some similar subcommands exist: ", "did you mean one of these: "),
        ("some similar arguments exist: ", "did you mean one of these: "),
        ("some similar values exist: ", "did you mean one of these: "),
    ] {
        if let Some(rest) = message.strip_prefix(theirs) {
            let end = if ours.starts_with("did") { "?" } else { "" };
            return format!("{ours}{rest}{end}");
        }
    }
    match message.strip_prefix("unexpected argument ").and_then(|rest| rest.strip_suffix(" found")) {
        Some(argument) => format!("unexpected argument {argument}"),
        None => message.to_owned(),
    }
}

/// The whole definition, with examples at the foot of each command's help.
pub(crate) fn command() -> clap::Command {
    with_native_paths(with_examples(Cli::command(), ""))
}

/// Paths are shown with the separators of the system, whichever were typed.
fn with_native_paths(command: clap::Command) -> clap::Command {
    let native = |argument: clap::Arg| {
        let is_path = argument.get_value_parser().type_id() == TypeId::of::<PathBuf>();
        if is_path { argument.value_parser(PathBufValueParser::new().map(leasehold_files::native)) } else { argument }
    };
    command.mut_args(native).mut_subcommands(with_native_paths)
}

fn with_examples(command: clap::Command, path: &str) -> clap::Command {
    let is_a_group = command.is_subcommand_required_set() || command.is_arg_required_else_help_set();
    let command = command.mut_subcommands(|below| {
        let path = format!("{path}{} ", below.get_name());
        with_examples(below, &path)
    });
    if is_a_group && command.has_subcommands() {
        return command;
    }
    let shown = examples(path).map(|line| format!("  leasehold {line}\n"));
    command.after_help(format!("Examples:\n{}", shown.collect::<String>().trim_end()))
}

/// The examples of the command at `path`, whose words each have a blank behind them.
fn examples(path: &str) -> impl Iterator<Item = &'static str> {
    EXAMPLES.lines().filter(move |line| line.starts_with(path) || *line == path.trim_end())
}

const EXAMPLES: &str = include_str!("../examples.txt");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_examples_that_are_understood() {
        let mut paths = Vec::new();
        collect(&command(), "", &mut paths);
        for path in &paths {
            assert!(examples(path).count() >= 2, "examples of {path}");
        }
        for line in EXAMPLES.lines() {
            assert!("  leasehold ".len() + line.len() <= 80, "{line}: a terminal breaks it");
            assert!(paths.iter().any(|path| examples(path).any(|own| own == line)), "{line}: no such command");
            let understood = without_variables(command()).try_get_matches_from(words(&format!("leasehold {line}")));
            assert!(understood.is_ok(), "{line}: {}", understood.expect_err("an error"));
        }
    }

    /// The definition, deaf to what the user of this machine has set.
    fn without_variables(command: clap::Command) -> clap::Command {
        let deaf = |argument: clap::Arg| match argument.get_env() {
            Some(_) => argument.env("A_VARIABLE_THAT_NOBODY_SETS"),
            None => argument,
        };
        command.mut_args(deaf).mut_subcommands(without_variables)
    }

    fn collect(command: &clap::Command, path: &str, paths: &mut Vec<String>) {
        if !command.has_subcommands() || (!command.is_subcommand_required_set() && !path.is_empty()) {
            paths.push(path.to_owned());
        }
        for below in command.get_subcommands() {
            collect(below, &format!("{path}{} ", below.get_name()), paths);
        }
    }

    /// The words of a line as a shell takes them; quotes are double ones.
    fn words(line: &str) -> Vec<String> {
        let parts = line.split('"').enumerate();
        let words = parts.flat_map(|(n, part)| if n % 2 == 1 { vec![part] } else { part.split(' ').collect() });
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn a_value_that_does_not_do_is_refused_in_plain_words() {
        // What parsers of the language's library say of a number, an address, a flag.
        let library = [
            "invalid digit",
            "non-zero type",
            "target type",
            "empty string",
            "invalid socket address",
            "invalid IP address",
            "provided string was not",
            "is not in ",
            "os error",
            "relative URL",
        ];
        let mut refused = 0;
        let mut whole = command();
        whole.build();
        each_value(&whole, "leasehold", &mut |command, line| {
            let Err(error) = command.clone().try_get_matches_from(line) else { return };
            let text = error.to_string();
            refused += usize::from(error.kind() == ErrorKind::ValueValidation);
            for words in library {
                assert!(!text.contains(words), "{line:?}: {text}");
            }
        });
        assert!(refused > 100, "values were tried: {refused}");
    }

    /// Calls `tried` with a command and a line for each of its options and each value that may not do.
    fn each_value(command: &clap::Command, path: &str, tried: &mut impl FnMut(&clap::Command, &[String])) {
        for argument in command.get_arguments().filter(|argument| argument.get_action().takes_values()) {
            for value in ["x", "0", "-1", "1.5", "", "99999999999999999999", "a b", "::", "300.1.1.1:99999"] {
                let mut line = vec![path.to_owned()];
                match argument.get_long() {
                    Some(long) => line.push(format!("--{long}={value}")),
                    None => line.extend(["--".to_owned(), value.to_owned()]),
                }
                tried(command, &line);
            }
        }
        for below in command.get_subcommands() {
            each_value(below, &format!("{path} {}", below.get_name()), tried);
        }
    }

    #[test]
    fn a_path_is_shown_with_the_separators_of_the_system() {
        let typed = command().try_get_matches_from(words("leasehold client status --state a/b --manifest -"));
        let cli = Cli::from_arg_matches(&typed.expect("it is understood")).expect("it is understood");
        let expected = if cfg!(windows) { r#""a\\b""# } else { r#""a/b""# };
        assert!(format!("{cli:?}").contains(expected), "{cli:?}");
    }

    #[test]
    fn a_wrong_command_line_is_told_in_plain_words_with_what_to_type() {
        for (line, message, hint) in [
            (
                "vendor key lst",
                "there is no command 'lst'",
                "did you mean 'list'? `leasehold vendor key --help` lists all",
            ),
            (
                "vendor key xyzzy",
                "there is no command 'xyzzy'",
                "usage: leasehold vendor key [OPTIONS] <COMMAND>; `leasehold vendor key --help` says more",
            ),
            ("quickstart --clents 7", "unexpected argument '--clents'", "did you mean '--clients'?"),
            ("quickstart more", "unexpected argument 'more'", "usage: leasehold quickstart [OPTIONS]"),
            (
                "vendor key issue --family a --kind hots -o x",
                "invalid value 'hots' for '--kind <KIND>' [possible values: host, multiple]",
                "did you mean 'host'?",
            ),
            (
                "vendor init --years 0 --name A",
                "invalid value '0' for '--years <N>': a whole number from 1 to 100 is wanted",
                "",
            ),
            (
                "vendor init",
                "missing: --name <NAME>",
                "usage: leasehold vendor init --name <NAME>; `leasehold vendor init --help` says more",
            ),
            ("vendor", "a command is missing", "`leasehold vendor --help` lists them"),
            (
                "client agent xx",
                "there is no command 'xx'",
                "usage: leasehold client agent [OPTIONS] or leasehold client agent <COMMAND>; `leasehold client agent",
            ),
            (
                "quickstart --clients",
                "a value is required for '--clients <N>' but none was supplied",
                "`leasehold quickstart --help` says more",
            ),
            ("host serve --help", "help is no option of what is to be run later", "`leasehold host serve --help`"),
        ] {
            let words: Vec<OsString> = words(&format!("leasehold {line}")).into_iter().map(Into::into).collect();
            let error = command().try_get_matches_from(&words).expect_err("it is wrong");
            let failure = failure(&error, &words);
            assert_eq!((failure.message(), failure.code()), (message, Code::Usage));
            assert!(failure.advice().contains(hint), "{line}: {}", failure.advice());
        }
        let asks = |line: &str| asks_for_json(words(line).into_iter().map(OsString::from));
        assert!(asks("leasehold --json vendor key lst") && asks("leasehold vendor --json"));
        assert!(!asks("leasehold vendor") && !asks("leasehold inspect -- --json"));
    }

    #[test]
    fn the_command_line_does_not_contradict_itself() {
        command().debug_assert();
    }
}
