//! The members of a JSON object whose values are text, read and written as cloudflared does: Go takes a name in
//! any case, the last of several wins, and null is as good as none.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use usher_proto::Wiped;
use zeroize::Zeroizing;

/// Reads the members that are named, each perhaps in several ways; what is not there is empty.
///
/// None if it is no object, or a member that is named is no text. Why is not told: the words of the
/// parser may quote what it read.
pub(super) fn read<const N: usize>(json: &[u8], names: [&[&str]; N]) -> Option<[Zeroizing<String>; N]> {
    let mut parser = serde_json::Deserializer::from_slice(json);
    let members = Named(names).deserialize(&mut parser).ok()?;
    parser.end().ok()?;
    Some(members)
}

/// Writes an object without white space, in a buffer that is sized once. Nothing in the values may be what
/// JSON escapes.
pub(super) fn write(members: &[(&str, &str)]) -> Wiped {
    const AROUND: usize = r#"{"":"","#.len();
    let length: usize = members.iter().map(|(name, value)| name.len() + value.len() + AROUND).sum();
    let mut json = Wiped::from(Vec::with_capacity(length + 1));
    for (number, (name, value)) in members.iter().enumerate() {
        let before = if number == 0 { "{\"" } else { ",\"" };
        for part in [before, name, "\":\"", value, "\""] {
            json.extend_from_slice(part.as_bytes());
        }
    }
    json.push(b'}');
    json
}

struct Named<'n, const N: usize>([&'n [&'n str]; N]);

impl<'de, const N: usize> DeserializeSeed<'de> for Named<'_, N> {
    type Value = [Zeroizing<String>; N];

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for Named<'_, N> {
    type Value = [Zeroizing<String>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = std::array::from_fn(|_| Zeroizing::default());
        while let Some(name) = map.next_key::<Zeroizing<String>>()? {
            let is_meant = |names: &&[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(&name));
            match self.0.iter().position(is_meant) {
                Some(member) => {
                    if let Some(text) = map.next_value::<Option<Zeroizing<String>>>()? {
                        found[member] = text;
                    }
                }
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(json: &str) -> Option<[String; 2]> {
        read(json.as_bytes(), [&["AccountTag", "a"], &["TunnelID"]])
            .map(|found| found.map(|text| text.to_string()))
    }

    #[test]
    fn reads_as_go_does() {
        let both = ["1", "2"].map(str::to_owned);
        for json in [
            r#"{"AccountTag":"1","TunnelID":"2"}"#,
            r#"{"tunnelid":"2","ACCOUNTTAG":"1","More":{"TunnelID":"3"},"and":[1,null]}"#,
            r#" {"AccountTag":"x","a":"1","TunnelID":"2","tunnelId":null} "#,
        ] {
            assert_eq!(members(json).as_ref(), Some(&both), "{json}");
        }
        assert_eq!(members("{}"), Some([String::new(), String::new()]));
        for bad in ["", "null", "[]", "7", r#"{"a":7}"#, r#"{"a":["1"]}"#, r#"{"a":"1"}x"#, r#"{"a":"1""#] {
            assert_eq!(members(bad), None, "{bad}");
        }
    }
}
