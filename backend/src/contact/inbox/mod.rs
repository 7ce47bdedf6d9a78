//! `flashblog messages`: the owner's inbox on the command line, also while the server runs.

mod export;
mod terminal;

use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use jiff::Timestamp;

use crate::clock::rfc3339;
use crate::store::DatabaseUrl;
use crate::store::Store;
use crate::store::message::{Message, Reference};
use crate::store::postgres::PostgresStore;
use crate::store::sqlite::SqliteStore;

/// How many messages are in memory at once.
const PAGE: u32 = 200;
const DAY_SECONDS: i64 = 86_400;

/// The commands of `flashblog messages`.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Show the messages, newest first, one a line
    List {
        /// The number of messages to show at most
        #[arg(long, value_name = "COUNT")]
        limit: Option<u32>,
    },
    /// Show one message whole
    Show {
        /// The message's reference, such as M-0123456789
        reference: String,
    },
    /// Write all messages, newest first, to standard output
    Export {
        /// For a spreadsheet (csv), or unchanged for programs (json)
        #[arg(long)]
        format: Format,
    },
    /// Delete one message
    Delete {
        /// The message's reference, such as M-0123456789
        reference: String,
        /// Don't ask
        #[arg(long)]
        yes: bool,
    },
    /// Show how many messages there are
    Stats,
}

/// A format for other programs.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Format {
    /// RFC 4180. Text that a spreadsheet would run as a formula gets an apostrophe before it, also after a line break, `;` or tab
    Csv,
    /// One array of objects
    Json,
}

/// Runs a command and writes its result to standard output.
///
/// # Errors
/// When the database can't be used, the message does not exist, or a deletion can't be confirmed.
pub async fn run(command: Command, database: &DatabaseUrl) -> anyhow::Result<()> {
    let store: Arc<dyn Store> = match database {
        DatabaseUrl::Sqlite(path) => Arc::new(SqliteStore::open_existing(path).await?),
        DatabaseUrl::Postgres(options) => {
            Arc::new(PostgresStore::connect(options.as_ref().clone()).await?)
        }
    };
    let mut out = io::BufWriter::new(io::stdout());
    let store = store.as_ref();
    match command {
        Command::List { limit } => list(store, limit, &mut out).await?,
        Command::Show { reference } => {
            let message = find(store, &reference).await?;
            terminal::write_message(&message, &mut out)?;
        }
        Command::Export { format } => match format {
            Format::Csv => export::csv(store, &mut out).await?,
            Format::Json => export::json(store, &mut out).await?,
        },
        Command::Delete { reference, yes } => delete(store, &reference, yes, &mut out).await?,
        Command::Stats => stats(store, &mut out).await?,
    }
    out.flush()?;
    Ok(())
}

/// All messages, newest first, one page in memory at a time.
struct Pages<'a> {
    store: &'a dyn Store,
    /// The number of the last entry that was read.
    last: Option<i64>,
}

impl<'a> Pages<'a> {
    fn of(store: &'a dyn Store) -> Self {
        Self { store, last: None }
    }

    /// The next page; empty after the last one.
    async fn next(&mut self) -> anyhow::Result<Vec<Message>> {
        let page = self.store.messages(self.last, PAGE).await?;
        self.last = page.last().map(|entry| entry.number).or(self.last);
        Ok(page.into_iter().map(|entry| entry.message).collect())
    }
}

async fn find(store: &dyn Store, typed: &str) -> anyhow::Result<Message> {
    let reference = Reference::from_typed(typed);
    store
        .message(&reference)
        .await?
        .with_context(|| format!("no message is called {}", terminal::line(typed)))
}

async fn list(store: &dyn Store, limit: Option<u32>, out: &mut impl Write) -> anyhow::Result<()> {
    let mut left = limit.unwrap_or(u32::MAX);
    let mut pages = Pages::of(store);
    let mut page = pages.next().await?;
    if page.is_empty() {
        writeln!(out, "No messages.")?;
        return Ok(());
    }
    terminal::write_heading(out)?;
    while !page.is_empty() && left > 0 {
        for message in page.iter().take(left as usize) {
            terminal::write_row(message, out)?;
        }
        left = left.saturating_sub(PAGE);
        page = pages.next().await?;
    }
    Ok(())
}

async fn delete(
    store: &dyn Store,
    typed: &str,
    yes: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let message = find(store, typed).await?;
    if !yes && !confirmed(&message)? {
        bail!("{} was not deleted", message.reference);
    }
    ensure!(
        store.delete_message(&message.reference).await?,
        "{} was deleted meanwhile",
        message.reference
    );
    writeln!(out, "Deleted {}.", message.reference)?;
    Ok(())
}

fn confirmed(message: &Message) -> anyhow::Result<bool> {
    ensure!(
        io::stdin().is_terminal(),
        "can't ask whether to delete {}, since standard input is not a terminal; --yes deletes without asking",
        message.reference
    );
    eprint!(
        "Delete {} from {}, \"{}\"? [y/N] ",
        message.reference,
        terminal::line(&message.name),
        terminal::line(&message.subject)
    );
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

async fn stats(store: &dyn Store, out: &mut impl Write) -> anyhow::Result<()> {
    let since = Timestamp::now().as_second() - DAY_SECONDS;
    let stats = store.message_stats(since).await?;
    let shown = |second: Option<i64>| second.map_or_else(|| "never".to_owned(), time);
    writeln!(out, "Messages        {}", stats.total)?;
    writeln!(out, "Last 24 hours   {}", stats.recent)?;
    writeln!(out, "First received  {}", shown(stats.oldest))?;
    writeln!(out, "Last received   {}", shown(stats.newest))?;
    writeln!(out, "Mails waiting   {}", stats.mails_waiting)?;
    Ok(())
}

fn time(second: i64) -> String {
    Timestamp::from_second(second).map_or_else(|_| second.to_string(), rfc3339)
}
