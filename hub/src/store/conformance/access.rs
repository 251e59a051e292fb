//! Accounts of staff and their sessions.

use jiff::SignedDuration;

use super::super::{
    Account, AppSecret, AuditFilter, Change, Changed, Deed, Entry, Limits, NewAccount, Role, Roles,
    SealedSecret, Stage, Store,
};
use super::at;

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 9] = [
    an_account_is_found_by_its_name_which_is_given_once,
    what_changes_in_an_account_is_there_afterwards,
    new_roles_a_new_password_and_no_access_end_all_sessions_of_that_account_only,
    what_changes_nothing_ends_no_session_and_is_not_noted,
    somebody_who_can_manage_accounts_is_always_left,
    a_code_of_the_app_is_used_once_and_no_older_one_after_it,
    a_recovery_code_is_used_once,
    a_session_ends_when_it_was_idle_or_long_or_closed,
    nobody_opens_a_session_of_an_account_that_is_disabled_or_unknown,
];

const LIMITS: Limits = Limits {
    idle: SignedDuration::from_secs(600),
    total: SignedDuration::from_secs(3_600),
    half_way: SignedDuration::from_secs(300),
};

fn entry(second: i64, deed: Deed) -> Entry {
    Entry::new(at(second), "beheer", deed, "")
}

fn roles(roles: &[Role]) -> Roles {
    roles.iter().copied().collect()
}

fn some_account(name: &str, which: &[Role]) -> Account {
    Account::new(name, roles(which), Some(format!("hash of {name}")), at(0))
}

fn add(store: &dyn Store, name: &str, which: &[Role]) {
    let added = store.add_account(&some_account(name, which), &entry(0, Deed::AddedAccount)).unwrap();
    assert_eq!(added, NewAccount::Added);
}

fn change(store: &dyn Store, name: &str, change: Change) -> Changed {
    store.change_account(name, &change, &entry(10, Deed::ChangedRoles)).unwrap()
}

fn open(store: &dyn Store, token: u8, name: &str, second: i64) -> bool {
    let signed_in = entry(second, Deed::SignedIn);
    store.open_session(&[token; 32], name, Stage::Open, &LIMITS, &signed_in).unwrap()
}

fn is_open(store: &dyn Store, token: u8, second: i64) -> bool {
    store.session(&[token; 32], at(second), &LIMITS).unwrap().is_some()
}

fn noted(store: &dyn Store) -> usize {
    store.audit(&AuditFilter::default(), 1_000).unwrap().len()
}

fn an_account_is_found_by_its_name_which_is_given_once(store: &dyn Store) {
    assert_eq!(store.accounts().unwrap(), []);
    let anna = some_account("anna", &[Role::Agent, Role::Editor]);
    add(store, "beheer", &[Role::Administrator]);
    add(store, "anna", &[Role::Agent, Role::Editor]);
    assert_eq!(store.account("anna").unwrap(), Some(anna.clone()));
    assert_eq!(store.account("Anna").unwrap(), None);
    let other = some_account("anna", &[Role::Administrator]);
    let before = noted(store);
    assert_eq!(store.add_account(&other, &entry(1, Deed::AddedAccount)).unwrap(), NewAccount::NameTaken);
    assert_eq!((store.account("anna").unwrap(), noted(store)), (Some(anna), before));
    let names: Vec<String> = store.accounts().unwrap().into_iter().map(|account| account.name).collect();
    assert_eq!(names, ["anna", "beheer"]);
}

fn what_changes_in_an_account_is_there_afterwards(store: &dyn Store) {
    add(store, "anna", &[Role::Agent]);
    let secret = SealedSecret::of(vec![7; 49]).unwrap();
    assert_eq!(change(store, "anna", Change::Roles(roles(&[Role::Editor]))), Changed::Yes);
    assert_eq!(change(store, "anna", Change::Password("other".into())), Changed::Yes);
    assert_eq!(change(store, "anna", Change::Totp(secret.clone(), vec![[1; 32], [2; 32]])), Changed::Yes);
    assert_eq!(change(store, "anna", Change::Disabled(true)), Changed::Yes);
    assert_eq!(change(store, "anna", Change::ShownName("Anna".into())), Changed::Yes);
    let anna = store.account("anna").unwrap().unwrap();
    assert_eq!((anna.roles, anna.password_hash.as_deref()), (roles(&[Role::Editor]), Some("other")));
    assert_eq!(
        (anna.totp, anna.recovery_codes, anna.disabled_at),
        (Some(AppSecret::Sealed(secret)), 2, Some(at(10)))
    );
    assert_eq!(anna.shown_name, "Anna");
    change(store, "anna", Change::NoTotp);
    change(store, "anna", Change::Disabled(false));
    let anna = store.account("anna").unwrap().unwrap();
    assert_eq!((anna.totp, anna.recovery_codes, anna.disabled_at), (None, 0, None));
    assert_eq!(change(store, "nobody", Change::NoTotp), Changed::NoSuchAccount);
    let other = SealedSecret::of(vec![8; 49]).unwrap();
    assert!(!store.seal_app_secret("anna", &[7; 20], &other).unwrap(), "there is none any more");
    assert!(!store.seal_app_secret("nobody", &[7; 20], &other).unwrap());
}

fn new_roles_a_new_password_and_no_access_end_all_sessions_of_that_account_only(store: &dyn Store) {
    add(store, "beheer", &[Role::Administrator]);
    add(store, "anna", &[Role::Agent]);
    change(store, "anna", Change::Totp(SealedSecret::of(vec![1]).unwrap(), vec![]));
    open(store, 9, "beheer", 0);
    let ending = [
        Change::Roles(roles(&[Role::Editor])),
        Change::Password("other".into()),
        Change::NoTotp,
        Change::Disabled(true),
    ];
    for ends in ending {
        assert!(open(store, 1, "anna", 0) && open(store, 2, "anna", 0));
        assert_eq!(change(store, "anna", ends), Changed::Yes);
        assert!(!is_open(store, 1, 1) && !is_open(store, 2, 1));
    }
    assert!(is_open(store, 9, 1));
    change(store, "anna", Change::Disabled(false));
    assert!(!is_open(store, 1, 1));
}

fn what_changes_nothing_ends_no_session_and_is_not_noted(store: &dyn Store) {
    add(store, "anna", &[Role::Agent]);
    open(store, 1, "anna", 0);
    let before = noted(store);
    assert_eq!(change(store, "anna", Change::Roles(roles(&[Role::Agent]))), Changed::Yes);
    assert_eq!(change(store, "anna", Change::Disabled(false)), Changed::Yes);
    assert!(is_open(store, 1, 1));
    assert_eq!(noted(store), before);
}

fn somebody_who_can_manage_accounts_is_always_left(store: &dyn Store) {
    add(store, "beheer", &[Role::Administrator]);
    add(store, "anna", &[Role::Agent]);
    // Who depends on the identity provider does not count: it may be gone.
    let external = Account { password_hash: None, ..some_account("sso:1", &[Role::Administrator]) };
    store.add_account(&external, &entry(0, Deed::AddedAccount)).unwrap();
    let before = noted(store);
    assert_eq!(change(store, "beheer", Change::Roles(roles(&[Role::Agent]))), Changed::NobodyLeft);
    assert_eq!(change(store, "beheer", Change::Disabled(true)), Changed::NobodyLeft);
    assert!(store.account("beheer").unwrap().unwrap().can_manage());
    assert_eq!(noted(store), before);
    assert_eq!(change(store, "anna", Change::Roles(roles(&[Role::Administrator]))), Changed::Yes);
    assert_eq!(change(store, "beheer", Change::Disabled(true)), Changed::Yes);
    assert_eq!(change(store, "anna", Change::Disabled(true)), Changed::NobodyLeft);
}

fn a_code_of_the_app_is_used_once_and_no_older_one_after_it(store: &dyn Store) {
    add(store, "anna", &[Role::Agent]);
    let uses = |step| store.use_totp_step("anna", step).unwrap();
    assert_eq!([uses(7), uses(7), uses(6), uses(8), uses(8)], [true, false, false, true, false]);
    assert!(!store.use_totp_step("nobody", 9).unwrap());
    // Another app counts anew.
    change(store, "anna", Change::Totp(SealedSecret::of(vec![1]).unwrap(), vec![]));
    assert!(store.use_totp_step("anna", 8).unwrap());
}

fn a_recovery_code_is_used_once(store: &dyn Store) {
    add(store, "anna", &[Role::Agent]);
    add(store, "bob", &[Role::Agent]);
    change(store, "anna", Change::Totp(SealedSecret::of(vec![1]).unwrap(), vec![[1; 32], [2; 32]]));
    let uses = |name, code: u8| {
        store.use_recovery_code(name, &[code; 32], &entry(20, Deed::UsedRecoveryCode)).unwrap()
    };
    assert_eq!(
        [uses("bob", 1), uses("anna", 1), uses("anna", 1), uses("anna", 3)],
        [false, true, false, false]
    );
    assert_eq!(store.account("anna").unwrap().unwrap().recovery_codes, 1);
    let filter = AuditFilter { deed: Some(Deed::UsedRecoveryCode), ..AuditFilter::default() };
    assert_eq!(store.audit(&filter, 9).unwrap().len(), 1);
}

fn a_session_ends_when_it_was_idle_or_long_or_closed(store: &dyn Store) {
    add(store, "anna", &[Role::Agent]);
    assert!(open(store, 1, "anna", 0));
    let session = store.session(&[1; 32], at(500), &LIMITS).unwrap().unwrap();
    assert_eq!(
        (session.account.name.as_str(), session.stage, session.opened_at),
        ("anna", Stage::Open, at(0))
    );
    assert_eq!(session.account.signed_in_at, Some(at(0)));
    assert!(is_open(store, 1, 1_000) && !is_open(store, 1, 1_601) && !is_open(store, 2, 0));
    // Whoever only looks does not use it.
    let looks = |second| store.idle_session(&[1; 32], at(second), &LIMITS).unwrap();
    assert!(looks(1_590).is_some() && looks(1_600).is_some() && looks(1_601).is_none());
    // However often it is used, it ends.
    assert!((1..=6).all(|step| is_open(store, 1, 1_000 + step * 400)));
    assert!(is_open(store, 1, 3_600) && !is_open(store, 1, 3_601));
    assert!(open(store, 3, "anna", 4_000));
    store.close_session(&[3; 32]).unwrap();
    assert!(!is_open(store, 3, 4_001));
    let entry = entry(5_000, Deed::SignedIn);
    let before = noted(store);
    assert!(store.open_session(&[4; 32], "anna", Stage::Code, &LIMITS, &entry).unwrap());
    assert_eq!(store.session(&[4; 32], at(5_300), &LIMITS).unwrap().unwrap().stage, Stage::Code);
    assert!(!is_open(store, 4, 5_301));
    // Who has only given the password has not signed in.
    assert_eq!(noted(store), before);
    assert_eq!(store.account("anna").unwrap().unwrap().signed_in_at, Some(at(4_000)));
}

fn nobody_opens_a_session_of_an_account_that_is_disabled_or_unknown(store: &dyn Store) {
    add(store, "anna", &[Role::Agent]);
    change(store, "anna", Change::Disabled(true));
    let before = noted(store);
    assert!(!open(store, 1, "anna", 0) && !open(store, 2, "nobody", 0));
    assert!(!is_open(store, 1, 1) && !is_open(store, 2, 1));
    assert_eq!(noted(store), before);
}
