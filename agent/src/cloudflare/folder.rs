//! The names that cloudflared gives to the files in `~/.cloudflared`, and what they tell.
//!
//! An app token's file is `<application>-<AUD>-token`, where every `/` and `*` of the application
//! became `-`; so a name can often be read in one way only, and sometimes in several.

use usher_proto::name::is_uuid;
use usher_proto::{AppPattern, Audience, Kind, Secret, TeamDomain};

use super::{Facts, NotACredential, certificate, jwt, tunnel};

/// What a file holds, by its name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Recognised {
    AppToken(AppPattern, Audience),
    OrgToken(TeamDomain),
    AccountCert,
    Tunnel,
}

impl Recognised {
    /// Reads the file's content as what its name says.
    pub(super) fn read(self, secret: Secret) -> Result<(Kind, Secret, Facts), NotACredential> {
        let (kind, (secret, facts)) = match self {
            Recognised::AppToken(app, audience) => {
                (Kind::AppToken, jwt::app_token(secret, app, Some(audience))?)
            }
            Recognised::OrgToken(team) => (Kind::OrgToken, jwt::org_token(secret, Some(team))?),
            Recognised::AccountCert => (Kind::AccountCert, certificate::read(secret)?),
            Recognised::Tunnel => (Kind::Tunnel, tunnel::read(secret)?),
        };
        Ok((kind, secret, facts))
    }
}

/// Tells what a file holds; `login_url` is the content of the `.url` file beside it.
pub(super) fn recognise(name: &str, login_url: Option<&Secret>) -> Result<Recognised, NotACredential> {
    if name == "cert.pem" {
        return Ok(Recognised::AccountCert);
    }
    if let Some(stem) = name.strip_suffix(".json") {
        return if is_uuid(stem) { Ok(Recognised::Tunnel) } else { Err(UNKNOWN) };
    }
    if let Some(team) = name.strip_suffix("-org-token") {
        return team.parse().map(Recognised::OrgToken).map_err(|_| UNKNOWN);
    }
    let stem = name.strip_suffix("-token").ok_or(UNKNOWN)?;
    let Some((written, Ok(audience))) =
        stem.rsplit_once('-').map(|(app, aud)| (app, aud.parse::<Audience>()))
    else {
        return Err(NotACredential::Legacy(
            "its name is of before 2021 and does not tell the application's AUD",
        ));
    };
    let app = application(written, login_url).ok_or(NotACredential::Malformed(
        "its name can be read as several applications: give it with `usher import --stdin --kind app-token --app HOST/PATH`",
    ))?;
    Ok(Recognised::AppToken(app, audience))
}

const UNKNOWN: NotACredential =
    NotACredential::Malformed("its name is not one that cloudflared gives to a credential");

/// Finds the application behind a file's name, if there is only one.
fn application(written: &str, login_url: Option<&Secret>) -> Option<AppPattern> {
    let (host, rest) = split_host(written)?;
    match rest.strip_prefix('-') {
        None => host.parse().ok(),
        Some(path) if !path.contains('-') => format!("{host}/{path}").parse().ok(),
        Some(path) => format!("{host}{}", path_from_login(&host, path, login_url?)?).parse().ok(),
    }
}

/// Splits into the host, its `*` restored, and what follows from the `-` of the path on.
///
/// A whole name that is a host is taken as one; else the longest beginning that is.
fn split_host(written: &str) -> Option<(String, &str)> {
    let ends = written.match_indices('-').map(|(at, _)| at).chain([written.len()]);
    let mut best = None;
    for end in ends {
        if let Some(host) = as_host(&written[..end]) {
            best = Some((host, &written[end..]));
        }
    }
    best
}

/// Reads a text as a host with wildcards: a `-` where no label may have one was a `*`.
fn as_host(text: &str) -> Option<String> {
    let labels: Vec<&str> = text.split('.').collect();
    let (top, lower) = labels.split_last()?;
    let is_top = top.len() >= 2 && (top.bytes().all(|b| b.is_ascii_lowercase()) || top.starts_with("xn--"));
    if lower.is_empty() || !is_top {
        return None;
    }
    let restored: Option<Vec<String>> = lower.iter().map(|label| as_label(label)).collect();
    Some(format!("{}.{top}", restored?.join(".")))
}

fn as_label(label: &str) -> Option<String> {
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if label.is_empty() || !plain(label) {
        None
    } else if let Some(rest) = label.strip_prefix('-') {
        Some(format!("*{rest}"))
    } else if let Some(rest) = label.strip_suffix('-') {
        Some(format!("{rest}*"))
    } else {
        Some(label.to_owned())
    }
}

/// Finds in a login URL the path that was written as `written`: it tells `/` from `-`.
fn path_from_login(host: &str, written: &str, login_url: &Secret) -> Option<String> {
    let login = url::Url::parse(std::str::from_utf8(login_url.expose()).ok()?.trim()).ok()?;
    let back = login.query_pairs().find(|(name, _)| name == "redirect_url")?.1;
    let back = url::Url::parse(&back).ok()?;
    if back.host_str() != Some(host) {
        return None;
    }
    let visited = back.path();
    let path = visited.get(..written.len() + 1)?;
    let same = path[1..]
        .bytes()
        .zip(written.bytes())
        .all(|(ours, theirs)| ours == theirs || (ours == b'/' && theirs == b'-'));
    let whole = visited.len() == path.len() || visited.as_bytes()[path.len()] == b'/';
    (same && whole).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUD: &str = "3b01511e5b32cb1dc286bd7b7eeaac14facb363eb4f4592c4253e33976153e1c";

    fn app(written: &str) -> Option<String> {
        match recognise(&format!("{written}-{AUD}-token"), None) {
            Ok(Recognised::AppToken(app, _)) => Some(app.to_string()),
            _ => None,
        }
    }

    #[test]
    fn reads_applications_back_from_their_file_names() {
        for (written, application) in [
            ("app.example.com", "app.example.com"),
            ("my-app.example.com", "my-app.example.com"),
            ("staging.my-app.example.com", "staging.my-app.example.com"),
            ("-.example.com", "*.example.com"),
            ("-test.example.com", "*test.example.com"),
            ("test--.example.com", "test-*.example.com"),
            ("app.example.com-admin", "app.example.com/admin"),
            ("-.example.com-x", "*.example.com/x"),
            ("app.xn--bcher-kva.example-docs", "app.xn--bcher-kva.example/docs"),
        ] {
            assert_eq!(app(written).as_deref(), Some(application), "{written}");
        }
    }

    #[test]
    fn a_name_with_several_readings_needs_the_login_url() {
        assert_eq!(app("app.example.com-a-b"), None);
        let login = |path: &str| {
            let url = format!(
                "https://app.example.com/cdn-cgi/access/cli?redirect_url=https%3A%2F%2Fapp.example.com{path}%3Fx%3D1"
            );
            Secret::new(url.into_bytes()).expect("not empty")
        };
        for (visited, application) in
            [("%2Fa%2Fb%2Fc", "app.example.com/a/b"), ("%2Fa-b", "app.example.com/a-b")]
        {
            let found = recognise(&format!("app.example.com-a-b-{AUD}-token"), Some(&login(visited)));
            assert_eq!(
                found,
                Ok(Recognised::AppToken(
                    application.parse().expect("a pattern"),
                    AUD.parse().expect("an AUD")
                ))
            );
        }
        let elsewhere = recognise(&format!("app.example.com-a-b-{AUD}-token"), Some(&login("%2Fother")));
        assert!(elsewhere.is_err());
    }

    #[test]
    fn knows_the_other_names_and_refuses_the_rest() {
        assert_eq!(recognise("cert.pem", None), Ok(Recognised::AccountCert));
        assert_eq!(recognise("3a21c094-39e3-4379-9f64-829462be7bc1.json", None), Ok(Recognised::Tunnel));
        assert!(matches!(
            recognise("acme.cloudflareaccess.com-org-token", None),
            Ok(Recognised::OrgToken(_))
        ));
        assert!(matches!(recognise("app.example.com-token", None), Err(NotACredential::Legacy(_))));
        for other in ["config.yml", "x.json", "evil.example-org-token", "", "-token", "..-token", "a.url"] {
            assert!(recognise(other, None).is_err(), "{other}");
        }
    }
}
