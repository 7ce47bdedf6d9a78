//! Posts and queries generated from a seed. Words are as frequent as in natural text (Zipf's law: the
//! r-th most common word is r times rarer than the first).

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

use flashblog::sources::BlogSource;
use flashblog::sources::embedded::EmbeddedSource;

pub(crate) const WORDS_A_POST: usize = 400;
const VOCABULARY: usize = 50_000;

/// A generated site.
pub(crate) struct MadeUp {
    vocabulary: Vec<String>,
    script: Script,
    /// SplitMix64's state. The only requirement is the same sequence in every run.
    state: u64,
}

#[derive(Clone, Copy)]
enum Script {
    Latin,
    Chinese,
}

impl MadeUp {
    /// A site whose common words are those of the built-in posts, and whose rare ones are random
    /// syllables.
    pub(crate) async fn latin() -> anyhow::Result<Self> {
        let posts = EmbeddedSource::new().fetch().await?;
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for post in &posts {
            let words = post.content_text.split(|c: char| !c.is_alphanumeric());
            for word in words.filter(|word| !word.is_empty()) {
                *counts.entry(word).or_default() += 1;
            }
        }
        let mut common: Vec<(&str, usize)> = counts.into_iter().collect();
        common.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let common = common.iter().map(|(word, _)| (*word).to_owned());
        Ok(Self::with_vocabulary(common.collect(), Script::Latin))
    }

    /// A site with words of one to three Chinese characters, without spaces.
    pub(crate) fn chinese() -> Self {
        Self::with_vocabulary(Vec::new(), Script::Chinese)
    }

    fn with_vocabulary(vocabulary: Vec<String>, script: Script) -> Self {
        let mut site = Self {
            vocabulary,
            script,
            state: 2_026,
        };
        while site.vocabulary.len() < VOCABULARY {
            let word = site.rare_word();
            site.vocabulary.push(word);
        }
        site
    }

    /// Writes `posts` posts into a folder.
    pub(crate) fn write(&mut self, folder: &Path, posts: usize) -> anyhow::Result<()> {
        for number in 0..posts {
            let file = folder.join(format!("post-{number}.md"));
            std::fs::write(file, self.post(number)?)?;
        }
        Ok(())
    }

    fn random(&mut self, below: usize) -> usize {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) as usize % below
    }

    fn rare_word(&mut self) -> String {
        match self.script {
            Script::Latin => self.syllables(),
            Script::Chinese => self.characters(),
        }
    }

    /// A word of one to three of 3,000 characters, of which some are far more frequent than others.
    fn characters(&mut self) -> String {
        let length = 1 + self.random(3);
        (0..length)
            .filter_map(|_| {
                let part = self.random(1 << 20) as f64 / f64::from(1 << 20);
                char::from_u32(0x4E00 + 3_000_f64.powf(part) as u32)
            })
            .collect()
    }

    fn syllables(&mut self) -> String {
        const ONSETS: &[u8] = b"bcdfghjklmnprstvw";
        const VOWELS: &[u8] = b"aeiou";
        let mut word = String::new();
        for _ in 0..2 + self.random(3) {
            word.push(char::from(ONSETS[self.random(ONSETS.len())]));
            word.push(char::from(VOWELS[self.random(VOWELS.len())]));
        }
        word
    }

    /// A random word. Common words are more frequent: the logarithm of the rank is uniformly distributed.
    fn word(&mut self) -> String {
        let part = self.random(1 << 20) as f64 / f64::from(1 << 20);
        let rank = (self.vocabulary.len() as f64).powf(part) as usize;
        self.vocabulary[rank.saturating_sub(1)].clone()
    }

    fn sentence(&mut self, words: usize) -> String {
        let words: Vec<String> = (0..words).map(|_| self.word()).collect();
        words.join(match self.script {
            Script::Latin => " ",
            Script::Chinese => "",
        })
    }

    fn post(&mut self, number: usize) -> anyhow::Result<String> {
        let title_words = 4 + self.random(5);
        let mut post = format!(
            "---\ntitle: \"{}\"\nsummary: \"{}\"\ndate: 2026-01-{:02}\n---\n",
            self.sentence(title_words),
            self.sentence(20),
            1 + number % 28
        );
        for _ in 0..WORDS_A_POST / 50 {
            write!(post, "{}.\n\n", self.sentence(50))?;
        }
        Ok(post)
    }

    /// Queries of incomplete words, whole words, several words, mistyped words and words that no post has.
    pub(crate) fn queries(&mut self, count: usize) -> Vec<String> {
        (0..count)
            .map(|_| match self.random(20) {
                0..8 => {
                    let word = self.word();
                    let length = 1 + self.random(word.chars().count());
                    word.chars().take(length).collect()
                }
                8..12 => self.word(),
                12..17 => {
                    let words = 2 + self.random(2);
                    self.sentence(words)
                }
                17..19 => {
                    let mut letters: Vec<char> = self.word().chars().collect();
                    let at = self.random(letters.len());
                    letters.remove(at);
                    letters.push('e');
                    letters.into_iter().collect()
                }
                _ => format!("{}qx", self.rare_word()),
            })
            .collect()
    }
}
