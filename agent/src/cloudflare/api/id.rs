//! Ids of the forms that Cloudflare uses: nothing else becomes part of an address.

use usher_proto::name::is_uuid;

use super::ApiError;
use crate::cloudflare::is_cloudflare_id;

/// Checks an id of an account.
pub(super) fn account(text: &str) -> Result<&str, ApiError> {
    checked(text, is_cloudflare_id, "an account's id is 32 hexadecimal digits")
}

/// Checks an id of an API token.
pub(super) fn token(text: &str) -> Result<&str, ApiError> {
    checked(text, is_cloudflare_id, "an API token's id is 32 hexadecimal digits")
}

/// Checks an id of a tunnel or a connector, of an application or a service token.
pub(super) fn uuid(text: &str) -> Result<&str, ApiError> {
    checked(text, is_uuid, "an id of this kind is a UUID")
}

fn checked<'a>(text: &'a str, is_id: fn(&str) -> bool, why: &'static str) -> Result<&'a str, ApiError> {
    if is_id(text) { Ok(text) } else { Err(ApiError::Unsendable(why)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_an_id_gets_into_an_address() {
        const ID: &str = "0123456789abcdef0123456789abcdef";
        const UUID: &str = "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415";
        assert_eq!((account(ID), token(ID), uuid(UUID)), (Ok(ID), Ok(ID), Ok(UUID)));
        for bad in [
            "",
            ".",
            "..",
            "x",
            &ID[1..],
            &format!("{ID}/.."),
            &format!("{}/", &ID[1..]),
            &format!("{}?", &ID[1..]),
            &format!("{}%", &ID[1..]),
            &format!("{UUID}/token"),
            &UUID.replace('-', "/"),
            &format!("{}#", &UUID[1..]),
            &format!("{}\n", &UUID[1..]),
        ] {
            for checked in [account(bad), token(bad), uuid(bad)] {
                assert!(matches!(checked, Err(ApiError::Unsendable(_))), "{bad}");
            }
        }
    }
}
