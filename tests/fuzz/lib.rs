//! What every target needs: the properties, and an allocator that sees how much they ask for at once.

pub use usher_tests::fuzz::*;

#[global_allocator]
static WATCHED: allocation::Watched = allocation::Watched;
