//! Short names for the imports of a WebAssembly module. The names that wasm-bindgen gives end with a
//! digest, which does not compress, and are in both the module and its script.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};

/// The section of a module that lists its imports (WebAssembly Core Specification, section 5.5.5).
const IMPORT_SECTION: u8 = 2;
const MAGIC_AND_VERSION: usize = 8;
/// The kind of an imported function.
const FUNCTION: u8 = 0;
/// The short name of the module that all functions are imported from.
const MODULE: &str = "_";

/// A module with short import names, and the short name for each old name, also for that of the imported
/// module.
pub(super) struct Renamed {
    pub(super) wasm: Vec<u8>,
    pub(super) names: HashMap<String, String>,
}

/// Gives every import a short name.
///
/// # Errors
/// When the bytes are not a WebAssembly module, or when it imports anything but functions.
pub(super) fn rename(wasm: &[u8]) -> Result<Renamed> {
    let mut output = wasm
        .get(..MAGIC_AND_VERSION)
        .context("not WebAssembly")?
        .to_vec();
    let mut names = HashMap::new();
    let mut input = Reader(&wasm[MAGIC_AND_VERSION..]);
    while !input.0.is_empty() {
        let kind = input.byte()?;
        let section = input.bytes()?;
        let section = if kind == IMPORT_SECTION {
            rename_section(section, &mut names)?
        } else {
            section.to_vec()
        };
        output.push(kind);
        write_number(&mut output, section.len());
        output.extend(section);
    }
    Ok(Renamed {
        wasm: output,
        names,
    })
}

fn rename_section(section: &[u8], names: &mut HashMap<String, String>) -> Result<Vec<u8>> {
    let mut input = Reader(section);
    let count = input.number()?;
    let mut output = Vec::with_capacity(section.len());
    write_number(&mut output, count);
    for index in 0..count {
        let (module, name) = (input.text()?, input.text()?);
        ensure!(input.byte()? == FUNCTION, "{name} is not a function");
        let type_index = input.number()?;
        let short = short_name(index);
        write_text(&mut output, MODULE);
        write_text(&mut output, &short);
        output.push(FUNCTION);
        write_number(&mut output, type_index);
        names.insert(module, MODULE.to_owned());
        ensure!(
            names.insert(name.clone(), short).is_none(),
            "{name} is imported twice"
        );
    }
    Ok(output)
}

/// `a`, `b`, … `z`, `aa`, `ab`, …
fn short_name(mut index: usize) -> String {
    let mut name = Vec::new();
    loop {
        name.insert(0, b'a' + u8::try_from(index % 26).unwrap_or_default());
        if index < 26 {
            return String::from_utf8_lossy(&name).into_owned();
        }
        index = index / 26 - 1;
    }
}

/// Reads the binary format from its beginning.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8> {
        let (first, rest) = self.0.split_first().context("the module is cut off")?;
        self.0 = rest;
        Ok(*first)
    }

    /// An unsigned LEB128 of at most 32 bits.
    fn number(&mut self) -> Result<usize> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        anyhow::bail!("a number is too long")
    }

    /// A length, and as many bytes.
    fn bytes(&mut self) -> Result<&'a [u8]> {
        let length = self.number()?;
        let (bytes, rest) = self
            .0
            .split_at_checked(length)
            .context("the module is cut off")?;
        self.0 = rest;
        Ok(bytes)
    }

    fn text(&mut self) -> Result<String> {
        Ok(str::from_utf8(self.bytes()?)?.to_owned())
    }
}

fn write_number(output: &mut Vec<u8>, mut number: usize) {
    while number > 0x7f {
        output.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    output.push(number as u8);
}

fn write_text(output: &mut Vec<u8>, text: &str) {
    write_number(output, text.len());
    output.extend(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with a custom section of 200 bytes and these imports.
    fn module(imports: &[(&str, &str, u8)]) -> Vec<u8> {
        let mut section = Vec::new();
        write_number(&mut section, imports.len());
        for (module, name, kind) in imports {
            write_text(&mut section, module);
            write_text(&mut section, name);
            section.extend([*kind, 0]);
        }
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        for (kind, section) in [(0, vec![7; 200]), (IMPORT_SECTION, section)] {
            wasm.push(kind);
            write_number(&mut wasm, section.len());
            wasm.extend(section);
        }
        wasm
    }

    #[test]
    fn imports_get_short_names_and_the_rest_stays() {
        let long = "__wbg_addEventListener_0123456789abcdef";
        let wasm = module(&[("./app_bg.js", long, 0), ("./app_bg.js", "other", 0)]);
        let renamed = rename(&wasm).expect("a module");
        assert_eq!(renamed.wasm, module(&[("_", "a", 0), ("_", "b", 0)]));
        assert_eq!(renamed.names[long], "a");
        assert_eq!(renamed.names["other"], "b");
        assert_eq!(renamed.names["./app_bg.js"], "_");
    }

    #[test]
    fn names_go_on_after_the_alphabet() {
        let names = [0, 25, 26, 51, 52, 701, 702].map(short_name);
        assert_eq!(names, ["a", "z", "aa", "az", "ba", "zz", "aaa"]);
    }

    #[test]
    fn what_can_not_be_renamed_is_an_error() {
        assert!(rename(b"\0asm").is_err(), "cut off");
        assert!(rename(&module(&[("m", "a", 2)])).is_err(), "a memory");
        let whole = module(&[("m", "a", 0)]);
        assert!(rename(&whole[..whole.len() - 1]).is_err(), "cut off");
        let twice = module(&[("m", "a", 0), ("n", "a", 0)]);
        assert!(rename(&twice).is_err(), "one name in two modules");
    }
}
