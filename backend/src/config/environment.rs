//! Environment variables.

use std::ffi::OsString;

use clap::ArgMatches;

use crate::config::settings::{PREFIX, Settings, command, variable};
use crate::config::similar::most_similar;
use crate::config::{ConfigError, file, flags};

/// The variable that names the file, as `--config` does.
pub(super) const FILE: &str = "FLASHBLOG_CONFIG";

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

/// A line for each variable whose name begins with `FLASHBLOG_` and that sets nothing: it says what would.
pub fn ignored_variables(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let command = command();
    let settings = command.get_arguments().filter_map(|a| a.get_long());
    let settings: Vec<String> = settings.map(str::to_owned).collect();
    let mut lines = Vec::new();
    for name in names {
        let Some(rest) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let setting = rest.to_lowercase().replace('_', "-");
        // Variables of tests are for other programs.
        let is_known = name == FILE || rest.starts_with("TEST_");
        if is_known || settings.iter().any(|known| variable(known) == name) {
            continue;
        }
        let fits = match (file::key(&setting), most_similar(&setting, &settings)) {
            (Some(key), _) => format!("`{key}` in the file of --config would fit"),
            (None, Some(similar)) => format!("{} would fit", variable(similar)),
            (None, None) => "`flashblog --help` lists the settings".to_owned(),
        };
        lines.push(format!("{name} sets nothing; {fits}"));
    }
    lines.sort();
    lines
}
