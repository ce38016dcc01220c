//! Which requests keep an agent open that locks itself when nobody needs it.

use usher_proto::Request;

/// Tells whether who asks this needs the agent. Who only looks at it does not, nor who locks, opens or
/// ends it.
pub(super) fn keeps_awake(request: &Request) -> bool {
    let looks = matches!(
        request,
        Request::Hello {}
            | Request::Status {}
            | Request::Sandbox {}
            | Request::Pending {}
            | Request::Watch { .. }
    );
    !looks && !matches!(request, Request::Lock { .. } | Request::Unlock { .. } | Request::Stop {})
}
