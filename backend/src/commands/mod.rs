//! The commands of the `flashblog` binary.

pub mod check;
pub mod init;
pub mod messages;
pub mod secret;
pub mod serve;

use anyhow::Context;

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("can't start the runtime")
}
