//! The measurements, in the order of the table.

mod audit;
mod caller;
mod cpu;
mod echo;
mod held;
mod hostile;
mod idle;
mod load;
mod lookup;
mod process;
mod servers;
mod start;
mod table;
mod times;

use std::path::Path;

/// Measures; or is one of the others in a measurement, when it was started by itself to be one.
pub(crate) fn main() {
    let words: Vec<_> = std::env::args().collect();
    match &words[1..] {
        [role, socket] if role == echo::BLOCKING => echo::serve_blocking(Path::new(socket)),
        [role, socket] if role == echo::TOKIO => echo::serve_tokio(Path::new(socket)),
        [role, socket] if role == hostile::TRY => hostile::try_once(Path::new(socket)),
        words if words.iter().any(|word| word == "load") => {
            table::head();
            idle::measure();
            load::measure();
            hostile::measure();
        }
        words if words.iter().any(|word| word == "audit") => {
            table::head();
            audit::measure();
        }
        _ => {
            table::head();
            lookup::measure();
            audit::measure();
            process::measure();
            idle::measure();
            load::measure();
            hostile::measure();
            start::measure();
            held::measure();
        }
    }
}
