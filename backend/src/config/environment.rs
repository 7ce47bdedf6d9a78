//! Environment variables.

use std::ffi::OsString;

use clap::ArgMatches;

use crate::config::settings::{Settings, command, variable};
use crate::config::{ConfigError, flags};

/// Returns a variable's value by its name.
pub type Environment<'a> = dyn Fn(&str) -> Option<OsString> + 'a;

/// Applies the variables whose flag is not given. A variable that a flag overrides is not even checked.
pub(super) fn apply(
    settings: &mut Settings,
    flags: &ArgMatches,
    environment: &Environment<'_>,
) -> Result<(), ConfigError> {
    let command = command();
    for argument in command.get_arguments() {
        let Some(name) = argument.get_long() else {
            continue;
        };
        let variable = variable(name);
        let Some(value) = environment(&variable) else {
            continue;
        };
        if flags::is_given(flags, argument.get_id().as_str()) {
            continue;
        }
        let mut flag = OsString::from(format!("--{name}="));
        flag.push(value);
        let matches = command
            .clone()
            .try_get_matches_from([OsString::from("flashblog"), flag])
            .map_err(|error| ConfigError::new(variable, flags::problem(&error)))?;
        flags::set(settings, &matches)?;
    }
    Ok(())
}
