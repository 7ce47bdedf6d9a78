use super::*;

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("temporary file");
    std::fs::write(file.path(), text).expect("writes");
    file
}

fn load(flags: Settings, toml: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let file = file(toml);
    let environment = |name: &str| {
        environment
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| OsString::from(value))
    };
    Config::load(flags, Some(file.path()), &environment).map_err(|error| error.to_string())
}

#[test]
fn nothing_set_is_a_working_site() {
    let config = load(Settings::default(), "", &[]).expect("loads");
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(config.source, SourceKind::Embedded);
    assert_eq!(config.upstream_timeout, Duration::from_secs(5));
    assert!(config.keys.is_none() && config.public_url.is_none() && !config.production);
}

#[test]
fn a_flag_beats_the_file_and_the_file_the_default() {
    let flags = Settings {
        listen: Some("127.0.0.1:0".into()),
        ..Settings::default()
    };
    let toml = "listen = '127.0.0.1:1'\nsession-lifetime = '90s'\nproduction = true";
    let config = load(flags, toml, &[]).expect("loads");
    assert_eq!(config.listen.port(), 0);
    assert_eq!(config.session_lifetime, Duration::from_secs(90));
    assert!(config.production);
}

#[test]
fn keys_come_from_environment_or_file_and_are_never_shown() {
    let toml = format!("secret-key = 'file {KEY}'\nsecret-key-fallbacks = 'a{KEY}, b{KEY},'");
    let config = load(Settings::default(), &toml, &[("FLASHBLOG_SECRET_KEY", KEY)]).expect("loads");
    let keys = config.keys.as_ref().expect("keys");
    assert_eq!(keys.signing, KEY);
    assert_eq!(keys.fallbacks, [format!("a{KEY}"), format!("b{KEY}")]);
    assert!(!format!("{config:?}").contains(KEY));
}

#[test]
fn databases_and_mail_servers_are_named_without_their_passwords() {
    let default = load(Settings::default(), "data-dir = 'd'", &[]).expect("loads");
    assert_eq!(format!("{:?}", default.database), "sqlite:d/flashblog.db");
    assert!(default.mail.is_none());
    let flags = Settings {
        database_url: Some("postgres://flash:hidden@db.example/blog".into()),
        ..Settings::default()
    };
    assert!(!format!("{flags:?}").contains("hidden"));
    let toml = "smtp-url = 'smtps://flash:hidden@mail.example'\nnotify-to = 'a@b.example'";
    let shown = format!("{:?}", load(flags, toml, &[]).expect("loads"));
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
        let error = load(Settings::default(), toml, &[]).expect_err(toml);
        assert!(!error.contains("hidden"), "{error}");
    }
    let relative = "database-url = 'sqlite:some/file.db'";
    let config = load(Settings::default(), relative, &[]).expect("loads");
    assert_eq!(format!("{:?}", config.database), "sqlite:some/file.db");
}

#[test]
fn what_can_not_be_used_is_named_with_what_would_fit() {
    let cases = [
        (
            "listen = 'localhost'",
            &["listen: ", "127.0.0.1:3000"] as &[_],
        ),
        (
            "public-url = 'blog.example'",
            &["public-url: ", "https://blog.example"],
        ),
        (
            "public-url = 'https://blog.example/path'",
            &["public-url: ", "without a path"],
        ),
        ("source = 'ftp://else'", &["source: ", "embedded"]),
        ("source = '/no/such/folder'", &["source: ", "folder"]),
        ("assets = '/no/such/folder'", &["assets: ", "xtask build"]),
        ("session-lifetime = '5'", &["session-lifetime: ", "90s"]),
        ("cache-lifetime = '0s'", &["cache-lifetime: ", "1s"]),
        ("upstream-timeout = '-1s'", &["upstream-timeout: ", "90s"]),
        ("session-lifetime = '99999999999h'", &["session-lifetime: "]),
        ("session-lifetime = '1ß'", &["session-lifetime: "]),
        (
            "database-url = 'mysql://x'",
            &["database-url: ", "postgres://"],
        ),
        ("database-url = 'sqlite:'", &["database-url: ", "sqlite:/"]),
        (
            "trusted-proxies = 'proxy'",
            &["trusted-proxies: ", "10.0.0.0/8"],
        ),
        ("contact-rate = '5'", &["contact-rate: ", "5/min"]),
        ("notify-to = 'a@b.example'", &["notify-to: ", "smtps://"]),
        (
            "smtp-url = 'smtp://localhost'",
            &["smtp-url: ", "notify-to"],
        ),
        (
            "smtp-url = 'smtp://localhost'\nnotify-to = 'nobody'",
            &["notify-to: ", "owner@example.org"],
        ),
        (
            "smtp-url = 'http://localhost'\nnotify-to = 'a@b.example'",
            &["smtp-url: ", "smtps://"],
        ),
        (
            "smtp-url = 'smtp://u:p@mail.example'\nnotify-to = 'a@b.example'",
            &["smtp-url: ", "unencrypted", "tls=required"],
        ),
        ("log = 'a=b=c'", &["log: ", "flashblog=debug"]),
        ("log = 'info,,debgu'", &["log: ", "`debgu`"]),
        (
            "secret-key = 'short'",
            &["secret-key: ", "32", "flashblog secret"],
        ),
        ("\nlisten = 3000", &["config: ", "line 2", "string"]),
        ("lisen = 'x'", &["config: ", "line 1", "lisen", "listen"]),
        ("listen", &["config: ", "line 1"]),
    ];
    for (toml, parts) in cases {
        let error = load(Settings::default(), toml, &[]).expect_err(toml);
        assert_eq!(error.lines().count(), 1, "{error}");
        for part in parts {
            assert!(error.contains(part), "{toml}: {error}");
        }
    }
    let alone = [("FLASHBLOG_SECRET_KEY_FALLBACKS", KEY)];
    let error = load(Settings::default(), "", &alone).expect_err("no signing key");
    assert!(error.contains("FLASHBLOG_SECRET_KEY"), "{error}");
    let missing = Config::load(
        Settings::default(),
        Some(Path::new("/no/such.toml")),
        &|_| None,
    );
    assert!(
        missing
            .expect_err("no file")
            .to_string()
            .starts_with("config: can't read")
    );
}
