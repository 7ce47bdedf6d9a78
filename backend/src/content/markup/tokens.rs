//! Sanitised markup as tags and texts.

use std::cell::RefCell;

use html5ever::LocalName;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token as Read, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::HIDDEN;

/// A piece of markup, its entities resolved.
#[derive(Debug)]
pub(super) enum Token {
    Text(StrTendril),
    Open(Tag),
    Close(LocalName),
}

/// The pieces of markup, without elements that are hidden from readers.
pub(super) fn tokens(markup: &str) -> Vec<Token> {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(markup));
    let tokenizer = Tokenizer::new(Collect::default(), TokenizerOpts::default());
    // A sink that never asks for a script to be run reads all input in one go.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    visible(tokenizer.sink.0.into_inner())
}

#[derive(Default)]
struct Collect(RefCell<Vec<Token>>);

impl TokenSink for Collect {
    type Handle = ();

    fn process_token(&self, token: Read, _line: u64) -> TokenSinkResult<()> {
        let token = match token {
            Read::CharacterTokens(text) => Token::Text(text),
            Read::TagToken(tag) if tag.kind == TagKind::StartTag => Token::Open(tag),
            Read::TagToken(tag) => Token::Close(tag.name),
            _ => return TokenSinkResult::Continue,
        };
        self.0.borrow_mut().push(token);
        TokenSinkResult::Continue
    }
}

/// Leaves out elements that are hidden, and what is in them.
fn visible(tokens: Vec<Token>) -> Vec<Token> {
    let mut hidden_depth = 0_usize;
    let mut kept = Vec::with_capacity(tokens.len());
    for token in tokens {
        match &token {
            Token::Open(tag) if hidden_depth > 0 || is_hidden(tag) => {
                hidden_depth += usize::from(!is_void(&tag.name));
            }
            Token::Close(_) if hidden_depth > 0 => hidden_depth -= 1,
            _ if hidden_depth > 0 => {}
            _ => kept.push(token),
        }
    }
    kept
}

fn is_hidden(tag: &Tag) -> bool {
    attribute(tag, "hidden").is_some() || attribute(tag, "style") == Some(HIDDEN)
}

/// The value of an attribute.
pub(super) fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    let mut attributes = tag.attrs.iter();
    attributes.find_map(|attribute| (&*attribute.name.local == name).then_some(&*attribute.value))
}

/// Elements without an end tag (HTML standard, 13.1.2), as far as the sanitiser lets them through.
pub(super) fn is_void(name: &str) -> bool {
    matches!(name, "br" | "col" | "hr" | "img" | "wbr")
}
