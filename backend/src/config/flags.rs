//! The command line.

use std::error::Error;

use clap::error::{ContextKind, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgMatches, FromArgMatches};

use crate::config::ConfigError;
use crate::config::settings::{Settings, command, variable};

/// Applies the flags of the command line. Refuses hidden ones, which hold secrets.
pub(super) fn apply(settings: &mut Settings, flags: &ArgMatches) -> Result<(), ConfigError> {
    for argument in command().get_arguments() {
        let (Some(name), true) = (argument.get_long(), argument.is_hide_set()) else {
            continue;
        };
        if is_given(flags, argument.get_id().as_str()) {
            let variable = variable(name);
            return Err(ConfigError::new(
                format!("--{name}"),
                format!("a flag is seen in the list of processes; set {variable} instead"),
            ));
        }
    }
    set(settings, flags)
}

/// Whether the command line gives the argument with this id.
pub(super) fn is_given(flags: &ArgMatches, id: &str) -> bool {
    flags.try_contains_id(id).is_ok() && flags.value_source(id) == Some(ValueSource::CommandLine)
}

/// Applies the given arguments and keeps the other settings: clap's matches contain defaults too, which
/// must not replace the values of another layer.
pub(super) fn set(settings: &mut Settings, matches: &ArgMatches) -> Result<(), ConfigError> {
    let mut given = matches.clone();
    for argument in command().get_arguments() {
        let id = argument.get_id().as_str();
        if !is_given(matches, id) {
            // It fails only for an id that the command does not have.
            let _ = given.try_clear_id(id);
        }
    }
    settings
        .update_from_arg_matches(&given)
        .map_err(|error| ConfigError::new(named(&error), problem(&error)))
}

/// An error of clap in one line.
#[must_use]
pub fn one_line(error: &clap::Error) -> String {
    if error.kind() == ErrorKind::ValueValidation && error.source().is_some() {
        return format!("{}: {}", named(error), problem(error));
    }
    let text = error.to_string();
    let facts: Vec<&str> = text
        .lines()
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let facts = facts.join("; ");
    format!(
        "{} (see flashblog --help)",
        facts.trim_start_matches("error: ")
    )
}

/// The flag that an error is about, such as `--log`.
fn named(error: &clap::Error) -> String {
    let flag = error.get(ContextKind::InvalidArg).map(ToString::to_string);
    let flag = flag.unwrap_or_default();
    flag.split([' ', '[', '='])
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// What is wrong with a value, without the flag's name.
pub(super) fn problem(error: &clap::Error) -> String {
    let about = |kind| error.get(kind).map(ToString::to_string);
    match (error.kind(), error.source()) {
        (ErrorKind::ValueValidation, Some(cause)) => cause.to_string(),
        (ErrorKind::InvalidUtf8, _) => "its value is not UTF-8".to_owned(),
        _ => format!(
            "`{}` won't do; {} would fit",
            about(ContextKind::InvalidValue).unwrap_or_default(),
            about(ContextKind::ValidValue).unwrap_or_else(|| "another value".to_owned()),
        ),
    }
}
