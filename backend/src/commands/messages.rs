//! `flashblog messages`: the inbox in a terminal.

use crate::config::Config;
use crate::contact::inbox;

/// Runs a command of the inbox.
///
/// # Errors
/// When the database can't be used, or the output can't be written.
pub fn run(command: inbox::Command, config: &Config) -> anyhow::Result<()> {
    super::runtime()?.block_on(inbox::run(command, &config.database))
}
