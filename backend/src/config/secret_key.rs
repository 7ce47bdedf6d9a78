//! The signing key that a server makes for itself when its operator sets none.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::config::MIN_KEY_BYTES;
use crate::store::data_dir::{create_folder, open_private};

const FILE_NAME: &str = "secret-key";

/// A new key: 256 random bits as 64 hexadecimal digits.
///
/// # Errors
/// When the operating system has no randomness to give.
pub fn generate() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The key in the data directory; on the first start, one is made there with mode 0600.
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
    // Written whole before it has its name: a crash leaves no half key, and of two servers that
    // start at once both use the one that was first.
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
