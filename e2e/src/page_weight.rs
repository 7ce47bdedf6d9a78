//! The size of a first visit: page, styles, scripts and the app.

use std::process::Stdio;

use anyhow::{Context, ensure};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use url::Url;

use crate::browser::Browser;
use crate::site::Site;

/// The limit for all files of the home page, compressed; bytes.
pub const LIMIT_BYTES: usize = 209_500;
/// The limit for the files that a reader waits for (page, styles and boot script), compressed; bytes.
pub const READABLE_LIMIT_BYTES: usize = 25_000;

/// The addresses of the page, of the files that it loaded, and of its icon. Pictures of posts and answers
/// of the API don't count, because they are not part of the app.
const LOADED: &str = "
    const loaded = performance.getEntriesByType('resource').map(entry => entry.name);
    const all = [location.href, ...loaded, document.querySelector('link[rel=icon]').href];
    return [...new Set(all)].filter(it => !/^\\/(api|media)\\//.test(new URL(it).pathname))";
/// Quality 11 and a window of 4 MiB, as `cargo xtask dist` compresses.
const COMPRESS: &str =
    "process.stdout.write(String(zlib.brotliCompressSync(fs.readFileSync(0)).length))";

/// A file of the first visit.
#[derive(Debug)]
pub struct Part {
    /// Its path, without the digest that changes with its content.
    pub name: String,
    /// Bytes.
    pub plain: usize,
    /// Bytes, compressed with Brotli.
    pub brotli: usize,
}

impl Part {
    /// Whether it must be loaded before the page can be read. The app is loaded later.
    pub fn is_needed_to_read(&self) -> bool {
        !self.name.starts_with("/flashblog-frontend") && !self.name.ends_with(".svg")
    }
}

/// The files that a browser with an empty cache loads for the page at `path`.
///
/// # Errors
/// When site, browser or Node.js fail.
pub async fn first_visit(path: &str) -> anyhow::Result<Vec<Part>> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    browser.visit(path).await?;
    browser.await_app().await?;
    let loaded = browser.run(LOADED).await?;
    let client = reqwest::Client::builder().no_proxy().no_gzip().build()?;
    let mut parts = Vec::new();
    for address in loaded.as_array().context("a list")? {
        let address: Url = address.as_str().context("an address")?.parse()?;
        let name = without_digest(address.path());
        let content = client
            .get(address)
            .send()
            .await?
            .error_for_status()?
            .bytes()
            .await?;
        parts.push(Part {
            name,
            plain: content.len(),
            brotli: compressed(&content).await?,
        });
    }
    Ok(parts)
}

/// The path without `-` and the 16 hexadecimal digits that the build puts into file names.
fn without_digest(path: &str) -> String {
    let is_digest =
        |text: &str| text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    for (at, _) in path.match_indices('-') {
        if path.get(at + 1..at + 17).is_some_and(is_digest) {
            return format!("{}{}", &path[..at], &path[at + 17..]);
        }
    }
    path.to_owned()
}

/// The size after compression with Brotli. Node.js contains Brotli, and is there because it builds the
/// site's styles.
async fn compressed(content: &[u8]) -> anyhow::Result<usize> {
    let mut node = Command::new("node")
        .args(["-e", COMPRESS])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("node can't be started")?;
    let mut input = node.stdin.take().context("no standard input")?;
    input.write_all(content).await?;
    drop(input);
    let output = node.wait_with_output().await?;
    ensure!(output.status.success(), "node could not compress");
    Ok(String::from_utf8(output.stdout)?.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_digest_only() {
        assert_eq!(
            without_digest("/flashblog-frontend-1f1ddf7d26d5110c_bg.wasm"),
            "/flashblog-frontend_bg.wasm"
        );
        assert_eq!(without_digest("/boot-48be3029f0e7bd32.js"), "/boot.js");
        assert_eq!(without_digest("/"), "/");
        assert_eq!(without_digest("/a-page.html"), "/a-page.html");
    }
}
