//! The transfer service: holds a login's answer for the program that knows the key. Of a login to an
//! account it is the certificate as it is.

use serde_json::json;
use tokio::time::{Instant, timeout_at};

use super::answer::Answer;
use super::fault::Fault;
use super::faults::Faults;
use super::request::Asked;
use super::sealed::{self, Sealed};
use super::state::{State, World};

/// Waits a while for a login, and hands its answer out once.
pub(super) async fn answer(world: &World, asked: &Asked, faults: &Faults) -> Answer {
    let path = asked.path.replace("%3D", "=");
    let key = path.strip_prefix("/transfer/");
    let of_account = path.strip_prefix('/').filter(|key| sealed::public_key(key).is_some());
    let Some(place) = key.or(of_account).map(|key| (asked.host().to_owned(), key.to_owned())) else {
        return Answer::new(404).text("not found\n");
    };
    // Looked at before the state, so that nothing is missed between the two.
    let mut news = world.news.subscribe();
    let (hold, pending) = {
        let settings = &world.state().settings;
        (settings.hold, settings.pending)
    };
    let end = Instant::now() + hold;
    loop {
        let found = match key {
            Some(_) => hand_out(&mut world.state(), &place, faults)
                .map(|Sealed { from, body }| Answer::new(200).text(&body).with("service-public-key", &from)),
            None => world.state().certificates.remove(&place).map(|pem| Answer::new(200).text(&pem)),
        };
        if let Some(answer) = found {
            return answer;
        }
        if !matches!(timeout_at(end, news.changed()).await, Ok(Ok(()))) {
            return Answer::new(pending).text("nothing yet\n");
        }
    }
}

fn hand_out(state: &mut State, place: &(String, String), faults: &Faults) -> Option<Sealed> {
    let deposit = state.deposits.remove(place)?;
    let app_token = state.app_token(&deposit.app, &deposit.email, deposit.at, &faults.forgeries());
    let org_token = state.org_token(&deposit.app, &deposit.email, deposit.at, &faults.org_forgeries());
    let mut handed = json!({"app_token": app_token, "org_token": org_token});
    let mut to = sealed::public_key(&place.1)?;
    let mut breaks = false;
    let mut text = None;
    for fault in faults.iter() {
        match fault {
            Fault::NoOrgToken => drop(handed.as_object_mut().and_then(|object| object.remove("org_token"))),
            Fault::Plaintext(other) => text = Some(other.clone()),
            Fault::WrongBox => to = sealed::strangers_key(),
            Fault::LineBreaks => breaks = true,
            _ => {}
        }
    }
    let mut sealed = sealed::seal(&text.unwrap_or_else(|| handed.to_string()), &to);
    if breaks {
        let lines: Vec<_> = sealed.body.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        sealed.body = format!("{}\r\n", lines.join("\r\n"));
    }
    Some(sealed)
}
