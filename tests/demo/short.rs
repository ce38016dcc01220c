//! Shortens what nobody reads to its end: tokens, login pages, AUD tags.

/// The longest word that is shown whole.
const WHOLE: usize = 60;
/// What is shown of a longer one.
const BEGINNING: usize = 24;
/// What is shown of a token's end: all of them begin alike.
const END: usize = 8;
/// What is shown of a longer address: the host and what it is asked for.
const ADDRESS: usize = 46;

/// Shortens the words of a line.
pub(super) fn line(line: &str) -> String {
    line.split_inclusive([' ', '"', ',']).map(word).collect()
}

/// Shortens the parts of a file's name.
pub(super) fn name(name: &str) -> String {
    name.split_inclusive('-').map(word).collect()
}

/// Shortens a word, and keeps what separates it from the next.
fn word(word: &str) -> String {
    let bare = word.trim_end_matches([' ', '"', ',', '-']);
    let separator = &word[bare.len()..];
    let length = if bare.starts_with("https://") { ADDRESS } else { BEGINNING };
    match (bare.get(..length), bare.get(bare.len().saturating_sub(END)..)) {
        (Some(begin), Some(end)) if bare.len() > WHOLE && bare.starts_with("eyJ") => {
            format!("{begin}…{end}{separator}")
        }
        (Some(begin), _) if bare.len() > WHOLE => format!("{begin}…{separator}"),
        _ => word.to_owned(),
    }
}
