//! Sources whose content is made to exhaust the server's memory or processor.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use flashblog::content::address::{Addresses, SameSite};
use flashblog::content::fields::Fields;
use flashblog::content::html::sanitise;
use flashblog::content::markdown::{Flavour, render};
use serde_json::{Map, Value};

use crate::harness::skipped;
use crate::process::{Server, flashblog};

/// The processor time of this thread: the first number of its `schedstat`, in nanoseconds. `None` on
/// other systems than Linux.
fn processor_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// The processor time of the faster of two runs.
fn cost(work: &dyn Fn()) -> Option<Duration> {
    let run = || {
        let before = processor_time()?;
        work();
        Some(processor_time()? - before)
    };
    (0..2).map(|_| run()).min()?
}

/// Fails when four times the input takes more than eight times the time: quadratic work would take
/// sixteen times.
fn assert_linear(what: &str, work: impl Fn(usize)) {
    let (Some(small), Some(large)) = (cost(&|| work(4_000)), cost(&|| work(16_000))) else {
        return skipped("the work of hostile posts: there is no /proc");
    };
    assert!(
        large < small * 8 + Duration::from_millis(50),
        "{what}: {small:?} for 4 kB, {large:?} for 16 kB"
    );
}

fn publish(markdown: &str) {
    let addresses: Arc<dyn Addresses> = Arc::new(SameSite);
    // An error is fine: it means that the post is refused as too complex.
    if let Ok(rendered) = render(markdown, None, Flavour::Mdx) {
        let _ = sanitise(&rendered.html, &addresses);
    }
}

#[test]
fn the_work_for_a_post_grows_with_its_length() {
    for piece in [
        "# a\n",
        "## a {#b}\n",
        "[x](#a)\n\n",
        "# a\n\n[x](#a)\n\n",
        "[^a]",
        "[^a]: b\n\n",
        "> ",
        "- ",
        "*a **b ",
        "`",
        "``` ` ",
        "[",
        "![",
        "](",
        "<b>",
        "<i><p>",
        "<p title=",
        "<a href=#x id=x>",
        "<h2>a</h2>",
        "<table><td>",
        "<!--",
        "a|",
        "\\",
        "{{< a >}}",
        "{% a %}",
        "{a",
        "<A b={c>",
        "$",
    ] {
        assert_linear(piece, |length| {
            publish(&piece.repeat(length / piece.len()));
        });
    }
    assert_linear("headings with different texts", |length| {
        let headings: String = (0..length / 8).map(|n| format!("# {n:05}\n")).collect();
        publish(&headings);
    });
    assert_linear("notes", |length| {
        let notes: String = (0..length / 20)
            .map(|n| format!("[^{n}]\n\n[^{n}]: a\n\n"))
            .collect();
        publish(&notes);
    });
}

#[test]
fn the_work_for_tags_grows_with_their_number() {
    for text in ["same", "tag "] {
        assert_linear(text, |length| {
            let tag =
                |n: usize| Value::from(format!("{text}{}", if text == "same" { 0 } else { n }));
            let tags = (0..length / 4).map(tag).collect();
            let post = Map::from_iter([("tags".to_owned(), Value::Array(tags))]);
            let _ = Fields(&post).names(&["tags"]);
        });
    }
}

/// The server's largest resident memory so far, in 10^6 bytes.
fn peak_megabytes(server: &Server) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", server.process())).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1_024 / 1_000_000)
}

/// Requests the list until the source has been read. Returns the largest growth of the server's memory, in
/// 10^6 bytes.
fn read_source(data_dir: &Path, source: &str, post: &str) -> Option<u64> {
    // Nearly no log, since this test does not read it and it would fill the pipe.
    let flags = ["--log", "error", "--source", source];
    let server = Server::start(flashblog(data_dir).args(flags));
    let before = peak_megabytes(&server)?;
    for _ in 0..240 {
        if server.get("/api/v1/blogs", "").contains(post) {
            return Some(peak_megabytes(&server)? - before);
        }
        thread::sleep(Duration::from_millis(250));
    }
    panic!("the good post beside the hostile ones is not shown");
}

#[test]
fn a_folder_with_hostile_posts_shows_the_others_and_takes_little_memory() {
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let folder = tempfile::tempdir().expect("temporary folder");
    let cells = "a|".repeat(1_000);
    let rule = "-|".repeat(1_000);
    for (name, text) in [
        ("good.md", "# A good post\n\nx".to_owned()),
        (
            "table.md",
            format!(
                "# A\n\n|{cells}\n|{rule}\n{}",
                format!("|{cells}\n").repeat(500)
            ),
        ),
        ("headings.md", "# a\n".repeat(20_000)),
        ("escapes.md", "&amp; ".repeat(200_000)),
        ("nest.md", "> ".repeat(10_000)),
    ] {
        fs::write(folder.path().join(name), text).expect("writes");
    }
    let source = folder.path().to_str().expect("UTF-8");
    let Some(grown) = read_source(data_dir.path(), source, "A good post") else {
        return skipped("the memory of hostile posts: there is no /proc");
    };
    assert!(grown <= 200, "{grown} MB");
}

/// Starts a site that answers every request with these bytes. Returns its address.
fn json_site(body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let mut stream = stream;
            // The client sends only one short request.
            let _ = stream.read(&mut [0; 4_096]);
            // It fails when the client has read enough and closed the connection.
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(&body);
        }
    });
    format!("json:http://{address}/posts")
}

/// A list of 16 MB whose first record is a good post, and whose others are `record`.
fn long_list(record: impl Fn(usize) -> String) -> Vec<u8> {
    let mut list = br#"[{"id":"good","title":"A good post","content":"<p>x</p>"}"#.to_vec();
    for number in 0.. {
        let record = record(number);
        if list.len() + record.len() + 2 > 16_000_000 {
            break;
        }
        list.push(b',');
        list.extend_from_slice(record.as_bytes());
    }
    list.push(b']');
    list
}

fn assert_takes_little_memory(what: &str, list: Vec<u8>) {
    let data_dir = tempfile::tempdir().expect("temporary folder");
    let Some(grown) = read_source(data_dir.path(), &json_site(list), "A good post") else {
        return skipped("the memory of long lists: there is no /proc");
    };
    assert!(grown <= 200, "{what}: {grown} MB");
}

#[test]
fn a_list_of_two_million_records_takes_little_memory() {
    assert_takes_little_memory("empty records", long_list(|_| r#"{"":0}"#.to_owned()));
}

#[test]
fn a_list_of_six_hundred_thousand_posts_takes_little_memory() {
    let post = |number| format!(r#"{{"id":{number},"title":"a"}}"#);
    assert_takes_little_memory("tiny posts", long_list(post));
}

#[test]
fn a_record_of_two_million_values_takes_little_memory() {
    for value in ["0,", "{},", r#"{"":0},"#] {
        let values = value.repeat(15_900_000 / value.len());
        let list = format!(
            r#"[{{"id":"good","title":"A good post","content":"<p>x</p>"}},{{"id":1,"title":"a","tags":[{values}0]}}]"#
        );
        assert_takes_little_memory(value, list.into_bytes());
    }
}
