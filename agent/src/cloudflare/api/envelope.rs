//! What every answer of the API is wrapped in: `{"success", "errors", "messages", "result",
//! "result_info"}`. Of these only `success` is always there, and nothing reads `messages`, which come
//! in many forms.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Number, Value};
use usher_proto::{Secret, Wiped};

use super::ApiError;

/// An answer that says of itself that all went well.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cloudflare) struct Envelope(Wiped);

/// A page of a list.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cloudflare) struct Page<T> {
    pub(in crate::cloudflare) items: Vec<T>,
    pub(super) info: Info,
}

/// What a page says about the list. Any of it may be missing, or wrong.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in crate::cloudflare) struct Info {
    pub(super) count: Option<u64>,
    pub(super) per_page: Option<u64>,
    pub(super) total_count: Option<u64>,
}

/// An answer that does not say so.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// It says that it failed, for these reasons: perhaps none.
    Failed(Vec<u32>),
    /// It is no envelope.
    NoEnvelope,
}

impl Envelope {
    /// Reads the envelope, and leaves what is in it.
    pub(super) fn read(body: Wiped) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        struct Outside {
            success: bool,
        }
        match serde_json::from_slice(&body) {
            Ok(Outside { success: true }) => Ok(Self(body)),
            Ok(Outside { success: false }) => Err(Failure::Failed(codes(&body))),
            Err(_) => Err(Failure::NoEnvelope),
        }
    }

    /// Reads the result, which must be there.
    pub(in crate::cloudflare) fn result<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        #[derive(Deserialize)]
        struct Inside<T> {
            result: T,
        }
        let inside: Result<Inside<T>, _> = serde_json::from_slice(&self.0);
        // Its own words may quote what it read.
        inside
            .map(|inside| inside.result)
            .map_err(|_| ApiError::NotUnderstood("its result is not what it should be"))
    }

    /// Reads the result as a secret.
    pub(in crate::cloudflare) fn secret(&self) -> Result<Secret, ApiError> {
        #[derive(Deserialize)]
        struct Text(#[serde(with = "usher_proto::secret::wire")] Secret);
        self.result().map(|Text(secret)| secret)
    }

    /// Reads the result as a page of a list; none at all is an empty one.
    pub(in crate::cloudflare) fn page<T: DeserializeOwned>(&self) -> Result<Page<T>, ApiError> {
        #[derive(Deserialize)]
        struct Inside {
            result_info: Option<Value>,
        }
        let items: Option<Vec<T>> = self.result()?;
        let inside: Option<Inside> = serde_json::from_slice(&self.0).ok();
        let info = inside.and_then(|inside| inside.result_info).unwrap_or_default();
        let number = |name: &str| info[name].as_u64();
        let info =
            Info { count: number("count"), per_page: number("per_page"), total_count: number("total_count") };
        Ok(Page { items: items.unwrap_or_default(), info })
    }
}

/// Lists the codes of an answer that failed: a number or its text, and those that it is chained to.
pub(super) fn codes(body: &[u8]) -> Vec<u32> {
    #[derive(Deserialize)]
    struct Outside {
        errors: Value,
    }
    let errors = serde_json::from_slice(body).map(|Outside { errors }| errors).unwrap_or_default();
    let mut codes = Vec::new();
    for error in errors.as_array().into_iter().flatten() {
        codes.extend(code(error));
        codes.extend(error["error_chain"].as_array().into_iter().flatten().filter_map(code));
    }
    codes
}

fn code(error: &Value) -> Option<u32> {
    match &error["code"] {
        Value::Number(number) => Number::as_u64(number)?.try_into().ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::testing::secret;

    fn read(body: &str) -> Result<Envelope, Failure> {
        Envelope::read(Wiped::from(body.as_bytes().to_vec()))
    }

    fn page(body: &str) -> Result<Page<u8>, ApiError> {
        read(body).expect("a success").page()
    }

    #[test]
    fn success_is_said_and_nothing_else_is_needed() {
        for good in [
            r#"{"success":true}"#,
            r#"{"success":true,"errors":null,"messages":null,"result":null}"#,
            r#"{"result":{},"success":true}"#,
            r#"{"success":true,"errors":[],"messages":[{"code":10000,"message":"x","type":null}]}"#,
            r#"{"success":true,"messages":["x"],"errors":{},"more":1}"#,
            r#"{"success":true,"messages":7}"#,
        ] {
            assert!(read(good).is_ok(), "{good}");
        }
        for (bad, codes) in [
            (r#"{"success":false}"#, &[][..]),
            (r#"{"success":false,"errors":[]}"#, &[]),
            (r#"{"success":false,"errors":null,"result":null}"#, &[]),
            (r#"{"success":false,"errors":"x"}"#, &[]),
            (r#"{"success":false,"errors":["x",{"message":"x"}]}"#, &[]),
            (r#"{"success":false,"errors":[{"code":1022,"message":"x"}],"result":7}"#, &[1022]),
            (r#"{"success":false,"errors":[{"code":"10000"},{"code":2}]}"#, &[10_000, 2]),
            (r#"{"success":false,"errors":[{"code":-1},{"code":1e30},{"code":"-1"},{"code":null}]}"#, &[]),
            (
                r#"{"success":false,"errors":[{"code":6003,"error_chain":[{"code":6111,"message":"x"}]}]}"#,
                &[6003, 6111],
            ),
        ] {
            assert_eq!(read(bad), Err(Failure::Failed(codes.to_vec())), "{bad}");
        }
        for none in ["", "<html>", "null", "[]", "{}", r#"{"success":"true"}"#, r#"{"success":true"#] {
            assert_eq!(read(none), Err(Failure::NoEnvelope), "{none}");
        }
    }

    #[test]
    fn a_secret_is_a_text_that_is_not_empty() {
        let secret_in = |body: &str| read(body).expect("a success").secret();
        assert_eq!(secret_in(r#"{"success":true,"result":"canary"}"#), Ok(secret("canary")));
        for bad in [r#""""#, "null", "{}", "7", r#"{"canary":1}"#, r#"["canary"]"#] {
            let error = secret_in(&format!(r#"{{"success":true,"result":{bad}}}"#)).expect_err("no secret");
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
        assert!(secret_in(r#"{"success":true}"#).is_err());
    }

    #[test]
    fn a_list_may_be_missing_and_what_is_said_of_it_too() {
        let info = |count, per_page, total_count| Info { count, per_page, total_count };
        for (body, items, said) in [
            (
                r#"{"success":true,"result":[1,2],"result_info":{"count":2,"page":1,"per_page":20,"total_count":2}}"#,
                vec![1, 2],
                info(Some(2), Some(20), Some(2)),
            ),
            (r#"{"success":true,"result":[1]}"#, vec![1], Info::default()),
            (r#"{"success":true,"result":null,"result_info":null}"#, vec![], Info::default()),
            (r#"{"success":true,"result":[],"result_info":[1]}"#, vec![], Info::default()),
            (
                r#"{"success":true,"result":[],"result_info":{"count":-1,"per_page":"x","total_count":null}}"#,
                vec![],
                Info::default(),
            ),
        ] {
            assert_eq!(page(body), Ok(Page { items, info: said }), "{body}");
        }
        for bad in [r#"{}"#, r#""x""#, r#"["x"]"#, "7"] {
            assert!(page(&format!(r#"{{"success":true,"result":{bad}}}"#)).is_err(), "{bad}");
        }
    }
}
