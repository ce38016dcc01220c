//! Cuts those who are connected.

use std::time::Duration;

use tokio::time::sleep;

use crate::cloudflare::api::{Api, ApiError};

/// Between two looks at connectors that were cut.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// So often connectors are cut that are there again.
const CUTS: u32 = 5;

/// Cuts every connector of a tunnel, and sees that none of them stayed. They may connect again with the
/// tunnel's present secret.
pub(in crate::broker) async fn cut_connectors(
    api: &Api<'_>,
    account: &str,
    id: &str,
) -> Result<(), ApiError> {
    let before = api.connectors(account, id).await?;
    for cut in 1.. {
        api.drop_connections(account, id, None).await?;
        let after = api.connectors(account, id).await?;
        let stayed = after
            .iter()
            .any(|one| before.iter().any(|other| (&one.id, one.began) == (&other.id, other.began)));
        if !stayed {
            break;
        }
        if cut == CUTS {
            return Err(ApiError::Conflict);
        }
        sleep(BETWEEN_LOOKS).await;
    }
    Ok(())
}
