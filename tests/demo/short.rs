//! Shortens what nobody reads to its end: tokens, login pages, AUD tags.

/// The longest word that is shown whole.
const WHOLE: usize = 60;
/// What is shown of a longer one.
const BEGINNING: usize = 24;
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
    let end = word.chars().last().filter(|end| " \",-".contains(*end)).map(String::from).unwrap_or_default();
    let length = if word.starts_with("https://") { ADDRESS } else { BEGINNING };
    match word.char_indices().nth(length) {
        Some((cut, _)) if word.len() > WHOLE => format!("{}…{end}", &word[..cut]),
        _ => word.to_owned(),
    }
}
