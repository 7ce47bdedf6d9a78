//! The settings: one field each, with its flag, its default and its help.
//!
//! A field `data_dir` is the flag `--data-dir`, the environment variable `FLASHBLOG_DATA_DIR` and the
//! key `data-dir` of the file. clap reads the first two, serde the third. A hidden flag is refused:
//! it is for the environment and the file only.

use std::path::PathBuf;

use clap::{Args, Command, FromArgMatches};
use serde::Deserialize;

use crate::clients::rate_limit::Rate;
use crate::config::site::SiteTable;
use crate::config::values::{
    Address, Connections, LogFilter, Period, Redacted, Size, Switch, optional_text, text,
};
use crate::http::client_ip::TrustedProxies;
use crate::http::hosts::AllowedHosts;
use crate::public_url::PublicUrl;
use crate::site::redirects::RedirectRule;

/// The settings of an operator. Those that depend on another setting, or on the disk, are private here:
/// [`Config`](super::Config) has their checked values.
#[derive(Debug, Clone, Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Address to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    #[serde(deserialize_with = "text")]
    pub listen: Address,
    /// Address to serve /metrics to Prometheus on [default: none]
    #[arg(long, value_name = "ADDRESS")]
    #[serde(deserialize_with = "optional_text")]
    pub metrics_listen: Option<Address>,
    /// Where people reach the site; https turns on Secure cookies and HSTS [default: the address to listen on]
    #[arg(long, value_name = "URL")]
    #[serde(deserialize_with = "optional_text")]
    pub public_url: Option<PublicUrl>,
    /// `embedded`, a folder of Markdown posts, or the URL of a WordPress site, a feed, or a JSON blog
    /// API; `wordpress:`, `ghost:`, `feed:` or `json:` before the URL says which
    #[arg(long, value_name = "SOURCE", default_value = "embedded")]
    pub(super) source: String,
    /// Show posts of a folder whose date is in the future
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", hide_default_value = true, hide_possible_values = true, action = clap::ArgAction::Set)]
    pub future: bool,
    /// For writing: show drafts, posts of the future and faults of a folder, and each saved change in
    /// open pages; only on a loopback address
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", hide_default_value = true, hide_possible_values = true, action = clap::ArgAction::Set)]
    pub preview: bool,
    /// Folder for the database and a generated signing key
    #[arg(long, value_name = "FOLDER", default_value = "data")]
    pub(super) data_dir: PathBuf,
    /// Folder of the built single-page app [default: the copy inside the binary, else frontend/dist]
    #[arg(long, value_name = "FOLDER")]
    pub(super) assets: Option<PathBuf>,
    /// `on` sends pages that can be read before the app has started; `off` sends the app alone
    #[arg(long, value_name = "on|off", default_value = "on")]
    #[serde(deserialize_with = "text")]
    pub rendered_pages: Switch,
    /// Refuse a generated signing key, and log as JSON
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", hide_default_value = true, hide_possible_values = true, action = clap::ArgAction::Set)]
    pub production: bool,
    /// How long a session lasts after its last use, such as 90s, 10m or 1h
    #[arg(long, value_name = "DURATION", default_value = "1h")]
    #[serde(deserialize_with = "text")]
    pub session_lifetime: Period,
    /// How long a session keeps reading the same copy of the blogs
    #[arg(long, value_name = "DURATION", default_value = "1h")]
    #[serde(deserialize_with = "text")]
    pub cache_lifetime: Period,
    /// How old the copy of a source at a URL may be before it is read again
    #[arg(long, value_name = "DURATION", default_value = "1m")]
    #[serde(deserialize_with = "text")]
    pub refresh: Period,
    /// Memory for answers that are the same for many readers: each is written and compressed once
    #[arg(long, value_name = "SIZE", default_value = "64M")]
    #[serde(deserialize_with = "text")]
    pub answer_cache: Size,
    /// Limit for one whole upstream request, body included
    #[arg(long, value_name = "DURATION", default_value = "5s")]
    #[serde(deserialize_with = "text")]
    pub upstream_timeout: Period,
    /// Database for messages, waiting flashes and ended sessions: `sqlite:` and a path, or
    /// `postgres://user:password@host/name` [default: SQLite in the data directory]
    #[arg(long, value_name = "URL")]
    pub(super) database_url: Option<Redacted>,
    /// Further names that people reach the site by, comma-separated [default: none]
    #[arg(
        long,
        value_name = "NAMES",
        default_value = "",
        hide_default_value = true
    )]
    #[serde(deserialize_with = "text")]
    pub allowed_hosts: AllowedHosts,
    /// Connections to PostgreSQL that this server opens at most
    #[arg(long, value_name = "COUNT", default_value = "10")]
    pub database_connections: Connections,
    /// Networks whose X-Forwarded-For is believed, comma-separated [default: none]
    #[arg(
        long,
        value_name = "NETWORKS",
        default_value = "",
        hide_default_value = true
    )]
    #[serde(deserialize_with = "text")]
    pub trusted_proxies: TrustedProxies,
    /// Contact messages that one client may send, such as 5/min or 20/h
    #[arg(long, value_name = "RATE", default_value = "5/min")]
    #[serde(deserialize_with = "text")]
    pub contact_rate: Rate,
    /// Sessions that one client may begin and end, as contact-rate
    #[arg(long, value_name = "RATE", default_value = "60/min")]
    #[serde(deserialize_with = "text")]
    pub session_rate: Rate,
    /// Mail server that sends notifications, such as `smtps://user:password@mail.example` or
    /// `smtp://localhost` [default: none]
    #[arg(long, value_name = "URL")]
    pub(super) smtp_url: Option<Redacted>,
    /// Receiver of the notifications; also their sender
    #[arg(long, value_name = "ADDRESS")]
    pub(super) notify_to: Option<String>,
    /// What to log: a tracing filter such as `info` or `flashblog=debug`
    #[arg(long, value_name = "FILTER", default_value = "info")]
    #[serde(deserialize_with = "text")]
    pub log: LogFilter,
    /// The table `[site]`
    #[command(flatten)]
    pub(super) site: SiteTable,
    /// Old addresses, and where they lead; in the file only
    #[arg(skip)]
    pub(super) redirects: Vec<RedirectRule>,
    /// Content API key of a Ghost site
    #[arg(long, hide = true)]
    pub(super) ghost_key: Option<Redacted>,
    /// Signs the sessions
    #[arg(long, hide = true)]
    pub(super) secret_key: Option<Redacted>,
    /// Keys that still verify, comma-separated
    #[arg(long, hide = true)]
    pub(super) secret_key_fallbacks: Option<Redacted>,
}

impl Default for Settings {
    /// The defaults that the fields' attributes name.
    fn default() -> Self {
        let matches = command().get_matches_from(["flashblog"]);
        // Not reachable: a test reads every default.
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// The names of all variables begin with it.
pub(super) const PREFIX: &str = "FLASHBLOG_";

/// The environment variable of a setting: `FLASHBLOG_DATA_DIR` for `data-dir`.
pub(super) fn variable(name: &str) -> String {
    format!("{PREFIX}{}", name.to_uppercase().replace('-', "_"))
}

/// A clap command whose only arguments are the settings.
pub fn command() -> Command {
    Settings::augment_args(Command::new("flashblog").disable_help_flag(true))
}
