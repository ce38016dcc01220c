//! What somebody hands over. An input is three lines and the secret: a kind of credential, `service`, or
//! a file's name; the application, the team or the content of the `.url` file; the label or header.
//!
//! Account certificates and tunnels are also read with the secret packed as they pack theirs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use usher_agent::cloudflare::{self, certificate, service_token, tunnel};
use usher_agent::store::Record;
use usher_proto::request::{Import, Origin};
use usher_proto::tunnel::TunnelForm;
use usher_proto::{Answer, Kind, ProfileName, Secret, frame};

use super::input::{line, secret};
use super::{NOW, in_proportion};

/// What is taken in is alive, stays the same however often it is read, and goes out in headers whole.
pub fn import(bytes: &[u8]) {
    let (what, rest) = line(bytes);
    let (about, rest) = line(rest);
    let (words, content) = line(rest);
    for content in packed(&what, content) {
        read(&content, || origin(&what, &about, &words));
    }
}

/// Reads an import; `from` makes its origin anew.
pub(super) fn read(content: &[u8], from: impl Fn() -> Origin) -> Option<Record> {
    let import = |secret| Import { profile: ProfileName::default(), from: from(), secret };
    let secret_of = |bytes| secret(bytes).map(import);
    let given = secret_of(content)?;
    let record = in_proportion(content.len(), || cloudflare::read(given, NOW)).ok()?;
    assert!(record.credential.expires.is_none_or(|end| end > NOW), "it has ended");

    let again = secret_of(record.secret.expose()).map(|again| cloudflare::read(again, NOW));
    assert_eq!(again, Some(Ok(record.clone())), "what is kept reads as what was given");
    let stored = record.encode().expect("a record can be stored");
    assert_eq!(Record::decode(&stored).as_ref(), Ok(&record));
    frame::encode(&Answer::Show { credential: record.credential.clone() }).expect("it can be shown");
    is_fit_for_headers(&record);
    Some(record)
}

/// Tokens go into headers, and onto a terminal line of their own.
fn is_fit_for_headers(record: &Record) {
    let is_word = |secret: &Secret| secret.expose().iter().all(u8::is_ascii_graphic);
    match record.credential.kind {
        Kind::AppToken | Kind::OrgToken | Kind::ApiToken => {
            assert!(is_word(&record.secret), "a token has characters that would end a header");
        }
        Kind::ServiceToken => {
            let headers = service_token::headers(&record.secret).expect("a service token has headers");
            let is_line = |secret: &Secret| secret.expose().iter().all(|byte| (b' '..=b'~').contains(byte));
            assert!(headers.iter().all(|(_, value)| is_line(value)), "a header holds what none may");
        }
        Kind::AccountCert => {
            let (_, token) = certificate::api_token(&record.secret).expect("a certificate has an API token");
            assert!(is_word(&token), "an API token has characters that would end a header");
        }
        Kind::Tunnel => has_two_forms(record),
    }
}

/// Either form of a tunnel gives both, and stays what it is.
fn has_two_forms(record: &Record) {
    const FORMS: [TunnelForm; 2] = [TunnelForm::Token, TunnelForm::Credentials];
    let written = |secret: &Secret| FORMS.map(|form| tunnel::in_form(secret, form).expect("a form"));
    let both = written(&record.secret);
    for form in &both {
        assert_eq!(written(form), both);
        let given = Origin::Given { kind: Kind::Tunnel, app: None, label: None };
        let again = Import {
            profile: ProfileName::default(),
            from: given,
            secret: secret(form.expose()).expect("not empty"),
        };
        let again = cloudflare::read(again, NOW).expect("a form is one").credential;
        assert_eq!(
            (&again.id, &again.account, &again.tunnel),
            (&record.credential.id, &record.credential.account, &record.credential.tunnel)
        );
    }
}

fn origin(what: &str, about: &str, words: &str) -> Origin {
    let label = Some(words.to_owned()).filter(|words| !words.is_empty());
    match what.parse() {
        Ok(kind) => Origin::Given { kind, app: about.parse().ok(), label },
        Err(_) if what == "service" => Origin::ServiceToken {
            app: about.parse().ok(),
            team: about.parse().ok(),
            header: words.parse().ok(),
            label,
        },
        Err(_) => Origin::File { name: what.to_owned(), login_url: secret(about.as_bytes()) },
    }
}

/// The content as it is, and as what is inside the kind's own packing.
fn packed(what: &str, content: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![content.to_vec()];
    if what == "cert.pem" || what == Kind::AccountCert.as_str() {
        all.push(pem::encode(&pem::Pem::new("ARGO TUNNEL TOKEN", content)).into_bytes());
    }
    if what == Kind::Tunnel.as_str() {
        all.push(STANDARD.encode(content).into_bytes());
    }
    all
}
