//! Finds who answers a request, and lets go wrong what a test wants to go wrong.

use hyper::body::Bytes;

use super::answer::Answer;
use super::case::Case;
use super::content::{Broken, Content, Part};
use super::fault::Fault;
use super::faults::Faults;
use super::place::Where;
use super::request::Asked;
use super::state::World;
use super::text::http_date;
use super::{app_host, team_host, transfer_host};

/// How long a header has to be that nobody can want, in bytes.
const HUGE: usize = 1024 * 1024;

/// Answers a request.
pub(super) async fn answer(world: &World, asked: &Asked) -> Result<Answer, Broken> {
    let (part, mut faults, number) = world.state().admit(asked);
    world.changed.notify_all();
    faults.hang().await;
    if faults.has(|fault| matches!(fault, Fault::Cut)) {
        return Err(Broken);
    }
    let status =
        faults.iter().find_map(|fault| if let Fault::Status(status) = fault { Some(*status) } else { None });
    let mut answer = match (status, part) {
        (Some(status), _) => Answer::new(status),
        (None, Where::Transfer) => transfer_host::answer(world, asked, &faults).await,
        (None, _) => at_once(world, asked, part, &faults, number),
    };
    spoil(&mut answer, asked, &faults);
    {
        let mut state = world.state();
        answer = answer.with("date", &http_date(world.now() + state.settings.skew));
        state.log[number].status = Some(answer.status);
    }
    world.changed.notify_all();
    Ok(answer)
}

/// Answers what needs no waiting.
fn at_once(world: &World, asked: &Asked, part: Where, faults: &Faults, number: usize) -> Answer {
    let now = world.now();
    let mut state = world.state();
    let of_team = state.team(asked.host()).is_some();
    let case = &mut Case { state: &mut state, asked, part, faults, now, number };
    let answer = match part {
        _ if of_team => team_host::answer(case),
        Where::Elsewhere => case.origin(),
        _ => app_host::answer(case),
    };
    world.news.send_replace(());
    answer
}

/// Changes an answer as the faults say.
fn spoil(answer: &mut Answer, asked: &Asked, faults: &Faults) {
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
