//! What keeps the secrets of authenticator apps, the keys of service codes, and who tried to get in, from whoever reads the
//! database. Invariant: a secret goes into the database sealed and bound to its account, or to its pillar, an address or a name that somebody tried goes there
//! behind a veil, and the key is in the data folder only, so that neither a copy of the database nor a row that was moved
//! to another account is of any use.
//!
//! The cipher is AES-256-GCM with a random nonce for each secret, from the library that seals what pillars send. The
//! name of the account is associated data; of a key of service codes it is the pillar and the key's number. What is sealed is `1`, nonce (12 bytes), secret, tag (16 bytes).
//! The keys of the veil, of the passes for browsers and of the times that they keep are HMAC-SHA-256 of a text of their own with that key.

use std::fs;
use std::io;
use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use zeroize::Zeroizing;
use zuil_wire::ServiceKey;

use super::browsers::Browsers;
use super::stamps::Stamps;
use crate::files;
use crate::store::{AppSecret, KeptServiceKey, SealedSecret, Store, StoreError, Veil};

/// The file of the key in the data folder.
const FILE: &str = "accounts.key";
const KEY_BYTES: usize = 32;
/// How a secret is sealed; another way would have another number.
const WAY: u8 = 1;
/// Keeps what is sealed here from meaning anything else.
const CONTEXT: &str = "zuil-hub authenticator app v1\0";
/// The same of keys of service codes.
const SERVICE_CONTEXT: &str = "zuil-hub service key v1\0";
/// Of what the key of the veil is made.
const VEIL: &[u8] = b"zuil-hub attempts v1";
/// Of what the key is made by which browsers are known again.
const BROWSERS: &[u8] = b"zuil-hub browsers v1";
/// Of what the key is made of the times that browsers keep.
const STAMPS: &[u8] = b"zuil-hub stamps v1";

/// Why secrets cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key cannot be read or written.
    #[error("accounts.key in the data folder cannot be read or written: {0}; look at its permissions")]
    File(#[from] io::Error),
    /// The file holds something else.
    #[error("accounts.key is damaged; restore it from the backup of the data folder")]
    Damaged,
    /// Secrets are sealed to a key that is not here.
    #[error(
        "accounts.key is missing, which opens the authenticator apps of staff; restore it from the backup of the data \
         folder, and where several hubs share a database, let them share the folder. If it is lost for good, run \
         `zuil-hub staff password NAME --without-app` for each account with an app (`zuil-hub staff list`)"
    )]
    Missing,
    /// A secret is not sealed to this key, or was changed, or belongs to another account.
    #[error(
        "the authenticator app of the account {0} cannot be read with accounts.key; restore the right one, or run \
         `zuil-hub staff password {0} --without-app`"
    )]
    NotOpened(String),
    /// The key of a pillar's service codes is not sealed to this key, or was changed, or belongs to another pillar.
    #[error(
        "the key of the service codes of {0} cannot be read with accounts.key; restore the right one, or make all service \
         codes of {0} void, on its page at the desk or with `zuil-hub service-code {0} --void`"
    )]
    ServiceKey(String),
    /// The library failed.
    #[error("nothing could be sealed: the system gives no randomness")]
    Seal,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The key to the secrets of authenticator apps, and what is made of it.
pub struct Vault {
    key: RandomizedNonceKey,
    veil: Veil,
    browsers: Browsers,
    stamps: Stamps,
}

impl Vault {
    /// The key in the data folder; nothing when there is none.
    ///
    /// # Errors
    /// When the file cannot be read, or is no key.
    pub fn of(folder: &Path) -> Result<Option<Self>, VaultError> {
        match fs::read_to_string(folder.join(FILE)).map(Zeroizing::new) {
            Ok(text) => {
                let key = BASE64.decode(text.trim()).map(Zeroizing::new).map_err(|_| VaultError::Damaged)?;
                Self::from_key(&key).map(Some)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(VaultError::Damaged),
            Err(error) => Err(error.into()),
        }
    }

    /// The key in the data folder, made when there is none. Nobody else may do so at the same time.
    ///
    /// # Errors
    /// As [`Vault::of`], or when it cannot be made.
    pub fn open_or_make(folder: &Path) -> Result<Self, VaultError> {
        if let Some(vault) = Self::of(folder)? {
            return Ok(vault);
        }
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        SystemRandom::new().fill(&mut *key).map_err(|_| VaultError::Seal)?;
        let text = Zeroizing::new(BASE64.encode(key.as_slice()));
        files::write_private(&folder.join(FILE), text.as_bytes())?;
        Self::from_key(key.as_slice())
    }

    fn from_key(key: &[u8]) -> Result<Self, VaultError> {
        let sealing = RandomizedNonceKey::new(&AES_256_GCM, key).map_err(|_| VaultError::Damaged)?;
        let made_of = |text| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text);
        Ok(Self {
            key: sealing,
            veil: Veil::new(made_of(VEIL).as_ref()),
            browsers: Browsers::new(made_of(BROWSERS).as_ref()),
            stamps: Stamps::new(made_of(STAMPS).as_ref()),
        })
    }

    /// By which browsers are known again.
    #[must_use]
    pub const fn browsers(&self) -> &Browsers {
        &self.browsers
    }

    /// By which browsers keep times.
    #[must_use]
    pub const fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    /// Behind which attempts are counted.
    #[must_use]
    pub const fn veil(&self) -> &Veil {
        &self.veil
    }

    /// Seals the secret of an account's app.
    ///
    /// # Errors
    /// [`VaultError::Seal`].
    pub fn seal(&self, account: &str, secret: &[u8]) -> Result<SealedSecret, VaultError> {
        self.seal_for(bound_to(account), secret)
    }

    /// Seals the key of a pillar's service codes.
    ///
    /// # Errors
    /// [`VaultError::Seal`].
    pub fn seal_service_key(&self, pillar: &str, key: &ServiceKey) -> Result<SealedSecret, VaultError> {
        self.seal_for(bound_to_key(pillar, key.number), key.bytes())
    }

    /// The key of a pillar's service codes.
    ///
    /// # Errors
    /// [`VaultError::ServiceKey`].
    pub fn open_service_key(&self, kept: &KeptServiceKey) -> Result<ServiceKey, VaultError> {
        let not_opened = || VaultError::ServiceKey(kept.pillar.clone());
        let bound = bound_to_key(&kept.pillar, kept.number);
        let opened = self.open_for(bound, kept.sealed.as_bytes()).ok_or_else(not_opened)?;
        ServiceKey::of(kept.number, &opened).map_err(|_| not_opened())
    }

    fn seal_for(&self, bound: Aad<Vec<u8>>, secret: &[u8]) -> Result<SealedSecret, VaultError> {
        let mut content = Zeroizing::new(secret.to_vec());
        // So that nothing plain is left behind when it grows.
        content.reserve_exact(AES_256_GCM.tag_len());
        let nonce = self.key.seal_in_place_append_tag(bound, &mut *content);
        let nonce = nonce.map_err(|_| VaultError::Seal)?;
        let nonce: &[u8; NONCE_LEN] = nonce.as_ref();
        let mut sealed = vec![WAY];
        sealed.extend_from_slice(nonce);
        sealed.extend_from_slice(&content);
        SealedSecret::of(sealed).ok_or(VaultError::Seal)
    }

    /// The secret of an account's app.
    ///
    /// # Errors
    /// [`VaultError::NotOpened`].
    pub fn open(&self, account: &str, kept: &AppSecret) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let sealed = match kept {
            AppSecret::Plain(secret) => return Ok(secret.clone()),
            AppSecret::Sealed(sealed) => sealed.as_bytes(),
        };
        let opened = self.open_for(bound_to(account), sealed);
        opened.ok_or_else(|| VaultError::NotOpened(account.to_owned()))
    }

    /// Nothing when it was not sealed with this key and for that.
    fn open_for(&self, bound: Aad<Vec<u8>>, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (way, rest) = sealed.split_first()?;
        let (nonce, content) = rest.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        if *way != WAY {
            return None;
        }
        let mut content = Zeroizing::new(content.to_vec());
        let length = self.key.open_in_place(nonce, bound, &mut content).ok()?.len();
        content.truncate(length);
        Some(content)
    }
}

fn bound_to_key(pillar: &str, number: u32) -> Aad<Vec<u8>> {
    Aad::from([SERVICE_CONTEXT.as_bytes(), &number.to_be_bytes(), pillar.as_bytes()].concat())
}

fn bound_to(account: &str) -> Aad<Vec<u8>> {
    Aad::from([CONTEXT.as_bytes(), account.as_bytes()].concat())
}

/// Whether any secret in the store is sealed, so that the key must exist.
///
/// # Errors
/// [`StoreError`].
pub fn is_needed(store: &dyn Store) -> Result<bool, StoreError> {
    let is_sealed = |secret: &AppSecret| matches!(secret, AppSecret::Sealed(_));
    Ok(store.accounts()?.iter().any(|account| account.totp.as_ref().is_some_and(is_sealed)))
}

/// Seals the secrets that were kept plain before; how many those were. A secret that cannot be opened is told in the log
/// and hinders no other. It may be called again, also by several hubs at once.
///
/// # Errors
/// [`VaultError`]; what was sealed stays so, and the rest is sealed the next time.
pub fn seal_all(store: &dyn Store, vault: &Vault) -> Result<u64, VaultError> {
    let mut sealed = 0;
    for account in store.accounts()? {
        match &account.totp {
            Some(AppSecret::Plain(plain)) => {
                let secret = vault.seal(&account.name, plain)?;
                sealed += u64::from(store.seal_app_secret(&account.name, plain, &secret)?);
            }
            Some(kept @ AppSecret::Sealed(_)) => {
                if let Err(error) = vault.open(&account.name, kept) {
                    tracing::error!(%error, "somebody cannot sign in");
                }
            }
            None => {}
        }
    }
    if sealed > 0 {
        tracing::info!(sealed, "the secrets of authenticator apps were sealed");
    }
    Ok(sealed)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use jiff::Timestamp;

    use super::*;
    use crate::store::{AccessStore as _, Account, Change, Changed, Deed, Entry, Roles, SqliteStore, Tried};

    const SECRET: &[u8; 20] = b"\xe1pl\xe0in t\xf6ld s\xe9cret\xff!";

    fn vault() -> (tempfile::TempDir, Vault) {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open_or_make(folder.path()).unwrap();
        (folder, vault)
    }

    #[test]
    fn a_secret_is_opened_with_the_key_and_for_its_account_only() {
        let (folder, vault) = vault();
        let sealed = vault.seal("anna", SECRET).unwrap();
        assert_ne!(vault.seal("anna", SECRET).unwrap(), sealed, "another nonce each time");
        let again = Vault::open_or_make(folder.path()).unwrap();
        let kept = AppSecret::Sealed(sealed.clone());
        assert_eq!(again.open("anna", &kept).unwrap().as_slice(), SECRET);
        assert!(matches!(again.open("bert", &kept), Err(VaultError::NotOpened(name)) if name == "bert"));
        let (_, other) = self::vault();
        assert!(matches!(other.open("anna", &kept), Err(VaultError::NotOpened(_))));
        for place in 0..sealed.as_bytes().len() {
            let mut changed = sealed.as_bytes().to_vec();
            changed[place] ^= 1;
            let changed = AppSecret::Sealed(SealedSecret::of(changed).unwrap());
            assert!(vault.open("anna", &changed).is_err(), "byte {place} was changed");
        }
        let short = AppSecret::Sealed(SealedSecret::of(vec![1; 5]).unwrap());
        assert!(vault.open("anna", &short).is_err());
    }

    #[test]
    fn a_key_of_service_codes_is_opened_for_its_pillar_and_number_only() {
        let (_folder, vault) = vault();
        let key = ServiceKey::of(3, &[9; ServiceKey::BYTES]).unwrap();
        let sealed = vault.seal_service_key("jumbo", &key).unwrap();
        let kept = |pillar: &str, number| {
            let (pillar, sealed) = (pillar.to_owned(), sealed.clone());
            KeptServiceKey { pillar, number, sealed, made_at: Timestamp::UNIX_EPOCH }
        };
        assert_eq!(vault.open_service_key(&kept("jumbo", 3)).unwrap(), key);
        for other in [kept("bieb", 3), kept("jumbo", 4)] {
            assert!(matches!(vault.open_service_key(&other), Err(VaultError::ServiceKey(_))));
        }
        assert!(
            vault.open("jumbo", &AppSecret::Sealed(sealed.clone())).is_err(),
            "it is no secret of an app"
        );
        let of_an_app = KeptServiceKey { sealed: vault.seal("jumbo", &[9; 32]).unwrap(), ..kept("jumbo", 3) };
        assert!(vault.open_service_key(&of_an_app).is_err());
        assert!(!sealed.as_bytes().windows(8).any(|bytes| bytes == [9; 8]));
    }

    #[test]
    fn hubs_with_one_key_count_attempts_under_the_same_and_others_do_not() {
        let (folder, vault) = vault();
        let under = |vault: &Vault| vault.veil().named(Tried::SignInAs, "anna");
        let again = Vault::open_or_make(folder.path()).unwrap();
        assert_eq!(under(&again), under(&vault));
        let (_, other) = self::vault();
        assert_ne!(under(&other), under(&vault));
        let text = fs::read_to_string(folder.path().join(FILE)).unwrap();
        let key = BASE64.decode(text.trim()).unwrap();
        assert_ne!(
            Veil::new(&key).named(Tried::SignInAs, "anna"),
            under(&vault),
            "the key itself seals only"
        );
    }

    #[test]
    fn only_its_owner_reads_the_key_and_a_damaged_one_is_not_replaced() {
        let (folder, _) = vault();
        let path = folder.path().join(FILE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for damaged in ["", "AAAA", "no key!", "\u{fffd}"] {
            fs::write(&path, damaged).unwrap();
            assert!(matches!(Vault::open_or_make(folder.path()), Err(VaultError::Damaged)), "{damaged}");
            assert_eq!(fs::read_to_string(&path).unwrap(), damaged);
        }
    }

    /// All bytes of all files in a folder.
    fn all_bytes(folder: &Path) -> Vec<u8> {
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.is_file()).flat_map(|path| fs::read(path).unwrap()).collect()
    }

    fn holds_secret(folder: &Path) -> bool {
        all_bytes(folder).windows(SECRET.len()).any(|bytes| bytes == SECRET)
    }

    /// A database of before: anna and bert have apps.
    fn of_before(path: &Path) -> SqliteStore {
        let store = SqliteStore::open(path).unwrap();
        for name in ["anna", "bert"] {
            let at = Timestamp::UNIX_EPOCH;
            let account = Account::new(name, Roles::all(), None, at);
            store.add_account(&account, &Entry::new(at, name, Deed::AddedAccount, name)).unwrap();
        }
        let plain = "UPDATE accounts SET totp_secret = ?1, totp_step = 7";
        let database = rusqlite::Connection::open(path).unwrap();
        assert_eq!(database.execute(plain, [SECRET]).unwrap(), 2);
        store
    }

    #[test]
    fn what_was_plain_is_sealed_and_nothing_of_it_is_left_in_the_files() {
        let (folder, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let path = folder.path().join("hub.sqlite");
        let store = of_before(&path);
        assert!(holds_secret(folder.path()) && !is_needed(&store).unwrap());
        let vault = Vault::open_or_make(keys.path()).unwrap();
        assert_eq!(seal_all(&store, &vault).unwrap(), 2);
        assert!(!holds_secret(folder.path()) && is_needed(&store).unwrap());
        let anna = store.account("anna").unwrap().unwrap();
        assert_eq!(vault.open("anna", &anna.totp.unwrap()).unwrap().as_slice(), SECRET);
        assert!(!store.use_totp_step("anna", 7).unwrap(), "a code that was used stays used");
        assert_eq!(seal_all(&store, &vault).unwrap(), 0);
        drop(store);
        assert!(!holds_secret(folder.path()));
    }

    #[test]
    fn when_the_power_goes_in_between_the_rest_is_sealed_the_next_time() {
        let (folder, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let path = folder.path().join("hub.sqlite");
        let store = of_before(&path);
        let vault = Vault::open_or_make(keys.path()).unwrap();
        let sealed = vault.seal("anna", SECRET).unwrap();
        assert!(store.seal_app_secret("anna", SECRET, &sealed).unwrap());
        drop(store);
        let store = SqliteStore::open(&path).unwrap();
        assert_eq!(seal_all(&store, &vault).unwrap(), 1);
        for name in ["anna", "bert"] {
            let kept = store.account(name).unwrap().unwrap().totp.unwrap();
            assert_eq!(vault.open(name, &kept).unwrap().as_slice(), SECRET);
        }
        assert!(!holds_secret(folder.path()));
    }

    #[test]
    fn an_app_that_was_set_up_meanwhile_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let store = of_before(&folder.path().join("hub.sqlite"));
        let (_keys, vault) = vault();
        let entry = Entry::new(Timestamp::UNIX_EPOCH, "anna", Deed::SetUpApp, "anna");
        let new = Change::Totp(vault.seal("anna", b"another one of today").unwrap(), Vec::new());
        assert_eq!(store.change_account("anna", &new, &entry).unwrap(), Changed::Yes);
        let old = vault.seal("anna", SECRET).unwrap();
        assert!(!store.seal_app_secret("anna", SECRET, &old).unwrap());
        let kept = store.account("anna").unwrap().unwrap().totp.unwrap();
        assert_eq!(vault.open("anna", &kept).unwrap().as_slice(), b"another one of today");
    }
}
