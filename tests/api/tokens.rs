//! API tokens: whether one lives, its end, another secret for it; and the accounts that it may see.

use usher_agent::clock::Clock;
use usher_agent::cloudflare::api::{Account, ApiError, Owner, TokenState, TokenStatus};
use usher_proto::Timestamp;
use usher_tests::edge::Permission;
use usher_tests::token::secret;

use super::{Bench, text};

#[test]
fn a_token_says_whether_it_lives() {
    let bench = Bench::start();
    let token = bench.token(&[]);
    let api = bench.api(&token);
    let state =
        |status, expires| Ok(TokenState { id: bench.edge.api_token_id(text(&token)), status, expires });
    assert_eq!(bench.run(api.verify(Owner::User)), state(TokenStatus::Active, None));
    let end = Timestamp(bench.clock.now().0 + 60);
    bench.edge.end_api_token(text(&token), end.0);
    assert_eq!(bench.run(api.verify(Owner::User)), state(TokenStatus::Active, Some(end)));
    bench.clock.turn(60);
    assert_eq!(bench.run(api.verify(Owner::User)), state(TokenStatus::Expired, Some(end)));
    bench.edge.disable_api_token(text(&token));
    assert_eq!(bench.run(api.verify(Owner::User)), state(TokenStatus::Disabled, Some(end)));
    bench.edge.revoke_api_token(text(&token));
    assert_eq!(bench.run(api.verify(Owner::User)), Err(ApiError::BadToken));

    let token = secret(&bench.edge.add_account_token(&[]));
    let api = bench.api(&token);
    assert_eq!(bench.run(api.verify(Owner::User)), Err(ApiError::BadToken));
    let verified = bench.run(api.verify(Owner::Account(&bench.account))).expect("the account's own");
    assert_eq!(
        (&*verified.id, verified.status),
        (&*bench.edge.api_token_id(text(&token)), TokenStatus::Active)
    );
    for other in ["no token at all", "x\r\ny"] {
        assert_eq!(bench.run(bench.api(&secret(other)).verify(Owner::User)), Err(ApiError::BadToken));
    }
}

#[test]
fn tokens_of_both_owners_are_rolled_and_deleted() {
    let bench = Bench::start();
    let edge = &bench.edge;
    let (ours, theirs) = ([Permission::ApiTokensWrite], [Permission::AccountTokensWrite]);
    for (owner, admin, old) in [
        (Owner::User, edge.add_api_token(&ours), edge.add_api_token(&[])),
        (Owner::Account(&bench.account), edge.add_account_token(&theirs), edge.add_account_token(&[])),
    ] {
        let (admin, id) = (secret(&admin), edge.api_token_id(&old));
        let api = bench.api(&admin);
        let new = bench.run(api.roll_token(owner, &id)).expect("another value");
        assert_eq!(text(&new), edge.api_token_value(&id));
        assert!(!edge.api_token_lives(&old) && edge.api_token_lives(text(&new)));
        assert_eq!(bench.run(api.delete_token(owner, &id)), Ok(()));
        assert!(!edge.api_token_lives(text(&new)));
        assert_eq!(bench.run(api.delete_token(owner, &id)), Err(ApiError::NotFound));
        assert_eq!(bench.run(api.roll_token(owner, &id)).err(), Some(ApiError::NotFound));
    }
    assert_eq!(edge.log().strays().len(), 0);
}

#[test]
fn a_token_sees_its_account() {
    let bench = Bench::start();
    let token = bench.token(&[Permission::AccountRead]);
    let acme = Account { id: bench.account.clone(), name: "Acme".to_owned() };
    assert_eq!(bench.run(bench.api(&token).accounts()), Ok(vec![acme]));
}
