use std::ffi::OsString;
use std::time::Duration;

use super::*;

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("temporary file");
    std::fs::write(file.path(), text).expect("writes");
    file
}

fn load(flags: &[&str], toml: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let file = file(toml);
    let matches = settings::command()
        .try_get_matches_from([&["flashblog"], flags].concat())
        .map_err(|error| flags::one_line(&error))?;
    let environment = |name: &str| {
        environment
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| OsString::from(value))
    };
    let config = Config::load(&matches, Some(file.path()), &environment);
    config.map_err(|error| error.to_string())
}

fn of_file(path: &Path) -> Result<Config, ConfigError> {
    let no_flags = settings::command().get_matches_from(["flashblog"]);
    Config::load(&no_flags, Some(path), &|_| None)
}

#[test]
fn nothing_set_is_a_working_site() {
    let config = load(&[], "", &[]).expect("loads");
    assert_eq!(config.settings.listen.0.to_string(), "127.0.0.1:3000");
    assert_eq!(config.source, SourceKind::Embedded);
    assert_eq!(config.settings.upstream_timeout.0, Duration::from_secs(5));
    assert!(
        config.keys.is_none()
            && config.settings.public_url.is_none()
            && !config.settings.production
    );
}

#[test]
fn a_flag_beats_the_environment_that_the_file_and_that_the_default() {
    let flags = ["--listen", "127.0.0.1:0"];
    let environment = [
        ("FLASHBLOG_LISTEN", "nowhere"),
        ("FLASHBLOG_CACHE_LIFETIME", "2m"),
        ("FLASHBLOG_PRODUCTION", "true"),
    ];
    let toml = "listen = '127.0.0.1:1'\ncache-lifetime = '3m'\nsession-lifetime = '90s'\nproduction = false";
    let settings = load(&flags, toml, &environment).expect("loads").settings;
    assert_eq!(settings.listen.0.port(), 0);
    assert_eq!(settings.cache_lifetime.0, Duration::from_secs(120));
    assert_eq!(settings.session_lifetime.0, Duration::from_secs(90));
    assert_eq!(settings.upstream_timeout.0, Duration::from_secs(5));
    assert!(settings.production);
    let off = load(&["--production=false"], toml, &environment[1..]).expect("loads");
    assert!(!off.settings.production);
}

#[test]
fn paths_of_the_file_are_relative_to_it() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let file = folder.path().join("flashblog.toml");
    std::fs::create_dir(folder.path().join("posts")).expect("makes");
    std::fs::write(
        &file,
        "source = 'posts'\ndata-dir = 'kept'\nassets = 'posts'",
    )
    .expect("writes");
    let config = of_file(&file).expect("loads");
    let posts = folder.path().join("posts");
    assert_eq!(config.source, SourceKind::Folder(posts.clone()));
    assert_eq!(config.assets, Some(posts));
    assert_eq!(config.data_dir, folder.path().join("kept"));
    std::fs::write(&file, "database-url = 'sqlite:kept/it.db'").expect("writes");
    let config = of_file(&file).expect("loads");
    let database = folder.path().join("kept/it.db");
    assert_eq!(
        format!("{:?}", config.database),
        format!("sqlite:{}", database.display())
    );
    assert_eq!(
        config.data_dir,
        Path::new("data"),
        "the default is no path of the file"
    );
}

#[test]
fn a_value_is_named_by_where_it_stands() {
    let environment = [("FLASHBLOG_LISTEN", "x")];
    let error = load(&[], "listen = 'y'", &environment).expect_err("an address");
    assert!(
        error.starts_with("listen in `"),
        "the file is read first: {error}"
    );
    type Case<'a> = (&'a [&'a str], &'a str, &'a [(&'a str, &'a str)], &'a str);
    let cases: [Case<'_>; 9] = [
        (&[], "", &environment, "FLASHBLOG_LISTEN: `x` is no address"),
        (&["--listen", "x"], "", &[], "--listen: `x` is no address"),
        (
            &[],
            "",
            &[("FLASHBLOG_SOURCE", "ftp://x")],
            "FLASHBLOG_SOURCE: ",
        ),
        (&["--source", "ftp://x"], "source = 'y'", &[], "--source: "),
        (
            &[],
            "",
            &[("FLASHBLOG_SECRET_KEY", "short")],
            "FLASHBLOG_SECRET_KEY: a key of 5 bytes",
        ),
        (
            &[],
            "",
            &[("FLASHBLOG_SMTP_URL", "smtp://localhost")],
            "FLASHBLOG_SMTP_URL: set without",
        ),
        (
            &[],
            "",
            &[("FLASHBLOG_PRODUCTION", "maybe")],
            "FLASHBLOG_PRODUCTION: `maybe`",
        ),
        (
            &["--secret-key", KEY],
            "",
            &[],
            "--secret-key: a flag is seen in the list of processes; set FLASHBLOG_SECRET_KEY",
        ),
        (&["--assets", "/no/such"], "", &[], "--assets: "),
    ];
    for (flags, toml, environment, start) in cases {
        let error = load(flags, toml, environment).expect_err(start);
        assert!(error.starts_with(start), "{error}");
        assert!(
            !error.contains(KEY) && error.lines().count() == 1,
            "{error}"
        );
    }
}

#[test]
fn keys_come_from_environment_or_file_and_are_never_shown() {
    let toml = format!("secret-key = 'file {KEY}'\nsecret-key-fallbacks = 'a{KEY}, b{KEY},'");
    let config = load(&[], &toml, &[("FLASHBLOG_SECRET_KEY", KEY)]).expect("loads");
    let keys = config.keys.as_ref().expect("keys");
    assert_eq!(keys.signing, KEY);
    assert_eq!(keys.fallbacks, [format!("a{KEY}"), format!("b{KEY}")]);
    assert!(!format!("{config:?}").contains(KEY));
}

#[test]
fn databases_and_mail_servers_are_named_without_their_passwords() {
    let default = load(&["--data-dir", "d"], "", &[]).expect("loads");
    assert_eq!(format!("{:?}", default.database), "sqlite:d/flashblog.db");
    assert!(default.mail.is_none());
    let flags = ["--database-url", "postgres://flash:hidden@db.example/blog"];
    let toml = "smtp-url = 'smtps://flash:hidden@mail.example'\nnotify-to = 'a@b.example'";
    let shown = format!("{:?}", load(&flags, toml, &[]).expect("loads"));
    assert!(
        shown.contains("db.example:5432") && shown.contains("a@b.example"),
        "{shown}"
    );
    assert!(!shown.contains("hidden"), "{shown}");
    for toml in [
        "database-url = 'postgres://flash:hidden@db.example:port/blog'",
        "database-url = 'postgre://flash:hidden@db.example'",
        "smtp-url = 'smtp//flash:hidden@mail.example'\nnotify-to = 'a@b.example'",
        "database-url = ['hidden']",
    ] {
        let error = load(&[], toml, &[]).expect_err(toml);
        assert!(!error.contains("hidden"), "{error}");
    }
}

#[test]
fn unusable_values_are_named_with_what_would_fit() {
    let cases = [
        (
            "listen = 'localhost'",
            &["listen in `", "127.0.0.1:3000"] as &[_],
        ),
        (
            "public-url = 'blog.example'",
            &["public-url in `", "https://blog.example"],
        ),
        (
            "public-url = 'https://blog.example/path'",
            &["public-url in `", "without a path"],
        ),
        ("source = 'ftp://else'", &["source in `", "embedded"]),
        ("source = '/no/such/folder'", &["source in `", "folder"]),
        (
            "assets = '/no/such/folder'",
            &["assets in `", "xtask build"],
        ),
        ("session-lifetime = '5'", &["session-lifetime in `", "90s"]),
        ("cache-lifetime = '0s'", &["cache-lifetime in `", "1s"]),
        (
            "upstream-timeout = '-1s'",
            &["upstream-timeout in `", "90s"],
        ),
        (
            "session-lifetime = '99999999999h'",
            &["session-lifetime in `"],
        ),
        ("session-lifetime = '1ß'", &["session-lifetime in `"]),
        ("answer-cache = '0M'", &["answer-cache in `", "64M"]),
        ("answer-cache = '64'", &["answer-cache in `", "64M"]),
        (
            "database-url = 'mysql://x'",
            &["database-url in `", "postgres://"],
        ),
        (
            "database-url = 'sqlite::memory:'",
            &["database-url in `", "lose the messages", "sqlite:/"],
        ),
        (
            "database-url = 'sqlite://:MEMORY:'",
            &["database-url in `", "lose the messages"],
        ),
        (
            "database-url = 'sqlite:'",
            &["database-url in `", "sqlite:/"],
        ),
        (
            "trusted-proxies = 'proxy'",
            &["trusted-proxies in `", "10.0.0.0/8"],
        ),
        (
            "database-connections = 1",
            &["database-connections", "2 to 1000"],
        ),
        ("contact-rate = '5'", &["contact-rate in `", "5/min"]),
        ("notify-to = 'a@b.example'", &["notify-to in `", "smtps://"]),
        (
            "smtp-url = 'smtp://localhost'",
            &["smtp-url in `", "notify-to"],
        ),
        (
            "smtp-url = 'smtp://localhost'\nnotify-to = 'nobody'",
            &["notify-to in `", "owner@example.org"],
        ),
        (
            "smtp-url = 'http://localhost'\nnotify-to = 'a@b.example'",
            &["smtp-url in `", "smtps://"],
        ),
        (
            "smtp-url = 'smtp://u:p@mail.example'\nnotify-to = 'a@b.example'",
            &["smtp-url in `", "unencrypted", "tls=required"],
        ),
        ("log = 'a=b=c'", &["log in `", "flashblog=debug"]),
        ("log = 'info,,debgu'", &["log in `", "`debgu`"]),
        (
            "secret-key = 'short'",
            &["secret-key in `", "32", "flashblog secret"],
        ),
        (
            "\nlisten = 3000",
            &["listen in `", "line 2: ", "a text in quotes"],
        ),
        (
            "lisen = 'x'",
            &["line 1: unknown key `lisen`; `listen` would fit"],
        ),
        (
            "colour = 'x'",
            &["line 1: unknown key `colour`; what fits: listen, "],
        ),
        ("listen", &["`, line 1: "]),
    ];
    for (toml, parts) in cases {
        let error = load(&[], toml, &[]).expect_err(toml);
        assert_eq!(error.lines().count(), 1, "{error}");
        for part in parts {
            assert!(error.contains(part), "{toml}: {error}");
        }
    }
    let alone = [("FLASHBLOG_SECRET_KEY_FALLBACKS", KEY)];
    let error = load(&[], "", &alone).expect_err("no signing key");
    assert!(error.contains("FLASHBLOG_SECRET_KEY"), "{error}");
    let missing = of_file(Path::new("/no/such.toml"));
    assert!(
        missing
            .expect_err("no file")
            .to_string()
            .starts_with("config: can't read")
    );
}

#[test]
fn a_variable_that_sets_nothing_is_named_with_what_would_fit() {
    let names = [
        "FLASHBLOG_SITE_ACCENT",
        "FLASHBLOG_REDIRECTS",
        "FLASHBLOG_DATADIR",
        "FLASHBLOG_QUUX",
        "FLASHBLOG_DATA_DIR",
        "FLASHBLOG_CONFIG",
        "FLASHBLOG_TEST_DATA",
        "HOME",
    ];
    assert_eq!(
        ignored_variables(names.map(str::to_owned)),
        [
            "FLASHBLOG_DATADIR sets nothing; FLASHBLOG_DATA_DIR would fit",
            "FLASHBLOG_QUUX sets nothing; `flashblog --help` lists the settings",
            "FLASHBLOG_REDIRECTS sets nothing; `redirects` in the file of --config would fit",
            "FLASHBLOG_SITE_ACCENT sets nothing; `site.accent` in the file of --config would fit",
        ]
    );
}
