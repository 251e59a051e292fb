//! What is done with accounts, on the desk and on the command line. Invariant: a password is made here, told once
//! to whoever asked for it, and kept as a hash; once it is kept nothing is left to do that could fail before it is told.

use aws_lc_rs::rand::SecureRandom;
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::password::{self, PasswordError};
use crate::store::{
    Account, Change, Changed, Deed, Entry, NewAccount, Roles, Store, StoreError, Tried, Veil,
};

/// The account that the first start makes.
pub const FIRST: &str = "beheer";

/// A password that was made just now.
pub type NewPassword = Zeroizing<String>;

/// Why something could not be done with an account.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A password could not be made.
    #[error(transparent)]
    Password(#[from] PasswordError),
}

/// What became of a new account.
#[derive(Debug, PartialEq, Eq)]
pub enum Added {
    /// It is there, with this password.
    Yes(NewPassword),
    /// There is, or was, one of that name.
    NameTaken,
    /// That is no name for an account.
    NotAName,
    /// It would have no role.
    NoRole,
}

/// What became of a new password.
#[derive(Debug, PartialEq, Eq)]
pub enum Renewed {
    /// This is it.
    Yes(NewPassword),
    /// There is no account of that name that has a password.
    NoPassword,
}

/// Makes the first account, which may do everything, when there is none; its password.
///
/// # Errors
/// [`StaffError`].
pub fn first(
    store: &dyn Store,
    random: &dyn SecureRandom,
    now: Timestamp,
) -> Result<Option<NewPassword>, StaffError> {
    if !store.accounts()?.is_empty() {
        return Ok(None);
    }
    match add(store, FIRST, Roles::all(), Entry::COMMAND_LINE, random, now)? {
        Added::Yes(password) => Ok(Some(password)),
        // Another process was faster.
        Added::NameTaken | Added::NotAName | Added::NoRole => Ok(None),
    }
}

/// Makes an account. `by` is who does it.
///
/// # Errors
/// [`StaffError`].
pub fn add(
    store: &dyn Store,
    name: &str,
    roles: Roles,
    by: &str,
    random: &dyn SecureRandom,
    now: Timestamp,
) -> Result<Added, StaffError> {
    if !Account::is_name(name) {
        return Ok(Added::NotAName);
    }
    if roles.is_empty() {
        return Ok(Added::NoRole);
    }
    let password = password::generate(random)?;
    let account = Account::new(name, roles, Some(password::hash(&password, random)?), now);
    let entry = Entry::new(now, by, Deed::AddedAccount, name).with(roles.to_string());
    match store.add_account(&account, &entry)? {
        NewAccount::Added => Ok(Added::Yes(password)),
        NewAccount::NameTaken => Ok(Added::NameTaken),
    }
}

/// Makes a new password for an account, ends its sessions, and lets its owner try at once, however much others guessed at it.
/// Without the `veil` nobody, the hub neither, finds again what was counted.
///
/// # Errors
/// [`StaffError`]; then the old password is right still.
pub fn renew_password(
    store: &dyn Store,
    veil: Option<&Veil>,
    name: &str,
    by: &str,
    random: &dyn SecureRandom,
    now: Timestamp,
) -> Result<Renewed, StaffError> {
    if store.account(name)?.is_none_or(|account| account.password_hash.is_none()) {
        return Ok(Renewed::NoPassword);
    }
    let password = password::generate(random)?;
    let change = Change::Password(password::hash(&password, random)?);
    // Before it is kept: this may fail, and then nobody would be told the only copy of it.
    if let Some(veil) = veil {
        forget_attempts(store, veil, name)?;
    }
    let entry = Entry::new(now, by, Deed::NewPassword, name);
    match store.change_account(name, &change, &entry)? {
        Changed::Yes => Ok(Renewed::Yes(password)),
        Changed::NoSuchAccount | Changed::NobodyLeft => Ok(Renewed::NoPassword),
    }
}

/// Changes the roles of an account.
///
/// # Errors
/// [`StoreError`].
pub fn set_roles(
    store: &dyn Store,
    name: &str,
    roles: Roles,
    by: &str,
    now: Timestamp,
) -> Result<Changed, StoreError> {
    let entry = Entry::new(now, by, Deed::ChangedRoles, name).with(roles.to_string());
    store.change_account(name, &Change::Roles(roles), &entry)
}

/// Lets nobody sign in with an account any more, or its owner again.
///
/// # Errors
/// [`StoreError`].
pub fn set_disabled(
    store: &dyn Store,
    name: &str,
    disabled: bool,
    by: &str,
    now: Timestamp,
) -> Result<Changed, StoreError> {
    let deed = if disabled { Deed::DisabledAccount } else { Deed::EnabledAccount };
    store.change_account(name, &Change::Disabled(disabled), &Entry::new(now, by, deed, name))
}

/// Forgets how much was guessed at an account from browsers that nobody knows.
fn forget_attempts(store: &dyn Store, veil: &Veil, name: &str) -> Result<(), StoreError> {
    let keys = [Tried::SignInAs, Tried::SecondAs].map(|tried| veil.named(tried, name));
    store.attempt_succeeded(&keys, &[])
}

/// Takes the authenticator app from an account, whose owner sets up another when they sign in.
///
/// # Errors
/// [`StoreError`].
pub fn remove_app(store: &dyn Store, name: &str, by: &str, now: Timestamp) -> Result<Changed, StoreError> {
    store.change_account(name, &Change::NoTotp, &Entry::new(now, by, Deed::RemovedApp, name))
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;

    use super::*;
    use crate::store::{AccessStore as _, AttemptStore as _, MemoryStore, Role, SqliteStore};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn the_first_start_makes_one_account_that_may_do_everything() {
        let (store, random) = (MemoryStore::new(), SystemRandom::new());
        let password = first(&store, &random, at(0)).unwrap().unwrap();
        let account = store.account(FIRST).unwrap().unwrap();
        assert_eq!(account.roles, Roles::all());
        assert!(password::verify(&password, &account.password_hash.unwrap()).unwrap());
        assert_eq!(first(&store, &random, at(1)).unwrap(), None);
    }

    #[test]
    fn an_account_needs_a_name_that_is_free_and_a_role() {
        let (store, random) = (MemoryStore::new(), SystemRandom::new());
        let agent: Roles = [Role::Agent].into_iter().collect();
        let adds = |name, roles| add(&store, name, roles, "beheer", &random, at(0)).unwrap();
        assert!(matches!(adds("anna", agent), Added::Yes(_)));
        assert_eq!(adds("anna", agent), Added::NameTaken);
        assert_eq!(adds("Anna B", agent), Added::NotAName);
        assert_eq!(adds("sso:1", agent), Added::NotAName);
        assert_eq!(adds("bob", Roles::default()), Added::NoRole);
    }

    #[test]
    fn a_new_password_replaces_the_old_one() {
        let (store, random) = (MemoryStore::new(), SystemRandom::new());
        let old = first(&store, &random, at(0)).unwrap().unwrap();
        let Renewed::Yes(new) = renew_password(&store, None, FIRST, FIRST, &random, at(1)).unwrap() else {
            panic!("no new password")
        };
        let hash = store.account(FIRST).unwrap().unwrap().password_hash.unwrap();
        assert!(password::verify(&new, &hash).unwrap() && !password::verify(&old, &hash).unwrap());
        let nobody = renew_password(&store, None, "nobody", FIRST, &random, at(2)).unwrap();
        assert_eq!(nobody, Renewed::NoPassword);
    }

    #[test]
    fn when_what_was_counted_cannot_be_forgotten_the_old_password_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub.sqlite");
        let (store, random) = (SqliteStore::open(&path).unwrap(), SystemRandom::new());
        let (veil, old) = (Veil::new(&[7; 32]), first(&store, &random, at(0)).unwrap().unwrap());
        store.begin_attempt(&[veil.named(Tried::SignInAs, FIRST)], at(1)).unwrap();
        let database = rusqlite::Connection::open(&path).unwrap();
        let broken =
            "CREATE TRIGGER broken BEFORE DELETE ON attempts BEGIN SELECT RAISE(ABORT, 'made up'); END";
        database.execute_batch(broken).unwrap();
        assert!(renew_password(&store, Some(&veil), FIRST, FIRST, &random, at(2)).is_err());
        let hash = store.account(FIRST).unwrap().unwrap().password_hash.unwrap();
        assert!(password::verify(&old, &hash).unwrap(), "nobody was told another one");
        database.execute_batch("DROP TRIGGER broken").unwrap();
        let renewed = renew_password(&store, Some(&veil), FIRST, FIRST, &random, at(3)).unwrap();
        assert!(matches!(renewed, Renewed::Yes(_)));
    }
}
