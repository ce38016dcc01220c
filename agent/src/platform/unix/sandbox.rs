//! What the agent takes from itself once it has what it needs. On Linux that is every way to gain rights,
//! files that are not its own, and calls of the kernel that it has no use for; each where the kernel can.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod witness;

use usher_proto::answer::Sandbox;

use crate::platform::Places;

#[cfg(target_os = "linux")]
pub use self::witness::start_witness;
#[cfg(target_os = "linux")]
pub(in crate::platform) use self::witness::witnessed;

/// Confines the calling thread, and all that it will start. Tells what holds, and what the kernel lacks.
#[cfg(target_os = "linux")]
pub fn confine(places: &Places) -> Sandbox {
    let mut sandbox = Sandbox::default();
    let mut note = |done: Result<&str, &str>| match done {
        Ok(name) => sandbox.holds.push(name.to_owned()),
        Err(lacking) => sandbox.lacks.push(lacking.to_owned()),
    };
    note(match rustix::thread::set_no_new_privs(true) {
        Ok(()) => Ok("no-new-privileges"),
        Err(_) => Err("no-new-privileges: this kernel does not have it"),
    });
    note(files::keep_to(places));
    // Last, for it forbids what sets such things up.
    note(calls::forbid());
    sandbox
}

/// Other systems have nothing like it.
#[cfg(not(target_os = "linux"))]
pub fn confine(_places: &Places) -> Sandbox {
    Sandbox::default()
}

/// Nobody hides processes from the agent here.
///
/// # Errors
/// None.
#[cfg(not(target_os = "linux"))]
pub fn start_witness() -> Result<(), usher_proto::Refusal> {
    Ok(())
}

/// Nobody hides processes from the agent here.
#[cfg(not(target_os = "linux"))]
pub(in crate::platform) fn witnessed(_pid: u32) -> Option<crate::platform::Shown> {
    None
}
