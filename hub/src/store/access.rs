//! Who may look and act: accounts of staff, and the sessions that they opened. Invariant: passwords, tokens and
//! recovery codes are kept as hashes only, the secrets of apps sealed, and somebody who can manage accounts is always left.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use super::{Digest, Entry, StoreError};

/// What somebody is at the municipality. An account may have several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Helps callers, and looks after their requests (KCC).
    Agent,
    /// Looks after pillars.
    Technician,
    /// Changes what pillars say and offer.
    Editor,
    /// Looks after accounts, and sees who did what.
    Administrator,
}

impl Role {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Agent, Self::Technician, Self::Editor, Self::Administrator];

    /// The word in the database, on the command line and in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Technician => "technician",
            Self::Editor => "editor",
            Self::Administrator => "administrator",
        }
    }

    /// The role for a word from [`Role::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles(u8);

impl Roles {
    /// Every role.
    #[must_use]
    pub fn all() -> Self {
        Role::ALL.into_iter().collect()
    }

    /// Whether a role is among them.
    #[must_use]
    pub const fn has(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.has(*role))
    }

    /// The roles for words from [`Role::as_str`], with spaces between them.
    #[must_use]
    pub fn parse(words: &str) -> Option<Self> {
        words.split_whitespace().map(Role::parse).collect()
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<T: IntoIterator<Item = Role>>(roles: T) -> Self {
        Self(roles.into_iter().fold(0, |bits, role| bits | role.bit()))
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(Role::as_str).collect();
        f.write_str(&words.join(" "))
    }
}

/// An account. Its name is never given to somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What its owner types: small letters, digits, dots and dashes; or, for somebody of the identity provider,
    /// [`Account::EXTERNAL`] and the name that never changes there.
    pub name: String,
    /// What colleagues read.
    pub shown_name: String,
    /// What its owner may do.
    pub roles: Roles,
    /// Nothing for somebody who signs in with the identity provider.
    pub password_hash: Option<String>,
    /// The secret that the authenticator app has, once there is one.
    pub totp: Option<AppSecret>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when nobody can sign in with it.
    pub disabled_at: Option<Timestamp>,
    /// When somebody last signed in with it.
    pub signed_in_at: Option<Timestamp>,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
}

/// The secret of an authenticator app, sealed for its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSecret(Vec<u8>);

impl SealedSecret {
    /// What was sealed; nothing when it cannot be told from a plain secret by its length.
    #[must_use]
    pub fn of(sealed: Vec<u8>) -> Option<Self> {
        (sealed.len() != AppSecret::PLAIN_BYTES).then_some(Self(sealed))
    }

    /// The bytes as they are kept.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The secret of an authenticator app, as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub enum AppSecret {
    /// Sealed.
    Sealed(SealedSecret),
    /// From before secrets were sealed.
    Plain(Zeroizing<Vec<u8>>),
}

impl AppSecret {
    /// The length of a plain secret in bytes, as RFC 4226 recommends. No sealed one is as long.
    pub const PLAIN_BYTES: usize = 20;

    /// What is kept, told apart by its length.
    pub(super) fn read(kept: Vec<u8>) -> Self {
        if kept.len() == Self::PLAIN_BYTES {
            Self::Plain(Zeroizing::new(kept))
        } else {
            Self::Sealed(SealedSecret(kept))
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Sealed(sealed) => sealed.as_bytes(),
            Self::Plain(plain) => plain,
        }
    }
}

impl fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sealed(_) => "Sealed",
            Self::Plain(_) => "Plain",
        })
    }
}

impl Account {
    /// With this begin the names of those who sign in with the identity provider.
    pub const EXTERNAL: &'static str = "sso:";
    /// The longest name that people type.
    pub const LONGEST_NAME: usize = 40;

    /// An account that nobody has used yet.
    #[must_use]
    pub fn new(name: &str, roles: Roles, password_hash: Option<String>, now: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            shown_name: name.to_owned(),
            roles,
            password_hash,
            totp: None,
            created_at: now,
            disabled_at: None,
            signed_in_at: None,
            recovery_codes: 0,
        }
    }

    /// Whether a name can be given to an account that has a password.
    #[must_use]
    pub fn is_name(name: &str) -> bool {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
        let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
        begins && name.len() <= Self::LONGEST_NAME && name.chars().all(fits)
    }

    /// Whether its owner can sign in and manage accounts, whatever becomes of the identity provider.
    #[must_use]
    pub fn can_manage(&self) -> bool {
        self.disabled_at.is_none() && self.password_hash.is_some() && self.roles.has(Role::Administrator)
    }
}

/// What changes in an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Its owner may do other things. Ends its sessions.
    Roles(Roles),
    /// Nobody can sign in with it any more (`true`), or again. Ends its sessions.
    Disabled(bool),
    /// It has another password, of which this is the hash. Ends its sessions.
    Password(String),
    /// Its owner's authenticator app has this secret, and these are the hashes of the recovery codes.
    Totp(SealedSecret, Vec<Digest>),
    /// Its owner lost the authenticator app. Ends its sessions.
    NoTotp,
    /// Its owner has another name for colleagues.
    ShownName(String),
}

/// What became of a new account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewAccount {
    /// It is there.
    Added,
    /// There is, or was, one of that name.
    NameTaken,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is so now.
    Yes,
    /// There is no account of that name.
    NoSuchAccount,
    /// Nobody would be left who can manage accounts; nothing was changed.
    NobodyLeft,
}

/// How far somebody who signs in has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Gave the password; the code is to come.
    Code,
    /// Gave the password, and has to set up an authenticator app.
    Enrol,
    /// Signed in.
    Open,
}

impl Stage {
    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Enrol => "enrol",
            Self::Open => "open",
        }
    }

    /// The stage for a word from [`Stage::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Code, Self::Enrol, Self::Open].into_iter().find(|stage| stage.as_str() == word)
    }
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub account: Account,
    /// How far they have come.
    pub stage: Stage,
    /// When it was opened.
    pub opened_at: Timestamp,
}

/// How long sessions last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Since they were last used.
    pub idle: SignedDuration,
    /// Since they were opened.
    pub total: SignedDuration,
    /// Since the password was given, while a code or an app is still to come.
    pub half_way: SignedDuration,
}

impl Limits {
    /// Whether a session has not ended by itself.
    #[must_use]
    pub fn admit(&self, stage: Stage, opened_at: Timestamp, last_used_at: Timestamp, now: Timestamp) -> bool {
        let total = if stage == Stage::Open { self.total } else { self.half_way };
        now.duration_since(opened_at) <= total && now.duration_since(last_used_at) <= self.idle
    }
}

/// Where accounts and sessions are kept. The contract of [`super::Store`] holds for every method. An [`Entry`]
/// that is given is added to the audit log in the same transaction, and only if the thing itself was done.
pub trait AccessStore {
    /// All accounts by name.
    ///
    /// # Errors
    /// [`StoreError`].
    fn accounts(&self) -> Result<Vec<Account>, StoreError>;

    /// The account of a name.
    ///
    /// # Errors
    /// [`StoreError`].
    fn account(&self, name: &str) -> Result<Option<Account>, StoreError>;

    /// Adds an account that nobody has used yet.
    ///
    /// # Errors
    /// [`StoreError`].
    fn add_account(&self, account: &Account, entry: &Entry) -> Result<NewAccount, StoreError>;

    /// Changes an account. Changing nothing is done, too, but ends no session.
    ///
    /// # Errors
    /// [`StoreError`].
    fn change_account(&self, name: &str, change: &Change, entry: &Entry) -> Result<Changed, StoreError>;

    /// Keeps the secret of an account's app sealed where it is kept plain; nothing else changes. Whether this plain one
    /// was kept.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing changes.
    fn seal_app_secret(&self, name: &str, plain: &[u8], sealed: &SealedSecret) -> Result<bool, StoreError>;

    /// Notes that the code of a time step was used; `false` when that or a later one was used before.
    ///
    /// # Errors
    /// [`StoreError`].
    fn use_totp_step(&self, name: &str, step: u64) -> Result<bool, StoreError>;

    /// Uses a recovery code up; `false` when it is none of this account's.
    ///
    /// # Errors
    /// [`StoreError`].
    fn use_recovery_code(&self, name: &str, code: &Digest, entry: &Entry) -> Result<bool, StoreError>;

    /// Opens a session of an account, and forgets those that have ended by themselves. With [`Stage::Open`] the
    /// account was signed in with. `false` when there is no such account, or it is disabled.
    ///
    /// # Errors
    /// [`StoreError`].
    fn open_session(
        &self,
        token: &Digest,
        account: &str,
        stage: Stage,
        limits: &Limits,
        entry: &Entry,
    ) -> Result<bool, StoreError>;

    /// The session of a token, when it has not ended; it starts to be idle anew, with a precision of one minute.
    ///
    /// # Errors
    /// [`StoreError`].
    fn session(&self, token: &Digest, now: Timestamp, limits: &Limits)
    -> Result<Option<Session>, StoreError>;

    /// The session of a token, when it has not ended, as [`AccessStore::session`] tells it; but it goes on being idle: a
    /// page that brings itself up to date is nobody's work.
    ///
    /// # Errors
    /// [`StoreError`].
    fn idle_session(
        &self,
        token: &Digest,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Option<Session>, StoreError>;

    /// Ends a session.
    ///
    /// # Errors
    /// [`StoreError`].
    fn close_session(&self, token: &Digest) -> Result<(), StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_as_they_are_written() {
        for bits in 0..16 {
            let roles = Roles(bits);
            assert_eq!(Roles::parse(&roles.to_string()), Some(roles));
        }
        assert_eq!(Roles::parse("agent king"), None);
        assert_eq!(Roles::all().iter().count(), 4);
    }

    #[test]
    fn a_name_is_what_people_can_spell_on_the_phone() {
        assert!(Account::is_name("p.de-vries2"));
        for name in ["", "P", "sso:1", "a b", "-a", "2a", "é", &"a".repeat(41)] {
            assert!(!Account::is_name(name), "{name}");
        }
    }

    #[test]
    fn who_has_only_given_the_password_is_waited_for_a_short_time() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let limits = Limits {
            idle: SignedDuration::from_secs(100),
            total: SignedDuration::from_secs(1_000),
            half_way: SignedDuration::from_secs(10),
        };
        assert!(limits.admit(Stage::Open, at(0), at(900), at(1_000)));
        assert!(!limits.admit(Stage::Open, at(0), at(950), at(1_001)));
        assert!(!limits.admit(Stage::Open, at(0), at(100), at(201)));
        assert!(limits.admit(Stage::Code, at(0), at(0), at(10)));
        assert!(!limits.admit(Stage::Enrol, at(0), at(10), at(11)));
    }
}
