//! Many clients want the same login.

use usher_tests::edge::{Fault, Where};

use super::{APP, desk};

#[test]
fn ten_logins_open_one_page() {
    let desk = desk();
    // The login is not over until all of them wait for it.
    let hold = desk.edge.fault(Where::Transfer, Fault::Hang);
    let mut clients: Vec<_> = (0..10).map(|_| desk.begin(&["login", APP])).collect();
    for client in &mut clients {
        client.line_with("Waiting for the login");
    }
    drop(hold);
    let ran: Vec<_> = clients.into_iter().map(|client| client.finish().expect(0)).collect();
    assert!(ran.iter().all(|ran| ran.stdout.starts_with("Logged in to app.example.test")), "{ran:?}");
    let others = ran.iter().filter(|ran| ran.stderr.contains("Another client was asked to open it"));
    assert_eq!((desk.pages(), others.count()), (1, 9));
    assert_eq!(desk.edge.log().issued_app_tokens(), 1);
}

#[test]
fn a_client_that_is_killed_takes_nobodys_login_along() {
    let desk = desk();
    // It alone was asked to open the page.
    let mut first = desk.begin(&["login", "--no-browser", APP]);
    let page = first.line_with("https://");
    let mut others: Vec<_> = (0..3).map(|_| desk.begin(&["login", APP])).collect();
    for other in &mut others {
        assert_eq!(other.line_with("https://"), page);
        other.line_with("Another client was asked to open it");
    }
    first.kill();
    desk.edge.log_in(&page).expect("the page is as it must be");
    for other in others {
        other.finish().expect(0);
    }
    assert_eq!((desk.pages(), desk.edge.log().logins()), (0, 1));
}
