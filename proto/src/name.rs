//! Names and ids, checked once: to hold one is to know that it is well formed.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Says which kind of name was not well formed, and what it should look like.
///
/// It does not quote the input, which may have been a secret in the wrong place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadName {
    /// What was expected, such as "a profile name".
    pub what: &'static str,
    /// The form it must have.
    pub form: &'static str,
}

impl fmt::Display for BadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "that is not {}: {}", self.what, self.form)
    }
}

impl std::error::Error for BadName {}

/// Reads what travels as text. Where a message has the text in one piece, it is read from there.
pub(crate) fn from_text<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err = BadName>,
    D: Deserializer<'de>,
{
    struct Text<T>(PhantomData<T>);

    impl<T: FromStr<Err = BadName>> Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("text")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Text(PhantomData))
}

/// Makes a checked string type: parsed from text, travelling as text, checked again on arrival.
macro_rules! checked_name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $form:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Shows the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                from_text(deserializer)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadName;
            fn from_str(text: &str) -> Result<Self, BadName> {
                let check: fn(&str) -> bool = $check;
                if check(text) { Ok(Self(text.to_owned())) } else { Err(BadName { what: $what, form: $form }) }
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

checked_name!(
    /// Names a set of credentials that belong together, such as one account's.
    ProfileName,
    "a profile name",
    "1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit",
    |text| {
        (1..=64).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    }
);

impl Default for ProfileName {
    fn default() -> Self {
        Self("default".to_owned())
    }
}

checked_name!(
    /// Names one credential; the agent makes it from what the credential is for, so that a renewed
    /// token keeps its id.
    CredentialId,
    "a credential id",
    "a kind and twelve hexadecimal digits, such as app-3b01511e5b32",
    |text| text.rsplit_once('-').is_some_and(|(kind, digits)| {
        !kind.is_empty()
            && kind.bytes().all(|b| b.is_ascii_lowercase())
            && digits.len() == 12
            && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
);

checked_name!(
    /// The AUD tag of an Access application: 64 hexadecimal digits.
    Audience,
    "an audience (AUD tag)",
    "64 hexadecimal digits in lower case",
    |text| text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
);

checked_name!(
    /// The host of a team, such as `acme.cloudflareaccess.com`: one or two labels before the suffix.
    TeamDomain,
    "a team domain",
    "TEAM.cloudflareaccess.com, in lower case",
    |text| text.strip_suffix(".cloudflareaccess.com").is_some_and(|team| {
        let mut labels = team.split('.');
        text.len() <= 253 && team.split('.').count() <= 2 && labels.all(is_label)
    })
);

impl TeamDomain {
    /// Tells whether the team is in FedRAMP High: its domain is `TEAM.fed.cloudflareaccess.com`.
    pub fn is_fedramp(&self) -> bool {
        self.0.ends_with(".fed.cloudflareaccess.com")
    }
}

checked_name!(
    /// The name of a header of HTTP, such as `Authorization`.
    HeaderName,
    "a header's name",
    "1 to 64 letters, digits or '-', beginning with a letter",
    |text| {
        (1..=64).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    }
);

checked_name!(
    /// The name or the UUID of a tunnel.
    TunnelName,
    "a tunnel's name or UUID",
    "1 to 255 bytes of text without control characters, and no space at its ends",
    |text| {
        (1..=255).contains(&text.len()) && text.trim() == text && !text.chars().any(char::is_control)
    }
);

impl TunnelName {
    /// Tells whether it is a UUID; else it is a name.
    pub fn is_uuid(&self) -> bool {
        is_uuid(&self.0)
    }
}

/// Tells whether it is a UUID in its usual form: 8-4-4-4-12 hexadecimal digits.
pub fn is_uuid(text: &str) -> bool {
    let groups = text.split('-').map(str::len);
    groups.eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

checked_name!(
    /// A person's e-mail address, as Access names persons.
    Email,
    "an e-mail address",
    "NAME@HOST, at most 254 bytes, without spaces",
    |text| {
        text.len() <= 254
            && text
                .split_once('@')
                .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
            && !text.chars().any(|c| c.is_whitespace() || c.is_control())
    }
);

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// A point in time: whole seconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Tells how many seconds lie between this and `later`; negative when it is earlier.
    pub fn seconds_until(self, later: Timestamp) -> i64 {
        later.0.saturating_sub(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn team_domains_only_look_right_when_they_are() {
        for good in ["acme.cloudflareaccess.com", "acme.fed.cloudflareaccess.com", "a-1.cloudflareaccess.com"]
        {
            assert!(good.parse::<TeamDomain>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "cloudflareaccess.com",
            ".cloudflareaccess.com",
            "evilcloudflareaccess.com",
            "a.b.c.cloudflareaccess.com",
            "a..cloudflareaccess.com",
            "-a.cloudflareaccess.com",
            "Acme.cloudflareaccess.com",
            "acme.cloudflareaccess.com.evil.example",
            "a@b.cloudflareaccess.com",
            "a/b.cloudflareaccess.com",
            "a#.cloudflareaccess.com",
        ] {
            assert!(bad.parse::<TeamDomain>().is_err(), "{bad}");
        }
    }

    #[test]
    fn ids_and_profiles_refuse_what_could_hide_in_a_path_or_a_terminal() {
        for bad in ["", ".hidden", "a/b", "a b", "a\n", "\u{1b}[31m", &"x".repeat(65)] {
            assert!(bad.parse::<ProfileName>().is_err(), "{bad:?}");
        }
        assert!("app-3b01511e5b32".parse::<CredentialId>().is_ok());
        for bad in
            ["", "app", "app-", "-3b01511e5b32", "app-3B01511E5B32", "app-3b01511e5", "a/-3b01511e5b32"]
        {
            assert!(bad.parse::<CredentialId>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_error_does_not_quote_the_input() {
        let error = "se cret".parse::<ProfileName>().expect_err("a space is not allowed");
        assert!(!error.to_string().contains("se cret"));
    }
}
