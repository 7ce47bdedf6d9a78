//! Generated covers for posts without a picture.
//!
//! The same title always gets the same drawing. The category selects the palette; the title selects
//! the pattern and its details. Colours are classes, so that the style sheet sets them for both
//! themes.

/// The style sheet has eight palettes, `.cover-art-0` to `.cover-art-7`: three bits.
const PALETTE_BITS: u32 = 3;
/// Factors for the hashes. They are odd, so that different hashes stay different. They were chosen
/// for the built-in posts: each category has its own palette, and no page shows a pattern twice (see
/// the tests).
const PALETTE_FACTOR: u32 = 587;
const PATTERN_FACTOR: u32 = 2175;
/// The width of the drawing, in units of its view box.
const WIDTH: i32 = 640;
/// The height of the drawing, in units of its view box.
const HEIGHT: i32 = 360;

/// The cover as an SVG element. It contains numbers and class names only, no part of the arguments, so
/// it needs no escaping.
pub(crate) fn cover_svg(title: &str, category: &str) -> String {
    let palette = palette(category);
    let mut dice = dice(title);
    let shapes = match dice.below(6) {
        0 => orbits(&mut dice),
        1 => dunes(&mut dice),
        2 => tiles(&mut dice),
        3 => beams(&mut dice),
        4 => dots(&mut dice),
        _ => peaks(&mut dice),
    };
    format!(
        "<svg class=\"cover-art cover-art-{palette}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         preserveAspectRatio=\"xMidYMid slice\" aria-hidden=\"true\" focusable=\"false\">\
         <path class=\"c0\" d=\"M0 0h{WIDTH}v{HEIGHT}H0z\"/>{shapes}</svg>"
    )
}

/// Takes the high bits of the product, because all bits of the hash influence them.
fn palette(category: &str) -> u32 {
    hash(category).wrapping_mul(PALETTE_FACTOR) >> (u32::BITS - PALETTE_BITS)
}

fn dice(title: &str) -> Dice {
    // The seed must not be zero: xorshift would return only zeros.
    Dice(hash(title).wrapping_mul(PATTERN_FACTOR) | 1)
}

/// FNV-1a with 32 bits: small, and the same on every machine. Hashes of short words differ little in
/// the low bits, so the high half is folded in.
fn hash(text: &str) -> u32 {
    let hash = text.bytes().fold(0x811C_9DC5, |hash: u32, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    hash ^ (hash >> 16)
}

/// Marsaglia's xorshift: a small generator that gives the same numbers for the same seed.
struct Dice(u32);

impl Dice {
    /// From 0 to `limit` - 1.
    fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        // The low bits of small seeds differ too little.
        (self.0 >> 8) % limit
    }

    /// From `low` to `high`, both included.
    fn between(&mut self, low: i32, high: i32) -> i32 {
        low + self.below(low.abs_diff(high) + 1) as i32
    }
}

fn circle(class: &str, x: i32, y: i32, radius: i32) -> String {
    format!("<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>")
}

fn path(class: &str, d: &str) -> String {
    format!("<path class=\"{class}\" d=\"{d}\"/>")
}

/// A sun with rings around it and a planet on each ring.
fn orbits(dice: &mut Dice) -> String {
    let (x, y) = (dice.between(120, 520), dice.between(90, 330));
    let mut drawing = String::new();
    for ring in (1..=6).rev() {
        let radius = 40 + ring * 58;
        drawing += &circle(if ring % 2 == 0 { "c1" } else { "c0" }, x, y, radius);
        let (dx, dy) = ANGLES[dice.below(8) as usize];
        let size = dice.between(6, 16);
        drawing += &circle("c3", x + radius * dx / 100, y + radius * dy / 100, size);
    }
    drawing += &circle("c2", x, y, 62);
    drawing += &circle("c4", x, y, 34);
    drawing
}

/// Hundredths of the cosine and sine of eight directions.
const ANGLES: [(i32, i32); 8] = [
    (98, 17),
    (71, 71),
    (17, 98),
    (-64, 77),
    (-97, 26),
    (-77, -64),
    (-26, -97),
    (64, -77),
];

/// Three dunes under a low sun.
fn dunes(dice: &mut Dice) -> String {
    let mut drawing = circle(
        "c4",
        dice.between(110, 530),
        dice.between(80, 150),
        dice.between(36, 64),
    );
    for (layer, class) in ["c1", "c2", "c3"].into_iter().enumerate() {
        let base = 150 + layer as i32 * 68;
        let swing = dice.between(34, 70);
        let crest = dice.between(120, 260);
        let d = format!(
            "M0 {} C{} {} {} {} {} {base} S{} {} {WIDTH} {} V{HEIGHT} H0z",
            base + dice.between(-20, 20),
            crest / 2,
            base - swing,
            crest,
            base - swing,
            crest + 80,
            WIDTH - 90,
            base + swing,
            base - dice.between(0, 40),
        );
        drawing += &path(class, &d);
    }
    drawing
}

/// Quarter circles on a grid, in different directions.
fn tiles(dice: &mut Dice) -> String {
    const SIDE: i32 = 80;
    let mut drawing = String::new();
    for row in 0..5 {
        for column in 0..8 {
            let (x, y) = (column * SIDE, row * SIDE - 20);
            let class = ["c1", "c2", "c3", "c1", "c2", "c4", "c0"][dice.below(7) as usize];
            let d = match dice.below(5) {
                0 => format!("M{x} {y}h{SIDE}a{SIDE} {SIDE} 0 0 1-{SIDE} {SIDE}z"),
                1 => format!("M{x} {y}v{SIDE}h{SIDE}a{SIDE} {SIDE} 0 0 0-{SIDE}-{SIDE}z"),
                2 => format!(
                    "M{} {y}v{SIDE}h-{SIDE}a{SIDE} {SIDE} 0 0 1 {SIDE}-{SIDE}z",
                    x + SIDE
                ),
                3 => format!("M{x} {y}h{SIDE}v{SIDE}a{SIDE} {SIDE} 0 0 1-{SIDE}-{SIDE}z"),
                _ => format!(
                    "M{} {}a28 28 0 1 1 0 56 28 28 0 0 1 0-56z",
                    x + SIDE / 2,
                    y + 12
                ),
            };
            drawing += &path(class, &d);
        }
    }
    drawing
}

/// Slanted beams of light.
fn beams(dice: &mut Dice) -> String {
    let mut drawing = String::new();
    let slant = dice.between(120, 260);
    let mut x = -slant;
    let mut turn = dice.below(4) as usize;
    while x < WIDTH {
        let width = dice.between(26, 96);
        let class = ["c1", "c2", "c1", "c1"][turn % 4];
        drawing += &path(
            class,
            &format!(
                "M{x} {HEIGHT}L{} 0h{width}L{} {HEIGHT}z",
                x + slant,
                x + width
            ),
        );
        x += width + dice.between(14, 60);
        turn += 1;
    }
    drawing += &circle(
        "c4",
        dice.between(150, 490),
        dice.between(100, 260),
        dice.between(40, 70),
    );
    drawing
}

/// Dots that grow towards a point.
fn dots(dice: &mut Dice) -> String {
    const STEP: i32 = 40;
    let (x0, y0) = (dice.between(80, 560), dice.between(60, 300));
    let mut drawing = String::new();
    for row in 0..9 {
        for column in 0..16 {
            let (x, y) = (column * STEP + STEP / 2, row * STEP + STEP / 2);
            let away =
                (x - x0).abs().max((y - y0).abs()) + ((x - x0).abs().min((y - y0).abs()) / 2);
            let radius = (19 - away / 22).max(3);
            let class = match away {
                0..=90 => "c4",
                91..=210 => "c3",
                211..=330 => "c2",
                _ => "c1",
            };
            drawing += &circle(class, x, y, radius);
        }
    }
    drawing
}

/// Mountains in front of a moon.
fn peaks(dice: &mut Dice) -> String {
    let mut drawing = circle(
        "c4",
        dice.between(140, 500),
        dice.between(80, 130),
        dice.between(34, 58),
    );
    for (layer, class) in ["c1", "c2", "c3"].into_iter().enumerate() {
        let foot = HEIGHT + 10;
        let mut x = dice.between(-160, -40);
        while x < WIDTH {
            let half = dice.between(90, 190) - layer as i32 * 18;
            let height = dice.between(150, 240) - layer as i32 * 52;
            drawing += &path(
                class,
                &format!("M{x} {foot}l{half}-{height} {half} {height}z"),
            );
            x += half + dice.between(20, 70);
        }
    }
    drawing
}

#[cfg(test)]
mod tests;
