//! Colours: contrast as WCAG 2.2 defines it, and shades of one hue (Oklab, as CSS Color 4 has it).

use std::fmt;
use std::str::FromStr;

/// An opaque colour of the sRGB space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

impl Colour {
    /// A colour by its three channels.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// The channels as CSS lists them: `75, 54, 209`.
    pub fn channels(self) -> String {
        let [red, green, blue] = self.0;
        format!("{red}, {green}, {blue}")
    }

    /// The ratio of two colours' luminances, from 1 to 21 (WCAG 2.2, "contrast ratio").
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// WCAG 2.2, "relative luminance".
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// Its lightness, from 0 (black) to 1 (white).
    pub fn lightness(self) -> f64 {
        self.oklab()[0]
    }

    /// The same hue with another lightness, and with at most this much chroma. The chroma is reduced
    /// until sRGB has the colour.
    pub fn shade(self, lightness: f64, max_chroma: f64) -> Self {
        let [_, a, b] = self.oklab();
        let chroma = a.hypot(b);
        let wanted = if chroma > max_chroma {
            max_chroma / chroma
        } else {
            1.0
        };
        // A binary search finds the most chroma that sRGB has.
        let (mut low, mut high) = (0.0, wanted);
        if let Some(shade) = from_oklab([lightness, a * wanted, b * wanted]) {
            return shade;
        }
        for _ in 0..12 {
            let middle = (low + high) / 2.0;
            if from_oklab([lightness, a * middle, b * middle]).is_some() {
                low = middle;
            } else {
                high = middle;
            }
        }
        from_oklab([lightness, a * low, b * low]).unwrap_or(self)
    }

    fn oklab(self) -> [f64; 3] {
        let [r, g, b] = self.0.map(linear);
        let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
        let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
        let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
        [
            0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
            1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
            0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
        ]
    }
}

/// The colour, if sRGB has it.
fn from_oklab([lightness, a, b]: [f64; 3]) -> Option<Colour> {
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    let channels = [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
    ];
    // A small excess is an error of rounding.
    let is_shown = channels
        .iter()
        .all(|channel| (-0.001..=1.001).contains(channel));
    is_shown.then(|| Colour(channels.map(encoded)))
}

/// The linear light of a channel (sRGB's transfer function).
fn linear(channel: u8) -> f64 {
    let value = f64::from(channel) / 255.0;
    if value <= 0.040_45 {
        value / 12.92
    } else {
        ((value + 0.055) / 1.055).powf(2.4)
    }
}

/// A channel of this much light.
fn encoded(light: f64) -> u8 {
    let value = if light <= 0.003_130_8 {
        12.92 * light
    } else {
        1.055 * light.powf(1.0 / 2.4) - 0.055
    };
    // Clamped to the range of a byte.
    (value * 255.0).round().clamp(0.0, 255.0) as u8
}

impl FromStr for Colour {
    type Err = ();

    /// Reads `#rrggbb`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.strip_prefix('#').ok_or(())?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(());
        }
        let number = u32::from_str_radix(digits, 16).map_err(|_| ())?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_written() {
        let violet: Colour = "#4B36d1".parse().expect("a colour");
        assert_eq!(violet.to_string(), "#4b36d1");
        assert_eq!(violet.channels(), "75, 54, 209");
        for text in [
            "", "4b36d1", "#4b36d", "#4b36d1f", "#4b36dg", "#+b36d1", "violet",
        ] {
            assert!(text.parse::<Colour>().is_err(), "{text}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        let (black, white) = (Colour::new(0, 0, 0), Colour::new(255, 255, 255));
        assert!((black.contrast(white) - 21.0).abs() < 1e-9);
        let grey = Colour::new(0x76, 0x76, 0x76);
        assert!((grey.contrast(white) - 4.54).abs() < 0.01);
    }

    #[test]
    fn a_shade_of_the_same_lightness_is_the_colour_itself() {
        for text in [
            "#4b36d1", "#00ff00", "#808080", "#000000", "#ffffff", "#ff0000",
        ] {
            let colour: Colour = text.parse().expect("a colour");
            let same = colour.shade(colour.lightness(), 1.0);
            let apart = colour
                .0
                .iter()
                .zip(same.0)
                .map(|(a, b)| a.abs_diff(b))
                .max();
            assert!(apart <= Some(1), "{text} {same}");
        }
    }
}
