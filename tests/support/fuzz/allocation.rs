//! How much memory is asked for at once: bytes from a stranger must not decide it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, which notes the largest piece that a thread asks for. A program that runs
/// the properties makes it its own.
pub struct Watched;

thread_local! {
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

fn note(size: usize) {
    // A thread that ends has no cell any more, and nothing to note.
    let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(size)));
}

// SAFETY: every call goes on to the system's allocator as it came; noting a number in a cell that
// needs no memory of its own does not call back.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: the caller keeps what the trait asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the memory came from the system's allocator with this layout.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size);
        // SAFETY: the memory came from the system's allocator with this layout.
        unsafe { System.realloc(memory, layout, size) }
    }
}

/// Tells the largest piece of memory, in bytes, that is asked for while something is done; nothing is
/// seen in a program with another allocator.
pub fn largest_while<T>(doing: impl FnOnce() -> T) -> (T, usize) {
    LARGEST.set(0);
    let done = doing();
    (done, LARGEST.get())
}
