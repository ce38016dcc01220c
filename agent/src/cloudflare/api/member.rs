//! Members of what the API describes. Ids must be right; whatever else is missing, null or of a form that
//! is not known here is as good as none.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use usher_proto::name::is_uuid;
use usher_proto::{Timestamp, date};

/// Reads an id, of which a path may be made later.
pub(super) fn uuid<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if is_uuid(&text) { Ok(text) } else { Err(Error::custom("it is no UUID")) }
}

/// Reads words of somebody's.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads a time. Year 1 is Go's way to say none.
pub(super) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = text(deserializer)?;
    Ok(moment(&text).filter(|time| time.0 > 0))
}

/// Reads a time as the API writes it, to the second.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    date::read(text).map(|milliseconds| Timestamp(milliseconds.div_euclid(1000)))
}

/// Reads one of several words, of which the API may know more.
pub(super) fn known<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let text = text(deserializer)?;
    Ok(serde_json::from_value(text.into()).ok())
}

/// Reads the data centres of connections, of which one that is not named is empty.
pub(super) fn places<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    struct Connection {
        #[serde(default, deserialize_with = "text")]
        colo_name: String,
    }
    let all: Option<Vec<Connection>> = Option::deserialize(deserializer)?;
    Ok(all.into_iter().flatten().map(|connection| connection.colo_name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::api::{Connector, Tunnel, TunnelStatus};

    const ID: &str = "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415";

    fn tunnel(members: &str) -> Option<Tunnel> {
        serde_json::from_str(&format!(r#"{{"id":"{ID}"{members}}}"#)).ok()
    }

    #[test]
    fn what_is_not_there_is_none() {
        let bare = tunnel("").expect("an id is enough");
        assert_eq!((&*bare.id, &*bare.name, bare.status, bare.created), (ID, "", None, None));
        for members in [
            r#","name":null,"status":null,"created_at":null,"deleted_at":null"#,
            r#","name":"","status":"resting","created_at":"0001-01-01T00:00:00Z","deleted_at":"soon""#,
            r#","connections":[{}],"more":{"a":[1]}"#,
        ] {
            assert_eq!(tunnel(members), Some(bare.clone()), "{members}");
        }
        let whole = tunnel(r#","name":"web","status":"healthy","created_at":"2023-11-14T22:13:20.5Z""#);
        let whole = whole.expect("a tunnel");
        assert_eq!((&*whole.name, whole.status), ("web", Some(TunnelStatus::Healthy)));
        assert_eq!(whole.created, Some(Timestamp(1_700_000_000)));
        for conns in ["", r#","conns":null"#, r#","conns":[]"#] {
            let connector: Connector =
                serde_json::from_str(&format!(r#"{{"id":"{ID}"{conns}}}"#)).expect("a connector");
            assert!(connector.places.is_empty());
        }
    }

    #[test]
    fn an_id_must_be_one() {
        for bad in ["{}", r#"{"id":null}"#, r#"{"id":"../x"}"#, r#"{"id":7}"#, "[]"] {
            assert!(serde_json::from_str::<Tunnel>(bad).is_err(), "{bad}");
        }
    }
}
