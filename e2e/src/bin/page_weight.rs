//! Prints the size of a first visit as a table. `cargo xtask weight` runs it.

use e2e::page_weight::{LIMIT_BYTES, READABLE_LIMIT_BYTES, first_visit};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let parts = first_visit("/").await?;
    println!("| File | Bytes | Compressed (Brotli) |");
    println!("|---|--:|--:|");
    for part in &parts {
        println!("| `{}` | {} | {} |", part.name, part.plain, part.brotli);
    }
    let plain: usize = parts.iter().map(|part| part.plain).sum();
    let brotli: usize = parts.iter().map(|part| part.brotli).sum();
    let needed = parts.iter().filter(|part| part.is_needed_to_read());
    let readable: usize = needed.map(|part| part.brotli).sum();
    println!("| **To read, of {READABLE_LIMIT_BYTES} at most** | | **{readable}** |");
    println!("| **All, of {LIMIT_BYTES} at most** | **{plain}** | **{brotli}** |");
    Ok(())
}
