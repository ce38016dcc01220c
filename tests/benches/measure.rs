//! The measurements, in the order of the table.

mod audit;
mod caller;
mod cpu;
mod crowd;
mod echo;
mod held;
mod hostile;
mod idle;
mod installed;
mod keyring;
mod load;
mod long;
mod lookup;
mod memory;
mod process;
mod servers;
mod sizes;
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
        [role] if role == keyring::INSIDE => keyring::measure_inside(),
        [role, socket] if role == hostile::TRY => hostile::try_once(Path::new(socket)),
        words if words.iter().any(|word| word == "load") => {
            table::head();
            idle::measure();
            load::measure();
            crowd::measure();
            hostile::measure();
        }
        words if words.iter().any(|word| word == "audit") => {
            table::head();
            audit::measure();
        }
        words if words.iter().any(|word| word == "long") => {
            table::head();
            long::measure();
        }
        _ => {
            table::head();
            lookup::measure();
            audit::measure();
            process::measure();
            keyring::measure();
            idle::measure();
            load::measure();
            crowd::measure();
            hostile::measure();
            start::measure();
            held::measure();
            memory::measure();
            sizes::measure();
        }
    }
}
