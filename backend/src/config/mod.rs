//! The configuration: flags, then environment variables, then a TOML file. It is read and checked once,
//! so that every value in [`Config`] can be used.

mod database;
mod environment;
mod file;
pub mod flags;
mod mail;
pub mod secret_key;
pub mod settings;
mod similar;
mod site;
pub mod values;

use std::fmt;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

pub use environment::{Environment, ignored_variables};
pub use mail::MailSettings;

use crate::config::file::File;
use crate::config::secret_key::ConfiguredKeys;
use crate::config::settings::Settings;
use crate::site::identity::SiteSettings;
use crate::site::redirects::Redirects;
use crate::sources::SourceKind;
use crate::store::DatabaseUrl;

/// An error in one line: which setting can't be used, and what would fit.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct ConfigError {
    name: String,
    problem: String,
}

impl ConfigError {
    fn new(name: impl Into<String>, problem: impl fmt::Display) -> Self {
        Self {
            name: name.into(),
            problem: problem.to_string(),
        }
    }
}

/// The server's configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// The settings that depend on nothing else.
    pub settings: Settings,
    /// Where the posts come from.
    pub source: SourceKind,
    /// Folder of the database and the generated signing key.
    pub data_dir: PathBuf,
    /// Folder of the built app; `None` means the copy inside the binary, else `frontend/dist`.
    pub assets: Option<PathBuf>,
    /// The site's name, texts and looks.
    pub site: SiteSettings,
    /// Folder of the site's own pages.
    pub pages: Option<PathBuf>,
    /// Old addresses, and where they lead.
    pub redirects: Redirects,
    /// Where messages, waiting flashes and ended sessions are stored.
    pub database: DatabaseUrl,
    /// How the owner is notified of messages; `None` means not at all.
    pub mail: Option<MailSettings>,
    /// Content API key of a Ghost site.
    pub ghost_key: Option<String>,
    /// The keys that sign sessions; `None` means the generated one.
    pub keys: Option<ConfiguredKeys>,
}

impl Config {
    /// Reads each setting from `flags`, else the environment, else the TOML file at `file` (or
    /// `FLASHBLOG_CONFIG`), else its default.
    ///
    /// # Errors
    /// When a setting can't be used. The error is about the first such setting.
    pub fn load(
        flags: &ArgMatches,
        file: Option<&Path>,
        environment: &Environment<'_>,
    ) -> Result<Self, ConfigError> {
        let file = file
            .map(Path::to_owned)
            .or_else(|| environment(environment::FILE).map(PathBuf::from));
        let layers = Layers {
            flags,
            environment,
            file: file.as_deref().map(File::read).transpose()?,
        };
        layers.config()
    }
}

/// The layers that give settings. An earlier field overrides a later one.
struct Layers<'a> {
    flags: &'a ArgMatches,
    environment: &'a Environment<'a>,
    file: Option<File>,
}

impl Layers<'_> {
    fn config(&self) -> Result<Config, ConfigError> {
        let mut settings = self.settings()?;
        let source = self.source(&settings.source)?;
        if settings.preview {
            self.allow_preview(&settings, &source)?;
            // The links of a preview lead to its own address, and it answers on no other host.
            settings.public_url = None;
        }
        let data_dir = self.folder("data-dir").join(&settings.data_dir);
        let database = self.folder("database-url");
        let database = database::parse(settings.database_url.as_ref(), &data_dir, database);
        Ok(Config {
            source,
            assets: self.assets(&settings)?,
            site: settings
                .site
                .settings(self.file_folder())
                .map_err(|(name, problem)| self.error(name, problem))?,
            pages: self.pages(&settings)?,
            redirects: Redirects::new(&settings.redirects)
                .map_err(|problem| self.error("redirects", problem))?,
            database: database.map_err(|problem| self.error("database-url", problem))?,
            mail: mail::parse(&settings).map_err(|(name, problem)| self.error(name, problem))?,
            ghost_key: settings.ghost_key.as_ref().map(|key| key.0.clone()),
            keys: ConfiguredKeys::of(&settings)
                .map_err(|(name, problem)| self.error(name, problem))?,
            data_dir,
            settings,
        })
    }

    fn settings(&self) -> Result<Settings, ConfigError> {
        let mut settings = match &self.file {
            Some(file) => file.settings.clone(),
            None => Settings::default(),
        };
        environment::apply(&mut settings, self.flags, self.environment)?;
        flags::apply(&mut settings, self.flags)?;
        Ok(settings)
    }

    /// Reads `source`. A folder that the file names is relative to the file.
    fn source(&self, text: &str) -> Result<SourceKind, ConfigError> {
        let beside = self.folder("source").join(text);
        let text = match beside.to_str() {
            Some(path) if beside.is_dir() => path,
            _ => text,
        };
        text.parse()
            .map_err(|problem| self.error("source", problem))
    }

    /// Refuses a preview that others can reach, since it shows drafts, and one without a folder to watch.
    fn allow_preview(&self, settings: &Settings, source: &SourceKind) -> Result<(), ConfigError> {
        let address = settings.listen.0;
        if !address.ip().is_loopback() {
            let problem = format!(
                "others can reach {address}, and a preview shows drafts; 127.0.0.1:3000 would fit"
            );
            return Err(self.error("listen", problem));
        }
        let is_folder = matches!(source, SourceKind::Folder(_));
        if !is_folder && settings.site.pages.is_none() {
            let problem =
                "there is no folder to watch; a folder of Markdown posts as `source` would fit";
            return Err(self.error("preview", problem));
        }
        Ok(())
    }

    fn assets(&self, settings: &Settings) -> Result<Option<PathBuf>, ConfigError> {
        let Some(folder) = &settings.assets else {
            return Ok(None);
        };
        let folder = self.folder("assets").join(folder);
        if folder.is_dir() {
            return Ok(Some(folder));
        }
        let problem = format!(
            "`{}` is no folder; the one that `cargo xtask build` fills would fit",
            folder.display()
        );
        Err(self.error("assets", problem))
    }

    fn pages(&self, settings: &Settings) -> Result<Option<PathBuf>, ConfigError> {
        let Some(folder) = &settings.site.pages else {
            return Ok(None);
        };
        let folder = self.file_folder().join(folder);
        if folder.is_dir() {
            return Ok(Some(folder));
        }
        let problem = format!(
            "`{}` is no folder; one with Markdown files would fit",
            folder.display()
        );
        Err(self.error("site-pages", problem))
    }

    /// The folder of the TOML file; empty without a file.
    fn file_folder(&self) -> &Path {
        self.file.as_ref().map_or(Path::new(""), File::folder)
    }

    /// The folder that a setting's path is relative to: the file's for a value of the file, else
    /// the current one.
    fn folder(&self, name: &str) -> &Path {
        match &self.file {
            Some(file) if self.is_of_file(name) => file.folder(),
            _ => Path::new(""),
        }
    }

    fn is_of_file(&self, name: &str) -> bool {
        let is_in_file = self
            .file
            .as_ref()
            .and_then(|file| file.place(name))
            .is_some();
        is_in_file && !self.is_given(name) && !self.is_in_environment(name)
    }

    fn is_given(&self, name: &str) -> bool {
        settings::command()
            .get_arguments()
            .find(|argument| argument.get_long() == Some(name))
            .is_some_and(|argument| flags::is_given(self.flags, argument.get_id().as_str()))
    }

    fn is_in_environment(&self, name: &str) -> bool {
        is_argument(name) && (self.environment)(&settings::variable(name)).is_some()
    }

    /// An error that names the setting as the operator gave it: as a flag, a variable or a key of the
    /// file.
    fn error(&self, name: &str, problem: impl fmt::Display) -> ConfigError {
        let place = self.file.as_ref().and_then(|file| file.place(name));
        let shown = if self.is_given(name) {
            format!("--{name}")
        } else if self.is_in_environment(name) {
            settings::variable(name)
        } else {
            place.unwrap_or_else(|| name.to_owned())
        };
        ConfigError::new(shown, problem)
    }
}

/// Whether a setting is also a flag.
fn is_argument(name: &str) -> bool {
    settings::command()
        .get_arguments()
        .any(|argument| argument.get_long() == Some(name))
}

#[cfg(test)]
mod tests;
