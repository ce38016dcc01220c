//! Looks through a request for every secret that the edge ever issued.

use super::hosts::{api_region, is_fedramp};
use super::known::Issued;
use super::log::{Carried, Sighting};
use super::request::Asked;
use super::state::State;

impl State {
    /// Lists the issued secrets that a request carries, in whatever header, path or query.
    pub(super) fn sightings(&self, asked: &Asked) -> Vec<Sighting> {
        let path = (":path", asked.path_and_query());
        let headers = asked
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        let mut sightings = Vec::new();
        let body = (":body", String::from_utf8_lossy(&asked.body).into_owned());
        for (place, text) in [path, body].into_iter().chain(headers) {
            // Tokens and secrets are made of these letters, whatever stands around them.
            let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c));
            let known = words.filter_map(|word| self.issued.get(word));
            for issued in known.filter(|issued| issued.what != Carried::TunnelSecret) {
                sightings.push(self.sighting(issued, place, asked.host()));
            }
            // Base64 has other letters, and may stand without what fills it up.
            let base64 = self.issued.iter().filter(|(_, issued)| issued.what == Carried::TunnelSecret);
            for (_, issued) in base64.filter(|(secret, _)| text.contains(secret.trim_end_matches('='))) {
                sightings.push(self.sighting(issued, place, asked.host()));
            }
        }
        sightings
    }

    fn sighting(&self, issued: &Issued, place: &str, host: &str) -> Sighting {
        Sighting { what: issued.what, place: place.to_owned(), at_home: self.is_at_home(issued, host) }
    }

    fn is_at_home(&self, issued: &Issued, host: &str) -> bool {
        let mut apps = self.apps.iter().filter(|app| app.is_at(host));
        match issued.what {
            Carried::OrgToken => issued.team == host,
            Carried::AppToken => {
                issued.team == host || apps.any(|app| Some(&app.audience) == issued.audience.as_ref())
            }
            Carried::ServiceSecret => apps.any(|app| app.settings.team == issued.team),
            Carried::ApiToken | Carried::TunnelSecret => api_region(host) == Some(is_fedramp(&issued.team)),
        }
    }
}
