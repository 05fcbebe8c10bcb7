//! The environment of the process, as an argument.

/// What is asked of the process's environment: a variable's value.
pub type Environment<'e> = dyn Fn(&str) -> Option<String> + 'e;
