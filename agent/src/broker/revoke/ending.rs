//! How far the end of a credential is, and why it is not over.

use std::sync::Arc;

use usher_proto::Credential;

use super::Way;
use crate::cloudflare::api::ApiError;
use crate::store::StoreError;

/// What became of one credential, or what is planned for it.
#[derive(Debug, Clone)]
pub struct Ending {
    /// What it was.
    pub credential: Arc<Credential>,
    /// How it is ended.
    pub way: Way,
    /// How far it is.
    pub end: End,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Nothing was done; tells why nothing here can do it, if so.
    Planned(Option<Why>),
    /// Cloudflare refuses it.
    Done,
    /// Cloudflare will be told, or asked, again.
    Pending(Why),
    /// Nothing more can be done from here.
    StillValid(Why),
}

/// Why a credential is not ended yet, or cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It was not tried yet.
    NotTried,
    /// The agent was told never to go out.
    Offline,
    /// The edge or the API did not do it.
    Failed(ApiError),
    /// Cloudflare was told, and needs a moment.
    Settling,
    /// It is needed to end another one first.
    StillNeeded,
    /// Cloudflare was told, and takes it all the same.
    StillTaken,
    /// Nothing here may end it.
    NoAuthority,
    /// It is ended itself, and nothing here may end the other sessions that were to end with it.
    OthersRemain,
    /// None of the accounts that can be asked has it.
    NotFound,
    /// It is not known at which URL to ask whether it is refused.
    NoUrl,
    /// Nothing here may delete the API token; a person can, who finds it by its id.
    ByHand {
        /// The id, if the API told it.
        id: Option<String>,
    },
    /// It could not be noted in the store, and is forgotten with the agent.
    Unsaved(StoreError),
}

/// What came of one try.
pub(super) enum Tried {
    /// Cloudflare refuses it.
    Done,
    /// Cloudflare was told, and takes it yet.
    Told,
    /// Another try may help.
    Later(Why),
    /// None does.
    Never(Why),
}

impl Ending {
    /// Tells whether another look soon may find it ended.
    pub(super) fn may_settle(&self) -> bool {
        matches!(self.end, End::Pending(Why::Settling | Why::StillNeeded))
    }
}

impl From<ApiError> for Tried {
    fn from(error: ApiError) -> Self {
        // Whatever something in between may have said is no reason to give up.
        let is_final = match &error {
            ApiError::Unauthorized { .. }
            | ApiError::BadToken
            | ApiError::NotFound
            | ApiError::Unsendable(_) => true,
            ApiError::Refused { .. } => !error.is_passing(),
            ApiError::Edge(_)
            | ApiError::Conflict
            | ApiError::RateLimited { .. }
            | ApiError::NotUnderstood(_)
            | ApiError::AnswerLost => false,
        };
        if is_final { Tried::Never(Why::Failed(error)) } else { Tried::Later(Why::Failed(error)) }
    }
}
