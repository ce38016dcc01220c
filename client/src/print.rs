//! What a person reads: text without anything that would steer a terminal, and tables.

/// Replaces what is not to be shown: control characters, which a terminal obeys, and marks that turn
/// the direction of text or have no width, with which a label can pass for another.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if is_shown(c) { c } else { '\u{fffd}' }).collect()
}

fn is_shown(c: char) -> bool {
    !c.is_control()
        && !matches!(c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Rows of aligned columns.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Begins a table with its head.
    pub(crate) fn headed<const N: usize>(head: [&str; N]) -> Self {
        let mut table = Self::default();
        table.row(head);
        table
    }

    /// Adds a row, cleaned.
    pub(crate) fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(|cell| clean(cell.as_ref())).collect());
    }

    /// Makes the text: two spaces between columns and none at the end of a line.
    pub(crate) fn text(&self) -> String {
        let mut widths = Vec::new();
        for row in &self.rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (width, cell) in widths.iter().zip(row) {
                line += &format!("{cell:width$}  ");
            }
            text += line.trim_end();
            text.push('\n');
        }
        text
    }
}

/// Writes a word as a shell reads it, for a hint that is copied.
pub(crate) fn shell_word(text: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._/:%+,=@".contains(&b);
    if text.bytes().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// Says how many there are of something: "1 file", "2 files".
pub(crate) fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_gets_through() {
        assert_eq!(
            clean("a\u{1b}[31mb\u{7}\u{9b}2J\r\n"),
            "a\u{fffd}[31mb\u{fffd}\u{fffd}2J\u{fffd}\u{fffd}"
        );
        assert_eq!(clean("\u{202e}moc.elpmaxe\u{200b}"), "\u{fffd}moc.elpmaxe\u{fffd}");
        assert_eq!(clean("bücher.example – ok"), "bücher.example – ok");
    }

    #[test]
    fn what_is_copied_into_a_shell_stays_one_word() {
        assert_eq!(shell_word("https://app.example.test:8443/a%20b"), "https://app.example.test:8443/a%20b");
        assert_eq!(shell_word("a.test/?x=1&y"), "'a.test/?x=1&y'");
        assert_eq!(shell_word("a.test/it's"), r"'a.test/it'\''s'");
    }

    #[test]
    fn columns_are_aligned_and_cells_stay_on_their_line() {
        let mut table = Table::headed(["ID", "FOR", "ENDS"]);
        table.row(["app-1", "é", ""]);
        table.row(["a", "two\nlines", "never"]);
        assert_eq!(table.text(), "ID     FOR        ENDS\napp-1  é\na      two\u{fffd}lines  never\n");
    }
}
