//! The whole way over a real socket.

mod stores;
