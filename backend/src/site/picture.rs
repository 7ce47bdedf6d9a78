//! Logo and icon: pictures that are safe to serve from the site's own address.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use axum::body::Bytes;
use quick_xml::Reader;
use quick_xml::events::Event;

/// The largest picture, in bytes.
const MAX_SIZE: u64 = 256 * 1024;

/// The kinds of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureKind {
    /// SVG without script.
    Svg,
    /// PNG
    Png,
    /// WebP
    WebP,
}

impl PictureKind {
    /// The ending of a name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::WebP => "webp",
        }
    }

    /// The media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }
}

/// A picture of a known kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The file's format.
    pub kind: PictureKind,
    /// The file's content.
    pub bytes: Bytes,
    /// Where the file is; `None` for the built-in picture.
    pub path: Option<PathBuf>,
}

impl Picture {
    /// A built-in picture.
    pub(super) fn svg(text: String) -> Self {
        Self {
            kind: PictureKind::Svg,
            bytes: text.into(),
            path: None,
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Why the file can't be used, and what would fit.
    pub fn read(path: &Path) -> Result<Self, String> {
        let fits = "an SVG without script, a PNG or a WebP of at most 256 KiB would fit";
        let shown = path.display();
        let mut bytes = Vec::new();
        fs::File::open(path)
            .and_then(|file| file.take(MAX_SIZE + 1).read_to_end(&mut bytes))
            .map_err(|error| format!("can't read `{shown}`: {error}; {fits}"))?;
        if bytes.len() as u64 > MAX_SIZE {
            return Err(format!("`{shown}` is larger than 256 KiB; {fits}"));
        }
        let kind = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            PictureKind::Png
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            PictureKind::WebP
        } else {
            let text = std::str::from_utf8(&bytes)
                .map_err(|_| format!("`{shown}` is no picture that is known; {fits}"))?;
            check_svg(text).map_err(|why| format!("`{shown}` {why}; {fits}"))?;
            PictureKind::Svg
        };
        Ok(Self {
            kind,
            bytes: bytes.into(),
            path: Some(path.to_owned()),
        })
    }
}

/// Refuses an SVG that could run or load a script.
fn check_svg(text: &str) -> Result<(), String> {
    let mut reader = Reader::from_str(text);
    let mut has_root = false;
    loop {
        let event = reader
            .read_event()
            .map_err(|error| format!("is no SVG ({error})"))?;
        let element = match &event {
            Event::Eof if has_root => return Ok(()),
            Event::Eof => return Err("is no SVG".to_owned()),
            // Entities can hide what the checks below look for.
            Event::DocType(_) => return Err("has a document type".to_owned()),
            Event::Start(element) | Event::Empty(element) => element,
            _ => continue,
        };
        let name = String::from_utf8_lossy(element.local_name().as_ref()).to_ascii_lowercase();
        if !has_root && name != "svg" {
            return Err("is no SVG".to_owned());
        }
        has_root = true;
        if matches!(
            name.as_str(),
            "script" | "foreignobject" | "iframe" | "handler"
        ) {
            return Err(format!("has an element <{name}>"));
        }
        for attribute in element.attributes() {
            let attribute = attribute.map_err(|error| format!("is no SVG ({error})"))?;
            let key =
                String::from_utf8_lossy(attribute.key.local_name().as_ref()).to_ascii_lowercase();
            let value = String::from_utf8_lossy(&attribute.value)
                .trim()
                .to_ascii_lowercase();
            let is_script = key.starts_with("on") || value.starts_with("javascript:");
            // An entity can hide a script, as in `&#106;avascript:`.
            let is_hidden = key == "href" && value.contains('&');
            if is_script || is_hidden {
                return Err(format!("has an attribute `{key}` that can run a script"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_that_run_no_script_are_taken() {
        for svg in [
            "<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>",
            "<?xml version='1.0'?>\n<!-- drawn by hand -->\n<svg><a href='#x'/><style>path{fill:red}</style></svg>",
        ] {
            assert_eq!(check_svg(svg), Ok(()), "{svg}");
        }
        for svg in [
            "",
            "text",
            "<html/>",
            "<svg><script>1</script></svg>",
            "<svg><s:Script xmlns:s='http://www.w3.org/2000/svg'/></svg>",
            "<svg onload='x()'/>",
            "<svg><a xlink:href=' JavaScript:x()'/></svg>",
            "<svg><a href='&#106;avascript:x()'/></svg>",
            "<svg><foreignObject/></svg>",
            "<!DOCTYPE svg [<!ENTITY x 'y'>]><svg/>",
            "<svg><g></svg>",
        ] {
            assert!(check_svg(svg).is_err(), "{svg}");
        }
    }
}
