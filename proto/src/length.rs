//! Lengths of time as people write them.

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Reads a length of time in seconds: `10m`, `1h30m`, `90s`, `2d`, or a plain number of seconds.
///
/// None if it is not one, or is longer than a `u32` counts.
pub fn seconds(text: &str) -> Option<u32> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok();
    }
    let mut total: u64 = 0;
    let mut rest = text;
    // Units must get smaller, so that a slip such as 5m1h is not taken for something else.
    let mut last = u64::MAX;
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let unit = after.chars().next()?;
        let length = match unit {
            'd' => DAY,
            'h' => HOUR,
            'm' => MINUTE,
            's' => 1,
            _ => return None,
        };
        if length >= last {
            return None;
        }
        last = length;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(length)?)?;
        rest = &after[unit.len_utf8()..];
    }
    u32::try_from(total).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_as_people_write_them() {
        for (text, expected) in [
            ("10m", 600),
            ("1h30m", 5400),
            ("90s", 90),
            ("90", 90),
            ("0", 0),
            ("2d1h", 176_400),
            ("4294967295", u32::MAX),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        for bad in
            ["", "m", "5x", "5m1h", "1h1h", "-5", "1.5h", "5 m", "4294967296", "99999999999999999999d", "1hé"]
        {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
