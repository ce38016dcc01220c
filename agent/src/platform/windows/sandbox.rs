//! What the agent takes from itself once it has what it needs: nothing, on Windows.

use usher_proto::Refusal;
use usher_proto::answer::Sandbox;

use crate::platform::{Places, Shown};

/// Tells that nothing holds.
pub fn confine(_places: &Places) -> Sandbox {
    Sandbox::default()
}

/// Nobody hides processes from the agent here.
///
/// # Errors
/// None.
pub fn start_witness() -> Result<(), Refusal> {
    Ok(())
}

/// Nobody hides processes from the agent here.
pub(in crate::platform) fn witnessed(_pid: u32) -> Option<Shown> {
    None
}
