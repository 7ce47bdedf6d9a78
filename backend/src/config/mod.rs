//! What an operator can set: by flag, by environment variable, or in a TOML file, in that order of
//! precedence. Everything is parsed here, once; past [`Config`] a value is usable.

mod database;
mod mail;
pub mod secret_key;

use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

pub use mail::MailSettings;

use crate::http::client_ip::TrustedProxies;
use crate::http::rate_limit::Rate;
use crate::public_url::PublicUrl;
use crate::sources::SourceKind;
use crate::store::DatabaseUrl;

/// The shortest signing key that is accepted, in bytes (RFC 7518, section 3.2: at least the size
/// of the hash output).
pub const MIN_KEY_BYTES: usize = 32;

/// Settings as they are written, before they mean anything: one layer for flags and environment,
/// one for the file.
#[derive(Debug, Default, clap::Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Address to listen on; port 0 picks a free one [default: 127.0.0.1:3000]
    #[arg(long, env = "FLASHBLOG_LISTEN", value_name = "ADDRESS")]
    listen: Option<String>,
    /// Address to serve /metrics to Prometheus on [default: none]
    #[arg(long, env = "FLASHBLOG_METRICS_LISTEN", value_name = "ADDRESS")]
    metrics_listen: Option<String>,
    /// Where people reach the site; https turns on Secure cookies and HSTS [default: the address that is listened on]
    #[arg(long, env = "FLASHBLOG_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// `embedded`, the URL of a JSON blog API, or a folder of Markdown posts [default: embedded]
    #[arg(long, env = "FLASHBLOG_SOURCE", value_name = "SOURCE")]
    source: Option<String>,
    /// Folder for what the server keeps, such as a generated signing key [default: data]
    #[arg(long, env = "FLASHBLOG_DATA_DIR", value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// Folder of the built single-page app [default: the copy inside the binary, else frontend/dist]
    #[arg(long, env = "FLASHBLOG_ASSETS", value_name = "FOLDER")]
    assets: Option<PathBuf>,
    /// Refuse a generated signing key, and log as JSON
    #[arg(long, env = "FLASHBLOG_PRODUCTION", value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    production: Option<bool>,
    /// How long a session lasts after its last use, such as 90s, 10m or 1h [default: 1h]
    #[arg(long, env = "FLASHBLOG_SESSION_LIFETIME", value_name = "DURATION")]
    session_lifetime: Option<String>,
    /// How long a session keeps reading the same copy of the blogs [default: 1h]
    #[arg(long, env = "FLASHBLOG_CACHE_LIFETIME", value_name = "DURATION")]
    cache_lifetime: Option<String>,
    /// Limit for one whole upstream request, body included [default: 5s]
    #[arg(long, env = "FLASHBLOG_UPSTREAM_TIMEOUT", value_name = "DURATION")]
    upstream_timeout: Option<String>,
    /// Database for messages, waiting flashes and ended sessions: `sqlite:` and a path, or
    /// `postgres://user:password@host/name` [default: SQLite in the data directory]
    #[arg(
        long,
        env = "FLASHBLOG_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    database_url: Option<Redacted>,
    /// Networks whose X-Forwarded-For is believed, comma-separated [default: none]
    #[arg(long, env = "FLASHBLOG_TRUSTED_PROXIES", value_name = "NETWORKS")]
    trusted_proxies: Option<String>,
    /// Contact messages that one client may send, such as 5/min or 20/h [default: 5/min]
    #[arg(long, env = "FLASHBLOG_CONTACT_RATE", value_name = "RATE")]
    contact_rate: Option<String>,
    /// Mail server that tells of messages, such as `smtps://user:password@mail.example` or
    /// `smtp://localhost` [default: none]
    #[arg(
        long,
        env = "FLASHBLOG_SMTP_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    smtp_url: Option<Redacted>,
    /// Whom to tell of messages by mail; also the sender
    #[arg(long, env = "FLASHBLOG_NOTIFY_TO", value_name = "ADDRESS")]
    notify_to: Option<String>,
    /// What to log: a tracing filter such as `info` or `flashblog=debug` [default: info]
    #[arg(long, env = "FLASHBLOG_LOG", value_name = "FILTER")]
    log: Option<String>,
    /// Signs the sessions; environment or file only, so that no process list shows it.
    #[arg(skip)]
    secret_key: Option<String>,
    /// Keys that still verify, comma-separated.
    #[arg(skip)]
    secret_key_fallbacks: Option<String>,
}

/// A setting that can't be used: one line that names it and says what would fit.
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

/// The server's configuration, every value parsed.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where to serve `/metrics`, if anywhere.
    pub metrics_listen: Option<SocketAddr>,
    /// Where people reach the site; `None` until the listener's address is known.
    pub public_url: Option<PublicUrl>,
    /// Where the blogs come from.
    pub source: SourceKind,
    /// Where the server keeps what must outlive it.
    pub data_dir: PathBuf,
    /// The built single-page app, where it is not the one that comes with the binary.
    pub assets: Option<PathBuf>,
    /// Whether this is a site that people rely on.
    pub production: bool,
    /// How long a session lasts after its last use.
    pub session_lifetime: Duration,
    /// How long a session keeps reading the same copy of the blogs.
    pub cache_lifetime: Duration,
    /// Limit for one whole upstream request.
    pub upstream_timeout: Duration,
    /// Where messages, waiting flashes and ended sessions live.
    pub database: DatabaseUrl,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// How many messages one client may send.
    pub contact_rate: Rate,
    /// How the owner is told of messages; `None` means not at all.
    pub mail: Option<MailSettings>,
    /// A tracing filter.
    pub log: String,
    /// The keys that sessions are signed with; `None` means one is to be generated.
    pub keys: Option<ConfiguredKeys>,
}

/// Text that may hold a password: `Debug` never shows it.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
struct Redacted(String);

impl From<&str> for Redacted {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Signing keys from the environment or the file. `Debug` never shows them.
#[derive(Clone)]
pub struct ConfiguredKeys {
    /// Signs, and verifies.
    pub signing: String,
    /// Verify only.
    pub fallbacks: Vec<String>,
}

impl fmt::Debug for ConfiguredKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[redacted, {} fallbacks]", self.fallbacks.len())
    }
}

impl Config {
    /// Puts the layers together: what `flags` (which clap fills from the environment too) leaves
    /// open comes from the TOML file at `file`, and what that leaves open is the default.
    ///
    /// # Errors
    /// Names the first setting that can't be used, and what would fit.
    pub fn load(
        mut flags: Settings,
        file: Option<&Path>,
        environment: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<Self, ConfigError> {
        let key = |name: &str| {
            let value = environment(name).map(OsString::into_string).transpose();
            value.map_err(|_| {
                let fits = "`flashblog secret` prints a key that fits";
                ConfigError::new(name, format!("its value is not UTF-8; {fits}"))
            })
        };
        flags.secret_key = key("FLASHBLOG_SECRET_KEY")?;
        flags.secret_key_fallbacks = key("FLASHBLOG_SECRET_KEY_FALLBACKS")?;
        let file = match file {
            Some(path) => read_file(path)?,
            None => Settings::default(),
        };
        Self::parse(flags.or(file))
    }

    fn parse(settings: Settings) -> Result<Self, ConfigError> {
        let listen = match settings.listen.as_deref() {
            None => SocketAddr::from(([127, 0, 0, 1], 3000)),
            Some(text) => address("listen", text)?,
        };
        let metrics_listen = settings
            .metrics_listen
            .map(|text| address("metrics-listen", &text))
            .transpose()?;
        let public_url = settings
            .public_url
            .map(|text| {
                text.parse()
                    .map_err(|problem: String| ConfigError::new("public-url", problem))
            })
            .transpose()?;
        let source = settings
            .source
            .as_deref()
            .unwrap_or("embedded")
            .parse()
            .map_err(|problem| ConfigError::new("source", problem))?;
        let assets = match settings.assets {
            Some(folder) if !folder.is_dir() => {
                return Err(ConfigError::new(
                    "assets",
                    format!(
                        "`{}` is no folder; the one that `cargo xtask build` fills would fit",
                        folder.display()
                    ),
                ));
            }
            folder => folder,
        };
        let data_dir = settings.data_dir.unwrap_or_else(|| PathBuf::from("data"));
        let log = settings.log.unwrap_or_else(|| "info".to_owned());
        check_log_filter(&log).map_err(|problem| ConfigError::new("log", problem))?;
        Ok(Self {
            listen,
            metrics_listen,
            public_url,
            source,
            assets,
            production: settings.production.unwrap_or(false),
            session_lifetime: duration(
                "session-lifetime",
                settings.session_lifetime,
                Duration::from_secs(3600),
            )?,
            cache_lifetime: duration(
                "cache-lifetime",
                settings.cache_lifetime,
                Duration::from_secs(3600),
            )?,
            upstream_timeout: duration(
                "upstream-timeout",
                settings.upstream_timeout,
                Duration::from_secs(5),
            )?,
            database: database::parse(settings.database_url, &data_dir)?,
            data_dir,
            trusted_proxies: settings
                .trusted_proxies
                .unwrap_or_default()
                .parse()
                .map_err(|problem| ConfigError::new("trusted-proxies", problem))?,
            contact_rate: match settings.contact_rate {
                Some(text) => text
                    .parse()
                    .map_err(|problem| ConfigError::new("contact-rate", problem))?,
                None => Rate::FIVE_A_MINUTE,
            },
            mail: mail::parse(settings.smtp_url, settings.notify_to)?,
            log,
            keys: keys(settings.secret_key, settings.secret_key_fallbacks)?,
        })
    }
}

impl Settings {
    /// These settings, with `other`'s where these say nothing.
    fn or(self, other: Self) -> Self {
        Self {
            listen: self.listen.or(other.listen),
            metrics_listen: self.metrics_listen.or(other.metrics_listen),
            public_url: self.public_url.or(other.public_url),
            source: self.source.or(other.source),
            data_dir: self.data_dir.or(other.data_dir),
            assets: self.assets.or(other.assets),
            production: self.production.or(other.production),
            session_lifetime: self.session_lifetime.or(other.session_lifetime),
            cache_lifetime: self.cache_lifetime.or(other.cache_lifetime),
            upstream_timeout: self.upstream_timeout.or(other.upstream_timeout),
            database_url: self.database_url.or(other.database_url),
            trusted_proxies: self.trusted_proxies.or(other.trusted_proxies),
            contact_rate: self.contact_rate.or(other.contact_rate),
            smtp_url: self.smtp_url.or(other.smtp_url),
            notify_to: self.notify_to.or(other.notify_to),
            log: self.log.or(other.log),
            secret_key: self.secret_key.or(other.secret_key),
            secret_key_fallbacks: self.secret_key_fallbacks.or(other.secret_key_fallbacks),
        }
    }
}

fn read_file(path: &Path) -> Result<Settings, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        ConfigError::new(
            "config",
            format!("can't read `{}`: {error}", path.display()),
        )
    })?;
    toml::from_str(&text).map_err(|error| {
        let line = error
            .span()
            .map_or(1, |span| 1 + text[..span.start].matches('\n').count());
        let problem = error.message().lines().collect::<Vec<_>>().join(" ");
        ConfigError::new(
            "config",
            format!("`{}`, line {line}: {problem}", path.display()),
        )
    })
}

/// A word alone is a level. The filter itself would take any other for the name of a target, and
/// log nothing but that.
fn check_log_filter(filter: &str) -> Result<(), String> {
    let fits = "info or flashblog=debug would fit";
    EnvFilter::try_new(filter)
        .map_err(|error| format!("`{filter}` is no filter ({error}); {fits}"))?;
    let mut words = filter.split(',').map(str::trim);
    let is_unknown = |word: &&str| {
        !word.is_empty() && !word.contains(['=', '[']) && word.parse::<LevelFilter>().is_err()
    };
    match words.find(is_unknown) {
        Some(word) => Err(format!("`{word}` is no level; {fits}")),
        None => Ok(()),
    }
}

fn address(name: &str, text: &str) -> Result<SocketAddr, ConfigError> {
    text.parse().map_err(|_| {
        ConfigError::new(
            name,
            format!("`{text}` is no address; an IP address and a port such as 127.0.0.1:3000 or [::1]:0 would fit"),
        )
    })
}

fn duration(name: &str, text: Option<String>, default: Duration) -> Result<Duration, ConfigError> {
    let Some(text) = text else { return Ok(default) };
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3600),
        _ => None,
    };
    factor
        .zip(digits.parse::<u32>().ok())
        .map(|(factor, count)| Duration::from_secs(factor * u64::from(count)))
        .filter(|duration| (1..=366 * 86_400).contains(&duration.as_secs()))
        .ok_or_else(|| {
            ConfigError::new(name, format!("`{text}` is no duration; a whole number of seconds, minutes or hours from 1s to 8784h, such as 90s, 10m or 1h, would fit"))
        })
}

fn keys(
    signing: Option<String>,
    fallbacks: Option<String>,
) -> Result<Option<ConfiguredKeys>, ConfigError> {
    let long_enough = |name: &str, key: &str| {
        if key.len() < MIN_KEY_BYTES {
            return Err(ConfigError::new(
                name,
                format!(
                    "a key of {} bytes is too short; at least {MIN_KEY_BYTES} are needed, `flashblog secret` prints one",
                    key.len()
                ),
            ));
        }
        Ok(())
    };
    let fallbacks: Vec<String> = fallbacks
        .iter()
        .flat_map(|text| text.split(','))
        .map(|key| key.trim().to_owned())
        .filter(|key| !key.is_empty())
        .collect();
    for key in &fallbacks {
        long_enough("secret-key-fallbacks", key)?;
    }
    match signing {
        Some(signing) => {
            long_enough("secret-key", &signing)?;
            Ok(Some(ConfiguredKeys { signing, fallbacks }))
        }
        None if fallbacks.is_empty() => Ok(None),
        None => Err(ConfigError::new(
            "secret-key-fallbacks",
            "set without a secret-key; set FLASHBLOG_SECRET_KEY too",
        )),
    }
}

#[cfg(test)]
mod tests;
