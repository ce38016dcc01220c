//! Finds who answers a request, and lets go wrong what a test wants to go wrong.

use hyper::body::Bytes;

use super::answer::Answer;
use super::api::envelope;
use super::case::Case;
use super::content::{Broken, Content, Part};
use super::fault::Fault;
use super::faults::Faults;
use super::place::Where;
use super::request::Asked;
use super::state::World;
use super::text::http_date;
use super::{api_host, app_host, dashboard, team_host, transfer_host};

/// How long a header has to be that nobody can want, in bytes.
const HUGE: usize = 1024 * 1024;

/// Answers a request.
pub(super) async fn answer(world: &World, asked: &Asked) -> Result<Answer, Broken> {
    let (part, mut faults, number) = world.state().admit(asked);
    world.changed.notify_all();
    faults.hang(|fault| matches!(fault, Fault::Hang)).await;
    if faults.has(|fault| matches!(fault, Fault::Cut)) {
        return Err(Broken);
    }
    let mut answer = match (instead(&faults), part) {
        (Some(answer), _) => answer,
        (None, Where::Transfer) => transfer_host::answer(world, asked, &faults).await,
        (None, _) => at_once(world, asked, part, &faults, number),
    };
    faults.hang(|fault| matches!(fault, Fault::HoldBack)).await;
    if faults.has(|fault| matches!(fault, Fault::Lost)) {
        return Err(Broken);
    }
    if matches!(part, Where::Api(_)) {
        answer = api_host::limited(answer, &world.state());
    }
    spoil(&mut answer, asked, &faults, number);
    {
        let mut state = world.state();
        answer = answer.with("date", &http_date(world.now() + state.settings.skew));
        state.log[number].status = Some(answer.status);
    }
    world.changed.notify_all();
    Ok(answer)
}

/// Makes the answer that takes the place of the true one.
fn instead(faults: &Faults) -> Option<Answer> {
    faults.iter().find_map(|fault| match fault {
        Fault::Status(status) => Some(Answer::new(*status)),
        Fault::Refused(status, errors) => Some(envelope::refused(*status, errors)),
        _ => None,
    })
}

/// Answers what needs no waiting.
fn at_once(world: &World, asked: &Asked, part: Where, faults: &Faults, number: usize) -> Answer {
    let now = world.now();
    let mut state = world.state();
    let of_team = state.team(asked.host()).is_some();
    let case = &mut Case { state: &mut state, asked, part, faults, now, number };
    let answer = match part {
        _ if of_team => team_host::answer(case),
        Where::Api(_) => api_host::answer(case),
        Where::Dashboard => dashboard::answer(case),
        Where::Elsewhere => case.origin(),
        _ => app_host::answer(case),
    };
    world.news.send_replace(());
    answer
}

/// Changes an answer as the faults say.
fn spoil(answer: &mut Answer, asked: &Asked, faults: &Faults, number: usize) {
    for fault in faults.iter() {
        match fault {
            Fault::CutInside => {
                let whole = match &mut answer.body {
                    Content::Whole(bytes) => bytes.take().unwrap_or_default(),
                    _ => Bytes::new(),
                };
                let half =
                    if whole.is_empty() { Bytes::from_static(b"{") } else { whole.slice(..whole.len() / 2) };
                answer.body = Content::Part(Part::Begin(half));
            }
            Fault::Body(bytes) => answer.body = Content::Whole(Some(bytes.clone().into())),
            Fault::LostStatus(status) => *answer = Answer::new(*status),
            Fault::Messages(messages) => envelope::replace(answer, "messages", messages),
            Fault::ListInfo(info) => envelope::replace(answer, "result_info", info),
            Fault::EndlessList => envelope::go_on(answer, number),
            Fault::Endless => answer.body = Content::Endless,
            Fault::Header(name, value) => answer.replace(name, value),
            Fault::WithoutHeader(name) => answer.remove(name),
            Fault::HugeHeader => answer.replace("x-filler", &"x".repeat(HUGE)),
            Fault::Redirect(to) => {
                answer.status = 302;
                answer.replace("location", to);
            }
            Fault::RedirectToSelf => {
                answer.status = 302;
                answer.replace("location", &format!("https://{}{}", asked.authority, asked.path_and_query()));
            }
            _ => {}
        }
    }
}
