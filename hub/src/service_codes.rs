//! Service codes: with which technicians begin a service visit at a pillar, also when that has no line. Invariant: who made
//! a code is in the log before there is one; a code is told once, to who made it, and is kept nowhere.

use aws_lc_rs::rand::SystemRandom;
use jiff::{SignedDuration, Timestamp};
use zuil_wire::reference::NoRandomness;
use zuil_wire::{ServiceCode, ServiceKey};

use crate::access::vault::{Vault, VaultError};
use crate::store::{Deed, Entry, KeptServiceKey, MadeServiceCode, Store, StoreError, serial_of};

/// How often something is tried while others change the same.
const TRIES: u8 = 5;

/// Why there is no code, or no key.
#[derive(Debug, thiserror::Error)]
pub enum ServiceCodeError {
    /// There is none of that name, or it was revoked.
    #[error("there is no pillar named {0} that may deliver; `zuil-hub pillar list` names them")]
    NoSuchPillar(String),
    /// Somebody else changed the key again and again.
    #[error("others make service codes of {0} void just now; try again")]
    Busy(String),
    /// There is no randomness.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The key cannot be sealed or opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// It could not be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A code that was made just now.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// What is typed at the pillar.
    pub code: ServiceCode,
    /// From then on it opens nothing.
    pub until: Timestamp,
}

/// The number of the key of a pillar's codes. The first key is made when there is none.
///
/// # Errors
/// [`ServiceCodeError`].
pub fn number(
    store: &dyn Store,
    vault: &Vault,
    pillar: &str,
    now: Timestamp,
) -> Result<u32, ServiceCodeError> {
    match store.service_key(pillar)? {
        Some(kept) => Ok(kept.number),
        None => Ok(key(store, vault, pillar, now)?.number),
    }
}

/// The key of a pillar's codes. The first one is made when there is none.
///
/// # Errors
/// [`ServiceCodeError`].
pub fn key(
    store: &dyn Store,
    vault: &Vault,
    pillar: &str,
    now: Timestamp,
) -> Result<ServiceKey, ServiceCodeError> {
    for _ in 0..TRIES {
        if let Some(kept) = store.service_key(pillar)? {
            return Ok(vault.open_service_key(&kept)?);
        }
        // Another hub may be first; then its key counts.
        keep_new(store, vault, pillar, 1, now)?;
    }
    Err(ServiceCodeError::Busy(pillar.to_owned()))
}

/// Makes a code that opens a pillar for at least so many hours. `who` made it.
///
/// # Errors
/// [`ServiceCodeError`]; then there is none.
pub fn make(
    store: &dyn Store,
    vault: &Vault,
    pillar: &str,
    hours: u8,
    who: &str,
    now: Timestamp,
) -> Result<Made, ServiceCodeError> {
    look_for(store, pillar)?;
    let expires = now.saturating_add(SignedDuration::from_hours(i64::from(hours))).unwrap_or(now);
    let until = ServiceCode::until(expires);
    // That there is a key is known before anything is noted.
    key(store, vault, pillar, now)?;
    store.note(&Entry::new(now, who, Deed::MadeServiceCode, pillar).with(format!("{hours} h")))?;
    for _ in 0..TRIES {
        let key = key(store, vault, pillar, now)?;
        let about_to_be = MadeServiceCode {
            pillar: pillar.to_owned(),
            key_number: key.number,
            number: 0,
            made_by: who.to_owned(),
            made_at: now,
            valid_until: until,
        };
        // Nothing when the key was replaced in between.
        if let Some(number) = store.note_service_code(&about_to_be)? {
            return Ok(Made { code: ServiceCode::make(&key, expires, serial_of(number)), until });
        }
    }
    Err(ServiceCodeError::Busy(pillar.to_owned()))
}

/// Makes all codes of a pillar void: it gets another key with its next report. `who` did so.
///
/// # Errors
/// [`ServiceCodeError`]; then they are as they were.
pub fn void(
    store: &dyn Store,
    vault: &Vault,
    pillar: &str,
    who: &str,
    now: Timestamp,
) -> Result<(), ServiceCodeError> {
    look_for(store, pillar)?;
    store.note(&Entry::new(now, who, Deed::VoidedServiceCodes, pillar))?;
    replace(store, vault, pillar, |_| true, now)
}

/// Makes the codes void with a key from before a moment: another device has it.
///
/// # Errors
/// [`ServiceCodeError`]; it may be called again.
pub fn renew_since(
    store: &dyn Store,
    vault: &Vault,
    pillar: &str,
    since: Timestamp,
    now: Timestamp,
) -> Result<(), ServiceCodeError> {
    replace(store, vault, pillar, |kept| kept.made_at < since, now)
}

/// Replaces a key that is there and is to go.
fn replace(
    store: &dyn Store,
    vault: &Vault,
    pillar: &str,
    goes: impl Fn(&KeptServiceKey) -> bool,
    now: Timestamp,
) -> Result<(), ServiceCodeError> {
    for _ in 0..TRIES {
        let Some(kept) = store.service_key(pillar)?.filter(&goes) else { return Ok(()) };
        if keep_new(store, vault, pillar, kept.number.saturating_add(1), now)? {
            return Ok(());
        }
    }
    Err(ServiceCodeError::Busy(pillar.to_owned()))
}

/// Makes a key and keeps it; `false` when another one has that number by now.
fn keep_new(
    store: &dyn Store,
    vault: &Vault,
    pillar: &str,
    number: u32,
    now: Timestamp,
) -> Result<bool, ServiceCodeError> {
    let key = ServiceKey::random(number, &SystemRandom::new())?;
    let sealed = vault.seal_service_key(pillar, &key)?;
    let kept = KeptServiceKey { pillar: pillar.to_owned(), number, sealed, made_at: now };
    Ok(store.keep_service_key(&kept)?)
}

fn look_for(store: &dyn Store, pillar: &str) -> Result<(), ServiceCodeError> {
    let pillars = store.pillars()?;
    let is_there = pillars.iter().any(|known| known.name == pillar && known.revoked_at.is_none());
    if is_there { Ok(()) } else { Err(ServiceCodeError::NoSuchPillar(pillar.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance::some_pillar;
    use crate::store::{AuditFilter, AuditStore as _, MemoryStore, ServiceStore as _};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn now() -> Timestamp {
        at("2026-03-02T09:40:00Z")
    }

    /// A store with the pillar jumbo, and a vault in a folder.
    fn hub() -> (MemoryStore, Vault, tempfile::TempDir) {
        let (store, folder) = (MemoryStore::new(), tempfile::tempdir().unwrap());
        store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
        (store, Vault::open_or_make(folder.path()).unwrap(), folder)
    }

    fn deeds(store: &MemoryStore) -> Vec<(Deed, String, String)> {
        let noted = store.audit(&AuditFilter::default(), 9).unwrap().into_iter();
        noted.map(|noted| (noted.entry.deed, noted.entry.who, noted.entry.detail)).collect()
    }

    #[test]
    fn a_code_opens_its_pillar_for_as_long_as_was_chosen_and_who_made_it_is_noted() {
        let (store, vault, _folder) = hub();
        let made = make(&store, &vault, "jumbo", 4, "tess", now()).unwrap();
        assert_eq!(made.until, at("2026-03-02T14:00:00Z"), "four hours, and the rest of that hour");
        let key = key(&store, &vault, "jumbo", now()).unwrap();
        let granted = made.code.check(&key, at("2026-03-02T13:59:00Z")).unwrap();
        assert_eq!((granted.serial, granted.until), (1, made.until));
        assert_eq!(deeds(&store), [(Deed::MadeServiceCode, "tess".into(), "4 h".into())]);
        let next = make(&store, &vault, "jumbo", 1, "bram", now()).unwrap();
        assert_eq!((next.code.serial(), next.until), (2, at("2026-03-02T11:00:00Z")));
        let kept = store.service_codes("jumbo").unwrap();
        let by: Vec<(&str, u16)> = kept.iter().map(|code| (code.made_by.as_str(), code.serial())).collect();
        assert_eq!(by, [("bram", 2), ("tess", 1)]);
    }

    #[test]
    fn when_all_codes_are_made_void_none_of_before_opens_anything() {
        let (store, vault, _folder) = hub();
        let before = make(&store, &vault, "jumbo", 24, "tess", now()).unwrap();
        assert_eq!(number(&store, &vault, "jumbo", now()).unwrap(), 1);
        void(&store, &vault, "jumbo", "bram", now()).unwrap();
        assert_eq!(number(&store, &vault, "jumbo", now()).unwrap(), 2);
        let next = key(&store, &vault, "jumbo", now()).unwrap();
        assert!(before.code.check(&next, now()).is_err());
        let after = make(&store, &vault, "jumbo", 24, "tess", now()).unwrap();
        assert_eq!(after.code.check(&next, now()).unwrap().serial, 1);
        assert_eq!(deeds(&store)[1], (Deed::VoidedServiceCodes, "bram".into(), String::new()));
    }

    #[test]
    fn no_code_is_made_for_a_pillar_that_is_not_there_or_was_revoked() {
        let (store, vault, _folder) = hub();
        store.revoke_pillar("jumbo", now()).unwrap();
        for pillar in ["jumbo", "bieb"] {
            let made = make(&store, &vault, pillar, 4, "tess", now());
            assert!(matches!(made, Err(ServiceCodeError::NoSuchPillar(name)) if name == pillar));
            assert!(void(&store, &vault, pillar, "tess", now()).is_err());
        }
        assert_eq!((deeds(&store), store.service_key("jumbo").unwrap()), (vec![], None));
    }

    #[test]
    fn a_key_that_cannot_be_opened_makes_no_code_until_all_are_made_void() {
        let (store, vault, _folder) = hub();
        make(&store, &vault, "jumbo", 4, "tess", now()).unwrap();
        let (_, other, _other_folder) = hub();
        let made = make(&store, &other, "jumbo", 4, "tess", now());
        assert!(matches!(made, Err(ServiceCodeError::Vault(VaultError::ServiceKey(_)))));
        assert_eq!(deeds(&store).len(), 1, "nothing was made");
        void(&store, &other, "jumbo", "tess", now()).unwrap();
        assert!(make(&store, &other, "jumbo", 4, "tess", now()).is_ok());
    }

    #[test]
    fn another_device_under_the_name_gets_another_key_once() {
        let (store, vault, _folder) = hub();
        renew_since(&store, &vault, "jumbo", now(), now()).unwrap();
        assert_eq!(store.service_key("jumbo").unwrap(), None, "there was none to replace");
        key(&store, &vault, "jumbo", now()).unwrap();
        let enrolled = at("2026-03-05T09:00:00Z");
        for _ in 0..2 {
            renew_since(&store, &vault, "jumbo", enrolled, enrolled).unwrap();
            assert_eq!(number(&store, &vault, "jumbo", enrolled).unwrap(), 2);
        }
    }
}
