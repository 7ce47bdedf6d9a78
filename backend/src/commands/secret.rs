//! `flashblog secret`: a new signing key.

use std::io::Write;

use crate::config::secret_key;

/// Prints a key.
///
/// # Errors
/// When the operating system returns no random bytes, or the output can't be written.
pub fn print() -> anyhow::Result<()> {
    let key = secret_key::generate().map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    writeln!(std::io::stdout(), "{key}")?;
    Ok(())
}
