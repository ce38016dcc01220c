//! What usher costs, counted and not timed: instructions by callgrind, calls of the kernel by strace. What
//! was counted before stands in `counts.txt`, so that a change that costs more is seen, whatever else the
//! machine does.
//!
//! ```sh
//! cargo bench --bench counts             # beside counts.txt; fails if something costs more
//! RECORD=1 cargo bench --bench counts    # writes counts.txt anew
//! ```
//!
//! It needs Linux, valgrind and strace. Another compiler counts otherwise: the first line of `counts.txt`
//! names the one that was used, and beside another one nothing fails.

#[cfg(target_os = "linux")]
mod count;

fn main() -> std::process::ExitCode {
    #[cfg(target_os = "linux")]
    return count::main();
    #[cfg(not(target_os = "linux"))]
    std::process::ExitCode::SUCCESS
}
