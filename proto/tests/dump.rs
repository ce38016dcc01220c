//! Bytes as text that a person can read and a diff can show.

use std::fmt::Write;

/// Bytes on one line.
const WIDTH: usize = 16;

/// Writes bytes as rows of pairs of digits, each with its text beside it.
pub(crate) fn write(bytes: &[u8]) -> String {
    let mut dump = String::new();
    for row in bytes.chunks(WIDTH) {
        let pairs: Vec<String> = row.iter().map(|byte| format!("{byte:02x}")).collect();
        let text: String =
            row.iter().map(|&byte| if (b' '..=b'~').contains(&byte) { byte as char } else { '.' }).collect();
        writeln!(dump, "{:<1$}  |{text}|", pairs.join(" "), 3 * WIDTH - 1).expect("a string takes it");
    }
    dump
}

/// Reads rows of pairs of digits; what stands after two spaces is for the reader.
pub(crate) fn read(dump: &str) -> Vec<u8> {
    dump.lines()
        .filter_map(|row| row.split("  ").next())
        .flat_map(|pairs| pairs.split(' '))
        .filter(|pair| !pair.is_empty())
        .map(|pair| u8::from_str_radix(pair, 16).unwrap_or_else(|_| panic!("no byte: {pair}")))
        .collect()
}

#[test]
fn a_dump_reads_back() {
    let bytes: Vec<u8> = (0..=255).collect();
    assert_eq!(read(&write(&bytes)), bytes);
    assert_eq!(write(b"USHR\x01"), "55 53 48 52 01                                   |USHR.|\n");
}
