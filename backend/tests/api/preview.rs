//! Writing with a preview: drafts, marks and faults are shown, and open pages are told of changes.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use flashblog::app::{App, Parts};
use flashblog::cache::BlogCache;
use flashblog::clock::Clock;
use flashblog::preview::Preview;
use flashblog::site::identity::SiteSettings;
use flashblog::site::own_pages::OwnPages;
use flashblog::site::picture::Picture;
use flashblog::site::profile::Profile;
use flashblog::site::redirects::Redirects;
use flashblog::sources::folder::FolderSource;
use http_body_util::BodyExt;
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::harness::{Answer, Client, TestApp};
use crate::process::{Server, flashblog};

/// The time limit of a test for an event: longer than any change takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A preview of a folder with posts and one with pages.
struct Written {
    folder: TempDir,
    test: TestApp,
    app: App,
    running: JoinHandle<()>,
}

impl Drop for Written {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl Written {
    async fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["posts", "pages"] {
            fs::create_dir(folder.path().join(name)).expect("makes");
        }
        let test = TestApp::new().await;
        let clock = Arc::clone(&test.clock) as Arc<dyn Clock>;
        let hour = Duration::from_secs(3600);
        let (posts, pages) = (folder.path().join("posts"), folder.path().join("pages"));
        for (path, text) in files {
            write(&folder.path().join(path), text);
        }
        let source = FolderSource::new(posts.clone()).previewing(true);
        let blogs = BlogCache::new(Arc::new(source), Arc::clone(&clock), hour).without_pins();
        let blogs = Arc::new(blogs);
        let own = OwnPages::preview(Some(pages.clone()), Arc::clone(&clock)).expect("pages");
        let logo = folder.path().join("logo.svg");
        let settings = SiteSettings {
            logo: logo
                .exists()
                .then(|| Picture::read(&logo).expect("a picture")),
            ..SiteSettings::default()
        };
        let profile = Arc::new(Profile::new(settings, true, own, Redirects::default()));
        let preview = Preview::new(
            vec![posts, pages],
            Arc::clone(&blogs),
            Arc::clone(&profile),
            &*clock,
        );
        let preview = Arc::new(preview.expect("watches"));
        let app = App::from(Parts {
            blogs,
            profile,
            preview: Some(Arc::clone(&preview)),
            ..Parts::clone(&test.app)
        });
        let running = tokio::spawn(async move { preview.run().await });
        Self {
            folder,
            test,
            app,
            running,
        }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        write(&self.path(path), text);
    }

    fn browser(&self) -> Client {
        let router = flashblog::router::router(self.app.clone());
        self.test.browser().through(router)
    }

    async fn get(&self, path: &str) -> Answer {
        self.browser().get(path).await
    }

    /// The list's items.
    async fn items(&self) -> Vec<Value> {
        let list = self.get("/api/v1/blogs").await.json();
        list["data"]["items"].as_array().expect("items").clone()
    }

    /// Listens to changes, and takes the first event, which has the current version.
    async fn listen(&self) -> Changes {
        let mut changes = Changes::of(&self.app).await;
        changes.next().await;
        changes
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("makes");
    fs::write(path, text).expect("writes");
}

/// The stream of changes that an open page listens to.
struct Changes {
    body: Body,
    /// The received text after the last event.
    rest: String,
}

impl Changes {
    async fn of(app: &App) -> Self {
        let request = Request::get("/api/v1/changes")
            .header(header::HOST, "blog.test")
            .extension(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4000))))
            .body(Body::empty())
            .expect("a request");
        let response = tower::ServiceExt::oneshot(flashblog::router::router(app.clone()), request);
        let response = response.await.expect("infallible");
        assert_eq!(response.status(), 200);
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "text/event-stream"
        );
        assert!(!response.headers().contains_key(header::SET_COOKIE));
        Self {
            body: response.into_body(),
            rest: String::new(),
        }
    }

    /// The version in the next event; `None` at the end of the stream.
    async fn next(&mut self) -> Option<u64> {
        loop {
            if let Some((event, rest)) = self.rest.split_once("\n\n") {
                let data = event.lines().find_map(|line| line.strip_prefix("data: "));
                let version = data.map(|data| data.parse().expect("a number"));
                self.rest = rest.to_owned();
                match version {
                    None => continue,
                    version => return version,
                }
            }
            let frame = timeout(PATIENCE, self.body.frame()).await;
            let frame = frame.expect("an event in time")?.expect("a frame");
            let data = frame.into_data().expect("data");
            self.rest
                .push_str(std::str::from_utf8(&data).expect("UTF-8"));
        }
    }
}

const DRAFT: &str = "---\ntitle: Half\ndraft: true\n---\nText\n";
const SCHEDULED: &str = "---\ntitle: Later\ndate: 2999-03-05\n---\nText\n";
const PUBLIC: &str = "---\ntitle: Out\ndate: 2026-03-05\n---\nText\n";

#[tokio::test]
async fn drafts_and_posts_of_the_future_are_shown_and_marked() {
    let site = Written::with(&[
        ("posts/out.md", PUBLIC),
        ("posts/half.md", DRAFT),
        ("posts/later.md", SCHEDULED),
        ("posts/_drafts/idea.md", "# An idea"),
        (
            "posts/gone.md",
            "---\ndate: 2020-01-01\nexpiryDate: 2020-02-01\n---\n# Gone",
        ),
        ("pages/plans.md", "---\ndraft: true\n---\n# Plans"),
    ])
    .await;
    let items = site.items().await;
    let marks: Vec<(&str, &Value)> = items
        .iter()
        .map(|item| (item["id"].as_str().expect("an id"), &item["mark"]))
        .collect();
    assert_eq!(
        marks,
        [
            ("idea", &Value::from("Draft")),
            ("half", &Value::from("Draft")),
            ("later", &Value::from("Scheduled for 5 March 2999")),
            ("out", &Value::Null),
            ("gone", &Value::from("Expired")),
        ]
    );
    assert!(items[3].get("mark").is_none(), "absent otherwise");
    let post = site.get("/api/v1/blogs/later").await.json();
    assert_eq!(post["data"]["mark"], "Scheduled for 5 March 2999");
    for (path, mark) in [
        ("/blogs", "Draft"),
        ("/blogs", "Scheduled for 5 March 2999"),
        ("/blogs/half", "Draft"),
        ("/blogs/later", "Scheduled for 5 March 2999"),
        ("/search?q=half", "Draft"),
        ("/plans", "Draft"),
    ] {
        let html = site.get(path).await.text();
        let badge = format!("<strong lang=\"en\" class=\"byline-mark\">{mark}</strong>");
        assert!(html.contains(&badge), "{path}: {html}");
    }
    let public = site.get("/blogs/out").await.text();
    let (_, head) = public.split_once("post-head").expect("a post");
    let (head, _) = head.split_once("</header>").expect("its end");
    assert!(
        head.contains("Out") && !head.contains("byline-mark"),
        "{head}"
    );
}

#[tokio::test]
async fn without_a_preview_there_is_nothing_of_it() {
    let app = TestApp::new().await;
    let answer = app.get("/api/v1/changes").await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.problem().code, "not_found");
    let page = app.get("/blogs").await.text();
    assert!(
        !page.contains("preview") && !page.contains("byline-mark"),
        "{page}"
    );
    let list = app.get("/api/v1/blogs").await.text();
    assert!(!list.contains("\"mark\""), "{list}");
}

#[tokio::test]
async fn a_change_is_told_and_each_session_reads_it_however_it_is_saved() {
    let site = Written::with(&[("posts/a.md", "# One\n\nFirst")]).await;
    let reader = site.browser();
    reader.get("/api/v1/blogs").await;
    let mut changes = site.listen().await;
    let mut last = site.app.preview.as_ref().expect("a preview").version();
    // The file is written in place, replaced by another file, and written together with many others.
    for (number, title) in [(1, "Two"), (2, "Three"), (3, "Four")] {
        let text = format!("# {title}\n\nText");
        match number {
            1 => site.write("posts/a.md", &text),
            2 => {
                site.write("posts/.a.md.swp", &text);
                fs::rename(site.path("posts/.a.md.swp"), site.path("posts/a.md")).expect("renames");
            }
            _ => {
                for number in 0..200 {
                    site.write(&format!("posts/more/{number}.md"), "# More");
                }
                site.write("posts/a.md", &text);
            }
        }
        // A batch may end between two writes.
        loop {
            let version = changes.next().await.expect("an event");
            assert!(version > last, "{version} {last}");
            last = version;
            let post = reader.get("/api/v1/blogs/a").await.json();
            let page = reader.get("/blogs/a").await.text();
            if post["data"]["title"] == title {
                assert!(page.contains(&format!("<h1>{title}</h1>")), "{page}");
                assert!(version_of(&page) >= version, "{version}: {page}");
                break;
            }
        }
    }
    assert_eq!(
        reader.get("/api/v1/blogs").await.json()["data"]["total_items"],
        201
    );
}

fn version_of(page: &str) -> u64 {
    let (_, rest) = page.split_once("data-version=\"").expect("a version");
    let (version, _) = rest.split_once('"').expect("its end");
    version.parse().expect("a number")
}

#[tokio::test]
async fn what_shows_nothing_new_is_no_change() {
    let site = Written::with(&[("posts/a.md", "# One")]).await;
    let mut changes = site.listen().await;
    site.write("posts/a.md", "# Two");
    let first = changes.next().await.expect("an event");
    site.write("posts/.git/index", "x");
    site.write("posts/a.md", "# Two");
    site.write("posts/a.md~", "# Old");
    site.write("posts/b.svg", "<svg/>");
    assert_eq!(changes.next().await, Some(first + 1), "the picture");
    let picture = site.get("/media/b.svg").await;
    assert_eq!(picture.header("cache-control"), Some("no-cache"));
}

#[tokio::test]
async fn a_broken_file_shows_its_error_where_the_post_would_be() {
    let site = Written::with(&[
        (
            "posts/a.md",
            "---\ntitle: A\nslug: my-a\ndate: 2026-01-02\n---\nText",
        ),
        ("posts/b.md", PUBLIC),
        (
            "posts/c.md",
            "---\nslug: \"broken-from-the-start\"\ntitle: [\n---\nText",
        ),
    ])
    .await;
    assert!(site.get("/blogs/my-a").await.text().contains("<h1>A</h1>"));
    let mut changes = site.listen().await;
    site.write(
        "posts/a.md",
        "---\ntitle: A\nslug: other\ndate: <b>: c: d\n---\nText",
    );
    changes.next().await;
    for (id, file) in [("my-a", "a.md"), ("broken-from-the-start", "c.md")] {
        let page = site.get(&format!("/blogs/{id}")).await;
        assert_eq!(page.status, 200, "{id}");
        let html = page.text();
        assert!(html.contains(&format!("<code>{file}: line ")), "{html}");
        assert!(html.contains("byline-mark\">Error<"), "{html}");
        assert!(
            html.contains(&format!("<h1>{file} can’t be read</h1>")),
            "{html}"
        );
    }
    let items = site.items().await;
    let ids: Vec<&Value> = items.iter().map(|item| &item["id"]).collect();
    assert_eq!(ids, ["my-a", "broken-from-the-start", "b"]);
    assert_eq!(items[0]["mark"], "Error");
    let told = items[0]["summary"].as_str().expect("text");
    assert!(told.starts_with("a.md: line "), "{told}");

    site.write("posts/a.md", "---\ntitle: A again\nslug: my-a\n---\nText");
    changes.next().await;
    assert!(
        site.get("/blogs/my-a")
            .await
            .text()
            .contains("<h1>A again</h1>")
    );
}

#[tokio::test]
async fn pages_of_the_site_follow_their_files_too() {
    let site = Written::with(&[("pages/imprint.md", "# Imprint\n\nOne")]).await;
    let mut changes = site.listen().await;
    assert!(site.get("/imprint").await.text().contains("<p>One</p>"));
    site.write("pages/imprint.md", "# Imprint\n\nTwo");
    changes.next().await;
    assert!(site.get("/imprint").await.text().contains("<p>Two</p>"));
    site.write("pages/imprint.md", "---\ntitle: [\n---\n");
    changes.next().await;
    let broken = site.get("/imprint").await.text();
    assert!(broken.contains("<code>imprint.md: line "), "{broken}");
    site.write("pages/new.md", "# New");
    changes.next().await;
    assert!(site.get("/new").await.text().contains("<h1>New</h1>"));
}

#[tokio::test]
async fn the_logo_follows_its_file() {
    const ONE: &str = "<svg><path d='M0 0'/></svg>";
    let site = Written::with(&[("logo.svg", ONE)]).await;
    let shown = async || {
        let said = site.get("/api/v1/site").await.json();
        let url = said["data"]["logo_url"]
            .as_str()
            .expect("a logo")
            .to_owned();
        site.get(&url).await.text()
    };
    assert_eq!(shown().await, ONE);
    let mut changes = site.listen().await;
    // Neither is shown.
    site.write("notes.txt", "x");
    site.write("data/database", "x");
    let two = ONE.replace("M0 0", "M1 1");
    site.write("logo.new", &two);
    fs::rename(site.path("logo.new"), site.path("logo.svg")).expect("renames");
    changes.next().await;
    assert_eq!(shown().await, two);
    // One that can't be used changes nothing.
    site.write("logo.svg", "<svg");
    changes.next().await;
    assert_eq!(shown().await, two);
}

#[tokio::test]
async fn a_folder_that_is_replaced_is_watched_again() {
    let site = Written::with(&[("posts/a.md", "# One")]).await;
    let mut changes = site.listen().await;
    fs::rename(site.path("posts"), site.path("old")).expect("renames");
    changes.next().await;
    let gone = site.get("/api/v1/blogs").await.json();
    assert_eq!(gone["data"]["freshness"]["stale"], true);
    site.write("posts/a.md", "# Two");
    // The folder may be found before or after the file is in it, so several events may come.
    while site.items().await.iter().all(|item| item["title"] != "Two") {
        changes.next().await;
    }
    site.write("posts/a.md", "# Three");
    while site
        .items()
        .await
        .iter()
        .all(|item| item["title"] != "Three")
    {
        changes.next().await;
    }
}

#[tokio::test]
async fn a_refused_form_is_not_sent_again_by_a_change() {
    let site = Written::with(&[("posts/a.md", "# One")]).await;
    let page = site
        .browser()
        .post_form("/contact", "name=&email=&message=")
        .await;
    assert_eq!(page.status, 422);
    assert!(!page.text().contains("data-version"), "{}", page.text());
    assert!(site.get("/contact").await.text().contains("data-version"));
}

#[tokio::test]
async fn the_script_of_a_preview_is_allowed_and_named_by_its_content() {
    let site = Written::with(&[("posts/a.md", "# One")]).await;
    let page = site.get("/blogs/a").await;
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("script-src 'self'") && policy.contains("connect-src 'self'"));
    let html = page.text();
    for (before, kind) in [
        ("<script defer src=\"", "text/javascript; charset=utf-8"),
        (
            "<link rel=\"stylesheet\" href=\"/site/preview",
            "text/css; charset=utf-8",
        ),
    ] {
        let (_, rest) = html.split_once(before).expect("its tag");
        let (address, _) = rest.split_once('"').expect("its end");
        let address = match kind.starts_with("text/css") {
            true => format!("/site/preview{address}"),
            false => address.to_owned(),
        };
        let file = site.get(&address).await;
        assert_eq!(file.status, 200, "{address}");
        assert_eq!(file.header("content-type"), Some(kind));
    }
}

/// The command `flashblog --preview` for a folder.
fn preview(folder: &Path, listen: &str) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_flashblog"));
    command
        .env_clear()
        .args(["--preview", "--listen", listen, "--data-dir"])
        .arg(folder.join("data"))
        .arg("--source")
        .arg(folder.join("posts"));
    command
}

#[test]
fn a_preview_listens_on_loopback_only_and_needs_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join("posts/a.md"), "# One");
    let refused = |mut command: std::process::Command, part: &str| {
        let output = command.output().expect("runs");
        let error = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert_eq!(error.trim_end().lines().count(), 1, "{error}");
        assert!(error.contains(part), "{error}");
    };
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        refused(preview(folder.path(), address), "127.0.0.1:3000 would fit");
    }
    let mut embedded = flashblog(folder.path());
    embedded.arg("--preview");
    refused(embedded, "no folder to watch");
}

#[test]
fn a_server_stops_while_pages_listen_and_has_logged_the_fault() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join("posts/a.md"), "---\ntitle: [\n---\n");
    let server = Server::start(&mut preview(folder.path(), "127.0.0.1:0"));
    let mut stream = TcpStream::connect(server.address()).expect("connects");
    stream.set_read_timeout(Some(PATIENCE)).expect("sets");
    let request = format!(
        "GET /api/v1/changes HTTP/1.1\r\nHost: {}\r\n\r\n",
        server.address()
    );
    stream.write_all(request.as_bytes()).expect("sends");
    let mut lines = BufReader::new(stream)
        .lines()
        .map(|line| line.expect("reads"));
    assert!(lines.any(|line| line.starts_with("data: ")));
    assert!(server.get("/api/v1/blogs/a", "").contains("a.md: line "));
    let (code, _, log) = server.terminate();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("Skipping a post: line "), "{log}");
    assert!(!log.contains("unfinished"), "{log}");
    // The stream has ended properly, and was not cut off.
    assert_eq!(lines.last().as_deref(), Some(""));
}
