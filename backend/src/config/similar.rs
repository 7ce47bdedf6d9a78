//! The known name that a mistyped one is most similar to.

/// Above this similarity (0 to 1), an unknown name counts as a mistyped known one.
const SIMILAR: f64 = 0.8;

/// The known name that is most similar to an unknown one. `None` if none is similar.
pub(super) fn most_similar<'a>(unknown: &str, known: &'a [String]) -> Option<&'a String> {
    let likeness = |name: &&String| strsim::jaro_winkler(name, unknown);
    known
        .iter()
        .filter(|name| likeness(name) > SIMILAR)
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
}
