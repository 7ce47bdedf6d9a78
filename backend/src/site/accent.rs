//! The accent colour, and the shades of it that the two themes need.

use std::str::FromStr;

use crate::site::colour::Colour;

/// The least contrast of text (WCAG 2.2, 1.4.3). A little more than 4.5, because browsers round.
const TEXT_CONTRAST: f64 = 4.55;

/// How far, in lightness, the shade for a light page may be from the accent. A darker shade no longer
/// looks like the accent.
const MAX_DARKENING: f64 = 0.4;

const WHITE: Colour = Colour::new(0xff, 0xff, 0xff);
/// The lightest and the darkest background under text in the light theme.
const LIGHT_PAGES: [Colour; 2] = [WHITE, Colour::new(0xf1, 0xee, 0xe7)];
/// The same for the dark theme.
const DARK_PAGES: [Colour; 2] = [Colour::new(0x13, 0x11, 0x1d), Colour::new(0x24, 0x21, 0x36)];
/// The text on accented controls of the dark theme.
const NIGHT: Colour = Colour::new(0x1a, 0x13, 0x33);
/// The colours of the text in the home page's dark opening part.
const HERO_TEXTS: [Colour; 2] = [Colour::new(0xf4, 0xf1, 0xff), Colour::new(0xd3, 0xcc, 0xef)];

/// An accent colour with readable shades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent {
    colour: Colour,
    light: Shades,
    dark: Shades,
}

/// The shades of one theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shades {
    /// Text, and controls under text.
    text: Colour,
    /// The same under the pointer.
    hover: Colour,
    /// Background of accented text.
    soft: Colour,
}

impl FromStr for Accent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let colour: Colour = text.parse().map_err(|()| {
            let with_mark = format!("#{text}");
            let fitting = match with_mark.parse::<Colour>() {
                Ok(_) => with_mark.as_str(),
                Err(()) => "#rrggbb such as #4b36d1",
            };
            format!("`{text}` is no colour; {fitting} would fit")
        })?;
        let accent = Self::of(colour);
        if accent.is_too_pale() {
            let nearest = shades(colour, -1.0)
                .find(|shade| !Self::of(*shade).is_too_pale())
                .unwrap_or(Colour::new(0, 0, 0));
            return Err(format!(
                "`{text}` is too pale to be read on a light page; {nearest} would fit"
            ));
        }
        Ok(accent)
    }
}

impl Accent {
    fn of(colour: Colour) -> Self {
        let soft_light = colour.shade(0.94, 0.025);
        let text_light = darkened(colour, &[LIGHT_PAGES[0], LIGHT_PAGES[1], soft_light]);
        let soft_dark = colour.shade(0.29, 0.06);
        let text_dark = lightened(colour, &[DARK_PAGES[0], DARK_PAGES[1], soft_dark, NIGHT]);
        Self {
            colour,
            light: Shades {
                text: text_light,
                hover: text_light.shade((text_light.lightness() - 0.1).max(0.0), 1.0),
                soft: soft_light,
            },
            dark: Shades {
                text: text_dark,
                hover: text_dark.shade((text_dark.lightness() + 0.08).min(0.98), 1.0),
                soft: soft_dark,
            },
        }
    }

    /// Whether the shade for a light page no longer looks like the accent.
    fn is_too_pale(&self) -> bool {
        self.colour.lightness() - self.light.text.lightness() > MAX_DARKENING
    }

    /// The colour as it was given.
    pub fn colour(&self) -> Colour {
        self.colour
    }

    /// The style sheet that replaces the built-in colours.
    pub fn css(&self) -> String {
        let Self { light, dark, .. } = self;
        // More specific than the built-in rules, which may stand after these.
        format!(
            "html:root {{ --brand: {brand}; {hero} {light_variables} }}\n\
             html:root[data-bs-theme=\"dark\"] {{ {dark_variables} }}\n\
             html:root .btn-primary {{ {light_button} }}\n\
             html:root .btn-outline-primary {{ {light_outline} }}\n\
             html:root[data-bs-theme=\"dark\"] .btn-primary {{ {dark_button} }}\n\
             html:root[data-bs-theme=\"dark\"] .btn-outline-primary {{ {dark_outline} }}\n\
             @media print {{ html:root {{ --accent: #000; --accent-soft: #eee; }} }}\n",
            brand = light.text,
            hero = hero(self.colour),
            light_variables = light.variables(),
            dark_variables = dark.variables(),
            light_button = light.button(WHITE),
            light_outline = light.outline(WHITE),
            dark_button = dark.button(NIGHT),
            dark_outline = dark.outline(NIGHT),
        )
    }

    /// The rules that replace the built-in colours of the static error page, which follows the
    /// browser's theme.
    pub fn error_page_css(&self) -> String {
        format!(
            "\n:root {{ --accent: {light}; }}\n\
             @media (prefers-color-scheme: dark) {{ :root {{ --accent: {dark}; }} }}\n",
            light = self.light.text,
            dark = self.dark.text,
        )
    }
}

impl Shades {
    fn variables(&self) -> String {
        let Self { text, hover, soft } = self;
        format!(
            "--accent: {text}; --accent-soft: {soft}; --bs-primary: {text}; --bs-primary-rgb: {channels}; \
             --bs-link-color: {text}; --bs-link-color-rgb: {channels}; \
             --bs-link-hover-color: {hover}; --bs-link-hover-color-rgb: {hover_channels};",
            channels = text.channels(),
            hover_channels = hover.channels(),
        )
    }

    fn button(&self, label: Colour) -> String {
        let Self { text, hover, .. } = self;
        format!(
            "--bs-btn-color: {label}; --bs-btn-bg: {text}; --bs-btn-border-color: {text}; \
             --bs-btn-disabled-color: {label}; --bs-btn-disabled-bg: {text}; --bs-btn-disabled-border-color: {text}; {}",
            pressed(label, *hover)
        )
    }

    fn outline(&self, label: Colour) -> String {
        let Self { text, .. } = self;
        format!(
            "--bs-btn-color: {text}; --bs-btn-border-color: {text}; {}",
            pressed(label, *text)
        )
    }
}

/// A button under the pointer, and while it is pressed.
fn pressed(label: Colour, background: Colour) -> String {
    format!(
        "--bs-btn-hover-color: {label}; --bs-btn-hover-bg: {background}; --bs-btn-hover-border-color: {background}; \
         --bs-btn-active-color: {label}; --bs-btn-active-bg: {background}; --bs-btn-active-border-color: {background};"
    )
}

/// The home page's opening part: dark in both themes.
fn hero(colour: Colour) -> String {
    let glow = darkened(colour.shade(0.38, 0.15), &HERO_TEXTS);
    format!(
        "--hero-glow: {glow}; --hero-top: {}; --hero-base: {};",
        colour.shade(0.25, 0.09),
        colour.shade(0.21, 0.06)
    )
}

/// The colour, or the lightest darker shade of it, that can be read on each of the `pages`.
fn darkened(colour: Colour, pages: &[Colour]) -> Colour {
    shades(colour, -1.0)
        .find(|shade| can_be_read(*shade, pages))
        .unwrap_or(Colour::new(0, 0, 0))
}

/// The colour, or the darkest lighter shade of it, that can be read on each of the `pages`.
fn lightened(colour: Colour, pages: &[Colour]) -> Colour {
    shades(colour, 1.0)
        .find(|shade| can_be_read(*shade, pages))
        .unwrap_or(WHITE)
}

fn can_be_read(colour: Colour, pages: &[Colour]) -> bool {
    pages
        .iter()
        .all(|page| colour.contrast(*page) >= TEXT_CONTRAST)
}

/// The colour and its shades in steps of 1/200 of lightness.
fn shades(colour: Colour, direction: f64) -> impl Iterator<Item = Colour> {
    let start = colour.lightness();
    let darker_or_lighter = (1..=200)
        .map(move |step| start + direction * f64::from(step) / 200.0)
        .take_while(|lightness| (0.0..=1.0).contains(lightness))
        .map(move |lightness| colour.shade(lightness, 1.0));
    std::iter::once(colour).chain(darker_or_lighter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_accent_can_be_read_in_both_themes() {
        // Every 17th value of each channel: 4,096 colours.
        let steps = || (0..=255_u8).step_by(17);
        let mut refused = 0;
        for (red, green, blue) in steps().flat_map(|red| {
            steps().flat_map(move |green| steps().map(move |blue| (red, green, blue)))
        }) {
            let text = Colour::new(red, green, blue).to_string();
            let accent: Accent = match text.parse() {
                Ok(accent) => accent,
                Err(problem) => {
                    refused += 1;
                    let nearest = problem.split_once("; ").map(|(_, fits)| &fits[..7]);
                    nearest
                        .expect("a colour")
                        .parse()
                        .expect("the one that would fit fits")
                }
            };
            let Accent { light, dark, .. } = accent;
            for (text, pages) in [
                (light.text, [LIGHT_PAGES[0], LIGHT_PAGES[1], light.soft]),
                (light.hover, [LIGHT_PAGES[0], LIGHT_PAGES[1], light.soft]),
                (dark.text, [DARK_PAGES[0], DARK_PAGES[1], dark.soft]),
                (dark.hover, [DARK_PAGES[0], DARK_PAGES[1], dark.soft]),
                (dark.text, [NIGHT; 3]),
            ] {
                for page in pages {
                    let contrast = text.contrast(page);
                    assert!(
                        contrast >= 4.5,
                        "{accent:?}: {text} on {page} has {contrast}"
                    );
                }
            }
        }
        assert!((1..400).contains(&refused), "{refused}");
    }

    #[test]
    fn a_readable_accent_stays_as_it_is() {
        let accent: Accent = "#4b36d1".parse().expect("an accent");
        assert_eq!(accent.light.text.to_string(), "#4b36d1");
        assert!(accent.css().contains("--accent: #4b36d1;"));
    }

    #[test]
    fn an_invalid_accent_is_refused_with_one_that_would_fit() {
        for text in ["violet", "#fff", "#ffffff", "#ffff99"] {
            let problem = text.parse::<Accent>().expect_err(text);
            assert!(
                problem.contains(" would fit") && problem.contains(text),
                "{problem}"
            );
        }
    }
}
