//! What every answer of the API is wrapped in.

use serde_json::{Value, json};

use crate::edge::answer::Answer;
use crate::edge::content::Content;
use crate::edge::request::Asked;
use crate::edge::text::uuid;

/// How much a page of a list holds when nobody asks for more, and at most.
const PER_PAGE: usize = 20;
const MOST_PER_PAGE: usize = 1_000;

/// Hands a result over.
pub(in crate::edge) fn done(result: Value) -> Answer {
    Answer::new(200).json(&json!({"success": true, "errors": [], "messages": [], "result": result}))
}

/// Hands a result over in the short form, which some calls of Access have.
pub(in crate::edge) fn done_shortly(status: u16, result: Value) -> Answer {
    Answer::new(status).json(&json!({"result": result, "success": true}))
}

/// Hands the asked page of a list over.
pub(in crate::edge) fn list(asked: &Asked, all: Vec<Value>) -> Answer {
    let number = |name: &str| asked.parameter(name).and_then(|text| text.parse::<usize>().ok());
    let page = number("page").unwrap_or(1).max(1);
    let per_page = number("per_page").unwrap_or(PER_PAGE).clamp(1, MOST_PER_PAGE);
    let total = all.len();
    let items: Vec<_> = all.into_iter().skip((page - 1).saturating_mul(per_page)).take(per_page).collect();
    let info = json!({
        "count": items.len(), "page": page, "per_page": per_page, "total_count": total,
        "total_pages": total.div_ceil(per_page),
    });
    Answer::new(200)
        .json(&json!({"success": true, "errors": [], "messages": [], "result": items, "result_info": info}))
}

/// Says why not.
pub(in crate::edge) fn failed(status: u16, code: u32, message: &str) -> Answer {
    refused(status, &json!([{"code": code, "message": message}]))
}

/// Says why not, in whatever form.
pub(in crate::edge) fn refused(status: u16, errors: &Value) -> Answer {
    Answer::new(status).json(&json!({"success": false, "errors": errors, "messages": [], "result": null}))
}

/// Makes an answer a page of one thing that has no end behind it.
pub(in crate::edge) fn go_on(answer: &mut Answer, number: usize) {
    let id = uuid(&format!("endless list {number}"));
    replace(answer, "result", &json!([{"id": id, "name": format!("number {number}")}]));
    replace(answer, "result_info", &json!({"count": 1, "per_page": 1, "total_count": 1_000_000_000}));
}

/// Changes a member of an answer, if it is one of the API's.
pub(in crate::edge) fn replace(answer: &mut Answer, member: &str, value: &Value) {
    let Content::Whole(Some(bytes)) = &answer.body else { return };
    if let Ok(Value::Object(mut envelope)) = serde_json::from_slice(bytes) {
        envelope.insert(member.to_owned(), value.clone());
        answer.body = Content::whole(&Value::Object(envelope).to_string());
    }
}
