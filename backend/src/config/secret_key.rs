//! The keys that sign sessions: configured ones, else a generated one.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::config::settings::Settings;
use crate::config::values::Redacted;
use crate::store::data_dir::{create_folder, open_private};

const FILE_NAME: &str = "secret-key";

/// The shortest signing key that is accepted, in bytes (RFC 7518, section 3.2: at least the size
/// of the hash output).
const MIN_KEY_BYTES: usize = 32;

/// Signing keys from the environment or the file. `Debug` never shows them.
#[derive(Clone)]
pub struct ConfiguredKeys {
    /// Signs and verifies.
    pub signing: String,
    /// Verify only.
    pub fallbacks: Vec<String>,
}

impl fmt::Debug for ConfiguredKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[redacted, {} fallbacks]", self.fallbacks.len())
    }
}

impl ConfiguredKeys {
    /// Reads `secret-key` and `secret-key-fallbacks`. An error comes with its setting's name.
    pub(super) fn of(settings: &Settings) -> Result<Option<Self>, (&'static str, String)> {
        let fallbacks: Vec<String> = settings
            .secret_key_fallbacks
            .iter()
            .flat_map(|Redacted(keys)| keys.split(','))
            .map(|key| key.trim().to_owned())
            .filter(|key| !key.is_empty())
            .collect();
        for key in &fallbacks {
            check_length("secret-key-fallbacks", key)?;
        }
        match &settings.secret_key {
            Some(Redacted(signing)) => {
                check_length("secret-key", signing)?;
                let signing = signing.clone();
                Ok(Some(Self { signing, fallbacks }))
            }
            None if fallbacks.is_empty() => Ok(None),
            None => {
                let problem = "set without a secret-key; set FLASHBLOG_SECRET_KEY too";
                Err(("secret-key-fallbacks", problem.to_owned()))
            }
        }
    }
}

fn check_length(name: &'static str, key: &str) -> Result<(), (&'static str, String)> {
    if key.len() >= MIN_KEY_BYTES {
        return Ok(());
    }
    let length = key.len();
    let problem = format!(
        "a key of {length} bytes is too short; at least {MIN_KEY_BYTES} are needed, `flashblog secret` prints one"
    );
    Err((name, problem))
}

/// A new key: 256 random bits as 64 hexadecimal digits.
///
/// # Errors
/// When the operating system returns no random bytes.
pub fn generate() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Returns the key in the data directory. The first start makes it, with mode 0600.
///
/// # Errors
/// When the folder or the file can't be made or read, or the file holds no key.
pub fn load_or_create(data_dir: &Path) -> anyhow::Result<String> {
    let path = data_dir.join(FILE_NAME);
    let in_file = |error: io::Error| {
        anyhow::anyhow!(
            "can't keep a signing key in `{}`: {error}; set --data-dir to a folder that can be written, or FLASHBLOG_SECRET_KEY",
            path.display()
        )
    };
    match fs::read_to_string(&path) {
        Ok(text) => {
            let key = text.trim();
            anyhow::ensure!(
                key.len() >= MIN_KEY_BYTES,
                "`{}` holds no key of at least {MIN_KEY_BYTES} bytes; delete it to have a new one made, which ends all sessions",
                path.display()
            );
            return Ok(key.to_owned());
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(in_file(error)),
    }
    let key =
        generate().map_err(|error| anyhow::anyhow!("no randomness for a signing key: {error}"))?;
    create_folder(data_dir).map_err(in_file)?;
    // The key is written under another name and then linked: a crash leaves no incomplete key, and two
    // servers that start at the same time use the same key.
    let draft = data_dir.join(format!("{FILE_NAME}.{}", std::process::id()));
    write_private(&draft, &key).map_err(in_file)?;
    let linked = fs::hard_link(&draft, &path);
    fs::remove_file(&draft).map_err(in_file)?;
    match linked {
        Ok(()) => {
            tracing::info!(path = %path.display(), "Made a signing key");
            Ok(key)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => load_or_create(data_dir),
        Err(error) => Err(in_file(error)),
    }
}

fn write_private(path: &Path, key: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true);
    let mut file = open_private(path, options)?;
    file.write_all(key.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_kept_private() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let data_dir = folder.path().join("not/there/yet");
        let key = load_or_create(&data_dir).expect("makes a key");
        assert_eq!(key.len(), 64);
        assert_eq!(load_or_create(&data_dir).expect("reads it again"), key);
        #[cfg(unix)]
        {
            let mode = fs::metadata(data_dir.join(FILE_NAME))
                .expect("file")
                .permissions();
            assert_eq!(
                std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777,
                0o600
            );
        }
        assert_eq!(
            fs::read_dir(&data_dir).expect("folder").count(),
            1,
            "no draft is left behind"
        );
    }

    #[test]
    fn an_unusable_file_or_folder_is_a_clear_error() {
        let folder = tempfile::tempdir().expect("temporary folder");
        fs::write(folder.path().join(FILE_NAME), "short").expect("writes");
        let error = load_or_create(folder.path())
            .expect_err("too short")
            .to_string();
        assert!(
            error.contains("secret-key") && error.contains("32 bytes"),
            "{error}"
        );
        let error = load_or_create(&folder.path().join(FILE_NAME))
            .expect_err("a file")
            .to_string();
        assert!(error.contains("--data-dir"), "{error}");
    }
}
