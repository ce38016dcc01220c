//! `usher-agent`: everything is in the library, so that tests can start an agent in their own process.

fn main() -> std::process::ExitCode {
    usher_agent::start::main()
}
