//! Lists, which come page by page.

use serde::de::DeserializeOwned;

use super::envelope::{Info, Page};
use super::question::Question;
use super::{Api, ApiError};

/// How much a page is asked to hold.
const PER_PAGE: u64 = 50;

/// Longest list that is read, in pages: the API has no account of more, and a server may lie.
const MAX_PAGES: u64 = 100;

impl Api<'_> {
    /// Reads a list to its end.
    pub(super) async fn list<T>(&self, question: &Question<'_>) -> Result<Vec<T>, ApiError>
    where
        T: DeserializeOwned + PartialEq,
    {
        let mut all: Vec<T> = Vec::new();
        for number in 1..=MAX_PAGES {
            let (number, per_page) = (number.to_string(), PER_PAGE.to_string());
            let asked = [("page", &*number), ("per_page", &*per_page)];
            let Page { items, info } = self.read_page(question, &asked).await?.page()?;
            if !items.is_empty() && all.ends_with(&items) {
                return Err(ApiError::NotUnderstood("its list repeats itself"));
            }
            let found = items.len();
            all.extend(items);
            if is_last(found, all.len(), &info) {
                return Ok(all);
            }
        }
        Err(ApiError::NotUnderstood("its list does not end"))
    }
}

/// Tells whether a page is the last one: it is not full, or all is there; as with cloudflared. What was
/// counted here goes before what the page says of itself.
fn is_last(found: usize, so_far: usize, info: &Info) -> bool {
    let (found, so_far) = (found as u64, so_far as u64);
    let full = info.per_page.unwrap_or(PER_PAGE);
    found == 0
        || info.count.unwrap_or(found).min(found) < full
        || info.total_count.is_some_and(|total| so_far >= total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_with_a_page_that_is_not_full_or_when_all_is_there() {
        let info = |count, per_page, total_count| Info { count, per_page, total_count };
        for (found, so_far, info, last) in [
            (50, 50, info(Some(50), Some(50), Some(120)), false),
            (50, 100, info(Some(50), Some(50), Some(120)), false),
            (20, 120, info(Some(20), Some(50), Some(120)), true),
            (50, 100, info(Some(50), Some(50), Some(100)), true),
            (20, 20, info(Some(20), Some(20), Some(60)), false),
            (50, 50, Info::default(), false),
            (49, 49, Info::default(), true),
            (0, 50, info(Some(50), Some(50), Some(1_000_000)), true),
            (0, 0, info(Some(0), Some(0), None), true),
            (3, 3, info(Some(50), Some(50), Some(1_000_000)), true),
        ] {
            assert_eq!(is_last(found, so_far, &info), last, "{found} {so_far} {info:?}");
        }
    }
}
