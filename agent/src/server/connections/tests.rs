//! Who gives way to whom, with connections that do nothing but say what they do.

use super::*;

/// Opens a connection of a process that says once what it does.
fn open(connections: &Arc<Connections>, process: u32, say: fn(&Activity)) {
    connections.spawn(Holder::Process(process), |activity| {
        say(&activity);
        async move {
            let _activity = activity;
            std::future::pending().await
        }
    });
}

fn fill(connections: &Arc<Connections>, process: u32, say: fn(&Activity)) {
    for _ in 0..connections.cap() {
        open(connections, process, say);
    }
}

fn held(connections: &Arc<Connections>, processes: [u32; 3]) -> [usize; 3] {
    processes.map(|process| connections.places.held(&Holder::Process(process)))
}

#[tokio::test]
async fn a_program_that_is_busy_everywhere_leaves_some_for_others() {
    let connections = Connections::new(1024);
    fill(&connections, 1, Activity::busy);
    assert_eq!(held(&connections, [1, 2, 3]), [1008, 0, 0]);
    (0..8).for_each(|_| open(&connections, 2, Activity::busy));
    open(&connections, 3, Activity::busy);
    assert_eq!(held(&connections, [1, 2, 3]), [1008, 8, 1]);
}

#[tokio::test]
async fn whoever_has_fewest_gets_in_as_long_as_others_only_wait() {
    let connections = Connections::new(128);
    fill(&connections, 1, Activity::waiting);
    fill(&connections, 2, Activity::waiting);
    assert_eq!(held(&connections, [1, 2, 3]), [64, 64, 0]);
    fill(&connections, 3, Activity::waiting);
    let held = held(&connections, [1, 2, 3]);
    assert!(held.iter().all(|held| (42..=43).contains(held)), "{held:?}");
    assert_eq!(connections.count(), 128);
}

#[tokio::test]
async fn idle_ones_go_before_those_that_wait_and_those_of_the_largest_first() {
    let connections = Connections::new(8);
    (0..4).for_each(|_| open(&connections, 1, Activity::waiting));
    open(&connections, 1, Activity::idle);
    (0..3).for_each(|_| open(&connections, 2, Activity::idle));
    open(&connections, 3, Activity::busy);
    assert_eq!(held(&connections, [1, 2, 3]), [4, 3, 1]);
    open(&connections, 3, Activity::busy);
    assert_eq!(held(&connections, [1, 2, 3]), [4, 2, 2]);
}

#[tokio::test]
async fn who_has_most_closes_nothing_of_others() {
    let connections = Connections::new(8);
    (0..3).for_each(|_| open(&connections, 2, Activity::idle));
    fill(&connections, 1, Activity::busy);
    assert_eq!(held(&connections, [1, 2, 3]), [5, 3, 0]);
}
